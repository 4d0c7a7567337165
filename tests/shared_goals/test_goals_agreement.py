"""The agreement: what stands on it, how it is kept, and that data are never taken for markup."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import alignment.loading
from alignment import behind, figures, findings
from alignment.agreement import Information, page_html, write_agreement
from alignment.cli import app
from alignment.errors import ExportError, NotMeasurable
from alignment.rewind import rewound
from alignment.shared_goals import (
    compare_targets,
    conversions,
    draft_agreement,
    last_agreement,
    plan_goal,
    prepare,
    read_agreement,
    to_json,
    track_agreement,
)
from alignment.shared_goals.lines import SIGNED
from alignment.shared_goals.measures import MEASURES, Span, Terms, count_line
from alignment.text import Text

HOSTILE = "<script>alert(1)</script> & {x}"
MADE = pd.Timestamp("2026-07-01")


def test_each_line_can_be_measured_and_has_words(agreed):
    assert set(SIGNED) <= set(MEASURES)
    from alignment.vocabulary import LINES

    assert set(SIGNED) == set(LINES)
    assert {one.team for one in agreed.lines} == {"both", "marketing", "sales"}


def test_the_lines_are_those_of_the_plan_and_of_the_last_year(agreed, plan, company):
    lines = {one.name: one for one in agreed.lines}
    assert lines["revenue"].target == plan.goal
    assert lines["accepted_leads"].target == np.ceil(plan.months["accepted"].sum())
    assert lines["sales_hours"].today == 300.0
    accepted = company.lead_stages.query("stage == 'sal'")["entered_at"]
    assert lines["accepted_leads"].today == (accepted > "2025-07-01").sum()
    # Each lead that is handed over is accepted at once: today all are, and all are signed.
    assert lines["acceptance_share"].today == lines["acceptance_share"].target == 1.0


def test_an_agreement_survives_its_file(agreed, tmp_path):
    path = tmp_path / "agreement-20260630-20270630.json"
    path.write_text(to_json(agreed), encoding="utf-8")
    again = read_agreement(path)
    assert to_json(again) == to_json(agreed)
    assert (again.goal, again.by, again.fingerprint) == (agreed.goal, agreed.by, "0123456789ab")
    later = replace(agreed, as_of=agreed.as_of + pd.Timedelta(days=90))
    (tmp_path / "agreement-20260928-20270630.json").write_text(to_json(later), encoding="utf-8")
    assert last_agreement(tmp_path).as_of == later.as_of
    assert last_agreement(tmp_path, path).as_of == agreed.as_of


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"agreement": 9}', '{"agreement": 1}'])
def test_what_is_no_agreement_is_refused(tmp_path, content):
    path = tmp_path / "a.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ExportError) as wrong:
        read_agreement(path)
    assert wrong.value.file == "a.json"
    assert wrong.value.cure
    with pytest.raises(ExportError):
        read_agreement(tmp_path / "none.json")
    with pytest.raises(NotMeasurable):
        last_agreement(tmp_path)


@pytest.fixture(scope="module")
def half_a_year(company):
    """An agreement of January, and its lines at the end of June."""
    then = rewound(company, pd.Timestamp("2025-12-31 23:00", tz="UTC"))
    setting = prepare(then, samples=20, draws=200, seed=1)
    plan = plan_goal(setting, goal=10_000_000, by="2026-12-31")
    return draft_agreement(then, plan)


def test_each_line_is_kept_missed_or_not_measurable(half_a_year, company):
    found = track_agreement(half_a_year, company)
    rows = found.frame.set_index("name")
    assert set(rows["state"]) <= {"kept", "missed", "not measurable"}
    assert rows.loc["review", "state"] == "not measurable"
    assert set(found.why) >= {"review"}
    deals = company.opportunities
    won = deals[(deals["status"] == "won") & (deals["closed_at"] >= "2026-01-01")]
    assert rows.loc["revenue", "actual"] == pytest.approx(won["amount"].sum())
    months = half_a_year.months.set_index("month")["revenue"]
    due = 10_000_000 * months[:"2026-06"].sum() / months.sum()
    assert rows.loc["revenue", "due"] == pytest.approx(due)
    kept = rows["actual"] >= rows["due"]
    known = rows["state"] != "not measurable"
    assert ((rows["state"] == "kept") == kept)[known].all()


def test_wins_without_an_amount_are_not_revenue_missed(half_a_year, company):
    free = company.replace(opportunities=company.opportunities.assign(amount=0.0))
    found = track_agreement(half_a_year, free)
    assert found.frame.set_index("name").loc["revenue", "state"] == "not measurable"
    assert "carries an amount above 0" in found.why["revenue"].en
    # Where nothing was won, revenue is a plain nothing.
    none = company.opportunities[(company.opportunities["status"] != "won").to_numpy(bool)]
    found = track_agreement(half_a_year, company.replace(opportunities=none))
    assert found.frame.set_index("name").loc["revenue", "state"] == "missed"


def test_what_was_won_before_the_agreement_is_due_from_its_first_day(half_a_year, company):
    deals = company.opportunities
    year = deals[(deals["status"] == "won") & (deals["closed_at"] >= "2025-01-01")]
    won = float(year.loc[year["closed_at"] < "2026-01-01", "amount"].sum())
    whole = (replace(one, target=2 * won) for one in half_a_year.lines if one.name == "revenue")
    since = replace(half_a_year, lines=tuple(whole), since=pd.Timestamp("2025-01-01"))
    row = track_agreement(since, company).frame.iloc[0]
    months = half_a_year.months.set_index("month")["revenue"]
    assert row["due"] == pytest.approx(won * (1 + months[:"2026-06"].sum() / months.sum()))


def test_sums_are_met_by_the_rate_of_a_year(agreed):
    (revenue,) = (one for one in agreed.lines if one.name == "revenue")
    # Six months are to win what the last twelve won: that is twice their rate.
    half = replace(
        agreed,
        lines=(
            replace(revenue, target=1e6, today=1.5e6),
            replace(revenue, target=7e5, today=1.5e6),
        ),
        since=pd.Timestamp("2026-07-01"),
        by=pd.Timestamp("2026-12-31"),
    )
    said = findings.signed_lines(half)
    assert said.title["en"].startswith("Of the 2 lines")
    assert said.title["en"].endswith("met 1")
    assert findings.signed_lines(replace(half, lines=half.lines[1:])).detail is None
    # The table says which, so that the count can be checked.
    assert [half.met(one) for one in half.lines] == [False, True]
    told = behind.signed_lines(half, "en").to_html()
    assert told.count(">no<") == told.count(">yes<") == 1


def test_the_table_to_sign_says_the_limit_and_the_clock_of_a_line(agreed):
    html = behind.signed_lines(agreed, "en").to_html()
    assert "Leads touched in time by sales: 24\xa0h of working time" in html
    assert "Leads with a verdict in time: 7\xa0days" in html
    promise = next(one for one in agreed.lines if one.unit == "promise")
    assert agreed.met(promise) is None


def test_the_hours_signed_are_those_of_the_sentence_even_for_the_next_day(company, setting):
    plan = plan_goal(setting, goal=1_000_000, by="2026-07-01")
    lines = {one.name: one for one in draft_agreement(company, plan).lines}
    assert lines["sales_hours"].target == np.ceil(plan.months["hours"].sum() * 7)


def test_half_a_month_is_half_due(half_a_year, company):
    middle = rewound(company, pd.Timestamp("2026-01-15 23:00", tz="UTC"))
    rows = track_agreement(half_a_year, middle).frame.set_index("name")
    months = half_a_year.months["accepted"]
    target = rows.loc["accepted_leads", "target"]
    due = target * months.iloc[0] * 15 / 31 / months.sum()
    assert rows.loc["accepted_leads", "due"] == pytest.approx(due)


def test_an_agreement_of_today_has_nothing_to_track(agreed, company):
    with pytest.raises(NotMeasurable):
        track_agreement(agreed, company)


def test_money_of_another_currency_is_not_compared(half_a_year, company):
    found = track_agreement(replace(half_a_year, currency="USD"), company)
    assert found.frame.set_index("name").loc["revenue", "state"] == "not measurable"


def test_a_share_of_too_few_says_nothing(company):
    day = pd.Timestamp("2026-06-30")
    with pytest.raises(NotMeasurable):
        count_line("reason_share", company, Span(day, day), Terms())


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_page_says_all_and_takes_no_word_for_markup(agreed, plan, company, half_a_year, lang):
    page = page_html(
        replace(agreed, words={"lead": HOSTILE}),
        plan,
        company,
        lang,
        made_on=MADE,
        information=[Information(Text.same("ρ"), Text(en="<b>x</b>", es="<b>x</b>"))],
        tracking=track_agreement(half_a_year, company),
    )
    assert "<script" not in page
    assert "<b>x</b>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; {x}" in page
    assert f'<html lang="{lang}" class="A4">' in page
    assert "0123456789ab" in page
    signs = {"es": "Firma marketing", "en": "Marketing signs"}[lang]
    bonus = {"es": "nunca como métrica de bono", "en": "never a bonus metric"}[lang]
    for words in (signs, bonus, {"es": "El acta anterior", "en": "The last agreement"}[lang]):
        assert words in page
    assert "http" not in page.replace("http-equiv", "")


def test_an_infeasible_goal_is_said_on_the_page_itself(setting, company):
    plan = plan_goal(setting, goal=18_000_000, by="2027-06-30")
    page = page_html(
        draft_agreement(company, plan), plan, company, "es", made_on=MADE, paper="letter"
    )
    assert "No es viable tal como está" in page
    assert "size: letter" in page


def test_long_plans_stand_by_quarter(company):
    few = prepare(company, samples=5, draws=50, seed=1)
    plan = plan_goal(few, goal=3_000_000, by="2028-12-31")
    page = page_html(draft_agreement(company, plan), plan, company, "es", made_on=MADE)
    assert "El plan por trimestre" in page
    assert "T4 2028" in page


@pytest.mark.parametrize(("by", "cut"), [("2027-06-15", True), ("2027-06-30", False)])
def test_a_month_that_the_goal_cuts_says_so(setting, company, by, cut):
    plan = plan_goal(setting, goal=12_000_000, by=by)
    for lang, said in (("en", ", to Jun 15, 2027"), ("es", ", hasta el 15 jun 2027")):
        last = behind.plan_months(plan, lang).frame.iloc[-1, 0]
        assert last.endswith(said) == cut
        agreed = draft_agreement(company, plan)
        page = page_html(agreed, plan, company, lang, made_on=MADE)
        assert page.count(said) == int(cut)
        assert ("15" in figures.plan_ladder.subtitle(plan)[lang]) == cut


@pytest.fixture
def run(company, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").mkdir()
    monkeypatch.setattr(alignment.loading, "load", lambda folder, **options: company)
    quick = ("--no-pdf", "--no-information")
    return lambda *words: CliRunner().invoke(app, ["agreement", "x", *words, *quick])


def test_the_command_writes_a_page_a_language_and_the_file(run, tmp_path):
    done = run("--goal", "13000000", "--by", "2027-06-30", "--lang", "es,en", "--out", "o")
    assert done.exit_code == 0, done.output
    names = {path.name for path in (tmp_path / "o").iterdir()}
    stem = "agreement-20260630-20270630"
    assert names == {f"{stem}.json", f"{stem}-es.html", f"{stem}-en.html"}
    assert json.loads((tmp_path / "o" / f"{stem}.json").read_text("utf-8"))["goal"] == 13_000_000
    assert "80\u00a0%" in done.output
    again = run("--goal", "12000000", "--by", "2027-06-30", "--out", "o")
    assert again.exit_code == 2
    assert "signed" in again.output


@pytest.mark.parametrize(
    "words",
    [("--by", "soon"), ("--paper", "A5"), ("--lang", "fr"), ("--probability", "2")],
)
def test_the_command_refuses_what_means_nothing(run, words):
    done = run("--goal", "1000000", *words)
    assert done.exit_code == 2
    assert "Traceback" not in done.output


def test_templates_come_from_the_command(tmp_path):
    done = CliRunner().invoke(app, ["check", str(tmp_path), "--write-templates"])
    assert done.exit_code == 0
    assert done.output.count("Written") == 3
    done = CliRunner().invoke(app, ["check", str(tmp_path), "--write-templates"])
    assert done.output.count("Left as it is") == 3


def test_wrong_own_files_stop_the_agreement(company, tmp_path):
    (tmp_path / "definitions.toml").write_text("[goal]\namount = 'much'\n", encoding="utf-8")
    with pytest.raises(ExportError, match=r"definitions\.toml"):
        write_agreement(company, tmp_path, tmp_path / "o", print_pdf=False, teams=False)


@pytest.fixture(scope="module")
def targets(setting):
    return compare_targets(setting)


@pytest.fixture(scope="module")
def rates(setting):
    return conversions(setting)


def test_findings_take_their_three_forms(plan, agreed, targets, rates, company, half_a_year):
    tracked = track_agreement(half_a_year, company)
    pairs = [
        (findings.goal_plan, plan),
        (findings.goal_chances, plan),
        (findings.first_lever, plan),
        (findings.capacity_frontier, plan),
        (findings.conversion_rates, rates),
        (findings.targets_agree, targets),
        (findings.on_track, targets),
        (findings.signed_lines, agreed),
        (findings.tracked_lines, tracked),
    ]
    for say, result in pairs:
        said = say(result)
        assert said.form in ("claim", "inconclusive")
        for lang in ("en", "es"):
            assert any(sign.isdigit() for sign in said.title[lang])
    gap = targets.gap.assign(low=0.8, high=1.3)
    assert findings.targets_agree(replace(targets, gap=gap)).form == "inconclusive"
    alike = targets.gap.assign(low=0.95, high=1.05)
    assert findings.targets_agree(replace(targets, gap=alike)).form == "claim"
    for missing in (replace(targets, gap=gap.head(0)), replace(targets, track=targets.track[:0])):
        say = findings.targets_agree if not len(missing.gap) else findings.on_track
        with pytest.raises(NotMeasurable):
            say(missing)
    unsure = targets.track.assign(chance=0.5)
    assert findings.on_track(replace(targets, track=unsure)).form == "inconclusive"
    blind = replace(plan, effort=None, no_effort=Text.same("Not measurable: no hours."))
    with pytest.raises(NotMeasurable):
        findings.capacity_frontier(blind)


@pytest.mark.parametrize("lang", ["es_MX"])
def test_figures_and_tables_are_drawn_in_each_language(plan, agreed, targets, rates, lang):
    drawn = {
        "plan_ladder": plan,
        "goal_chance": plan,
        "capacity_frontier": plan,
        "goal_levers": plan,
        "implied_revenue": targets,
        "conversion_lags": rates,
    }
    for name, result in drawn.items():
        picture = getattr(figures, name).exhibit(result, lang)
        assert any(sign.isdigit() for sign in picture.alt)
    written = {
        "plan_months": plan,
        "goal_volumes": plan,
        "goal_levers": plan,
        "conversion_steps": rates,
        "implied_revenue": targets,
        "goal_track": targets,
        "signed_lines": agreed,
    }
    for name, result in written.items():
        assert "<table" in getattr(behind, name)(result, lang).to_html()
