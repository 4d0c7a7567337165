"""Gray's test against published values, the log-rank test against two libraries, Holm by hand."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest
from statsmodels.duration.survfunc import survdiff

from alignment.incidence import risk_tables
from alignment.lead_to_close.group_tests import gray, log_rank
from alignment.shares import holm

HERE = Path(__file__).parent
SETS = json.loads((HERE / "reference.json").read_text())["data_sets"]


def grouped(exit, end, group, entry=None, ends=2):
    exit = np.asarray(exit)
    entry = np.zeros(len(exit), exit.dtype) if entry is None else np.asarray(entry)
    codes = np.asarray(group)
    count = int(codes.max()) + 1
    return risk_tables(entry, exit, np.asarray(end), ends=ends, group=codes, groups=count)


@pytest.fixture(scope="module")
def transplants():
    """177 stem-cell transplants: Scrucca, Santucci & Aversa 2010, Bone Marrow Transplant 45:1388.

    Status is 1 for a relapse and 2 for a death without one; the values that R's cmprsk gives for
    them, ALL against AML, are published with the data.
    """
    rows = pd.read_csv(HERE / "transplants.csv")
    return grouped(rows["months"], rows["status"], (rows["disease"] == "AML").astype(int))


@pytest.mark.parametrize(
    ("end", "statistic", "p_value"),
    [(0, 2.8623325, 0.09067592), (1, 0.4481279, 0.50322531)],
)
def test_grays_test_gives_the_published_values(transplants, end, statistic, p_value):
    found = gray(transplants, end=end)
    assert found.statistic == pytest.approx(statistic, abs=5e-8)
    assert found.p_value == pytest.approx(p_value, abs=5e-9)
    assert found.degrees == 1


def test_without_a_competing_end_grays_test_is_the_log_rank_test_in_large_groups():
    random = np.random.default_rng(5)
    takes, group = random.exponential(10, 3000), random.integers(0, 3, 3000)
    takes = np.where(group == 1, 1.1 * takes, takes)
    end = (takes < 8).astype(int)
    tables = grouped(np.minimum(takes, 8), end, group, ends=1)
    # One score, and two estimates of its variance.
    assert gray(tables).statistic == pytest.approx(log_rank(tables).statistic, rel=0.05)


def test_the_order_of_the_groups_does_not_matter(transplants):
    rows = pd.read_csv(HERE / "transplants.csv")
    group = pd.factorize(rows["disease"] + (rows.index % 2).astype(str))[0]
    one = gray(grouped(rows["months"], rows["status"], group))
    other = gray(grouped(rows["months"], rows["status"], 3 - group))
    assert one.degrees == other.degrees == 3
    assert one.statistic == pytest.approx(other.statistic, rel=1e-10)


def test_under_the_hypothesis_p_values_are_even_and_a_difference_is_found():
    random = np.random.default_rng(8)
    drawn, found = [], []
    for _ in range(400):
        won, lost = random.exponential(80, 200), random.exponential(50, 200)
        group, stop = random.integers(0, 2, 200), random.integers(20, 120, 200)
        for speed, kept in ((1.0, drawn), (0.45, found)):
            faster = np.where(group == 1, speed * won, won)
            end = np.where(faster < lost, 1, 2)
            day = np.minimum(faster, lost).astype(int)
            end = np.where(day > stop, 0, end)
            kept.append(gray(grouped(np.minimum(day, stop), end, group)).p_value)
    assert kstest(drawn, "uniform").pvalue > 0.01
    assert np.mean(np.array(drawn) < 0.05) == pytest.approx(0.05, abs=0.035)
    assert np.mean(np.array(found) < 0.05) > 0.6


@pytest.mark.parametrize("name", [n for n in SETS if "lifelines log-rank" in SETS[n]["found"]])
def test_log_rank_agrees_with_lifelines_and_statsmodels(name):
    data = SETS[name]["data"]
    exit, ended = np.array(data["exit"]), (np.array(data["end"]) > 0).astype(int)
    group = np.arange(len(exit)) % 3
    found = log_rank(grouped(exit, ended, group, ends=1))
    assert found.statistic == pytest.approx(SETS[name]["found"]["lifelines log-rank"], rel=1e-9)
    statistic, p_value = survdiff(exit, ended, group)
    assert (found.statistic, found.p_value) == pytest.approx((statistic, p_value), rel=1e-9)


def test_log_rank_of_one_end_takes_the_other_as_censoring():
    data = SETS["two ends, day ties"]["data"]
    exit, end = np.array(data["exit"]), np.array(data["end"])
    group = np.arange(len(exit)) % 2
    found = log_rank(grouped(exit, end, group), end=1)
    statistic, _ = survdiff(exit, (end == 2).astype(int), group)
    assert found.statistic == pytest.approx(statistic, rel=1e-9)


def test_log_rank_under_delayed_entry_agrees_with_statsmodels():
    data = SETS["one end, delayed entry"]["data"]
    entry, exit, end = (np.array(data[name]) for name in ("entry", "exit", "end"))
    group = np.arange(len(exit)) % 2
    found = log_rank(grouped(exit, end, group, entry, ends=1))
    statistic, _ = survdiff(exit, end, group, entry=entry - 0.5)  # theirs is entry < t
    assert found.statistic == pytest.approx(statistic, rel=1e-9)


def test_nothing_to_compare_is_missing():
    alone = gray(grouped([1, 2, 3], [1, 0, 2], [0, 0, 0]))
    assert np.isnan(alone.statistic)
    assert alone.degrees == 0
    none = log_rank(grouped([1, 2, 3], [0, 0, 0], [0, 1, 1]))
    assert np.isnan(none.p_value)


def test_holm_by_hand():
    # Sorted: .005·4, .01·3, .03·2, .04·1, never falling.
    np.testing.assert_allclose(holm([0.01, 0.04, 0.03, 0.005]), [0.03, 0.06, 0.06, 0.02])
    np.testing.assert_allclose(holm([0.6, np.nan, 0.7]), [1.0, np.nan, 1.0])
