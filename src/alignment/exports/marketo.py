"""Marketo: the bulk extract of activities (JSON in a cell), leads, and a connector's tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from alignment.exports import crm, reasons
from alignment.exports.candidates import Candidates, Context, precision
from alignment.exports.profiles import Field, Profile
from alignment.exports.typed import column
from alignment.exports.vocabulary import (
    AUTOMATED,
    CLICK,
    FORM,
    OPEN,
    VISIT,
    Activity,
    key,
    overlay,
)
from alignment.text import Text

SYSTEM = "marketo"
# Marketo's standard activity types (its activity types are listed by the API of each instance).
_SALES_EMAIL = Activity("email", "Sales e-mail", "sales")
_ANSWER = Activity("email_click", "Sales e-mail", "sales", "buyer")
_TYPES: Mapping[str, Activity] = {
    "1": VISIT,
    "2": FORM,
    "3": VISIT,
    "6": AUTOMATED,
    "10": OPEN,
    "11": CLICK,
    "39": _SALES_EMAIL,
    "40": _ANSWER,
    "41": _ANSWER,
}
_MERGE, _CHANGE, _PROGRESS = "32", "13", "104"
_SUCCESS = Activity("campaign", "Campaign", "marketing", "buyer")
_STATUS = frozenset(
    {
        *("lead status", "status", "lifecycle status", "lifecycle stage", "estado"),
        *("marketing suite lead status", "revenue stage", "lead lifecycle status"),
    }
)
NO_TOUCH = Text(
    en="an activity that touches nobody (a field, a list or a score changed, an e-mail failed)",
    es="una actividad que no contacta a nadie (cambió un campo, una lista o una puntuación, o "
    "falló un correo)",
)
NOT_SENT = Text(en="the e-mail was skipped, not sent", es="el correo se omitió, no se envió")


def _instant(name: str, *headers: str, required: bool = True) -> Field:
    return Field(name, "instant", headers, required=required, stamp=True)


PROFILES = (
    Profile(
        SYSTEM,
        "activities",
        "touches",
        (
            Field("id", "text", ("marketoGUID", "Marketo GUID"), required=True),
            Field("lead_id", "text", ("leadId",), required=True),
            _instant("at", "activityDate"),
            Field("type", "text", ("activityTypeId",), required=True),
            Field("campaign", "text", ("campaignId",)),
            Field("value_id", "text", ("primaryAttributeValueId",)),
            Field("value", "text", ("primaryAttributeValue",)),
            Field("attributes", "text", ("attributes",)),
        ),
        zone="UTC",
    ),
    Profile(
        SYSTEM,
        "activities",
        "touches",
        (
            Field("id", "text", ("id",), required=True),
            Field("lead_id", "text", ("lead_id",), required=True),
            _instant("at", "activity_date"),
            Field("type", "text", ("activity_type_id",), required=True),
            Field("campaign", "text", ("campaign_id",)),
            Field("value", "text", ("primary_attribute_value",)),
            Field("new", "text", ("new_value",)),
            Field("merged", "text", ("merge_ids",)),
            Field("result", "text", ("action_result",)),
        ),
        zone="UTC",
    ),
    Profile(
        SYSTEM,
        "leads",
        "leads",
        (
            Field("id", "text", ("id",), required=True),
            Field("email", "text", ("email", "Email Address"), required=True),
            _instant("created_at", "created_at", "createdAt"),
            _instant("modified_at", "updated_at", "updatedAt"),
            Field("first_name", "text", ("first_name", "firstName")),
            Field("last_name", "text", ("last_name", "lastName")),
            Field("company", "text", ("company",)),
            Field("channel", "text", ("lead_source", "leadSource", "original_source_type")),
            Field("status", "text", ("lead_status", "leadStatus")),
            Field("country", "text", ("country",)),
            Field("salesforce_lead", "id", ("sfdc_lead_id", "sfdcLeadId")),
            Field("salesforce_contact", "id", ("sfdc_contact_id", "sfdcContactId")),
            Field("is_deleted", "flag", ("_fivetran_deleted",)),
        ),
        absent=("portal_id", "owner_id", "is_converted", "status_code"),
        zone="UTC",
    ),
    # The list of people as the application itself exports it.
    Profile(
        SYSTEM,
        "leads",
        "leads",
        (
            Field("id", "text", ("Id", "Marketo Id", "Id. de Marketo"), required=True),
            Field(
                "email",
                "text",
                ("Email Address", "Dirección de correo electrónico", "Correo electrónico"),
                required=True,
            ),
            _instant("created_at", "Created At", "Created", "Creado el", "Fecha de creación"),
            _instant("modified_at", "Updated At", "Updated", "Actualizado el", required=False),
            Field("first_name", "text", ("First Name", "Nombre")),
            Field("last_name", "text", ("Last Name", "Apellidos", "Apellido")),
            Field("company", "text", ("Company Name", "Company", "Nombre de la empresa")),
            Field(
                "channel",
                "text",
                (
                    *("Person Source", "Lead Source", "Original Source Type"),
                    *("Origen de la persona", "Origen del posible cliente"),
                ),
            ),
            Field("status", "text", ("Person Status", "Lead Status", "Estado de la persona")),
            Field("country", "text", ("Country", "País")),
        ),
        absent=("Record ID", "Record Id", "Lead Owner", "Company / Account", "Converted"),
    ),
    Profile(
        SYSTEM,
        "programs",
        "campaigns",
        (
            Field("id", "text", ("id",), required=True),
            Field("name", "text", ("name",), required=True),
            Field("sfdc_id", "text", ("sfdc_id", "program_id"), required=True),
            Field("workspace", "text", ("workspace", "workspace_name"), required=True),
            Field("channel", "text", ("channel",)),
            _instant("created_at", "created_at"),
        ),
        zone="UTC",
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give leads, programs, touches, mergers and changes of status."""
    found = Candidates()
    leads = pd.DataFrame({"id": []}, dtype="str")
    if "programs" in objects:
        found.add("campaigns", _programs(objects["programs"], context))
    if "leads" in objects:
        leads = crm.records(objects["leads"], context)
        found.add("persons", crm.persons(leads, SYSTEM, "leads", context, zoneless=False))
        for name in ("salesforce_lead", "salesforce_contact"):
            known = leads[column(leads, name).notna()]
            pairs = {"ref": crm.reference(SYSTEM, known["id"])}
            pairs["other"] = crm.reference("salesforce", column(known, name))
            found.add("links", pd.DataFrame(pairs).assign(reason="same id"))
    if "activities" in objects:
        _activities(objects["activities"], leads, found, context)
    return found


def _programs(given: pd.DataFrame, context: Context) -> pd.DataFrame:
    rows = crm.records(given, context)
    return pd.DataFrame(
        {
            "platform": SYSTEM,
            "campaign_id": rows["id"],
            "name": rows["name"],
            "channel": column(rows, "channel").fillna(AUTOMATED.channel),
            **crm.source(rows, SYSTEM),
        }
    )


def _attributes(rows: pd.DataFrame) -> pd.Series:
    """Read the JSON of each row; what is no JSON object is an empty one."""

    def read(text: object) -> dict[str, Any]:
        try:
            found = json.loads(text) if isinstance(text, str) else {}
        except json.JSONDecodeError:
            return {}
        return found if isinstance(found, dict) else {}

    return column(rows, "attributes").map(read).astype("object")


def _attribute(attributes: pd.Series, *names: str) -> pd.Series:
    def first(found: dict[str, Any]) -> object:
        return next((str(found[n]) for n in names if found.get(n) not in (None, "")), None)

    return attributes.map(first).astype("str")


def _activities(
    given: pd.DataFrame, leads: pd.DataFrame, found: Candidates, context: Context
) -> None:
    rows = crm.records(given, context)
    attributes, kind = _attributes(rows), column(rows, "type")
    new = column(rows, "new").fillna(_attribute(attributes, "New Value", "newValue"))
    merged = column(rows, "merged").fillna(_attribute(attributes, "Merge IDs", "mergeIds"))
    is_merger, is_change = kind.eq(_MERGE), kind.eq(_CHANGE)
    found.add("links", _mergers(rows[is_merger], merged[is_merger]))
    context.draft.merge(rows[is_merger], reasons.MERGER)
    word = column(rows, "value").map(key, na_action="ignore")
    stage = context.vocabulary.lead_stage(new.where(is_change & word.isin(_STATUS), None))
    is_stage = stage.notna()
    found.add("lead_stages", _stages(rows[is_stage], stage[is_stage]))
    # A change of status in a program touches somebody where the program counts it as a success.
    success = kind.eq(_PROGRESS) & _attribute(attributes, "Success", "success").str.lower().eq(
        "true"
    )
    touch = kind.isin(_TYPES) | success
    skipped = touch & column(rows, "result").eq("skipped")
    context.draft.set_aside(rows[skipped], NOT_SENT)
    context.draft.set_aside(rows[~touch & ~is_merger & ~is_stage], NO_TOUCH)
    program = column(rows, "campaign").where(~success, column(rows, "value"))
    some = rows.assign(campaign=program)[touch & ~skipped].reset_index(drop=True)
    found.add("touches", _touches(some))
    found.add("persons", _unlisted(rows[(touch & ~skipped) | is_stage], leads, context))


def _mergers(rows: pd.DataFrame, merged: pd.Series) -> pd.DataFrame:
    """Tie those merged to the lead that stayed: ``lead_id`` is the survivor."""
    listed = crm.listed(rows["lead_id"], merged.str.replace(r"[\[\]\"]", "", regex=True))
    return crm.links(SYSTEM, listed["other"], listed["id"], "merged")


def _stages(rows: pd.DataFrame, stage: pd.Series) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "lead_ref": crm.reference(SYSTEM, rows["lead_id"]),
            "entered_at": rows["at"],
            "stage": stage,
            **crm.source(rows, SYSTEM),
        }
    )


def _unlisted(rows: pd.DataFrame, leads: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Make a person, without an e-mail, of each lead that only its activities name."""
    named = rows[rows["lead_id"].notna() & ~rows["lead_id"].isin(set(leads["id"]))]
    first = named.sort_values(["at", "lead_id"], kind="stable").drop_duplicates("lead_id")
    first = first.assign(id=first["lead_id"], created_at=first["at"], is_deleted=False)
    plain = first[["id", "created_at", "is_deleted", "source_file", "source_row"]]
    return crm.persons(plain, SYSTEM, "activities", context, is_contact=True, zoneless=False)


def _touches(rows: pd.DataFrame) -> pd.DataFrame:
    kind = rows["type"].map(lambda w: _TYPES.get(w, _SUCCESS)).astype("object")
    blank = pd.DataFrame(
        dict.fromkeys(("kind", "channel", "team", "initiator"), ""), index=rows.index, dtype="str"
    )
    return pd.DataFrame(
        {
            "touch_id": crm.own_ids(SYSTEM, rows["id"]),
            "lead_ref": crm.reference(SYSTEM, rows["lead_id"]),
            "occurred_at": rows["at"],
            "precision": precision(column(rows, "at_clock", "boolean")),
            "campaign_id": column(rows, "campaign"),
            "is_automated": kind.map(lambda a: a is AUTOMATED).astype("boolean"),
            **overlay(blank, kind).to_dict("series"),
            **crm.source(rows, SYSTEM),
        }
    )
