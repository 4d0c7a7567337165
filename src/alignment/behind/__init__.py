"""One function a table: the numbers behind each figure, in the reader's language."""

from alignment.behind.attribution import credit, journey_flow, returns, touched_by
from alignment.behind.data import files, months, notes, set_aside, trace
from alignment.behind.horizons import cohorts, late_shares, quarter_by_age, won_value
from alignment.behind.lead_to_close import incidence, naive, stages
from alignment.behind.synergy import (
    coalition_values,
    fair_share,
    pair_matrix,
    settling_experiment,
    shared_part,
    tipping_map,
)

__all__ = [
    "coalition_values",
    "cohorts",
    "credit",
    "fair_share",
    "files",
    "incidence",
    "journey_flow",
    "late_shares",
    "months",
    "naive",
    "notes",
    "pair_matrix",
    "quarter_by_age",
    "returns",
    "set_aside",
    "settling_experiment",
    "shared_part",
    "stages",
    "tipping_map",
    "touched_by",
    "trace",
    "won_value",
]
