"""The parameters of an invented company, and the variants of it that tests need.

The model that reads these parameters is described, equation by equation, in the
modules `demand` (spend and what it builds), `leads` (who asks, and what each team
does about it) and `outcomes` (what then becomes of the lead).
"""

import dataclasses
from dataclasses import dataclass

from alignment.arguments import nearest
from alignment.errors import ArgumentError

MARKETING_CHANNELS = ("nurture", "retargeting", "event")
SALES_CHANNELS = ("follow_up", "meeting")
CHANNELS = MARKETING_CHANNELS + SALES_CHANNELS
REGIONS = (
    "Norte",
    "Noreste",
    "Bajío",
    "Occidente",
    "Centro",
    "Golfo",
    "Sureste",
    "Península",
)
SEGMENTS = ("Small", "Mid-Market", "Enterprise")

Pair = tuple[float, float]
Triple = tuple[float, float, float]


@dataclass(frozen=True)
class World:
    """All parameters of one invented company.

    Effects on outcomes are log-odds unless `link` says otherwise: with ``"probit"``
    the same linear predictor passes through a normal distribution function, and with
    ``"identity"`` the channels' effects are added as probabilities, so that the
    channels do not interact at all.
    """

    name: str = "base"
    accounts: int = 9_000
    burn_in_weeks: int = 78
    observed_weeks: int = 130
    link: str = "logit"

    # Demand and season, common to all regions.
    demand_persistence: float = 0.9
    demand_sd: float = 0.05
    season_amplitude: float = 0.15
    year_end_dip: float = 0.45

    # Spend, in thousands of MXN a week, by channel and region.
    spend_level: float = 10.0
    spend_region_sd: float = 0.3
    spend_persistence: float = 0.85
    spend_sd: float = 0.2
    spend_follows_revenue: float = 0.5
    spend_follows_demand: float = 0.5
    dark_regions: int = 2
    brand_retention: float = 0.97
    activation_retention: float = 0.5
    half_saturation: float = 10.0

    # Accounts in the market, and their inquiries.
    market_entry: float = 0.004291222  # -ln(0.8) / 52: one account in five enters in a year
    market_weeks: float = 13.0
    fit_mean: float = 0.4
    fit_sd: float = 1.0
    inquiry_in_market: float = -2.50
    inquiry_out_of_market: float = -5.05
    inquiry_brand: float = 0.85
    inquiry_activation: float = 0.40
    inquiry_fit: float = 0.25

    # Warmth: what nobody exports.
    warmth_in_market: float = 0.75
    warmth_out_of_market: float = -0.65
    warmth_sd: float = 0.6

    # Marketing's touches in the two weeks after the inquiry.
    exposure_base: Triple = (0.04, -1.27, -1.90)
    exposure_fit: Triple = (0.15, 0.10, 0.20)
    exposure_activation: Triple = (0.5, 0.8, 0.3)
    exposure_warmth: Triple = (0.0, 0.0, 0.0)

    # The score that hands a lead over.
    score_warmth: float = 0.9
    score_fit: float = 0.3
    score_marketing: Triple = (0.45, 0.30, 0.60)
    score_sd: float = 0.8
    score_threshold: float = 0.75

    # Sales' follow-up: whether, how soon, and whether it led to a meeting.
    routing: str = "score"  # "score", "random" or "everyone"
    queue_sd: float = 0.8
    queue_load: float = 0.5
    follow_up: tuple[float, float, float, float] = (-0.25, 0.85, -0.9, 0.0)  # 1, L, queue, U
    meeting: Pair = (-0.9, 0.7)  # 1, L
    # 1, queue, L, sd: hours of work before the follow-up; then office hours.
    delay: tuple[float, float, float, float] = (2.05, 0.55, -0.25, 0.7)
    on_call_score: float = 1.75
    late_share: float = 0.05
    collision_share: float = 0.15

    # Lead to sales-qualified lead.
    sql_base: tuple[float, float, float, float] = (-4.35, 1.0, 0.35, 0.5)  # 1, U, F, B
    sql_marketing: Triple = (0.28, 0.12, 0.38)
    sql_sales: Pair = (0.95, 1.05)
    sql_pairs: tuple[Pair, Pair, Pair] = ((0.10, 0.25), (0.0, 0.0), (0.15, 0.45))
    sql_brand_follow_up: float = 0.55
    sql_delay: float = -0.16  # times log(hours / 12)
    sql_collision: float = -0.25
    sql_tone: Pair = (-0.09, 0.09)  # emotional, rational; centred

    # Sales-qualified lead to won.
    win_base: tuple[float, float, float, float] = (-2.55, 0.45, 0.25, 0.45)  # 1, U, F, B
    win_marketing: Triple = (0.15, 0.0, 0.25)
    win_sales: Pair = (0.10, 0.35)
    win_pairs: tuple[Pair, Pair, Pair] = ((0.0, 0.10), (0.0, 0.0), (0.10, 0.30))
    win_tone: Pair = (0.10, -0.10)

    # Opportunities.
    days_to_won: float = 62.0
    days_to_lost: float = 95.0
    days_log_sd: float = 0.75
    enterprise_days: float = 1.42
    fast_days: float = 0.90
    fast_hours: float = 4.0
    brand_days: float = -0.20  # times (B - 0.5)
    zombie_share: float = 0.08
    segment_shares: Triple = (0.5, 0.35, 0.15)
    amount_medians: Triple = (4_000.0, 15_000.0, 60_000.0)  # USD
    amount_log_sd: float = 0.8

    # What sales says about the leads that it turns down.
    rejection: float = 0.3
    feedback_effect: float = -0.20
    adoption_week: int = 65
    reason_recorded: Pair = (0.35, 0.75)  # before and after adoption


_BASE = World()

WORLDS: dict[str, World] = {
    world.name: world
    for world in (
        _BASE,
        dataclasses.replace(_BASE, name="probit", link="probit"),
        dataclasses.replace(
            _BASE,
            name="no_synergy",
            link="identity",
            sql_marketing=(0.010, 0.005, 0.015),
            sql_sales=(0.06, 0.08),
            win_marketing=(0.0, 0.0, 0.0),
            win_sales=(0.0, 0.0),
        ),
        dataclasses.replace(
            _BASE,
            name="antagonism",
            sql_marketing=(0.75, 0.45, 0.95),
            sql_pairs=((-0.9, -0.4), (-0.6, -0.3), (-1.1, -0.5)),
            win_pairs=((-0.2, 0.0), (0.0, 0.0), (-0.3, 0.0)),
        ),
        dataclasses.replace(
            _BASE,
            name="hidden_warmth",
            follow_up=(-0.25, 0.85, -0.9, 0.5),
            exposure_warmth=(0.2, 0.5, 0.5),
        ),
        dataclasses.replace(_BASE, name="random_routing", routing="random"),
        dataclasses.replace(
            _BASE,
            name="no_marketing_effect",
            inquiry_brand=0.0,
            inquiry_activation=0.0,
            score_marketing=(0.0, 0.0, 0.0),
            sql_base=(-4.35, 1.0, 0.35, 0.0),
            sql_marketing=(0.0, 0.0, 0.0),
            sql_pairs=((0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
            sql_brand_follow_up=0.0,
            sql_collision=0.0,
            sql_tone=(0.0, 0.0),
            win_base=(-2.55, 0.45, 0.25, 0.0),
            win_marketing=(0.0, 0.0, 0.0),
            win_pairs=((0.0, 0.0), (0.0, 0.0), (0.0, 0.0)),
            win_tone=(0.0, 0.0),
            brand_days=0.0,
        ),
        dataclasses.replace(_BASE, name="no_dark_regions", dark_regions=0),
        dataclasses.replace(
            _BASE, name="exogenous_budget", spend_follows_revenue=0.0, spend_follows_demand=0.0
        ),
        dataclasses.replace(_BASE, name="all_sales_touched", routing="everyone"),
        dataclasses.replace(_BASE, name="small", accounts=690),
    )
}


def find_world(world: World | str) -> World:
    """Return the world itself, or the one that has that name.

    Parameters
    ----------
    world : World or str
        A world, or a key of `WORLDS`.

    Returns
    -------
    World
        The parameters.
    """
    if isinstance(world, World):
        return world
    if world not in WORLDS:
        raise ArgumentError(
            f"unknown world {world!r}; known: {', '.join(WORLDS)}",
            cure=f"Did you mean “{meant}”?" if (meant := nearest(world, WORLDS)) else None,
        )
    return WORLDS[world]
