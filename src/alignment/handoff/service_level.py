"""Service level: the share of leads that sales touched in time, the never-touched counted late."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.handoff.follow_up import Clock, checked, waits
from alignment.handoff.milestones import handed_over, labels
from alignment.moments import DAY_ONLY, LOGGED, SHARED_ACCOUNTS, accounts_of
from alignment.results import LEVEL, About, Result
from alignment.shares import design_effects, equal_shares, holm, wilson
from alignment.text import Text
from alignment.working_hours import WorkingHours, told

ALL = "all"
DIMENSIONS = ("load", "region", "segment", "channel", "owner")
LOADS = ("quiet week", "usual week", "busy week")
MINIMUM_LEADS = 20

METHOD = Text(
    en=(
        "Exact count of leads touched within the limit among those for which it has passed; "
        "Wilson intervals; chi-square tests of equal shares, adjusted by Holm for their number; "
        "counts over their design effect (Rao and Scott) where leads share accounts."
    ),
    es=(
        "Conteo exacto de leads contactados dentro del límite entre aquellos cuyo límite ya pasó; "
        "intervalos de Wilson; pruebas ji-cuadrada de igualdad, ajustadas por Holm según su número "
        "(conteos divididos entre su efecto de diseño (Rao y Scott) si hay cuentas compartidas)."
    ),
)
ASSUMPTIONS = (
    LOGGED,
    DAY_ONLY,
    SHARED_ACCOUNTS,
    Text(
        en="Who owns a lead is known only as of the export.",
        es="El dueño de un lead solo se conoce a la fecha de la exportación.",
    ),
)


@dataclass(frozen=True)
class ServiceLevel(Result):
    """Attainment of the limit.

    Parameters
    ----------
    frame : DataFrame
        One row a group: ``dimension`` (all, load, region, segment, channel, owner), ``group``
        (owners are numbers), ``leads`` for which the limit has passed, ``within``, ``late``,
        ``never`` (not touched by the export), ``share`` within, ``low``, ``high``, ``too_few``.
        A lead's load is how many leads its region was handed that week, against the region's
        other weeks: the lowest, middle and highest third of them.
    tests : DataFrame
        ``dimension``, ``groups``, ``p`` for equal shares, ``p_adjusted`` (Holm).
    hours : float
        The limit.
    clock : {"calendar", "working"}
        Which hours are counted.
    about : About
    """

    frame: pd.DataFrame
    tests: pd.DataFrame
    hours: float
    clock: Clock
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a group."""
        return self.frame


def service_level(
    data: Dataset,
    *,
    hours: float = 24,
    clock: Clock = "calendar",
    working: WorkingHours | None = None,
    level: float = LEVEL,
) -> ServiceLevel:
    """Count how many of the leads handed over sales touched within a limit, and where.

    Parameters
    ----------
    data : Dataset
        Needs ``lead_stages`` with mql and touches of sales.
    hours : float
        The limit.
    clock : {"calendar", "working"}
        Hours of the calendar, or of `working`.
    working : WorkingHours, optional
        When sales works; by default Monday to Friday, 9 to 19, without the holidays of the exports
        (:func:`~alignment.working_hours.working_hours`).
    level : float
        Confidence level.

    Returns
    -------
    ServiceLevel

    Raises
    ------
    NotMeasurable
        If the exports lack what is needed.
    ArgumentError
        If an argument is none of those that may be given.
    """
    working = checked(data, clock, working, level)
    within("hours", hours, 0, inf)
    found = handed_over(data)
    frame = found.frame
    untouched = frame.assign(touched_at=pd.Series(pd.NaT, frame.index).dt.tz_localize("UTC"))
    passed = waits(untouched, data, clock, working) >= hours
    left_out = dict(found.left_out) | {"limit not yet passed": int((~passed).sum())}
    load = week_load(data, frame)
    rows = frame[passed].reset_index(drop=True)
    touched = rows["touched_at"].notna().to_numpy()
    counted = pd.DataFrame(
        {
            "within": touched & (waits(rows, data, clock, working) <= hours),
            "never": ~touched,
            "account": accounts_of(data, rows["place"]),
        }
    )
    whole, _ = _counts(ALL, pd.Series(ALL, counted.index), counted, level)
    parts, tests = [whole], []
    for dimension in DIMENSIONS:
        try:
            if dimension == "load":
                of = _thirds(load[passed].reset_index(drop=True))
            else:
                of = labels(data, rows["place"], dimension)
        except NotMeasurable:
            continue
        part, effect = _counts(dimension, of, counted, level)
        if len(part) > 1:
            parts.append(part)
            enough = ~part["too_few"].to_numpy()
            p = equal_shares(part["within"][enough], part["leads"][enough], effect[enough])
            tests.append((dimension, int(enough.sum()), p))
    compared = pd.DataFrame(tests, columns=["dimension", "groups", "p"])
    return ServiceLevel(
        frame=pd.concat(parts, ignore_index=True),
        tests=compared.assign(p_adjusted=holm(compared["p"])),
        hours=hours,
        clock=clock,
        about=About(
            method=METHOD,
            level=level,
            assumptions=(*ASSUMPTIONS, told(working)) if clock == "working" else ASSUMPTIONS,
            left_out={reason: count for reason, count in left_out.items() if count},
        ),
    )


def _counts(
    dimension: str, of: pd.Series, counted: pd.DataFrame, level: float
) -> tuple[pd.DataFrame, NDArray[np.float64]]:
    """Count a dimension's groups; give also the design effect of each."""
    by = counted.groupby(of.to_numpy(), sort=True)
    table = pd.DataFrame(
        {"leads": by.size(), "within": by["within"].sum(), "never": by["never"].sum()}
    ).astype("int64")
    if dimension == "load":
        table = table.reindex([name for name in LOADS if name in table.index])
    group = table.index.get_indexer(pd.Index(of))
    effect = design_effects(
        counted["within"], counted["account"].to_numpy(), group, groups=len(table)
    )
    share, low, high = wilson(table["within"].to_numpy(), table["leads"].to_numpy(), level, effect)
    frame = pd.DataFrame(
        {
            "dimension": dimension,
            "group": table.index.astype("str"),
            "leads": table["leads"].to_numpy(),
            "within": table["within"].to_numpy(),
            "late": (table["leads"] - table["within"] - table["never"]).to_numpy(),
            "never": table["never"].to_numpy(),
            "share": share,
            "low": low,
            "high": high,
            "too_few": (table["leads"] < MINIMUM_LEADS).to_numpy(),
        }
    )
    return frame, effect


def week_load(data: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """Count how many leads the region of each was handed in its week, against the usual.

    The usual number is the mean of the weeks from the region's first to its last lead, weeks
    without a lead included. Without regions the company is one.

    Returns
    -------
    DataFrame
        One row a lead: ``arrivals`` in its region and week, ``load``: these over the usual.
    """
    week = local_weeks(data, frame["handed_at"])
    try:
        region = labels(data, frame["place"], "region")
    except NotMeasurable:
        region = pd.Series(ALL, index=frame.index)
    cells = pd.DataFrame({"region": region.to_numpy(), "week": week})
    arrivals = cells.groupby(["region", "week"])["week"].transform("size")
    by_region = cells.groupby("region")["week"]
    span = by_region.transform("max") - by_region.transform("min") + 1
    usual = by_region.transform("size") / span
    return pd.DataFrame({"arrivals": arrivals, "load": arrivals / usual}).set_axis(frame.index)


def local_weeks(data: Dataset, moments: pd.Series) -> NDArray[np.int64]:
    """Give the number of the week, from Monday on, of each instant in the dataset's zone."""
    naive = moments.dt.tz_convert(data.timezone).dt.tz_localize(None).to_numpy()
    days = np.asarray(naive).astype("datetime64[D]").astype(np.int64)
    return np.asarray((days - 4) // 7)


def _thirds(load: pd.DataFrame) -> pd.Series:
    """Cut the weeks of the regions into thirds by load; equal loads stay together."""
    # A week counts once, however many leads it brought.
    order = np.argsort(load["load"].to_numpy(), kind="stable")
    weight = np.cumsum(1 / load["arrivals"].to_numpy()[order])
    cut = np.searchsorted(weight, weight[-1] * np.array([1 / 3, 2 / 3]) - 1e-9)
    low, high = load["load"].to_numpy()[order][cut]
    quiet = load["load"] <= low
    busy = (load["load"] >= high) & ~quiet
    code = np.select([quiet, busy], [0, 2], 1)
    return pd.Series(np.array(LOADS, dtype=object)[code], index=load.index)
