"""HubSpot's activities: calls, meetings and e-mails, whose direction tells who started them."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports import crm, crm_activities
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile
from alignment.exports.typed import column, lookup
from alignment.exports.vocabulary import key
from alignment.text import Text

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

_SUBJECTS = (
    *("Call Title", "Meeting name", "Meeting title", "Email subject", "Task title"),
    *("Título de la llamada", "Nombre de la reunión", "Título de la reunión"),
    *("Asunto del correo", "Asunto del correo electrónico", "Título de la tarea"),
    *("Subject", "Asunto"),
)
_AT = (
    *("Activity date", "Fecha de actividad", "Fecha de la actividad"),
    *("Meeting start time", "Hora de inicio de la reunión", "Due date", "Fecha de vencimiento"),
)
# Each kind of activity has an index page of its own, whose export leaves the kind out: what
# tells it is the column that names such an activity.
_PAGES = (
    ("call", ("Call Title", "Título de la llamada")),
    ("meeting", ("Meeting name", "Meeting title", "Nombre de la reunión", "Título de la reunión")),
    ("email", ("Email subject", "Asunto del correo", "Asunto del correo electrónico")),
    ("task", ("Task title", "Título de la tarea")),
)


def _activities(*signature: Field, at: tuple[str, ...] = _AT, kind: str | None = None) -> Profile:
    """Return the profile of activities: of all kinds, or of one that the page implies."""
    own = {field.name for field in signature}
    fields = (
        Field("at", "instant", at, required=True),
        Field("id", "text", ("Record ID", "ID de registro", "Activity ID", "Engagement ID")),
        Field("subject", "text", _SUBJECTS),
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
    )
    return Profile(
        SYSTEM,
        "activities",
        "touches",
        (*signature, *(field for field in fields if field.name not in own)),
        absent=("Deal Stage", "Lifecycle Stage", "Event Name", "Etapa del negocio"),
        constants={} if kind is None else {"type": kind},
    )


PROFILES = (
    _activities(
        Field("type", "text", ("Activity Type", "Tipo de actividad"), required=True), at=_AT[:3]
    ),
    *(
        _activities(Field("subject", "text", titles, required=True), kind=kind)
        for kind, titles in _PAGES
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


# Meetings that did not take place.
_MISSED = frozenset(
    {
        *("canceled", "cancelled", "rescheduled", "no show", "no_show", "noshow"),
        *("cancelado", "cancelada", "reprogramado", "reprogramada", "no se presento"),
        *("ausente", "no asistio"),
    }
)
MISSED = Text(
    en="a meeting that did not take place (cancelled, moved, nobody came)",
    es="una reunión que no tuvo lugar (cancelada, aplazada, nadie acudió)",
)
_SEVERAL = Text(
    en="Activities with several contacts, which count once, for the first of them: {n}.",
    es="Actividades con varios contactos, que cuentan una vez, para el primero de ellos: {n}.",
)
NOTE = Text(en="a note: it touches nobody", es="una nota: no es un contacto con nadie")


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give touches: one an activity, with the first of its contacts."""
    found = Candidates()
    for name in ("activities", "engagements"):
        if name in objects:
            rows = _complete(objects[name], name)
            rows = _made(crm_activities.undone(crm.records(rows, context), context), context)
            found.add("touches", _touches(rows, objects, context))
    return found


def _made(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Set aside meetings that did not take place, and notes."""
    missed = column(rows, "outcome").map(key, na_action="ignore").isin({key(w) for w in _MISSED})
    note = column(rows, "type").map(key, na_action="ignore").isin({"note", "nota"})
    context.draft.set_aside(rows[missed], MISSED)
    context.draft.set_aside(rows[note & ~missed], NOTE)
    return rows[~missed & ~note].reset_index(drop=True)


def _complete(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Name activities that carry no id, and the kind of those of a table that leaves it out."""
    if name == "engagements":
        meeting = column(rows, "end", "datetime64[us, UTC]").notna()
        kind = column(rows, "type")
        return rows.assign(type=kind.where(kind.notna() | ~meeting, "Meeting"))
    if "id" in rows and rows["id"].notna().all():
        return rows
    code = crm.by_content(rows, ("type", "at", "subject", "contact_ids", "deal_ids"))
    made = code + "-" + code.groupby(code).cumcount().astype("str")
    return rows.assign(id=column(rows, "id").fillna(made))


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


def _touches(
    rows: pd.DataFrame, objects: Mapping[str, pd.DataFrame], context: Context
) -> pd.DataFrame:
    several = column(rows, "contact_ids").str.contains(r"\S[;,|]\s*\S", regex=True)
    several = several.fillna(False).astype(bool)
    context.draft.note_rows("several-contacts", rows[several], _SEVERAL)
    return crm_activities.touches(
        rows,
        SYSTEM,
        lead_ref=crm.reference(SYSTEM, _related(rows, objects, "contact", "contact_ids")),
        account_id=crm.own_ids(SYSTEM, _related(rows, objects, "company", "company_ids")),
        opportunity_id=crm.own_ids(SYSTEM, _related(rows, objects, "deal", "deal_ids")),
    )
