"""How long a lead that was handed over waits for sales, the never-touched counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type, one_of, within
from alignment.dataset import Dataset
from alignment.handoff.milestones import handed_over, labels
from alignment.handoff.reached import Reached, reached
from alignment.moments import DAY_ONLY, LOGGED, SHARED_ACCOUNTS, accounts_of
from alignment.results import LEVEL, About, Result
from alignment.text import Text
from alignment.working_hours import WorkingHours, chosen, told

Floats = NDArray[np.float64]
Clock = Literal["calendar", "working"]

ALL = "all"
HOURS = (1, 4, 24, 48, 168, 720)
MINIMUM_LEADS = 30
CURVE_POINTS = 240
CURVE_HOURS = 336.0

METHOD = Text(
    en=(
        "Kaplan–Meier share of the leads handed over that sales has touched by each hour; leads "
        "never touched, closed ones too, stay in the count until the export."
    ),
    es=(
        "Proporción Kaplan–Meier de los leads entregados que ventas ha contactado a cada hora; los "
        "nunca contactados, también los cerrados, siguen contando hasta la exportación."
    ),
)
ASSUMPTIONS = (LOGGED, DAY_ONLY, SHARED_ACCOUNTS)


@dataclass(frozen=True)
class FollowUp(Result):
    """The wait for sales' first touch.

    Parameters
    ----------
    frame : DataFrame
        One row a group (first ``all``): ``group``, ``leads`` handed over, ``touched`` by the
        export, ``never`` (not by the export), ``closed_untouched`` (closed first; part of
        `never`), ``median_hours`` with ``low`` and ``high`` (missing where half are not reached),
        ``naive_mean_hours`` and ``naive_median_hours`` over the touched alone, ``too_few``.
    at : DataFrame
        One row a group and hour: ``group``, ``hours``, ``share``, ``low``, ``high``, ``at_risk``.
    curves : DataFrame
        ``group``, ``hours``, ``share``, ``low``, ``high``, ``at_risk`` on a grid up to two weeks.
    clock : {"calendar", "working"}
        Which hours are counted.
    about : About
    """

    frame: pd.DataFrame
    at: pd.DataFrame
    curves: pd.DataFrame
    clock: Clock
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a group."""
        return self.frame


def follow_up(
    data: Dataset,
    *,
    group: str | None = None,
    clock: Clock = "calendar",
    working: WorkingHours | None = None,
    level: float = LEVEL,
) -> FollowUp:
    """Estimate how long leads wait for sales after the handoff.

    Parameters
    ----------
    data : Dataset
        Needs ``lead_stages`` with mql and touches of sales.
    group : str, optional
        Column of leads or accounts (region, segment, channel …), or ``owner`` for anonymous codes.
    clock : {"calendar", "working"}
        Hours of the calendar, or of `working`.
    working : WorkingHours, optional
        When sales works; by default Monday to Friday, 9 to 19, without the holidays of the exports
        (:func:`~alignment.working_hours.working_hours`).
    level : float
        Confidence level.

    Returns
    -------
    FollowUp

    Raises
    ------
    NotMeasurable
        If the exports lack what is needed.
    ArgumentError
        If an argument is none of those that may be given.
    """
    working = checked(data, clock, working, level)
    found = handed_over(data)
    frame = found.frame
    hours = waits(frame, data, clock, working)
    came = frame["touched_at"].notna().to_numpy()
    account = accounts_of(data, frame["place"])
    of = pd.Series(ALL, index=frame.index)
    names = [ALL]
    if group is not None:
        of = labels(data, frame["place"], group)
        names += sorted(of.unique())
    parts: list[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]] = []
    for name in names:
        own = np.ones(len(frame), dtype=bool) if name == ALL else (of == name).to_numpy()
        parts.append(_one(name, frame[own], hours[own], came[own], account[own], level))
    summaries, at, curves = (
        pd.concat(part, ignore_index=True) for part in zip(*parts, strict=True)
    )
    return FollowUp(
        frame=summaries,
        at=at,
        curves=curves,
        clock=clock,
        about=About(
            method=METHOD,
            level=level,
            assumptions=(*ASSUMPTIONS, told(working)) if clock == "working" else ASSUMPTIONS,
            left_out=found.left_out,
        ),
    )


def checked(
    data: Dataset, clock: Clock, working: WorkingHours | None, level: float
) -> WorkingHours:
    """Refuse arguments that cannot be, and give the working hours: of the dataset by default.

    Raises
    ------
    ArgumentError
        If one cannot be.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    one_of("clock", clock, get_args(Clock))
    within("level", level, 0, 1)
    return chosen(data, working)


def waits(frame: pd.DataFrame, data: Dataset, clock: Clock, working: WorkingHours) -> Floats:
    """Give the hours from each handoff to the first touch, or to the export where there is none."""
    until = frame["touched_at"].fillna(data.as_of)
    if clock == "working":
        return np.maximum(working.between(frame["handed_at"], until), 0.0)
    hours = (until - frame["handed_at"]) / pd.Timedelta(hours=1)
    return np.asarray(hours, dtype=np.float64)


def _one(
    name: str,
    rows: pd.DataFrame,
    hours: Floats,
    came: NDArray[np.bool_],
    account: NDArray[np.int64],
    level: float,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    curve = reached(hours, came, account)
    median, low, high = curve.quantile(0.5, level)
    touched = hours[came]
    closed = ~came & rows["closed_at"].notna().to_numpy()
    summary = pd.DataFrame(
        {
            "group": [name],
            "leads": len(rows),
            "touched": int(came.sum()),
            "never": int((~came).sum()),
            "closed_untouched": int(closed.sum()),
            "median_hours": median,
            "low": low,
            "high": high,
            "naive_mean_hours": float(touched.mean()) if len(touched) else np.nan,
            "naive_median_hours": float(np.median(touched)) if len(touched) else np.nan,
            "too_few": len(rows) < MINIMUM_LEADS,
        }
    )
    return (
        summary,
        _told(name, curve, np.array(HOURS, dtype=float), level),
        _told(name, curve, np.linspace(0, CURVE_HOURS, CURVE_POINTS + 1), level),
    )


def _told(name: str, curve: Reached, hours: Floats, level: float) -> pd.DataFrame:
    share, low, high = curve.by(hours, level)
    return pd.DataFrame(
        {
            "group": name,
            "hours": hours,
            "share": share,
            "low": low,
            "high": high,
            "at_risk": curve.at_risk(hours),
        }
    )
