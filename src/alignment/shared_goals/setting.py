"""What every plan on one data set starts from, measured once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from alignment.arguments import of_type
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.money import reported
from alignment.rewind import rewound
from alignment.shared_goals.capacity import Effort, find_effort
from alignment.shared_goals.draws import Randomness, randomness
from alignment.shared_goals.flow import Measured, measured
from alignment.shared_goals.passages import MONTHS, Passages, find_passages
from alignment.shared_goals.texts import NO_MONEY
from alignment.text import Text


@dataclass(frozen=True)
class Setting:
    """What every plan on one data set starts from."""

    data: Dataset
    found: Passages
    curves: Measured
    random: Randomness
    effort: Effort | None
    no_effort: Text | None


def prepare(
    data: Dataset,
    *,
    months: int = MONTHS,
    effort: Mapping[str, float] | None = None,
    samples: int = 200,
    draws: int = 4000,
    seed: int = 20260101,
) -> Setting:
    """Measure once what plans for several goals and dates need.

    Parameters
    ----------
    data : Dataset
        Needs leads linked to opportunities, won ones with amounts.
    months : int
        Cohort months behind the conversions.
    effort : Mapping of str to float, optional
        ``hours_per_lead`` and ``hours_per_opportunity``, or minutes of a touch by kind
        (``minutes_call`` …).
    samples, draws : int
        Bootstrap samples of cohort months, and draws in all.
    seed : int
        Same data and seed, same numbers.

    Raises
    ------
    NotMeasurable
        If the exports cannot carry a plan.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    data = rewound(data)
    if data.currency is None:
        raise NotMeasurable(NO_MONEY)
    found = find_passages(data, months=months)
    stated = dict(effort or {})
    minutes = {k.removeprefix("minutes_"): v for k, v in stated.items() if k.startswith("minutes_")}
    work, why = None, None
    try:
        work = find_effort(
            data,
            found,
            per_lead=stated.get("hours_per_lead"),
            per_opportunity=stated.get("hours_per_opportunity"),
            minutes=minutes,
        )
    except NotMeasurable as reason:
        why = reason.reason
    curves = measured(found, samples=samples, seed=seed)
    random = randomness(found, samples=samples, draws=draws, seed=seed)
    return Setting(data, found, curves, random, work, why)


def won_between(data: Dataset, first: pd.Timestamp, last: pd.Timestamp) -> float:
    """Add up what was won between two days, both included."""
    deals = data.opportunities
    won = deals[((deals["status"] == "won") & (deals["closed_at"] <= data.as_of)).to_numpy(bool)]
    day = won["closed_at"].dt.tz_convert(data.timezone).dt.tz_localize(None).dt.normalize()
    inside = ((day >= first) & (day <= last)).to_numpy(bool)
    return float(reported(data, won)[inside].sum())
