"""Each sentence of the relay in each of its forms, and the table behind each figure."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from alignment import behind, findings
from alignment.errors import NotMeasurable
from alignment.handoff import (
    acceptance,
    cohort_funnel,
    follow_up,
    ownership,
    service_level,
    volume_or_capacity,
)
from alignment.lead_to_close import hazard, speed_to_lead
from alignment.text import LANGUAGES

CAUSAL = re.compile(
    r"\b(because|caus\w+|due to|thanks to|leads to|debido|porque|gracias a|causa\w*)\b", re.I
)


@pytest.fixture(scope="module")
def results(invented, relay):
    data = invented[1]
    stages = [(f"L{i}", 1.0, "mql", "bot", None) for i in range(40)]
    stages += [(f"L{i}", 2.0, "sal", "rep" if i else "bot", None) for i in range(30)]
    deals = [("L1", 3.0, None, "open", "rep")]
    stages += [(f"L{i}", 2.0, "disqualified", "rep", "Price") for i in range(30, 36)]
    small = relay(
        {"lead_id": [f"L{i}" for i in range(40)], "created_at": [0.0] * 40},
        stages,
        [("L1", 1.5, "firm", "instant")],
        deals,
    )
    return {
        "funnel": cohort_funnel(data),
        "waits": follow_up(data),
        "service": service_level(data),
        "speed": speed_to_lead(data),
        "verdicts": acceptance(data),
        "told": acceptance(small),
        "movers": ownership(small),
        "limits": volume_or_capacity(data),
        "hazard": hazard(data, start="opportunity"),
    }


def said(function, result):
    """Check a finding in both languages and return it."""
    found = function(result)
    for text in (found.title, found.detail):
        if text is None:
            continue
        for lang in LANGUAGES:
            assert "nan" not in text[lang].lower().split()
            assert "n/a" not in text[lang]
            assert "{" not in text[lang]
            assert not CAUSAL.search(text[lang]), text[lang]
    return found


def refuses(function, result):
    with pytest.raises(NotMeasurable) as reason:
        function(result)
    assert reason.value.reason.en.startswith("Not measurable: ")
    assert reason.value.reason.es.startswith("No medible: ")


def changed(result, name, **columns):
    """Return a result with columns of one of its tables replaced."""
    return replace(result, **{name: getattr(result, name).assign(**columns)})


def test_the_funnel(results):
    found = said(findings.funnel_reach, results["funnel"])
    share = results["funnel"].frame.query("cohort == 'all' and stage == 'mql'")["share"].iloc[0]
    assert f"{100 * share:.1f} are handed over" in found.title.en
    refuses(findings.funnel_reach, changed(results["funnel"], "frame", too_few=True))


def test_cohorts(results):
    frame = results["funnel"].frame
    flat = changed(results["funnel"], "frame", share=0.1, low=0.08, high=0.12)
    assert said(findings.cohorts_differ, flat).form == "inconclusive"
    first = frame["cohort"] == frame["cohort"][frame["cohort"] != "all"].min()
    apart = changed(
        flat,
        "frame",
        share=np.where(first, 0.3, 0.1),
        low=np.where(first, 0.25, 0.08),
        high=np.where(first, 0.35, 0.12),
    )
    found = said(findings.cohorts_differ, apart)
    assert found.form == "claim"
    assert "from 30.0%" in found.title.en
    refuses(findings.cohorts_differ, changed(flat, "frame", too_few=True))


def test_the_service_level(results):
    row = results["service"].frame.iloc[0]
    found = said(findings.touched_in_time, results["service"])
    assert found.headline
    assert f"{100 * row['share']:.1f}%" in found.title.en
    assert f"{row['never']:,} not at all" in found.detail.en
    refuses(findings.touched_in_time, changed(results["service"], "frame", too_few=True))


def test_whether_the_service_level_differs(results):
    service = results["service"]
    chance = changed(service, "tests", p_adjusted=0.4)
    assert said(findings.service_differs, chance).form == "inconclusive"
    for dimension in ("load", "region"):
        clear = np.where(service.tests["dimension"] == dimension, 0.001, 0.9)
        found = said(findings.service_differs, changed(service, "tests", p_adjusted=clear))
        assert found.form == "claim"
        rows = service.frame.query("dimension == @dimension and not too_few")
        assert f"{100 * rows['share'].max():.1f}%" in found.title.en
    refuses(findings.service_differs, changed(service, "tests", p_adjusted=np.nan))


def test_the_average_wait(results):
    found = said(findings.average_wait, results["waits"])
    assert f"{results['waits'].frame['never'].iloc[0]:,}" in found.title.en
    unreached = changed(results["waits"], "frame", median_hours=np.nan)
    assert "no median wait" in said(findings.average_wait, unreached).detail.en
    refuses(findings.average_wait, changed(results["waits"], "frame", touched=0))


def test_speed(results):
    speed = results["speed"]
    found = said(findings.speed_matters, speed)
    row = speed.effect.set_index("estimate").loc["adjusted"]
    assert found.form == "claim"
    assert f"{100 * abs(row['change']):.1f}% fewer" in found.title.en
    wide = changed(speed, "effect", low=-0.3, high=0.1, change_low=-0.2, change_high=0.05)
    assert said(findings.speed_matters, wide).form == "inconclusive"
    more = changed(speed, "effect", low=0.1, high=0.2, change=0.1, change_low=0.05, change_high=0.2)
    assert "more opportunities" in said(findings.speed_matters, more).title.en
    refuses(findings.speed_matters, changed(speed, "effect", too_few=True))


def test_conversion_by_wait(results):
    speed = results["speed"]
    found = said(findings.conversion_by_wait, speed)
    assert f"{100 * speed.by_delay['share'].iloc[-1]:.1f}%" in found.title.en
    refuses(findings.conversion_by_wait, changed(speed, "by_delay", leads=0))


def test_acceptance(results):
    assert said(findings.accepted_share, results["told"]).form == "claim"
    differ = replace(results["verdicts"], p=0.001)
    assert said(findings.acceptance_differs, differ).form == "claim"
    assert said(findings.acceptance_differs, replace(differ, p=0.5)).form == "inconclusive"
    refuses(findings.acceptance_differs, replace(differ, p=float("nan")))


def test_reasons(results):
    found = said(findings.reasons_told, results["told"])
    assert "100.0% of rejections" in found.title.en
    assert "Price" in found.detail.es
    silent = changed(results["told"], "usable", with_reason=0)
    assert "None of 6 rejections" in said(findings.reasons_told, silent).title.en
    refuses(findings.reasons_told, changed(results["told"], "usable", count=0))
    # Where no export holds the field, nobody can say that sales records nothing.
    refuses(findings.reasons_told, changed(results["told"], "reasons", reason="(missing)"))


def test_movers(results):
    found = said(findings.stages_owned, results["movers"])
    assert found.title.en.startswith("1 of 76 stage changes")
    clean = changed(results["movers"], "frame", by_other=0)
    assert "only its own stages" in said(findings.stages_owned, clean).title.en
    refuses(findings.stages_owned, changed(results["movers"], "frame", too_few=True))


def test_rules(results):
    found = said(findings.relay_order, results["movers"])
    assert "accepted before any touch of sales, 96.7%" in found.title.en
    kept = changed(results["movers"], "rules", broken=0, share=0.0)
    assert "keeps its order" in said(findings.relay_order, kept).title.en
    refuses(findings.relay_order, changed(results["movers"], "rules", leads=0))


@pytest.mark.parametrize(
    ("limited", "form"),
    [("capacity", "claim"), ("volume", "claim"), ("unclear", "inconclusive")],
)
def test_what_limits(results, limited, form):
    assert said(findings.what_limits, replace(results["limits"], limited_by=limited)).form == form
    refuses(findings.what_limits, changed(results["limits"], "effect", too_few=True))


def test_what_moves_the_clock(results):
    clock = results["hazard"]
    won = (clock.frame["term"] == "sales touch") & (clock.frame["end"] == "won")
    told = {
        name: np.where(won, value, clock.frame[name])
        for name, value in {"odds_ratio": 2.0, "log_odds": 0.7, "low": 1.5, "high": 2.7}.items()
    }
    one = changed(clock, "frame", **told, too_few=~won)
    if not won.any():
        refuses(findings.clock_movers, one)
        return
    clear = changed(one, "tests", p_adjusted=0.001)
    assert said(findings.clock_movers, clear).form == "claim"
    chance = changed(one, "tests", p_adjusted=0.5)
    assert said(findings.clock_movers, chance).form == "inconclusive"
    refuses(findings.clock_movers, changed(one, "frame", too_few=True))


TABLES = {
    "funnel": "funnel",
    "steps": "funnel",
    "wait_for_sales": "waits",
    "service_levels": "service",
    "speed_effect": "speed",
    "conversions_by_wait": "speed",
    "verdicts": "verdicts",
    "reasons": "told",
    "movers": "movers",
    "relay_rules": "movers",
    "busy_weeks": "limits",
    "odds_ratios": "hazard",
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_table_behind(results, name, lang):
    table = getattr(behind, name)(results[TABLES[name]], lang)
    assert len(table.frame)
    assert not re.search(r"\b(by_\w+|from_\w+|too_few)\b", table.to_text())
    assert "bot" not in table.to_text()
    assert "rep" not in table.to_text().split()


def test_owners_stay_off_the_page(results):
    service = results["service"]
    with_owner = replace(
        service,
        frame=service.frame.assign(
            dimension=service.frame["dimension"].where(service.frame.index != 3, "owner")
        ),
    )
    shown = behind.service_levels(with_owner, "en").frame
    assert len(shown) == len(service.frame) - 1
