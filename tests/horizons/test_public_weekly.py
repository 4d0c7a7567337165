"""The weekly model on the public series of media-mix packages, beside what is published of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alignment.horizons.model import fit_weekly

WEEKLY = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "weekly"

pytestmark = pytest.mark.skipif(
    not WEEKLY.is_dir(), reason="the public weekly series are not on this machine"
)


def _effects(fit, first: int = 0, last: int = 52) -> np.ndarray:
    """Low, middle and high of what an average week of each driver brings in these weeks."""
    fast, slow = fit.responses(last)
    return np.quantile((fast + slow)[:, :, first:].sum(axis=2), [0.05, 0.5, 0.95], axis=0)


def _published(weekly: pd.DataFrame) -> list[float]:
    """Mean weekly contributions by the generator that PyMC-Marketing publishes with its example.

    Geometric carry-over over eight weeks (.4 and .2), logistic saturation (4 and 3), coefficients
    3 and 2, all in thousands. Without a slow effect the mean contribution of a week is what an
    average week brings in all.
    """
    found = []
    for name, retention, bend, coefficient in (("x1", 0.4, 4, 3), ("x2", 0.2, 3, 2)):
        weights = retention ** np.arange(8)
        carried = np.convolve(weekly[name], weights / weights.sum())[: len(weekly)]
        grown = np.exp(-bend * carried)
        found.append(1000 * coefficient * float(np.mean((1 - grown) / (1 + grown))))
    return found


@pytest.mark.parametrize("slow", [(), ("x1", "x2")])
def test_the_published_effects_of_the_example_lie_in_the_intervals(slow):
    weekly = pd.read_csv(WEEKLY / "pymc_marketing_mmm_example.csv")
    fit = fit_weekly(weekly["y"], weekly[["x1", "x2"]], slow=slow, seed=0)
    low, middle, high = _effects(fit)
    truth = np.array(_published(weekly))
    assert ((low < truth) & (truth < high)).all()
    assert middle == pytest.approx(truth, rel=0.15)


def test_no_slow_stock_is_claimed_where_the_generator_has_none():
    weekly = pd.read_csv(WEEKLY / "pymc_marketing_mmm_example.csv")
    fit = fit_weekly(weekly["y"], weekly[["x1", "x2"]], slow=("x1", "x2"), seed=0)
    assert ((fit.draws.slow > 0).mean(axis=0) < 0.95).all()
    late = _effects(fit, 8)[1]
    assert (late < 0.25 * _effects(fit)[1]).all()


@pytest.mark.parametrize(
    ("name", "outcome", "drivers", "slow"),
    [
        (
            "robyn_dt_simulated_weekly.csv",
            "revenue",
            ["tv_S", "ooh_S", "print_S", "search_S", "facebook_S"],
            ("tv_S", "ooh_S"),
        ),
        (
            "meridian_national_media.csv",
            "conversions",
            [f"Channel{place}_spend" for place in range(4)],
            ("Channel0_spend",),
        ),
        (
            "meridian_national_all_channels.csv",
            "conversions",
            [f"Channel{place}_spend" for place in range(5)],
            (),
        ),
    ],
)
def test_series_without_a_published_truth_are_told_within_what_was_sold(
    name, outcome, drivers, slow
):
    weekly = pd.read_csv(WEEKLY / name)
    fit = fit_weekly(weekly[outcome], weekly[drivers], slow=slow, seed=0)
    low, middle, high = _effects(fit)
    assert ((low >= 0) & (low <= middle) & (middle <= high)).all()
    # All that the drivers bring is part of what was sold.
    assert middle.sum() < weekly[outcome].mean()
