"""The ordered touches of each lead or account, and how each of these journeys ended."""

from alignment.journeys.build import Journeys, build_journeys
from alignment.journeys.outcomes import OUTCOMES
from alignment.journeys.touches import RESPONSES, SENT_COUNTS
from alignment.journeys.units import Unit
from alignment.journeys.wins import deals, wins

__all__ = [
    "OUTCOMES",
    "RESPONSES",
    "SENT_COUNTS",
    "Journeys",
    "Unit",
    "build_journeys",
    "deals",
    "wins",
]
