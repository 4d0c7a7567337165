"""One function a sentence: a result in, a finding in both languages out.

A finding has three forms. It is a *claim* only where the interval excludes what would make it
false; it is *inconclusive* where the interval holds both; it is *not measurable* where the
exports do not hold what the question needs. No word of causation is used: these analyses describe
what was recorded.
"""

from alignment.findings.attribution import (
    credit_range,
    first_hand,
    leading_channel,
    together,
)
from alignment.findings.boundaries import (
    activities_overlap,
    collisions_by_chance,
    collisions_by_kind,
    collisions_followed,
    tone_pays_later,
)
from alignment.findings.brand import (
    brand_harvest,
    brand_lasts,
    budget_follows,
)
from alignment.findings.channels import (
    experiments_measured,
    payback_week,
)
from alignment.findings.checks import (
    learned_from_data,
    model_checks,
)
from alignment.findings.clocks import (
    ever_won,
    groups_differ,
    open_days_differ,
)
from alignment.findings.cohort_triangle import (
    recent_cohorts,
)
from alignment.findings.data import (
    rows_accounted,
    traceable,
)
from alignment.findings.doubts import (
    settling_experiment,
    tipping,
)
from alignment.findings.goals import (
    capacity_frontier,
    conversion_rates,
    first_lever,
    goal_chances,
    goal_plan,
)
from alignment.findings.handoff import (
    acceptance_differs,
    accepted_share,
    average_wait,
    cohorts_differ,
    funnel_reach,
    reasons_told,
    service_differs,
    touched_in_time,
)
from alignment.findings.horizons import (
    harvest_age,
    late_share,
    late_share_by_team,
    still_filling,
)
from alignment.findings.lead_to_close import (
    channels_differ,
    dashboard_average,
    slowest_stage,
    won_by_day,
)
from alignment.findings.long_short import (
    brand_stock_found,
    checked,
    late_effect,
    short_and_long,
)
from alignment.findings.movers import (
    clock_movers,
    conversion_by_wait,
    speed_matters,
)
from alignment.findings.ownership import (
    relay_order,
    stages_owned,
    what_limits,
)
from alignment.findings.pipeline import (
    dashboard_forecast,
    forecast_held,
    pipeline_forecast,
    stale_deals,
)
from alignment.findings.recent import (
    recent_win_rate,
)
from alignment.findings.returns import (
    best_return,
)
from alignment.findings.sharing import (
    chain_whole,
    feedback_followed,
    knowledge_worth,
    maturity_stage,
    refusals_explained,
    share_first,
    systems_agree,
)
from alignment.findings.sown import (
    harvest_age_by_objective,
    late_share_by_objective,
    sown_for_later,
)
from alignment.findings.stopping import (
    return_by_horizon,
    stopping_brand,
)
from alignment.findings.synergy import (
    channel_pairs,
    counted_units,
    fair_claim,
    relay,
    routes_agree,
    together_more,
)
from alignment.findings.targets import (
    on_track,
    signed_lines,
    targets_agree,
    tracked_lines,
)

__all__ = [
    "acceptance_differs",
    "accepted_share",
    "activities_overlap",
    "average_wait",
    "best_return",
    "brand_harvest",
    "brand_lasts",
    "brand_stock_found",
    "budget_follows",
    "capacity_frontier",
    "chain_whole",
    "channel_pairs",
    "channels_differ",
    "checked",
    "clock_movers",
    "cohorts_differ",
    "collisions_by_chance",
    "collisions_by_kind",
    "collisions_followed",
    "conversion_by_wait",
    "conversion_rates",
    "counted_units",
    "credit_range",
    "dashboard_average",
    "dashboard_forecast",
    "ever_won",
    "experiments_measured",
    "fair_claim",
    "feedback_followed",
    "first_hand",
    "first_lever",
    "forecast_held",
    "funnel_reach",
    "goal_chances",
    "goal_plan",
    "groups_differ",
    "harvest_age",
    "harvest_age_by_objective",
    "knowledge_worth",
    "late_effect",
    "late_share",
    "late_share_by_objective",
    "late_share_by_team",
    "leading_channel",
    "learned_from_data",
    "maturity_stage",
    "model_checks",
    "on_track",
    "open_days_differ",
    "payback_week",
    "pipeline_forecast",
    "reasons_told",
    "recent_cohorts",
    "recent_win_rate",
    "refusals_explained",
    "relay",
    "relay_order",
    "return_by_horizon",
    "routes_agree",
    "rows_accounted",
    "service_differs",
    "settling_experiment",
    "share_first",
    "short_and_long",
    "signed_lines",
    "slowest_stage",
    "sown_for_later",
    "speed_matters",
    "stages_owned",
    "stale_deals",
    "still_filling",
    "stopping_brand",
    "systems_agree",
    "targets_agree",
    "tipping",
    "together",
    "together_more",
    "tone_pays_later",
    "touched_in_time",
    "traceable",
    "tracked_lines",
    "what_limits",
    "won_by_day",
]
