"""The joint funnel by cohort: the share of leads that comes so far, the young ones counted fairly.

A lead that has come to a later stage has passed the earlier ones by then, recorded or not, so the
funnel never widens. What a cohort has not had the time to do is not held against it: each share is
by a fixed number of days, and leads that cannot be followed so long count as far as they can.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type, one_of, within
from alignment.dataset import Dataset
from alignment.handoff.milestones import find_milestones
from alignment.handoff.reached import reached
from alignment.moments import SHARED_ACCOUNTS, accounts_of
from alignment.results import LEVEL, About, Result
from alignment.text import Text

MINIMUM_LEADS = 30
ALL = "all"
DAY = pd.Timedelta(days=1)
Integers = NDArray[np.int64]

METHOD = Text(
    en=(
        "Kaplan–Meier share of leads that reach each stage by a fixed number of days, Greenwood "
        "variance, interval on the log(−log) scale; a lead that was lost stays among those that "
        "have not reached it."
    ),
    es=(
        "Proporción Kaplan–Meier de leads que llegan a cada etapa en un número fijo de días, "
        "varianza de Greenwood, intervalo en la escala log(−log); un lead perdido queda entre los "
        "que no han llegado."
    ),
)
ASSUMPTIONS = (
    Text(
        en="Younger leads go on as those of the same cohort did that could be followed longer.",
        es="Los leads más recientes siguen como los de su cohorte que se pudieron observar más.",
    ),
    SHARED_ACCOUNTS,
    Text(
        en="Whoever is in a later stage has passed the earlier ones by then.",
        es="Quien está en una etapa posterior ya pasó por las anteriores.",
    ),
)


@dataclass(frozen=True)
class Funnel(Result):
    """Shares of the leads of each cohort that reach each stage.

    Parameters
    ----------
    frame : DataFrame
        One row a cohort and stage: ``cohort`` (``all``, or a quarter such as 2026Q2, or a month),
        ``stage``, ``leads``, ``so_far`` (reached by the export), ``share`` by ``day`` days from
        the lead, ``low``, ``high`` (missing where the cohort is too young), ``too_few``.
    steps : DataFrame
        One row a stage but the first, all cohorts together: ``stage``, ``from_stage``, ``leads``
        (that entered `from_stage`), ``share`` of them that reach `stage` within ``day`` days from
        then, ``low``, ``high``, ``median_days`` among all, missing where fewer than half get there,
        and ``skipped``: leads in `stage` or beyond for which it was never recorded.
    day : int
        Days by which the shares are told.
    about : About
    """

    frame: pd.DataFrame
    steps: pd.DataFrame
    day: int
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a cohort and stage."""
        return self.frame


def cohort_funnel(
    data: Dataset,
    *,
    cohort: Literal["quarter", "month"] = "quarter",
    day: int = 180,
    level: float = LEVEL,
) -> Funnel:
    """Follow the leads of each quarter or month through the stages of both teams.

    Parameters
    ----------
    data : Dataset
        Needs ``leads.created_at``; stages that the exports do not record are left out of the
        funnel.
    cohort : {"quarter", "month"}
        Calendar spans in which leads were created, in ``data.timezone``.
    day : int
        Days from the lead by which a stage counts.
    level : float
        Confidence level.

    Returns
    -------
    Funnel

    Raises
    ------
    NotMeasurable
        If the exports hold no leads.
    ArgumentError
        If an argument is none of those that may be given.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    one_of("cohort", cohort, ("quarter", "month"))
    within("day", day, 0, inf)
    within("level", level, 0, 1)
    found = find_milestones(data)
    frame = found.frame
    unseen = frame["lead"] < data.observed_from
    left_out = dict(found.left_out) | {"created before stages were recorded": int(unseen.sum())}
    raw = frame[~unseen].reset_index(drop=True)
    stages = found.recorded
    times, early = _in_order(raw, stages)
    left_out["stages dated before the lead"] = early
    local = raw["lead"].dt.tz_convert(data.timezone).dt.tz_localize(None)
    cohorts = local.dt.to_period("Q" if cohort == "quarter" else "M").astype("str")
    account = accounts_of(data, raw["place"])
    parts = [_cohort(ALL, times, account, stages, data.as_of, day, level)]
    for name, rows in times.groupby(cohorts.to_numpy(), sort=True):
        own = account[rows.index]
        parts.append(_cohort(str(name), rows, own, stages, data.as_of, day, level))
    return Funnel(
        frame=pd.concat(parts, ignore_index=True),
        steps=_steps(raw, times, account, stages, data.as_of, day, level),
        day=day,
        about=About(
            method=METHOD,
            level=level,
            assumptions=ASSUMPTIONS,
            left_out={reason: count for reason, count in left_out.items() if count},
        ),
    )


def _in_order(raw: pd.DataFrame, stages: tuple[str, ...]) -> tuple[pd.DataFrame, int]:
    """Let each lead pass a stage when it first came so far or farther, and never before it began.

    Returns the moments, and how many were dated before the lead.
    """
    times = raw[list(stages)].copy()
    early = 0
    for stage in stages[1:]:
        wrong = times[stage] < times["lead"]
        early += int(wrong.sum())
        times[stage] = times[stage].where(~wrong, times["lead"])
    for stage, after in zip(stages[-2:0:-1], stages[:0:-1], strict=False):
        times[stage] = times[[stage, after]].min(axis=1)
    return times, early


def _followed(
    start: pd.Series, event: pd.Series, as_of: pd.Timestamp
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Give days from a start to an event or to the export, and whether it was the event."""
    came = event.notna()
    days = (event.where(came, as_of) - start) / DAY
    return days.to_numpy(dtype=np.float64), came.to_numpy(dtype=bool)


def _cohort(
    name: str,
    times: pd.DataFrame,
    account: Integers,
    stages: tuple[str, ...],
    as_of: pd.Timestamp,
    day: int,
    level: float,
) -> pd.DataFrame:
    rows = []
    for stage in stages:
        if stage == "lead":
            share, low, high, so_far = 1.0, np.nan, np.nan, len(times)
        else:
            days, came = _followed(times["lead"], times[stage], as_of)
            estimate = reached(days, came, account).by(np.array([day]), level)
            share, low, high = (float(values[0]) for values in estimate)
            so_far = int(came.sum())
        rows.append((name, stage, len(times), so_far, share, low, high))
    columns = ["cohort", "stage", "leads", "so_far", "share", "low", "high"]
    return pd.DataFrame(rows, columns=columns).assign(too_few=len(times) < MINIMUM_LEADS)


def _steps(
    raw: pd.DataFrame,
    times: pd.DataFrame,
    account: Integers,
    stages: tuple[str, ...],
    as_of: pd.Timestamp,
    day: int,
    level: float,
) -> pd.DataFrame:
    rows = []
    for before, stage in pairwise(stages):
        there = times[before].notna()
        days, came = _followed(times.loc[there, before], times.loc[there, stage], as_of)
        curve = reached(days, came, account[there.to_numpy()])
        share, low, high = (float(values[0]) for values in curve.by(np.array([day]), level))
        skipped = int((times[stage].notna() & raw[stage].isna()).sum())
        median = curve.quantile(0.5, level)[0]
        rows.append((stage, before, int(there.sum()), share, low, high, median, skipped))
    columns = ["stage", "from_stage", "leads", "share", "low", "high", "median_days", "skipped"]
    return pd.DataFrame(rows, columns=columns)
