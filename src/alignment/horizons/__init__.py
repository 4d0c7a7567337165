"""Horizons: what was sown when, and how long it takes to be won.

Imports nothing from the other analyses.
"""

from alignment.horizons.channels import Channels, channels
from alignment.horizons.diagnostics import Diagnostics, diagnose
from alignment.horizons.experiments import Lifts, measured_lifts
from alignment.horizons.harvest import Harvest, harvest
from alignment.horizons.lead_lag import LeadLag, lead_lag, lead_lag_of
from alignment.horizons.long_short import LongShort, long_and_short, long_and_short_of
from alignment.horizons.measured import Experiment
from alignment.horizons.model import WeeklyFit, fit_weekly
from alignment.horizons.panel import Panel, panel
from alignment.horizons.sown import Sown, coming_quarters, sown
from alignment.horizons.weekly import WeeklyPanel, weekly_panel
from alignment.horizons.won_by_age import WonByAge, won_by_age

__all__ = [
    "Channels",
    "Diagnostics",
    "Experiment",
    "Harvest",
    "LeadLag",
    "Lifts",
    "LongShort",
    "Panel",
    "Sown",
    "WeeklyFit",
    "WeeklyPanel",
    "WonByAge",
    "channels",
    "coming_quarters",
    "diagnose",
    "fit_weekly",
    "harvest",
    "lead_lag",
    "lead_lag_of",
    "long_and_short",
    "long_and_short_of",
    "measured_lifts",
    "panel",
    "sown",
    "weekly_panel",
    "won_by_age",
]
