"""The win rate of the recent days: against a truth, beside the one of closed deals."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from alignment.lead_to_close import find_spells
from alignment.lead_to_close.recent import recent_rate, recent_rates


@pytest.fixture(scope="module")
def spells(seeded_company):
    return find_spells(seeded_company(n=9000))


def test_it_counts_the_open_ones_and_the_dashboard_does_not(spells):
    found = recent_rate(spells, within=120, horizon=300)
    assert found.low < 0.401 < found.high  # 40 % are ever won, nearly all by day 300
    assert found.estimate == pytest.approx(0.401, abs=0.03)
    assert found.closed_only < found.estimate - 0.03  # here losses are the faster ones
    young = spells.frame["followed"] <= 120
    ended = spells.frame["end"] != "open"
    assert (found.started, found.ended) == (young.sum(), (young & ended).sum())


def test_a_change_shows_in_the_recent_days(seeded_company):
    data = seeded_company(n=9000)
    deals = data.opportunities
    late = deals["closed_at"] > data.as_of - pd.Timedelta(days=120)
    lost = late & (np.arange(len(deals)) % 2 == 0)
    worse = data.replace(opportunities=deals.assign(status=deals["status"].where(~lost, "lost")))
    before, after = (recent_rate(find_spells(d), horizon=300) for d in (data, worse))
    assert after.estimate == pytest.approx(before.estimate / 2, abs=0.03)


def test_each_group_and_too_short_a_window(spells, seeded_company):
    data = seeded_company(n=2000)
    group = pd.Series(np.where(np.arange(2000) % 2, "a", "b"), index=data.leads["lead_id"])
    table = recent_rates(find_spells(data, group=group), horizon=150)
    assert table["group"].tolist() == ["a", "b"]
    assert (table["low"] < table["estimate"]).all()
    # Nobody older than 30 days was at risk in 30 days of a company that is 30 days old.
    young = data.replace(as_of=data.observed_from + pd.Timedelta(days=30))
    assert np.isnan(recent_rate(find_spells(young), within=30, horizon=60).estimate)


def test_it_widens_by_what_accounts_share_and_only_by_that(seeded_company):
    data = seeded_company(n=1200)
    own = data.replace(leads=data.leads.assign(account_id=data.leads["lead_id"]))
    plain, alone = (recent_rate(find_spells(one), horizon=200) for one in (data, own))
    assert (alone.low, alone.high) == (plain.low, plain.high)
    # Accounts of leads that ended alike, four each.
    took = data.opportunities.set_index("lead_id")["closed_at"].reindex(data.leads["lead_id"])
    rank = (took.to_numpy() - data.leads["created_at"].to_numpy()).argsort().argsort() // 4
    spells = find_spells(data.replace(leads=data.leads.assign(account_id=[f"A{r}" for r in rank])))
    wide = recent_rate(spells, horizon=200)
    assert wide.estimate == plain.estimate
    assert wide.high - wide.low > 1.1 * (plain.high - plain.low)
    # Each spell three times in its account.
    frame = find_spells(own).frame
    many = pd.concat([frame] * 3, ignore_index=True)
    copies = recent_rate(replace(spells, frame=many), horizon=200)
    assert copies.estimate == pytest.approx(plain.estimate)
    one = recent_rate(replace(spells, frame=frame), horizon=200)
    assert copies.high - copies.low == pytest.approx(one.high - one.low, rel=0.02)
    assert any("leads of one account" in text.en for text in copies.about.assumptions)
