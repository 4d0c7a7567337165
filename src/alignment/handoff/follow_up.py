"""How long a lead that was handed over waits for sales, the never-touched counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.dataset import Dataset
from alignment.handoff.milestones import handed_over, labels
from alignment.handoff.shares import Reached, reached
from alignment.results import LEVEL, About, Result
from alignment.text import Text
from alignment.working_hours import WorkingHours

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
ASSUMPTIONS = (
    Text(
        en="A touch that sales made is a touch that sales logged.",
        es="Una interacción hecha por ventas es una interacción registrada por ventas.",
    ),
    Text(
        en="A touch of which only the day is known counts at the end of that day.",
        es="Una interacción de la que solo se conoce el día cuenta al final de ese día.",
    ),
)
WORKING = Text(
    en="Working hours are Monday to Friday, 9 to 19, unless others are given.",
    es="Las horas hábiles son de lunes a viernes, de 9 a 19, si no se dan otras.",
)


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
        When sales works; by default Monday to Friday, 9 to 19.
    level : float
        Confidence level.

    Returns
    -------
    FollowUp

    Raises
    ------
    NotMeasurable
        If the exports lack what is needed.
    """
    if clock not in ("calendar", "working"):
        raise ValueError(f"clock is “calendar” or “working”, not “{clock}”")
    found = handed_over(data)
    frame = found.frame
    hours = waits(frame, data, clock, working or WorkingHours())
    came = frame["touched_at"].notna().to_numpy()
    of = pd.Series(ALL, index=frame.index)
    names = [ALL]
    if group is not None:
        of = labels(data, frame["place"], group)
        names += sorted(of.unique())
    parts: list[tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]] = []
    for name in names:
        own = np.ones(len(frame), dtype=bool) if name == ALL else (of == name).to_numpy()
        parts.append(_one(name, frame[own], hours[own], came[own], level))
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
            assumptions=(*ASSUMPTIONS, WORKING) if clock == "working" else ASSUMPTIONS,
            left_out=found.left_out,
        ),
    )


def waits(frame: pd.DataFrame, data: Dataset, clock: Clock, working: WorkingHours) -> Floats:
    """Give the hours from each handoff to the first touch, or to the export where there is none."""
    until = frame["touched_at"].fillna(data.as_of)
    if clock == "working":
        return np.maximum(working.between(frame["handed_at"], until, data.timezone), 0.0)
    hours = (until - frame["handed_at"]) / pd.Timedelta(hours=1)
    return np.asarray(hours, dtype=np.float64)


def _one(
    name: str,
    rows: pd.DataFrame,
    hours: Floats,
    came: NDArray[np.bool_],
    level: float,
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    curve = reached(hours, came)
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
