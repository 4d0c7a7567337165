"""The truth about an invented company: parameters, potential outcomes, eventual ends.

Nothing in the library reads this; only tests and benchmarks compare with it.
"""

import dataclasses
import itertools
import math
from typing import Any

import numpy as np

from alignment.simulation.company import Company, conclude
from alignment.simulation.leads import SOURCES
from alignment.simulation.outcomes import Journey, run_journeys
from alignment.simulation.weeks import AS_OF
from alignment.simulation.world import CHANNELS, MARKETING_CHANNELS, SALES_CHANNELS

_TEAMS = {
    "none": (),
    "marketing": MARKETING_CHANNELS,
    "sales": SALES_CHANNELS,
    "both": CHANNELS,
}
_OUTCOMES = ("sql", "won")
_CURVE_DAYS = [*range(0, 366, 5), 450, 540, 730]


def truth(company: Company) -> dict[str, Any]:
    """Return what an analysis of the company should find.

    Parameters
    ----------
    company : Company
        From `simulate_company`.

    Returns
    -------
    dict
        Ready for JSON. ``games[outcome][kind]``, with outcome ``sql`` or ``won`` and
        kind ``masking`` (touches removed from the journeys that took place) or
        ``policy`` (scores and sales' decisions redrawn without them), holds the values
        of the teams and of every subset of the channels, the interaction I, the joint
        effect J, rho, the interval of marketing's share, Shapley values and
        Shapley–Taylor indices.
    """
    return {
        "world": dataclasses.asdict(company.world),
        "seed": company.seed,
        "as_of": f"{AS_OF}Z",
        "observed_from": f"{company.observed_from}Z",
        "counts": _counts(company),
        "games": _games(company),
        "lead_to_close": _lead_to_close(company),
        "handoff": _handoff(company),
        "half_lives_weeks": {
            "brand": _rounded(_half_life(company.world.brand_retention)),
            "activation": _rounded(_half_life(company.world.activation_retention)),
        },
    }


def _rounded(value: float) -> float:
    return round(float(value), 12)


def _half_life(retention: float) -> float:
    return math.log(0.5) / math.log(retention)


def _counts(company: Company) -> dict[str, int]:
    leads, opportunities = company.leads, company.opportunities
    status = opportunities["status"].value_counts()
    return {
        "accounts": len(company.accounts),
        "leads": len(leads),
        "mql": int(leads["mql"].sum()),
        "followed_up": int(leads["follow_up"].sum()),
        "met": int(leads["meeting"].sum()),
        "sql": int(leads["sql"].sum()),
        "sql_before_export": int(leads["sql_at"].notna().sum()),
        "opportunities": len(opportunities),
        "opportunities_migrated": int(opportunities["migrated"].sum()),
        "won": int(status.get("won", 0)),
        "lost": int(status.get("lost", 0)),
        "open": int(status.get("open", 0)),
        "zombies": int(opportunities["zombie"].sum()),
    }


def _value(company: Company, journey: Journey, outcome: str) -> tuple[float, float]:
    """Return the mean probability of the outcome and the share that had it."""
    ends = conclude(company.world, company.draws, journey)
    if outcome == "sql":
        return float(journey.sql_probability.mean()), float(ends.sql.mean())
    closed = 1 - company.world.zombie_share
    won = ends.sql & ends.won & ~ends.zombie
    return float(journey.won_probability.mean()) * closed, float(won.mean())


def _games(company: Company) -> dict[str, dict[str, Any]]:
    games: dict[str, dict[str, Any]] = {outcome: {} for outcome in _OUTCOMES}
    subsets = [
        subset
        for size in range(len(CHANNELS) + 1)
        for subset in itertools.combinations(CHANNELS, size)
    ]
    for kind in ("masking", "policy"):
        journeys = {
            subset: run_journeys(company.world, company.draws, subset, kind == "policy")
            for subset in subsets
        }
        for outcome in _OUTCOMES:
            values = {
                subset: _value(company, journey, outcome) for subset, journey in journeys.items()
            }
            games[outcome][kind] = {
                "teams": team_game({team: values[on][0] for team, on in _TEAMS.items()}),
                "teams_realised": team_game({team: values[on][1] for team, on in _TEAMS.items()}),
                "channels": channel_game({subset: value[0] for subset, value in values.items()}),
            }
    return games


def team_game(value: dict[str, float]) -> dict[str, Any]:
    """Return the two-team game from its four values.

    Parameters
    ----------
    value : dict of str to float
        Keys ``none``, ``marketing``, ``sales``, ``both``.

    Returns
    -------
    dict
        The values, the solo effects, I, J, rho and the interval of marketing's share.
    """
    marketing = value["marketing"] - value["none"]
    sales = value["sales"] - value["none"]
    joint = value["both"] - value["none"]
    interaction = joint - marketing - sales
    scale = max(joint, marketing + sales)
    share = sorted([marketing, marketing + interaction])
    return {
        "v": {team: _rounded(number) for team, number in value.items()},
        "m_marketing": _rounded(marketing),
        "m_sales": _rounded(sales),
        "J": _rounded(joint),
        "I": _rounded(interaction),
        "rho": _rounded(interaction / scale) if scale > 0 else None,
        "marketing_share": [_rounded(end / joint) for end in share] if joint > 0 else None,
    }


def channel_game(value: dict[tuple[str, ...], float]) -> dict[str, Any]:
    """Return Shapley values and second-order Shapley–Taylor indices of the channels.

    Parameters
    ----------
    value : dict of tuple of str to float
        The value of every subset of the channels, in the order of `CHANNELS`.

    Returns
    -------
    dict
        The values (keys joined with ``+``; the empty subset is ``none``), ``shapley``,
        ``stii_single`` and ``stii_pair``, which add up to J.
    """
    dividend: dict[tuple[str, ...], float] = {}
    for subset, number in value.items():
        parts = (
            dividend[part]
            for size in range(len(subset))
            for part in itertools.combinations(subset, size)
        )
        dividend[subset] = number - math.fsum(parts)
    shapley = {
        channel: math.fsum(
            number / len(subset) for subset, number in dividend.items() if channel in subset
        )
        for channel in CHANNELS
    }
    pairs = {
        pair: math.fsum(
            number / math.comb(len(subset), 2)
            for subset, number in dividend.items()
            if pair[0] in subset and pair[1] in subset
        )
        for pair in itertools.combinations(CHANNELS, 2)
    }
    return {
        "v": {"+".join(subset) or "none": _rounded(number) for subset, number in value.items()},
        "shapley": {channel: _rounded(number) for channel, number in shapley.items()},
        "stii_single": {channel: _rounded(dividend[(channel,)]) for channel in CHANNELS},
        "stii_pair": {"+".join(pair): _rounded(number) for pair, number in pairs.items()},
    }


def _lead_to_close(company: Company) -> dict[str, Any]:
    """Return how all leads' deals end if one waits for ever, also beyond the export."""
    outcome = conclude(company.world, company.draws, company.journey)
    closes = outcome.sql & ~outcome.zombie
    won, lost = closes & outcome.won, closes & ~outcome.won
    days, total = outcome.days_open, max(int(outcome.sql.sum()), 1)
    from_lead = days + outcome.sql_hour / 24

    def curve(ended: Any) -> list[float]:
        return [_rounded((ended & (days <= day)).sum() / total) for day in _CURVE_DAYS]

    def summary(values: Any) -> dict[str, float | None]:
        if not len(values):
            return {"mean": None, "median": None}
        return {"mean": _rounded(values.mean()), "median": _rounded(np.median(values))}

    return {
        "opportunities": int(outcome.sql.sum()),
        "days": _CURVE_DAYS,
        "won_cumulative": curve(won),
        "lost_cumulative": curve(lost),
        "won_share": _rounded(won.sum() / total),
        "lost_share": _rounded(lost.sum() / total),
        "never_closed_share": _rounded((outcome.sql & outcome.zombie).sum() / total),
        "lead_to_sql_share": _rounded(outcome.sql.mean()),
        "lead_to_won_share": _rounded(won.mean()),
        "days_opportunity_to_won": summary(days[won]),
        "days_opportunity_to_lost": summary(days[lost]),
        "days_lead_to_won": summary(from_lead[won]),
    }


def _handoff(company: Company) -> dict[str, Any]:
    leads, world = company.leads, company.world
    delay = leads["delay_hours"].dropna()
    return {
        "mql_share": _rounded(leads["mql"].mean()),
        "follow_up_share_of_mql": _rounded(leads.loc[leads["mql"], "follow_up"].mean()),
        "delay_hours": {"mean": _rounded(delay.mean()), "median": _rounded(delay.median())},
        "sql_log_odds_per_doubling_of_delay": _rounded(world.sql_delay * math.log(2)),
        "collision_log_odds": world.sql_collision,
        "collisions": int(leads["collision"].sum()),
        "rejections": int(leads["rejected"].sum()),
        "reason_recorded_share": list(world.reason_recorded),
        "adoption_week": world.adoption_week,
        "feedback_sources": list(SOURCES[::2]),
        "feedback_rejection_log_odds": world.feedback_effect,
    }
