"""The funnel by hand, rewound, and on a real company against an independent computation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alignment import load
from alignment.handoff import cohort_funnel

OLIST = Path(__file__).parents[3] / "shared" / "data" / "olist"


def shares(result, cohort="all"):
    return result.frame[result.frame["cohort"] == cohort].set_index("stage")["share"]


@pytest.fixture(scope="module")
def hundred(relay):
    """A hundred leads a quarter for two quarters; some skip a stage on their way."""
    created = [0.0] * 100 + [90.0] * 100
    stages, deals = [], []
    for i, day in enumerate(created):
        if i % 2 == 0:
            stages.append((f"L{i}", day + 5, "mql", None, None))
        if i % 4 == 0:
            stages.append((f"L{i}", day + 10, "sql", None, None))
        if i % 10 == 1:  # straight to an opportunity, never handed over on record
            deals.append((f"L{i}", day + 20, day + 50, "won" if i % 20 == 1 else "lost", None))
    people = {"lead_id": [f"L{i}" for i in range(200)], "created_at": created}
    return relay(people, stages, (), deals, as_of=400)


def test_a_later_stage_implies_the_earlier_ones(hundred):
    found = shares(cohort_funnel(hundred, day=60))
    # 100 by mql, 20 by the opportunity; sql 50 and 20; won 10. No sal was ever recorded.
    assert found.to_dict() == pytest.approx(
        {"lead": 1, "mql": 0.6, "sql": 0.35, "opportunity": 0.1, "won": 0.05}
    )


def test_the_steps_count_who_skipped(hundred):
    steps = cohort_funnel(hundred, day=60).steps.set_index("stage")
    assert steps["skipped"].to_dict() == {"mql": 20, "sql": 20, "opportunity": 0, "won": 0}
    assert steps.loc["sql", "share"] == pytest.approx(70 / 120)
    assert steps.loc["won", ["leads", "share"]].tolist() == [20, pytest.approx(0.5)]


def test_the_funnel_never_widens_and_every_cohort_adds_up(invented):
    result = cohort_funnel(invented[1])
    for _, rows in result.frame.groupby("cohort"):
        assert (np.diff(rows["so_far"]) <= 0).all()
        assert (np.diff(rows["share"].dropna()) <= 1e-12).all()
    by = result.frame.groupby(result.frame["cohort"] == "all")[["leads", "so_far"]].sum()
    assert (by.loc[True] == by.loc[False]).all()


def test_young_leads_are_not_held_against_the_funnel(invented):
    """Rewound by a hundred days, the share by day 60 is what later came true; the plain one is not.

    What of the last cohort can be followed for 60 days is a part of it, so its share is told with
    more doubt and may differ by chance.
    """
    data = invented[1]
    rewound = data.replace(as_of=data.as_of - pd.Timedelta(days=100))
    then = cohort_funnel(rewound, day=60).frame.set_index(["cohort", "stage"])
    later = cohort_funnel(data, day=60).frame.set_index(["cohort", "stage"])
    last = ("2026Q2", "opportunity")
    row = then.loc[last]
    assert row["low"] <= later.loc[last, "share"] <= row["high"]
    assert row["so_far"] / row["leads"] < row["low"]


def test_the_whole_equals_the_invented_company(invented):
    company, data = invented
    waited = company.leads["created_at"] <= data.as_of.tz_localize(None) - pd.Timedelta(days=60)
    days = (company.leads["sql_at"] - company.leads["created_at"]) / pd.Timedelta(days=1)
    truth = (days[waited] <= 60).mean()
    row = cohort_funnel(data, day=60).frame.query("cohort == 'all' and stage == 'opportunity'")
    assert row["share"].iloc[0] == pytest.approx(truth, abs=0.002)


def test_a_cohort_too_young_has_no_share(invented):
    frame = cohort_funnel(invented[1], day=180).frame
    young = frame[(frame["cohort"] == "2026Q3") & (frame["stage"] == "won")].iloc[0]
    assert np.isnan(young["share"])
    assert young["leads"] > 0


@pytest.mark.skipif(not OLIST.is_dir(), reason="the Olist data is not on this machine")
def test_olist_equals_an_independent_computation(tmp_path):
    mapping = Path(__file__).parents[1] / "mappings" / "olist.toml"
    data = load(OLIST, mapping=mapping)
    leads = pd.read_csv(OLIST / "olist_marketing_qualified_leads_dataset.csv")
    deals = pd.read_csv(OLIST / "olist_closed_deals_dataset.csv", usecols=["mql_id", "won_date"])
    rows = leads.merge(deals, on="mql_id", how="left")
    zone = data.timezone
    began = pd.to_datetime(rows["first_contact_date"]).dt.tz_localize(zone).dt.tz_convert("UTC")
    won = pd.to_datetime(rows["won_date"]).dt.tz_localize(zone).dt.tz_convert("UTC")
    rows, won = rows[began >= data.observed_from], won[began >= data.observed_from]
    began = began[began >= data.observed_from]
    # Plain Kaplan–Meier, event by event.
    time = ((won.fillna(data.as_of) - began) / pd.Timedelta(days=1)).clip(lower=0).to_numpy()
    event, left = won.notna().to_numpy(), 1.0
    for day in np.unique(time[event & (time <= 90)]):
        left *= 1 - (event & (time == day)).sum() / (time >= day).sum()
    result = cohort_funnel(data, day=90)
    assert shares(result)["won"] == pytest.approx(1 - left, abs=1e-10)
    assert result.frame["leads"].iloc[0] == len(rows)
