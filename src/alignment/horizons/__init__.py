"""Horizons: what was sown when, and how long it takes to be won.

Imports nothing from the other analyses.
"""

from alignment.horizons.harvest import Harvest, harvest
from alignment.horizons.lead_lag import LeadLag, lead_lag, lead_lag_of
from alignment.horizons.panel import Panel, panel
from alignment.horizons.sown import Sown, coming_quarters, sown
from alignment.horizons.won_by_age import WonByAge, won_by_age

__all__ = [
    "Harvest",
    "LeadLag",
    "Panel",
    "Sown",
    "WonByAge",
    "coming_quarters",
    "harvest",
    "lead_lag",
    "lead_lag_of",
    "panel",
    "sown",
    "won_by_age",
]
