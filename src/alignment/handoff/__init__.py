"""The handoff: the joint funnel, follow-up, service level, acceptance, ownership and limits.

Imports nothing from the other analyses.
"""

from alignment.handoff.acceptance import Acceptance, acceptance
from alignment.handoff.follow_up import FollowUp, follow_up
from alignment.handoff.funnel import Funnel, cohort_funnel
from alignment.handoff.limits import Limits, volume_or_capacity
from alignment.handoff.ownership import Ownership, ownership
from alignment.handoff.service_level import ServiceLevel, service_level

__all__ = [
    "Acceptance",
    "FollowUp",
    "Funnel",
    "Limits",
    "Ownership",
    "ServiceLevel",
    "acceptance",
    "cohort_funnel",
    "follow_up",
    "ownership",
    "service_level",
    "volume_or_capacity",
]
