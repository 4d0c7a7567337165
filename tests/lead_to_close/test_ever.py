"""The share that ever ends: a simulated truth, and the flag where the data do not reach."""

import numpy as np
import pytest

from alignment.lead_to_close.ever import at_rest, ever


def company(random, leads, window):
    kind = random.choice([0, 1, 2], leads, p=[0.15, 0.25, 0.6])
    takes = np.select(
        [kind == 1, kind == 2],
        [90 * random.weibull(1.4, leads), 60 * random.weibull(0.9, leads)],
        np.inf,
    )
    start = random.uniform(0, window, leads)
    exit = np.floor(np.minimum(start + takes, window)) - np.floor(start)
    return np.zeros(leads, int), exit.astype(int), np.where(start + takes > window, 0, kind)


def test_it_finds_the_truth_with_its_interval_and_knows_that_the_curve_rests():
    random = np.random.default_rng(3)
    fits = [ever(*company(random, 1500, 700)) for _ in range(40)]
    shares = np.array([fit.share for fit in fits])
    np.testing.assert_allclose(shares.mean(axis=0), [0.25, 0.6], atol=0.008)
    covered = [(fit.low <= [0.25, 0.6]) & (fit.high >= [0.25, 0.6]) for fit in fits]
    assert (np.mean(covered, axis=0) >= 0.85).all()
    assert np.mean([fit.rests[0] for fit in fits]) > 0.9


def test_in_a_young_company_it_says_that_it_extrapolates():
    fit = ever(*company(np.random.default_rng(4), 1500, 90))
    assert not fit.rests.any()
    assert fit.high[0] - fit.low[0] > 0.3


def test_delayed_entry_is_allowed_for():
    entry, exit, end = company(np.random.default_rng(5), 6000, 800)
    late = np.where(np.arange(6000) % 2 == 0, 40, 0)
    seen = exit >= late
    fit = ever(late[seen], exit[seen], end[seen])
    assert fit.share[0] == pytest.approx(0.25, abs=0.03)
    naive = ever(entry[seen], exit[seen], end[seen])
    assert abs(naive.share[1] - 0.6) > abs(fit.share[1] - 0.6)


def test_too_few_ends_are_missing_and_do_not_stop_the_others():
    entry, exit, end = company(np.random.default_rng(6), 800, 700)
    end = np.where((end == 1) & (np.cumsum(end == 1) > 10), 0, end)
    fit = ever(entry, exit, end)
    assert np.isnan(fit.share[0])
    assert 0.4 < fit.share[1] < 0.8


def test_rest_is_judged_by_the_last_end_and_what_was_followed_after_it():
    end = np.array([1] * 10 + [0] * 10)
    assert at_rest(np.array([5] * 10 + [100] * 10), end, 1)
    assert not at_rest(np.array([5] * 9 + [99] + [100] * 10), end, 1)
    assert not at_rest(np.array([5] * 20), np.zeros(20, int), 1)


def test_alone_nothing_changes_and_copies_in_an_account_tell_nothing_new():
    data = company(np.random.default_rng(7), 700, 700)
    plain, own = ever(*data), ever(*data, account=np.arange(700))
    for name in ("share", "low", "high"):
        np.testing.assert_array_equal(getattr(own, name), getattr(plain, name))
    many = [np.repeat(part, 3) for part in data]
    narrow, wide = ever(*many), ever(*many, account=np.repeat(np.arange(700), 3))
    np.testing.assert_array_equal(wide.share, narrow.share)
    np.testing.assert_allclose(wide.high - wide.low, plain.high - plain.low, rtol=0.06)
    assert (narrow.high - narrow.low < 0.62 * (plain.high - plain.low)).all()


def test_accounts_of_leads_that_differ_do_not_narrow_it():
    entry, exit, end = company(np.random.default_rng(8), 900, 700)
    account = np.empty(900, np.int64)
    account[np.argsort(end, kind="stable")] = np.arange(900) % 300  # each holds all ways
    plain, mixed = ever(entry, exit, end), ever(entry, exit, end, account=account)
    assert (mixed.high - mixed.low >= plain.high - plain.low - 1e-12).all()
