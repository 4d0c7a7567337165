"""The game of marketing and sales: what exists only where both acted, and each one's fair claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from alignment.attribution.paths import Floats
from alignment.attribution.synergy.checks import (
    OddsInteraction,
    cross_checks,
    odds_interaction,
    propensities,
)
from alignment.attribution.synergy.experiment import Trial, experiment_size, find_trial
from alignment.attribution.synergy.gates import (
    cell_gates,
    check_cells,
    check_positivity,
    joint_gate,
    positivity_gates,
)
from alignment.attribution.synergy.indices import COALITIONS, TeamIndices, teams_game
from alignment.attribution.synergy.landmark import HORIZON_DAYS, Landmark, landmark_design
from alignment.attribution.synergy.pairs import channel_table, pair_table
from alignment.attribution.synergy.resampling import Games, play
from alignment.attribution.synergy.texts import (
    model_assumptions,
    model_method,
    trial_assumptions,
    trial_method,
)
from alignment.attribution.synergy.tipping import TippingPoint, tipping_map, tipping_point
from alignment.attribution.synergy.units import Kind, Outcome
from alignment.attribution.synergy.warmth import Source
from alignment.attribution.synergy.widened import PLAIN, WIDENED, widened_interval
from alignment.dataset import Dataset
from alignment.results import LEVEL, About, Result

NEED_JOINT = (
    "rho",
    "own_share",
    "full_share",
    "credit_low",
    "credit_high",
)  # ratios without meaning where J may be zero


@dataclass(frozen=True)
class TeamGame(Result):
    """The game of the two teams, with what speaks for and against it.

    Parameters
    ----------
    values : DataFrame
        ``coalition`` (none, marketing, sales, both), ``estimate``, ``low``, ``high``: share of
        the units that reach the outcome with only those touches.
    indices : DataFrame
        ``name`` (the fields of :class:`TeamIndices`), ``estimate``, ``low``, ``high``. `rho` and
        the bounds of the credit are missing where the joint effect may be zero.
    policy : DataFrame
        As `indices`, where sales' touches are drawn again from the score without marketing's
        points, and ``relay``: what marketing brings by making sales act. Empty where there is no
        score.
    channels : DataFrame
        ``channel``, ``team``, ``alone``, ``shapley``, ``low``, ``high``. Empty for a trial.
    pairs : DataFrame
        Shapley–Taylor index of each pair of channels: ``channel``, ``other``, ``team``,
        ``other_team``, ``estimate``, ``low``, ``high``, ``shrunk``, ``p``, ``q``, ``survives``.
    checks : DataFrame
        Other routes to rho; see :func:`alignment.attribution.synergy.checks.cross_checks`.
    agrees : bool
        Whether those that have a vote lie within 0.15 of rho.
    odds : OddsInteraction or None
        The product term on the log-odds scale.
    tipping : DataFrame
        See :func:`alignment.attribution.synergy.tipping.tipping_map`.
    tipping_point : TippingPoint or None
        The weakest unrecorded warmth that would undo the sign of rho.
    experiment : DataFrame
        Size of the trial that would settle it: ``question``, ``effect``, ``units``, ``months``.
    gates : DataFrame
        ``gate``, ``cell``, ``found``, ``needed``, ``open``.
    trial : str or None
        Name of the experiment whose arms gave the values, instead of the model.
    outcome, unit : str
        What was asked.
    units, outcomes : int
        Units in the risk set, and outcomes among them.
    warmth : {"points", "residual", "none"}
        How net warmth was had.
    about : About
        Method, level, assumptions, what was left out.
    """

    values: pd.DataFrame
    indices: pd.DataFrame
    policy: pd.DataFrame
    channels: pd.DataFrame
    pairs: pd.DataFrame
    checks: pd.DataFrame
    agrees: bool
    odds: OddsInteraction | None
    tipping: pd.DataFrame
    tipping_point: TippingPoint | None
    experiment: pd.DataFrame
    gates: pd.DataFrame
    trial: str | None
    outcome: Outcome
    unit: Kind
    units: int
    outcomes: int
    warmth: Source
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the indices."""
        return self.indices

    def index(self, name: str) -> pd.Series:
        """Return one index: estimate, low, high."""
        return self.indices.set_index("name").loc[name, ["estimate", "low", "high"]]


def team_game(
    data: Dataset,
    *,
    outcome: Outcome = "opportunity",
    unit: Kind = "lead",
    window_days: float = 14,
    horizon_days: float | None = None,
    replicates: int = 400,
    level: float = LEVEL,
    seed: int = 0,
) -> TeamGame:
    """Estimate what marketing and sales reach alone and together.

    Parameters
    ----------
    data : Dataset
        Leads (best with a score and marketing's points), opportunities, touches.
    outcome : {"opportunity", "won"}
        What is reached.
    unit : {"lead", "account"}
        Leads, or target accounts by quarter.
    window_days : float
        Days after the landmark in which touches count.
    horizon_days : float, optional
        Days within which the outcome counts; 90 for an opportunity, 365 for a win.
    replicates : int
        Bootstrap replicates, at least two.
    level : float
        Level of the intervals.
    seed : int
        Same seed, same intervals.

    Returns
    -------
    TeamGame

    Raises
    ------
    NotMeasurable
        If a gate closes: too few units or outcomes in one of the four cells, or nobody
        comparable to those touched.
    """
    if not 0 < level < 1:
        raise ValueError("the level lies between 0 and 1")
    if replicates < 2:
        raise ValueError("an interval needs at least two replicates")
    horizon = float(HORIZON_DAYS[outcome] if horizon_days is None else horizon_days)
    trial = find_trial(data, outcome=outcome, unit=unit, horizon_days=horizon)
    if trial is not None:
        return _of_trial(trial, outcome, unit, replicates, level, seed)
    units = landmark_design(
        data, outcome=outcome, unit=unit, window_days=window_days, horizon_days=horizon
    )
    gates = [cell_gates(units)]
    check_cells(units, gates[0])
    chances = propensities(units)
    gates.append(positivity_gates(units, chances))
    check_positivity(units, gates[1])
    games = play(units, replicates=replicates, seed=seed)
    found = teams_game(*games.teams.T)
    indices = _indices(found, level)
    gates.append(_joint(indices))
    checks = cross_checks(units, chances, float(found.rho[0]))
    return TeamGame(
        values=_values(games.teams, level),
        indices=_without_scale(indices, gates[-1]),
        policy=_policy(games, found, level),
        channels=channel_table(units, games.channels, level),
        pairs=pair_table(units, games.channels, level),
        checks=checks,
        agrees=bool(checks["agrees"].dropna().all()),
        odds=odds_interaction(units, level),
        tipping=tipping_map(units, games.cells, level),
        tipping_point=tipping_point(units, games.cells, level),
        experiment=experiment_size(games.teams[0], units.units_a_month),
        gates=pd.concat(gates, ignore_index=True),
        trial=None,
        outcome=outcome,
        unit=unit,
        units=len(units.outcome),
        outcomes=int(units.outcome.sum()),
        warmth=units.warmth.source,
        about=_about(units, games, replicates, level),
    )


def _summary(
    names: list[str], draws: list[Floats], level: float, factor: float = WIDENED
) -> pd.DataFrame:
    rows = [
        (name, float(found[0]), *widened_interval(found, level, factor))
        for name, found in zip(names, draws, strict=True)
    ]
    return pd.DataFrame(rows, columns=["name", "estimate", "low", "high"])


def _values(teams: Floats, level: float, factor: float = WIDENED) -> pd.DataFrame:
    found = _summary(list(COALITIONS), list(teams.T), level, factor)
    return found.rename(columns={"name": "coalition"})


def _indices(found: TeamIndices, level: float, factor: float = WIDENED) -> pd.DataFrame:
    draws = dict(found.items())
    # The lesser of two noisy claims is too small on average, so each bound keeps the interval of
    # the claim that it is.
    claims = ("own_share", "full_share")
    low, high = claims if found.interaction[0] >= 0 else claims[::-1]
    draws |= {"credit_low": draws[low], "credit_high": draws[high]}
    return _summary(list(draws), list(draws.values()), level, factor)


def _joint(indices: pd.DataFrame) -> pd.DataFrame:
    row = indices.set_index("name").loc["joint"]
    return joint_gate(float(row["low"]), float(row["high"]))


def _without_scale(indices: pd.DataFrame, gate: pd.DataFrame) -> pd.DataFrame:
    """Blank the ratios where the joint effect may be zero."""
    if bool(gate["open"].iloc[0]):
        return indices
    blanked = indices.copy()
    blanked.loc[blanked["name"].isin(NEED_JOINT), ["estimate", "low", "high"]] = np.nan
    return blanked


def _policy(games: Games, journey: TeamIndices, level: float) -> pd.DataFrame:
    """Summarise the game in which sales answers to the score without marketing's points."""
    if not np.isfinite(games.sales_policy[0]):
        return pd.DataFrame(columns=["name", "estimate", "low", "high"])
    none, marketing, sales, both = games.teams.T
    found = teams_game(none, marketing, games.sales_policy, both)
    relay = _summary(["relay"], [sales - games.sales_policy], level)
    indices = _indices(found, level)
    return pd.concat([_without_scale(indices, _joint(indices)), relay], ignore_index=True)


def _about(units: Landmark, games: Games, replicates: int, level: float) -> About:
    left_out = {**units.left_out}
    if games.failed:
        left_out["replicates that did not converge"] = games.failed
    return About(
        method=model_method(units, replicates),
        level=level,
        assumptions=model_assumptions(units),
        left_out=left_out,
    )


def _of_trial(
    trial: Trial, outcome: Outcome, unit: Kind, replicates: int, level: float, seed: int
) -> TeamGame:
    """Let an experiment answer: means by arm in place of the model."""
    values = trial.values(replicates=replicates, seed=seed)
    indices = _indices(teams_game(*values.T), level, PLAIN)
    gate = _joint(indices)
    empty: dict[str, Any] = {
        name: pd.DataFrame() for name in ("policy", "channels", "pairs", "checks", "tipping")
    }
    return TeamGame(
        values=_values(values, level, PLAIN),
        indices=_without_scale(indices, gate),
        agrees=True,
        odds=None,
        tipping_point=None,
        experiment=pd.DataFrame(),
        gates=gate,
        trial=trial.name,
        outcome=outcome,
        unit=unit,
        units=len(trial.arm),
        outcomes=int(trial.outcome.sum()),
        warmth="none",
        about=About(
            method=trial_method(trial.name, replicates),
            level=level,
            assumptions=trial_assumptions(),
        ),
        **empty,
    )
