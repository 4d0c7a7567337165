"""The landmark design: who counts, what counts within the window, and what is known in time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from alignment.attribution.synergy import landmark_design, team_game, teams_game
from alignment.attribution.synergy.model import masks, outcome_design
from alignment.attribution.synergy.resampling import play
from alignment.attribution.synergy.warmth import find_warmth
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.tables import conform

START = pd.Timestamp("2026-01-05 15:00", tz="UTC")
AS_OF = pd.Timestamp("2026-12-31", tz="UTC")
DAY = pd.Timedelta(days=1)


def dataset(leads, touches=(), deals=(), **tables):
    """Build leads (id, day created), touches (lead, day, team, …) and deals (lead, opened, won)."""
    touches = [(*row, *("firm", "instant")[len(row) - 3 :]) for row in touches]
    return Dataset(
        as_of=AS_OF,
        observed_from=pd.Timestamp("2026-01-01", tz="UTC"),
        timezone="America/Mexico_City",
        leads=conform(
            "leads",
            {
                "lead_id": [name for name, _ in leads],
                "account_id": [f"A{name}" for name, _ in leads],
                "created_at": [START + day * DAY for _, day in leads],
            },
        ),
        touches=conform(
            "touches",
            {
                "touch_id": [f"T{n}" for n in range(len(touches))],
                "lead_id": [row[0] for row in touches],
                "occurred_at": [START + row[1] * DAY for row in touches],
                "team": [row[2] for row in touches],
                "channel": [f"{row[2]} touch" for row in touches],
                "kind": "touch",
                "initiator": [row[3] for row in touches],
                "precision": [row[4] for row in touches],
            },
        ),
        opportunities=conform(
            "opportunities",
            {
                "opportunity_id": [f"D{n}" for n in range(len(deals))],
                "lead_id": [row[0] for row in deals],
                "created_at": [START + row[1] * DAY for row in deals],
                "closed_at": [pd.NaT if row[2] is None else START + row[2] * DAY for row in deals],
                "status": ["open" if row[2] is None else "won" for row in deals],
            },
        ),
        **tables,
    )


LEADS = [(name, 0) for name in "abcdefgh"]


def test_only_the_companys_touches_inside_the_window_count():
    data = dataset(
        LEADS,
        [
            ("a", 0.0, "marketing"),  # at the landmark itself: it made the lead
            ("b", 0.1, "marketing"),
            ("c", 14.0, "marketing"),  # the last moment
            ("d", 14.01, "marketing"),
            ("e", 3.0, "marketing", "buyer"),
            ("f", 3.0, "sales"),
            ("g", -0.3, "sales", "firm", "day"),  # that day, the clock unknown
            ("h", -1.3, "sales", "firm", "day"),  # the day before
        ],
        [("a", 30, None)],
    )
    units = landmark_design(data)
    assert units.channels == ("marketing touch", "sales touch")
    m, s = units.teams.T
    assert list(np.array(list("abcdefgh"))[m]) == ["b", "c"]
    assert list(np.array(list("abcdefgh"))[s]) == ["f", "g"]
    assert units.left_out["touches that the buyer started"] == 1
    assert units.left_out["touches outside the window"] == 3
    assert list(units.cell) == [0, 1, 1, 0, 0, 2, 2, 0]


TOUCHES = [("a", 1, "marketing"), ("b", 1, "sales")]


def test_an_outcome_inside_the_window_leaves_the_risk_set():
    data = dataset(LEADS, TOUCHES, [("c", 5, None), ("d", 14, None), ("e", 14.5, None)])
    units = landmark_design(data)
    assert units.left_out["opportunity inside or before the window"] == 2
    assert len(units.outcome) == 6
    assert units.outcome.sum() == 1  # e's


def test_the_horizon_ends_what_counts():
    deals = [("c", 89, None), ("d", 91, None)]
    assert landmark_design(dataset(LEADS, TOUCHES, deals)).outcome.sum() == 1
    assert landmark_design(dataset(LEADS, TOUCHES, deals), horizon_days=100).outcome.sum() == 2
    won = [("c", 20, 300), ("d", 20, 366), ("e", 20, None)]
    units = landmark_design(dataset(LEADS, TOUCHES, won), outcome="won", horizon_days=340)
    assert units.outcome.sum() == 1


def test_what_is_not_known_yet_is_weighted_for():
    rng = np.random.default_rng(0)
    days = rng.uniform(0, 340, 4_000)
    takes = rng.exponential(120, 4_000) + 14  # days to the opportunity, of half of them
    gets = rng.random(4_000) < 0.5
    leads = [(f"l{n}", day) for n, day in enumerate(days)]
    seen = gets & (days + takes < (AS_OF - START) / DAY)
    deals = [(f"l{n}", days[n] + takes[n], None) for n in np.flatnonzero(seen)]
    touches = [("l0", days[0] + 1, "marketing"), ("l1", days[1] + 1, "sales")]
    units = landmark_design(dataset(leads, touches, deals), horizon_days=180)
    truth = 0.5 * (1 - np.exp(-(180 - 14) / 120))
    weighted = (units.weight @ units.outcome) / units.weight.sum()
    assert weighted == pytest.approx(truth, abs=0.03)
    assert units.outcome.mean() < truth - 0.05  # what a plain mean would say
    assert (units.weight[units.outcome > 0] > 0).all()


def test_a_team_without_touches_is_not_measurable():
    with pytest.raises(NotMeasurable, match="started by sales"):
        landmark_design(dataset(LEADS, TOUCHES[:1], [("c", 30, None)]))


def test_an_export_that_ends_too_soon_is_not_measurable():
    late = [(name, 330) for name in "abcdefgh"]
    touches = [("a", 331, "marketing"), ("b", 331, "sales")]
    with pytest.raises(NotMeasurable, match="shorter horizon"):
        landmark_design(dataset(late, touches, [("c", 350, None)]))


@pytest.mark.parametrize(
    "asked", [{"outcome": "sold"}, {"unit": "person"}, {"window_days": 0}, {"horizon_days": 10}]
)
def test_a_question_that_makes_no_sense_is_refused(asked):
    with pytest.raises(ValueError, match=r"unknown|window"):
        landmark_design(dataset(LEADS, TOUCHES, [("c", 30, None)]), **asked)


def test_net_warmth_is_the_score_without_marketings_points():
    rng = np.random.default_rng(1)
    own = rng.normal(50, 10, 500)
    touched = rng.random((500, 2)) < 0.4
    points = touched @ np.array([15.0, 5.0])
    nothing = np.zeros((500, 0))
    frame = pd.DataFrame({"score": own + points, "points": points})
    exact = find_warmth(frame, touched, nothing)
    assert exact.source == "points"
    np.testing.assert_allclose(exact.value, (own - own.mean()) / own.std())
    guessed = find_warmth(frame.assign(points=np.nan), touched, nothing)
    assert guessed.source == "residual"
    assert np.corrcoef(guessed.value, exact.value)[0, 1] > 0.995
    raw = find_warmth(frame.assign(points=0.0), touched, nothing)
    assert np.corrcoef(raw.value, touched[:, 0])[0, 1] > 0.3  # the trap that is avoided
    assert abs(np.corrcoef(guessed.value, touched[:, 0])[0, 1]) < 1e-9
    none = find_warmth(frame.assign(score=np.nan), touched, nothing)
    assert none.source == "none"
    assert none.columns.shape == (500, 0)


def cells(seed=0, each=600, chances=(0.1, 0.2, 0.3, 0.6)):
    """A company whose four cells differ by touch alone."""
    rng = np.random.default_rng(seed)
    leads, touches, deals = [], [], []
    for cell, chance in enumerate(chances):
        for n in range(each):
            name, day = f"{cell}-{n}", float(rng.uniform(0, 200))
            leads.append((name, day))
            touches += [(name, day + 1, "marketing")] * (cell & 1)
            touches += [(name, day + 2, "sales")] * (cell >> 1)
            deals += [(name, day + 20, None)] * int(rng.random() < chance)
    return dataset(leads, touches, deals)


def test_where_only_touches_differ_the_game_is_the_table_of_the_cells():
    units = landmark_design(cells())
    games = play(units, replicates=0, seed=0, ridge=1e-6)
    rates = np.bincount(units.cell, units.outcome) / np.bincount(units.cell)
    none, m, s, both = rates
    expected = [
        none,
        (none + m + none + m) / 4,
        (none + none + s + s) / 4,
        (none + m + s + both) / 4,
    ]
    np.testing.assert_allclose(games.teams[0], expected, atol=1e-6)
    np.testing.assert_allclose(games.channels[0], games.teams[0], atol=1e-12)


def test_masks_value_every_set_of_channels_as_plain_prediction_does():
    rng = np.random.default_rng(5)
    units = landmark_design(cells())
    design = outcome_design(units)
    beta = rng.normal(0, 0.5, design.columns.shape[1])
    all_masks = masks(units, design)
    weights = rng.poisson(1.0, len(units.outcome)).astype(float)
    values = all_masks.values(all_masks.sums(beta, weights), weights.sum())
    for kept in range(4):
        left = units.exposure & np.array([kept & 1, kept >> 1], dtype=bool)
        first, last = design.base, design.base + 2
        columns = design.columns.copy()
        columns[:, first:last] = left
        columns[:, last] = left.all(axis=1)
        if design.quick:
            columns[:, -1] = np.where(left[:, 1], units.speed, 0)
        plain = weights @ (1 / (1 + np.exp(-columns @ beta))) / weights.sum()
        assert values[kept] == pytest.approx(plain, abs=1e-12)
    by_cell = all_masks.by_cell(all_masks.sums(beta, weights), weights.sum())
    np.testing.assert_allclose(by_cell.sum(axis=0), values[all_masks.team_sets], atol=1e-12)


def test_the_whole_game_says_what_it_is_made_of():
    result = team_game(cells(), replicates=40)
    assert list(result.values["coalition"]) == ["none", "marketing", "sales", "both"]
    assert result.warmth == "none"
    assert not len(result.policy)
    assert result.agrees
    rho = result.index("rho")
    assert rho["low"] < rho["estimate"] < rho["high"]
    assert rho["low"] > 0
    assert result.gates["open"].all()
    joint = result.index("joint")["estimate"]
    pairs = result.pairs["estimate"].sum() + result.channels["alone"].sum()
    assert pairs == pytest.approx(joint, abs=1e-12)
    again = team_game(cells(), replicates=40)
    pd.testing.assert_frame_equal(result.indices, again.indices)
    other = team_game(cells(), replicates=40, seed=1)
    assert other.index("rho")["low"] != rho["low"]
    assert "lead" in result.to_frame()._repr_html_() or len(result.to_frame())


@pytest.mark.parametrize(
    ("each", "chances", "words"),
    [
        (100, (0.1, 0.2, 0.3, 0.6), "100 units among the leads touched by nobody"),
        (400, (0.01, 0.2, 0.3, 0.6), "opportunities among the leads touched by nobody"),
    ],
)
def test_a_thin_cell_closes_the_gate(each, chances, words):
    with pytest.raises(NotMeasurable, match=words) as told:
        team_game(cells(each=each, chances=chances), replicates=10)
    assert told.value.reason.es.startswith("No medible: hay ")
    assert "By process" not in told.value.reason.en


def test_without_a_joint_effect_there_is_no_rho():
    result = team_game(cells(chances=(0.2, 0.2, 0.2, 0.2)), replicates=60)
    assert np.isnan(result.index("rho")["estimate"])
    assert np.isfinite(result.index("interaction")["estimate"])
    assert not result.gates.set_index("gate").loc["joint effect", "open"]


def experiment(leads, arms, kind="lead", prefix=""):
    return conform(
        "experiments",
        {
            "unit_kind": kind,
            "unit_id": [f"{prefix}{name}" for name in leads],
            "experiment": "2x2",
            "arm": arms,
            "starts_on": pd.Timestamp("2026-01-01"),
        },
    )


@pytest.mark.parametrize(("kind", "prefix"), [("lead", ""), ("account", "A")])
def test_an_experiment_replaces_the_model(kind, prefix):
    data = cells(each=300)
    names = list(data.leads["lead_id"])
    rng = np.random.default_rng(2)
    arm = rng.integers(0, 4, len(names))
    words = np.array(["nobody", "Marketing", "ventas", "both"])[arm]
    with_trial = data.replace(experiments=experiment(names, words, kind, prefix))
    result = team_game(with_trial, replicates=40)
    assert result.trial == "2x2"
    got = set(data.opportunities["lead_id"])
    has = np.array([name in got for name in names])
    rate = [has[arm == k].mean() for k in range(4)]
    np.testing.assert_allclose(result.values["estimate"], rate, atol=1e-12)
    assert result.index("interaction")["estimate"] == pytest.approx(
        float(teams_game(*rate).interaction)
    )
    assert "experiment" in result.about.method.en


def test_an_experiment_on_regions_or_with_other_arms_is_not_one_of_the_teams():
    data = cells(each=250)
    names = list(data.leads["lead_id"])
    arms = ["none", "marketing", "sales", "both"] * (len(names) // 4)
    for table in (
        experiment(names, arms, kind="region"),
        experiment(names, ["dark", "lit"] * (len(names) // 2)),
    ):
        assert team_game(data.replace(experiments=table), replicates=4).trial is None


def test_target_accounts_by_quarter_are_units_too():
    data = dataset(
        [("a", 0), ("b", 40)],
        [("a", 90, "marketing"), ("b", 92, "sales"), ("b", 200, "sales")],
        [("a", 120, None)],
        accounts=conform(
            "accounts",
            {"account_id": ["Aa", "Ab", "Ac"], "is_target": pd.array([True, True, False])},
        ),
    )
    deals = data.opportunities.assign(account_id=["Aa"])
    units = landmark_design(data.replace(opportunities=deals), unit="account")
    # four starts of quarters on record; a had its opportunity in the second and is done
    assert len(units.outcome) == 2 * 4 - 2
    assert units.outcome.sum() == 1
    assert units.teams.sum(axis=0).tolist() == [1, 1]
    assert units.left_out["accounts by quarter with an earlier opportunity"] == 2
