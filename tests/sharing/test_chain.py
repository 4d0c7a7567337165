"""The chain counts each link, names the weakest, and finds what a company really recorded."""

from __future__ import annotations

import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from alignment.errors import ArgumentError, NotMeasurable
from alignment.shared_goals.measures import Span, Terms, count_line
from alignment.sharing import chain
from alignment.usable_reasons import usable


def tables(day, *, reasons=30, leads=40):
    ids = [f"L{k}" for k in range(leads)]
    accounts = [f"A{k}" for k in range(leads)]
    return {
        "leads": {
            "lead_id": ids,
            "account_id": accounts,
            "created_at": [day(1)] * leads,
            "is_internal": [k == 0 for k in range(leads)],
        },
        "touches": {
            "touch_id": [f"T{k}" for k in range(leads)],
            "lead_id": [*ids[:-4], *[None] * 4],
            "account_id": accounts,
            "occurred_at": [day(2)] * leads,
            "team": "marketing",
            "channel": "Nurture",
            "kind": "nurture",
            "campaign_id": ["C" if k % 2 else None for k in range(leads)],
        },
        "opportunities": {
            "opportunity_id": [f"D{k}" for k in range(leads)],
            "lead_id": [ids[k] if k % 4 else None for k in range(leads)],
            "account_id": accounts,
            "created_at": [day(3)] * leads,
            "closed_at": [day(9)] * leads,
            "status": "lost",
            "lost_reason": ["Precio"] * reasons + [" otro "] * (leads - reasons),
        },
    }


def test_each_link_is_counted_by_hand(made, day):
    found = chain(made(**tables(day)), replicates=50)
    rows = found.frame.set_index("link")[["records", "kept"]]
    # One touch and no deal of the internal lead; the last four touches have no lead.
    assert rows.loc["touch to campaign"].tolist() == [39, 20]
    assert rows.loc["campaign to lead"].tolist() == [20, 18]
    assert rows.loc["deal to lead"].tolist() == [40, 30]
    assert rows.loc["outcome to reason"].tolist() == [40, 30]
    assert found.whole == pytest.approx(20 / 39 * 18 / 20 * 0.75 * 0.75)
    assert found.low < found.whole < found.high
    assert (found.weakest, found.clear) == ("touch to campaign", False)
    assert found.about.left_out == {"touches of internal leads": 1}


def test_intervals_are_those_of_another_library(made, day):
    rows = chain(made(**tables(day)), replicates=10).frame
    low, high = proportion_confint(rows["kept"], rows["records"], alpha=0.1, method="wilson")
    assert rows["low"].tolist() == pytest.approx(list(low))
    assert rows["high"].tolist() == pytest.approx(list(high))


def test_the_weakest_link_is_clear_where_its_interval_lies_below_the_others(made, day):
    found = chain(made(**tables(day, reasons=4)), replicates=10)
    assert (found.weakest, found.clear) == ("outcome to reason", True)


def test_deals_from_before_the_records_are_not_asked_for_a_lead(made, day):
    frames = tables(day)
    frames["opportunities"]["created_at"] = [day(-30), *frames["opportunities"]["created_at"][1:]]
    found = chain(made(**frames), replicates=10)
    assert found.frame.set_index("link").loc["deal to lead", "records"] == 39
    assert found.about.left_out["opportunities from before closings were recorded"] == 1


def test_a_rejection_counts_by_its_last_reason(made, day):
    frames = tables(day)
    stages = {
        "lead_id": ["L1", "L1", "L2"],
        "entered_at": [day(4), day(5), day(4)],
        "stage": "disqualified",
        "reason": ["Otro", "Sin presupuesto", None],
    }
    found = chain(made(**frames, lead_stages=stages), replicates=10).outcomes
    rows = found.set_index("outcome").loc["rejected leads"]
    assert (rows["records"], rows["recorded"], rows["usable"]) == (2, 1, 1)


def test_a_reason_that_says_nothing_is_not_usable():
    said = pd.Series(["Precio", " OTRO", "n/a", "", "  ", None, "Other reason"], dtype="str")
    assert usable(said).tolist() == [True, False, False, False, False, False, True]


def test_what_is_missing_is_said(made, day):
    frames = tables(day)
    with pytest.raises(NotMeasurable, match="no opportunities"):
        chain(made(**{k: v for k, v in frames.items() if k != "opportunities"}))
    with pytest.raises(NotMeasurable, match="no link of the chain has 20 records"):
        chain(made(**tables(day, leads=8, reasons=4)))
    with pytest.raises(ArgumentError):
        chain(made(**frames), level=90)


def test_without_refusals_the_chain_has_no_product(made, day):
    frames = tables(day)
    frames["opportunities"] |= {"status": "won", "lost_reason": None}
    found = chain(made(**frames), replicates=10)
    assert pd.isna(found.whole)
    assert found.frame.set_index("link").loc["outcome to reason", "too_few"]


def test_it_is_what_a_company_recorded_within_a_point(exported, recovery):
    company, quirks, _, data = exported
    truth = recovery.true_chain(company, quirks)
    found = chain(data, replicates=100)
    assert found.frame["share"].tolist() == pytest.approx(truth, abs=0.01)
    assert found.whole == pytest.approx(pd.Series(truth).prod(), abs=0.01)
    assert found.low < found.whole < found.high


def test_the_line_of_the_agreement_is_the_chain_of_its_days(made, day):
    both = tables(day)
    later = {**both["touches"], "occurred_at": [day(200)] * 40, "campaign_id": "C"}
    later["touch_id"] = [f"U{k}" for k in range(40)]
    touches = pd.concat([pd.DataFrame(both["touches"]), pd.DataFrame(later)], ignore_index=True)
    data = made(**{**both, "touches": touches})
    local = day(2).tz_localize(None).normalize()
    early = Span(local - pd.Timedelta(days=30), local + pd.Timedelta(days=60))
    found, whole = count_line("chain_share", data, early, Terms()), chain(made(**both))
    assert (found.value, found.low, found.high) == (whole.whole, whole.low, whole.high)
    ever = Span(early.first, early.last + pd.Timedelta(days=365))
    assert count_line("chain_share", data, ever, Terms()).value == chain(data).whole
    none = Span(early.first, early.first)
    with pytest.raises(NotMeasurable):
        count_line("chain_share", data, none, Terms())
