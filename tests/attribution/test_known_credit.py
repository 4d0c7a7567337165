"""Published and recomputed results that the models must give."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alignment.attribution import NO_TOUCH, attribute, read_paths
from alignment.attribution.shapley import shapley_values

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "attribution"


def approximately(**credit):
    return pytest.approx({NO_TOUCH: 0.0, **credit}, abs=1e-9)


def test_the_three_path_chain(made, credits):
    """C1 > C2 > C3 won, C1 lost, C2 > C3 lost: the textbook example of removal effects."""
    journeys = made(
        [(["C1", "C2", "C3"], "won", 1), (["C1"], "lost", 0), (["C2", "C3"], "open", 0)]
    )
    assert credits(journeys, "markov") == approximately(C1=0.2, C2=0.4, C3=0.4)
    found = attribute(journeys, models=("markov",), replicates=0)
    assert list(found.removal["removal_effect"]) == pytest.approx([0.5, 1.0, 1.0])
    assert found.conversion == pytest.approx(1 / 3)


def test_a_three_player_game():
    """v(1) = 7, v(2) = 6, v(3) = 4, v(12) = 15, v(13) = 7, v(23) = 9, v(123) = 19."""
    worth = np.zeros(8)
    worth[[0b001, 0b010, 0b100, 0b011, 0b101, 0b110, 0b111]] = [7, 6, 4, 15, 7, 9, 19]
    assert shapley_values(worth) == pytest.approx([23 / 3, 49 / 6, 19 / 6], abs=1e-12)


def test_time_decay_of_a_deal_of_12000(made, credits):
    """Touches 38, 33, 26, 8 and 0 days before the close, with a half-life of 7 days."""
    journeys = made([(["a", "b", "c", "d", "e"], "won", 12_000, "A", [38, 33, 26, 8, 0])])
    assert credits(journeys, "time_decay") == pytest.approx(
        {"a": 175.2, "b": 287.4, "c": 574.9, "d": 3417.0, "e": 7545.4, NO_TOUCH: 0}, abs=0.05
    )


def test_time_decay_doubles_with_each_half_life(made, credits):
    journeys = made([(["a", "b", "c", "d"], "won", 15, "A", [21, 14, 7, 0])])
    assert credits(journeys, "time_decay") == approximately(a=1, b=2, c=4, d=8)
    other = made([(["a", "b"], "won", 3, "A", [30, 0])])
    assert credits(other, "time_decay", half_life_days=30) == approximately(a=1, b=2)


def test_time_decay_does_not_underflow(made, credits):
    journeys = made([(["a", "b"], "won", 3, "A", [200_007, 200_000])])
    assert credits(journeys, "time_decay") == approximately(a=1, b=2)


def test_position_based(made, credits):
    """40 / 20 / 40; the four-touch case is 40 / 10 / 10 / 40 with Salesforce, too."""
    assert credits(made([(["a", "b", "c", "d"], "won", 100)]), "position") == approximately(
        a=40, b=10, c=10, d=40
    )
    assert credits(made([(["a", "a", "b", "c"], "won", 10_000)]), "position") == approximately(
        a=5000, b=1000, c=4000
    )
    assert credits(made([(["a", "b"], "won", 100)]), "position") == approximately(a=50, b=50)
    assert credits(made([(["a"], "won", 100)]), "position") == approximately(a=100)


def test_the_sum_game_is_linear_over_distinct_keys(made, credits):
    journeys = made([(["a", "a", "a", "b"], "won", 10), (["b"], "won", 3), (["b"], "lost", 0)])
    assert credits(journeys, "shapley") == approximately(a=5, b=8)
    assert credits(journeys, "linear") == approximately(a=7.5, b=5.5)


def test_the_rate_game_compares_rates(made, credits):
    """v(a) = 4/2, v(b) = 0/2, v(ab) = (4 + 6)/5: a gains 2 alone, b loses nothing and adds none."""
    journeys = made(
        [
            (["a"], "won", 4),
            (["a"], "lost", 0),
            (["b"], "lost", 0),
            (["b"], "open", 0),
            (["a", "b"], "won", 6),
        ]
    )
    assert credits(journeys, "shapley_rate") == approximately(a=10, b=0)


def test_the_rate_game_shows_negative_credit(made, credits):
    journeys = made([(["a"], "won", 4), (["a", "b"], "lost", 0), (["a", "b"], "lost", 0)])
    credit = credits(journeys, "shapley_rate")
    assert credit["b"] < 0
    assert sum(credit.values()) == pytest.approx(4)


@pytest.fixture(scope="module")
def expected():
    if not DATA.exists():
        pytest.skip("the demonstration paths are not on this machine")
    return pd.read_csv(DATA / "expected_results.csv", index_col=0)


@pytest.fixture(scope="module")
def journeys(expected):
    return read_paths(pd.read_csv(DATA / "Data.csv", sep=";"))


@pytest.fixture(scope="module")
def wins(journeys):
    models = ("first", "last", "linear", "position", "markov", "shapley", "shapley_rate")
    return attribute(journeys, models=models, weight="wins", replicates=0)


class TestPathData:
    """The demonstration paths of ChannelAttribution, against results recomputed elsewhere.

    First, last, linear and position-based agree with ChannelAttribution itself and with
    marketing-attribution-models; removal effects with the latter and with matrix removal.
    """

    @pytest.mark.parametrize(
        ("model", "column"),
        [
            ("first", "first"),
            ("last", "last"),
            ("linear", "linear"),
            ("position", "pos"),
            ("markov", "markov_exact"),
            ("shapley", "shapley_sum"),
        ],
    )
    def test_wins(self, wins, expected, model, column):
        frame = wins.frame[(wins.frame["model"] == model) & (wins.frame["key"] != NO_TOUCH)]
        credit = frame.set_index(frame["key"].astype(str))["credit"]
        # The results were stored with ten digits.
        assert (credit - expected[column]).abs().max() < 1e-6

    def test_removal_effects_and_conversion(self, wins, expected):
        effects = wins.removal.set_index("key")["removal_effect"]
        assert (effects - expected["RE_exact"]).abs().max() < 1e-9
        assert wins.conversion == pytest.approx(19_785 / (19_785 + 68_602), abs=1e-12)

    def test_the_rate_game(self, wins, expected):
        frame = wins.frame[
            (wins.frame["model"] == "shapley_rate") & (wins.frame["key"] != NO_TOUCH)
        ]
        rate = frame.set_index(frame["key"].astype(str))["credit"] / wins.journeys
        assert (rate - expected["shap_rate"]).abs().max() < 1e-10

    def test_the_chain_without_nulls(self, journeys, expected):
        won = journeys.journeys["outcome"] == "won"
        touches = journeys.touches[won.to_numpy()[journeys.touches["journey"]]]
        renumbered = pd.Series(np.cumsum(won) - 1, index=won.index)
        only_won = type(journeys)(
            touches=touches.assign(journey=renumbered[touches["journey"]].to_numpy()).reset_index(
                drop=True
            ),
            journeys=journeys.journeys[won].reset_index(drop=True),
            currency=None,
            unit="lead",
            lookback_days=None,
            left_out={},
            notes={},
        )
        found = attribute(only_won, models=("markov",), weight="wins", replicates=0).frame
        credit = found[found["key"] != NO_TOUCH].set_index("key")["credit"]
        assert (credit - expected["markov_exact_nonull"]).abs().max() < 1e-6

    @pytest.mark.parametrize("model", ["first", "last", "linear"])
    def test_value(self, journeys, expected, model):
        found = attribute(journeys, models=(model,), replicates=0).frame
        credit = found[found["key"] != NO_TOUCH].set_index("key")["credit"]
        assert (credit - expected[f"{model}_val"]).abs().max() < 1e-5

    def test_markov_of_the_value_is_near_the_simulated_one(self, journeys, expected):
        """ChannelAttribution simulates it: near on the common channels, not equal."""
        found = attribute(journeys, models=("markov",), replicates=0).frame
        credit = found[found["key"] != NO_TOUCH].set_index("key")["credit"]
        common = expected.index[expected["first"] > 1000]
        ratio = credit[common] / expected.loc[common, "ca_markov_value"]
        assert ratio.between(0.95, 1.05).all()
