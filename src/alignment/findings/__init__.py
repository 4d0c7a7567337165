"""One function a sentence: a result in, a finding in both languages out.

A finding has three forms. It is a *claim* only where the interval excludes what would make it
false; it is *inconclusive* where the interval holds both; it is *not measurable* where the
exports do not hold what the question needs. No word of causation is used: these analyses describe
what was recorded.
"""

from alignment.findings.attribution import credit_range, leading_channel, together
from alignment.findings.data import rows_accounted, traceable
from alignment.findings.horizons import harvest_age, late_share, late_share_by_team, still_filling
from alignment.findings.lead_to_close import (
    channels_differ,
    dashboard_average,
    slowest_stage,
    won_by_day,
)

__all__ = [
    "channels_differ",
    "credit_range",
    "dashboard_average",
    "harvest_age",
    "late_share",
    "late_share_by_team",
    "leading_channel",
    "rows_accounted",
    "slowest_stage",
    "still_filling",
    "together",
    "traceable",
    "won_by_day",
]
