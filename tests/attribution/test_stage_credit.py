"""Credit by step: what telescopes, and where it goes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight

from alignment.attribution import NO_TOUCH, Milestones, stage_credit
from alignment.attribution.stage_credit import LOST, _incidence

END = pd.Timestamp("2024-01-01", tz="UTC") + pd.Timedelta(days=400)


def moments(journeys, rows, pipeline=None):
    names = ("lead", "qualified", "opportunity")
    frame = pd.DataFrame(
        {
            name: pd.to_datetime(
                [pd.NaT if r[i] is None else END - pd.Timedelta(days=r[i]) for r in rows], utc=True
            )
            for i, name in enumerate(names)
        }
    ).astype("datetime64[us, UTC]")
    frame["won"] = (
        journeys.journeys["ended_at"]
        .where(journeys.journeys["outcome"] == "won")
        .astype("datetime64[us, UTC]")
    )
    return Milestones(frame, pd.Series(pipeline or [0.0] * len(rows)), END, "UTC")


def test_steps_are_worth_the_rise_of_the_chance(made):
    """Of four leads two became opportunities, and one of those won: chances 1/4, 1/2, 1."""
    journeys = made(
        [
            (["ads", "email", "call", "call"], "won", 80, "A", [60, 40, 30, 10]),
            (["ads", "call"], "lost", 0, "B", [60, 40]),
            (["ads"], "lost", 0, "C", [60]),
            ([], "lost", 0, "D"),
        ]
    )
    at = [(50, None, 35), (50, None, 35), (50, None, None), (50, None, None)]
    found = stage_credit(journeys, moments(journeys, at, [80.0, 40.0, 0.0, 0.0]))
    assert found.chances["chance"].tolist() == pytest.approx([0.25, 0, 0.5, 1])
    credit = found.frame.set_index(["key", "step"])["credit"]
    # Leads of A (80), B (40) and, at the mean of the won, C and D (80): a quarter of each.
    assert credit["ads", "lead"] == pytest.approx(20 + 10 + 20)
    assert credit[NO_TOUCH, "lead"] == pytest.approx(20)
    assert credit["email", "opportunity"] == pytest.approx(20)
    assert credit["call", "opportunity"] == pytest.approx(10)
    assert credit["call", "won"] == pytest.approx(40)
    lost = found.frame.loc[found.frame["key"] == LOST, "credit"].iloc[0]
    assert lost == pytest.approx(-(20 + 20 + 20))
    assert found.frame["credit"].sum() == pytest.approx(80)
    assert (found.won, found.expected) == (80, 0)


def test_a_milestone_after_a_later_one_is_skipped(made):
    journeys = made([(["ads", "call"], "won", 10, "A", [60, 5]), (["ads"], "lost", 0, "B", [60])])
    found = stage_credit(journeys, moments(journeys, [(50, 2, 8), (50, None, 8)]))
    credit = found.frame.set_index(["key", "step"])["credit"]
    assert credit["call", "qualified"] == 0
    assert credit["call", "won"] == pytest.approx(5)
    assert found.chances.set_index("milestone").loc["qualified", "journeys"] == 0


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.lists(st.sampled_from(["ads", "call"]), max_size=4),
            st.sampled_from(["won", "lost", "open"]),
            st.floats(0.01, 1e6),
            st.tuples(*[st.one_of(st.none(), st.integers(0, 90))] * 3),
        ),
        min_size=1,
        max_size=10,
    ).filter(lambda rows: any(r[1] == "won" for r in rows) and any(r[0] for r in rows))
)
def test_the_ledger_adds_up(made, rows):
    journeys = made([(p, o, v if o == "won" else 0, "A") for p, o, v, _ in rows])
    found = stage_credit(journeys, moments(journeys, [r[3] for r in rows], [r[2] for r in rows]))
    won = sum(r[2] for r in rows if r[1] == "won")
    assert found.won == pytest.approx(won)
    assert found.frame["credit"].sum() == pytest.approx(won + found.expected, rel=1e-9)


def test_the_chance_is_the_incidence_of_statsmodels():
    rng = np.random.default_rng(6)
    days = rng.integers(0, 50, 300)
    outcome = rng.choice(["won", "lost", "open"], 300).astype(object)
    code = pd.Series(outcome).map({"won": 1, "lost": 2, "open": 0}).to_numpy()
    expected = CumIncidenceRight(days.astype(float), code).cinc[0][-1]
    assert _incidence(days, outcome) == pytest.approx(expected, rel=1e-12)
