"""Every quirk that the truth lists is in the files, as often as it says."""

import pandas as pd
import pytest

from alignment.simulation.dirt import INTERNAL_DOMAIN
from alignment.simulation.identifiers import NO_ID
from alignment.simulation.stages import SPANISH_STAGES, STAGES

EXPORTED = "2026-09-28"


@pytest.fixture(scope="module")
def dirt(known) -> dict:
    return {quirk["quirk"]: quirk for quirk in known["dirt"]}


def by_id(rows):
    return {row["Id"]: row for row in rows}


def test_counts_are_the_ids(dirt):
    for quirk in dirt.values():
        assert quirk["count"] > 0, quirk["quirk"]
        if quirk["ids"]:
            assert quirk["count"] == len(quirk["ids"]) == len(set(quirk["ids"]))


# Quirk, file, and what a row with that quirk (and no other) looks like.
RULES = [
    ("amount_zero", "Opportunity", lambda row: row["Amount"] == "0.0"),
    ("amount_blank", "Opportunity", lambda row: row["Amount"] == ""),
    (
        "loss_reason_blank",
        "Opportunity",
        lambda row: row["IsClosed"] == "1" and row["IsWon"] == "0" and not row["LossReason__c"],
    ),
    ("loss_reason_other", "Opportunity", lambda row: row["LossReason__c"] == "Otro"),
    ("close_date_far", "Opportunity", lambda row: row["CloseDate"] > "2030"),
    (
        "close_date_future",
        "Opportunity",
        lambda row: row["IsClosed"] == "0" and row["CloseDate"] > f"{EXPORTED} 06",
    ),
    ("mixed_currency", "Opportunity", lambda row: row["CurrencyIsoCode"] == "USD"),
    ("migrated", "Opportunity", lambda row: row["CreatedDate"] < "2024-04-01 06"),
    ("stage_language", "Opportunity", lambda row: row["StageName"] in SPANISH_STAGES),
    ("account_merged", "Account", lambda row: row["MasterRecordId"] != NO_ID),
    (
        "lead_deleted",
        "Lead",
        lambda row: row["IsDeleted"] == "1" and row["MasterRecordId"] == NO_ID,
    ),
    ("lead_merged", "Lead", lambda row: row["MasterRecordId"] != NO_ID),
    ("lead_internal", "Lead", lambda row: row["Email"].endswith(f"@{INTERNAL_DOMAIN}")),
]


@pytest.mark.parametrize(("quirk", "file", "rule"), RULES, ids=[rule[0] for rule in RULES])
def test_rows_with_the_quirk_are_those_listed(dirt, read, quirk: str, file: str, rule):
    assert {row["Id"] for row in read(file) if rule(row)} == set(dirt[quirk]["ids"])


def test_duplicates_are_the_same_person(dirt, read):
    leads = by_id(read("Lead"))
    for quirk in ("lead_duplicate", "lead_merged"):
        for copy, original in zip(dirt[quirk]["ids"], dirt[quirk]["originals"], strict=True):
            same = leads[copy]["Email"].lower().replace("+web@", "@")
            assert same == leads[original]["Email"]
            assert leads[copy]["CreatedDate"] > leads[original]["CreatedDate"]
    emails = [row["Email"].lower().replace("+web@", "@") for row in read("Lead")]
    extra = len(emails) - len(set(emails))
    assert extra == dirt["lead_duplicate"]["count"] + dirt["lead_merged"]["count"]


def test_deleted_leads_keep_their_deals(dirt, read):
    leads, deals = by_id(read("Lead")), by_id(read("Opportunity"))
    for one in dirt["lead_deleted"]["ids"]:
        assert leads[one]["ConvertedOpportunityId"] in deals


def test_missing_campaigns_and_unlogged_calls_are_absent(dirt, read):
    responded = {row["LeadId"] for row in read("CampaignMember") if row["Status"] == "Responded"}
    assert responded.isdisjoint(dirt["campaign_missing"]["ids"])
    assert {row["Id"] for row in read("Task")}.isdisjoint(dirt["call_unlogged"]["ids"])


def test_sources_are_spelt_in_other_ways(dirt, read):
    usual = {
        *("Paid Search", "Paid Social", "LinkedIn", "Organic Search", "Webinar"),
        *("Trade Show", "Referral", "Website"),
    }
    copies = {
        one
        for quirk in ("lead_duplicate", "lead_merged", "lead_internal")
        for one in dirt[quirk]["ids"]
    }
    odd = {
        row["Id"]
        for row in read("Lead")
        if row["LeadSource"] not in usual and row["Id"] not in copies
    }
    assert odd == set(dirt["source_variant"]["ids"])


def test_inverted_stages(dirt, read):
    order = {name: place for names in (STAGES, SPANISH_STAGES) for place, name in enumerate(names)}
    history = pd.DataFrame(read("OpportunityHistory"))
    for one in dirt["stage_inversion"]["ids"]:
        rows = history[history["OpportunityId"] == one]
        assert not rows["CreatedDate"].is_monotonic_increasing
        assert rows["StageName"].map(order).notna().all()
    others = history[~history["OpportunityId"].isin(dirt["stage_inversion"]["ids"])]
    assert others.groupby("OpportunityId")["CreatedDate"].is_monotonic_increasing.all()


def test_bulk_edits_are_in_the_last_hour_of_the_month(dirt, read):
    rows = by_id(read("OpportunityHistory"))
    moved = set(dirt["stage_inversion"]["ids"])
    for one in dirt["month_end_bulk"]["ids"]:
        if rows[one]["OpportunityId"] not in moved:
            local = pd.Timestamp(rows[one]["CreatedDate"]) - pd.Timedelta(hours=6)
            assert local.hour == 23
            assert (local + pd.Timedelta(days=1)).day == 1


def test_merged_accounts_are_still_pointed_at(dirt, read):
    merged = set(dirt["account_merged"]["ids"])
    pointing = {row["Id"] for row in read("Opportunity") if row["AccountId"] in merged}
    assert pointing == set(dirt["merged_account_id"]["ids"])


def test_hostile_campaign_names_are_there(read):
    listed = [row["Name"] for row in read("Campaign")]
    names = set(listed)
    assert len(listed) == len(names)
    assert {"Ahorra $50 & gana $20", "<b>Webinar</b> Q3", "=SUM(ahorros) explicado"} <= names
