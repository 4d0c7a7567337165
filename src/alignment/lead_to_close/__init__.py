"""Lead to close: clocks between milestones, incidence of their ends, time in stage.

Imports nothing from the other analyses. Every estimate runs on one table of spells
(:mod:`~alignment.lead_to_close.spells`, :mod:`~alignment.lead_to_close.clocks`) and one estimator
(:mod:`~alignment.incidence`; with losses that are revived,
:mod:`~alignment.lead_to_close.reopened`).
"""

from alignment.lead_to_close.backtest import (
    Backtest,
    backtest,
)
from alignment.lead_to_close.clock_estimates import (
    ClockEstimates,
    estimate_clocks,
)
from alignment.lead_to_close.clocks import (
    Clocks,
    find_clocks,
)
from alignment.lead_to_close.cohort_triangle import (
    CohortTriangle,
    cohort_triangle,
)
from alignment.lead_to_close.estimates import (
    LeadToClose,
    lead_to_close,
)
from alignment.lead_to_close.hazard import (
    Hazard,
    hazard,
)
from alignment.lead_to_close.large_groups import (
    large_groups,
)
from alignment.lead_to_close.moments import (
    milestones,
)
from alignment.lead_to_close.pipeline import (
    OpenPipeline,
    open_pipeline,
)
from alignment.lead_to_close.recent import (
    RecentRate,
    recent_rate,
)
from alignment.lead_to_close.speed_to_lead import (
    SpeedToLead,
    speed_to_lead,
)
from alignment.lead_to_close.spells import (
    Spells,
    find_spells,
)
from alignment.lead_to_close.stages import (
    TimeInStage,
    time_in_stage,
)

__all__ = [
    "Backtest",
    "ClockEstimates",
    "Clocks",
    "CohortTriangle",
    "Hazard",
    "LeadToClose",
    "OpenPipeline",
    "RecentRate",
    "SpeedToLead",
    "Spells",
    "TimeInStage",
    "backtest",
    "cohort_triangle",
    "estimate_clocks",
    "find_clocks",
    "find_spells",
    "hazard",
    "large_groups",
    "lead_to_close",
    "milestones",
    "open_pipeline",
    "recent_rate",
    "speed_to_lead",
    "time_in_stage",
]
