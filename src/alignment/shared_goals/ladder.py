"""The plan by month: leads, accepted leads, opportunities, wins, revenue and hours."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import poisson

from alignment.shared_goals.capacity import Demand, Effort
from alignment.shared_goals.cohorts import Floats
from alignment.shared_goals.draws import Randomness
from alignment.shared_goals.flow import Flow
from alignment.shared_goals.horizon import Horizon
from alignment.shared_goals.passages import Passages

RUNGS = {"accepted": "accepted", "opportunities": "opportunity", "wins": "won"}


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
    size = span.months
    leads, levels = inflow
    table: dict[str, object] = {"month": span.names, "leads": leads * span.lengths[:size]}
    drawn: dict[str, Floats] = {}
    for number, (name, stage) in enumerate(RUNGS.items()):
        each = flow.new[stage][:, :size, :size]
        mean = each[0] @ leads + flow.old[stage][0]
        expected = np.einsum("dtm,dm->dt", each[random.sample], levels * leads)
        expected += flow.old[stage][random.sample]
        if stage == "won":
            by_month = np.diff(flow.open_by, axis=2, prepend=0.0).sum(axis=1)
            rest = found.other_wins.mean() * span.lengths[:size]
            mean = mean + by_month[0] + rest
            expected += by_month[random.sample] + rest
        drawn[name] = poisson.ppf(random.stream(40 + number).random(expected.shape), expected)
        low, high = np.quantile(drawn[name], tails, axis=0)
        table |= {name: mean, f"{name}_low": low, f"{name}_high": high}
    worth = float(found.amounts.mean())
    low, high = np.quantile(_revenue(found, drawn["wins"], random), tails, axis=0)
    table |= {"revenue": np.asarray(table["wins"]) * worth}
    table |= {"revenue_low": low, "revenue_high": high}
    return pd.DataFrame(table | _hours(span, work, leads, drawn["opportunities"], tails))


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
    leads: Floats,
    opportunities: Floats,
    tails: list[float],
) -> dict[str, Floats]:
    blank = np.full(span.months, np.nan)
    if work is None:
        return dict.fromkeys(("hours", "hours_low", "hours_high", "hours_available"), blank)
    demand, effort = work
    first = effort.per_lead * leads * span.lengths[: span.months]
    low, high = np.quantile(opportunities, tails, axis=0)
    at_one = demand.leads[0].sum()
    volume = float((leads * span.lengths[: span.months]).sum() / at_one) if at_one > 0 else 0.0
    return {
        "hours": demand.hours_asked(effort, volume),
        "hours_low": first + effort.per_opportunity * low,
        "hours_high": first + effort.per_opportunity * high,
        "hours_available": demand.hours,
    }
