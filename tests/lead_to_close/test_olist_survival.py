"""A real company's leads: by day 30, 90 and 180, overall and by origin, against other libraries."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from statsmodels.duration.survfunc import SurvfuncRight

from alignment import tables
from alignment.dataset import Dataset
from alignment.lead_to_close import lead_to_close

FOLDER = Path(__file__).parents[3] / "shared" / "data" / "olist"
REFERENCE = json.loads(Path(__file__).with_name("reference.json").read_text())
ZONE = "America/Sao_Paulo"
DAYS = (30, 90, 180)

pytestmark = pytest.mark.skipif(
    not FOLDER.is_dir(), reason="the Olist data (not part of the project) is not on this machine"
)


@pytest.fixture(scope="module")
def raw():
    leads = pd.read_csv(FOLDER / "olist_marketing_qualified_leads_dataset.csv", dtype="str")
    deals = pd.read_csv(FOLDER / "olist_closed_deals_dataset.csv", dtype="str")
    return leads.merge(deals[["mql_id", "won_date"]], on="mql_id", how="left")


def local(column):
    return pd.to_datetime(column).dt.tz_localize(ZONE, nonexistent="shift_forward")


def dataset(raw, **window):
    won = raw[raw["won_date"].notna()]
    opportunities = tables.conform(
        "opportunities",
        {
            "opportunity_id": won["mql_id"],
            "lead_id": won["mql_id"],
            "closed_at": local(won["won_date"]),
            "status": ["won"] * len(won),
        },
    )
    return Dataset(
        timezone=ZONE,
        leads=tables.conform(
            "leads",
            {
                "lead_id": raw["mql_id"],
                "created_at": local(raw["first_contact_date"]),
                "channel": raw["origin"],
                "precision": ["day"] * len(raw),
            },
        ),
        opportunities=opportunities,
        **{
            "as_of": opportunities["closed_at"].max(),
            "observed_from": opportunities["closed_at"].min(),
            **window,
        },
    )


@pytest.fixture(scope="module")
def estimates(raw):
    data = dataset(raw)
    both = [
        lead_to_close(data, days=DAYS, level=0.95),
        lead_to_close(data, group="channel", days=DAYS, level=0.95),
    ]
    at = pd.concat([result.at for result in both])
    return at[at["end"] == "won"].set_index(["group", "day"])


def by_statsmodels(raw, origin):
    """Give estimate, low and high by each day, from the raw files, sharing no code with ours."""
    start = pd.to_datetime(raw["first_contact_date"]).dt.normalize()
    won = pd.to_datetime(raw["won_date"]).dt.normalize()
    exit = (won.fillna(won.max()) - start).dt.days
    entry = (won.min() - start).dt.days.clip(lower=0)
    keep = (exit >= 0) & ((origin == "all") | (raw["origin"].fillna("(missing)") == origin))
    # Theirs is at risk when entry < t; half a day earlier makes it entry <= t on whole days.
    fit = SurvfuncRight(exit[keep], won.notna()[keep].astype(int), entry=entry[keep] - 0.5)
    rows = {}
    for day in DAYS:
        place = np.searchsorted(fit.surv_times, day, side="right") - 1
        if place < 0:  # nobody won by then
            rows[day] = (0.0, np.nan, np.nan)
            continue
        survival, error = fit.surv_prob[place], fit.surv_prob_se[place]
        half = norm.ppf(0.975) * error / (survival * np.log(survival))
        limits = np.exp(-np.exp(np.log(-np.log(survival)) + np.array([half, -half])))
        rows[day] = (1 - survival, 1 - limits.max(), 1 - limits.min())
    return rows


def test_they_agree_with_statsmodels_to_a_millionth(raw, estimates):
    groups = estimates.index.get_level_values("group").unique()
    assert len(groups) == 12  # all, ten origins and the blank one
    for group in groups:
        for day, expected in by_statsmodels(raw, group).items():
            ours = estimates.loc[(group, day), ["estimate", "low", "high"]].to_numpy(dtype=float)
            if expected[0] == 0:  # no interval there; the exact limit, with nothing lost
                still = estimates.loc[(group, day), "at_risk"]
                expected = (0.0, 0.0, 1 - 0.025 ** (1 / still))
            np.testing.assert_allclose(ours, expected, rtol=0, atol=1e-9, err_msg=f"{group} {day}")


def test_they_agree_with_lifelines_to_a_millionth(estimates):
    assert len(REFERENCE["olist"]) == 36
    for row in REFERENCE["olist"]:
        ours = estimates.loc[(row["origin"], row["day"])]
        assert ours["leads"] == row["leads"]
        assert ours["estimate"] == pytest.approx(row["estimate"], abs=1e-9)
        if row["estimate"] > 0:
            assert ours["low"] == pytest.approx(row["low"], abs=1e-9)
            assert ours["high"] == pytest.approx(row["high"], abs=1e-9)


def test_late_recording_hides_early_wins_as_published(raw, estimates):
    start = local(raw["first_contact_date"])
    naive = lead_to_close(dataset(raw, observed_from=start.min()), days=DAYS)
    assert naive.at["estimate"].iloc[0] == pytest.approx(0.069, abs=5e-4)
    assert estimates.loc[("all", 30), "estimate"] == pytest.approx(0.088, abs=5e-4)
    window = dataset(raw)
    late = window.replace(leads=window.leads[window.leads["created_at"] >= window.observed_from])
    only_late = lead_to_close(late, days=DAYS)
    assert only_late.at["estimate"].iloc[0] == pytest.approx(0.089, abs=5e-4)


def test_the_published_ninety_days_hold_with_the_backward_win_clipped(raw):
    start, won = local(raw["first_contact_date"]), local(raw["won_date"])
    assert (won < start).sum() == 1
    midnight = raw["first_contact_date"] + " 00:00:00"
    clipped = raw.assign(won_date=raw["won_date"].mask(won < start, midnight))
    result = lead_to_close(dataset(clipped, observed_from=start.min()), days=DAYS)
    assert result.at["estimate"].iloc[1] == pytest.approx(0.08650, abs=5e-6)


def test_what_is_left_out_and_what_is_missing(raw, estimates):
    result = lead_to_close(dataset(raw), days=(30, 365, 700))
    assert result.about.left_out == {"ended before it started": 1}
    assert len(result.spells.frame) == 7999
    assert (result.spells.frame["exit"] == 0).sum() == 33
    assert not result.lost_recorded
    assert result.at["estimate"].isna().tolist() == [False, False, True] * 2
    naive = result.naive.iloc[0]
    assert naive[["won", "lost", "open"]].tolist() == [841, 0, 7158]
    assert naive["median_days_won"] == 14
    assert np.isnan(result.quantiles.set_index(["end", "quantile"]).loc[("won", 0.5), "days"])
    blank = estimates.loc["(missing)"]
    assert (blank["leads"] == 60).all()
    assert (blank["high"] - blank["low"] > 0.2).all()  # top of the table, and hardly known
