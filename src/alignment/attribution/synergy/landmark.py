"""The landmark design: what is known at t0, who acts within a window, what happens only after.

Counting exposures in a window of fixed length and outcomes after it removes the reward for long
journeys (immortal time): a unit whose outcome falls inside the window leaves the risk set.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.attribution.paths import Flags, Floats, Integers
from alignment.attribution.synergy.exposure import exposures
from alignment.attribution.synergy.units import (
    Kind,
    Outcome,
    account_units,
    clusters,
    followed_days,
    inverse_probability,
    known_outcome,
    lead_units,
)
from alignment.attribution.synergy.warmth import Warmth, find_warmth
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.journeys.codes import DAY, NEVER
from alignment.tables import TEAMS
from alignment.text import Text

HORIZON_DAYS = {"opportunity": 90, "won": 365}
_MOST_LEVELS = 12
_FEWEST_OF_LEVEL = 50
_LEAST_FOLLOWED = 0.1


@dataclass(frozen=True)
class Landmark:
    """Units in the risk set, as arrays.

    Parameters
    ----------
    outcome : array (units,)
        1 where the outcome is known to have come after the window and within the horizon.
    weight : array (units,)
        Inverse probability that the outcome is known; 0 where it is not.
    exposure : bool array (units, channels)
        Firm-initiated touches in the window; marketing's channels first.
    channels : tuple of str
        Their names.
    marketing : int
        How many of them are marketing's.
    covariates : array (units, columns)
        Known at the landmark: dummies of channel, region, segment and industry.
    covariate_names : tuple of str
        What each is, ``region = Norte``.
    warmth : Warmth
        The score without marketing's part, or that there is none.
    speed : array (units,)
        Log of the hours from the handoff (from the landmark where there was none) to the first
        touch of sales, in standard deviations; 0 without such a touch.
    first_sales : array (units,)
        Place in `channels` of that touch; -1 without one.
    cluster : array (units,)
        Account of the unit, numbered by appearance.
    kind, outcome_name, window_days, horizon_days
        What was asked.
    units_a_month : float
        New units in a month of 30.44 days, in the risk set.
    left_out : dict of str to int
        What the design does not use, by reason.
    """

    outcome: Floats
    weight: Floats
    exposure: Flags
    channels: tuple[str, ...]
    marketing: int
    covariates: Floats
    covariate_names: tuple[str, ...]
    warmth: Warmth
    speed: Floats
    first_sales: Integers
    cluster: Integers
    kind: Kind
    outcome_name: Outcome
    window_days: float
    horizon_days: float
    units_a_month: float
    left_out: dict[str, int]

    @property
    def teams(self) -> Flags:
        """Whether marketing, and whether sales, touched each unit in the window."""
        sides = np.split(self.exposure, [self.marketing], axis=1)
        return np.column_stack([side.any(axis=1) for side in sides])

    @property
    def cell(self) -> Integers:
        """0 nobody, 1 only marketing, 2 only sales, 3 both."""
        return np.asarray(self.teams @ np.array([1, 2]), dtype=np.int64)


def landmark_design(
    data: Dataset,
    *,
    outcome: Outcome = "opportunity",
    unit: Kind = "lead",
    window_days: float = 14,
    horizon_days: float | None = None,
) -> Landmark:
    """Lay a dataset out as a landmark design.

    Parameters
    ----------
    data : Dataset
        Leads, opportunities that name their lead, and touches with team and initiator.
    outcome : {"opportunity", "won"}
        What the teams are after.
    unit : {"lead", "account"}
        Leads at their creation, or target accounts at the start of each quarter. A game of leads
        takes for granted that marketing brought them.
    window_days : float
        Days after the landmark in which touches count.
    horizon_days : float, optional
        Days after the landmark within which the outcome counts; 90 for an opportunity, 365 for a
        win.

    Returns
    -------
    Landmark

    Raises
    ------
    NotMeasurable
        If a team has no touch in any window, or the exports end too early.
    """
    if outcome not in HORIZON_DAYS:
        raise ValueError(f"unknown outcome “{outcome}”; use {', '.join(HORIZON_DAYS)}")
    if unit not in ("lead", "account"):
        raise ValueError(f"unknown unit “{unit}”; use lead or account")
    horizon = float(HORIZON_DAYS[outcome] if horizon_days is None else horizon_days)
    if not 0 < window_days < horizon:
        raise ValueError("the window must be positive and end before the horizon")
    data.require("opportunities")
    data.require("touches")
    units = (lead_units if unit == "lead" else account_units)(data, outcome)
    followed = followed_days(data, units.start)
    days = np.where(units.opportunity == NEVER, np.inf, (units.opportunity - units.start) / DAY)
    short = followed < window_days
    inside = ~short & (days <= window_days)
    keep = ~short & ~inside
    found = exposures(data, units, window_days)
    exposure, marketing = found.touched[keep], found.marketing
    known, happened = known_outcome(units, followed, horizon)
    weight = inverse_probability(units, followed, horizon, known)
    if not keep.any() or (followed[keep] >= horizon).mean() < _LEAST_FOLLOWED:
        raise _too_short(horizon)
    frame = units.frame[keep].reset_index(drop=True)
    covariates, names = _covariates(frame)
    _both_teams(exposure, marketing)
    span = max(float(np.ptp(units.start[keep])) / DAY, 1.0)
    return Landmark(
        outcome=happened[keep].astype(float),
        weight=weight[keep],
        exposure=exposure,
        channels=found.channels,
        marketing=marketing,
        covariates=covariates,
        covariate_names=names,
        warmth=find_warmth(frame, exposure[:, :marketing], covariates),
        speed=_speed(found.hours[keep]),
        first_sales=found.first_sales[keep],
        cluster=clusters(frame),
        kind=unit,
        outcome_name=outcome,
        window_days=float(window_days),
        horizon_days=horizon,
        units_a_month=float(keep.sum() / span * 30.44),
        left_out={
            **units.left_out,
            "window not over at the export": int(short.sum()),
            "opportunity inside or before the window": int(inside.sum()),
            "outcome not yet known (weighted for)": int((keep & ~known).sum()),
            **found.left_out,
        },
    )


def _speed(hours: Floats) -> Floats:
    """Give the log of the hours in standard deviations; 0 where there are none."""
    known = np.isfinite(hours)
    logs = np.log(np.maximum(np.where(known, hours, 1.0), 0.1))
    if not known.any() or np.ptp(logs[known]) == 0:
        return np.zeros(len(hours))
    return np.where(known, (logs - logs[known].mean()) / logs[known].std(), 0.0)


def _both_teams(exposure: Flags, marketing: int) -> None:
    for team, side in zip(TEAMS, np.split(exposure, [marketing], axis=1), strict=True):
        if not side.any():
            raise NotMeasurable(
                Text(
                    en="Not measurable: no unit has a touch started by {team} inside the window, "
                    "so what the teams reach together cannot be told from what one reaches.",
                    es="No medible: ninguna unidad tiene una interacción iniciada por {team} "
                    "dentro de la ventana; no se distingue lo que logran juntas de lo que logra "
                    "una.",
                ).format(team=Text(en=team, es="ventas" if team == "sales" else "marketing"))
            )


def _too_short(horizon: float) -> NotMeasurable:
    return NotMeasurable(
        Text(
            en="Not measurable: the exports show fewer than one unit in ten for {days} days; a "
            "shorter horizon, or a later export, is needed.",
            es="No medible: las exportaciones muestran menos de una unidad de cada diez durante "
            "{days} días; hace falta un horizonte más corto o una exportación posterior.",
        ).format(days=f"{horizon:g}")
    )


def _covariates(frame: pd.DataFrame) -> tuple[Floats, tuple[str, ...]]:
    """Give dummies of what is known at the landmark.

    The date is not among them: it says who could be followed long enough, and the weights for
    that would have nobody recent without the outcome to stand for.
    """
    columns: list[Floats] = []
    names: list[str] = []
    for column in ("channel", "region", "segment", "industry"):
        values = frame[column].astype("object").where(frame[column].notna(), "(missing)")
        counts = values.value_counts()
        levels = _levels(counts.index.astype(str).tolist(), counts.tolist())
        for level in levels[1:]:
            columns.append((values == level).to_numpy(dtype=float))
            names.append(f"{column} = {level}")
    if not columns:
        return np.zeros((len(frame), 0)), ()
    return np.column_stack(columns), tuple(names)


def _levels(values: Sequence[str], counts: Sequence[int]) -> list[str]:
    """Choose the levels with enough rows, the most common first; it is the reference."""
    pairs = sorted(zip(counts, values, strict=True), key=lambda pair: (-pair[0], pair[1]))
    return [value for count, value in pairs if count >= _FEWEST_OF_LEVEL][:_MOST_LEVELS]
