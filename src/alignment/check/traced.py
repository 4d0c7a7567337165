"""How much of the won value can be traced to both teams: what identity and touches must carry."""

from __future__ import annotations

from dataclasses import dataclass

from alignment.dataset import Dataset
from alignment.errors import AlignmentError
from alignment.journeys import build_journeys


@dataclass(frozen=True)
class TracedValue:
    """The part of what was won whose journey both teams touched.

    Parameters
    ----------
    wins, wins_both : int
        Won journeys, and those with at least one touch of each team before the outcome.
    value, value_both : float
        What they are worth, in `currency`.
    currency : str or None
        Reporting currency.
    """

    wins: int
    wins_both: int
    value: float
    value_both: float
    currency: str | None

    @property
    def share(self) -> float | None:
        """Part of the won value; of the won journeys where there is no value to add up."""
        if self.value > 0:
            return self.value_both / self.value
        return self.wins_both / self.wins if self.wins else None


def traced_value(data: Dataset) -> TracedValue | None:
    """Measure the won value whose journey has a touch of marketing and one of sales.

    Journeys are those of leads, with the firm's own touches, as on the pages; a deal without a
    known lead counts with its value and what was logged on it.

    Returns
    -------
    TracedValue or None
        None where there is nothing to follow, or where amounts cannot be added up.
    """
    try:
        found = build_journeys(data, include_buyer=False)
    except AlignmentError:
        return None
    is_won = found.journeys["outcome"] == "won"
    won = found.journeys[is_won]
    both = found.journeys[is_won & found.touched_by("marketing") & found.touched_by("sales")]
    return TracedValue(
        wins=len(won),
        wins_both=len(both),
        value=float(won["value"].sum()),
        value_both=float(both["value"].sum()),
        currency=found.currency,
    )
