"""HubSpot: contacts with their lifecycle dates and score points."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports.candidates import Candidates, Context, keep_one, precision
from alignment.exports.people import is_test_person, normal_email
from alignment.exports.profiles import Field, Profile
from alignment.exports.typed import column
from alignment.exports.vocabulary import FORM, key

SYSTEM = "hubspot"

# Date of entry a lifecycle stage, and the lead stage that it is here.
_LIFECYCLE = {
    "became_mql_at": "mql",
    "became_sal_at": "sal",
    "became_sql_at": "sql",
    "became_customer_at": "customer",
}
# Points that the contact's own attributes give, rather than marketing's touches.
_FIT_POINTS = frozenset({"fit", "perfil", "ajuste", "firmographic", "demographic", "negative"})


def _became(name: str, english: str, spanish: str) -> Field:
    headers = (
        f"Became a {english} Date",
        f"Became an {english} Date",
        f"Fecha en que se convirtió en {spanish}",
        f"Se convirtió en {spanish} el",
    )
    return Field(name, "instant", headers, stamp=True)


PROFILES = (
    Profile(
        SYSTEM,
        "contacts",
        "leads",
        (
            Field("id", "text", ("Record ID", "ID de registro", "Contact ID"), required=True),
            Field("email", "text", ("Email", "Correo", "Correo electrónico"), required=True),
            Field(
                "created_at",
                "instant",
                ("Create Date", "Fecha de creación"),
                required=True,
                stamp=True,
            ),
            Field("first_name", "text", ("First Name", "Nombre")),
            Field("last_name", "text", ("Last Name", "Apellidos", "Apellido")),
            Field("company", "text", ("Company Name", "Nombre de la empresa")),
            Field("status", "text", ("Lifecycle Stage", "Etapa del ciclo de vida")),
            Field(
                "source",
                "text",
                ("Original Traffic Source", "Original Source", "Fuente original"),
            ),
            Field(
                "drill_down",
                "text",
                ("Original Source Drill-Down 1", "Original Traffic Source Drill-Down 1"),
            ),
            Field("conversion", "text", ("First Conversion", "Primera conversión")),
            Field(
                "converted_at",
                "instant",
                ("First Conversion Date", "Fecha de la primera conversión"),
                stamp=True,
            ),
            Field("country", "text", ("Country/Region", "Country", "País/región")),
            Field("score", "number", ("HubSpot Score", "Puntuación de HubSpot")),
            _became("became_lead_at", "Lead", "lead"),
            _became("became_mql_at", "Marketing Qualified Lead", "lead calificado por marketing"),
            _became("became_sal_at", "Sales Accepted Lead", "lead aceptado por ventas"),
            _became("became_sql_at", "Sales Qualified Lead", "lead calificado por ventas"),
            _became("became_customer_at", "Customer", "cliente"),
        ),
        absent=("Deal Stage", "Etapa del negocio"),
        decimal=".",
        prefixes={"score points:": "points ", "puntos:": "points "},
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give persons, lead stages and first conversions of HubSpot's contacts."""
    found = Candidates()
    if "contacts" not in objects:
        return found
    rows = context.draft.without_id(objects["contacts"], "id")
    rows = keep_one(rows, ["id"], context.draft).reset_index(drop=True)
    ref = f"{SYSTEM}:" + rows["id"]
    where = {
        "source_system": SYSTEM,
        "source_file": rows["source_file"],
        "source_row": rows["source_row"],
    }
    found.add("persons", _persons(rows, ref, where, context))
    for name, stage in _LIFECYCLE.items():
        if name in rows:
            reached = rows[name].notna()
            stages = pd.DataFrame({"lead_ref": ref, "entered_at": rows[name], **where})
            found.add("lead_stages", stages[reached].assign(stage=stage, is_second=True))
    found.add("touches", _first_conversions(rows, ref, where))
    return found


def _points(rows: pd.DataFrame) -> pd.Series:
    """Add up the points that marketing's touches gave."""
    names = [
        c
        for c in rows.columns
        if c.startswith("points ") and key(c.removeprefix("points ")) not in _FIT_POINTS
    ]
    if not names:
        return pd.Series(float("nan"), index=rows.index)
    return rows[names].sum(axis=1, min_count=1)


def _channel(rows: pd.DataFrame) -> pd.Series:
    """Name the channel: the traffic source, LinkedIn where its drill-down says so."""
    channel, detail = column(rows, "source"), column(rows, "drill_down")
    linkedin = detail.str.contains("linkedin", case=False).fillna(False).astype(bool)
    channel = channel.where(~(channel.eq("Paid Social") & linkedin), "LinkedIn")
    webinar = detail.str.contains("webinar", case=False).fillna(False).astype(bool)
    return channel.where(~(channel.eq("Email Marketing") & webinar), "Webinar")


def _persons(
    rows: pd.DataFrame, ref: pd.Series, where: dict[str, object], context: Context
) -> pd.DataFrame:
    email = normal_email(rows["email"], plus_alias=context.vocabulary.plus_alias)
    names = [column(rows, name) for name in ("first_name", "last_name", "company")]
    return pd.DataFrame(
        {
            "ref": ref,
            **where,
            "source_object": "contacts",
            "source_id": rows["id"],
            "email": email,
            "created_at": rows["created_at"],
            "precision": precision(rows["created_at_clock"]),
            "channel": _channel(rows),
            "status": column(rows, "status"),
            "country": column(rows, "country"),
            "score_at_mql": column(rows, "score", "float64"),
            "marketing_points": _points(rows),
            "is_test": is_test_person(email, names),
            "is_deleted": False,
            "is_contact": False,
            "zoneless": True,
        }
    )


def _first_conversions(
    rows: pd.DataFrame, ref: pd.Series, where: dict[str, object]
) -> pd.DataFrame:
    """Take the first form as the buyer's own touch: at its date, else when the contact was made."""
    at = column(rows, "converted_at", "datetime64[us, UTC]").fillna(rows["created_at"])
    frame = pd.DataFrame(
        {
            "touch_id": f"{SYSTEM}:" + rows["id"] + ":first conversion",
            "lead_ref": ref,
            "occurred_at": at,
            "precision": precision(rows["created_at_clock"]),
            "kind": FORM.kind,
            "channel": _channel(rows).fillna(FORM.channel),
            "team": FORM.team,
            "initiator": FORM.initiator,
            "is_inquiry": True,
            "is_second": True,
            **where,
        }
    )
    return frame[column(rows, "conversion").notna() & at.notna()]
