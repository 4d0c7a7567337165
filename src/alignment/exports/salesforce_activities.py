"""Salesforce's campaigns and touches: members, tasks, events, and the users who made them."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from alignment.exports import reasons
from alignment.exports.candidates import Candidates, Context, midnight, precision
from alignment.exports.salesforce_rows import SYSTEM, current, reference, source
from alignment.exports.typed import column, flag, lookup
from alignment.exports.vocabulary import (
    AUTOMATED,
    CAMPAIGN_ACTIVITIES,
    CAMPAIGN_DEFAULT,
    MACHINE,
    MEETING,
    SALES_ACTIVITIES,
    TASK_DEFAULT,
    activity,
    automated,
    key,
    overlay,
)

_MARKETING = re.compile(r"(?i)\b(?:marketing|mercadotecnia|mercadeo|mkt|demand gen\w*)\b")
_MACHINE = re.compile(MACHINE, re.IGNORECASE)
_CALL = re.compile(r"(?i)\b(?:call|llamada|llamar)\b")
_EMAIL = re.compile(r"(?i)\b(?:e-?mail|correo)\b")
_DONE = frozenset({"completed", "completada", "completado", "terminada", "finalizada", "done"})
_OBJECTIVES = {
    "brand": ("brand", "branding", "marca", "awareness", "notoriedad"),
    "activation": ("activation", "activacion", "performance", "lead gen", "demand", "demanda"),
}
_APPEALS = {
    "emotional": ("emotional", "emocional"),
    "rational": ("rational", "racional"),
    "mixed": ("mixed", "mixto", "mixta"),
}
_PLATFORMS = {"google": "Google Ads", "meta": "Meta", "facebook": "Meta", "linkedin": "LinkedIn"}


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give campaigns and touches."""
    found = Candidates()
    campaigns = None
    if "Campaign" in objects:
        campaigns = current(objects["Campaign"], context.draft)
        found.add("campaigns", _campaigns(campaigns))
    users = current(objects["User"], context.draft) if "User" in objects else None
    if "CampaignMember" in objects:
        rows = current(objects["CampaignMember"], context.draft, needed=False)
        found.add("touches", _members(rows, campaigns, objects.get("Lead"), context))
    if "Task" in objects:
        rows = current(objects["Task"], context.draft)
        found.add("touches", _tasks(rows, users, context))
    if "Event" in objects:
        rows = current(objects["Event"], context.draft)
        found.add("touches", _events(rows, users, context))
    return found


def _word(values: pd.Series, table: Mapping[str, tuple[str, ...]]) -> pd.Series:
    known = {word: name for name, words in table.items() for word in words}
    return values.map(lambda w: known.get(key(w)), na_action="ignore").astype("str")


def _campaigns(rows: pd.DataFrame) -> pd.DataFrame:
    kinds = activity(column(rows, "type"), CAMPAIGN_ACTIVITIES, CAMPAIGN_DEFAULT)
    platform = column(rows, "platform").map(lambda w: _PLATFORMS.get(key(w), w), na_action="ignore")
    return pd.DataFrame(
        {
            "platform": SYSTEM,
            "campaign_id": rows["id"],
            "name": rows["name"],
            "channel": platform.astype("str").fillna(kinds["channel"]),
            "objective": _word(column(rows, "objective"), _OBJECTIVES),
            "appeal": _word(column(rows, "appeal"), _APPEALS),
            "region": column(rows, "region"),
            "starts_on": column(rows, "starts_on", "datetime64[us]"),
            "ends_on": column(rows, "ends_on", "datetime64[us]"),
            **source(rows),
        }
    )


def _members(
    rows: pd.DataFrame, campaigns: pd.DataFrame | None, leads: pd.DataFrame | None, context: Context
) -> pd.DataFrame:
    """Take each membership as one touch.

    It happened on the day of the first response, at the clock of the row's creation if that lies
    on the same day; without a response, at its creation. A response at the moment at which the
    lead was created is the buyer's own inquiry.
    """
    created = column(rows, "created_at", "datetime64[us, UTC]")
    answered = midnight(column(rows, "responded_on", "datetime64[us]"), context.zone)
    same_day = (created >= answered) & (created < answered + pd.Timedelta(days=1))
    at_creation = answered.isna() | same_day
    lead = column(rows, "lead_id")
    who = lead.fillna(column(rows, "contact_id"))
    kinds = _campaign_kinds(rows, campaigns)
    inquiry = _inquiries(rows, leads, created) & at_creation
    own_id = column(rows, "id").fillna(rows["campaign_id"] + "-" + who)
    return pd.DataFrame(
        {
            "touch_id": own_id,
            "lead_ref": reference(who),
            "occurred_at": created.where(at_creation, answered),
            "precision": np.where(at_creation, "instant", "day"),
            **kinds.assign(
                kind=kinds["kind"].where(~inquiry, "form"),
                initiator=kinds["initiator"].where(~inquiry, "buyer"),
            ).to_dict("series"),
            "is_inquiry": inquiry,
            "campaign_id": rows["campaign_id"],
            **source(rows),
        }
    )


def _campaign_kinds(rows: pd.DataFrame, campaigns: pd.DataFrame | None) -> pd.DataFrame:
    if campaigns is None:
        types = pd.Series(None, index=rows.index, dtype="str")
    else:
        table = campaigns.set_index("id")["type"]
        types = lookup(rows["campaign_id"], table).astype("str")
    return activity(types, CAMPAIGN_ACTIVITIES, CAMPAIGN_DEFAULT)


def _inquiries(rows: pd.DataFrame, leads: pd.DataFrame | None, created: pd.Series) -> pd.Series:
    if leads is None or "created_at" not in leads:
        return pd.Series(False, index=rows.index)
    table = leads.drop_duplicates("id").set_index("id")["created_at"]
    born = lookup(column(rows, "lead_id"), table)
    responded = flag(rows, "has_responded")
    return responded & ((created - born).abs() <= pd.Timedelta(hours=1))


def _who_made(rows: pd.DataFrame, users: pd.DataFrame | None) -> tuple[pd.Series, pd.Series]:
    """Say which activities belong to someone of marketing, and which to a machine."""
    owner = column(rows, "owner_id")
    if users is None:
        none = pd.Series(False, index=rows.index)
        return none, none
    words = [column(users, name).fillna("") for name in ("department", "title")]
    role = words[0].str.cat(words[1], sep=" ")
    name = column(users, "first_name").fillna("").str.cat(users["last_name"].fillna(""), sep=" ")
    marketing = users["id"][role.str.contains(_MARKETING) | name.str.contains(_MACHINE)]
    machine = users["id"][name.str.contains(_MACHINE)]
    return owner.isin(set(marketing)), owner.isin(set(machine))


def _task_types(rows: pd.DataFrame) -> pd.Series:
    """Name what each task was: its subtype, else its type, else what its subject says."""
    subtype = column(rows, "subtype")
    subtype = subtype.where(~subtype.map(key, na_action="ignore").isin(["task"]), None)
    subtype = subtype.replace({"ListEmail": "List Email"})
    subject = column(rows, "subject").fillna("")
    spoken = pd.Series(
        np.select(
            [
                column(rows, "call_type").notna() | subject.str.contains(_CALL),
                subject.str.contains(_EMAIL),
            ],
            ["Call", "Email"],
            default="",
        ),
        index=rows.index,
        dtype="str",
    )
    return subtype.fillna(column(rows, "type")).fillna(spoken.where(spoken != "", None))


def _done(rows: pd.DataFrame) -> pd.Series:
    if not {"is_closed", "status", "completed_at"} & set(rows.columns):
        return pd.Series(True, index=rows.index)
    status = column(rows, "status").map(key, na_action="ignore").isin(_DONE)
    closed = flag(rows, "is_closed")
    finished = column(rows, "completed_at", "datetime64[us, UTC]").notna()
    return (status | closed | finished).astype(bool)


def _tasks(rows: pd.DataFrame, users: pd.DataFrame | None, context: Context) -> pd.DataFrame:
    """Take each completed task as a touch; what a machine or marketing sent is marketing's."""
    done = _done(rows)
    context.draft.set_aside(rows[~done], reasons.NOT_DONE)
    rows = rows[done].reset_index(drop=True)
    marketing, machine = _who_made(rows, users)
    subject = column(rows, "subject").fillna("")
    logged = automated(column(rows, "subject"), column(rows, "owner"))
    by_machine = machine | logged.notna()
    kinds = activity(_task_types(rows), SALES_ACTIVITIES, TASK_DEFAULT)
    sent = logged.isna() & (machine | (marketing & kinds["kind"].eq("email")))
    logged[sent] = AUTOMATED
    kinds = overlay(kinds, logged)
    kinds["team"] = kinds["team"].where(~marketing, "marketing")
    call = column(rows, "call_type").map(key, na_action="ignore")
    inbound = call.isin(["inbound", "entrante"]) | subject.str.contains(
        r"(?i)\b(?:inbound|entrante)\b", regex=True
    )
    kinds["initiator"] = kinds["initiator"].where(~inbound, "buyer")
    completed = column(rows, "completed_at", "datetime64[us, UTC]")
    due = midnight(column(rows, "due_on", "datetime64[us]"), context.zone)
    created = column(rows, "created_at", "datetime64[us, UTC]")
    instant = completed.notna() | due.isna()
    return pd.DataFrame(
        {
            "occurred_at": completed.fillna(due).fillna(created),
            "precision": np.where(instant, "instant", "day"),
            "is_automated": by_machine.astype("boolean"),
            **_activity_columns(rows, kinds),
        }
    )


def _events(rows: pd.DataFrame, users: pd.DataFrame | None, context: Context) -> pd.DataFrame:
    child = flag(rows, "is_child")
    context.draft.merge(rows[child], reasons.OTHER_GUEST)
    rows = rows[~child].reset_index(drop=True)
    marketing, _ = _who_made(rows, users)
    kinds = activity(column(rows, "type"), SALES_ACTIVITIES, MEETING)
    kinds["team"] = kinds["team"].where(~marketing, "marketing")
    # An event of a whole day has a day and no clock.
    day = midnight(column(rows, "starts_on", "datetime64[us]"), context.zone)
    clock = rows["starts_at_clock"] & rows["starts_at"].notna()
    return pd.DataFrame(
        {
            "occurred_at": rows["starts_at"].fillna(day),
            "precision": precision(clock),
            **_activity_columns(rows, kinds),
        }
    )


def _activity_columns(rows: pd.DataFrame, kinds: pd.DataFrame) -> dict[str, object]:
    """Read what an activity hangs on: Salesforce's ids begin with the kind of record."""
    what = column(rows, "what_id")
    account = column(rows, "account_id").fillna(what.where(what.str.startswith("001"), None))
    return {
        "touch_id": rows["id"],
        "lead_ref": reference(column(rows, "who_id")),
        "account_id": account,
        "opportunity_id": what.where(what.str.startswith("006"), None),
        **kinds.to_dict("series"),
        **source(rows),
    }
