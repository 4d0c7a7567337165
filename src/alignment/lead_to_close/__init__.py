"""Lead to close: spells, cumulative incidence of won and lost, time in stage.

Imports nothing from the other analyses. Every estimate runs on one spell table
(:mod:`~alignment.lead_to_close.spells`) and one estimator
(:mod:`~alignment.lead_to_close.incidence`).
"""

from alignment.lead_to_close.estimates import LeadToClose, lead_to_close
from alignment.lead_to_close.hazard import Hazard, hazard
from alignment.lead_to_close.speed_to_lead import SpeedToLead, speed_to_lead
from alignment.lead_to_close.spells import Spells, find_spells
from alignment.lead_to_close.stages import TimeInStage, time_in_stage

__all__ = [
    "Hazard",
    "LeadToClose",
    "SpeedToLead",
    "Spells",
    "TimeInStage",
    "find_spells",
    "hazard",
    "lead_to_close",
    "speed_to_lead",
    "time_in_stage",
]
