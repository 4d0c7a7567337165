"""One function a figure: a result and Axes in, Axes out, with alternative text beside it.

The title of a figure is its finding; a figure itself carries only a subtitle, labels and source.
"""

from alignment.figures.attribution import (
    channel_credit,
    model_matrix,
    team_credit,
    touched_by,
)
from alignment.figures.boundaries import (
    activity_mixes,
    collisions_and_chance,
    tone_horizons,
)
from alignment.figures.brand import (
    brand_harvest,
    brand_stock,
    fade_out,
    lead_lag,
)
from alignment.figures.checks import (
    forecast_checked,
    prior_and_posterior,
)
from alignment.figures.clocks import (
    clock_curves,
    open_days,
)
from alignment.figures.cohort_triangle import (
    cohort_triangle,
)
from alignment.figures.data import (
    months,
    trace,
)
from alignment.figures.flow import (
    journey_flow,
)
from alignment.figures.goals import (
    capacity_frontier,
    conversion_lags,
    goal_chance,
    goal_levers,
    implied_revenue,
    plan_ladder,
)
from alignment.figures.handoff import (
    acceptance,
    funnel,
    funnel_cohorts,
    service_levels,
    wait_for_sales,
)
from alignment.figures.horizons import (
    cohorts,
    late_shares,
    quarter_by_age,
    won_value,
)
from alignment.figures.lead_to_close import (
    group_shares,
    incidence,
)
from alignment.figures.long_short import (
    brand_stopped,
    returns_by_horizon,
    short_long_shares,
    stock_and_harvest,
    team_responses,
)
from alignment.figures.movers import (
    odds_ratios,
    speed_effect,
)
from alignment.figures.ownership import (
    busy_weeks,
    relay_rules,
)
from alignment.figures.pipeline import (
    calibration,
    dashboard_and_outcome,
    pipeline_fan,
    stale_ages,
)
from alignment.figures.recent import (
    recent_win_rate,
)
from alignment.figures.returns import (
    channel_returns,
)
from alignment.figures.sharing import (
    columns_to_share,
    feedback_periods,
    knowledge_curves,
    sharing_chain,
    systems_side_by_side,
)
from alignment.figures.sown import (
    sown,
)
from alignment.figures.stages import (
    stages,
)
from alignment.figures.synergy import (
    coalition_values,
    fair_share,
    pair_matrix,
    shared_part,
    tipping_map,
)

__all__ = [
    "acceptance",
    "activity_mixes",
    "brand_harvest",
    "brand_stock",
    "brand_stopped",
    "busy_weeks",
    "calibration",
    "capacity_frontier",
    "channel_credit",
    "channel_returns",
    "clock_curves",
    "coalition_values",
    "cohort_triangle",
    "cohorts",
    "collisions_and_chance",
    "columns_to_share",
    "conversion_lags",
    "dashboard_and_outcome",
    "fade_out",
    "fair_share",
    "feedback_periods",
    "forecast_checked",
    "funnel",
    "funnel_cohorts",
    "goal_chance",
    "goal_levers",
    "group_shares",
    "implied_revenue",
    "incidence",
    "journey_flow",
    "knowledge_curves",
    "late_shares",
    "lead_lag",
    "model_matrix",
    "months",
    "odds_ratios",
    "open_days",
    "pair_matrix",
    "pipeline_fan",
    "plan_ladder",
    "prior_and_posterior",
    "quarter_by_age",
    "recent_win_rate",
    "relay_rules",
    "returns_by_horizon",
    "service_levels",
    "shared_part",
    "sharing_chain",
    "short_long_shares",
    "sown",
    "speed_effect",
    "stages",
    "stale_ages",
    "stock_and_harvest",
    "systems_side_by_side",
    "team_credit",
    "team_responses",
    "tipping_map",
    "tone_horizons",
    "touched_by",
    "trace",
    "wait_for_sales",
    "won_value",
]
