"""The plan by month: leads, accepted leads, opportunities, wins, revenue and hours."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import poisson

from alignment.shared_goals.capacity import Demand, Effort
from alignment.shared_goals.cohorts import Floats
from alignment.shared_goals.draws import Randomness, open_by_month, past_months
from alignment.shared_goals.flow import Flow
from alignment.shared_goals.horizon import Horizon
from alignment.shared_goals.passages import Passages

RUNGS = {"accepted": "accepted", "opportunities": "opportunity", "wins": "won"}
# With a part of its hours a lead becomes an opportunity as much less often, and this is won so too.
POWERS = (0, 1, 2)


def monthly_table(
    found: Passages,
    flow: Flow,
    span: Horizon,
    random: Randomness,
    inflow: tuple[Floats, Floats],
    level: float,
    work: tuple[Demand, Effort] | None,
) -> pd.DataFrame:
    """Tell what a plan brings by month, with predictive intervals.

    Where the hours of sales run out, opportunities and wins of new leads are as much fewer. Open
    deals count with their own amounts, one that is missing and all other wins with the mean
    amount, and what is won beside the leads' first wins with its own mean.

    Parameters
    ----------
    inflow : tuple of arrays (M,) and (draws, M)
        Leads an average month in each month of the plan, and the level of that month in each draw
        (:func:`~alignment.shared_goals.draws.level_of_months`).
    level : float
        Level of the intervals.
    work : tuple, optional
        What the plan asks of sales' hours.

    Returns
    -------
    DataFrame
        ``months`` of :class:`~alignment.shared_goals.plan.Plan`.
    """
    tails = [0.5 - level / 2, 0.5 + level / 2]
    leads = inflow[0]
    asked = leads * span.lengths[: span.months]
    part = _part(work, asked)
    mean = expected_months(found, flow, span, leads, part)
    drawn = drawn_months(found, flow, span, random, inflow, part)
    table: dict[str, object] = {"month": span.names, "leads": asked}
    for name in (*RUNGS, "revenue"):
        low, high = np.quantile(drawn[name], tails, axis=0)
        table |= {name: mean[name], f"{name}_low": low, f"{name}_high": high}
    return pd.DataFrame(table | _hours(span, work, asked, drawn["asked"], tails))


def expected_months(
    found: Passages, flow: Flow, span: Horizon, leads: Floats, part: Floats
) -> dict[str, Floats]:
    """Expect accepted leads, opportunities, wins and revenue by month, in the data as they are.

    Parameters
    ----------
    leads, part : arrays (M,)
        Leads an average month, and the part of their hours that they and their deals get.
    """
    size = span.months
    mean = {
        name: flow.new[stage][0, :size, :size] @ (leads * part**power) + flow.old[stage][0]
        for (name, stage), power in zip(RUNGS.items(), POWERS, strict=True)
    }
    worth, length = float(found.amounts.mean()), span.lengths[:size]
    mean["revenue"] = mean["wins"] * worth + flow.open_value(worth) + found.others.mean() * length
    opened = np.diff(flow.open_by[0], axis=1, prepend=0.0).sum(axis=0)
    mean["wins"] = mean["wins"] + opened + found.other_wins.mean() * length
    return mean


def drawn_months(
    found: Passages,
    flow: Flow,
    span: Horizon,
    random: Randomness,
    inflow: tuple[Floats, Floats],
    part: Floats,
) -> dict[str, Floats]:
    """Draw the same, and the opportunities ``asked`` whatever the hours, arrays (draws, M)."""
    size = span.months
    leads, levels = inflow
    drawn: dict[str, Floats] = {}

    def draw(stage: str, factor: Floats, number: int) -> Floats:
        each = flow.new[stage][:, :size, :size][random.sample]
        expected = np.einsum("dtm,dm->dt", each, levels * (leads * factor))
        expected += flow.old[stage][random.sample]
        return np.asarray(poisson.ppf(random.stream(number).random(expected.shape), expected))

    for number, ((name, stage), power) in enumerate(zip(RUNGS.items(), POWERS, strict=True)):
        drawn[name] = draw(stage, part**power, 40 + number)
    drawn["asked"] = draw("opportunity", np.ones(size), 41)
    opened, value = open_by_month(found, flow, random)
    length = span.lengths[:size]
    beside = found.other_wins.mean() * length
    rest = poisson.ppf(random.stream(43).random(opened.shape), beside)
    drawn["revenue"] = _revenue(found, drawn["wins"], random) + value
    drawn["revenue"] += past_months(found, size, random) * length
    drawn["wins"] = drawn["wins"] + opened + rest
    return drawn


def _part(work: tuple[Demand, Effort] | None, asked: Floats) -> Floats:
    """Give the part of their hours that the leads of each month and their deals get (M,)."""
    if work is None:
        return np.ones(len(asked))
    demand, effort = work
    volume = np.array([_volume(demand, asked)])
    return np.asarray(demand.as_measured().part(effort, volume)[0, 0])


def _volume(demand: Demand, asked: Floats) -> float:
    at_one = float(demand.leads[0].sum())
    return float(asked.sum()) / at_one if at_one > 0 else 0.0


def _revenue(found: Passages, wins: Floats, random: Randomness) -> Floats:
    """Give each win of each draw and month an amount, and add them up."""
    counts = wins.astype(np.int64)
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    sample = random.sample[cell // counts.shape[1]]
    place = random.stream(50).integers(0, len(found.amounts), len(cell))
    worth = found.amounts[random.amount[sample, place]]
    total = np.bincount(cell, worth, counts.size).astype(np.float64)
    return total.reshape(counts.shape)


def _hours(
    span: Horizon,
    work: tuple[Demand, Effort] | None,
    asked: Floats,
    opportunities: Floats,
    tails: list[float],
) -> dict[str, Floats]:
    blank = np.full(span.months, np.nan)
    if work is None:
        return dict.fromkeys(("hours", "hours_low", "hours_high", "hours_available"), blank)
    demand, effort = work
    first = effort.per_lead * asked
    low, high = np.quantile(opportunities, tails, axis=0)
    return {
        "hours": demand.hours_asked(effort, _volume(demand, asked)),
        "hours_low": first + effort.per_opportunity * low,
        "hours_high": first + effort.per_opportunity * high,
        "hours_available": demand.hours,
    }
