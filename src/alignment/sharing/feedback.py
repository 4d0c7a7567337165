"""Whether leads were rejected less often after sales began to say why: before and after, compared.

A source is told why from the period on in which usable reasons become the rule. The sources that
are not told by then show what would have changed anyway: difference in differences, adopter by
adopter with controls of the same time (Callaway & Sant'Anna 2021, J Econometrics 225:200; stacked
as Cengiz, Dube, Lindner & Zipperer 2019, QJE 134:1405).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import xlogy
from scipy.stats import chi2

from alignment.arguments import of_type, one_of, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.moments import column_of_leads, first
from alignment.resampling import expanded_percentile
from alignment.results import LEVEL, About, Result
from alignment.rewind import rewound
from alignment.sharing.draws import REPLICATES, Floats, Integers, account_codes, drawn_counts
from alignment.text import Text
from alignment.usable_reasons import usable

GROUPS = ("channel", "region", "owner_id", "campaign_id")
PERIOD_DAYS = 28
BEFORE, AFTER = 6, 2  # periods; after: the eight weeks that follow
MINIMUM_DECIDED = 20
ADOPTED = 0.5  # share of rejections with a usable reason
RISE = 0.25  # by which the share must rise

METHOD = Text(
    en=(
        "Difference in differences of the share rejected: the eight weeks from the period in which "
        "a group's rejections begin to carry usable reasons against the periods before it, less "
        "the same change of groups that did not; the last period before is left out of the base; "
        "intervals from draws of accounts."
    ),
    es=(
        "Diferencia en diferencias de la parte rechazada: las ocho semanas desde el periodo en que "
        "los rechazos de un grupo empiezan a llevar motivos útiles frente a los periodos "
        "anteriores, menos el mismo cambio en grupos que no empezaron; el último periodo anterior "
        "no entra en la base; intervalos por sorteo de cuentas."
    ),
)
ASSUMPTIONS = (
    Text(
        en="Without the reasons both would have changed alike; the periods before show whether "
        "they did until then.",
        es="Sin los motivos ambos habrían cambiado igual; los periodos anteriores muestran si lo "
        "hacían hasta entonces.",
    ),
    Text(
        en="Feedback often follows a bad month, and a bad month is often followed by a better one: "
        "the last period before is not in the base for that reason.",
        es="La retroalimentación suele seguir a un mal mes, y a un mal mes suele seguirle uno "
        "mejor: por eso el último periodo anterior no entra en la base.",
    ),
    Text(
        en="Only recorded reasons count: what was said aloud is not seen.",
        es="Solo cuentan los motivos registrados: lo dicho de viva voz no se ve.",
    ),
    Text(
        en="The interval is for chance among leads; with few groups it cannot hold what else "
        "happened to one of them.",
        es="El intervalo cubre el azar entre leads; con pocos grupos no cubre qué más le pasó a "
        "uno de ellos.",
    ),
)
NO_ADOPTER = Text(
    en="Not measurable: no {group} began to get usable reasons for its rejections within the time "
    "observed.",
    es="No medible: ningún {group} empezó a recibir motivos útiles de sus rechazos en el "
    "tiempo observado.",
)
NO_CONTROL = Text(
    en="Not measurable: every {group} began to get usable reasons at about the same time, so "
    "nothing shows what would have changed without them. Beginning with some of them would.",
    es="No medible: cada {group} empezó a recibir motivos útiles casi a la vez que los demás, así "
    "que nada muestra qué habría cambiado sin ellos. Empezar con algunos lo mostraría.",
)
GROUP_WORDS = {
    "channel": Text(en="channel", es="canal"),
    "region": Text(en="region", es="región"),
    "owner_id": Text(en="owner", es="dueño"),
    "campaign_id": Text(en="campaign", es="campaña"),
}


@dataclass(frozen=True)
class Feedback(Result):
    """What followed when sales began to say why it rejects.

    Parameters
    ----------
    frame : DataFrame
        One row a period from the beginning (``period``, negative before it): ``told`` and
        ``untold`` (share rejected, pooled), ``difference`` (in differences, against the base),
        ``low``, ``high``.
    effect, low, high : float
        Change of the share rejected in the periods after, against the base and the controls.
    trend, trend_low, trend_high : float
        Slope per period of the difference before the beginning.
    groups : DataFrame
        One row a group: ``group``, ``role`` (told, untold, not used), ``since`` (UTC, missing for
        untold), ``before``, ``after`` (share of rejections with a usable reason).
    by : str
        What the groups are.
    decided : tuple of int
        Leads with a verdict, told and untold (these once for each beginning).
    about : About
    """

    frame: pd.DataFrame
    effect: float
    low: float
    high: float
    trend: float
    trend_low: float
    trend_high: float
    groups: pd.DataFrame
    by: str
    decided: tuple[int, int]
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a period."""
        return self.frame


def feedback(
    data: Dataset,
    *,
    by: str = "channel",
    replicates: int = REPLICATES,
    seed: int = 0,
    level: float = LEVEL,
) -> Feedback:
    """Compare rejections before and after a group's rejections begin to carry usable reasons.

    Parameters
    ----------
    data : Dataset
        Needs stages of leads with rejections and reasons.
    by : {"channel", "region", "owner_id", "campaign_id"}
        Groups of leads that are told, or not.
    replicates, seed : int
        Draws of accounts.
    level : float
        Confidence level.

    Returns
    -------
    Feedback

    Raises
    ------
    NotMeasurable
        If no reason is recorded, no group begins to get reasons, or all do at once.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    one_of("by", by, GROUPS)
    within("level", level, 0, 1)
    data = rewound(data)
    leads, left_out = _decided(data, by)
    groups, profiles = _adoption(leads, data.as_of)
    stacks = _stacks(groups, profiles, by)
    stacks, cell, account = _cells(leads, stacks)
    width = BEFORE + AFTER
    shape = (len(stacks), 2, width, 2)
    counts, draws = drawn_counts(
        account, cell, int(np.prod(shape)), replicates=replicates, seed=seed
    )
    weight = counts.reshape(shape)[:, 1, BEFORE:].sum(axis=(1, 2))
    at, drawn = (
        _differences(c.reshape(-1, *shape), weight / weight.sum()) for c in (counts, draws)
    )
    low, high = expanded_percentile(drawn, level, len(np.unique(account)))
    pooled = counts.reshape(shape).sum(axis=0)
    shares = pooled[..., 1] / np.maximum(pooled.sum(axis=-1), 1)
    return Feedback(
        frame=pd.DataFrame(
            {
                "period": np.arange(-BEFORE, AFTER),
                "told": shares[1],
                "untold": shares[0],
                "difference": at[0, :width],
                "low": low[:width],
                "high": high[:width],
            }
        ),
        effect=float(at[0, width]),
        low=float(low[width]),
        high=float(high[width]),
        trend=float(at[0, width + 1]),
        trend_low=float(low[width + 1]),
        trend_high=float(high[width + 1]),
        groups=groups,
        by=by,
        decided=(int(pooled[1].sum()), int(pooled[0].sum())),
        about=About(method=METHOD, level=level, assumptions=ASSUMPTIONS, left_out=left_out),
    )


def _decided(data: Dataset, by: str) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give the leads with a verdict: group, account, when they came, verdict and reason."""
    stages = data.require("lead_stages", "entered_at")
    if not usable(stages["reason"]).any():
        raise NotMeasurable(
            Text(
                en="Not measurable: no rejection carries a usable reason.",
                es="No medible: ningún rechazo lleva un motivo útil.",
            )
        )
    kind = stages["stage"].astype("str")
    accepted = first(data, stages[kind.isin(["sal", "sql"]).to_numpy(dtype=bool)], "entered_at")
    no = stages[(kind == "disqualified").to_numpy(dtype=bool)]
    rejected = first(data, no, "entered_at")
    came = first(data, stages[(kind == "mql").to_numpy(dtype=bool)], "entered_at")
    came = came.fillna(data.leads["created_at"].set_axis(came.index))
    told = no[usable(no["reason"]).to_numpy(dtype=bool)].drop_duplicates("lead_id")
    group = column_of_leads(data, np.arange(len(data.leads)), by)
    table = pd.DataFrame(
        {
            "group": group,
            "account_id": data.leads["account_id"].astype("object").to_numpy(),
            "came": came,
            "verdict_at": pd.concat([accepted, rejected], axis=1).min(axis=1),
            "rejected": (rejected <= accepted.fillna(data.as_of)).to_numpy(dtype=bool),
            "reason": data.leads["lead_id"].isin(told["lead_id"]).to_numpy(dtype=bool),
        }
    )
    reasons = {
        "internal leads": data.leads["is_internal"].to_numpy(dtype=bool),
        "leads without a verdict": table["verdict_at"].isna().to_numpy(dtype=bool),
        "without a group to compare": table["group"].isna().to_numpy(dtype=bool),
    }
    kept, left_out = np.ones(len(table), dtype=bool), {}
    for why, out in reasons.items():
        if (kept & out).any():
            left_out[why] = int((kept & out).sum())
        kept &= ~out
    table = table[kept].reset_index(drop=True)
    step = pd.Timedelta(days=PERIOD_DAYS)
    for name, at in (("period", "came"), ("verdict_period", "verdict_at")):
        # Counted back from the export, so that the last period is a whole one.
        table[name] = -((data.as_of - table[at]) // step).astype(np.int64)
    return table, left_out


def _adoption(
    leads: pd.DataFrame, as_of: pd.Timestamp
) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Find for each group the period from which its rejections carry usable reasons."""
    rows, profiles = [], {}
    rejected = leads[leads["rejected"]]
    for group, own in rejected.groupby("group", sort=True):
        counts = own.groupby("verdict_period")["reason"].agg(["sum", "size"]).sort_index()
        profile = _profile(counts)
        start, before, after = _change(counts, profile)
        overall = counts["sum"].sum() / counts["size"].sum()
        rises = before < ADOPTED <= after and after - before >= RISE
        untold = overall < ADOPTED and counts["size"].sum() >= MINIMUM_DECIDED
        role = "told" if rises else "untold" if untold else "not used"
        since = as_of + pd.Timedelta(days=PERIOD_DAYS) * (start - 1) if rises else pd.NaT
        rows.append((str(group), role, start if rises else 0, since, before, after, len(own)))
        profiles[str(group)] = profile
    columns = ["group", "role", "start", "since", "before", "after", "rejected"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(since=pd.to_datetime(table["since"], utc=True)), profiles


def _profile(counts: pd.DataFrame) -> pd.Series:
    """Give the log-likelihood of one change of the share of usable reasons, by its period.

    At least ``BEFORE`` periods lie before the change and ``AFTER`` from it on; empty where that
    cannot be.
    """
    told, size = counts["sum"].to_numpy(np.float64), counts["size"].to_numpy(np.float64)
    places = np.arange(BEFORE, len(counts) - AFTER + 1)
    if not len(places):
        return pd.Series(dtype=np.float64)
    first_told, first_size = np.cumsum(told)[places - 1], np.cumsum(size)[places - 1]
    value = _log_likelihood(first_told, first_size)
    value += _log_likelihood(told.sum() - first_told, size.sum() - first_size)
    return pd.Series(value, index=counts.index[places])


def _log_likelihood(hits: Floats, of: Floats) -> Floats:
    return np.asarray(xlogy(hits, hits / of) + xlogy(of - hits, 1 - hits / of))


def _change(counts: pd.DataFrame, profile: pd.Series) -> tuple[int, float, float]:
    """Give the likeliest period of the change, and the shares before it and from it on."""
    if not len(profile):
        return 0, float("nan"), float("nan")
    start = int(profile.idxmax())
    sides = [counts[counts.index < start], counts[counts.index >= start]]
    before, after = (float(side["sum"].sum() / side["size"].sum()) for side in sides)
    return start, before, after


@dataclass(frozen=True)
class _Stack:
    """One group that begins, and the groups that are not told until its window is over."""

    told: str
    untold: tuple[str, ...]
    start: int


def _stacks(groups: pd.DataFrame, profiles: dict[str, pd.Series], by: str) -> list[_Stack]:
    told = groups[groups["role"] == "told"]
    if not len(told):
        raise NotMeasurable(NO_ADOPTER.format(group=GROUP_WORDS[by]))
    never = tuple(groups.loc[groups["role"] == "untold", "group"])
    found = []
    for row in told.itertuples():
        until = int(row.start) + AFTER
        later = tuple(
            str(other.group)
            for other in told.itertuples()
            if other.start >= until and _apart(profiles[str(row.group)], profiles[str(other.group)])
        )
        if never or later:
            found.append(_Stack(str(row.group), (*never, *later), int(row.start)))
    if not found:
        raise NotMeasurable(NO_CONTROL.format(group=GROUP_WORDS[by]))
    return found


def _apart(first: pd.Series, second: pd.Series) -> bool:
    """Say whether two groups changed at different times: one time for both fits much worse.

    A likelihood ratio test at 99.9 %, since every pair of groups is asked.
    """
    periods = first.index.union(second.index)
    both = first.reindex(periods).ffill() + second.reindex(periods).ffill()
    return bool(2 * (first.max() + second.max() - both.max()) > chi2.ppf(0.999, 1))


def _cells(leads: pd.DataFrame, stacks: list[_Stack]) -> tuple[list[_Stack], Integers, Integers]:
    """Place each lead in each stack that uses it: stack, told or not, period, verdict."""
    account = account_codes(leads["account_id"])
    verdict = leads["rejected"].to_numpy(dtype=np.int64)
    width, parts = BEFORE + AFTER, []
    kept: list[_Stack] = []
    for stack in stacks:
        told = (leads["group"] == stack.told).to_numpy(dtype=bool)
        used = told | leads["group"].isin(stack.untold).to_numpy(dtype=bool)
        period = leads["period"].to_numpy(dtype=np.int64) - stack.start + BEFORE
        rows = np.flatnonzero(used & (period >= 0) & (period < width))
        sizes = [
            int(((period[rows] >= BEFORE) == late)[told[rows] == side].sum())
            for late in (False, True)
            for side in (False, True)
        ]
        if min(sizes) < MINIMUM_DECIDED:
            continue
        place = ((len(kept) * 2 + told[rows]) * width + period[rows]) * 2 + verdict[rows]
        parts.append((place.astype(np.int64), account[rows]))
        kept.append(stack)
    if not kept:
        raise NotMeasurable(
            Text(
                en="Not measurable: fewer than {n} leads with a verdict before or after a "
                "beginning.",
                es="No medible: menos de {n} leads con veredicto antes o después de un comienzo.",
            ).format(n=MINIMUM_DECIDED)
        )
    # Every account keeps its number in all stacks: it comes and goes in all of them together.
    cell = np.concatenate([place for place, _ in parts])
    return kept, cell, np.concatenate([own for _, own in parts])


def _differences(counts: Floats, weight: Floats) -> Floats:
    """Give the differences in differences by period, their mean after, and the slope before.

    The base is the average of the periods before but the last one.
    """
    total = counts.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = counts[..., 1] / total
    apart = ((share[:, :, 1] - share[:, :, 0]) * weight[None, :, None]).sum(axis=1)
    apart = apart - apart[:, : BEFORE - 1].mean(axis=1, keepdims=True)
    effect = apart[:, BEFORE:].mean(axis=1)
    steps = np.arange(BEFORE) - (BEFORE - 1) / 2
    slope = apart[:, :BEFORE] @ steps / (steps @ steps)
    return np.column_stack([apart, effect, slope])
