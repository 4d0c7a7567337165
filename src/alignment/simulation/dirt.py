"""The quirks that real exports have, put into clean records, each one written down."""

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from alignment.simulation.company import Company
from alignment.simulation.crm import LOSS_REASONS, Records
from alignment.simulation.identifiers import NO_ID, record_ids
from alignment.simulation.names import plain
from alignment.simulation.stages import SPANISH_STAGES, STAGES
from alignment.simulation.streams import stream
from alignment.simulation.weeks import AS_OF, HOUR, add_hours

Log = list[dict[str, Any]]

INTERNAL_DOMAIN = "marteyvenus.example"
UNLOGGED_TEAM = "Ventas Centro"
_TEST_LEADS = 24
_SOURCE_VARIANTS = {
    "LinkedIn": ("linkedin", "Linked In", "li"),
    "Paid Search": ("paid search", "Google Ads", "google / cpc"),
    "Paid Social": ("paid_social", "Facebook", "facebook ads"),
    "Webinar": ("webinar", "Webinario", "WEBINAR"),
    "Trade Show": ("Expo", "Feria", "trade show"),
}


def add_dirt(company: Company, records: Records) -> tuple[Records, Log]:
    """Return the records with their quirks, and the list of the quirks.

    Parameters
    ----------
    company : Company
        The company.
    records : Records
        Clean; left as they are.

    Returns
    -------
    tuple of Records and list of dict
        Each entry has ``quirk``, ``file``, ``count``, ``rule`` (in words) and ``ids``:
        the affected records' ids, in the file's order of creation.
    """
    random = stream(company.seed, "dirt")
    dirty = dataclasses.replace(
        records,
        **{
            field.name: getattr(records, field.name).copy() for field in dataclasses.fields(records)
        },
    )
    log: Log = []
    _opportunity_quirks(company, dirty, random, log)
    _history_quirks(dirty, random, log)
    _activity_quirks(dirty, random, log)
    _account_quirks(company, dirty, random, log)
    _lead_quirks(dirty, random, log)
    _file_quirks(dirty, log)
    return dirty, log


def _note(log: Log, quirk: str, file: str, rule: str, ids: Iterable[Any]) -> None:
    """Write a quirk down."""
    listed = [str(one) for one in ids]
    log.append({"quirk": quirk, "file": file, "count": len(listed), "rule": rule, "ids": listed})


def _some(
    size: int | npt.NDArray[np.int64], share: float, random: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Choose a share of the positions, in order."""
    among = np.arange(size) if isinstance(size, int) else size
    return np.sort(random.permutation(among)[: round(share * len(among))])


def _opportunity_quirks(
    company: Company, records: Records, random: np.random.Generator, log: Log
) -> None:
    file = "salesforce/Opportunity.csv"
    deals = records.opportunity
    ids = deals["Id"].to_numpy()
    history_of = records.opportunity_history["OpportunityId"]

    picked = _some(len(deals), 0.04, random)
    half = len(picked) // 2
    for quirk, value, chosen in (
        ("amount_zero", 0.0, np.sort(picked[:half])),
        ("amount_blank", np.nan, np.sort(picked[half:])),
    ):
        deals.loc[chosen, "Amount"] = value
        records.opportunity_history.loc[history_of.isin(ids[chosen]), "Amount"] = value
        _note(log, quirk, file, "amount lost, in the stage history too", ids[chosen])

    lost = np.flatnonzero(deals["LossReason__c"].isin(LOSS_REASONS)).astype(np.int64)
    chance = random.random(len(lost))
    blank, other = lost[chance < 0.35], lost[(chance >= 0.35) & (chance < 0.55)]
    deals.loc[blank, "LossReason__c"] = ""
    deals.loc[other, "LossReason__c"] = "Otro"
    _note(log, "loss_reason_blank", file, "lost deal without a reason", ids[blank])
    _note(log, "loss_reason_other", file, "lost deal with the reason Otro", ids[other])

    still_open = np.flatnonzero(~deals["IsClosed"]).astype(np.int64)
    far = _some(still_open, 0.06, random)
    years = np.timedelta64(3_650, "D").astype("timedelta64[s]")
    deals.loc[far, "CloseDate"] = deals["CloseDate"].to_numpy()[far] + years
    records.opportunity_history.loc[history_of.isin(ids[far]), "CloseDate"] += years
    _note(log, "close_date_far", file, "open deal with a close date ten years off", ids[far])
    future = still_open[deals["CloseDate"].to_numpy()[still_open] > AS_OF]
    _note(log, "close_date_future", file, "open deal expected after the export", ids[future])
    zombies = np.flatnonzero(company.opportunities["zombie"])
    _note(log, "zombie", file, "open deal that nobody will ever close", ids[zombies])
    dollars = np.flatnonzero(deals["CurrencyIsoCode"] == "USD")
    _note(log, "mixed_currency", file, "amount in USD among amounts in MXN", ids[dollars])
    migrated = np.flatnonzero(company.opportunities["migrated"])
    rule = "created before the records began: known only because it was open then"
    _note(log, "migrated", file, rule, ids[migrated])


def _history_quirks(records: Records, random: np.random.Generator, log: Log) -> None:
    file = "salesforce/OpportunityHistory.csv"
    history, deals = records.opportunity_history, records.opportunity
    deal = history["OpportunityId"].to_numpy()
    at = history["CreatedDate"].to_numpy().astype("datetime64[s]")
    middle = np.zeros(len(deal), dtype=np.bool_)
    middle[1:-1] = (deal[1:-1] == deal[:-2]) & (deal[1:-1] == deal[2:])

    # Month-end bulk edits: only where the order of the stages survives.
    months = (at - 6 * HOUR).astype("datetime64[M]") + np.timedelta64(1, "M")
    month_end = months.astype("datetime64[D]").astype("datetime64[s]") - HOUR + 6 * HOUR
    until = np.r_[at[1:], AS_OF]
    changed = np.r_[False, history["StageName"].to_numpy()[1:] != history["StageName"][:-1]]
    able = np.flatnonzero(middle & changed & (month_end < until) & (at < month_end))
    bulk = np.sort(random.permutation(able)[: min(len(able), round(0.08 * len(deal)))])
    at[bulk] = month_end[bulk] + (bulk % 40).astype("timedelta64[s]")
    rule = "stage change entered in bulk in the last hour of the month, local time"
    _note(log, "month_end_bulk", file, rule, history["Id"].to_numpy()[bulk])

    # Inversions: two consecutive changes of one deal with their instants swapped.
    first = np.flatnonzero(middle[:-1] & middle[1:] & changed[:-1] & changed[1:])
    first = first[np.r_[True, deal[first[1:]] != deal[first[:-1]]]] if len(first) else first
    count = min(len(first), round(0.015 * len(deals)))
    swapped = np.sort(random.permutation(first)[:count])
    swapped = swapped[at[swapped] < at[swapped + 1]]
    at[swapped], at[swapped + 1] = at[swapped + 1].copy(), at[swapped].copy()
    rule = "two consecutive stages of the deal carry each other's instant"
    _note(log, "stage_inversion", file, rule, deal[swapped])
    history["CreatedDate"] = at

    chosen = _some(len(deals), 0.35, random)
    ids = deals["Id"].to_numpy()[chosen]
    translate = dict(zip(STAGES, SPANISH_STAGES, strict=True))
    rows = np.flatnonzero(np.isin(deal, ids))
    rows = rows[random.random(len(rows)) < 0.8]
    stage = history["StageName"].to_numpy(dtype=object)
    stage[rows] = [translate[name] for name in stage[rows]]
    history["StageName"] = stage
    # The deal shows the name that its last change of stage was given.
    now = deals["StageName"].to_numpy(dtype=object)
    now[chosen] = [translate[name] for name in now[chosen]]
    deals["StageName"] = now
    rule = "stage names in Spanish, in the history only part of them"
    _note(log, "stage_language", f"salesforce/Opportunity.csv, {file}", rule, ids)


def _activity_quirks(records: Records, random: np.random.Generator, log: Log) -> None:
    task = records.task
    team = records.user.loc[records.user["Department"] == UNLOGGED_TEAM, "Id"]
    calls = task["OwnerId"].isin(team) & (task["CallType"] == "Outbound")
    gone = _some(np.flatnonzero(calls).astype(np.int64), 0.25, random)
    rule = f"a quarter of the outbound calls of {UNLOGGED_TEAM} were never logged: ids are absent"
    _note(log, "call_unlogged", "salesforce/Task.csv", rule, task["Id"].to_numpy()[gone])
    records.task = task.drop(index=gone).reset_index(drop=True)


def _account_quirks(
    company: Company, records: Records, random: np.random.Generator, log: Log
) -> None:
    account, deals = records.account, records.opportunity
    chosen = _some(len(account), 0.02, random)
    copies = account.iloc[chosen].copy()
    copies["Id"] = record_ids("account", len(chosen), start=len(account))
    copies["IsDeleted"] = True
    copies["MasterRecordId"] = account["Id"].to_numpy()[chosen]
    copies["Name"] = [name.split(" S.")[0].upper() for name in copies["Name"]]
    copies["Target_Account__c"] = False
    merged = dict(zip(copies["MasterRecordId"], copies["Id"], strict=True))
    records.account = pd.concat([account, copies], ignore_index=True)
    rule = "merged into the account in MasterRecordId"
    _note(log, "account_merged", "salesforce/Account.csv", rule, copies["Id"])
    # Deals from before the merge, half way through the records, keep the lost id.
    middle = company.observed_from + (AS_OF - company.observed_from) // 2
    old = deals["AccountId"].isin(merged) & (deals["CreatedDate"] < pd.Timestamp(middle))
    deals.loc[old, "AccountId"] = deals.loc[old, "AccountId"].map(merged)
    rule = "deal that still points at a merged account"
    _note(log, "merged_account_id", "salesforce/Opportunity.csv", rule, deals.loc[old, "Id"])


def _lead_quirks(records: Records, random: np.random.Generator, log: Log) -> None:
    file, lead = "salesforce/Lead.csv", records.lead
    ids = lead["Id"].to_numpy()
    size = len(lead)

    source = lead["LeadSource"].to_numpy(dtype=object)
    chance = random.random(size)
    varied = np.flatnonzero((chance < 0.35) & np.isin(source, list(_SOURCE_VARIANTS)))
    pick = random.integers(3, size=size)
    source[varied] = [_SOURCE_VARIANTS[source[row]][pick[row]] for row in varied]
    lead["LeadSource"] = source
    _note(log, "source_variant", file, "the source is spelt another way", ids[varied])

    missing = _some(size, 0.12, random)
    inquiry = (records.member["Status"] == "Responded") & records.member["LeadId"].isin(
        ids[missing]
    )
    records.member = records.member[~inquiry].reset_index(drop=True)
    deal = lead["ConvertedOpportunityId"].to_numpy()[missing]
    records.opportunity.loc[records.opportunity["Id"].isin(deal[deal != NO_ID]), "CampaignId"] = (
        NO_ID
    )
    rule = "no campaign of origin: no member with the status Responded, none on the deal"
    _note(log, "campaign_missing", "salesforce/CampaignMember.csv", rule, ids[missing])

    deleted = _some(np.flatnonzero(lead["IsConverted"]).astype(np.int64), 0.03, random)
    lead.loc[deleted, "IsDeleted"] = True
    _note(log, "lead_deleted", file, "converted lead deleted, its deal kept", ids[deleted])

    copies, merged = _duplicates(lead, random)
    for quirk, rule, rows in (
        ("lead_duplicate", "same person again: case, +alias or accents differ", ~merged),
        ("lead_merged", "duplicate already merged into the lead in MasterRecordId", merged),
    ):
        _note(log, quirk, file, rule, copies["Id"].to_numpy()[rows])
        log[-1]["originals"] = [str(one) for one in copies["original"].to_numpy()[rows]]
    tests = _test_leads(lead, size + len(copies), random)
    rule = f"test lead, or of the company itself (@{INTERNAL_DOMAIN})"
    _note(log, "lead_internal", file, rule, tests["Id"])
    records.lead = pd.concat([lead, copies.drop(columns="original"), tests], ignore_index=True)


def _duplicates(
    lead: pd.DataFrame, random: np.random.Generator
) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    """Return copies of some leads, and which of them were merged already."""
    size = len(lead)
    chosen = _some(size, 0.06, random)
    later = add_hours(
        lead["CreatedDate"].to_numpy()[chosen], 1 + 1_400 * random.random(len(chosen))
    )
    kind = random.integers(3, size=len(chosen))
    merged = random.random(len(chosen)) < 0.3
    inside = later < AS_OF
    chosen, later, kind, merged = chosen[inside], later[inside], kind[inside], merged[inside]
    copies = lead.iloc[chosen].copy()
    copies["original"] = copies["Id"]
    email, first, last = (copies[name].to_list() for name in ("Email", "FirstName", "LastName"))
    for row, how in enumerate(kind):
        if how == 0:
            email[row], last[row] = email[row].title(), last[row].upper()
        elif how == 1:
            email[row] = email[row].replace("@", "+web@")
        else:
            first[row], last[row] = plain(first[row]).title(), plain(last[row]).title()
            email[row] = email[row].upper()
    copies["Email"], copies["FirstName"], copies["LastName"] = email, first, last
    copies["Id"] = record_ids("lead", len(copies), start=size)
    copies["CreatedDate"] = later
    copies["IsDeleted"] = merged
    copies["MasterRecordId"] = np.where(merged, copies["original"], NO_ID)
    copies["Status"] = "New"
    copies["IsConverted"] = False
    copies["ConvertedDate"] = np.datetime64("NaT", "s")
    for name in ("ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId"):
        copies[name] = NO_ID
    copies["Disqualification_Reason__c"] = ""
    return copies, merged


def _test_leads(lead: pd.DataFrame, start: int, random: np.random.Generator) -> pd.DataFrame:
    """Return leads that the company's own people made."""
    number = np.arange(_TEST_LEADS)
    model = lead.iloc[np.linspace(0, len(lead) - 1, _TEST_LEADS).astype(np.int64)].copy()
    kind = random.integers(3, size=_TEST_LEADS)
    model["Id"] = record_ids("lead", _TEST_LEADS, start=start)
    model["FirstName"] = np.array(["Test", "Prueba", "asdf"])[kind]
    model["LastName"] = np.array(["Test", "Formulario", "asdf"])[kind]
    model["Company"] = np.array(["Test", "Marte & Venus, S.A. de C.V.", "asdf"])[kind]
    model["Email"] = [f"prueba{one}@{INTERNAL_DOMAIN}" for one in number]
    model["Status"] = "New"
    model["IsDeleted"] = False
    model["IsConverted"] = False
    model["ConvertedDate"] = np.datetime64("NaT", "s")
    for name in ("ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId"):
        model[name] = NO_ID
    model["Disqualification_Reason__c"] = ""
    return model


def _file_quirks(records: Records, log: Log) -> None:
    """Write down what holds for whole files."""
    odd = records.campaign["Name"].str.contains(r"[<>&]|^[=+@]|[|_*]", regex=True)
    rule = "a name that HTML, Markdown or a spreadsheet would take for its own"
    _note(log, "campaign_name", "salesforce/Campaign.csv", rule, records.campaign.loc[odd, "Id"])
    for quirk, file, count, rule in (
        ("latin_1", "salesforce/Account.csv", len(records.account), "ISO-8859-1, not UTF-8"),
        (
            "local_time",
            "hubspot/",
            len(records.hubspot),
            "times in America/Mexico_City without a zone",
        ),
    ):
        log.append({"quirk": quirk, "file": file, "count": count, "rule": rule, "ids": []})
