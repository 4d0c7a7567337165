"""What sales says to the leads it is handed: accepted, rejected, recycled, or nothing yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.handoff.milestones import (
    MINIMUM_HANDED_OVER,
    find_milestones,
    from_the_handoff,
    labels,
    require_handoff,
)
from alignment.handoff.reached import reached
from alignment.moments import MISSING, SHARED_ACCOUNTS, accounts_of, places
from alignment.results import LEVEL, About, Result
from alignment.shares import design_effects, equal_shares, wilson
from alignment.text import Text
from alignment.usable_reasons import EMPTY_REASONS

ALL = "all"
VERDICTS = ("accepted", "rejected", "recycled", "none")
MINIMUM_LEADS = 20
RECYCLING_DAYS = 90

METHOD = Text(
    en=(
        "Share of the leads handed over by the first verdict within a fixed number of days, among "
        "those followed so long; Wilson intervals; chi-square test of equal acceptance; counts "
        "over their design effect (Rao and Scott) where leads share accounts."
    ),
    es=(
        "Proporción de leads entregados según el primer veredicto en un número fijo de días, entre "
        "los observados ese tiempo; intervalos de Wilson; prueba ji-cuadrada de igual aceptación; "
        "conteos divididos entre su efecto de diseño (Rao y Scott) si hay cuentas compartidas."
    ),
)
ASSUMPTIONS = (
    SHARED_ACCOUNTS,
    Text(
        en="Accepted is whoever sales takes as SAL or SQL or makes an opportunity of.",
        es="Aceptado es quien ventas toma como SAL o SQL o convierte en oportunidad.",
    ),
    Text(
        en="The verdict is the first one since the handoff: what came before it does not count, "
        "and a later change of mind does not undo it.",
        es="El veredicto es el primero desde la entrega: lo anterior no cuenta, y un cambio de "
        "opinión posterior no lo deshace.",
    ),
)


@dataclass(frozen=True)
class Acceptance(Result):
    """Verdicts on the leads handed over.

    Parameters
    ----------
    frame : DataFrame
        One row a group (first ``all``) and verdict: ``group``, ``verdict`` (accepted, rejected,
        recycled, none), ``leads`` (handed over in the group), ``count``, ``share``, ``low``,
        ``high``, ``too_few``.
    reasons : DataFrame
        One row a verdict (rejected, recycled) and reason: ``verdict``, ``reason`` (``(missing)``
        where none was recorded), ``says`` (bool: something that can be acted on), ``count``,
        ``share`` of that verdict, ``low``, ``high``.
    usable : DataFrame
        ``verdict``, ``count``, ``with_reason``: rejections and recyclings with a reason that says
        something; ``share``, ``low``, ``high``.
    recycling : DataFrame
        One row: ``rejected`` leads, ``so_far`` of them that were recycled later, ``share`` by
        :data:`RECYCLING_DAYS` days from the rejection (Kaplan–Meier), ``low``, ``high``.
    p : float
        Of the test that all groups accept alike; missing with fewer than two groups.
    days : int
        Days within which a verdict counts.
    about : About
    """

    frame: pd.DataFrame
    reasons: pd.DataFrame
    usable: pd.DataFrame
    recycling: pd.DataFrame
    p: float
    days: int
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a group and verdict."""
        return self.frame


def acceptance(
    data: Dataset, *, group: str = "channel", days: int = 14, level: float = LEVEL
) -> Acceptance:
    """Count what sales says to the leads it is handed, by where they came from and why not.

    Parameters
    ----------
    data : Dataset
        Needs ``lead_stages`` with mql and at least one verdict.
    group : str
        Column of leads or accounts, or ``owner`` for anonymous codes.
    days : int
        Days from the handoff within which a verdict counts.
    level : float
        Confidence level.

    Returns
    -------
    Acceptance

    Raises
    ------
    NotMeasurable
        If no lead was handed over, or no verdict is recorded.
    ArgumentError
        If an argument is none of those that may be given.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("days", days, 0, inf)
    within("level", level, 0, 1)
    found = find_milestones(data)
    require_handoff(found)
    frame = found.frame[found.frame["mql"].notna()].reset_index(drop=True)
    frame = from_the_handoff(data, frame)
    followed = frame["mql"] + pd.Timedelta(days=days) <= data.as_of
    left_out = dict(found.left_out) | {"verdict not yet due": int((~followed).sum())}
    frame = frame[followed].reset_index(drop=True)
    verdict = _verdicts(frame, days)
    _enough(frame, verdict)
    of = pd.Series(ALL, index=frame.index)
    try:
        of = labels(data, frame["place"], group)
    except NotMeasurable:
        left_out["without a group to compare"] = len(frame)
    account = pd.Series(accounts_of(data, frame["place"]), index=frame.index)
    parts = [_counts(ALL, verdict, account, level)]
    for name, rows in verdict.groupby(of.to_numpy()):
        parts.append(_counts(str(name), rows, account[rows.index], level))
    if of.nunique() < 2:
        parts = parts[:1]
    every = pd.concat(parts, ignore_index=True)
    accepted = every.query("verdict == 'accepted' and group != @ALL and not too_few")
    told = _told_reasons(data, frame.assign(account=account), verdict)
    rejected = (verdict == "rejected").to_numpy()
    return Acceptance(
        frame=every.drop(columns="effect"),
        reasons=pd.concat([_reasons(name, rows, level) for name, rows in told.items()]).reset_index(
            drop=True
        ),
        usable=_usable(told, level),
        recycling=_recycling(frame[rejected], account[rejected], data.as_of, level),
        p=equal_shares(accepted["count"], accepted["leads"], accepted["effect"]),
        days=days,
        about=About(
            method=METHOD,
            level=level,
            assumptions=ASSUMPTIONS,
            left_out={reason: count for reason, count in left_out.items() if count},
        ),
    )


def _enough(frame: pd.DataFrame, verdict: pd.Series) -> None:
    if len(frame) < MINIMUM_HANDED_OVER:
        raise NotMeasurable(
            Text(
                en="Not measurable: fewer than {least} leads were handed over long enough ago "
                "({leads}).",
                es="No medible: se entregaron menos de {least} leads hace tiempo suficiente "
                "({leads}).",
            ).format(least=MINIMUM_HANDED_OVER, leads=len(frame))
        )
    if (verdict == "none").all():
        raise NotMeasurable(
            Text(
                en="Not measurable: no lead that was handed over carries a verdict of sales.",
                es="No medible: ningún lead entregado lleva un veredicto de ventas.",
            )
        )


def _verdicts(frame: pd.DataFrame, days: int) -> pd.Series:
    """Take the first verdict from the handoff on; in a tie, the most favourable."""
    moments = pd.DataFrame(
        {
            "accepted": frame[["sal", "sql", "opportunity", "won"]].min(axis=1),
            "recycled": frame["recycled"],
            "rejected": frame["disqualified"],
        }
    )
    due = frame["mql"] + pd.Timedelta(days=days)
    hours = pd.DataFrame(
        {
            name: ((at - frame["mql"]) / pd.Timedelta(hours=1)).where(
                (at >= frame["mql"]) & (at <= due), np.inf
            )
            for name, at in moments.items()
        }
    ).fillna(np.inf)
    first = pd.Series(hours.columns[hours.to_numpy().argmin(axis=1)], index=frame.index)
    return first.where(np.isfinite(hours.min(axis=1)), "none").astype("str")


def _counts(name: str, verdict: pd.Series, account: pd.Series, level: float) -> pd.DataFrame:
    count = verdict.value_counts().reindex(VERDICTS, fill_value=0).to_numpy()
    effect = _effects(verdict, account, VERDICTS)
    share, low, high = wilson(count, np.full(len(VERDICTS), len(verdict)), level, effect)
    return pd.DataFrame(
        {
            "group": name,
            "verdict": VERDICTS,
            "leads": len(verdict),
            "count": count,
            "share": share,
            "low": low,
            "high": high,
            "too_few": len(verdict) < MINIMUM_LEADS,
            "effect": effect,
        }
    )


def _effects(said: pd.Series, account: pd.Series, words: Iterable[str]) -> NDArray[np.float64]:
    """Give the design effect of the share of each word."""
    codes = account.to_numpy(dtype=np.int64)
    parts = [design_effects(said == word, codes) for word in words]
    return np.concatenate([np.ones(0), *parts])


def _told_reasons(
    data: Dataset, frame: pd.DataFrame, verdict: pd.Series
) -> dict[str, pd.DataFrame]:
    """Give the leads first rejected and first recycled: ``reason`` (missing: none), ``account``."""
    told = {}
    for name, stage in (("rejected", "disqualified"), ("recycled", "recycled")):
        own = frame[(verdict == name).to_numpy()]
        rows = data.lead_stages[(data.lead_stages["stage"] == stage).to_numpy()]
        rows = rows.assign(of=places(rows["lead_id"], data.leads["lead_id"]))
        handed = frame.set_index("place")["mql"].reindex(rows["of"]).set_axis(rows.index)
        rows = rows[(rows["entered_at"] >= handed) & (rows["entered_at"] <= data.as_of)]
        rows = rows.sort_values(["of", "entered_at"], kind="stable").drop_duplicates("of")
        reason = rows.set_index("of")["reason"].reindex(own["place"]).astype("object")
        blank = reason.isna() | (reason.astype("str").str.strip() == "")
        said = reason.where(~blank, MISSING).astype("str").to_numpy(dtype=object)
        told[name] = pd.DataFrame({"reason": said, "account": own["account"].to_numpy()})
    return told


def _reasons(name: str, told: pd.DataFrame, level: float) -> pd.DataFrame:
    """Count the reasons that were recorded with the first rejection or recycling."""
    count = told["reason"].value_counts()
    effect = _effects(told["reason"], told["account"], count.index)
    share, low, high = wilson(count.to_numpy(), np.full(len(count), len(told)), level, effect)
    return pd.DataFrame(
        {
            "verdict": name,
            "reason": count.index.astype("str"),
            "says": _says(count.index.astype("str").to_series()).to_numpy(dtype=bool),
            "count": count.to_numpy(),
            "share": share,
            "low": low,
            "high": high,
        }
    )


def _recycling(
    rejected: pd.DataFrame, account: pd.Series, as_of: pd.Timestamp, level: float
) -> pd.DataFrame:
    """Follow rejected leads until they are given back to marketing."""
    later = rejected["recycled"].where(rejected["recycled"] >= rejected["disqualified"])
    days = (later.fillna(as_of) - rejected["disqualified"]) / pd.Timedelta(days=1)
    codes = account.to_numpy(dtype=np.int64)
    curve = reached(days.to_numpy(dtype=np.float64), later.notna().to_numpy(dtype=bool), codes)
    share, low, high = curve.by(np.array([RECYCLING_DAYS]), level)
    told = {"rejected": [len(rejected)], "so_far": [int(later.notna().sum())]}
    return pd.DataFrame(told).assign(share=share, low=low, high=high)


def _says(reason: pd.Series) -> pd.Series:
    """Say which reasons say something, so that marketing can act on them."""
    return ~reason.str.strip().str.casefold().isin(EMPTY_REASONS) & (reason != MISSING)


def _usable(told: Mapping[str, pd.DataFrame], level: float) -> pd.DataFrame:
    parts = []
    for name, rows in told.items():
        if len(rows):
            says = _says(rows["reason"])
            effect = design_effects(says, rows["account"].to_numpy(dtype=np.int64))
            share, low, high = wilson([says.sum()], [len(rows)], level, effect)
            counts = {"verdict": name, "count": [len(rows)], "with_reason": int(says.sum())}
            parts.append(pd.DataFrame(counts).assign(share=share, low=low, high=high))
    columns = ["verdict", "count", "with_reason", "share", "low", "high"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
