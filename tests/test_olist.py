"""A real company's exports, in a schema of its own, from mapping to report."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from statsmodels.duration.survfunc import SurvfuncRight

from alignment import figures, load
from alignment.dataset import Dataset
from alignment.lead_to_close import lead_to_close
from alignment.report import build

ROOT = Path(__file__).resolve().parents[1]
OLIST = ROOT.parent / "shared" / "data" / "olist"
MAPPING = ROOT / "tests" / "mappings" / "olist.toml"

pytestmark = pytest.mark.skipif(
    not OLIST.is_dir(), reason="the Olist marketing funnel is not on this machine"
)


def _words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


def _bare(html: str) -> str:
    return _words(html).strip().replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("olist") / "reports"
    build(OLIST, out, languages=("en",), mapping=MAPPING)
    return {path.stem: path.read_text(encoding="utf-8") for path in (out / "en").glob("*.html")}


@pytest.fixture(scope="module")
def pages(html: dict[str, str]) -> dict[str, str]:
    return {name: _words(page) for name, page in html.items()}


def _sections(page: str) -> dict[str, str]:
    """Cut a page at its second headings."""
    heads = list(re.finditer(r"<h2[^>]*>(.*?)</h2>", page, re.S))
    ends = [head.start() for head in heads[1:]] + [len(page)]
    return {_bare(head[1]): page[head.end() : end] for head, end in zip(heads, ends, strict=True)}


def _tables(section: str) -> list[list[list[str]]]:
    """Read the cells of each table below its head."""
    return [
        [
            [_bare(cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
            for row in re.findall(r"<tr>(.*?)</tr>", table.split("</thead>")[1], re.S)
        ]
        for table in re.findall(r"<table>(.*?)</table>", section, re.S)
    ]


def _pictures(section: str) -> list[str]:
    return [_bare(alt) for alt in re.findall(r'<img alt="([^"]*)"', section)]


def _percents(*shares: float, digits: int = 1) -> list[str]:
    return [f"{100 * share:.{digits}f}%" for share in shares]


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    """The two files joined: ``start``, ``won`` (instants), ``origin``."""
    leads = pd.read_csv(OLIST / "olist_marketing_qualified_leads_dataset.csv")
    deals = pd.read_csv(OLIST / "olist_closed_deals_dataset.csv", usecols=["mql_id", "won_date"])
    rows = leads.merge(deals, on="mql_id", how="left")
    return pd.DataFrame(
        {
            "start": pd.to_datetime(rows["first_contact_date"]),
            "won": pd.to_datetime(rows["won_date"]),
            "origin": rows["origin"].fillna("(not recorded)"),
        }
    )


def _log_log(share: float, error: float, level: float) -> tuple[float, float]:
    """The interval of one minus a survival on the log(−log) scale, from its standard error."""
    half = norm.ppf((1 + level) / 2) * error / ((1 - share) * -np.log1p(-share))
    down, up = np.exp(np.log(-np.log1p(-share)) + np.array([-half, half]))
    return -np.expm1(-down), -np.expm1(-up)


def _by_statsmodels(time, event, day, entry=None, level=0.90) -> tuple[float, float, float]:
    """Share by a day with its interval; missing where fewer than ten are followed so far."""
    if not np.any(event & (time <= day)):
        return 0.0, 0.0, np.nan
    fit = SurvfuncRight(time, event.astype(int), entry=entry)
    place = np.searchsorted(fit.surv_times, day, side="right") - 1
    share = 1 - fit.surv_prob[place]
    return share, *_log_log(share, fit.surv_prob_se[place], level)


@pytest.fixture(scope="module")
def funnel(raw) -> dict[str, tuple]:
    """Leads, wins so far, and the share won by day 180, of each cohort that is on record."""
    seen = raw[raw["start"] >= raw["won"].min().normalize()]
    days = (seen["won"].fillna(raw["won"].max()) - seen["start"]) / pd.Timedelta(days=1)
    days, event = days.clip(lower=0).to_numpy(), seen["won"].notna().to_numpy()
    quarters = "Q" + seen["start"].dt.quarter.astype(str) + " " + seen["start"].dt.year.astype(str)
    found = {}
    for name in ["all", *quarters[seen["start"].sort_values().index].unique()]:
        own = np.ones(len(seen), bool) if name == "all" else (quarters == name).to_numpy()
        told = _by_statsmodels(days[own], event[own], 180)
        found[name] = (int(own.sum()), int(event[own].sum()), *told)
    return found


@pytest.fixture(scope="module")
def clock(raw) -> dict[str, pd.DataFrame]:
    """Whole days from lead to won, by origin: ``entry``, ``exit``, ``won``."""
    begun, won = raw["start"].dt.normalize(), raw["won"].dt.normalize()
    rows = pd.DataFrame(
        {
            "entry": (won.min() - begun).dt.days.clip(lower=0),
            "exit": (won.fillna(won.max()) - begun).dt.days,
            "won": won.notna(),
            "origin": raw["origin"],
        }
    )
    rows = rows[rows["exit"] >= 0]
    return {"all": rows} | dict(iter(rows.groupby("origin")))


def _won_by(rows: pd.DataFrame, day: int, level: float = 0.90) -> tuple[float, float, float]:
    # Theirs is at risk when entry < t; half a day earlier makes it entry <= t on whole days.
    entry = rows["entry"].to_numpy() - 0.5
    return _by_statsmodels(rows["exit"].to_numpy(), rows["won"].to_numpy(), day, entry, level)


def _gap(a: tuple[float, ...], b: tuple[float, ...], wider: float = 1.0) -> tuple[float, float]:
    """Newcombe's interval of a − b, its arms stretched."""
    gap = a[0] - b[0]
    down, up = np.hypot(a[0] - a[1], b[2] - b[0]), np.hypot(a[2] - a[0], b[0] - b[1])
    return gap - wider * down, gap + wider * up


def test_the_mapping_is_short():
    assert len(MAPPING.read_text(encoding="utf-8").splitlines()) <= 40


@pytest.fixture(scope="module")
def data() -> Dataset:
    return load(OLIST, mapping=MAPPING)


def test_the_ledger_and_the_window_say_what_is_odd(data):
    assert data.ledger.totals.to_dict() == {
        "rows_read": 8842,
        "rows_kept": 8842,
        "rows_merged": 0,
        "rows_set_aside": 0,
    }
    notes = data.ledger.notes.set_index("rule")
    assert notes.loc["won-before-lead", "rows"] == 1
    assert "174 days after the first lead" in notes.loc["left-truncation", "message"]
    assert data.observed_from == pd.Timestamp("2017-12-05", tz="UTC")


def test_a_page_without_its_data_says_so_in_one_sentence(pages):
    for name in ("03_attribution", "04_long_and_short"):
        assert "Not measurable: " in pages[name]
        assert "dated touches" in pages[name]


def test_the_probability_and_the_naive_average_stand_beside_each_other(pages, data):
    at = lead_to_close(data).to_frame().query("end == 'won'")
    page = pages["02_lead_to_close"]
    for row in at[at["day"].isin([30, 90, 180])].itertuples():
        for number in (row.estimate, row.low, row.high):
            assert f"{100 * number:.2f}%" in page
    assert "The usual average, 49 days to a win, counts 841 wins and leaves out 7,158" in page


def test_the_first_page_says_what_cannot_be_measured_yet(pages):
    assert "10.8 are won within 90 days" in pages["index"]
    assert "no dated touches" in pages["index"]


def test_the_funnel_by_cohort_equals_statsmodels(html, funnel):
    section = _sections(html["01_handoff"])["How far leads come"]
    steps, cohorts = _tables(section)
    leads, _, *told = funnel["all"]
    assert steps == [["Leads", "Won", f"{leads:,}", *_percents(*told), "n/a", "0"]]
    assert [row[0] for row in cohorts] == list(funnel)
    for row in cohorts:
        leads, so_far, *told = funnel[row[0]]
        assert row[1:] == ["Won", f"{leads:,}", f"{so_far:,}", *_percents(*told)]


def test_the_sentences_and_pictures_of_the_funnel_say_the_same(html, raw, funnel):
    section = _sections(html["01_handoff"])["How far leads come"]
    said, (dots, lines) = _bare(section), _pictures(section)
    leads, _, share, low, high = funnel["all"]
    assert f"Of every 100 leads, {100 * share:.1f} are won within 180 days" in said
    assert f"Won: {100 * low:.1f} to {100 * high:.1f} of every 100" in said
    assert f"Counted over {leads:,} leads" in said
    assert dots.endswith("Won {} ({} to {}).".format(*_percents(share, low, high)))
    first, *_, last = (name for name in funnel if name != "all")
    a, b = funnel[first][2:], funnel[last][2:]
    (share_a, *around_a), (share_b, *around_b) = _percents(*a), _percents(*b)
    told = "Won: from {} of the leads of {} ({} to {}) to {} of {} ({} to {})"
    assert told.format(share_a, first, *around_a, share_b, last, *around_b) in said
    low, high = _gap(b, a)
    assert f"Change: {100 * (b[0] - a[0]):.1f} points ({100 * low:.1f} to {100 * high:.1f})" in said
    assert lines.endswith(f"Won from {share_a} in {first} to {share_b} in {last}.")
    early = int((raw["start"] < raw["won"].min().normalize()).sum())
    assert f"Created before stages were recorded: {early:,}" in said
    assert f"Stages dated before the lead: {int((raw['won'] < raw['start']).sum())}" in said


NO_HANDOFF = "Not measurable: no lead carries the moment at which it was handed over (MQL)."
NO_MOVER = "Not measurable: the stage history does not say who moved a lead."
NO_CREATION = "Not measurable: among the opportunities, none carries a creation date."
NO_STAGES = "Not measurable: the exports hold no stage history of opportunities."


@pytest.mark.parametrize(
    ("page", "title", "sentence", "times"),
    [
        ("01_handoff", "How soon sales takes over", NO_HANDOFF, 3),
        ("01_handoff", "Does the wait matter?", NO_HANDOFF, 2),
        ("01_handoff", "What sales says to the leads", NO_HANDOFF, 3),
        ("01_handoff", "Who moves which stage", NO_MOVER, 2),
        ("01_handoff", "Volume or hands", NO_HANDOFF, 1),
        ("02_lead_to_close", "From opportunity to won deal", NO_CREATION, 1),
        ("02_lead_to_close", "Time in each stage", NO_STAGES, 1),
        ("02_lead_to_close", "What moves the clock", NO_CREATION, 1),
        ("02_lead_to_close", "Open pipeline", NO_CREATION, 1),
        ("02_lead_to_close", "Deals that have stood still", NO_CREATION, 1),
        ("02_lead_to_close", "What the dashboard says, what happened", NO_CREATION, 2),
    ],
)
def test_what_the_exports_cannot_tell_is_said_where_it_is_asked(html, page, title, sentence, times):
    section = _sections(html[page])[title]
    assert _bare(section).count("Not measurable: ") == _bare(section).count(sentence) == times
    assert not _tables(section)
    assert not _pictures(section)


def test_the_files_hold_indeed_no_touch_stage_loss_or_creation_of_a_deal():
    deals = pd.read_csv(OLIST / "olist_closed_deals_dataset.csv", nrows=5)
    leads = pd.read_csv(OLIST / "olist_marketing_qualified_leads_dataset.csv", nrows=5)
    assert [name for name in (*deals, *leads) if "date" in name] == [
        "won_date",
        "first_contact_date",
    ]
    assert not [name for name in (*deals, *leads) if re.search("stage|status|lost|touch", name)]


def test_the_shares_won_by_origin_equal_statsmodels(html, clock):
    sections = _sections(html["02_lead_to_close"])
    whole, _ = _tables(sections["From lead to won deal"])
    (groups,) = _tables(sections["By where the lead came from"])
    assert len(whole) == 4
    assert {row[0] for row in groups} == set(clock) - {"all"}
    for name, end, day, *told, ended, counted in whole + groups:
        rows = clock[name]
        share, low, high = _won_by(rows, int(day))
        if share == 0:  # the exact limit behind a zero
            at_risk = (rows["entry"] <= int(day)) & (rows["exit"] >= int(day))
            high = 1 - 0.05 ** (1 / at_risk.sum())
        assert told == _percents(share, low, high, digits=2), (name, day)
        assert end == "won"
        assert ended == f"{int((rows['won'] & (rows['exit'] <= int(day))).sum()):,}"
        assert counted == f"{len(rows):,}"


def test_the_sentences_of_lead_to_close_equal_the_files(html, clock):
    section = _sections(html["02_lead_to_close"])["From lead to won deal"]
    said, (curves,) = _bare(section), _pictures(section)
    rows = clock["all"]
    won, still = rows.loc[rows["won"], "exit"], int((~rows["won"]).sum())
    at = {day: _won_by(rows, day) for day in (30, 90, 180, 365)}
    told = tuple(100 * value for value in at[90])
    title = "Of every 100 leads, {:.1f} are won within 90 days ({:.1f} to {:.1f})"
    assert title.format(*told) in said
    assert f"{len(won)} won, 0 lost and {still:,} still open" in said
    parts = [
        "{} won by day {} ({} to {})".format(
            _percents(at[day][0])[0], day, *_percents(*at[day][1:])
        )
        for day in at
    ]
    assert curves.endswith("; ".join(parts) + ".")
    naive = [f"{won.mean():.1f}", f"{won.median():.1f}", "100.0%", str(len(won)), "0", f"{still:,}"]
    assert _tables(section)[1] == [["all", *naive]]
    assert f"The usual average, {won.mean():.0f} days to a win" in said


def test_the_day_of_the_median_win_equals_a_jackknife(html, clock):
    said = _bare(_sections(html["02_lead_to_close"])["From lead to won deal"])
    rows, days = clock["all"], np.arange(366)
    ended = rows["won"].to_numpy()[:, None] & (rows["exit"].to_numpy()[:, None] == days)
    there = (rows["entry"].to_numpy()[:, None] <= days) & (rows["exit"].to_numpy()[:, None] >= days)
    # Leave out one lead at a time: it takes itself from both counts.
    left = 1 - (ended.sum(axis=0) - ended) / (there.sum(axis=0) - there)
    without = 1 - np.cumprod(left, axis=1)
    share = 1 - np.cumprod(1 - ended.sum(axis=0) / there.sum(axis=0))
    gap = share - share[-1] / 2
    error = np.sqrt(((without - without[:, -1:] / 2) - gap).var(axis=0) * (len(rows) - 1))
    inside = np.flatnonzero(np.abs(gap) <= norm.ppf(0.95) * error)
    median = np.argmax(gap >= 0)
    # A step keeps its value until the next day.
    assert f"half are won by day {median} ({inside[0]} to {inside[-1] + 1})" in said


def test_the_origins_are_compared_as_newcombe_and_bonferroni_say(html, clock):
    section = _sections(html["02_lead_to_close"])["By where the lead came from"]
    said, (dots,) = _bare(section), _pictures(section)
    shown = dict(re.findall(r"(?:\. |; )([^;.]+?) (\d+\.\d%) \(", dots))
    assert set(shown) < set(clock)
    for name, share in shown.items():
        told = _won_by(clock[name], 180)
        assert share == _percents(told[0])[0]
        assert "{} {} ({} to {})".format(name, share, *_percents(*told[1:])) in dots
    # The leads without an origin are shown and not compared.
    known = {name: _won_by(clock[name], 180) for name in shown if name != "(not recorded)"}
    pairs = len(known) * (len(known) - 1) // 2
    wider = norm.ppf(1 - 0.05 / pairs) / norm.ppf(0.95)
    gaps = {
        (a, b): (known[a][0] - known[b][0], *_gap(known[a], known[b], wider))
        for a in known
        for b in known
    }
    (a, b), (_, low, high) = max(
        ((pair, gap) for pair, gap in gaps.items() if gap[1] > 0), key=lambda one: one[1][0]
    )
    shares = _percents(known[a][0], known[b][0])
    title = f"{a} leads are won more often than {b} leads: {shares[0]} against {shares[1]}"
    assert title in said
    told = f"Difference {100 * low:.1f} to {100 * high:.1f} points"
    assert f"{told}, bounds widened for {pairs} comparisons" in said


def test_the_curve_that_is_drawn_is_that_of_statsmodels(clock, data):
    axes = figures.incidence(lead_to_close(data), lang="en")
    (line,) = [line for line in axes.get_lines() if len(line.get_xdata()) > 10]
    day, drawn = line.get_xdata(), line.get_ydata()
    rows = clock["all"]
    fit = SurvfuncRight(rows["exit"], rows["won"].astype(int), entry=rows["entry"] - 0.5)
    place = np.searchsorted(fit.surv_times, day, side="right")
    np.testing.assert_allclose(drawn, 1 - np.append(1.0, fit.surv_prob)[place], atol=1e-10)
    ticks = [label.get_text().split("\n") for label in axes.get_xticklabels()]
    at_risk = {
        str(day): int(((rows["entry"] <= day) & (rows["exit"] >= day)).sum())
        for day in (0, 90, 180, 270, 365)
    }
    assert ticks == [[day, f"{count:,}"] for day, count in at_risk.items()]
    plt.close(axes.figure)
