"""Agreement equals other libraries' numbers, and joined systems are not passed off as two."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from statsmodels.stats.inter_rater import cohens_kappa as oracle

from alignment.apart import load_apart
from alignment.errors import NotMeasurable
from alignment.sharing import agreement_of_systems
from alignment.sharing.agreement_of_systems import cohens_kappa, rank_correlation

TABLE = np.array([[48, 2, 3], [1, 25, 7], [4, 5, 30]])


def judgements(table):
    first, second = np.indices(table.shape).reshape(2, -1)
    counts = table.ravel()
    return pd.Series(np.repeat(first, counts)), pd.Series(np.repeat(second, counts))


def expected_of(table, z=1.6448536):
    """Give kappa, low and high of statsmodels, which has the same standard error."""
    found = oracle(table)
    half = z * np.sqrt(max(found.var_kappa, 0.0))
    return found.kappa, found.kappa - half, min(found.kappa + half, 1.0)


def test_kappa_is_that_of_another_library():
    assert cohens_kappa(*judgements(TABLE), 0.90) == pytest.approx(expected_of(TABLE), abs=1e-7)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 12), min_size=9, max_size=9))
def test_kappa_is_that_of_another_library_for_any_table(cells):
    table = np.array(cells).reshape(3, 3)
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    if table.sum() == 0 or rows @ columns == table.sum() ** 2:
        return
    found = cohens_kappa(*judgements(table), 0.90)
    assert found == pytest.approx(expected_of(table), abs=1e-6)


def test_kappa_without_variation_is_missing_and_full_agreement_is_one():
    same = pd.Series(["a"] * 30)
    assert all(np.isnan(cohens_kappa(same, same, 0.9)))
    mixed = pd.Series(["a", "b"] * 15)
    assert cohens_kappa(mixed, mixed, 0.9) == pytest.approx((1.0, 1.0, 1.0))


def test_rank_correlation_is_that_of_another_library_and_its_interval_the_published_one():
    random = np.random.default_rng(3)
    first = random.lognormal(size=80)
    second = first * random.lognormal(0, 0.8, 80)
    r, low, high = rank_correlation(first, second, 0.95)
    assert r == pytest.approx(spearmanr(first, second).statistic)
    half = 1.959964 * np.sqrt((1 + r**2 / 2) / 77)
    assert low == pytest.approx(np.tanh(np.arctanh(r) - half), abs=1e-6)
    assert high == pytest.approx(np.tanh(np.arctanh(r) + half), abs=1e-6)
    assert all(np.isnan(rank_correlation(first[:3], second[:3], 0.9)))


def two(made, day, words):
    """Build two systems that know 30 leads, and say what `words` gives."""
    systems = []
    for name, (stage, source, scale) in words.items():
        ids = [f"{name}{k}" for k in range(30)]
        systems.append(
            made(
                leads={
                    "lead_id": ids,
                    "created_at": [day(1)] * 30,
                    "email_hash": [f"h{k}" for k in range(30)],
                    "channel": [source(k) for k in range(30)],
                },
                lead_stages={
                    "lead_id": ids,
                    "entered_at": [day(2)] * 30,
                    "stage": [stage(k) for k in range(30)],
                },
                opportunities={
                    "opportunity_id": [f"{name}D{k}" for k in range(30)],
                    "lead_id": ids,
                    "created_at": [day(3)] * 30,
                    "status": "open",
                    "amount": [scale * (k + 1) for k in range(30)],
                    "currency": "MXN",
                },
            )
        )
    return tuple(systems)


def test_stage_source_and_amount_are_compared_by_hand(made, day):
    found = agreement_of_systems(
        two(
            made,
            day,
            {
                "a": (lambda k: "mql" if k % 2 else "sal", lambda k: "Ads", 100.0),
                "b": (lambda k: "mql" if k % 2 or k < 6 else "sal", lambda k: "Ads", 103.0),
            },
        )
    )
    rows = found.frame.set_index("thing")
    assert rows.loc["stage", "same"] == 27
    assert rows.loc["stage", "value"] == pytest.approx(0.8)
    assert rows.loc["amount", ["same", "value"]].tolist() == [30, 1.0]
    assert np.isnan(rows.loc["source", "value"])
    assert rows.loc["source", "share"] == 1.0
    told = found.said.query("thing == 'stage' and first == 'sal'").set_index("second")["count"]
    assert told.to_dict() == {"sal": 12, "mql": 3}


def test_a_word_that_one_system_never_uses_is_counted_apart(made, day):
    # The second never says “sal” (ten leads), and the first never says “lead” (three).
    found = agreement_of_systems(
        two(
            made,
            day,
            {
                "a": (lambda k: "sal" if k < 10 else "mql", lambda k: "Ads", 1.0),
                "b": (lambda k: "lead" if k > 26 else "mql", lambda k: "Ads", 9.0),
            },
        )
    )
    rows = found.frame.set_index("thing")
    assert rows.loc["stage", ["pairs", "same", "one_sided"]].tolist() == [30, 17, 13]
    assert rows.loc[["source", "amount"], "one_sided"].tolist() == [0, 0]
    more = agreement_of_systems(
        two(
            made,
            day,
            {
                "a": (lambda k: ("sal", "lead", "mql")[k % 3], lambda k: "Ads", 1.0),
                "b": (lambda k: "lead" if k > 14 else "mql", lambda k: "Ads", 1.0),
            },
        )
    )
    # Ten are “sal”, which the second never holds; five and five of the others differ.
    assert more.frame.set_index("thing").loc["stage", "one_sided"] == 10


def test_a_joined_dataset_alone_is_not_passed_off_as_two(made, day):
    one = two(made, day, {"a": (lambda k: "mql", lambda k: "Ads", 1.0)})[0]
    with pytest.raises(NotMeasurable, match="one value of each lead and deal remains"):
        agreement_of_systems(one)


def test_systems_without_leads_in_common_say_so(made, day):
    first, second = two(made, day, dict.fromkeys("ab", (lambda k: "mql", lambda k: "Ads", 1.0)))
    apart = second.replace(leads=second.leads.assign(email_hash=second.leads["lead_id"]))
    with pytest.raises(NotMeasurable, match="no 20 leads are known to both"):
        agreement_of_systems((first, apart))


def test_two_systems_of_one_folder_are_loaded_apart_and_compared(exported):
    company, _, folder, data = exported
    apart = load_apart(folder, data)
    found = agreement_of_systems(apart, joined=data)
    assert found.systems == ("salesforce", "hubspot")
    rows = found.frame.set_index("thing")
    # HubSpot never says “Website” or “Trade Show”; what both can say, they say alike.
    odd = company.leads["source"].isin(["Website", "Trade Show", "Referral"]).mean()
    assert rows.loc["source", "share"] == pytest.approx(1 - odd, abs=0.01)
    assert found.absent == ("amount",)


def test_one_system_cannot_be_loaded_apart(made, day, tmp_path):
    alone = made(
        lead_aliases={
            "source_system": "salesforce",
            "source_object": "Lead",
            "source_id": ["1"],
            "lead_id": ["L1"],
            "link_reason": "same id",
        }
    )
    with pytest.raises(NotMeasurable, match="only one system"):
        load_apart(tmp_path, alone)
