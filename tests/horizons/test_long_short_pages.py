"""What pages say of the weekly model, in each of its forms: told, not told, vetoed, unchecked."""

from __future__ import annotations

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from passing import checks_of

from alignment import behind, figures, findings, vocabulary
from alignment.errors import NotMeasurable
from alignment.exhibits import NotMeasured
from alignment.findings.checks import held_back, some_pass
from alignment.horizons import long_and_short
from alignment.horizons.answers import effect_of, later, measure_told, sales_told
from alignment.horizons.effects import BOTH_SALES, BRAND, LAST_WEEK, MARKETING, Responses
from alignment.horizons.weekly import SALES
from alignment.text import LANGUAGES, Text

WEEKLY = [
    findings.short_and_long,
    findings.late_effect,
    findings.brand_stock_found,
    findings.stopping_brand,
    findings.return_by_horizon,
]


@pytest.fixture(scope="module")
def model(sample):
    return long_and_short(sample, replicates=20)


def told(model, verdicts):
    """Set the verdicts of effects by horizon; all other horizons are told."""
    said = [verdicts.get(horizon, "told") for horizon in model.effects["horizon"]]
    return replace(model, effects=model.effects.assign(verdict=said))


def with_shares(model, marketing, sales, prior):
    """Give every driver a response whose late share is known exactly, draw by draw."""
    names = model.draws["value"].names

    def responses(shares):
        late = np.stack([shares[name in (SALES, BOTH_SALES)] for name in names], axis=1)
        out = np.zeros((*late.shape, LAST_WEEK))
        out[:, :, :13] = (1 - late)[:, :, np.newaxis] / 13
        out[:, :, 13:52] = late[:, :, np.newaxis] / 39
        return out

    made = Responses(names, responses((marketing, sales)), responses(prior), "value")
    return replace(model, draws={**model.draws, "value": made})


def wide(seed):
    random = np.random.default_rng(seed)
    return random.uniform(0, 1, 400), random.uniform(0, 1, 400)


def near(middle, seed=0):
    return middle + 0.02 * np.random.default_rng(seed).uniform(-1, 1, 400)


def test_the_gap_of_late_shares_is_that_of_the_draws(model):
    prior = wide(1)
    made = with_shares(model, near(0.8, 2), near(0.1, 3), prior)
    gap = later(made)
    differences = near(0.8, 2) - near(0.1, 3)
    np.testing.assert_allclose(
        [gap.low, gap.difference, gap.high], np.quantile(differences, [0.05, 0.5, 0.95])
    )
    apart = [np.mean((part - gap.difference) ** 2) for part in (differences, prior[0] - prior[1])]
    assert gap.learned == pytest.approx(1 - np.sqrt(apart[0] / apart[1]))
    assert gap.told
    assert measure_told(model) == "value"
    assert sales_told(model) == BOTH_SALES


@pytest.mark.parametrize(
    ("shares", "form", "said"),
    [
        ((0.8, 0.1), "claim", "Marketing comes later than sales"),
        ((0.1, 0.8), "claim", "Sales effort comes later than marketing"),
        ((0.5, 0.5), "inconclusive", "cannot be told"),
    ],
)
def test_who_comes_later_is_claimed_only_where_the_gap_excludes_none(model, shares, form, said):
    made = with_shares(model, near(shares[0]), near(shares[1], 1), wide(2))
    found = findings.late_effect(made, checks_of(model))
    assert (found.form, said in found.title.en) == (form, True)


def test_a_gap_that_is_the_assumption_alone_is_not_told(model):
    sure = near(0.8), near(0.1, 1)
    found = findings.late_effect(with_shares(model, *sure, sure), checks_of(model))
    assert found.form == "inconclusive"
    assert "likely difference only 0% closer" in found.detail.en


@pytest.mark.parametrize(
    ("verdicts", "failed", "form", "said"),
    [
        ({}, (), "claim", "A week of marketing brings"),
        ({"long": "cannot tell"}, (), "inconclusive", "what comes later cannot be told"),
        ({"short": "cannot tell"}, (), "inconclusive", "What a week of marketing brings cannot"),
        ({}, ("placebo date",), "inconclusive", "What a week of marketing brings cannot"),
        ({}, ("placebo channel",), "inconclusive", "What a week of marketing brings cannot"),
    ],
)
def test_short_and_long_in_each_form(model, verdicts, failed, form, said):
    found = findings.short_and_long(told(model, verdicts), checks_of(model, *failed))
    assert (found.form, said in found.title.en) == (form, True)


def test_channels_that_shuffled_copies_equal_are_not_named(model):
    first, second = model.panel.names[:2]
    checks = checks_of(model, ("placebo channel", first))
    detail = findings.short_and_long(told(model, {}), checks).detail.en
    assert vocabulary.driver(second).en in detail
    assert vocabulary.driver(first).en not in detail


@pytest.mark.parametrize(
    ("verdict", "failed", "form", "said"),
    [
        ("present", (), "claim", "Brand builds a slow stock"),
        ("absent", (), "claim", "Brand shows no slow stock"),
        ("cannot tell", (), "inconclusive", "cannot be told"),
        ("present", ("placebo claim",), "inconclusive", "cannot be told"),
        ("absent", ("history",), "inconclusive", "cannot be told"),
        ("present", ("forecast",), "inconclusive", "cannot be told"),
    ],
)
def test_the_slow_stock_in_each_form(model, verdict, failed, form, said):
    made = replace(model, slow=model.slow.assign(verdict=verdict))
    found = findings.brand_stock_found(made, checks_of(model, *failed))
    assert (found.form, said in found.title.en) == (form, True)


@pytest.mark.parametrize(
    ("wanted", "said"), [(260.0, "260 weeks in all"), (np.inf, "weeks like these would not tell")]
)
def test_it_says_how_many_weeks_would_tell(model, wanted, said):
    rows = model.effects.assign(weeks_wanted=wanted, verdict="cannot tell")
    made = replace(model, effects=rows, slow=model.slow.assign(verdict="cannot tell"))
    assert said in findings.brand_stock_found(made, checks_of(model)).detail.en


@pytest.mark.parametrize(
    ("shows", "verdict", "form", "said"),
    [
        (
            (20.0, 14.0, 31.0),
            "told",
            "claim",
            "opportunities after 20 weeks (14 to 31)",
        ),
        (
            (20.0, 14.0, np.inf),
            "told",
            "claim",
            "opportunities after 20 weeks (14 or more)",
        ),
        ((np.inf, 14.0, np.inf), "told", "claim", "would not stand out from noise"),
        ((20.0, 14.0, 31.0), "cannot tell", "inconclusive", "week 14 at the earliest"),
        ((np.inf, np.inf, np.inf), "cannot tell", "inconclusive", "not stand out from noise"),
    ],
)
def test_stopping_brand_in_each_form(model, shows, verdict, form, said):
    stop = replace(model.stop, shows_in=shows[0], shows_low=shows[1], shows_high=shows[2])
    made = replace(told(model, {"year": verdict}), stop=stop)
    found = findings.stopping_brand(made, checks_of(model))
    assert (found.form, said in found.title.en) == (form, True)


@pytest.mark.parametrize(
    ("limits", "form", "said"),
    [
        ((1.5, 1.2, 2.0), "claim", "back more than it costs within a year: 1.50"),
        ((0.5, 0.2, 0.9), "claim", "back less than it costs within a year: 0.50"),
        ((1.1, 0.5, 2.0), "inconclusive", "cannot be told"),
    ],
)
def test_returns_in_each_form(model, limits, form, said):
    rows = model.returns.assign(estimate=limits[0], low=limits[1], high=limits[2])
    made = replace(told(model, {}), returns=rows)
    found = findings.return_by_horizon(made, checks_of(model))
    assert (found.form, said in found.title.en) == (form, True)
    vetoed = findings.return_by_horizon(made, checks_of(model, "placebo date"))
    assert vetoed.form == "inconclusive"


@pytest.mark.parametrize("finding", WEEKLY, ids=lambda f: f.__name__)
def test_nothing_is_claimed_of_a_model_that_is_vetoed_or_unchecked(model, finding):
    sure = with_shares(told(model, {}), near(0.8), near(0.1, 1), wide(2))
    rows = model.returns.assign(estimate=1.5, low=1.2, high=2.0)
    made = replace(sure, slow=model.slow.assign(verdict="present"), returns=rows)
    assert finding(made, checks_of(model)).form == "claim"
    assert finding(made, checks_of(model)).held_back_by is None
    for failed in ("placebo date", "forecast"):
        found = finding(made, checks_of(model, failed))
        assert (found.form, found.held_back_by) == ("inconclusive", "model-checks")
        assert vocabulary.MODEL_CHECKS[failed].en in found.detail.en
    unchecked = findings.checked(finding, NotMeasured(Text.same("no")))
    assert unchecked.__name__ == finding.__name__
    assert unchecked(made).form == "inconclusive"
    assert "has not been checked" in unchecked(made).detail.en


@pytest.mark.parametrize("finding", WEEKLY, ids=lambda f: f.__name__)
def test_titles_are_short_and_in_both_languages(model, finding):
    for failed in ((), ("forecast",)):
        found = finding(told(model, {}), checks_of(model, *failed))
        assert found.title.en != found.title.es
        assert all(len(found.title[lang]) <= 150 for lang in LANGUAGES)
        assert all("{" not in found.detail[lang] for lang in LANGUAGES)


def test_what_is_not_on_record_is_not_measurable(model):
    bare = replace(model, stop=None, returns=pd.DataFrame(), slow=model.slow.iloc[:0])
    for finding in (
        findings.brand_stock_found,
        findings.stopping_brand,
        findings.return_by_horizon,
    ):
        with pytest.raises(NotMeasurable):
            finding(bare, checks_of(model))
    with pytest.raises(NotMeasurable):
        effect_of(model, "Carrier pigeons", "short")


def test_without_value_opportunities_are_told(model):
    only = {"opportunities": model.draws["opportunities"]}
    made = replace(told(model, {}), draws=only)
    title = findings.short_and_long(made, checks_of(model)).title
    assert "opportunities" in title.en
    assert "oportunidades" in title.es
    assert "MXN" not in title.en
    assert sales_told(made) == SALES
    assert "MXN" not in figures.team_responses.alt(made).en
    assert set(behind.team_responses(made, "es").frame["driver"]) >= {"Todo marketing"}


@pytest.mark.parametrize(
    ("failed", "form", "said"),
    [
        ((), "claim", "and all that it must pass"),
        (("history",), "claim", "and all that it must pass"),
        (("forecast",), "inconclusive", "not to be believed"),
    ],
)
def test_model_checks_in_each_form(model, failed, form, said):
    found = findings.model_checks(checks_of(model, *failed))
    assert (found.form, said in found.title.en) == (form, True)


def test_a_check_that_could_not_be_run_neither_passes_nor_fails(model):
    checks = checks_of(model)
    frame = checks.frame.copy()
    frame.loc[frame["check"] == "placebo channel", "passed"] = pd.NA
    unknown = replace(checks, frame=frame)
    ran = int(frame["passed"].notna().sum())
    assert f"{ran} of {ran}" in findings.model_checks(unknown).title.en
    assert not held_back(unknown, ("placebo channel", model.panel.names[0]))
    assert some_pass(unknown, model.panel.names)
    assert not some_pass(checks_of(model, "placebo channel"), model.panel.names)


def test_where_no_check_that_can_forbid_could_be_run_nothing_is_claimed(model):
    checks = checks_of(model)
    frame = checks.frame[checks.frame["check"] != "placebo date"].copy()
    one = replace(checks, frame=frame)
    assert not one.untried
    assert not one.vetoed
    frame.loc[frame["check"] == "forecast", "passed"] = pd.NA
    none = replace(checks, frame=frame)
    assert none.untried
    assert none.vetoed
    assert findings.model_checks(none).form == "inconclusive"
    assert "Too few weeks to check" in findings.model_checks(none).title.en
    found = findings.short_and_long(told(model, {}), none)
    assert found.form == "inconclusive"
    assert "too few weeks to check" in found.detail.en


def test_too_few_weeks_for_a_forecast_are_said_and_not_drawn(model):
    checks = checks_of(model)
    said = figures.forecast_checked.alt(checks)
    assert f"{len(checks.frame)} checks" in said.en
    assert f"{len(checks.frame)} pruebas" in said.es
    axes = figures.forecast_checked(checks, lang="es")
    assert [text.get_text() for text in axes.texts] == ["faltan semanas para un pronóstico"]
    plt.close(axes.figure)


@pytest.mark.parametrize(
    ("verdicts", "form"), [({}, "claim"), ({"long": "cannot tell"}, "inconclusive")]
)
def test_what_the_data_added(model, verdicts, form):
    found = findings.learned_from_data(told(model, verdicts))
    names = len(model.draws["value"].names)
    assert found.form == form
    assert found.held_back_by == "model-checks"  # unchecked
    checked = findings.learned_from_data(told(model, verdicts), checks_of(model))
    assert checked.held_back_by is None
    assert f"{names} of {2 * names}" in found.title.en or form == "claim"


def test_every_driver_and_check_has_words(model):
    assert vocabulary.driver("Paid Search (brand)").es == "Búsqueda de pago (marca)"
    assert vocabulary.driver("Odd {name} (x)").en == "Odd {name} (x)"
    for name in (MARKETING, BRAND, BOTH_SALES, SALES):
        assert vocabulary.driver(name).en != vocabulary.driver(name).es
    assert set(model.stop.summary["quantity"]) == set(vocabulary.LOSSES)
    assert set(model.effects["horizon"]) == set(vocabulary.HORIZONS)
