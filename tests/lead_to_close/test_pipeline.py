"""The forecast of the open pipeline: hand-made answers, brute force, and what must always hold."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment import tables
from alignment.dataset import Dataset
from alignment.errors import ArgumentError, NotMeasurable
from alignment.incidence import aalen_johansen, risk_tables
from alignment.lead_to_close.pipeline import open_pipeline
from alignment.lead_to_close.pipeline_draws import Amounts, draw_open, find_arrivals
from alignment.lead_to_close.pipeline_hazards import compare, incidence, rates
from alignment.lead_to_close.pipeline_periods import forecast_periods, goals_of
from alignment.lead_to_close.pipeline_stale import stale_limits
from alignment.lead_to_close.pipeline_visits import account_weights, stage_visits

ENDS = pd.CategoricalDtype(["won", "lost", "open"])
AS_OF = pd.Timestamp("2026-05-15 23:00", tz="UTC")


def visits(rows):
    frame = pd.DataFrame(rows, columns=["stage", "entry", "stay", "exit", "end", "current"])
    frame["opportunity_id"] = [f"D{i}" for i in range(len(frame))]
    return frame.assign(pipeline="Sales").astype({"end": ENDS})


def random_visits(seed, size=60, stages=("A", "B")):
    random = np.random.default_rng(seed)
    exit = random.integers(0, 40, size)
    stay = np.minimum(random.integers(0, 40, size), exit)
    end = random.choice(["won", "lost", "open"], size)
    current = end == "open"
    stay = np.where(current, exit, stay)
    entry = np.where(random.random(size) < 0.2, np.minimum(3, stay), 0)
    rows = zip(random.choice(stages, size), entry, stay, exit, end, current, strict=True)
    return visits(list(rows))


def deals(count=120, seed=4, *, as_of=AS_OF, with_stages=True, goals=()):
    """Build a dataset of deals, some won, some lost, some open, in two stages."""
    random = np.random.default_rng(seed)
    created = as_of - pd.to_timedelta(random.integers(1, 700, count), unit="D")
    took = random.integers(5, 200, count)
    closed = created + pd.to_timedelta(took, unit="D")
    seen = closed <= as_of
    status = np.where(seen, random.choice(["won", "lost"], count), "open")
    ids = np.array([f"D{i:03d}" for i in range(count)])
    made = {
        "opportunities": tables.conform(
            "opportunities",
            {
                "opportunity_id": ids,
                "account_id": [f"A{i % 50}" for i in range(count)],
                "created_at": created,
                "closed_at": pd.Series(closed).where(seen),
                "status": status,
                "amount": 1000.0 * random.integers(1, 20, count),
                "currency": "EUR",
                "pipeline": "Sales",
            },
        ),
        "goals": tables.conform("goals", pd.DataFrame(goals)) if goals else tables.empty("goals"),
    }
    if with_stages:
        moved = created + pd.to_timedelta(took // 2, unit="D")
        second = moved <= as_of
        made["opportunity_stages"] = tables.conform(
            "opportunity_stages",
            {
                "opportunity_id": [*ids, *ids[second]],
                "entered_at": [*created, *moved[second]],
                "stage": ["First"] * count + ["Second"] * int(second.sum()),
            },
        )
        made["stages"] = tables.conform(
            "stages", {"pipeline": "Sales", "stage": ["First", "Second"], "position": [0, 1]}
        )
    start = as_of - pd.Timedelta(days=720)
    return Dataset(as_of=as_of, observed_from=start, currency="EUR", **made)


def test_a_cell_is_counted_by_hand_without_a_prior():
    # One open deal at age 10. Beyond day 10 in A stood: won on day 12, lost on day 15 (having
    # moved on day 11), won on day 30. By day 5 after: 1/3 won; then 1 of the 2 left is lost.
    found = compare(
        visits(
            [
                ("A", 0, 12, 12, "won", False),
                ("A", 0, 11, 15, "lost", False),
                ("A", 0, 20, 30, "won", False),
                ("A", 0, 10, 40, "won", False),  # left A on day 10: not comparable
                ("A", 0, 10, 10, "open", True),
            ]
        ),
        np.ones((5, 1)),
        np.array([0, 2, 5, 20]),
        prior_deals=0,
    )
    assert found.cells["comparable"].tolist() == [3]
    assert found.won[0, :, 0] == pytest.approx([0, 1 / 3, 1 / 3, 2 / 3])
    assert found.lost[0, :, 0] == pytest.approx([0, 0, 1 / 3, 1 / 3])


@pytest.mark.parametrize("seed", range(5))
def test_with_one_stage_it_is_the_conditional_incidence(seed):
    """P(won by a + h, open at a) = (F(a + h) − F(a)) / S(a), with the room's own estimator."""
    one = random_visits(seed, size=400, stages=("A",))
    one["stay"] = one["exit"]
    code = (one["end"].cat.codes.to_numpy() + 1) % 3
    exit = one["exit"].to_numpy(np.int64)
    whole = aalen_johansen(risk_tables(one["entry"].to_numpy(np.int64), exit, code)[0])
    days = np.array([0, 1, 4, 9])
    found = compare(one, np.ones((len(one), 1)), days, prior_deals=0)
    for cell in found.cells.itertuples():
        last = min(cell.age + 9, len(whole.survival) - 1)
        if whole.survival[cell.age] == 0 or whole.table.at_risk[last] == 0:
            continue
        ahead = np.minimum(cell.age + days, len(whole.survival) - 1)
        wanted = whole.incidence[0][ahead] - whole.incidence[0][cell.age]
        told = found.won[cell.Index, :, 0]
        assert told == pytest.approx(wanted / whole.survival[cell.age], abs=1e-12)


def test_a_few_comparable_deals_are_shrunk_by_the_stated_weight():
    raw = rates(np.array([0]), np.array([3]), np.array([1]), np.ones((1, 1)), days=5)
    prior = np.full((2, 6, 1), 0.02)
    shrunk = raw.shrunk(prior, 3.0)
    assert shrunk[0, :, 0] == pytest.approx([0.015, 0.015, 0.015, 1.06 / 4, 0.02, 0.02])
    assert shrunk[1, 3, 0] == pytest.approx(0.06 / 4)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 1.0, 3.0, 30.0]))
def test_probabilities_are_probabilities(seed, prior):
    some = random_visits(seed)
    weights = np.random.default_rng(seed).poisson(1.0, (len(some), 4)).astype(float)
    if not some["current"].any():
        return
    found = compare(some, weights, np.array([0, 7, 30, 60]), prior_deals=prior)
    for part in (found.won, found.lost):
        assert (part >= 0).all()
        assert (np.diff(part, axis=1) >= -1e-12).all()
        assert (part[:, 0] == 0).all()
    assert (found.won + found.lost <= 1 + 1e-12).all()


def test_weights_count_as_copies():
    some = random_visits(3, size=30)
    copies = np.random.default_rng(0).integers(0, 3, len(some))
    repeated = some.loc[some.index.repeat(copies)].reset_index(drop=True)
    a = rates(*_arrays(some), copies[:, None].astype(float), days=60)
    b = rates(*_arrays(repeated), np.ones((len(repeated), 1)), days=60)
    assert np.allclose(a.at_risk, b.at_risk)
    assert np.allclose(a.ended, b.ended)
    won, still = incidence(a.shrunk(a.smooth(), 1.0))
    assert np.allclose(won.sum(axis=0) + still, 1)


def _arrays(some):
    code = (some["end"].cat.codes.to_numpy(np.int64) + 1) % 3
    return some["entry"].to_numpy(np.int64), some["exit"].to_numpy(np.int64), code


def test_the_draws_are_poisson_binomial():
    """Fixed probabilities: the exact distribution of the count by convolution, and the value."""
    chance = np.array([0.05, 0.2, 0.5, 0.7, 0.9])
    amount = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    curves = np.repeat(chance[:, None, None], 41, axis=2)
    nothing = Amounts(np.zeros(0), np.zeros(0, int), np.zeros(0, int), np.zeros(0))
    drawn = draw_open(curves, amount, nothing, np.ones((1, 41)), 2000, seed=1)
    exact = np.array([1.0])
    for p in chance:
        exact = np.convolve(exact, [1 - p, p])
    size = len(drawn.deals)
    seen = np.bincount(drawn.deals[:, 0].astype(int), minlength=6) / size
    error = np.sqrt(exact * (1 - exact) / size)
    assert (np.abs(seen - exact) < 4.5 * error + 1e-4).all()
    # Powers of two tell every outcome apart: the 32 values have their exact probabilities.
    values = np.bincount(drawn.value[:, 0].astype(int), minlength=32) / size
    outcomes = (np.arange(32)[:, None] >> np.arange(5)) & 1
    wanted = np.prod(np.where(outcomes == 1, chance, 1 - chance), axis=1)
    assert (np.abs(values - wanted) < 4.5 * np.sqrt(wanted * (1 - wanted) / size) + 1e-4).all()


def test_what_is_not_known_widens_the_sum():
    random = np.random.default_rng(2)
    known = np.full((200, 1, 201), 0.3)
    shaken = np.clip(known + random.normal(0, 0.08, (1, 1, 201)), 0, 1)
    nothing = Amounts(np.zeros(0), np.zeros(0, int), np.zeros(0, int), np.zeros(0))
    spread = [
        draw_open(p, np.ones(200), nothing, np.ones((1, 201)), 20, seed=5).deals.var()
        for p in (known, shaken)
    ]
    assert spread[0] == pytest.approx(200 * 0.3 * 0.7, rel=0.1)
    assert spread[1] == pytest.approx(200 * 0.3 * 0.7 + 200**2 * 0.08**2, rel=0.25)


def test_new_deals_come_at_the_pace_of_the_last_year():
    # One deal a day for 400 days, each won on its third day: by day h, h − 3 are created and won.
    size = 400
    exit = np.minimum(3, np.arange(size)[::-1])
    frame = pd.DataFrame(
        {"entry": 0, "exit": exit, "end": np.where(exit == 3, "won", "open")}
    ).astype({"end": ENDS})
    start = np.arange(1, size + 1)
    found = find_arrivals(frame, start, 0, size, np.ones((size, 1)), np.array([0, 3, 10, 50]))
    assert found.mean[:, 0] == pytest.approx([0, 0, 7, 47], abs=0.1)
    assert found.excess == 0.0  # an even stream has no excess over a Poisson's


def test_the_stale_limit_counts_late_wins_more_when_many_are_still_open():
    closed = [("A", 0, day, day, "won", False) for day in range(1, 11)]
    alone = stale_limits(visits(closed))
    assert alone["limit_days"].tolist() == [9]
    # Ten more, watched for six days only: the wins of days 1 to 6 weigh 1/20 each, those of days
    # 7 to 10 weigh 0.7/4 each, so that 82.5 % have left by day 9.
    young = [("A", 0, 6, 6, "open", True)] * 10
    assert stale_limits(visits(closed + young))["limit_days"].tolist() == [10]
    assert np.isnan(stale_limits(visits(closed[:9]))["limit_days"].iloc[0])


def test_periods_and_goals():
    data = deals(
        goals=[
            {"period": f"2026-{month:02d}", "team": "sales", "metric": "won", "target": month}
            for month in range(4, 10)
        ]
        + [{"period": "2026-Q2", "team": "both", "metric": "bookings_eur", "target": 5e5}]
    )
    periods = forecast_periods(data, None)
    assert periods["period"].tolist() == ["2026-Q2", "2026-Q3"]
    assert periods["last_day"].tolist() == [46, 138]  # 15 May to 30 June, to 30 September
    assert periods["first_day"].tolist() == [-44, 47]
    goals = goals_of(data, periods)
    assert goals["deals"].tolist() == [4 + 5 + 6, 7 + 8 + 9]
    assert goals["value"].iloc[0] == 5e5
    assert np.isnan(goals["value"].iloc[1])
    with pytest.raises(ArgumentError, match="ended before"):
        forecast_periods(data, ["2026-Q1"])
    for wrong in ("2026-Q5", "03/07/2026", "2026-02-30", "soon"):
        with pytest.raises(ArgumentError, match=r"by must be periods .* 2026-Q4"):
            forecast_periods(data, [wrong])
    with pytest.raises(ArgumentError, match=r'Give by=\["2026-Q3"\]'):
        forecast_periods(data, "2026-Q3")
    with pytest.raises(ArgumentError, match="no period"):
        forecast_periods(data, [])
    for name in ("replicates", "draws"):
        with pytest.raises(ArgumentError, match=f"{name} must be a whole number from 1 on"):
            open_pipeline(data, **{name: 0})


def test_periods_are_read_however_they_are_written():
    names = ["abr 2026", "2026/5", "Jun-26", "T3 2026", "some day"]
    data = deals(
        goals=[
            {"period": name, "team": "sales", "metric": "won", "target": place + 1}
            for place, name in enumerate(names)
        ]
    )
    periods = forecast_periods(data, ["Q2 2026", "3T26", "jul 2026", "2026-06-30"])
    assert periods["period"].tolist() == ["2026-Q2", "2026-06-30", "2026-07", "2026-Q3"]
    usual = forecast_periods(data, ["2026-Q2", "2026-06-30", "2026-07", "2026-Q3"])
    assert periods.equals(usual)
    deals_of = dict(zip(periods["period"], goals_of(data, periods)["deals"], strict=True))
    assert deals_of["2026-Q2"] == 1 + 2 + 3
    assert deals_of["2026-Q3"] == 4
    assert np.isnan(deals_of["2026-07"])


@pytest.mark.parametrize("with_stages", [True, False])
def test_the_parts_add_up(with_stages):
    data = deals(with_stages=with_stages, goals=[
        {"period": "2026-Q2", "team": "both", "metric": "bookings_eur", "target": 5e5}
    ])  # fmt: skip
    told = open_pipeline(data, draws=1000)
    rows = told.periods.set_index(["period", "part"])
    for period in ("2026-Q2", "2026-Q3"):
        for what in ("deals", "value"):
            parts = [rows.loc[(period, part), what] for part in ("won", "open", "new")]
            assert sum(parts) == pytest.approx(rows.loc[(period, "total"), what])
    by = told.deals.groupby("period", sort=False)
    assert by["in_period"].sum().tolist() == pytest.approx(
        [rows.loc[(p, "open"), "deals"] for p in ("2026-Q2", "2026-Q3")]
    )
    assert np.allclose(told.deals[["probability", "lost", "open"]].sum(axis=1), 1)
    assert (told.deals["low"] <= told.deals["probability"]).all()
    assert (told.deals["probability"] <= told.deals["high"]).all()
    row = told.coverage.iloc[0]
    won = data.opportunities.query("status == 'won'")
    won = won[won["closed_at"] >= pd.Timestamp("2026-04-01", tz="UTC")]
    assert row["won"] == won["amount"].sum()
    assert row["coverage"] == pytest.approx(
        rows.loc[("2026-Q2", "open"), "value"] / (5e5 - won["amount"].sum())
    )


def test_same_seed_same_numbers_whatever_the_order_of_the_rows():
    data = deals()
    mixed = data.replace(
        opportunities=data.opportunities.sample(frac=1, random_state=1).reset_index(drop=True),
        opportunity_stages=data.opportunity_stages.sample(frac=1, random_state=2).reset_index(
            drop=True
        ),
    )
    a, b = (open_pipeline(one, draws=400, replicates=40) for one in (data, mixed))
    pd.testing.assert_frame_equal(a.periods, b.periods)
    pd.testing.assert_frame_equal(a.deals, b.deals)
    pd.testing.assert_frame_equal(a.fan, b.fan)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000))
def test_a_closed_deal_elsewhere_loses_no_open_deal(seed):
    data = deals(seed=seed)
    extra = data.opportunities.query("status != 'open'").iloc[[0]]
    more = pd.concat(
        [data.opportunities, extra.assign(opportunity_id="X", account_id="X")], ignore_index=True
    ).astype(data.opportunities.dtypes.to_dict())
    before, after = (
        stage_visits(one).visits.query("current")["opportunity_id"].tolist()
        for one in (data, data.replace(opportunities=more))
    )
    assert before == after == sorted(data.opportunities.query("status == 'open'")["opportunity_id"])


def test_the_bootstrap_takes_accounts():
    weights = account_weights(30, 50, seed=1)
    assert (weights[:, 0] == 1).all()
    assert (weights.sum(axis=0) == 30).all()
    assert (weights == account_weights(30, 50, seed=1)).all()


def test_it_says_what_is_missing():
    data = deals(count=12)
    with pytest.raises(NotMeasurable, match="fewer than 10"):
        open_pipeline(data)
    closed = data.replace(opportunities=data.opportunities.query("status != 'open'"))
    with pytest.raises(NotMeasurable, match="no opportunity is open"):
        open_pipeline(closed.replace(opportunities=closed.opportunities.reset_index(drop=True)))
