"""The result of attribution: what it holds, what it refuses, and what it says."""

from __future__ import annotations

import pandas as pd
import pytest

from alignment.attribution import DEFAULT_MODELS, NO_TOUCH, attribute, read_paths
from alignment.errors import NotMeasurable

ROWS = [
    (["ads", "email", "call"], "won", 60, "A"),
    (["ads"], "won", 20, "B"),
    ([], "won", 20, "C"),
    (["email"], "lost", 0, "D"),
    (["call"], "open", 0, "E"),
]


def test_the_frame_is_tidy_and_complete(made):
    found = attribute(made(ROWS), replicates=30)
    frame = found.frame
    assert list(frame.columns) == ["model", "key", "team", "credit", "share", "low", "high"]
    assert len(frame) == len(DEFAULT_MODELS) * 4
    assert list(frame["model"].cat.categories) == list(DEFAULT_MODELS)
    assert list(frame["key"].cat.categories) == ["ads", "call", "email", NO_TOUCH]
    last = frame[frame["model"] == "last"].set_index("key")
    assert last["credit"].to_dict() == {"ads": 20, "call": 60, "email": 0, NO_TOUCH: 20}
    assert last["team"].astype(object).where(last["team"].notna(), None).tolist() == [
        "marketing",
        "sales",
        "marketing",
        None,
    ]
    assert (found.value, found.wins, found.journeys, found.currency) == (100, 3, 5, "EUR")
    assert found.to_frame() is frame
    assert "&lt;" not in found._repr_html_()
    assert (frame["low"] <= frame["high"]).all()


def test_a_channel_of_both_teams_says_so(made):
    journeys = made([(["ads", "call"], "won", 1)])
    journeys.touches["channel"] = pd.Categorical(["e-mail", "e-mail"])
    frame = attribute(journeys, models=("linear",), replicates=0).frame
    assert frame["team"].iloc[0] == "both"


def test_without_replicates_there_is_no_interval_and_no_level(made):
    found = attribute(made(ROWS), replicates=0)
    assert found.frame[["low", "high"]].isna().all(axis=None)
    assert found.about.level is None


def test_wins_can_be_shared_out_instead_of_value(made):
    found = attribute(made(ROWS), weight="wins", models=("first",), replicates=0)
    assert found.value == 3
    assert found.currency is None


def test_the_spread_is_the_disagreement_of_the_models(made):
    found = attribute(made(ROWS), models=("first", "last"), replicates=0)
    spread = found.spread().set_index("key")
    assert list(found.spread()["key"])[:2] == ["ads", "call"]
    assert spread.loc["ads", ["low_share", "high_share", "spread"]].tolist() == pytest.approx(
        [0.2, 0.8, 0.6]
    )
    assert spread.loc["ads", ["low_model", "high_model"]].tolist() == ["last", "first"]
    assert spread.loc[NO_TOUCH, "spread"] == 0


def test_agreement_is_kendalls_tau(made):
    rows = [(["a", "b"], "won", 3), (["b", "c"], "won", 2), (["c", "a"], "won", 1)]
    found = attribute(made(rows), models=("first", "last"), replicates=0).agreement()
    # First: a 3, b 2, c 1. Last: a 1, b 3, c 2. One pair agrees, two do not.
    assert found.to_dict("records") == [
        {"model": "first", "other": "last", "kendall_tau": pytest.approx(-1 / 3)}
    ]
    one_key = attribute(made([(["a"], "won", 1)]), replicates=0).agreement()
    assert one_key["kendall_tau"].isna().all()


@pytest.mark.parametrize(
    ("wins", "reliability"), [(29, "too few"), (30, "approximate"), (200, "measured")]
)
def test_few_won_accounts_are_said_to_be_few(made, wins, reliability):
    rows = [(["ads"], "won", 1, f"A{i}") for i in range(wins)]
    rows += [(["ads"], "won", 1, "A0")] * 5  # more wins of an account are no more accounts
    found = attribute(made(rows), models=("first",), replicates=0)
    assert found.reliability == reliability
    said = " ".join(text.en for text in found.about.assumptions)
    assert ("too few" in said) == (reliability == "too few")
    assert ("approximate" in said) == (reliability == "approximate")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(["ads"], "lost", 0)], "nothing has been won"),
        ([([], "won", 5)], "no journey has a touch"),
        ([(["ads"], "won", 0)], "no won opportunity has an amount"),
    ],
)
def test_what_cannot_be_measured_says_why(made, rows, reason):
    with pytest.raises(NotMeasurable, match=reason) as caught:
        attribute(made(rows))
    assert caught.value.reason.es.startswith("No medible")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"models": ("first", "magic")}, "no model “magic”"),
        ({"models": ()}, "no model"),
        ({"level": 1.0}, "level"),
        ({"replicates": -1}, "replicates"),
        ({"half_life_days": 0}, "half_life_days"),
        ({"models": "markov"}, r'Give models=\["markov"\]'),
        ({"models": ("shaply",)}, "Did you mean “shapley”"),
        ({"by": "teams"}, "Did you mean “team”"),
        ({"weight": "amount"}, "weight must be one of “value”, “wins”"),
        ({"until": "wan"}, "Did you mean “won”"),
        ({"repeats": "keep"}, "repeats must be one of “kept”, “collapsed”"),
    ],
)
def test_options_that_mean_nothing_are_refused(made, options, message):
    with pytest.raises(ValueError, match=message):
        attribute(made(ROWS), **options)


def test_nothing_is_said_to_cause_anything(made):
    found = attribute(made(ROWS), replicates=0)
    for text in (found.about.method, *found.about.assumptions):
        assert not any(word in text.en.lower() for word in ("caus", "because", "impact"))
        assert not any(word in text.es.lower() for word in ("caus", "porque", "impacto"))


def test_the_rate_game_refuses_too_many_channels(made):
    journeys = made([([f"c{i:02}"], "won", 1) for i in range(17)])
    with pytest.raises(ValueError, match="group the rare ones"):
        attribute(journeys, models=("shapley_rate",), replicates=0)


class TestReadPaths:
    FRAME = pd.DataFrame(
        {
            "path": ["a > b", "b", None],
            "total_conversions": [2, 0, 1],
            "total_conversion_value": [10.0, 0.0, 4.0],
            "total_null": [1, 3, 0],
        }
    )

    def test_conversions_and_nulls_become_journeys(self):
        journeys = read_paths(self.FRAME, currency="EUR")
        assert journeys.journeys["outcome"].value_counts().to_dict() == {
            "lost": 4,
            "won": 3,
            "open": 0,
        }
        assert journeys.journeys["value"].sum() == 14
        assert journeys.journeys["touches"].tolist() == [2, 2, 2, 1, 1, 1, 0]
        assert journeys.touches["channel"].tolist() == ["a", "b"] * 3 + ["b"] * 3
        found = attribute(journeys, models=("first",), replicates=0).frame
        assert found.set_index("key")["credit"].to_dict() == {"a": 10, "b": 0, NO_TOUCH: 4}

    def test_the_frames_are_those_of_built_journeys(self, made):
        read, built = read_paths(self.FRAME), made(ROWS)
        for name in ("touches", "journeys"):
            assert list(getattr(read, name).columns) == list(getattr(built, name).columns)

    def test_paths_know_no_time(self):
        with pytest.raises(ValueError, match="time decay needs the days"):
            attribute(read_paths(self.FRAME), models=("time_decay",))

    def test_a_missing_column_is_named(self):
        with pytest.raises(ValueError, match="total_null"):
            read_paths(self.FRAME.drop(columns="total_null"))
