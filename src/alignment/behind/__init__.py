"""One function a table: the numbers behind each figure, in the reader's language."""

from alignment.behind.attribution import credit, touched_by
from alignment.behind.data import files, months, notes, set_aside, trace
from alignment.behind.horizons import cohorts, late_shares, quarter_by_age, won_value
from alignment.behind.lead_to_close import incidence, naive, stages

__all__ = [
    "cohorts",
    "credit",
    "files",
    "incidence",
    "late_shares",
    "months",
    "naive",
    "notes",
    "quarter_by_age",
    "set_aside",
    "stages",
    "touched_by",
    "trace",
    "won_value",
]
