"""A real company's exports, in a schema of its own, from mapping to report."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2, norm
from statsmodels.duration.survfunc import SurvfuncRight
from statsmodels.stats.multitest import multipletests

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
        ("02_lead_to_close", "From opportunity to won deal", NO_CREATION, 2),
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


ORIGIN_DAYS = (30, 90, 180, 365)


def _with_zero(rows: pd.DataFrame, day: int, level: float = 0.90) -> tuple[float, ...]:
    """The share won by a day; where none is, with the exact limit behind a zero."""
    share, low, high = _won_by(rows, day, level)
    if share == 0:
        at_risk = (rows["entry"] <= day) & (rows["exit"] >= day)
        high = 1 - ((1 - level) / 2) ** (1 / at_risk.sum())
    return share, low, high


def test_the_shares_won_by_day_equal_statsmodels(html, clock):
    whole, *_ = _tables(_sections(html["02_lead_to_close"])["From lead to won deal"])
    assert len(whole) == 4
    for name, end, day, *told, ended, counted in whole:
        rows = clock[name]
        assert told == _percents(*_with_zero(rows, int(day)), digits=2), (name, day)
        assert end == "won"
        assert ended == f"{int((rows['won'] & (rows['exit'] <= int(day))).sum()):,}"
        assert counted == f"{len(rows):,}"


def test_the_shares_won_by_origin_equal_statsmodels(html, clock):
    _, groups = _tables(_sections(html["02_lead_to_close"])["By where the lead came from"])
    # Leads without an origin are no group.
    assert {row[0] for row in groups} == set(clock) - {"all", "(not recorded)"}
    for name, counted, *told in groups:
        rows = clock[name]
        assert counted == f"{len(rows):,}"
        shares = [_percents(*_with_zero(rows, day)) for day in ORIGIN_DAYS]
        assert told[:4] == [f"{share} ({low} to {high})" for share, low, high in shares], name
        # Nobody is lost here, so that the mean time open is the area under one survival curve.
        open_ = [1 - _won_by(rows, day)[0] for day in range(365)]
        assert told[6].split(" ")[0] == f"{sum(open_):.0f}"


def test_the_sentences_of_lead_to_close_equal_the_files(html, clock):
    section = _sections(html["02_lead_to_close"])["From lead to won deal"]
    said, (curves,) = _bare(section), _pictures(section)
    rows = clock["all"]
    won, still = rows.loc[rows["won"], "exit"], int((~rows["won"]).sum())
    at = {day: _won_by(rows, day) for day in (30, 90, 180, 365)}
    told = tuple(100 * value for value in at[90])
    title = "Of every 100 leads, {:.1f} are won within 90 days ({:.1f} to {:.1f})"
    assert title.format(*told) in said
    assert f"{len(won)} are won, 0 lost and {still:,} still open" in said
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


def _log_rank(a: pd.DataFrame, b: pd.DataFrame) -> float:
    """The log-rank p of two groups with delayed entry, day by day."""
    days = np.unique(np.concatenate([one.loc[one["won"], "exit"] for one in (a, b)]))
    at_risk, ended = (
        np.array(
            [[count(one, day) for day in days] for one in (a, b)],
            dtype=float,
        )
        for count in (
            lambda one, day: ((one["entry"] <= day) & (one["exit"] >= day)).sum(),
            lambda one, day: (one["won"] & (one["exit"] == day)).sum(),
        )
    )
    n, d = at_risk.sum(axis=0), ended.sum(axis=0)
    part = at_risk[0] / n
    spread = d * part * (1 - part) * (n - d) / np.maximum(n - 1, 1)
    return float(chi2.sf((ended[0] - d * part).sum() ** 2 / spread.sum(), 1))


def test_the_origins_are_compared_as_newcombe_log_rank_and_holm_say(html, clock):
    section = _sections(html["02_lead_to_close"])["By where the lead came from"]
    said, (pairs, groups) = _bare(section), _tables(section)
    names = [row[0] for row in groups]
    level = 1 - 0.10 / len(pairs)
    assert len(pairs) == len(names) * (len(names) - 1) // 2 == 45
    shares = {
        name: {day: _with_zero(clock[name], day, level) for day in ORIGIN_DAYS} for name in names
    }
    found = {}
    for pair, _, _, *told in pairs:
        a, b = pair.split(" − ")
        for day, cell in zip(ORIGIN_DAYS, told, strict=True):
            one, other = shares[a][day], shares[b][day]
            numbers = [one[0] - other[0], *_gap(one, other)]
            # Adding 0 makes a rounded −0 a 0.
            gap, low, high = (f"{round(100 * x, 1) + 0:.1f}".replace("-", "−") for x in numbers)
            assert cell == f"{gap} ({low} to {high})", (pair, day)
        found[pair] = _log_rank(clock[a], clock[b])
    adjusted = multipletests(list(found.values()), method="holm")[1]
    for row, p in zip(pairs, adjusted, strict=True):
        assert row[2] == ("< 0.001" if p < 0.001 else f"{p:.3f}"), row[0]
    a, b = re.search(r"Leads from (\w+) are won more often than those from (\w+):", said).groups()
    share_a, share_b = _percents(shares[a][365][0], shares[b][365][0])
    low, high = (100 * end for end in _gap(shares[a][365], shares[b][365]))
    assert f"{share_a} against {share_b} within 365 days ({low:.1f} to {high:.1f} points" in said


def test_the_cohort_triangle_equals_statsmodels(html, raw, clock):
    section = _sections(html["02_lead_to_close"])["By when the lead came"]
    said, (cells,) = _bare(section), _tables(section)
    rows = clock["all"]
    start = raw.loc[rows.index, "start"]
    quarter = "Q" + start.dt.quarter.astype(str) + " " + start.dt.year.astype(str)
    shares = {}
    for name, counted, _, day, *told, won, open_, _ in cells:
        own, age = rows[(quarter == name).to_numpy()], int(day)
        assert counted == f"{len(own):,}"
        shares[name, age] = _won_by(own, age)
        assert told == _percents(*shares[name, age], digits=2), (name, day)
        assert int(won) == (own["won"] & (own["exit"] <= age)).sum()
        at_risk = (own["entry"] <= age) & (own["exit"] >= age)
        assert open_ == f"{at_risk.sum():,}", (name, day)
    recent = (start >= "2018-01-01").to_numpy()
    new, old = _won_by(rows[recent], 274), _won_by(rows[~recent], 274)
    low, high = (100 * end for end in _gap(new, old))
    shown = _percents(new[0], old[0])
    told = f"{shown[0]} within 274 days against {shown[1]} before ({low:.1f} to {high:.1f} points)"
    assert told in said


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
