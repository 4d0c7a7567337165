"""The games in the truth obey their identities, and the worlds differ as named."""

import itertools
import math

import pytest

from alignment.simulation import Company, simulate_company, truth
from alignment.simulation.truth import channel_game, team_game
from alignment.simulation.world import CHANNELS, MARKETING_CHANNELS, SALES_CHANNELS

GAMES = list(itertools.product(("sql", "won"), ("masking", "policy")))


@pytest.fixture(scope="module")
def base_truth(base: Company) -> dict:
    return truth(base)


@pytest.mark.parametrize(("outcome", "kind"), GAMES)
def test_channels_and_teams_agree(base_truth: dict, outcome: str, kind: str):
    game = base_truth["games"][outcome][kind]
    teams, channels = game["teams"]["v"], game["channels"]["v"]
    assert len(channels) == 2 ** len(CHANNELS)
    assert channels["none"] == teams["none"]
    assert channels["+".join(MARKETING_CHANNELS)] == teams["marketing"]
    assert channels["+".join(SALES_CHANNELS)] == teams["sales"]
    assert channels["+".join(CHANNELS)] == teams["both"]


@pytest.mark.parametrize(("outcome", "kind"), GAMES)
def test_identities(base_truth: dict, outcome: str, kind: str):
    game = base_truth["games"][outcome][kind]
    teams, channels = game["teams"], game["channels"]
    joint = teams["J"]
    single, pair = channels["stii_single"], channels["stii_pair"]
    assert sum(single.values()) + sum(pair.values()) == pytest.approx(joint, abs=1e-10)
    assert sum(channels["shapley"].values()) == pytest.approx(joint, abs=1e-10)
    for channel in CHANNELS:
        halves = sum(value for key, value in pair.items() if channel in key.split("+")) / 2
        assert channels["shapley"][channel] == pytest.approx(single[channel] + halves, abs=1e-10)
    solo = teams["m_marketing"] + teams["m_sales"]
    assert teams["I"] == pytest.approx(joint - solo, abs=1e-10)
    assert teams["rho"] == pytest.approx(teams["I"] / max(joint, solo), abs=1e-6)


def test_realised_shares_are_near_the_probabilities(base_truth: dict):
    game = base_truth["games"]["sql"]["masking"]
    for team, value in game["teams"]["v"].items():
        assert game["teams_realised"]["v"][team] == pytest.approx(value, abs=0.005)


def test_base_synergy_has_the_size_that_it_is_meant_to_have(base_truth: dict):
    games = base_truth["games"]
    assert games["sql"]["masking"]["teams"]["rho"] == pytest.approx(0.254, abs=0.05)
    assert games["won"]["masking"]["teams"]["rho"] == pytest.approx(0.381, abs=0.06)
    assert games["sql"]["policy"]["teams"]["rho"] > games["sql"]["masking"]["teams"]["rho"]


def test_games_by_hand():
    value = {"none": 1.0, "marketing": 2.0, "sales": 4.0, "both": 6.0}
    game = team_game(value)
    assert (game["J"], game["I"], game["rho"]) == (5.0, 1.0, 0.2)
    assert game["marketing_share"] == [0.2, 0.4]
    less = team_game(value | {"both": 4.0})
    assert less["rho"] == -0.25
    # Five channels whose value is the square of their number: every pair adds 2.
    subsets = itertools.chain.from_iterable(
        itertools.combinations(CHANNELS, size) for size in range(6)
    )
    squares = channel_game({subset: float(len(subset) ** 2) for subset in subsets})
    assert set(squares["stii_pair"].values()) == {2.0}
    assert set(squares["stii_single"].values()) == {1.0}


@pytest.mark.parametrize(
    ("world", "low", "high"),
    [
        ("no_synergy", -1e-9, 1e-9),
        ("antagonism", -0.7, -0.3),
        ("hidden_warmth", 0.2, 0.36),
        ("probit", 0.18, 0.3),
    ],
)
def test_world_has_its_synergy(world: str, low: float, high: float):
    game = truth(simulate_company(5, world))["games"]["sql"]["masking"]["teams"]
    assert low <= game["rho"] <= high


def test_no_marketing_effect_means_none():
    games = truth(simulate_company(5, "no_marketing_effect"))["games"]
    for outcome, kind in GAMES:
        assert games[outcome][kind]["teams"]["m_marketing"] == 0
        assert games[outcome][kind]["teams"]["I"] == 0


def test_lead_to_close(base: Company, base_truth: dict):
    close = base_truth["lead_to_close"]
    assert close["won_cumulative"] == sorted(close["won_cumulative"])
    shares = close["won_share"], close["lost_share"], close["never_closed_share"]
    assert math.fsum(shares) == pytest.approx(1, abs=1e-9)
    assert close["won_cumulative"][-1] <= close["won_share"]
    assert close["days_opportunity_to_won"]["median"] == pytest.approx(66, abs=6)
    assert close["never_closed_share"] == pytest.approx(0.08, abs=0.02)
    assert base_truth["half_lives_weeks"]["brand"] == pytest.approx(22.8, abs=0.1)
    status = base.opportunities["status"].value_counts()
    counts = base_truth["counts"]
    assert [counts[name] for name in ("won", "lost", "open")] == [
        status[name] for name in ("won", "lost", "open")
    ]
