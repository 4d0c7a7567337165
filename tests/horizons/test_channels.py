"""Payback and evidence by channel, and what is said of experiments, in each of their forms."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from passing import checks_of

from alignment import behind, findings, vocabulary
from alignment.errors import ArgumentError, NotMeasurable
from alignment.horizons import channels, long_and_short
from alignment.horizons.channels import narrowed, payback, spend_of
from alignment.horizons.effects import LAST_WEEK, MARKETING, Responses
from alignment.horizons.experiments import Lifts
from alignment.horizons.measured import Experiment
from alignment.horizons.model import prior_fit
from alignment.text import LANGUAGES

FIRST = "Paid Search (brand)"


@pytest.fixture(scope="module")
def model(sample):
    return long_and_short(sample, replicates=20)


def told(model, verdict="told"):
    return replace(model, effects=model.effects.assign(verdict=verdict))


def returning(model, each_week):
    """Give every channel draws that bring back a share of its spend in each of 156 weeks."""
    names, spend = model.draws["value"].names, spend_of(model)
    each_week = np.asarray(each_week, dtype=float)
    draws = np.stack(
        [
            np.repeat((each_week * spend.get(name, 1.0))[:, np.newaxis], LAST_WEEK, axis=1)
            for name in names
        ],
        axis=1,
    )
    return replace(model, draws={"value": Responses(names, draws, draws, "value", 60.0)})


def without_lifts(model):
    fit = replace(model.fit, experiments=())
    return replace(model, lifts=None, fit=fit)


def test_the_week_of_payback_is_the_first_that_reaches_the_spend(model):
    made = returning(model, [0.1] * 20)
    cost = spend_of(made)[FIRST]
    assert payback(made, FIRST, cost, 1.0, 0.9) == (10, 10, 10)
    assert payback(made, FIRST, cost, 0.5, 0.9) == (20, 20, 20)
    # 1/156 a week is just enough, and a little less is not.
    assert payback(returning(model, [1.0001 / 156]), FIRST, cost, 1.0, 0.9)[0] == 156
    assert payback(returning(model, [0.9 / 156]), FIRST, cost, 1.0, 0.9) == (np.inf,) * 3


def test_draws_without_payback_are_in_its_interval(model):
    # Of 100 draws, 80 pay back in week 2 and 20 never: the upper limit of 90 % is open.
    made = returning(model, [0.5] * 80 + [0.0] * 20)
    cost = spend_of(made)[FIRST]
    assert payback(made, FIRST, cost, 1.0, 0.9) == (2, 2, np.inf)
    assert payback(made, FIRST, cost, 1.0, 0.5) == (2, 2, 2)


def test_all_marketing_has_a_line_where_all_of_it_has_spend(model):
    spend = spend_of(model)
    assert spend[MARKETING] == pytest.approx(sum(v for k, v in spend.items() if k != MARKETING))
    drivers = model.panel.drivers.copy()
    drivers.loc[0, "unit"] = "touches"
    assert MARKETING not in spend_of(replace(model, panel=replace(model.panel, drivers=drivers)))


class TestGrades:
    """What each line rests on."""

    def grades(self, model, checks, regions=None):
        frame = channels(model, checks, regions).frame
        return dict(zip(frame["driver"], frame["grade"], strict=True))

    def test_the_weekly_series(self, model):
        made = without_lifts(told(model))
        checks = checks_of(model, ("placebo channel", FIRST))
        grades = self.grades(made, checks)
        assert grades[FIRST] == "D"  # shuffled copies bring as much
        assert grades["LinkedIn"] == "C"
        assert grades[MARKETING] == "C"

    def test_what_the_data_hardly_narrowed_is_an_assumption(self, model):
        grades = self.grades(without_lifts(told(model, "cannot tell")), checks_of(model))
        assert set(grades.values()) == {"D"}

    def test_regions_that_tell_an_effect_of_the_objective(self, model, sample):
        from alignment.horizons import panel

        regions = panel(sample)
        frame = regions.frame.assign(told=[True, False])
        regions = replace(regions, frame=frame, persistence=0.0)
        made = without_lifts(told(model))
        grades = self.grades(made, checks_of(model), regions)
        assert grades[FIRST] == grades["Paid Social"] == "B"
        assert grades["LinkedIn"] == "C"
        wandering = replace(regions, persistence=0.2)
        assert self.grades(made, checks_of(model), wandering)[FIRST] == "C"

    def test_an_experiment_that_says_much(self, model):
        sharp = Experiment("LinkedIn", 0.5, 0.01, 52)
        fit = replace(model.fit, experiments=(sharp,))
        made = replace(told(model, "cannot tell"), fit=fit, lifts=None)
        grades = self.grades(made, checks_of(model))
        assert grades["LinkedIn"] == "A"
        assert grades[FIRST] == "D"

    @pytest.mark.parametrize("failed", ["placebo date", "forecast"])
    def test_a_vetoed_model_has_no_grade_and_shows_no_number(self, model, failed):
        sharp = Experiment("LinkedIn", 0.5, 0.01, 52)
        fit = replace(model.fit, experiments=(sharp,))
        made = replace(told(returning(model, [0.5] * 20)), fit=fit, timing=model.timing)
        assert findings.payback_week(channels(made, checks_of(model))).form == "claim"
        for checks in (checks_of(model, failed), None):
            found = channels(made, checks)
            assert set(found.frame["grade"]) == {"none"}
            assert not found.believed
            said = findings.payback_week(found)
            assert said.form == "inconclusive"
            assert not any(digit in said.title.en for digit in "0123456789")
            table = behind.channel_evidence(found, "en").frame
            shown = table[["month", "quarter", "year", "late_share", "payback"]]
            assert set(shown.to_numpy().ravel()) == {"n/a"}


def test_an_experiment_narrows_as_the_normal_law_says(model):
    # The whole year's effect, measured with an error of its own deviation e: 1 − 1/√(1 + v/e²).
    members = {"LinkedIn": ["LinkedIn"]}
    prior = prior_fit(model.fit, 8000, 1)
    effect = prior.within(52)[:, prior.drivers.index("LinkedIn")]
    one = Experiment("LinkedIn", 0.5, float(effect.std()), 52)
    found = narrowed(replace(model.fit, experiments=(one,)), members)["LinkedIn"]
    assert found == pytest.approx(1 - 1 / np.sqrt(2), abs=1e-3)


def test_an_experiment_given_beside_a_table_of_unusable_ones_counts(model):
    sharp = Experiment("LinkedIn", 0.5, 0.01, 52)
    own = model.lifts
    none = Lifts(own.frame.iloc[:0], own.pooled.iloc[:0], own.left_out, (), (), (), own.about)
    made = replace(told(model), fit=replace(model.fit, experiments=(sharp,)), lifts=none)
    frame = channels(made, checks_of(model)).frame.set_index("driver")
    assert frame.loc["LinkedIn", "grade"] == "A"


def test_two_experiments_narrow_more_than_one_and_none_nothing(model):
    members = {name: [name] for name in model.panel.names}
    one = Experiment("LinkedIn", 0.5, 0.3, 52)
    share = [
        narrowed(replace(model.fit, experiments=e), members)["LinkedIn"]
        for e in ((), (one,), (one, one))
    ]
    assert share[0] == 0
    assert 0 < share[1] < share[2] < 1
    other = narrowed(replace(model.fit, experiments=(one,)), members)[FIRST]
    assert other < 0.1


@pytest.mark.parametrize(
    ("each", "form", "said"),
    [
        ([0.05] * 20, "claim", "by week 20 (20 to 20), counted in revenue"),
        ([0.01] * 20, "claim", "do not pay back a week's spend within a year"),
        ([0.05] * 10 + [0.001] * 10, "inconclusive", "cannot be told yet"),
    ],
)
def test_payback_in_each_form(model, each, form, said):
    made = without_lifts(told(returning(model, each)))
    found = findings.payback_week(channels(made, checks_of(model)))
    assert (found.form, said in found.title.en) == (form, True)
    assert all(len(found.title[lang]) <= 150 for lang in LANGUAGES)
    assert found.title.en != found.title.es


def test_all_of_marketing_is_not_counted_as_a_channel(model):
    made = without_lifts(told(returning(model, [0.01] * 20)))
    found = channels(made, checks_of(model))
    assert MARKETING in set(found.frame["driver"])
    count = len(found.frame) - 1
    assert f"Of {count} channels, {count} do not" in findings.payback_week(found).title.en
    # Of a single one its name is said, and all of marketing is none by itself.
    for name, said in (("LinkedIn", "LinkedIn does not pay back"), (MARKETING, "cannot be told")):
        grades = np.where(found.frame["driver"] == name, "C", "D")
        one = replace(found, frame=found.frame.assign(grade=grades))
        assert said in findings.payback_week(one).title.en


def test_a_margin_is_said_and_puts_the_payback_off(model):
    made = without_lifts(told(returning(model, [0.05] * 20)))
    found = channels(made, checks_of(model), margin=0.5)
    assert found.frame["payback"].eq(40).all()
    assert "margin (0.50 of revenue)" in findings.payback_week(found).title.en
    assert "0.50" in found.about.method.en
    assert "0.50" in behind.channel_evidence(found, "en").caption
    for margin in (0, 1.5, "half"):
        with pytest.raises(ArgumentError, match="margin"):
            channels(made, checks_of(model), margin=margin)


def test_a_payback_is_not_claimed_of_a_channel_that_its_shuffled_copies_equal(model):
    made = without_lifts(told(returning(model, [0.05] * 20)))
    found = channels(made, checks_of(model))
    frame = found.frame.assign(grade="B", above_copies=False)
    assert findings.payback_week(found).form == "claim"
    assert findings.payback_week(replace(found, frame=frame)).form == "inconclusive"


@pytest.mark.parametrize(
    ("each", "en", "es"),
    [
        ([0.05] * 20, "20 (20 to 20)", "20 (entre 20 y 20)"),
        ([0.0] * 20, "not within 156 weeks", "no en 156 semanas"),
        ([0.05] * 15 + [0.0] * 5, "20 (20 or later)", "20 (20 o más tarde)"),
        (
            [0.05] * 5 + [0.0] * 15,
            "not within 156 weeks (20 or later)",
            "no en 156 semanas (20 o más tarde)",
        ),
    ],
)
def test_the_table_writes_weeks_that_never_come(model, each, en, es):
    found = channels(without_lifts(told(returning(model, each))), checks_of(model))
    for lang, expected in (("en", en), ("es", es)):
        table = behind.channel_evidence(found, lang).frame
        assert table["payback"].iloc[0] == expected
        assert vocabulary.EVIDENCE["C"][lang] in set(table["grade"])


def test_without_value_or_spend_nothing_is_paid_back(model):
    only = {"opportunities": model.draws["opportunities"]}
    with pytest.raises(NotMeasurable):
        channels(replace(model, draws=only))
    drivers = model.panel.drivers.assign(unit="touches")
    with pytest.raises(NotMeasurable):
        channels(replace(model, panel=replace(model.panel, drivers=drivers)))


def lifted(model, low, high):
    pooled = model.lifts.pooled.assign(lift=(low + high) / 2, low=low, high=high)
    return replace(model, lifts=replace(model.lifts, pooled=pooled))


@pytest.mark.parametrize(
    ("limits", "form", "said"),
    [
        (
            (0.2, 0.8),
            "claim",
            "an average week of Paid search (brand) and Paid social brings 0.50 opp",
        ),
        ((-0.8, -0.2), "claim", "brings −0.50 opportunities"),
        ((-0.2, 0.8), "inconclusive", "cannot tell yet"),
    ],
)
def test_what_experiments_measured_in_each_form(model, limits, form, said):
    found = findings.experiments_measured(lifted(model, *limits), checks_of(model))
    assert (found.form, said in found.title.en) == (form, True)
    assert "of 7 experiments together" in found.detail.en
    assert "3 could not be used; the table says why." in found.detail.en
    assert "The weekly model alone says" in found.detail.en
    assert all(len(found.title[lang]) <= 150 for lang in LANGUAGES)


def test_of_a_vetoed_model_experiments_say_only_what_they_measured(model):
    for checks in (None, checks_of(model, "forecast")):
        made = lifted(model, 0.2, 0.8)
        found = findings.experiments_measured(made, checks)
        assert found.form == "claim"  # it does not rest on the weekly model
        assert "weekly model alone says" not in found.detail.en
        assert "has no part in it" in found.detail.en
        table = behind.experiments_measured(made, "en", checks).frame
        used = table[table["note"] == ""]
        assert set(used["with"]) == set(used["without"]) == {"n/a"}


def test_experiments_that_cannot_be_used_say_why(model):
    with pytest.raises(NotMeasurable, match="hold no experiments"):
        findings.experiments_measured(replace(model, lifts=None))
    own = model.lifts
    none = Lifts(own.frame.iloc[:0], own.pooled.iloc[:0], own.left_out, (), (), (), own.about)
    empty = replace(none, left_out=own.left_out.iloc[:0])
    with pytest.raises(NotMeasurable, match="hold no experiments"):
        findings.experiments_measured(replace(model, lifts=empty))
    with pytest.raises(NotMeasurable, match=r"none of the 3 experiments .* fewer than 26 weeks"):
        findings.experiments_measured(replace(model, lifts=none))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_of_experiments_lists_all_of_them(model, sample, lang):
    table = behind.experiments_measured(model, lang, checks_of(model)).frame
    names = set(sample.experiments["experiment"])
    assert set(table["experiment"]) - names == {"All together" if lang == "en" else "Todos juntos"}
    assert names <= set(table["experiment"])
    left = table[table["note"] != ""]
    assert len(left) == 3
    assert left["lift"].eq("").all()
    assert (table["note"].str.contains("semanas").any()) == (lang == "es")
