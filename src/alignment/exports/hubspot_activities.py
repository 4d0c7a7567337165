"""HubSpot's activities: calls, meetings and e-mails, whose direction tells who started them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports import crm, crm_activities
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile
from alignment.exports.typed import column, lookup

SYSTEM = "hubspot"
_CONTACTS = (
    *("Associated Contact IDs", "IDs de contactos asociados", "IDs de contacto asociados"),
    *("Contact ID", "Contact IDs", "Associated Contact ID"),
)
_COMPANIES = (
    *("Associated Company IDs", "IDs de empresas asociadas", "IDs de empresa asociados"),
    *("Associated Company ID",),
)
_DEALS = (
    *("Associated Deal IDs", "IDs de negocios asociados", "IDs de negocio asociados"),
    *("Associated Deal ID",),
)

PROFILES = (
    Profile(
        SYSTEM,
        "activities",
        "touches",
        (
            Field("type", "text", ("Activity Type", "Tipo de actividad"), required=True),
            Field(
                "at",
                "instant",
                ("Activity date", "Fecha de actividad", "Fecha de la actividad"),
                required=True,
            ),
            Field("id", "text", ("Record ID", "ID de registro", "Activity ID", "Engagement ID")),
            Field(
                "subject",
                "text",
                (
                    *("Call Title", "Call title", "Meeting name", "Meeting title", "Email subject"),
                    *("Task title", "Título de la llamada", "Nombre de la reunión"),
                    *("Asunto del correo", "Asunto del correo electrónico", "Subject", "Asunto"),
                ),
            ),
            Field(
                "direction",
                "text",
                (
                    *("Email direction", "Dirección del correo", "Call direction"),
                    *("Dirección del correo electrónico", "Dirección de la llamada"),
                ),
            ),
            Field("outcome", "text", ("Meeting outcome", "Resultado de la reunión")),
            Field("done", "text", ("Task Status", "Estado de la tarea")),
            Field(
                "owner",
                "text",
                ("Activity assigned to", "Actividad asignada a", "Activity created by"),
            ),
            Field("contact_ids", "text", _CONTACTS),
            Field("company_ids", "text", _COMPANIES),
            Field("deal_ids", "text", _DEALS),
            Field("created_at", "instant", ("Create Date", "Fecha de creación"), stamp=True),
        ),
        absent=("Deal Stage", "Lifecycle Stage", "Event Name"),
    ),
    # A connector writes one table a kind of engagement, and others for whom it was with.
    Profile(
        SYSTEM,
        "engagements",
        "touches",
        (
            Field("id", "text", ("engagement_id",), required=True),
            Field("at", "instant", ("property_hs_timestamp", "start_time"), required=True),
            Field("type", "text", ("type",)),
            Field(
                "subject",
                "text",
                ("property_hs_email_subject", "property_hs_call_title", "title"),
            ),
            Field(
                "direction",
                "text",
                ("property_hs_email_direction", "property_hs_call_direction"),
            ),
            Field("outcome", "text", ("meeting_outcome", "property_hs_meeting_outcome")),
            Field("created_at", "instant", ("property_hs_createdate",), stamp=True),
            Field("end", "instant", ("end_time",)),
        ),
        zone="UTC",
    ),
    *(
        Profile(
            SYSTEM,
            f"engagement {kind}",
            "relations",
            (
                Field("id", "text", ("engagement_id",), required=True),
                Field("other", "text", (f"{kind}_id",), required=True),
            ),
            absent=("property_hs_timestamp", "start_time"),
        )
        for kind in ("contact", "company", "deal")
    ),
    Profile(
        SYSTEM,
        "engagement list",
        "relations",
        (
            Field("id", "text", ("id",), required=True),
            Field("type", "text", ("type",), required=True),
            Field("portal_id", "text", ("portal_id",), required=True),
            Field("synced_at", "instant", ("_fivetran_synced",), required=True, stamp=True),
        ),
        absent=("email",),
        zone="UTC",
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give touches: one a contact of each activity."""
    found = Candidates()
    for name in ("activities", "engagements"):
        if name in objects:
            rows = _complete(objects[name], name)
            rows = crm_activities.undone(crm.records(rows, context), context)
            found.add("touches", _touches(rows, objects))
    return found


def _complete(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Name activities that carry no id, and the kind of those of a table that leaves it out."""
    if name == "engagements":
        meeting = column(rows, "end", "datetime64[us, UTC]").notna()
        kind = column(rows, "type")
        return rows.assign(type=kind.where(kind.notna() | ~meeting, "Meeting"))
    if "id" in rows:
        return rows
    content = [c for c in ("type", "at", "subject", "contact_ids", "deal_ids") if c in rows]
    code = pd.util.hash_pandas_object(rows[content].astype("str").fillna(""), index=False)
    twin = code.groupby(code).cumcount().astype("str")
    return rows.assign(id=code.map("{:016x}".format).astype("str") + "-" + twin)


def _related(
    rows: pd.DataFrame, objects: Mapping[str, pd.DataFrame], kind: str, name: str
) -> pd.Series:
    own = crm.first_of(column(rows, name))
    table = objects.get(f"engagement {kind}")
    if table is None:
        return own
    first = table.dropna(subset=["id", "other"]).sort_values(["id", "other"])
    first = first.drop_duplicates("id").set_index("id")["other"]
    return own.fillna(lookup(rows["id"], first).astype("str"))


def _touches(rows: pd.DataFrame, objects: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    return crm_activities.touches(
        rows,
        SYSTEM,
        lead_ref=crm.reference(SYSTEM, _related(rows, objects, "contact", "contact_ids")),
        account_id=crm.own_ids(SYSTEM, _related(rows, objects, "company", "company_ids")),
        opportunity_id=crm.own_ids(SYSTEM, _related(rows, objects, "deal", "deal_ids")),
    )
