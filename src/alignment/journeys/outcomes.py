"""How and when each journey ended, and what it won."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alignment.dataset import Dataset
from alignment.journeys.codes import NEVER, Flags, Floats, Integers, instants, is_day
from alignment.journeys.units import Unit, Units, of_leads
from alignment.money import reported

OUTCOMES = ("won", "lost", "open")
WON, LOST, OPEN = range(3)


@dataclass(frozen=True)
class Ends:
    """How each journey ended.

    Parameters
    ----------
    outcome : int array
        Place in :data:`OUTCOMES`.
    ended : int array
        Instant in microseconds of UTC, or ``NEVER``.
    by_day : bool array
        Whether only the day of the end is known.
    """

    outcome: Integers
    ended: Integers
    by_day: Flags


def find_ends(data: Dataset, units: Units, unit: Unit) -> Ends:
    """Give the outcome of each journey from its opportunities, or from a lead's stages."""
    count = len(units.journey_id)
    opportunities = data.opportunities
    member = units.of_opportunity >= 0
    of = units.of_opportunity[member]
    status = opportunities["status"].to_numpy(dtype=object)[member]
    closed = instants(opportunities["closed_at"])[member]
    by_day = is_day(opportunities["precision"])[member]

    has = {name: np.bincount(of[status == name], minlength=count) > 0 for name in OUTCOMES}
    outcome = np.full(count, OPEN)
    outcome[has["lost"] & ~has["open"]] = LOST
    outcome[has["won"]] = WON
    ended, day = np.full(count, NEVER), np.zeros(count, dtype=bool)
    for code, latest in ((WON, unit == "account"), (LOST, True)):
        rows = (status == OUTCOMES[code]) & (outcome[of] == code) & (closed != NEVER)
        # The one that counts comes last, for of equal indices numpy keeps the last assigned; at
        # one instant that is the stamp with a day only, which proves less.
        order = np.lexsort((by_day[rows], closed[rows] if latest else -closed[rows]))
        ended[of[rows][order]] = closed[rows][order]
        day[of[rows][order]] = by_day[rows][order]
    if unit == "lead":
        moments = _disqualified(data, units, count)
        none = (moments != NEVER) & ~has["won"] & ~has["lost"] & ~has["open"]
        outcome[none] = LOST
        ended[none] = moments[none]
    return Ends(outcome=outcome, ended=ended, by_day=day)


def _disqualified(data: Dataset, units: Units, count: int) -> Integers:
    """Give the moment at which a lead's last stage became ``disqualified``, else never."""
    stages = data.lead_stages[data.lead_stages["entered_at"] <= data.as_of]
    unit = of_leads(stages["lead_id"], data, units.of_lead)
    entered = instants(stages["entered_at"])
    # Stages entered at one instant count in the order of the funnel, as the categories stand.
    order = np.lexsort((stages["stage"].cat.codes.to_numpy(), entered, unit))
    order = order[unit[order] >= 0]
    if not len(order):
        return np.full(count, NEVER)
    last = order[np.append(unit[order][1:] != unit[order][:-1], True)]
    last = last[np.asarray(stages["stage"] == "disqualified")[last]]
    moments = np.full(count, NEVER)
    moments[unit[last]] = entered[last]
    return moments


def won_values(data: Dataset, units: Units) -> tuple[Floats, int]:
    """Add up what each journey won, and count the won opportunities without an amount.

    Raises
    ------
    CurrencyError
        If amounts are in unlike currencies without a rate.
    """
    count = len(units.journey_id)
    mine = (data.opportunities["status"] == "won").to_numpy() & (units.of_opportunity >= 0)
    won = data.opportunities[mine]
    if data.currency is None or not len(won):
        return np.zeros(count), int(won["amount"].isna().sum())
    amounts = reported(data, won).to_numpy(dtype=float)
    known = ~np.isnan(amounts)
    # In order of size, so that the sum does not hang on the order of the rows.
    order = np.argsort(amounts[known], kind="stable")
    of = units.of_opportunity[mine][known][order]
    totals = np.bincount(of, amounts[known][order], minlength=count).astype(np.float64)
    return totals, int((~known).sum())
