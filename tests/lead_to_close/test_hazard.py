"""The hazard model equals statsmodels, covers a simulated truth, and gives no immortal time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from alignment import regression, tables
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.lead_to_close.hazard import _distinct, fit_periods, hazard
from alignment.lead_to_close.hazard_periods import person_periods
from alignment.lead_to_close.spells import find_spells

DAY_0 = pd.Timestamp("2025-01-01", tz="UTC")


def simulated(seed, ends, rows=3_000, groups=240):
    """Rows with two binary covariates and a continuous one, and ends that accounts share."""
    random = np.random.default_rng(seed)
    cluster = random.integers(0, groups, rows)
    cluster = np.unique(cluster, return_inverse=True)[1]
    design = np.column_stack(
        [
            np.ones(rows),
            random.random(rows) < 0.4,
            (random.random(groups) < 0.5)[cluster],
            random.normal(size=rows).round(1),
        ]
    ).astype(float)
    eta = design @ np.array([[-1.5, 0.8, -0.4, 0.3], [-1.0, -0.5, 0.6, 0.0]][:ends]).T
    eta += random.normal(size=(groups, 1))[cluster] * 0.4
    weight = np.column_stack([np.ones(rows), np.exp(eta)])
    chance = np.cumsum(weight / weight.sum(axis=1, keepdims=True), axis=1)
    outcome = (random.random(rows)[:, None] > chance).sum(axis=1)
    return design, outcome, cluster


def fitted_on_distinct_rows(design, outcome, cluster, ends):
    distinct, pattern = np.unique(design, axis=0, return_inverse=True)
    counts = np.zeros((len(distinct), ends + 1))
    np.add.at(counts, (pattern, outcome), 1)
    fit = regression.fit(distinct, counts, ridge=0.0)
    return fit, regression.cluster_influence(fit, distinct, pattern, outcome, cluster)


def test_two_ends_equal_the_multinomial_regression_of_statsmodels():
    design, outcome, cluster = simulated(1, ends=2)
    fit, influence = fitted_on_distinct_rows(design, outcome, cluster, 2)
    oracle = sm.MNLogit(outcome, design).fit(
        disp=0,
        method="newton",
        tol=1e-12,
        cov_type="cluster",
        cov_kwds={"groups": cluster, "use_correction": False},
    )
    groups = cluster.max() + 1
    covariance = np.asarray(oracle.cov_params()) * groups / (groups - 1)
    np.testing.assert_allclose(fit.coefficients, np.asarray(oracle.params).T, atol=1e-6)
    np.testing.assert_allclose(regression.covariance(influence), covariance, atol=1e-6)
    assert fit.log_likelihood == pytest.approx(oracle.llf, abs=1e-6)


def test_one_end_equals_the_logistic_regression_of_statsmodels():
    design, outcome, cluster = simulated(2, ends=1)
    fit, influence = fitted_on_distinct_rows(design, outcome, cluster, 1)
    oracle = sm.GLM(outcome, design, family=sm.families.Binomial()).fit(
        tol=1e-12, cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False}
    )
    groups = cluster.max() + 1
    covariance = np.asarray(oracle.cov_params()) * groups / (groups - 1)
    np.testing.assert_allclose(fit.coefficients[0], oracle.params, atol=1e-6)
    np.testing.assert_allclose(regression.covariance(influence), covariance, atol=1e-6)


def test_a_column_that_separates_the_ends_does_not_run_away():
    design, outcome, _ = simulated(3, ends=1)
    outcome = np.where(design[:, 1] == 1, 0, outcome)
    counts = np.column_stack([outcome == 0, outcome == 1]).astype(float)
    fit = regression.fit(design, counts, ridge=1e-4)
    assert fit.converged
    assert -30 < fit.coefficients[0, 1] < -4


def deals(rows, touches=(), *, as_of=400, observed_from=0):
    """Build opportunities given in days: (id, account, created, closed, status)."""
    frame = pd.DataFrame(
        rows, columns=["opportunity_id", "account_id", "created_at", "closed_at", "status"]
    )
    for column in ("created_at", "closed_at"):
        frame[column] = DAY_0 + pd.to_timedelta(frame[column], unit="D")
    seen = pd.DataFrame(touches, columns=["opportunity_id", "occurred_at", "team"])
    seen["occurred_at"] = DAY_0 + pd.to_timedelta(seen["occurred_at"].astype(float), unit="D")
    seen["touch_id"] = [f"T{i}" for i in range(len(seen))]
    more = {}
    if len(seen):
        seen[["channel", "kind"]] = "call"
        more["touches"] = tables.conform("touches", seen)
    return Dataset(
        as_of=DAY_0 + pd.Timedelta(days=as_of),
        observed_from=DAY_0 + pd.Timedelta(days=observed_from),
        opportunities=tables.conform("opportunities", frame),
        **more,
    )


def cut(data, **options):
    return person_periods(data, find_spells(data, start="opportunity"), **options)


def test_periods_by_hand():
    data = deals(
        [
            ("A", "a", 0, 15, "won"),  # days 0–6, 7–13, won in the third week
            ("B", "b", 386, np.nan, "open"),  # day 14 is not over: two whole weeks
            ("C", "c", 395, np.nan, "open"),  # five days: no whole week
            ("D", "d", 0, 6, "lost"),
        ]
    )
    made = cut(data)
    found = list(zip(made.spell, made.period, made.outcome, strict=True))
    assert found == [(0, 0, 0), (0, 1, 0), (0, 2, 1), (1, 0, 0), (1, 1, 0), (3, 0, 2)]
    assert made.left_out == {"without a whole period under observation": 1}


def test_what_began_before_the_records_enters_with_its_first_whole_week():
    data = deals([("A", "a", 0, 30, "won")], observed_from=10)
    made = cut(data)
    assert list(made.period) == [2, 3, 4]
    assert list(made.outcome) == [0, 0, 1]


def test_a_touch_counts_only_in_the_periods_that_begin_after_its_day():
    data = deals([("A", "a", 0, 80, "won"), ("B", "a", 0, 80, "lost")], [("A", 7.4, "sales")])
    made = cut(data, recent_days=28)
    place = [term.name for term in made.terms].index("sales touch")
    on = made.period[(made.codes[place] == 1) & (made.spell == 0)]
    # Touched on day 7, the first day of week 1: weeks 2 to 5 (days 14 to 35) know of it.
    assert list(on) == [2, 3, 4, 5]
    assert not made.codes[place][made.spell == 1].any()


def test_a_quarter_ends_in_the_periods_near_its_last_day():
    data = deals([("A", "a", 0, 100, "won"), ("B", "b", 0, 40, "lost")])
    made = cut(data, recent_days=28)
    place = [term.name for term in made.terms].index("quarter end")
    on = made.period[(made.codes[place] == 1) & (made.spell == 0)]
    # 31 March is day 89: weeks 11 (days 77–83) and 12 (days 84–90).
    assert list(on) == [11, 12]


def shared(seed, accounts=300, each=4, weeks=20):
    """Draw deals whose weekly hazards are exact, with accounts whose deals share their fate.

    Deals of an account use one uniform number a week with probability one half, so that the
    marginal hazards are exactly those of the model.
    """
    random = np.random.default_rng(seed)
    n = accounts * each
    account = np.repeat(np.arange(accounts), each)
    big = (random.random(accounts) < 0.5)[account]
    touch_week = np.where(random.random(n) < 0.6, random.integers(0, weeks, n), 99)
    common = random.random((accounts, weeks))[account]
    own = random.random((n, weeks))
    chance = np.where(random.random((n, 1)) < 0.5, common, own)
    week = np.arange(weeks)
    # A touch on the last day of a week is known in the four weeks after it.
    lately = (week > touch_week[:, None]) & (week <= touch_week[:, None] + 4)
    won = np.exp(-3.2 + 0.5 * big[:, None] + 0.6 * lately)
    lost = np.exp(-2.8 - 0.3 * big[:, None] + 0.0 * lately)
    total = 1 + won + lost
    kind = np.where(chance < won / total, 1, np.where(chance < (won + lost) / total, 2, 0))
    ended = kind.any(axis=1)
    at = np.where(ended, (kind > 0).argmax(axis=1), weeks - 1)
    status = np.where(ended, np.array(["open", "won", "lost"])[kind[np.arange(n), at]], "open")
    rows = [
        (f"D{i}", f"{'big' if big[i] else 'small'}-{account[i]}", 0, d, s)
        for i, (d, s) in enumerate(zip(np.where(ended, 7 * at + 3, np.nan), status, strict=True))
    ]
    touches = [
        (f"D{i}", 7 * w + 6, "sales") for i, w in enumerate(touch_week) if w < weeks and w <= at[i]
    ]
    data = deals(rows, touches, as_of=7 * weeks)
    size = pd.Series(np.where(big, "big", "small"), index=[f"D{i}" for i in range(n)])
    return data, size


@pytest.fixture(scope="module")
def estimates():
    rows = []
    for seed in range(24):
        data, size = shared(seed)
        found = hazard(data, start="opportunity", group=size).frame
        found["sign"] = np.where(found["level"] == "small", -1, 1)
        rows.append(found[found["term"].isin(["group", "sales touch"])])
    return pd.concat(rows)


@pytest.mark.parametrize(
    ("term", "end", "truth"),
    [
        ("group", "won", 0.5),
        ("group", "lost", -0.3),
        ("sales touch", "won", 0.6),
        ("sales touch", "lost", 0.0),
    ],
)
def test_the_simulated_truth_is_found(estimates, term, end, truth):
    one = estimates[(estimates["term"] == term) & (estimates["end"] == end)]
    error = one["sign"] * one["log_odds"] - truth
    assert abs(error.mean()) < 3 * error.std() / np.sqrt(len(error))
    assert (error.abs() < 1.96 * one["standard_error"]).mean() >= 0.8


def test_the_design_holds_the_levels_of_each_row():
    data, size = shared(0, accounts=40)
    spells = find_spells(data, start="opportunity", group=size)
    made = person_periods(data, spells)
    pattern, design = _distinct(made)
    column = 1
    for codes, term in zip(made.codes, made.terms, strict=True):
        for level in range(1, len(term.levels)):
            np.testing.assert_array_equal(design[pattern, column], codes == level)
            column += 1
    assert design.shape[1] == column


def test_intervals_widen_for_deals_that_share_an_account():
    data, size = shared(5)
    spells = find_spells(data, start="opportunity", group=size)
    made = person_periods(data, spells)
    account = pd.factorize(spells.frame["account_id"])[0]
    wide = regression.covariance(fit_periods(made, account)[1])
    alone = regression.covariance(fit_periods(made, np.arange(len(account)))[1])
    assert wide[0, 0] > 1.3 * alone[0, 0]


def test_a_touch_without_effect_has_none_where_the_ever_touched_seem_slower():
    random = np.random.default_rng(8)
    closed = np.ceil(random.exponential(60, 4_000)).clip(1, 399)
    touched = random.exponential(60, 4_000)
    there = touched < closed
    rows = [
        (f"D{i}", f"a{i}", 0, day, "won" if even else "lost")
        for i, (day, even) in enumerate(zip(closed, random.random(4_000) < 0.5, strict=True))
    ]
    touches = [(f"D{i}", touched[i], "sales") for i in np.flatnonzero(there)]
    data = deals(rows, touches)
    ever = pd.Series(np.where(there, "touched", "never"), index=[r[0] for r in rows])
    found = hazard(data, start="opportunity", group=ever).frame
    naive = found[(found["term"] == "group") & (found["end"] == "won")]["log_odds"].iloc[0]
    assert abs(naive) > 0.4  # whoever waits for a touch has by then survived
    honest = hazard(data, start="opportunity", group=None).frame
    rows = honest[honest["term"] == "sales touch"]
    assert (rows["log_odds"].abs() < 3 * rows["standard_error"]).all()
    assert (rows["log_odds"].abs() < 0.2).all()


def test_order_and_names_of_rows_change_nothing():
    data, size = shared(3, accounts=120)
    first = hazard(data, start="opportunity", group=size).frame
    shuffled = data.replace(
        opportunities=data.opportunities.sample(frac=1, random_state=1).reset_index(drop=True),
        touches=data.touches.sample(frac=1, random_state=1).reset_index(drop=True),
    )
    second = hazard(shuffled, start="opportunity", group=size).frame
    pd.testing.assert_frame_equal(first, second, rtol=1e-8)


def test_too_few_wins_are_not_measured():
    rows = [(f"D{i}", f"a{i}", 0, 20 + i, "won" if i < 20 else "lost") for i in range(60)]
    with pytest.raises(NotMeasurable, match=r"too few wins \(20\)"):
        hazard(deals(rows), start="opportunity", group=None)


def test_a_level_with_too_few_ends_has_no_bounds():
    random = np.random.default_rng(4)
    rows = [
        (f"D{i}", f"a{i}", 0, int(random.integers(5, 90)), ("won", "lost")[i % 2])
        for i in range(400)
    ]
    group = pd.Series(["rare" if i < 6 else "usual" for i in range(400)], [r[0] for r in rows])
    found = hazard(deals(rows), start="opportunity", group=group)
    rare = found.frame[found.frame["level"] == "rare"]
    assert rare["too_few"].all()
    assert rare[["low", "high"]].isna().all(axis=None)
    assert "group" not in set(found.tests["term"])


def test_without_segments_the_rest_is_still_told():
    random = np.random.default_rng(6)
    rows = [
        (f"D{i}", f"a{i}", 0, int(random.integers(5, 90)), ("won", "lost")[i % 2])
        for i in range(300)
    ]
    found = hazard(deals(rows), start="opportunity")
    assert "group" not in set(found.frame["term"])
    assert found.about.left_out["without a group to compare"] == 300
