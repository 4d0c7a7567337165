"""The harvest: closed forms, a second library, simulated truth, the rows of the sample."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from alignment import findings, tables
from alignment.errors import NotMeasurable
from alignment.horizons import harvest
from alignment.horizons.harvest import deal_weeks
from alignment.horizons.harvest_fit import fit_harvest
from alignment.horizons.region_weeks import region_weeks


@pytest.fixture(scope="module")
def reaped(sample):
    return harvest(sample)


def rows(seed, *, interaction, count=12_000, constant=False):
    """Deal-weeks won by a logistic law of work and stock; accounts hold four rows each."""
    random = np.random.default_rng(seed)
    stock = np.where(random.random(count) < 0.5, 0.2, 0.4)
    worked = random.random(count) < 0.5
    z = (stock - 0.2) / 0.2
    odds = -3.5 + 0.6 * worked + 0.3 * z + interaction * worked * z
    return pd.DataFrame(
        {
            "won": random.random(count) < 1 / (1 + np.exp(-odds)),
            "worked": worked,
            "stock": stock,
            "age": 0 if constant else random.integers(0, 30, count),
            "region": 0 if constant else random.integers(0, 4, count),
            "quarter": 0 if constant else random.integers(0, 5, count),
            "account": np.arange(count) // 4,
        }
    )


def test_without_other_columns_the_chances_are_the_plain_shares():
    table = rows(1, interaction=0.5, constant=True)
    found = fit_harvest(table, 0.90)
    for place, level in enumerate((0.2, 0.4)):
        for worked in (0, 1):
            cell = (table["stock"] == level) & (table["worked"] == bool(worked))
            share = table.loc[cell, "won"].mean()
            # A ridge of 0.001 holds the coefficients; it moves a share by less than this.
            assert found.chances[place, worked, 0] == pytest.approx(share, rel=1e-3)
    worth = found.worth[:, 0]
    assert found.difference[0] == pytest.approx(worth[1] - worth[0])
    assert found.levels.tolist() == [0.2, 0.4]


def test_the_odds_ratio_and_its_errors_are_those_of_statsmodels():
    table = rows(2, interaction=0.5, constant=True)
    found = fit_harvest(table, 0.90)
    z = (table["stock"] - 0.2) / 0.2
    design = np.column_stack([np.ones(len(z)), table["worked"], z, table["worked"] * z]).astype(
        float
    )
    other = sm.GLM(table["won"].astype(float), design, family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": table["account"], "df_correction": False}
    )
    low, high = np.exp(other.conf_int(alpha=0.10).to_numpy()[-1])
    assert found.odds_ratio == pytest.approx([np.exp(other.params.iloc[-1]), low, high], rel=2e-3)


@pytest.mark.parametrize("interaction", [0.0, 0.9])
def test_it_finds_a_harvest_where_there_is_one(interaction):
    held, found_one = [], []
    for seed in range(30):
        low, high = fit_harvest(rows(seed, interaction=interaction, count=4000), 0.90).odds_ratio[
            1:
        ]
        held.append(low <= np.exp(interaction) <= high)
        found_one.append(low > 1)
    # Of 30 intervals at 90 %, fewer than 22 hold the truth once in 200 times.
    assert sum(held) >= 22
    assert (sum(found_one) >= 15) if interaction else (sum(found_one) <= 6)


def test_doubling_every_account_brings_nothing_to_know():
    table = rows(4, interaction=0.3, count=3000)
    once, twice = (
        fit_harvest(pd.concat([table] * k, ignore_index=True), 0.90).difference for k in (1, 2)
    )
    np.testing.assert_allclose(twice, once, rtol=0.01, atol=1e-5)


def test_each_deal_stands_in_each_week_in_which_it_was_open(sample, reaped):
    found = region_weeks(sample, "opportunities")
    table, left_out = deal_weeks(sample, found)
    deals = sample.opportunities
    assert left_out == {}
    assert table["won"].sum() == (deals["status"] == "won").sum() == reaped.wins
    assert not table.duplicated(["deal", "week"]).any()
    last = table.groupby("deal")["week"].max()
    closed = deals["closed_at"].dt.tz_convert(sample.timezone).dt.tz_localize(None)
    week = (closed - found.weeks[0]).dt.days // 7
    ended = deals["closed_at"].notna()
    assert (last.loc[ended[ended].index] == week[ended]).all()
    assert (last.loc[ended[~ended].index] == len(found.weeks) - 1).all()
    assert (table["age"] >= 0).all()


def test_work_counts_only_before_the_week(sample):
    found = region_weeks(sample, "opportunities")
    deal = sample.opportunities[sample.opportunities["created_at"] > "2025-01-01"].iloc[0]
    week = pd.Timestamp(deal["created_at"]).tz_convert(sample.timezone).tz_localize(None)
    monday = (week - pd.Timedelta(days=week.weekday())).normalize() + pd.Timedelta(days=7)
    base = sample.touches.iloc[:1].assign(
        opportunity_id=deal["opportunity_id"], lead_id=None, account_id=None
    )
    base = base.assign(team=pd.Categorical(["sales"], ["marketing", "sales"]), initiator="firm")
    base["initiator"] = pd.Categorical(["firm"], ["firm", "buyer"])
    for shift, expected in ((-1, True), (1, False), (-27 * 24, True), (-29 * 24, False)):
        at = (monday + pd.Timedelta(hours=shift)).tz_localize(sample.timezone).tz_convert("UTC")
        touches = base.assign(occurred_at=pd.Series([at], index=base.index).dt.as_unit("us"))
        table, _ = deal_weeks(sample.replace(touches=touches), found)
        here = table[
            (table["deal"] == sample.opportunities.index.get_loc(deal.name))
            & (found.weeks[table["week"]] == monday)
        ]
        assert here["worked"].tolist() == [expected]


def test_the_result_tells_three_half_lives_and_the_main_one_first(reaped):
    assert reaped.worth["half_life"].tolist() == [22, 8, 52]
    assert reaped.frame["stock"].astype(str).tolist() == ["low", "low", "high", "high"]
    worked = reaped.frame.pivot(index="stock", columns="worked", values="chance")
    row = reaped.worth.iloc[0]
    assert row["at_high"] == pytest.approx(worked.loc["high", True] - worked.loc["high", False])
    assert row["difference"] == pytest.approx(row["at_high"] - row["at_low"])


def test_it_refuses_in_plain_words(sample):
    with pytest.raises(NotMeasurable, match="touches"):
        harvest(sample.replace(touches=tables.empty("touches")))
    few = sample.opportunities.assign(
        status=sample.opportunities["status"].where(
            (sample.opportunities["status"] != "won") | (sample.opportunities.index < 60), "lost"
        )
    )
    with pytest.raises(NotMeasurable, match="at least 50"):
        harvest(sample.replace(opportunities=few))
    marketing = sample.touches[sample.touches["team"] == "marketing"].reset_index(drop=True)
    with pytest.raises(NotMeasurable, match="nothing to compare"):
        harvest(sample.replace(touches=marketing))


@pytest.mark.parametrize(
    ("numbers", "form", "words"),
    [
        ({"odds_low": 1.1, "odds_high": 2.0, "low": 0.001, "high": 0.01}, "claim", "more wins"),
        ({"odds_low": 0.4, "odds_high": 0.9, "low": -0.01, "high": -0.001}, "claim", "fewer wins"),
        ({"odds_low": 0.9, "odds_high": 2.0, "low": 0.001, "high": 0.01}, "inconclusive", "cannot"),
        (
            {"odds_low": 1.1, "odds_high": 2.0, "low": -0.001, "high": 0.01},
            "inconclusive",
            "cannot",
        ),
    ],
)
def test_the_finding_needs_both_scales(reaped, numbers, form, words):
    worth = reaped.worth.copy()
    for name, value in numbers.items():
        worth.loc[0, name] = value
    found = findings.brand_harvest(replace(reaped, worth=worth))
    assert found.form == form
    assert words in found.title.en
