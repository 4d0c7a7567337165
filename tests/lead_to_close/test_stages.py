"""Time in stage: visits, repeats, re-entries, what is left and what is still there."""

import numpy as np
import pandas as pd
import pytest

from alignment import tables
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.lead_to_close import time_in_stage

STAGES = {
    "pipeline": ["new"] * 4,
    "stage": ["Qualify", "Propose", "Won", "Lost"],
    "position": [0, 1, 2, 3],
    "is_won": [False, False, True, False],
    "is_lost": [False, False, False, True],
}


def pipeline(moment, deals, history, *, as_of=60, observed_from=0, stages=STAGES, **more):
    deals = pd.DataFrame(deals, columns=["opportunity_id", "status", "closed_at"])
    moves = pd.DataFrame(history, columns=["opportunity_id", "entered_at", "stage"])
    deals["closed_at"] = pd.to_datetime(deals["closed_at"].map(moment), utc=True)
    moves["entered_at"] = pd.to_datetime(moves["entered_at"].map(moment), utc=True)
    return Dataset(
        as_of=moment(as_of),
        observed_from=moment(observed_from),
        opportunities=tables.conform("opportunities", deals.assign(pipeline="new", **more)),
        opportunity_stages=tables.conform("opportunity_stages", moves),
        stages=tables.conform("stages", stages),
    )


@pytest.fixture
def worked(moment):
    """Give four deals that show each way through two stages."""
    return pipeline(
        moment,
        [("a", "won", 40), ("b", "lost", 25), ("c", "open", None), ("d", "open", 55)],
        [
            *(("a", at, name) for at, name in [(0, "Qualify"), (5, "Qualify"), (10, "Propose")]),
            ("a", 40, "Won"),
            *(("b", at, name) for at, name in [(0, "Qualify"), (10, "Propose")]),
            *(("c", at, name) for at, name in [(0, "Qualify"), (3, "Propose"), (8, "Qualify")]),
            ("c", 9, "Propose"),
            ("d", 2, "Qualify"),
            ("d", 61, "Propose"),
        ],
    )


def test_every_visit_is_a_spell_with_its_end(worked):
    result = time_in_stage(worked)
    seen = [tuple(row) for row in result.visits[["opportunity_id", "stage", "exit", "end"]].values]
    assert seen == [
        ("a", "Qualify", 10, "moved_on"),  # the row of day 5 repeats the stage
        ("a", "Propose", 30, "moved_on"),
        ("b", "Qualify", 10, "moved_on"),
        ("b", "Propose", 15, "lost"),  # the history stops; the deal says when it was lost
        ("c", "Qualify", 3, "moved_on"),
        ("c", "Propose", 5, "moved_back"),
        ("c", "Qualify", 1, "moved_on"),
        ("c", "Propose", 51, "still_there"),
        ("d", "Qualify", 58, "still_there"),  # a promised close date ends nothing
    ]
    assert result.visits["is_reentry"].tolist() == [False] * 6 + [True, True, False]
    assert result.about.left_out == {
        "stage changes after the export": 1,
        "rows that repeat the stage before": 1,
    }


def test_stages_stand_in_their_order_with_counts_that_add_up(worked):
    frame = time_in_stage(worked).to_frame().set_index("stage")
    assert frame.index.tolist() == ["Qualify", "Propose"]
    parts = frame[["moved_on", "moved_back", "lost", "still_there"]]
    assert parts.sum(axis=1).tolist() == frame["visits"].tolist() == [5, 4]
    assert frame.loc["Propose", ["won", "opportunities"]].tolist() == [1, 3]
    assert frame.loc["Qualify", "moved_on_share"] == pytest.approx(4 / 5)
    assert frame.loc["Propose", "lost_share"] == pytest.approx(1 / 4)
    assert frame["median_days"].tolist() == [10, 15]
    assert frame["too_few"].all()


def test_without_positions_a_stage_seen_before_is_a_step_back(moment):
    data = pipeline(
        moment,
        [("a", "open", None)],
        [("a", 0, "One"), ("a", 4, "Two"), ("a", 6, "One")],
        stages={},
    )
    ends = time_in_stage(data).visits["end"].tolist()
    assert ends == ["moved_on", "moved_back", "still_there"]


def test_visits_over_before_closings_were_recorded_are_counted(moment):
    data = pipeline(
        moment,
        [("a", "open", None)],
        [("a", 0, "Qualify"), ("a", 10, "Propose")],
        observed_from=20,
    )
    result = time_in_stage(data)
    assert result.visits[["stage", "entry", "exit"]].values.tolist() == [["Propose", 10, 50]]
    assert result.about.left_out == {"ended before closings were recorded": 1}
    assert np.isnan(result.frame["moved_on_share"]).all()  # nobody was seen from day 0 on


def test_exponential_stages_follow_their_closed_form(moment):
    random = np.random.default_rng(2)
    n = 4000
    start = random.uniform(0, 300, n)
    on, lost = random.exponential(20, n), random.exponential(40, n)
    left = start + np.minimum(on, lost)
    names = [f"{i:04d}" for i in range(n)]
    history = [(name, at, "Qualify") for name, at in zip(names, start, strict=True)]
    history += [
        (name, at, "Propose" if moved else "Lost")
        for name, at, moved in zip(names, left, on < lost, strict=True)
        if at <= 320
    ]
    data = pipeline(moment, [(name, "open", None) for name in names], history, as_of=320)
    row = time_in_stage(data, day=30).frame.iloc[0]
    rate = 1 / 20 + 1 / 40
    moved_on = (1 / 20) / rate * (1 - np.exp(-rate * 30.5))
    assert row["moved_on_low"] < moved_on < row["moved_on_high"]
    assert row["moved_on_share"] == pytest.approx(moved_on, abs=0.02)
    assert row["lost_share"] == pytest.approx(moved_on / 2, abs=0.02)
    assert row["median_days"] == pytest.approx(np.log(2) / rate, abs=1)
    assert row["median_low"] <= row["median_days"] <= row["median_high"]


def test_without_history_it_says_so(moment):
    with pytest.raises(NotMeasurable, match="stage history"):
        time_in_stage(pipeline(moment, [("a", "open", None)], []))


def test_columns_are_as_documented(worked):
    result = time_in_stage(worked)
    assert list(result.frame)[:3] == ["pipeline", "stage", "position"]
    assert list(result.curves) == [
        *("pipeline", "stage", "end", "day", "incidence", "low", "high", "at_risk"),
    ]
    counts = ["visits", "opportunities", "moved_on", "moved_back", "won", "lost", "still_there"]
    assert (result.frame[counts].dtypes == "int64").all()
    last = result.curves.groupby(["stage", "end"], observed=True)["incidence"].last()
    assert last["Qualify", "moved_on"] == pytest.approx(0.8)


def test_the_quantiles_count_who_is_still_there(worked):
    """By hand: visits to Qualify end on days 1, 3, 10 and 10; one is there on day 58."""
    rows = time_in_stage(worked).quantiles
    days = rows[rows["stage"] == "Qualify"].set_index("quantile")["days"]
    assert days.loc[[0.10, 0.25, 0.50, 0.75]].tolist() == [1, 3, 10, 10]
    assert np.isnan(days.loc[0.90])
    assert rows["quantile"].unique().tolist() == [0.10, 0.25, 0.50, 0.75, 0.90]


def test_intervals_widen_by_what_the_deals_of_an_account_share(moment):
    """Sixty accounts, each with three deals that leave their stage together."""
    random = np.random.default_rng(3)
    days, won = random.integers(3, 50, 60), random.random(60) < 0.5
    deals = [(f"d{i}", "won" if won[i // 3] else "lost", days[i // 3]) for i in range(180)]
    history = [(f"d{i}", 0, "Qualify") for i in range(180)]
    accounts = {
        "none": [None] * 180,
        "own": [f"a{i}" for i in range(180)],
        "shared": [f"a{i // 3}" for i in range(180)],
    }
    found = {
        name: time_in_stage(pipeline(moment, deals, history, account_id=of))
        for name, of in accounts.items()
    }
    pd.testing.assert_frame_equal(found["none"].frame, found["own"].frame)
    pd.testing.assert_frame_equal(found["none"].curves, found["own"].curves)
    sixty = time_in_stage(pipeline(moment, deals[::3], history[::3]))
    told = {name: one.frame.iloc[0] for name, one in (found | {"sixty": sixty}).items()}
    for name in ("moved_on", "lost", "median"):
        low, high = f"{name}_low", f"{name}_high"
        width = {key: row[high] - row[low] for key, row in told.items()}
        assert width["shared"] == pytest.approx(width["sixty"], rel=0.1)
        assert width["shared"] > 1.3 * width["own"]
    assert told["shared"]["moved_on_share"] == told["own"]["moved_on_share"]
    assert any("leads of one account" in text.en for text in found["own"].about.assumptions)


def test_visits_of_one_deal_are_of_one_account(moment):
    """A deal that comes back to a stage is no second witness, its account known or not."""
    deals = [(f"d{i}", "open", None) for i in range(40)]
    moves = [
        (f"d{i}", at, name)
        for i in range(40)
        for at, name in (
            (0, "Qualify"),
            (2 + i, "Propose"),
            (45, "Qualify"),
            (47 + i % 9, "Propose"),
        )
    ]
    unknown = time_in_stage(pipeline(moment, deals, moves))
    known = time_in_stage(pipeline(moment, deals, moves, account_id=[f"a{i}" for i in range(40)]))
    pd.testing.assert_frame_equal(unknown.frame, known.frame)
