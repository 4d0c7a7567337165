"""What page 02 says of clocks: each sentence in each form, each number at risk, each table."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from statsmodels.duration.survfunc import survdiff

from alignment import behind, figures, findings
from alignment.errors import NotMeasurable
from alignment.lead_to_close import (
    RecentRate,
    cohort_triangle,
    estimate_clocks,
    find_clocks,
    large_groups,
)
from alignment.lead_to_close.stages import ASSUMPTIONS, METHOD, TimeInStage
from alignment.results import About
from alignment.text import LANGUAGES
from alignment.wording import integer


@pytest.fixture(scope="module")
def by_channel(company):
    """Build clocks of groups of 60: how many of each are won on day 20, and lost on day 40."""

    def build(groups, size=60, as_of=200):
        leads, deals = [], []
        for channel, (won, lost) in groups.items():
            for place in range(size):
                name = f"{channel}{place}"
                leads.append({"lead_id": name, "created_at": place, "channel": channel})
                deal = {"opportunity_id": name, "lead_id": name, "created_at": place}
                if place < won + lost:
                    end = ("won", 20) if place < won else ("lost", 40)
                    deals.append({**deal, "status": end[0], "closed_at": place + end[1]})
        return find_clocks(
            company(leads, deals, as_of=as_of), start="lead", end="won", group="channel"
        )

    return build


@pytest.fixture(scope="module")
def apart(by_channel):
    return estimate_clocks(by_channel({"Search": (30, 10), "Event": (8, 40), "Fair": (9, 20)}))


@pytest.fixture(scope="module")
def alike(by_channel):
    return estimate_clocks(by_channel({"Search": (14, 20), "Event": (12, 20)}))


def said(function, result, form):
    """Check a finding in both languages and give its English words, with plain spaces."""
    found = function(result)
    assert found.form == form
    for language in LANGUAGES:
        assert len(found.title[language]) <= 140, found.title[language]
        assert "nan" not in f"{found.title[language]} {found.detail[language]}".split()
    words = [text.en.replace("\u00a0", " ") for text in (found.title, found.detail)]
    assert not any("n/a" in text for text in words)
    return SimpleNamespace(title=words[0], detail=words[1], key=found.key)


def test_a_difference_is_claimed_with_its_shares_and_its_interval(apart):
    found = said(findings.groups_differ, apart, "claim")
    assert "Leads from Search are won more often than those from Event: 50.0% against 13.3%" in (
        found.title
    )
    assert "within 90 days" in found.title  # the last that both have reached
    row = apart.differences.query(
        "quantity == 'share by day' and day == 90 and group_a == 'Event' and group_b == 'Search'"
    ).iloc[0]
    assert f"({-100 * row['high']:.1f} to {-100 * row['low']:.1f} points more)" in found.title
    assert "3 comparisons" in found.detail
    assert found.key == "groups-differ-channel"


def test_groups_that_are_alike_are_not_ranked(alike):
    found = said(findings.groups_differ, alike, "inconclusive")
    assert found.title.startswith("No clear difference by channel: of Search 23.3% and of Event")


def test_only_what_survives_the_adjustment_is_claimed(by_channel):
    pair = {"Search": (22, 0), "Event": (12, 0)}
    rest = {f"C{place}": (17, 0) for place in range(6)}
    two, eight = (estimate_clocks(by_channel(groups)) for groups in (pair, pair | rest))
    gray = two.tests.query("test == 'Gray' and end == 'won'")["p_value"].iloc[0]
    assert gray < 0.1
    assert said(findings.groups_differ, two, "claim")
    assert said(findings.groups_differ, eight, "inconclusive")
    tests = eight.pairs_tested().set_index(["group_a", "group_b"])
    assert len(tests) == 28
    # Holm multiplies the smallest by the number of pairs.
    assert tests.loc[("Event", "Search"), "gray"] == pytest.approx(min(28 * gray, 1), rel=1e-9)


def test_the_log_rank_p_is_that_of_statsmodels(by_channel):
    result = estimate_clocks(by_channel({"Search": (14, 20), "Event": (7, 20)}))
    frame = result.clocks.frame
    won = (frame["end"] == "won").astype(int)
    expected = survdiff(frame["exit"], won, frame["group"])[1]
    pair = result.pairs_tested().iloc[0]
    assert pair["log_rank"] == pytest.approx(expected, rel=1e-9)
    assert f"log-rank) p = {expected:.2f}" in findings.groups_differ(result).detail.en
    assert f"{expected:.3f}" in behind.group_differences(result, "en").to_text()


def test_groups_without_a_share_are_not_measurable(by_channel):
    few = estimate_clocks(by_channel({"Search": (2, 1), "Event": (1, 2)}, size=9))
    with pytest.raises(NotMeasurable, match="fewer than two groups"):
        findings.groups_differ(few)
    lost = estimate_clocks(by_channel({"Search": (0, 30), "Event": (0, 20)}))
    with pytest.raises(NotMeasurable, match="fewer than two groups"):
        findings.groups_differ(lost)
    with pytest.raises(NotMeasurable, match="fewer than two groups"):
        findings.open_days_differ(replace(few, differences=few.differences.iloc[:0]))


def test_groups_of_one_account_are_not_measurable(by_channel):
    clocks = by_channel({"Search": (30, 10), "Event": (8, 40), "Fair": (9, 20)})
    group = clocks.frame["group"]
    lone = clocks.frame.assign(account_id=group.where(group != "Search", clocks.frame["id"]))
    result = estimate_clocks(replace(clocks, frame=lone))
    assert result.pairs_tested()[["gray", "log_rank"]].isna().all(axis=None)
    assert not len(result.differences)
    for finding in (findings.groups_differ, findings.open_days_differ):
        with pytest.raises(NotMeasurable, match="more than one account") as refused:
            finding(result)
        assert "más de una cuenta" in str(refused.value.reason["es"])
    for lang in LANGUAGES:
        assert "nan" not in behind.group_differences(result, lang).to_text().split()
    # Where two of three stand on several accounts, they are compared and the third is not.
    two = clocks.frame.assign(account_id=group.where(group == "Fair", clocks.frame["id"]))
    found = said(findings.groups_differ, estimate_clocks(replace(clocks, frame=two)), "claim")
    assert "Search" in found.title
    assert "Fair" not in found.title


def test_leads_of_alike_accounts_are_not_called_different_too_soon(by_channel):
    clocks = by_channel({"Search": (22, 0), "Event": (12, 0)})
    plain = estimate_clocks(clocks)
    # Six accounts a channel, each of leads that ended alike.
    rank = clocks.frame.groupby(["group", "end"], observed=True).cumcount() // 8
    of = clocks.frame["group"] + clocks.frame["end"].astype(str) + rank.astype(str)
    by_account = estimate_clocks(replace(clocks, frame=clocks.frame.assign(account_id=of)))
    said(findings.groups_differ, plain, "claim")
    said(findings.groups_differ, by_account, "inconclusive")
    gray = by_account.pairs_tested()["gray"].iloc[0]
    assert gray > 0.1
    assert gray > plain.pairs_tested()["gray"].iloc[0]


def test_days_open_are_the_restricted_means(apart, alike):
    """By hand, within 90 days: of Search 30 for 20 days, 10 for 40 days, and 20 for all 90."""
    found = said(findings.open_days_differ, apart, "claim")
    fair, search = (9 * 20 + 20 * 40 + 31 * 90) / 60, (30 * 20 + 10 * 40 + 20 * 90) / 60
    assert f"Leads from Fair close later than those from Search: {fair:.0f} open days of 90" in (
        found.title
    )
    assert f"against {search:.0f} (" in found.title
    said(findings.open_days_differ, alike, "inconclusive")


def numbers_of(figure, result, lang):
    """Read the numbers beneath a figure of several curves, a list for each name."""
    axes = figure(result, lang=lang)
    texts = [(text.get_text(), text.xyann) for text in axes.texts]
    plt.close(axes.figure)
    lines = {}
    for text, (right, down) in texts:
        lines.setdefault(down, []).append((right, text))
    return {
        next(text for right, text in line if right < -30): [t for right, t in line if right == 0]
        for line in lines.values()
    }


def test_the_numbers_at_risk_printed_are_the_counts(by_channel):
    groups = {"LinkedIn": (30, 10), "Fax": (8, 40)}
    result = estimate_clocks(by_channel(groups, as_of=320))
    for lang in LANGUAGES:
        printed = numbers_of(figures.clock_curves, result, lang)
        for name, (won, lost) in groups.items():
            # The open ones are the last to come, and are followed for 320 days less their place.
            still = range(won + lost, 60)
            on_270 = sum(320 - place >= 270 for place in still)
            counts = (60, len(still), len(still), on_270)
            assert 0 < on_270 < len(still)
            assert printed[name] == [integer(count, lang) for count in counts]


def test_five_curves_at_most_and_the_others_are_named(by_channel):
    groups = {f"C{place}": (20, 10) for place in range(7)}
    result = estimate_clocks(by_channel(groups))
    printed = numbers_of(figures.clock_curves, result, "en")
    assert list(printed) == ["C0", "C1", "C2", "C3", "C4"]
    axes = figures.clock_curves(result, lang="en")
    assert len(axes.lines) == len(axes.collections) == 5  # each curve has its band
    plt.close(axes.figure)
    for words in (figures.clock_curves.subtitle, figures.clock_curves.alt):
        assert "Not drawn: C5 and C6" in words(result).en
        assert "Sin dibujar: C5 y C6" in words(result).es


def test_the_share_ever_won_is_what_is_seen_or_marked_as_extrapolated(apart):
    base = replace(apart, ever=apart.ever.query("end == 'won'"))
    known = {"share": 0.31, "low": 0.25, "high": 0.4, "seen": 0.3, "seen_low": 0.26}
    known |= {"seen_high": 0.34, "seen_by": 199.0}

    def told(**more):
        return replace(base, ever=base.ever.assign(**known | more))

    found = said(findings.ever_won, told(extrapolated=False), "claim")
    assert "Of every 100 leads, 30.0 are won in the end (26.0 to 34.0)" in found.title
    found = said(findings.ever_won, told(extrapolated=True), "inconclusive")
    assert "30.0 are won by day 199" in found.title
    assert "31.0 in the end is an extrapolation (25.0 to 40.0)" in found.title
    for broken in ({"share": np.nan}, {"share": 0.2, "extrapolated": True}):
        with pytest.raises(NotMeasurable):
            findings.ever_won(told(**broken))
    cell = behind.clock_groups(told(extrapolated=True), "es").frame["ever"].iloc[0]
    assert cell.endswith("extrapolado")
    assert "30,0" in behind.clock_groups(told(extrapolated=False), "es").frame["ever"].iloc[0]


def test_a_median_that_does_not_exist_is_said_not_to(apart):
    table = behind.clock_groups(apart, "en").frame.set_index("group")
    assert table.loc["Event", "half"] == "not reached"
    assert table.loc["Search", "half"] == "20"  # its interval has no end
    ever = pd.DataFrame([{**apart.ever.query("end == 'won'").iloc[0], "extrapolated": False}])
    ever = ever.assign(group="Event", share=0.2, low=0.1)
    found = said(findings.ever_won, replace(apart, ever=ever), "claim")
    assert "No median time exists: fewer than half are won" in found.detail
    assert "10% of all is reached on day 20" in found.detail


def test_recent_cohorts_have_three_forms(seeded_company):
    result = cohort_triangle(
        find_clocks(seeded_company(n=1500), start="lead", end="won", group="cohort")
    )
    found = said(findings.recent_cohorts, result, "inconclusive")
    assert "Cohorts since Q3 2025 are younger, not clearly faster" in found.title
    assert "compares ages and not speed" in found.detail
    for low, high, words in ((0.02, 0.08, "have won more"), (-0.08, -0.02, "have won less")):
        moved = replace(result, low=low, high=high)
        assert words in said(findings.recent_cohorts, moved, "claim").title
    with pytest.raises(NotMeasurable, match="no age that both"):
        findings.recent_cohorts(replace(result, common_day=np.nan))
    axes = figures.cohort_triangle(result, lang="en")
    drawn = [text.get_text() for text in axes.texts]
    plt.close(axes.figure)
    cells = result.to_frame().query("state != 'missing'")
    stars = np.where(cells["state"] == "partial", "*", "")
    assert sorted(drawn) == sorted(
        f"{100 * share:.1f}{star}" for share, star in zip(cells["estimate"], stars, strict=True)
    )
    assert "*" in "".join(drawn)


RECENT = RecentRate(0.238, 0.174, 0.321, 6 / 18, 83, 18, 120.0, 365.0, won=6, unit="opportunity")


def test_the_recent_win_rate_crosses_out_the_dashboards():
    found = said(findings.recent_win_rate, RECENT, "claim")
    assert "Of every 100 new opportunities, 23.8 will be won within 365 days" in found.title
    assert "the dashboard’s 33.3 is crossed out" in found.title
    assert "6 won by 18 closed of the 83" in found.detail
    assert "Crossed out: 33.3% of the 18 closed" in figures.recent_win_rate.alt(RECENT).en
    axes = figures.recent_win_rate(RECENT, lang="en")
    (wrong,) = [text for text in axes.texts if text.get_text() == "33.3%"]
    lines = [text for text in axes.texts if text.xycoords is wrong]
    plt.close(axes.figure)
    assert len(lines) == 1  # the line through the number
    near = replace(RECENT, closed_only=0.25)
    assert "by chance" in said(findings.recent_win_rate, near, "inconclusive").title
    for broken in (replace(RECENT, low=np.nan), replace(RECENT, ended=4)):
        with pytest.raises(NotMeasurable):
            findings.recent_win_rate(broken)


def test_a_stage_that_some_never_leave_ends_in_an_arrow():
    frame = pd.DataFrame(
        {
            **{"pipeline": ["Sales"], "stage": ["Legal"], "position": [1.0], "visits": [40]},
            **{"median_days": [12.0], "median_low": [9.0], "median_high": [np.nan]},
            **{"still_there": [15], "too_few": [False]},
        }
    )
    spread = pd.DataFrame(
        {
            **{"pipeline": "Sales", "stage": "Legal", "seen_until": 90.0},
            **{"quantile": [0.1, 0.25, 0.5, 0.75, 0.9], "days": [3, 6, 12, np.nan, np.nan]},
        }
    )
    result = TimeInStage(frame, frame, frame, About(METHOD, 0.9, ASSUMPTIONS), quantiles=spread)
    axes = figures.stages(result, lang="es")
    arrows = [line for line in axes.lines if line.get_marker() == ">"]
    labels = [text.get_text() for text in axes.get_yticklabels()]
    plt.close(axes.figure)
    assert [list(line.get_xdata()) for line in arrows] == [[90.0], [90.0]]
    assert labels == ["Legal\n40 · 15"]


def test_the_names_of_small_groups_never_reach_the_page(by_channel):
    clocks = by_channel({"Search": (30, 10), "Event": (8, 40)})
    odd = clocks.frame.assign(group=clocks.frame["group"].where(clocks.frame.index > 2, "Fax"))
    kept = large_groups(replace(clocks, frame=odd))
    text = behind.group_differences(estimate_clocks(kept), "en").to_text()
    assert "Fax" not in text
    assert "Search" in text
