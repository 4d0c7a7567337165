"""One function a figure: a result and Axes in, Axes out, with alternative text beside it.

The title of a figure is its finding; a figure itself carries only a subtitle, labels and source.
"""

from alignment.figures.attribution import channel_credit, team_credit, touched_by
from alignment.figures.data import months, trace
from alignment.figures.horizons import cohorts, late_shares, quarter_by_age, won_value
from alignment.figures.lead_to_close import group_shares, incidence, stages

__all__ = [
    "channel_credit",
    "cohorts",
    "group_shares",
    "incidence",
    "late_shares",
    "months",
    "quarter_by_age",
    "stages",
    "team_credit",
    "touched_by",
    "trace",
    "won_value",
]
