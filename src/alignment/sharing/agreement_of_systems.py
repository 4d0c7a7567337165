"""Whether two systems say the same about one lead or deal: stage, source and amount."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import norm, rankdata

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.results import LEVEL, About, Result
from alignment.shares import wilson
from alignment.text import Text

THINGS = ("stage", "source", "amount")
MINIMUM_PAIRS = 20
CLOSE = 0.05  # amounts that differ by no more than this share of the larger are the same

METHOD = Text(
    en=(
        "Cohen's kappa for stage and source, with the standard error of Fleiss, Cohen and "
        "Everitt; Spearman's rank correlation for amounts, with the interval of Bonett and "
        "Wright; the share that is equal, with Wilson's."
    ),
    es=(
        "Kappa de Cohen para etapa y origen, con el error estándar de Fleiss, Cohen y Everitt; "
        "correlación por rangos de Spearman para importes, con el intervalo de Bonett y Wright; la "
        "parte que coincide, con el de Wilson."
    ),
)
ASSUMPTIONS = (
    Text(
        en="Two exports of different moments disagree about what happened between them.",
        es="Dos exportaciones de momentos distintos discrepan en lo ocurrido entre ellas.",
    ),
    Text(
        en="A system that records fewer stages, or names sources otherwise, disagrees for that "
        "reason too: both teams still read other words.",
        es="Un sistema que registra menos etapas, o nombra de otro modo los orígenes, también "
        "discrepa por eso: las áreas leen palabras distintas.",
    ),
    Text(
        en="Only leads that both systems know are compared.",
        es="Solo se comparan los leads que ambos sistemas conocen.",
    ),
    Text(
        en="Amounts in unlike currencies are not compared.",
        es="Los importes en monedas distintas no se comparan.",
    ),
)
ONE_VALUE = Text(
    en=(
        "Not measurable: once systems are joined, one value of each lead and deal remains. "
        "Each system's exports loaded on their own (load_apart) can be compared."
    ),
    es=(
        "No medible: al unir los sistemas queda un solo valor de cada lead y negocio. Las "
        "exportaciones de cada sistema, cargadas por separado (load_apart), sí se comparan."
    ),
)
NO_PAIRS = Text(
    en="Not measurable: no {n} leads are known to both systems.",
    es="No medible: ambos sistemas no tienen {n} leads en común.",
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Agreement(Result):
    """How far two systems agree.

    Parameters
    ----------
    systems : tuple of str
        Which systems, the first first.
    frame : DataFrame
        One row a thing that both record for enough leads: ``thing`` (of ``THINGS``), ``pairs``,
        ``same``, ``one_sided`` (differ, one word being in no record of the other system),
        ``share``, ``low``, ``high`` (equal, with Wilson's interval), ``measure``
        (``kappa`` or ``rank correlation``), ``value``, ``value_low``, ``value_high``.
    said : DataFrame
        One row a thing and pair of words: ``thing``, ``first``, ``second``, ``count``.
    absent : tuple of str
        Things that are not recorded by both.
    about : About
    """

    systems: tuple[str, str]
    frame: pd.DataFrame
    said: pd.DataFrame
    absent: tuple[str, ...]
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a thing."""
        return self.frame


def cohens_kappa(first: pd.Series, second: pd.Series, level: float) -> tuple[float, float, float]:
    """Give Cohen's kappa of two judgements of the same things, with its interval.

    Parameters
    ----------
    first, second : Series
        One judgement a thing, in one order, none missing.
    level : float
        Confidence level.

    Returns
    -------
    tuple of float
        Kappa, low and high; missing where both only ever say one and the same word.

    Notes
    -----
    Cohen 1960 (Educ Psychol Meas 20:37); standard error of Fleiss, Cohen & Everitt 1969
    (Psychol Bull 72:323).
    """
    codes, words = pd.factorize(pd.concat([first.astype("str"), second.astype("str")]))
    size, n = len(words), len(first)
    table = np.bincount(codes[:n] * size + codes[n:], minlength=size**2).reshape(size, size) / n
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    seen, chance = float(np.trace(table)), float(rows @ columns)
    if chance >= 1 - 1e-12:
        return float("nan"), float("nan"), float("nan")
    kappa = (seen - chance) / (1 - chance)
    both = np.add.outer(columns, rows)  # [i, j]: column share of i and row share of j
    on = (np.diag(table) * (1 - (rows + columns) * (1 - kappa)) ** 2).sum()
    off = (1 - kappa) ** 2 * ((table * both**2).sum() - (np.diag(table) * np.diag(both) ** 2).sum())
    spread = on + off - (kappa - chance * (1 - kappa)) ** 2
    error = np.sqrt(max(float(spread), 0.0) / n) / (1 - chance)
    half = float(norm.ppf((1 + level) / 2)) * float(error)
    return float(kappa), float(kappa - half), min(float(kappa + half), 1.0)


def rank_correlation(first: Floats, second: Floats, level: float) -> tuple[float, float, float]:
    """Give Spearman's rank correlation with the interval of Bonett and Wright.

    Bonett & Wright 2000 (Psychometrika 65:23): Fisher's transform with variance
    (1 + r²/2) / (n − 3). Missing with fewer than four pairs or without variation.
    """
    ranks = [rankdata(np.asarray(values, dtype=np.float64)) for values in (first, second)]
    n = len(ranks[0])
    if n < 4 or any(np.ptp(one) == 0 for one in ranks):
        return float("nan"), float("nan"), float("nan")
    r = float(np.corrcoef(ranks[0], ranks[1])[0, 1])
    if abs(r) > 1 - 1e-12:
        return r, r, r
    half = float(norm.ppf((1 + level) / 2)) * np.sqrt((1 + r**2 / 2) / (n - 3))
    return r, float(np.tanh(np.arctanh(r) - half)), float(np.tanh(np.arctanh(r) + half))


def agreement_of_systems(
    systems: Dataset | tuple[Dataset, Dataset],
    *,
    joined: Dataset | None = None,
    level: float = LEVEL,
) -> Agreement:
    """Compare what two systems record of the same leads and deals.

    Joining systems keeps one value of each fact, the leading system's: a joined dataset alone
    cannot answer. Each system loaded on its own can.

    Parameters
    ----------
    systems : tuple of two Datasets, or Dataset
        One system each, as :func:`alignment.apart.load_apart` gives them.
    joined : Dataset, optional
        Both together: its ids say which records are one lead. Without it, the e-mail hash says
        so, which needs the same ``.alignment-key`` in both folders.
    level : float
        Confidence level.

    Returns
    -------
    Agreement

    Raises
    ------
    NotMeasurable
        If only a joined dataset is given, or the systems share too few leads.
    """
    within("level", level, 0, 1)
    if isinstance(systems, Dataset):
        raise NotMeasurable(ONE_VALUE)
    for one in systems:
        of_type("systems", one, Dataset, "load_apart(folder, data)")
    first, second = systems
    told = [_told(one, _identity(one, joined)) for one in (first, second)]
    both = told[0].add_suffix("_first").join(told[1].add_suffix("_second"), how="inner")
    if len(both) < MINIMUM_PAIRS:
        raise NotMeasurable(NO_PAIRS.format(n=MINIMUM_PAIRS))
    rows, said, absent = [], [], []
    for thing in THINGS:
        pair = both[[f"{thing}_first", f"{thing}_second"]].set_axis(["first", "second"], axis=1)
        if thing == "amount":
            pair = pair[(both["currency_first"] == both["currency_second"]).to_numpy(dtype=bool)]
        pair = pair.dropna()
        if len(pair) < MINIMUM_PAIRS:
            absent.append(thing)
            continue
        rows.append(_row(thing, pair, level) | {"one_sided": _one_sided(thing, pair, systems)})
        if thing != "amount":
            counts = pair.value_counts().rename("count").reset_index()
            said.append(counts.assign(thing=thing))
    if not rows:
        raise NotMeasurable(NO_PAIRS.format(n=MINIMUM_PAIRS))
    words = ["thing", "first", "second", "count"]
    return Agreement(
        systems=(_name(first), _name(second)),
        frame=pd.DataFrame(rows),
        said=pd.concat(said)[words] if said else pd.DataFrame(columns=words),
        absent=tuple(absent),
        about=About(method=METHOD, level=level, assumptions=ASSUMPTIONS),
    )


def _name(data: Dataset) -> str:
    """Name the system that most records of leads come from."""
    named = data.lead_aliases["source_system"].value_counts()
    return str(named.index[0]) if len(named) else ""


def _identity(data: Dataset, joined: Dataset | None) -> pd.Series:
    """Say under which common name each lead of a system goes, in the order of its leads."""
    leads = data.leads
    if joined is None:
        return leads["email_hash"].astype("object")
    key = ["source_system", "source_object", "source_id"]
    known = joined.lead_aliases[[*key, "lead_id"]].rename(columns={"lead_id": "common"})
    alias = data.lead_aliases[[*key, "lead_id"]].astype("str")
    alias = alias.merge(known.astype("str"), on=key).drop_duplicates("lead_id")
    return alias.set_index("lead_id")["common"].reindex(leads["lead_id"]).astype("object")


def _told(data: Dataset, common: pd.Series) -> pd.DataFrame:
    """Give what a system says of each lead: last stage, source, and the amount of its deals."""
    leads = data.leads["lead_id"]
    stages = data.lead_stages
    stages = stages[(stages["entered_at"] <= data.as_of).to_numpy(dtype=bool)]
    last = stages.sort_values("entered_at", kind="stable").drop_duplicates("lead_id", keep="last")
    deals = data.opportunities.dropna(subset=["lead_id", "amount", "currency"])
    deals = deals.sort_values("created_at", kind="stable").drop_duplicates("lead_id", keep="last")
    table = pd.DataFrame(
        {
            "stage": last.set_index("lead_id")["stage"].astype("object").reindex(leads).to_numpy(),
            "source": data.leads["channel"].astype("object").to_numpy(),
            "amount": deals.set_index("lead_id")["amount"].reindex(leads).to_numpy(),
            "currency": deals.set_index("lead_id")["currency"].reindex(leads).to_numpy(),
        },
        index=pd.Index(common.to_numpy(), name="common"),
    )
    kept = ~data.leads["is_internal"].to_numpy(dtype=bool) & table.index.notna()
    return table[kept & ~table.index.duplicated()]


def _one_sided(thing: str, pair: pd.DataFrame, systems: tuple[Dataset, Dataset]) -> int:
    """Count the pairs that differ and of which one word is in no record of the other system."""
    if thing == "amount":
        return 0
    first, second = (
        set((one.lead_stages["stage"] if thing == "stage" else one.leads["channel"]).dropna())
        for one in systems
    )
    alone = ~pair["first"].isin(second) | ~pair["second"].isin(first)
    return int((alone & (pair["first"].astype("str") != pair["second"].astype("str"))).sum())


def _row(thing: str, pair: pd.DataFrame, level: float) -> dict[str, object]:
    first, second = pair["first"], pair["second"]
    if thing == "amount":
        a, b = first.to_numpy(dtype=np.float64), second.to_numpy(dtype=np.float64)
        same = int((np.abs(a - b) <= CLOSE * np.maximum(np.abs(a), np.abs(b))).sum())
        measure, found = "rank correlation", rank_correlation(a, b, level)
    else:
        same = int((first.astype("str") == second.astype("str")).sum())
        measure, found = "kappa", cohens_kappa(first, second, level)
    share, low, high = wilson([same], [len(pair)], level)
    return {
        "thing": thing,
        "pairs": len(pair),
        "same": same,
        "share": float(share[0]),
        "low": float(low[0]),
        "high": float(high[0]),
        "measure": measure,
        "value": found[0],
        "value_low": found[1],
        "value_high": found[2],
    }
