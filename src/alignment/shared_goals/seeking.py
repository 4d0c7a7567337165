"""Which volume of leads reaches a goal, and with what probability."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from alignment.shared_goals.capacity import Demand, Effort, hours_to_come
from alignment.shared_goals.cohorts import DAY, Floats
from alignment.shared_goals.deconvolution import deconvolve
from alignment.shared_goals.draws import (
    MOST,
    Outcomes,
    draw_outcomes,
    level_of_months,
    share_reached,
)
from alignment.shared_goals.flow import Flow, expected_flow, lead_to_win
from alignment.shared_goals.horizon import MONTH_DAYS, Horizon, horizon, today_of
from alignment.shared_goals.passages import Passages
from alignment.shared_goals.setting import Setting

FINE = np.linspace(0, MOST, 1601)  # the volumes among which any that is named is sought


@dataclass(frozen=True)
class Sought:
    """Outcomes and critical volumes of one goal on one horizon."""

    flow: Flow
    shape: Floats
    level: Floats
    outcomes: Outcomes
    critical: Floats
    demand: Demand | None
    effort: Effort | None
    rest: float

    def effective(self, volume: Floats | float) -> Floats:
        """Give the volume that counts with the hours there are, in the data as they are."""
        v = np.atleast_1d(np.asarray(volume, dtype=np.float64))
        if self.demand is None or self.effort is None:
            return v
        return np.asarray(self.demand.as_measured().effective(self.effort, v)[0])

    def chance(self, volume: float) -> float:
        """Give the probability of the goal at a volume, with the hours there are."""
        return float(share_reached(self.critical, self.effective(volume))[0])

    def needed(self, probability: float) -> float:
        """Give the smallest volume that reaches the goal with a probability; else infinity."""
        wanted = float(np.quantile(self.critical, probability, method="higher"))
        enough = self.effective(FINE) >= wanted
        return float(FINE[np.argmax(enough)]) if enough.any() else np.inf

    def best(self) -> float:
        """Give the volume with the most revenue."""
        if self.demand is None or self.effort is None:
            return MOST
        return float(self.demand.as_measured().best(self.effort, FINE)[0])


def seek(setting: Setting, span: Horizon, rest: float) -> Sought:
    """Draw what the months to come bring, and the volume at which each draw reaches the goal."""
    found = setting.found
    flow = expected_flow(setting.data, found, setting.curves, span)
    shape = plan_shape(found, flow, span, rest)
    level = level_of_months(flow, span.months, setting.random)
    outcomes = draw_outcomes(found, flow, shape * level, span.days, setting.random)
    demand = None
    if setting.effort is not None:
        size = span.months
        asked = (flow.new["opportunity"][:, :size, :size] * shape).sum(axis=2)
        demand = Demand(
            leads=np.broadcast_to(shape * span.lengths[:size], asked.shape),
            opportunities=asked,
            old=flow.old["opportunity"],
            hours=hours_to_come(setting.data, span, setting.effort.hours),
            weight=flow.by_date * shape,
        )
    critical = outcomes.critical(rest)
    return Sought(flow, shape, level, outcomes, critical, demand, setting.effort, rest)


def plan_shape(found: Passages, flow: Flow, span: Horizon, rest: float) -> Floats:
    """Give the leads of each month at volume 1: the deconvolved plan, brought to today's pace.

    The goal is asked evenly of the days, and the same of the months after the date; what open
    deals and the leads that are there will win is taken off. A goal that asks for less than
    today's pace is planned at an even one.
    """
    worth = float(found.amounts.mean())
    even = max(rest, 0.0) / worth * span.lengths / max(span.days / MONTH_DAYS, 1e-9)
    ready = np.zeros(len(span.lengths))
    ready[: span.months] = flow.old["won"][0] + flow.open_value(worth) / worth
    ready += found.others.mean() / worth * span.lengths
    # Deals that are open and close after the date are not told by month; none is counted there.
    pace = deconvolve(even - ready, flow.new["won"][0], pace=found.pace)[: span.months]
    lengths = span.lengths[: span.months]
    mean = float((pace * lengths).sum() / lengths.sum())
    if mean <= found.pace:
        return np.full(span.months, found.pace)
    return np.asarray(pace * found.pace / mean)


def plan_chance(
    setting: Setting, rest: float, begins: pd.Timestamp, ends: pd.Timestamp
) -> tuple[float, float, float]:
    """Give the chance that a period brings a revenue at today's pace, and what it brings.

    Parameters
    ----------
    setting : Setting
        Of :func:`~alignment.shared_goals.setting.prepare`.
    rest : float
        Revenue still to be won in the period, after the export.
    begins, ends : Timestamp
        First and last day of the period; it may begin after the export.

    Returns
    -------
    tuple of float
        Chance, and the 10th and 90th percentile of the revenue.
    """
    data, found = setting.data, setting.found
    span = horizon(data, ends)
    flow = expected_flow(data, found, setting.curves, span)
    before = (begins - today_of(data)).days - 1
    if before > 0:
        flow = _without(
            flow, expected_flow(data, found, setting.curves, horizon(data, begins - DAY))
        )
        both = lead_to_win(setting.curves, span.days + 1)
        flow = replace(flow, by_date=span.by_the_day(both) - span.by_the_day(both, before))
    leads = level_of_months(flow, span.months, setting.random) * found.pace
    drawn = draw_outcomes(found, flow, leads, span.days - max(before, 0), setting.random).revenue(
        1.0
    )
    low, high = np.quantile(drawn, [0.1, 0.9])
    return float((drawn >= rest).mean()), float(low), float(high)


def _without(flow: Flow, earlier: Flow) -> Flow:
    """Leave out what comes before a period begins."""
    opened = flow.open_by[:, :, -1:] - earlier.open_by[:, :, -1:]
    won = flow.old["won"].sum(axis=1) - earlier.old["won"].sum(axis=1)
    return replace(
        flow, open_by=np.maximum(opened, 0.0), old={"won": np.maximum(won, 0.0)[:, None]}
    )
