"""Each model beside a slow implementation that shares nothing with it."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.attribution import NO_TOUCH, attribute
from alignment.attribution.shapley import shapley_values

CHANNELS = ["ads", "call", "email", "meeting"]

paths = st.lists(st.sampled_from(CHANNELS), max_size=5)
rows = st.lists(
    st.tuples(
        paths,
        st.sampled_from(["won", "won", "lost", "open"]),
        st.integers(1, 9),
        st.sampled_from(["A", "B", "C", None]),
    ),
    min_size=1,
    max_size=14,
).filter(lambda rows: any(r[1] == "won" for r in rows) and any(r[0] for r in rows))


def worth(row):
    return row[2] if row[1] == "won" else 0


def as_journeys(made, rows):
    return made(
        [
            (path, outcome, value if outcome == "won" else 0, account)
            for path, outcome, value, account in rows
        ]
    )


def by_removal(rows, value):
    """Removal effects by taking each channel out of the chain and solving it again."""
    names = sorted({channel for row in rows for channel in row[0]})
    place = {name: i + 1 for i, name in enumerate(names)}
    size = len(names) + 1  # the start is 0
    counts = np.zeros((size, size))
    reward, leaving = np.zeros(size), np.zeros(size)
    for row in rows:
        if not row[0]:
            continue
        states = [0, *(place[name] for name in row[0])]
        for here, there in pairwise(states):
            counts[here, there] += 1
        for state in states:
            leaving[state] += 1
        reward[states[-1]] += worth(row) if value else float(row[1] == "won")
    safe = np.where(leaving > 0, leaving, 1)
    chain, reward = counts / safe[:, None], reward / safe

    def expected(removed=None):
        kept = [s for s in range(size) if s != removed]
        return np.linalg.solve(np.eye(len(kept)) - chain[np.ix_(kept, kept)], reward[kept])[0]

    whole = expected()
    return {name: 1 - expected(place[name]) / whole if whole else 0.0 for name in names}


def by_permutation(game, players):
    totals = defaultdict(float)
    orders = list(permutations(players))
    for order in orders:
        seen = frozenset()
        for player in order:
            totals[player] += game(seen | {player}) - game(seen)
            seen |= {player}
    return {player: total / len(orders) for player, total in totals.items()}


def slow_credit(rows, model):
    if model == "markov":
        effects = by_removal(rows, value=True)
        total = sum(effects.values())
        touched = sum(worth(row) for row in rows if row[0])
        return {
            name: effect / total * touched if total else 0.0 for name, effect in effects.items()
        }
    players = sorted({channel for row in rows for channel in row[0]})
    touched = [row for row in rows if row[0]]
    if model == "shapley":

        def game(coalition):
            return sum(worth(row) for row in touched if set(row[0]) <= coalition)

        return by_permutation(game, players)
    if model == "shapley_rate":

        def game(coalition):
            inside = [row for row in touched if set(row[0]) <= coalition]
            return sum(map(worth, inside)) / len(inside) if inside else 0.0

        return {k: v * len(touched) for k, v in by_permutation(game, players).items()}
    credit = defaultdict(float, dict.fromkeys(players, 0.0))
    for row in touched:
        path, n = row[0], len(row[0])
        weights = {
            "first": [1.0] + [0.0] * (n - 1),
            "last": [0.0] * (n - 1) + [1.0],
            "linear": [1 / n] * n,
            "position": [1.0]
            if n == 1
            else [0.5, 0.5]
            if n == 2
            else [0.4, *([0.2 / (n - 2)] * (n - 2)), 0.4],
            "time_decay": [2 ** (-before / 7) for before in range(n, 0, -1)],
        }[model]
        for channel, weight in zip(path, weights, strict=True):
            credit[channel] += worth(row) * weight / sum(weights)
    return dict(credit)


@pytest.mark.parametrize(
    "model",
    ["first", "last", "linear", "position", "time_decay", "markov", "shapley", "shapley_rate"],
)
def test_credit_is_that_of_the_slow_way(made, credits, model):
    @settings(max_examples=30, deadline=None)
    @given(rows=rows)
    def check(rows):
        expected = slow_credit(rows, model)
        expected[NO_TOUCH] = sum(worth(row) for row in rows if not row[0])
        assert credits(as_journeys(made, rows), model) == pytest.approx(expected, abs=1e-9)

    check()


@settings(max_examples=30, deadline=None)
@given(rows=rows)
def test_raw_removal_effects_are_those_of_the_matrix(made, rows):
    found = attribute(as_journeys(made, rows), models=("markov",), replicates=0)
    for column, value in (("removal_effect", False), ("removal_effect_on_value", True)):
        effects = dict(zip(found.removal["key"], found.removal[column], strict=True))
        touched_wins = any(row[0] and row[1] == "won" for row in rows)
        expected = by_removal(rows, value) if touched_wins else dict.fromkeys(effects, 0.0)
        assert effects == pytest.approx(expected, abs=1e-9)
    touched = [row for row in rows if row[0]]
    rate = sum(row[1] == "won" for row in touched) / len(touched)
    assert found.conversion == pytest.approx(rate)


@settings(max_examples=30, deadline=None)
@given(worths=st.lists(st.floats(-5, 5), min_size=16, max_size=16))
def test_shapley_values_are_those_of_all_orders(worths):
    def game(coalition):
        return worths[sum(1 << player for player in coalition)]

    expected = by_permutation(game, range(4))
    assert dict(enumerate(shapley_values(np.array(worths)))) == pytest.approx(expected, abs=1e-9)


def test_repeated_touches_do_not_change_the_removal_effects(made):
    """Loops are kept in the chain, and leave no trace in the effects."""
    rows = [
        (["ads", "ads", "call"], "won", 5),
        (["call", "call", "call", "email"], "lost", 0),
        (["email", "ads"], "won", 2),
        (["call"], "open", 0),
    ]
    collapsed = [
        ([c for i, c in enumerate(path) if i == 0 or path[i - 1] != c], outcome, value)
        for path, outcome, value in rows
    ]
    looped, plain = (
        attribute(made(r), models=("markov",), replicates=0).removal for r in (rows, collapsed)
    )
    assert looped["removal_effect"].tolist() == pytest.approx(plain["removal_effect"].tolist())


def test_by_team_the_keys_are_recoded_before_the_model(made, credits):
    rows = [
        (["ads", "email", "call"], "won", 8),
        (["meeting"], "won", 1),
        (["ads", "call"], "lost", 0),
    ]
    as_teams = [
        (["call" if c in ("call", "meeting") else "ads" for c in path], o, v) for path, o, v in rows
    ]
    for model in ("markov", "shapley", "linear"):
        by_team = credits(made(rows), model, by="team")
        recoded = credits(made(as_teams), model)
        assert by_team["sales"] == pytest.approx(recoded["call"])
        assert by_team["marketing"] == pytest.approx(recoded["ads"])
    # The sum game gives each team half of a deal that both touched, however often.
    assert credits(made(rows), "shapley", by="team")["sales"] == pytest.approx(8 / 2 + 1)
    assert Counter(credits(made(rows), "shapley").keys()) == Counter(
        ["ads", "call", "email", "meeting", NO_TOUCH]
    )
