"""The experiment that settles it: how large it must be, and what one says that was run.

Two by two at random: marketing held back for half, sales held back (or its order drawn) for half.
Its four cell means are the game itself, without a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from alignment.attribution.paths import Floats, Integers
from alignment.attribution.synergy.indices import COALITIONS
from alignment.attribution.synergy.units import (
    Kind,
    Outcome,
    Units,
    account_units,
    clusters,
    followed_days,
    inverse_probability,
    known_outcome,
    lead_units,
)
from alignment.dataset import Dataset
from alignment.journeys.codes import NEVER, instants, positions

# How an arm's name says which teams act in it; anything else is not a two-by-two of the teams.
ARMS: Mapping[str, frozenset[str]] = {
    "none": frozenset({"none", "nobody", "neither", "nadie", "ninguna", "holdout both"}),
    "marketing": frozenset({"marketing", "only marketing", "marketing only", "solo marketing"}),
    "sales": frozenset({"sales", "only sales", "sales only", "ventas", "solo ventas"}),
    "both": frozenset({"both", "marketing + sales", "marketing+sales", "ambas", "ambos"}),
}
_KINDS = ("lead", "account")


def experiment_size(
    values: Floats, units_a_month: float, *, power: float = 0.8, alpha: float = 0.05
) -> pd.DataFrame:
    """Size the random two-by-two from the company's own rates.

    Parameters
    ----------
    values : array (4,)
        Worth of nobody, marketing, sales, both: the rates that the arms are expected to have.
    units_a_month : float
        Units that come in a month.
    power, alpha : float
        Chance of seeing an effect of this size, and two-sided error, of a normal test.

    Returns
    -------
    DataFrame
        ``question`` (interaction, sales, marketing), ``effect``, ``units`` in all and ``months``.
        The teams' questions compare two halves of the same trial.
    """
    none, marketing, sales, both = values
    spread = values * (1 - values)
    z = stats.norm.ppf(1 - alpha / 2) + stats.norm.ppf(power)
    effects = {
        "interaction": both - sales - marketing + none,
        "sales": (both + sales - marketing - none) / 2,
        "marketing": (both + marketing - sales - none) / 2,
    }
    factor = {"interaction": 4.0, "sales": 1.0, "marketing": 1.0}
    rows = []
    for question, effect in effects.items():
        needed = factor[question] * z**2 * spread.sum() / effect**2 if effect else np.inf
        rows.append((question, float(effect), float(np.ceil(needed)), needed / units_a_month))
    return pd.DataFrame(rows, columns=["question", "effect", "units", "months"])


@dataclass(frozen=True)
class Trial:
    """A random two-by-two of the teams that was run.

    Parameters
    ----------
    name : str
        The experiment.
    arm : array (units,)
        Place of the arm in :data:`COALITIONS`.
    outcome, weight : arrays (units,)
        Whether the outcome came within the horizon, and the inverse probability that it is
        known. Nobody leaves for an early outcome: the draw came first.
    cluster : array (units,)
        Account of the unit.
    """

    name: str
    arm: Integers
    outcome: Floats
    weight: Floats
    cluster: Integers

    def means(self, weights: Floats) -> Floats:
        """Give the means of the four arms as drawn, whoever was touched: array (4,)."""
        weight = weights * self.weight
        total = np.bincount(self.arm, weight, minlength=4)
        happened = np.bincount(self.arm, weight * self.outcome, minlength=4)
        return np.where(total > 0, happened / np.where(total > 0, total, 1.0), np.nan)

    def values(self, *, replicates: int, seed: int) -> Floats:
        """Give the four means of the data (first) and of bootstrap replicates by account."""
        generator = np.random.default_rng(seed)
        accounts = int(self.cluster.max()) + 1
        drawn = [
            self.means(generator.poisson(1.0, accounts).astype(float)[self.cluster])
            for _ in range(replicates)
        ]
        return np.array([self.means(np.ones(len(self.arm))), *drawn])


def find_trial(data: Dataset, *, outcome: Outcome, unit: Kind, horizon_days: float) -> Trial | None:
    """Find a trial on leads or accounts whose four arms say which teams act.

    Parameters
    ----------
    data : Dataset
        With ``experiments``.
    outcome, unit, horizon_days
        As in :func:`alignment.attribution.synergy.landmark_design`.

    Returns
    -------
    Trial or None
        Trials on regions, or with other arms, do not draw the teams and are not used.
    """
    table = data.experiments
    if not len(table):
        return None
    named = {word: place for place, team in enumerate(COALITIONS) for word in ARMS[team]}
    code = table["arm"].str.strip().str.lower().map(named)
    for name, rows in table.assign(code=code).groupby("experiment", sort=True):
        kinds = set(rows["unit_kind"])
        if len(kinds) == 1 and kinds <= set(_KINDS) and set(rows["code"].dropna()) == {0, 1, 2, 3}:
            units = (lead_units if unit == "lead" else account_units)(data, outcome)
            arm = _arms(data, units, rows[rows["code"].notna()], kinds.pop())
            if len(np.unique(arm[arm >= 0])) == len(COALITIONS):
                return _trial(data, str(name), units, arm, horizon_days)
    return None


def _arms(data: Dataset, units: Units, rows: pd.DataFrame, kind: str) -> Integers:
    """Give each unit's arm; -1 for those not drawn, or from outside the trial's days."""
    rows = rows.drop_duplicates("unit_id").reset_index(drop=True)
    ids = units.frame["unit_id" if kind == "lead" else "account_id"]
    place = positions(ids, rows["unit_id"])
    there = np.maximum(place, 0)
    first = instants(rows["starts_on"].dt.tz_localize(data.timezone).dt.tz_convert("UTC"))
    ends = rows["ends_on"] + pd.Timedelta(days=1)
    last = instants(ends.dt.tz_localize(data.timezone).dt.tz_convert("UTC"))
    last = np.where(last == NEVER, np.iinfo(np.int64).max, last)
    inside = (place >= 0) & (units.start >= first[there]) & (units.start < last[there])
    return np.where(inside, rows["code"].to_numpy(dtype=np.int64)[there], -1)


def _trial(data: Dataset, name: str, units: Units, arm: Integers, horizon_days: float) -> Trial:
    followed = followed_days(data, units.start)
    known, happened = known_outcome(units, followed, horizon_days)
    weight = inverse_probability(units, followed, horizon_days, known)
    inside = arm >= 0
    return Trial(
        name=name,
        arm=arm[inside],
        outcome=happened[inside].astype(float),
        weight=weight[inside],
        cluster=clusters(units.frame[inside].reset_index(drop=True)),
    )
