"""Salesforce's accounts, opportunities with their stages, contact roles and currencies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from alignment.exports import reasons
from alignment.exports.candidates import Candidates, Context, keep_one, midnight
from alignment.exports.crm import by_name
from alignment.exports.crm_deals import deal_types, stage_hints
from alignment.exports.histories import closed_stages
from alignment.exports.people import web_domain
from alignment.exports.salesforce_histories import deal_stages
from alignment.exports.salesforce_rows import SYSTEM, current, is_deleted, latest, reference, source
from alignment.exports.typed import column, flag, lookup
from alignment.exports.words import LOST, WON

PIPELINE = "Sales"


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give accounts, opportunities and their stages, contact roles and exchange rates."""
    found = Candidates()
    if "Account" in objects:
        _accounts(objects["Account"], found, context)
    history = pd.DataFrame()
    if "OpportunityHistory" in objects:
        history = _history(objects["OpportunityHistory"], context)
        found.add("opportunity_stages", history.drop(columns="clock"))
    if "OpportunityFieldHistory" in objects:
        given, deals = objects["OpportunityFieldHistory"], objects.get("Opportunity")
        changes = deal_stages(given, history, deals, context)
        found.add("opportunity_stages", changes.drop(columns="clock"))
        history = pd.concat([history, changes], ignore_index=True)
    if "Opportunity" in objects:
        rows = current(objects["Opportunity"], context.draft)
        rows = with_accounts(rows, objects.get("Account"), context)
        deals = _opportunities(rows, history, objects.get("Lead"), context)
        found.add("opportunities", deals)
        found.add("stage_hints", stage_hints(rows, deals))
        found.add("opportunity_stages", _current_stages(rows, deals, history))
    if "OpportunityContactRole" in objects:
        found.add("contact_roles", _roles(objects["OpportunityContactRole"], context))
    if "CurrencyType" in objects:
        found.add("exchange_rates", _rates(objects["CurrencyType"], context))
    return found


def _accounts(given: pd.DataFrame, found: Candidates, context: Context) -> None:
    rows = latest(given, context.draft)
    deleted, master = is_deleted(rows), column(rows, "master_id")
    context.draft.merge(rows[deleted & master.notna()], reasons.MERGED_RECORD)
    context.draft.set_aside(rows[deleted & master.isna()], reasons.DELETED)
    merged = rows[master.notna()]
    found.add("account_links", pd.DataFrame({"ref": merged["id"], "other": master[master.notna()]}))
    rows = rows[~deleted]
    found.add(
        "accounts",
        pd.DataFrame(
            {
                "account_id": rows["id"],
                "domain": web_domain(column(rows, "website")),
                "segment": column(rows, "segment"),
                "industry": column(rows, "industry"),
                "region": column(rows, "region"),
                "country": column(rows, "country"),
                "created_at": column(rows, "created_at", "datetime64[us, UTC]"),
                "is_target": column(rows, "is_target", "boolean"),
                **source(rows),
            }
        ),
    )


def _history(given: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Read the stages entered; a row is also written when another field of the deal changes."""
    rows = current(given, context.draft, needed=False)
    rows = rows.assign(stage=context.vocabulary.stage(rows["stage"]), id=column(rows, "id"))
    rows = rows.sort_values(["opportunity_id", "entered_at", "id", "stage"], kind="stable")
    return pd.DataFrame(
        {
            "opportunity_id": rows["opportunity_id"],
            "entered_at": rows["entered_at"],
            "stage": rows["stage"],
            "amount": column(rows, "amount", "float64"),
            "origin": "history",
            "clock": column(rows, "entered_at_clock", "boolean"),
            "is_reentry": False,
            "is_second": False,
            **source(rows),
        }
    )


def _status(rows: pd.DataFrame, stage: pd.Series) -> pd.Series:
    """Take IsClosed and IsWon, else the name of the stage."""
    closed, won = column(rows, "is_closed", "boolean"), column(rows, "is_won", "boolean")
    by_name = np.select([stage.eq(WON), stage.eq(LOST)], ["won", "lost"], default="open")
    status = np.select(
        [
            won.fillna(False).to_numpy(bool),
            closed.fillna(False).to_numpy(bool) & won.notna().to_numpy(bool),
            closed.fillna(False).to_numpy(bool),
            closed.eq(False).fillna(False).to_numpy(bool),
        ],
        ["won", "lost", np.where(by_name == "won", "won", "lost"), "open"],
        default=by_name,
    )
    return pd.Series(status, index=rows.index, dtype="str")


def _closings(
    rows: pd.DataFrame,
    status: pd.Series,
    history: pd.DataFrame,
    ends: frozenset[str],
    zone: str,
) -> pd.DataFrame:
    """Say when each closed deal closed: its last entry into a closed stage, else its close date."""
    moment = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us, UTC]")
    clock = pd.Series(True, index=rows.index)
    if len(history):
        last = history.sort_values(["opportunity_id", "entered_at"], kind="stable")
        last = last.drop_duplicates("opportunity_id", keep="last")
        last = last[last["stage"].isin(ends)].set_index("opportunity_id")
        moment = lookup(rows["id"], last["entered_at"])
        clock = ~lookup(rows["id"], last["clock"]).eq(False).fillna(False).astype(bool)
    closed = status != "open"
    moment = moment.where(closed)
    day = midnight(column(rows, "close_on", "datetime64[us]"), zone)
    known = moment.notna()
    return pd.DataFrame(
        {
            "closed_at": moment.where(known, day.where(closed)),
            "precision": np.where(known & clock | ~closed, "instant", "day"),
        },
        index=rows.index,
    )


def with_accounts(
    rows: pd.DataFrame, accounts: pd.DataFrame | None, context: Context
) -> pd.DataFrame:
    """Find the account of a report's row, which gives only its name."""
    if "account_name" not in rows or accounts is None:
        return rows
    own = column(rows, "account_id")
    known = accounts[~is_deleted(accounts)][["name", "id"]]
    lost = own.isna()
    found = by_name(rows["account_name"].where(lost, None), known, context, rows)
    return rows.assign(account_id=own.fillna(found))


def _lead_refs(rows: pd.DataFrame, leads: pd.DataFrame | None) -> pd.Series:
    """Find the lead that was converted into each deal: the first converted, then first created."""
    contact = reference(column(rows, "contact_id"))
    if leads is None or "converted_opportunity_id" not in leads:
        return contact
    made = leads[leads["converted_opportunity_id"].notna()].copy()
    for name, kind in (("converted_on", "datetime64[us]"), ("created_at", "datetime64[us, UTC]")):
        made[name] = column(made, name, kind)
    made["gone"] = is_deleted(made)
    made = made.sort_values(["gone", "converted_on", "created_at", "id"], kind="stable")
    first = made.drop_duplicates("converted_opportunity_id").set_index("converted_opportunity_id")
    return reference(lookup(rows["id"], first["id"]).astype("str")).fillna(contact)


def _opportunities(
    rows: pd.DataFrame, history: pd.DataFrame, leads: pd.DataFrame | None, context: Context
) -> pd.DataFrame:
    stage = context.vocabulary.stage(rows["stage"])
    status = _status(rows, stage)
    ends = frozenset().union(*closed_stages(pd.DataFrame({"stage": stage, "status": status})))
    closings = _closings(rows, status, history, ends, context.zone)
    currency = column(rows, "currency").str.upper()
    currency = currency.where(currency.str.fullmatch("[A-Z]{3}").fillna(False).astype(bool), None)
    return pd.DataFrame(
        {
            "opportunity_id": rows["id"],
            "account_id": column(rows, "account_id"),
            "lead_ref": _lead_refs(rows, leads),
            "created_at": column(rows, "created_at", "datetime64[us, UTC]"),
            "closed_at": closings["closed_at"],
            "precision": closings["precision"],
            "expected_close_on": column(rows, "close_on", "datetime64[us]").where(status == "open"),
            "status": status,
            "stage": stage,
            "amount": column(rows, "amount", "float64"),
            "currency": currency.fillna(column(rows, "amount_currency")),
            "pipeline": PIPELINE,
            "type": deal_types(column(rows, "type")),
            "channel": column(rows, "channel"),
            "campaign_id": column(rows, "campaign_id"),
            "owner_id": column(rows, "owner_id"),
            "lost_reason": column(rows, "lost_reason").where(status == "lost"),
            **source(rows),
        }
    )


def _current_stages(rows: pd.DataFrame, deals: pd.DataFrame, history: pd.DataFrame) -> pd.DataFrame:
    """Take the current stage, where the deal says since when, for deals without a history."""
    since = column(rows, "stage_changed_at", "datetime64[us, UTC]")
    known = set(history["opportunity_id"]) if len(history) else set()
    chosen = since.notna() & ~rows["id"].isin(known)
    return pd.DataFrame(
        {
            "opportunity_id": rows["id"][chosen],
            "entered_at": since[chosen],
            "stage": deals["stage"][chosen],
            "amount": deals["amount"][chosen],
            "origin": "current status",
            "is_reentry": False,
            **source(rows[chosen]),
        }
    )


def _roles(given: pd.DataFrame, context: Context) -> pd.DataFrame:
    rows = current(given, context.draft, needed=False)
    return pd.DataFrame(
        {
            "opportunity_id": rows["opportunity_id"],
            "lead_ref": reference(rows["contact_id"]),
            "role": column(rows, "role"),
            "is_primary": column(rows, "is_primary", "boolean"),
            **source(rows),
        }
    )


def _rates(given: pd.DataFrame, context: Context) -> pd.DataFrame:
    rows = keep_one(given, ["currency"], context.draft, modified="modified_at")
    base = flag(rows, "is_base")
    return pd.DataFrame(
        {
            "currency": rows["currency"].str.upper(),
            "rate": rows["rate"],
            "is_base": base if base.any() else rows["rate"].eq(1),
            **source(rows),
        }
    )


__all__ = ["LOST", "PIPELINE", "SYSTEM", "WON", "assemble"]
