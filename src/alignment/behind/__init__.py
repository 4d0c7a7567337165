"""One function a table: the numbers behind each figure, in the reader's language."""

from alignment.behind.attribution import credit, journey_flow, returns, touched_by
from alignment.behind.brand import (
    brand_harvest,
    brand_stock,
    half_lives,
    harvest_chances,
    lead_lag,
)
from alignment.behind.clocks import (
    clock_groups,
    group_differences,
)
from alignment.behind.cohort_triangle import (
    cohort_triangle,
)
from alignment.behind.data import files, months, notes, set_aside, trace
from alignment.behind.goals import (
    conversion_steps,
    goal_levers,
    goal_track,
    goal_volumes,
    implied_revenue,
    plan_months,
    signed_lines,
    tracked_lines,
)
from alignment.behind.handoff import (
    busy_weeks,
    conversions_by_wait,
    funnel,
    movers,
    odds_ratios,
    reasons,
    relay_rules,
    service_levels,
    speed_effect,
    steps,
    verdicts,
    wait_for_sales,
)
from alignment.behind.horizons import cohorts, late_shares, quarter_by_age, won_value
from alignment.behind.lead_to_close import incidence, naive, stages
from alignment.behind.pipeline import bands, periods, stale, tested
from alignment.behind.recent import (
    recent_win_rate,
)
from alignment.behind.sharing import (
    activity_mixes,
    collisions_and_chance,
    columns_to_share,
    feedback_periods,
    knowledge_curves,
    maturity_facts,
    refusal_reasons,
    sharing_chain,
    systems_side_by_side,
    tone_horizons,
)
from alignment.behind.sown import sown
from alignment.behind.synergy import (
    coalition_values,
    fair_share,
    pair_matrix,
    settling_experiment,
    shared_part,
    tipping_map,
)

__all__ = [
    "activity_mixes",
    "bands",
    "brand_harvest",
    "brand_stock",
    "busy_weeks",
    "clock_groups",
    "coalition_values",
    "cohort_triangle",
    "cohorts",
    "collisions_and_chance",
    "columns_to_share",
    "conversion_steps",
    "conversions_by_wait",
    "credit",
    "fair_share",
    "feedback_periods",
    "files",
    "funnel",
    "goal_levers",
    "goal_track",
    "goal_volumes",
    "group_differences",
    "half_lives",
    "harvest_chances",
    "implied_revenue",
    "incidence",
    "journey_flow",
    "knowledge_curves",
    "late_shares",
    "lead_lag",
    "maturity_facts",
    "months",
    "movers",
    "naive",
    "notes",
    "odds_ratios",
    "pair_matrix",
    "periods",
    "plan_months",
    "quarter_by_age",
    "reasons",
    "recent_win_rate",
    "refusal_reasons",
    "relay_rules",
    "returns",
    "service_levels",
    "set_aside",
    "settling_experiment",
    "shared_part",
    "sharing_chain",
    "signed_lines",
    "sown",
    "speed_effect",
    "stages",
    "stale",
    "steps",
    "systems_side_by_side",
    "tested",
    "tipping_map",
    "tone_horizons",
    "touched_by",
    "trace",
    "tracked_lines",
    "verdicts",
    "wait_for_sales",
    "won_value",
]
