"""Each sentence of the relay in each of its forms, and the table behind each figure."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from alignment import behind, figures, findings
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
    # Intervals that overlap may still leave out that nothing changed.
    near = changed(
        flat,
        "frame",
        share=np.where(first, 0.2, 0.28),
        low=np.where(first, 0.15, 0.23),
        high=np.where(first, 0.25, 0.33),
    )
    found = said(findings.cohorts_differ, near)
    assert found.form == "claim"
    assert found.detail.en == "Change: 8.0 points (0.9 to 15.1)."


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
    naive = speed.effect.set_index("estimate").loc["naive", "change"]
    assert f"\u2212{100 * abs(naive):.1f}% as it stands" in found.title.en
    assert "Part of the difference may be" in found.detail.en
    for other in (0.16, -0.001):  # the other way round, or smaller
        plain = speed.effect["estimate"] == "naive"
        against = changed(speed, "effect", change=speed.effect["change"].where(~plain, other))
        told = said(findings.speed_matters, against)
        assert "warm leads first" not in told.detail.en
        assert ("+16.0% as it stands" in told.title.en) == (other > 0)
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
    # A reason that says nothing may be the most frequent: it is not what is told.
    reasons = results["told"].reasons
    other = reasons.assign(reason="Other", count=60, says=False)
    mixed = replace(results["told"], reasons=pd.concat([other, reasons], ignore_index=True))
    assert "Price" in said(findings.reasons_told, mixed).detail.en
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
    assert found.detail.en == "29 of 30 leads."
    few = np.arange(len(results["movers"].rules)) == 0
    hidden = changed(results["movers"], "rules", too_few=few, share=np.where(few, 1.0, 0.1))
    assert "accepted before" not in said(findings.relay_order, hidden).title.en
    refuses(findings.relay_order, changed(results["movers"], "rules", too_few=True))
    skipped = changed(results["movers"], "rules", rule="qualified without being accepted")
    assert "both teams look" in said(findings.relay_order, skipped).detail.en
    kept = changed(results["movers"], "rules", broken=0, share=0.0)
    assert "keeps its order" in said(findings.relay_order, kept).title.en
    unsure = changed(kept, "rules", broken=few.astype(int), too_few=few)
    assert "binds 20 leads or more" in said(findings.relay_order, unsure).title.en
    refuses(findings.relay_order, changed(results["movers"], "rules", leads=0))


@pytest.mark.parametrize(
    ("limited", "form"),
    [("capacity", "claim"), ("volume", "claim"), ("unclear", "inconclusive")],
)
def test_what_limits(results, limited, form):
    assert said(findings.what_limits, replace(results["limits"], limited_by=limited)).form == form
    refuses(findings.what_limits, changed(results["limits"], "effect", too_few=True))


def odds(clock, **rows):
    """Return a hazard with the touches of both teams as given: ratio, low, high and p by end."""
    made = pd.DataFrame(
        [
            {
                "end": end,
                "term": f"{team} touch",
                "level": "lately",
                "reference": "not lately",
                "odds_ratio": ratio,
                "low": low,
                "high": high,
                "log_odds": np.log(ratio),
                "p": p,
                "too_few": np.isnan(p),
            }
            for name, (ratio, low, high, p) in rows.items()
            for team, end in (name.split("_"),)
        ]
    )
    return replace(clock, frame=made, converged=True)


FEW = (1.0, np.nan, np.nan, np.nan)


def test_what_moves_the_clock(results):
    clock = results["hazard"]
    clear, unclear = (2.05, 1.5, 2.7, 0.0001), (1.2, 0.8, 1.8, 0.5)
    found = said(findings.clock_movers, odds(clock, sales_won=clear, sales_lost=unclear))
    assert found.form == "claim"
    assert "× 2.05 (1.50 to 2.70)" in found.title.en
    assert "tras una interacción de ventas" in found.title.es
    assert "losing are × 1.20 (0.80 to 1.80)" in found.detail.en
    assert "either kind" not in found.detail.en
    # The same touch before losses: what it goes with is an end, not a win.
    either = odds(clock, sales_won=clear, sales_lost=(1.65, 1.3, 2.1, 0.001), marketing_won=FEW)
    found = said(findings.clock_movers, either)
    assert "losing are × 1.65 (1.30 to 2.10). So the touch goes with an end" in found.detail.en
    assert "Too few wins to tell for the marketing touch." in found.detail.en
    # A p for winning alone decides, adjusted for the touches compared, at the level asked for.
    lost_only = odds(clock, sales_won=unclear, sales_lost=(3.0, 2.0, 4.0, 1e-9))
    assert said(findings.clock_movers, lost_only).form == "inconclusive"
    two = odds(clock, sales_won=(1.5, 1.05, 2.1, 0.06), marketing_won=unclear, sales_lost=FEW)
    assert said(findings.clock_movers, two).form == "inconclusive"  # 2 × 0.06 > 0.10
    one = odds(clock, sales_won=(1.5, 1.05, 2.1, 0.06), sales_lost=FEW)
    assert said(findings.clock_movers, one).form == "claim"  # 0.06 < 0.10
    assert "Too few were lost" in said(findings.clock_movers, one).detail.en
    refuses(findings.clock_movers, odds(clock, sales_won=FEW, sales_lost=clear))


def test_hours_are_not_rounded_away(results):
    service, waits, limits = results["service"], results["waits"], results["limits"]
    quick = replace(service, hours=1 / 12, clock="working")
    assert "Within 5\xa0min of working time" in said(findings.touched_in_time, quick).title.en
    assert "within 5\xa0min of working time" in figures.service_levels.subtitle(quick)["en"]
    assert "1,5\xa0h" in said(findings.touched_in_time, replace(service, hours=1.5)).title.es
    short = changed(waits, "frame", naive_mean_hours=0.25)
    assert "average wait, 15\xa0min," in said(findings.average_wait, short).title.en
    volume = replace(limits, hours=1.5, limited_by="volume")
    assert "within 1.5\xa0h changes by" in said(findings.what_limits, volume).title.en
    assert "within 1.5\xa0h" in figures.busy_weeks.subtitle(volume)["en"]


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
