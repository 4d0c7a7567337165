"""Weights on milestones, credit before a milestone, and other keys than channels."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment import tables
from alignment.attribution import (
    MILESTONE_MODELS,
    NO_CAMPAIGN,
    NO_TOUCH,
    AnchorWeights,
    Milestones,
    attribute,
    attribute_by_segment,
    milestones,
    ordered_shapley,
    title,
)
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.journeys import build_journeys

END = pd.Timestamp("2024-01-01", tz="UTC") + pd.Timedelta(days=400)  # of the journeys made here


def moments(journeys, rows, pipeline=None):
    """Milestones from days before the end: one (lead, qualified, opportunity) a journey."""
    names = ("lead", "qualified", "opportunity")
    frame = pd.DataFrame(
        {
            name: pd.to_datetime(
                [pd.NaT if r[i] is None else END - pd.Timedelta(days=r[i]) for r in rows], utc=True
            )
            for i, name in enumerate(names)
        }
    ).astype("datetime64[us, UTC]")
    frame["won"] = journeys.journeys["ended_at"].astype("datetime64[us, UTC]")
    amounts = pd.Series(pipeline or [0.0] * len(rows), dtype=float)
    return Milestones(frame, amounts, END, "UTC")


def shares(made, model, path, days, at, **options):
    journeys = made([(path, "won", 100, "A", days)])
    found = attribute(
        journeys,
        models=(model,),
        milestones=moments(journeys, [at]),
        replicates=0,
        **options,
    ).frame
    credit = dict(zip(found["key"].astype(str), found["credit"], strict=True))
    assert sum(credit.values()) == pytest.approx(100, rel=1e-12)
    return {key: value for key, value in credit.items() if value > 0}


PATH, DAYS = ["a", "b", "c", "d", "e", "f"], [60, 50, 40, 30, 20, 10]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        # The lead 45 days before the end was led to by b, the opportunity 25 days before by d.
        ("w_shaped", {"a": 30, "b": 30, "d": 30, "c": 10 / 3, "e": 10 / 3, "f": 10 / 3}),
        ("full_path", {"a": 22.5, "b": 22.5, "d": 22.5, "f": 22.5, "c": 5, "e": 5}),
        ("hubspot_u", {"a": 40, "b": 40, "c": 5, "d": 5, "e": 5, "f": 5}),
        ("marketo_u", {"a": 50, "b": 50}),
    ],
)
def test_the_vendors_weights(made, model, expected):
    assert shares(made, model, PATH, DAYS, (45, 35, 25)) == pytest.approx(expected)


def test_the_touch_at_the_very_moment_led_there(made):
    assert shares(made, "marketo_u", ["a", "b"], [30, 20], (20, None, None)) == {"a": 50, "b": 50}


def test_weights_of_coinciding_anchors_add_up(made):
    """One touch that was first and made the lead: HubSpot's U gives it 80, and 20 to the rest."""
    assert shares(made, "hubspot_u", ["a", "b"], [30, 10], (25, None, 20)) == pytest.approx(
        {"a": 80, "b": 20}
    )
    assert shares(made, "full_path", ["a"], [30], (25, None, 20)) == pytest.approx({"a": 100})


def test_the_others_are_scaled_up_where_a_milestone_has_no_touch(made):
    """No touch before the opportunity: 30, 30, 10 of 70. Nothing in the middle: 30s of 90."""
    early = shares(made, "w_shaped", ["a", "b", "c"], [30, 20, 10], (15, None, 90))
    assert early == pytest.approx({"a": 30 / 0.7, "b": 30 / 0.7, "c": 10 / 0.7})
    thirds = shares(made, "w_shaped", ["a", "b", "c"], [30, 20, 10], (15, None, 5))
    assert thirds == pytest.approx({"a": 100 / 3, "b": 100 / 3, "c": 100 / 3})
    # The lead was there before any touch.
    assert shares(made, "marketo_u", ["a", "b"], [30, 20], (90, None, None)) == {"a": 100}


def test_weights_of_ones_own(made):
    own = {"ours": AnchorWeights(qualified=3, close=1)}
    got = shares(made, "ours", PATH, DAYS, (45, 35, 25), custom=own)
    assert got == pytest.approx({"c": 75, "f": 25})
    # No touch bears a weight: shared evenly, never lost.
    only = {"ours": AnchorWeights(opportunity=1)}
    journeys = made([(["a", "b"], "won", 10, "A"), (["a"], "won", 2, "B", [9])])
    found = attribute(
        journeys,
        models=("ours",),
        custom=only,
        milestones=moments(journeys, [(None, None, None), (None, None, 5)]),
        replicates=0,
    ).frame
    assert found.set_index("key")["credit"].to_dict() == {"a": 7, "b": 5, NO_TOUCH: 0}


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.lists(st.sampled_from(["ads", "call", "email"]), max_size=5),
            st.sampled_from(["won", "lost"]),
            st.floats(0.01, 1e6),
            st.tuples(*[st.one_of(st.none(), st.floats(0, 8))] * 3),
        ),
        min_size=1,
        max_size=8,
    ).filter(lambda rows: any(r[1] == "won" for r in rows) and any(r[0] for r in rows))
)
def test_credit_on_milestones_adds_up(made, rows):
    journeys = made([(p, o, v if o == "won" else 0, "A") for p, o, v, _ in rows])
    reached = [tuple(r[3]) for r in rows]
    reached[0] = (3.0, 3.0, 3.0)  # dated somewhere
    found = attribute(
        journeys,
        models=MILESTONE_MODELS,
        milestones=moments(journeys, reached),
        replicates=0,
    )
    for _, frame in found.frame.groupby("model", observed=True):
        assert frame["credit"].sum() == pytest.approx(found.value, rel=1e-9)
        assert (frame["credit"] >= 0).all()


def test_what_the_milestones_refuse(made):
    journeys = made([(["a"], "won", 1)])
    with pytest.raises(ValueError, match="needs the milestones"):
        attribute(journeys, models=("w_shaped",))
    with pytest.raises(ValueError, match="needs the milestones"):
        attribute(journeys, until="lead")
    nothing = moments(journeys, [(None, None, None)])
    with pytest.raises(NotMeasurable, match="date the creation of a lead nowhere"):
        attribute(journeys, models=("w_shaped",), milestones=nothing)
    with pytest.raises(NotMeasurable, match="qualification"):
        attribute(journeys, milestones=nothing, until="qualified", weight="wins")
    with pytest.raises(ValueError, match="other journeys"):
        attribute(made([(["a"], "won", 1)] * 2), milestones=nothing)
    with pytest.raises(ValueError, match="name of another model"):
        attribute(journeys, models=("first",), custom={"linear": AnchorWeights(first=1)})
    with pytest.raises(ValueError, match="not be negative"):
        AnchorWeights(first=-1, close=2)
    with pytest.raises(ValueError, match="braces"):
        attribute(journeys, models=("first",), custom={"{x}": AnchorWeights(first=1)})


def test_a_model_that_reads_won_journeys_only_says_so():
    assert title("linear").en == "Linear, won only"
    assert title("w_shaped").es == "En W, solo ganados"
    assert title("markov_2").en == "Markov removal, order 2"
    assert "won" not in title("shapley_rate").en.replace("win", "")


class TestLastNonDirect:
    def test_direct_touches_are_passed_over(self, made, credits):
        journeys = made(
            [
                (["ads", "Direct Traffic", "direct"], "won", 5),
                (["Direct"], "won", 2),
                (["Direct", "ads", "email"], "won", 3),
            ]
        )
        credit = credits(journeys, "last_non_direct")
        assert {k: v for k, v in credit.items() if v} == {"ads": 5, "Direct": 2, "email": 3}

    def test_what_is_direct_is_the_callers_to_say(self, made, credits):
        journeys = made([(["ads", "email"], "won", 5)])
        assert credits(journeys, "last_non_direct", direct=["EMAIL"])["ads"] == 5
        assert credits(journeys, "last_non_direct", direct=[])["email"] == 5

    def test_by_team_a_direct_touch_is_that_of_its_channel(self, made, credits):
        journeys = made([(["ads", "call"], "won", 5)])
        assert credits(journeys, "last_non_direct", by="team", direct=["call"])["marketing"] == 5


class TestUntil:
    def test_touches_before_the_milestone_are_credited_with_those_that_reached_it(self, made):
        journeys = made(
            [
                (["ads", "email", "call"], "won", 9, "A", [30, 20, 10]),
                (["ads", "call"], "lost", 0, "B", [30, 10]),
                (["email"], "lost", 0, "C", [40]),
                (["email", "call"], "open", 0, "D", [40, 30]),
            ]
        )
        found = moments(
            journeys,
            [(25, 15, 5), (20, 12, 8), (45, None, None), (35, None, None)],
            pipeline=[9.0, 4.0, 0.0, 0.0],
        )
        lead = attribute(
            journeys,
            models=("last",),
            milestones=found,
            until="lead",
            weight="wins",
            replicates=0,
        )
        credit = lead.frame.set_index("key")["credit"]
        assert (lead.wins, lead.until) == (4, "lead")
        assert lead.about.assumptions[0].en.startswith("Shared out are the leads created")
        # C became a lead before its first touch.
        assert credit.to_dict() == {"ads": 2, "email": 1, NO_TOUCH: 1}
        pipeline = attribute(
            journeys, models=("linear",), milestones=found, until="opportunity", replicates=0
        )
        credit = pipeline.frame.set_index("key")["credit"]
        assert (pipeline.wins, pipeline.value) == (2, 13.0)
        assert credit.to_dict() == pytest.approx({"ads": 5, "call": 5, "email": 3, NO_TOUCH: 0})
        with pytest.raises(NotMeasurable, match="counted in wins"):
            attribute(journeys, milestones=found, until="qualified", replicates=0)

    def test_until_won_is_the_whole_journey(self, made):
        journeys = made([(["ads", "email", "call"], "won", 9), (["ads"], "open", 0)])
        found = moments(journeys, [(2, 2, 2), (1, 1, 1)])
        plain, cut = (
            attribute(journeys, replicates=20, **more).frame
            for more in ({}, {"milestones": found, "until": "won"})
        )
        pd.testing.assert_frame_equal(plain, cut)

    def test_a_day_is_compared_by_day(self, made):
        """A form filled at ten on the day whose date the lead carries led to the lead."""
        journeys = made([(["ads", "email"], "won", 1, "A", [30, 20 - 10 / 24])])
        found = moments(journeys, [(20, None, None)])
        credit = attribute(
            journeys,
            models=("last",),
            milestones=found,
            until="lead",
            weight="wins",
            replicates=0,
        ).frame.set_index("key")["credit"]
        assert credit["email"] == 1
        precise = replace(found, moments=found.moments + pd.Timedelta(seconds=1))
        credit = attribute(
            journeys,
            models=("last",),
            milestones=precise,
            until="lead",
            weight="wins",
            replicates=0,
        ).frame.set_index("key")["credit"]
        assert credit["ads"] == 1


@pytest.fixture(scope="module")
def data():
    """Two leads in two segments and two currencies; a third without an account."""
    day = pd.Timestamp("2024-03-01 09:00", tz="UTC")
    after = [day + pd.Timedelta(days=n) for n in range(60)]
    return Dataset(
        as_of=after[59],
        observed_from=day,
        currency="EUR",
        accounts=tables.conform(
            "accounts", {"account_id": ["A", "B"], "segment": ["big", "small"]}
        ),
        leads=tables.conform(
            "leads",
            {
                "lead_id": ["a", "b", "c"],
                "account_id": ["A", "B", None],
                "created_at": [after[2], after[3], after[4]],
            },
        ),
        lead_stages=tables.conform(
            "lead_stages",
            {
                "lead_id": ["a", "a", "b"],
                "entered_at": [after[9], after[6], after[8]],
                "stage": ["sql", "mql", "working"],
            },
        ),
        opportunities=tables.conform(
            "opportunities",
            {
                "opportunity_id": ["x", "y", "z"],
                "lead_id": ["a", "b", "c"],
                "account_id": ["A", "B", None],
                "created_at": [after[12], after[13], after[14]],
                "closed_at": [after[30], after[31], pd.NaT],
                "status": ["won", "won", "open"],
                "amount": [100.0, 110.0, 7.0],
                "currency": ["EUR", "USD", "EUR"],
            },
        ),
        touches=tables.conform(
            "touches",
            {
                "touch_id": [f"t{n}" for n in range(6)],
                "lead_id": ["a", "a", "a", "b", "b", "c"],
                "occurred_at": [after[n] for n in (1, 5, 20, 1, 25, 2)],
                "team": ["marketing", "sales", "sales", "marketing", "sales", "marketing"],
                "channel": ["Ads", "Call", "Meeting", "Ads", "Call", "Event"],
                "kind": ["ad", "call", "meeting", "ad", "call", "event"],
                "campaign_id": ["spring", None, None, "summer", None, "fair"],
            },
        ),
        exchange_rates=tables.conform(
            "exchange_rates",
            {"currency": ["EUR", "USD"], "rate": [1.0, 1.1], "is_base": [True, False]},
        ),
    )


def test_the_moments_come_from_the_tables(data):
    journeys = build_journeys(data)
    found = milestones(data, journeys).moments.set_index(journeys.journeys["journey_id"])
    assert (found["lead"] - pd.Timestamp("2024-03-01 09:00", tz="UTC")).dt.days.to_dict() == {
        "a": 2,
        "b": 3,
        "c": 4,
    }
    assert found["qualified"].notna().to_dict() == {"a": True, "b": False, "c": False}
    assert found.loc["a", "qualified"].day == 7
    assert found["won"].notna().to_dict() == {"a": True, "b": True, "c": False}
    assert milestones(data, journeys).pipeline.tolist() == pytest.approx([100, 100, 7])
    later = milestones(data, journeys, qualified=("sql",)).moments
    assert later["qualified"].dropna().dt.day.tolist() == [10]
    with pytest.raises(ValueError, match="no stage of a lead"):
        milestones(data, journeys, qualified=("hot",))
    with pytest.raises(ValueError, match="another dataset"):
        milestones(data, build_journeys(data.replace(leads=data.leads[:2])))


def test_credit_adds_up_in_the_reporting_currency(data):
    journeys = build_journeys(data)
    found = attribute(
        journeys,
        models=(*MILESTONE_MODELS, "linear", "markov_2"),
        milestones=milestones(data, journeys),
        replicates=0,
    )
    assert (found.value, found.currency) == (pytest.approx(200, rel=1e-12), "EUR")
    for _, frame in found.frame.groupby("model", observed=True):
        assert frame["credit"].sum() == pytest.approx(200, rel=1e-9)


def test_campaigns_as_keys(data):
    found = attribute(build_journeys(data), by="campaign", models=("linear",), replicates=0).frame
    credit = found.set_index("key")["credit"].to_dict()
    assert credit == pytest.approx(
        {NO_CAMPAIGN: 200 / 3 + 50, "fair": 0, "spring": 100 / 3, "summer": 50, NO_TOUCH: 0}
    )
    teams = dict(zip(found["key"].astype(str), found["team"].astype(str), strict=True))
    assert (teams["spring"], teams[NO_CAMPAIGN]) == ("marketing", "sales")


def test_segments_are_attributed_by_themselves(data):
    journeys = build_journeys(data)
    found = attribute_by_segment(data, journeys, models=("first", "linear"), replicates=0)
    assert found.segments["segment"].tolist() == ["big", "small", "(missing)"]
    assert found.segments["value"].sum() == pytest.approx(200)
    assert "nothing has been won" in found.not_measured["(missing)"].en
    credit = found.frame[found.frame["model"] == "linear"].set_index(["segment", "key"])["credit"]
    assert credit["big", "Meeting"] == pytest.approx(100 / 3)
    assert credit["small", "Call"] == pytest.approx(50)
    assert found.to_frame().groupby("model", observed=True)["credit"].sum().tolist() == (
        pytest.approx([200, 200])
    )
    with pytest.raises(NotMeasurable, match="a region"):
        attribute_by_segment(data, journeys, column="region")


def test_the_ordered_shapley_value_splits_that_of_the_sets_by_place(made, credits):
    """ads, call, ads won 6: half of it to ads, a quarter at each of its places."""
    journeys = made(
        [(["ads", "call", "ads"], "won", 6), (["call"], "won", 1), (["ads"], "lost", 0)]
    )
    found = ordered_shapley(journeys).set_index(["key", "place"])["credit"]
    assert found.to_dict() == {("ads", 1): 1.5, ("ads", 3): 1.5, ("call", 1): 1, ("call", 2): 3}
    sets = credits(journeys, "shapley")
    assert found.groupby("key").sum().to_dict() == {"ads": sets["ads"], "call": sets["call"]}
