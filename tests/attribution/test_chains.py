"""Chains of order 2 and 3, beside slow ones, and weights for what is still open."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import SurvfuncRight

from alignment.attribution import attribute, compare_orders
from alignment.attribution.censoring import MOST_WEIGHT, censoring_weights
from alignment.attribution.markov import chain_statistics
from alignment.attribution.markov_order import chain_states, order_statistics, removal_of_order
from alignment.attribution.paths import encode

CHANNELS = ["ads", "call", "email"]
rows = st.lists(
    st.tuples(
        st.lists(st.sampled_from(CHANNELS), max_size=6),
        st.sampled_from(["won", "lost", "open"]),
        st.integers(1, 9),
    ),
    min_size=1,
    max_size=12,
).filter(lambda rows: any(r[1] == "won" and r[0] for r in rows))


def worth(row, value):
    return (row[2] if value else 1) if row[1] == "won" else 0


def slow_effects(rows, order, value):
    """Removal effects of a chain of tuples, by following every state with a linear system."""
    counts, reward, leaving = defaultdict(float), defaultdict(float), defaultdict(float)
    for row in rows:
        if not row[0]:
            continue
        state = ()
        for channel in row[0]:
            after = (*state, channel)[-order:]
            counts[state, after] += 1
            leaving[state] += 1
            state = after
        leaving[state] += 1
        reward[state] += worth(row, value)
    states = sorted(leaving, key=lambda s: (len(s), s))

    def expected(removed=None):
        kept = [s for s in states if removed not in s]
        matrix = np.eye(len(kept))
        for i, one in enumerate(kept):
            for k, other in enumerate(kept):
                matrix[i, k] -= counts[one, other] / leaving[one]
        return np.linalg.solve(matrix, [reward[s] / leaving[s] for s in kept])[kept.index(())]

    whole = expected()
    names = sorted({channel for row in rows for channel in row[0]})
    return {name: 1 - expected(name) / whole for name in names}


@pytest.mark.parametrize("order", [1, 2, 3])
def test_removal_effects_are_those_of_a_chain_of_tuples(made, order):
    @settings(max_examples=25, deadline=None)
    @given(rows=rows)
    def check(rows):
        journeys = made([(p, o, v if o == "won" else 0) for p, o, v in rows])
        paths = encode(journeys)
        found = removal_of_order(order_statistics(paths, order).total(), chain_states(paths, order))
        for effect, value in ((found.effect, False), (found.effect_on_value, True)):
            got = dict(zip(paths.keys, effect[0], strict=True))
            assert got == pytest.approx(slow_effects(rows, order, value), abs=1e-9)
        touched = [r for r in rows if r[0]]
        rate = sum(r[1] == "won" for r in touched) / len(touched)
        assert found.probability[0] == pytest.approx(rate, abs=1e-12)

    check()


def test_order_one_is_the_first_order_chain(made):
    rng = np.random.default_rng(4)
    rows = [
        (list(rng.choice(CHANNELS, rng.integers(1, 9))), rng.choice(["won", "lost"]), 3.0)
        for _ in range(200)
    ]
    paths = encode(made([(p, o, v if o == "won" else 0) for p, o, v in rows]))
    one, general = chain_statistics(paths), order_statistics(paths, 1)
    assert general.credit(general.total()) == pytest.approx(one.credit(one.total()), rel=1e-12)


def test_a_long_loop_is_solved_and_not_given_up(made):
    """A journey of thousands of equal touches hardly leaves its state."""
    rows = [(["ads"] * 20_000, "won", 5), (["call", "ads"], "won", 3), (["call"], "lost", 0)]
    journeys = made([(p, o, v) for p, o, v in rows])
    looped = attribute(journeys, models=("markov", "markov_2"), replicates=0)
    assert looped.frame.groupby("model", observed=True)["credit"].sum().tolist() == (
        pytest.approx([8, 8])
    )
    exact = slow_effects(rows, 2, True)
    effects = looped.removal[looped.removal["model"] == "markov_2"]
    assert dict(zip(effects["key"], effects["removal_effect_on_value"], strict=True)) == (
        pytest.approx(exact, abs=1e-9)
    )


def test_repeats_matter_from_the_second_order_on(made):
    rows = [
        (["ads", "ads", "call"], "won", 5),
        (["ads", "call"], "lost", 0),
        (["call", "call", "email"], "won", 2),
        (["email", "ads", "ads"], "lost", 0),
    ]
    journeys = made(rows)
    collapsed = made(
        [([c for i, c in enumerate(p) if i == 0 or p[i - 1] != c], o, v) for p, o, v in rows]
    )
    models = ("markov", "markov_2", "markov_3", "linear")
    kept, gone = (
        attribute(journeys, models=models, repeats=repeats, replicates=0).frame.set_index(
            ["model", "key"]
        )["credit"]
        for repeats in ("kept", "collapsed")
    )
    plain = attribute(collapsed, models=models, replicates=0).frame.set_index(["model", "key"])
    for model in ("markov", "markov_2", "markov_3"):
        assert gone[model].tolist() == pytest.approx(plain.loc[model, "credit"].tolist())
    assert kept["markov"].tolist() == pytest.approx(gone["markov"].tolist())
    assert kept["markov_2"].tolist() != pytest.approx(gone["markov_2"].tolist(), rel=1e-3)
    assert kept["linear"].tolist() == gone["linear"].tolist()


def test_the_effects_are_given_raw_and_as_shares(made):
    journeys = made([(["ads", "call"], "won", 4), (["ads"], "lost", 0), (["call"], "won", 1)])
    removal = attribute(journeys, models=("markov", "markov_2"), replicates=0).removal
    for _, rows in removal.groupby("model"):
        assert rows["normalised"].sum() == pytest.approx(1)
        assert rows["removal_effect_on_value"].sum() > 1
    assert removal["model"].tolist() == ["markov"] * 2 + ["markov_2"] * 2


def test_the_order_that_made_the_journeys_describes_them_best(made):
    """After ads, ads a call mostly follows, and after ads alone mostly ads: a second order."""
    rng = np.random.default_rng(1)
    rows = []
    for _ in range(400):
        path = ["ads"]
        while len(path) < 12 and rng.random() > 0.1:
            twice = len(path) > 1 and path[-2] == path[-1] == "ads"
            path.append("call" if rng.random() < (0.9 if twice else 0.2) else "ads")
        rows.append((path, rng.choice(["won", "lost"]), 1.0))
    found = compare_orders(made([(p, o, v if o == "won" else 0) for p, o, v in rows]))
    assert found.loc[found["bic"].idxmin(), "order"] == 2
    assert found["log_likelihood"].is_monotonic_increasing


START = pd.Timestamp("2024-01-01", tz="UTC")


def aged(made, ages):
    """Journeys of one touch each: (outcome, age in days), cut off at their age while open."""
    journeys = made([(["ads"], outcome, float(outcome == "won")) for outcome, _ in ages])
    as_of = START + pd.Timedelta(days=500)
    started = [
        as_of - pd.Timedelta(days=age) if outcome == "open" else START for outcome, age in ages
    ]
    ended = [
        pd.NaT if outcome == "open" else START + pd.Timedelta(days=age) for outcome, age in ages
    ]
    frame = journeys.journeys.assign(
        started_at=pd.to_datetime(started, utc=True), ended_at=pd.to_datetime(ended, utc=True)
    )
    return replace(journeys, journeys=frame), as_of


def test_the_weights_are_those_of_statsmodels(made):
    rng = np.random.default_rng(2)
    ages = [(str(rng.choice(["won", "lost", "open"])), int(rng.integers(0, 60))) for _ in range(80)]
    journeys, as_of = aged(made, ages)
    weights = censoring_weights(journeys, as_of)
    days = np.array([age for _, age in ages], dtype=float)
    is_open = np.array([outcome == "open" for outcome, _ in ages])
    # Ends come before cut-offs of the same day: move the cut-offs half a day on.
    fitted = SurvfuncRight(days + 0.5 * is_open, is_open.astype(int))
    for weight, age, still in zip(weights, days, is_open, strict=True):
        before = fitted.surv_prob[fitted.surv_times <= age]
        expected = 0.0 if still else 1.0 / (before[-1] if len(before) else 1.0)
        assert weight == pytest.approx(min(expected, MOST_WEIGHT), rel=1e-9)


def test_without_open_journeys_nothing_changes(made):
    journeys, as_of = aged(made, [("won", 3), ("lost", 9), ("won", 20)])
    assert censoring_weights(journeys, as_of).tolist() == [1, 1, 1]
    models = ("markov", "markov_2", "shapley_rate")
    plain, weighted = (
        attribute(journeys, models=models, replicates=20, **more).frame
        for more in ({}, {"censored_at": as_of})
    )
    columns = ["credit", "share", "low", "high"]
    pd.testing.assert_frame_equal(plain[columns], weighted[columns])


def test_weights_find_the_win_rate_that_open_journeys_hide(made):
    """One in two is won in the end, but losing takes four times as long as winning."""
    rng = np.random.default_rng(7)
    as_of = START + pd.Timedelta(days=200)
    made_rows, started, ended = [], [], []
    for _ in range(4000):
        begin = START + pd.Timedelta(days=float(rng.uniform(0, 200)))
        outcome = str(rng.choice(["won", "lost"]))
        end = begin + pd.Timedelta(days=float(rng.exponential(15 if outcome == "won" else 60)))
        outcome = "open" if end > as_of else outcome
        made_rows.append((["ads"], outcome, float(outcome == "won")))
        started.append(begin)
        ended.append(pd.NaT if outcome == "open" else end)
    journeys = made(made_rows)
    journeys = replace(
        journeys,
        journeys=journeys.journeys.assign(
            started_at=pd.to_datetime(started, utc=True), ended_at=pd.to_datetime(ended, utc=True)
        ),
    )
    naive = attribute(journeys, models=("markov",), replicates=0)
    weighted = attribute(journeys, models=("markov",), replicates=0, censored_at=as_of)
    closed = journeys.journeys["outcome"] != "open"
    assert naive.conversion < 0.47
    assert (journeys.journeys["outcome"][closed] == "won").mean() > 0.55
    assert weighted.conversion == pytest.approx(0.5, abs=0.025)
    assert weighted.frame["credit"].sum() == pytest.approx(naive.value)
    said = " ".join(text.en for text in weighted.about.assumptions)
    assert "inverse probability of censoring" in said


@settings(max_examples=25, deadline=None)
@given(rows=rows, days=st.lists(st.integers(1, 300), min_size=12, max_size=12))
def test_weighted_credit_adds_up_to_what_was_won(made, rows, days):
    journeys = made([(p, o, v if o == "won" else 0) for p, o, v in rows])
    frame = journeys.journeys
    end = START + pd.Timedelta(days=400)
    started = end - pd.to_timedelta(days[: len(rows)], unit="D")
    journeys = replace(journeys, journeys=frame.assign(started_at=started))
    found = attribute(
        journeys,
        models=("markov", "markov_2", "markov_3", "shapley_rate"),
        replicates=5,
        censored_at=end,
    )
    for _, part in found.frame.groupby("model", observed=True):
        assert part["credit"].sum() == pytest.approx(found.value, rel=1e-9)
