"""Cohorts by age: how much of each quarter's or month's starts was won by each age since.

A row is a cohort, a column an age, so that cohorts are only ever compared at one age: whatever the
dashboard shows of a young cohort (few wins, all of them fast) is its age. A cell is **whole** where
the youngest of the cohort has been followed for that long; its share then is a plain count. It is
**partial** where only some have: the others count for as long as they were (Aalen–Johansen). It is
missing where nobody, or too few, have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from alignment.arguments import of_type, one_of, within
from alignment.errors import NotMeasurable
from alignment.incidence import Incidence
from alignment.lead_to_close.clocks import Clocks
from alignment.lead_to_close.comparisons import share_differences
from alignment.lead_to_close.curves import at_days, estimate
from alignment.results import LEVEL, About, Result
from alignment.text import Text

STATES = ("whole", "partial", "missing")
_YEAR = 365.25
_PERIODS: Mapping[str, tuple[str, int, int]] = {  # name, periods a year, ages told
    "cohort": ("quarter", 4, 8),
    "cohort by month": ("month", 12, 12),
}

METHOD = Text(
    en="Aalen–Johansen incidence by cohort at whole ages; the cohorts of the last year against "
    "those before at the longest age that both have reached, with the square-and-add interval of "
    "the difference.",
    es="Incidencia de Aalen–Johansen por cohorte a edades enteras; las cohortes del último año "
    "frente a las anteriores a la mayor edad que ambas han alcanzado, con el intervalo de la "
    "diferencia que combina los de ambas.",
)
ASSUMPTIONS = (
    Text(
        en="In a cell that is not fully followed, the young leads go on like the older ones of "
        "their cohort.",
        es="En una celda sin seguimiento completo, los leads jóvenes siguen como los mayores de su "
        "cohorte.",
    ),
    Text(
        en="Units are independent of one another; intervals do not widen for shared accounts.",
        es="Las unidades son independientes; los intervalos no se amplían por cuentas compartidas.",
    ),
)


@dataclass(frozen=True)
class CohortTriangle(Result):
    """What each cohort has won by each age.

    Parameters
    ----------
    frame : DataFrame
        The main table: ``cohort`` (str, such as 2026Q2 or 2026-05), ``leads`` (int64: starts in
        it), ``age`` (int64: quarters or months since the start), ``day`` (int64: the same in
        days), ``estimate``, ``low``, ``high`` (float64: share that has ended as asked by then),
        ``events`` (int64: such ends seen by then), ``at_risk`` (int64) and ``state`` (category:
        whole, partial, missing).
    compared : DataFrame
        Two rows, ``recent`` and ``earlier``: ``which``, ``first``, ``last`` (cohorts), ``leads``,
        ``events`` (int64: all such ends so far), ``mean_days`` (float64: of these, as a dashboard
        averages them), ``estimate``, ``low``, ``high`` (by `common_day`).
    common_day : float
        The longest of the ages at which both can be told; missing where there is none.
    difference, low, high : float
        Share of the recent minus that of the earlier by `common_day`, with its interval.
    period : {"quarter", "month"}
        What a cohort and an age are counted in.
    clocks : Clocks
        What was counted.
    about : About
    """

    frame: pd.DataFrame
    compared: pd.DataFrame
    common_day: float
    difference: float
    low: float
    high: float
    period: str
    clocks: Clocks
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a cohort and age."""
        return self.frame


def cohort_triangle(clocks: Clocks, *, level: float = LEVEL) -> CohortTriangle:
    """Estimate what each cohort has won by each age, and compare the recent with the earlier.

    Parameters
    ----------
    clocks : Clocks
        From ``find_clocks(data, …, group="cohort")`` or ``group="cohort by month"``, in days.
    level : float
        Confidence level.

    Returns
    -------
    CohortTriangle

    Raises
    ------
    NotMeasurable
        If no cohort has been followed for one of its periods, or nothing has ended.
    ArgumentError
        If the clocks are not grouped by cohort, or do not count days.
    """
    of_type("clocks", clocks, Clocks, "find_clocks(data, start=…, end=…, group='cohort')")
    one_of("the group of the clocks", clocks.grouped_by, _PERIODS)
    one_of("the measure of the clocks", clocks.measure, ("days", "exact days"))
    within("level", level, 0, 1)
    period, a_year, ages = _PERIODS[clocks.grouped_by]
    days = np.rint(np.arange(1, ages + 1) * _YEAR / a_year).astype(np.int64)
    days = days[days <= clocks.frame["followed"].max()]
    if not len(days) or not (clocks.frame["end"] == clocks.end).any():
        raise NotMeasurable(
            Text(
                en="Not measurable: no cohort is old enough, or nothing has reached “{end}”.",
                es="No medible: ninguna cohorte tiene edad suficiente, o nada llegó a «{end}».",
            ).format(end=clocks.end)
        )
    compared, common, gap = _compared(clocks, days, a_year, level)
    return CohortTriangle(
        frame=_cells(clocks, days, level),
        compared=compared,
        common_day=common,
        difference=gap[0],
        low=gap[1],
        high=gap[2],
        period=period,
        clocks=clocks,
        about=About(METHOD, level, ASSUMPTIONS, clocks.left_out),
    )


def _cells(clocks: Clocks, days: np.ndarray, level: float) -> pd.DataFrame:
    """Estimate every cell and say which are whole."""
    sizes = clocks.frame["group"].value_counts()
    at = at_days(estimate(clocks), clocks.ends, sizes, days, level)
    at = at[at["end"] == clocks.end].rename(columns={"group": "cohort"})
    cells = at.assign(age=np.tile(np.arange(1, len(days) + 1), len(sizes)))
    whole = cells["day"] <= cells["cohort"].map(_followed(clocks)).astype("float64")
    told = cells["estimate"].notna() & (whole | ~cells["too_few"])
    state = np.where(told, np.where(whole, "whole", "partial"), "missing")
    columns = ["cohort", "leads", "age", "day", "estimate", "low", "high", "events", "at_risk"]
    cells = cells[columns].assign(state=pd.Categorical(state, categories=list(STATES)))
    return cells.sort_values(["cohort", "age"]).reset_index(drop=True)


def _followed(clocks: Clocks) -> pd.Series:
    """Give each cohort the days for which even its youngest start has been followed."""
    late = clocks.frame.groupby("group")["entry"].max() > 0  # not seen from the start on
    last = pd.PeriodIndex(late.index, freq="Q" if clocks.grouped_by == "cohort" else "M")
    today = clocks.as_of.tz_convert(clocks.timezone).tz_localize(None).normalize()
    days = np.asarray((today - last.end_time.normalize()).days, dtype=np.float64)
    return pd.Series(np.where(late, -1.0, days), index=late.index)


def _compared(
    clocks: Clocks, days: np.ndarray, a_year: int, level: float
) -> tuple[pd.DataFrame, float, tuple[float, float, float]]:
    """Set the cohorts of the last year beside the earlier ones, half of them where they are few."""
    cohort = clocks.frame["group"]
    names = sorted(cohort.unique())
    recent = names[-min(a_year, len(names) // 2) :] if len(names) > 1 else names
    which = np.where(cohort.isin(recent), "recent", "earlier")
    frame = clocks.frame.assign(group=pd.Series(which, index=cohort.index, dtype="str"))
    found = estimate(replace(clocks, frame=frame))
    at = at_days(found, clocks.ends, frame["group"].value_counts(), days, level)
    at = at[(at["end"] == clocks.end) & at["estimate"].notna() & ~at["too_few"]]
    both = at.groupby("day").size()
    common = float(both[both == 2].index.max()) if (both == 2).any() else np.nan
    ended = frame[frame["end"] == clocks.end].groupby("group")["exit"]
    table = pd.DataFrame({"which": ["recent", "earlier"]})
    spans = {"recent": recent, "earlier": [name for name in names if name not in recent]}
    table["first"] = [min(spans[name], default="") for name in table["which"]]
    table["last"] = [max(spans[name], default="") for name in table["which"]]
    table["leads"] = table["which"].map(frame["group"].value_counts()).fillna(0).astype("int64")
    table["events"] = table["which"].map(ended.size()).fillna(0).astype("int64")
    table["mean_days"] = table["which"].map(ended.mean()).astype("float64")
    shares = at[at["day"] == common].set_index("group")[["estimate", "low", "high"]]
    table = table.join(shares, on="which")
    return table, common, _gap(found, common, level)


def _gap(found: Mapping[str, Incidence], day: float, level: float) -> tuple[float, float, float]:
    if np.isnan(day):
        return (np.nan, np.nan, np.nan)
    row = share_differences(found, 0, day, level).iloc[0]
    if row["group_a"] == "recent":
        return float(row["estimate"]), float(row["low"]), float(row["high"])
    return float(-row["estimate"]), float(-row["high"]), float(-row["low"])
