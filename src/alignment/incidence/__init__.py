"""Cumulative incidence: Kaplan–Meier and Aalen–Johansen, with intervals, also behind a zero."""

from alignment.incidence.bounds import at_the_edges, bounded_intervals, standing_at, standing_for
from alignment.incidence.clustered import as_one, clustered, widened
from alignment.incidence.estimate import (
    SETTLED,
    Floats,
    Incidence,
    Integers,
    RiskTable,
    Transform,
    aalen_johansen,
    first_time,
    interval,
    kaplan_meier,
    quantile,
    quantile_within,
    risk_tables,
    value_at,
)

__all__ = [
    "SETTLED",
    "Floats",
    "Incidence",
    "Integers",
    "RiskTable",
    "Transform",
    "aalen_johansen",
    "as_one",
    "at_the_edges",
    "bounded_intervals",
    "clustered",
    "first_time",
    "interval",
    "kaplan_meier",
    "quantile",
    "quantile_within",
    "risk_tables",
    "standing_at",
    "standing_for",
    "value_at",
    "widened",
]
