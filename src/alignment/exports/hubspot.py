"""HubSpot: contacts with their lifecycle dates and score points, and what else it exports."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports import crm, hubspot_activities, hubspot_deals
from alignment.exports.candidates import Candidates, Context, keep_one, precision
from alignment.exports.people import is_test_person, normal_email
from alignment.exports.profiles import Field, Profile
from alignment.exports.typed import column, flag
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
    headers: tuple[str, ...] = (
        f"Became a {english} Date",
        f"Became an {english} Date",
        f"Fecha en que se convirtió en {spanish}",
        f"Fecha en la que se convirtió en {spanish}",
        f"Se convirtió en {spanish} el",
        f"Se convirtió en una fecha de {spanish}",
    )
    # Marketing and sales qualify a lead “por” or “para”, in “calificado” or “cualificado”.
    ways = [(" por ", " para "), ("calificado", "cualificado")]
    for one, other in ways:
        headers += tuple(h.replace(one, other) for h in headers if one in h)
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
            Field(
                "status",
                "text",
                ("Lifecycle Stage", "Etapa del ciclo de vida", "Fase del ciclo de vida"),
            ),
            Field(
                "source",
                "text",
                (
                    *("Original Traffic Source", "Original Source", "Original Source Type"),
                    *("Fuente original", "Fuente de tráfico original", "hs_analytics_source"),
                    *("Fuente original de tráfico", "Latest Traffic Source"),
                ),
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
            Field("merged_ids", "text", ("Merged record IDs", "IDs de registros combinados")),
            Field(
                "company_ids",
                "text",
                (
                    *("Primary Associated Company ID", "Associated Company IDs"),
                    *("Associated Company ID", "ID de la empresa asociada principal"),
                    *("IDs de empresas asociadas", "IDs de empresa asociados"),
                    *("Associated Company IDs (Primary)", "ID de la empresa principal"),
                ),
            ),
            Field("owner_id", "text", ("Contact owner", "Propietario del contacto")),
            Field("salesforce_lead", "id", ("Salesforce Lead ID",)),
            Field("salesforce_contact", "id", ("Salesforce Contact ID",)),
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
    # A connector's table of contacts in a warehouse.
    Profile(
        SYSTEM,
        "contacts",
        "leads",
        (
            Field("id", "text", ("id", "contact_id", "vid"), required=True),
            Field("email", "text", ("property_email",), required=True),
            Field("created_at", "instant", ("property_createdate",), required=True, stamp=True),
            Field("first_name", "text", ("property_firstname",)),
            Field("last_name", "text", ("property_lastname",)),
            Field("company", "text", ("property_company",)),
            Field("status", "text", ("property_lifecyclestage",)),
            Field("source", "text", ("property_hs_analytics_source",)),
            Field("country", "text", ("property_country",)),
            Field("conversion", "text", ("property_first_conversion_event_name",)),
            Field("converted_at", "instant", ("property_first_conversion_date",), stamp=True),
            Field("merged_ids", "text", ("property_hs_merged_object_ids",)),
            Field("company_ids", "text", ("property_associatedcompanyid",)),
            Field(
                "became_mql_at",
                "instant",
                ("property_hs_lifecyclestage_marketingqualifiedlead_date",),
            ),
            Field(
                "became_sql_at", "instant", ("property_hs_lifecyclestage_salesqualifiedlead_date",)
            ),
            Field("became_customer_at", "instant", ("property_hs_lifecyclestage_customer_date",)),
            Field("is_deleted", "flag", ("_fivetran_deleted", "is_deleted")),
        ),
        zone="UTC",
        decimal=".",
    ),
    Profile(
        SYSTEM,
        "contact merge audit",
        "mergers",
        (
            Field("merged", "text", ("vid_to_merge",), required=True),
            Field("into", "text", ("canonical_vid",), required=True),
        ),
    ),
    *hubspot_deals.PROFILES,
    *hubspot_activities.PROFILES,
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give what contacts are and did, companies, deals and activities."""
    found = Candidates()
    found.extend(hubspot_deals.assemble(objects, context))
    found.extend(hubspot_activities.assemble(objects, context))
    if "contact merge audit" in objects:
        audit = objects["contact merge audit"]
        found.add("links", _links(audit["merged"], SYSTEM, audit["into"], "merged"))
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
    for link in _ties(rows):
        found.add("links", link)
    for name, stage in _LIFECYCLE.items():
        if name in rows:
            reached = rows[name].notna()
            stages = pd.DataFrame({"lead_ref": ref, "entered_at": rows[name], **where})
            found.add("lead_stages", stages[reached].assign(stage=stage, is_second=True))
    found.add("touches", _first_conversions(rows, ref, where))
    return found


def _links(ids: pd.Series, system: str, others: pd.Series, reason: str) -> pd.DataFrame:
    """Tie contacts to the records of a system, where both are known."""
    links = pd.DataFrame({"ref": f"{SYSTEM}:" + ids, "other": f"{system}:" + others})
    return links.assign(reason=reason)[ids.notna() & others.notna()]


def _ties(rows: pd.DataFrame) -> list[pd.DataFrame]:
    """Tie a contact to those merged into it, and to the Salesforce records it is kept as."""
    merged = column(rows, "merged_ids").str.findall(r"(?:^|[;,])\s*(\d+)")
    pairs = pd.DataFrame({"id": rows["id"], "merged": merged}).explode("merged")
    pairs = pairs.astype("str")
    return [
        _links(pairs["merged"], SYSTEM, pairs["id"], "merged"),
        *(
            _links(rows["id"], "salesforce", column(rows, name), "same id")
            for name in ("salesforce_lead", "salesforce_contact")
        ),
    ]


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
    channel, detail = crm.channel_words(column(rows, "source")), column(rows, "drill_down")
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
            "account_id": crm.own_ids(SYSTEM, crm.first_of(column(rows, "company_ids"))),
            "channel": _channel(rows),
            "status": column(rows, "status"),
            "owner_id": column(rows, "owner_id"),
            "country": column(rows, "country"),
            "score_at_mql": column(rows, "score", "float64"),
            "marketing_points": _points(rows),
            "is_test": is_test_person(email, names),
            "is_deleted": flag(rows, "is_deleted"),
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
