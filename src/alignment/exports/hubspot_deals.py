"""HubSpot's deals with the stages they entered, its companies and pipelines."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from alignment.exports import crm, crm_deals, reasons
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile
from alignment.exports.typed import column, flag, lookup
from alignment.exports.words import LOST, WON
from alignment.text import Text

SYSTEM = "hubspot"
_ENTERED = "entered "
_ONE_ENTRY = Text(
    en="Deals whose stages come from columns, which hold one entry a stage: a stage entered twice "
    "shows only its last entry: {n}.",
    es="Negocios cuyas etapas vienen de columnas, con una sola entrada por etapa: de una etapa en "
    "la que se entró dos veces solo se ve la última entrada: {n}.",
)


def _field(kind: str, name: str, *headers: str, required: bool = False) -> Field:
    return Field(name, kind, headers, required=required)  # type: ignore[arg-type]


def _stamp(name: str, *headers: str, required: bool = False) -> Field:
    return Field(name, "instant", headers, required=required, stamp=True)


_SYNCED = _stamp("synced_at", "_fivetran_synced", required=True)
_DELETED = _field("flag", "is_deleted", "is_deleted", "_fivetran_deleted")
_COMPANY = (
    _field("text", "website", "Website URL", "URL del sitio web"),
    _field("text", "industry", "Industry", "Sector", "Industria"),
    _field("text", "country", "Country/Region", "Country", "País/región"),
    _field("flag", "is_target", "Target Account", "Cuenta objetivo"),
    _stamp("created_at", "Create Date", "Fecha de creación"),
    _field("text", "merged_ids", "Merged record IDs", "IDs de registros combinados"),
)
PROFILES = (
    Profile(
        SYSTEM,
        "deals",
        "opportunities",
        (
            _field(
                "text",
                "id",
                "Record ID",
                "ID de registro",
                "Deal ID",
                "hs_object_id",
                required=True,
            ),
            _field(
                "text",
                "stage",
                *("Deal Stage", "Etapa del negocio", "Fase del negocio", "dealstage"),
                required=True,
            ),
            _field("text", "name", "Deal Name", "Nombre del negocio", "dealname"),
            _field(
                "text", "pipeline", "Pipeline", "Canal", "Pipeline de negocios", "Flujo de trabajo"
            ),
            _field(
                "number",
                "amount",
                *("Amount", "Importe", "Valor", "Cantidad", "Monto"),
                *("Importe del negocio", "Valor del negocio", "Monto del negocio"),
            ),
            _field("text", "currency", "Currency", "Moneda", "Divisa", "deal_currency_code"),
            _stamp("created_at", "Create Date", "Fecha de creación", "createdate"),
            _field("instant", "close_at", "Close Date", "Fecha de cierre", "closedate"),
            _field("flag", "is_won", "Is Closed Won", "Está cerrado y ganado", "hs_is_closed_won"),
            _field("flag", "is_lost", "Is closed lost", "Está cerrado y perdido"),
            _field(
                "flag", "is_closed", "Is Deal Closed?", "¿El negocio está cerrado?", "hs_is_closed"
            ),
            _field("number", "probability", "Deal probability", "Probabilidad del negocio"),
            _field("text", "type", "Deal Type", "Tipo de negocio", "dealtype"),
            _field(
                "text",
                "lost_reason",
                "Closed Lost Reason",
                "Motivo de pérdida",
                "Motivo del cierre perdido",
            ),
            _field(
                "text",
                "channel",
                *("Original Traffic Source", "Original Source Type", "Fuente original"),
                *("Fuente de tráfico original", "Fuente original de tráfico"),
                "hs_analytics_source",
            ),
            _field("text", "owner_id", "Deal owner", "Propietario del negocio", "hubspot_owner_id"),
            _field(
                "text",
                "contact_ids",
                "Associated Contact IDs",
                "IDs de contactos asociados",
                "IDs de contacto asociados",
            ),
            _field(
                "text",
                "company_ids",
                "Associated Company IDs",
                "IDs de empresas asociadas",
                "IDs de empresa asociados",
            ),
            _field("text", "merged_ids", "Merged record IDs", "IDs de registros combinados"),
            _stamp(
                "modified_at",
                "Last Modified Date",
                "Fecha de la última modificación",
                "hs_lastmodifieddate",
            ),
        ),
        decimal=".",
        dated={
            r'date entered ["“«](.+)["”»]': _ENTERED,
            r'fecha (?:de (?:entrada|ingreso)|introducida) (?:en|a) ["“«](.+)["”»]': _ENTERED,
            r"hs_v2_date_entered_(.+)": _ENTERED,
            r"hs_date_entered_(.+)": _ENTERED,
        },
    ),
    Profile(
        SYSTEM,
        "companies",
        "accounts",
        (
            _field("text", "id", "Record ID", "ID de registro", "Company ID", required=True),
            _field(
                "text",
                "domain",
                *(
                    "Company Domain Name",
                    "Nombre de dominio de la empresa",
                    "Dominio de la empresa",
                ),
                *("Company domain",),
                required=True,
            ),
            _field("text", "name", "Company name", "Nombre de la empresa", "Name", "Nombre"),
            *_COMPANY,
        ),
        absent=("Deal Stage", "Etapa del negocio", "Email", "Correo"),
    ),
    # The view that companies export by default shows their owner and no domain.
    Profile(
        SYSTEM,
        "companies",
        "accounts",
        (
            _field("text", "id", "Record ID", "ID de registro", "Company ID", required=True),
            _field("text", "name", "Company name", "Nombre de la empresa", required=True),
            _field("text", "owner", "Company owner", "Propietario de la empresa", required=True),
            *_COMPANY,
        ),
        absent=("Deal Stage", "Etapa del negocio", "Email", "Correo"),
    ),
    # The same objects as a connector writes them into a warehouse.
    Profile(
        SYSTEM,
        "deals",
        "opportunities",
        (
            _field("text", "id", "deal_id", required=True),
            _field("text", "stage", "deal_pipeline_stage_id", required=True),
            _stamp("created_at", "property_createdate", required=True),
            _field("text", "pipeline", "deal_pipeline_id"),
            _field("number", "amount", "property_amount"),
            _field("text", "currency", "property_deal_currency_code"),
            _field("instant", "close_at", "property_closedate"),
            _field("text", "type", "property_dealtype"),
            _field("text", "lost_reason", "property_closed_lost_reason"),
            _field("text", "channel", "property_hs_analytics_source"),
            _field("text", "owner_id", "owner_id"),
            _DELETED,
        ),
        zone="UTC",
        decimal=".",
    ),
    Profile(
        SYSTEM,
        "companies",
        "accounts",
        (
            _field("text", "id", "id", required=True),
            _field("text", "name", "property_name", required=True),
            _stamp("created_at", "property_createdate", required=True),
            _field("text", "domain", "property_domain"),
            _field("text", "website", "property_website"),
            _field("text", "industry", "property_industry"),
            _field("text", "country", "property_country"),
            _DELETED,
        ),
        absent=("property_email",),
        zone="UTC",
    ),
    Profile(
        SYSTEM,
        "deal stages",
        "opportunity_stages",
        (
            _field("text", "deal_id", "deal_id", required=True),
            _field("text", "stage", "value", required=True),
            _stamp("entered_at", "date_entered", required=True),
        ),
        zone="UTC",
    ),
    Profile(
        SYSTEM,
        "pipeline stages",
        "pipeline stages",
        (
            _field("text", "id", "stage_id", required=True),
            _field("text", "label", "label", required=True),
            _field("text", "pipeline", "pipeline_id", required=True),
            _field("number", "position", "display_order"),
            _field("flag", "is_won", "closed_won"),
            _field("flag", "is_closed", "is_closed"),
        ),
        zone="UTC",
    ),
    Profile(
        SYSTEM,
        "deal contacts",
        "contact_roles",
        (
            _field("text", "deal_id", "deal_id", required=True),
            _field("text", "contact_id", "contact_id", required=True),
            _field("text", "type_id", "type_id", required=True),
        ),
    ),
    Profile(
        SYSTEM,
        "deal companies",
        "relations",
        (
            _field("text", "deal_id", "deal_id", required=True),
            _field("text", "company_id", "company_id", required=True),
        ),
    ),
    Profile(
        SYSTEM,
        "merged deals",
        "mergers",
        (
            _field("text", "into", "deal_id", required=True),
            _field("text", "merged", "merged_deal_id", required=True),
        ),
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give companies, deals, their stages and their contacts."""
    found = Candidates()
    if "companies" in objects:
        rows = crm.records(_present(objects["companies"], context), context)
        found.add("accounts", crm.accounts(rows, SYSTEM))
        merged = crm.listed(rows["id"], column(rows, "merged_ids"))
        pairs = {
            "ref": crm.own_ids(SYSTEM, merged["other"]),
            "other": crm.own_ids(SYSTEM, merged["id"]),
        }
        found.add("account_links", pd.DataFrame(pairs))
    stages = _stage_words(objects)
    history = _history(objects.get("deal stages"), stages, context)
    found.add("opportunity_stages", history)
    if "deals" in objects:
        _deals(objects, stages, history, found, context)
    if "deal contacts" in objects:
        found.add("contact_roles", _roles(objects["deal contacts"]))
    return found


def _present(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    gone = flag(rows, "is_deleted")
    context.draft.set_aside(rows[gone], Text(en="deleted in HubSpot", es="eliminado en HubSpot"))
    return rows[~gone].reset_index(drop=True)


def _stage_words(objects: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the label of each stage id, and whether it wins or loses, from a table of stages."""
    rows = objects.get("pipeline stages")
    if rows is None:
        return pd.DataFrame({"label": [], "is_won": [], "is_lost": []}, dtype="object")
    won, closed = flag(rows, "is_won"), flag(rows, "is_closed")
    frame = rows.assign(is_won=won, is_lost=closed & ~won)
    return frame.drop_duplicates("id").set_index("id")[["label", "is_won", "is_lost"]]


def _named(stage: pd.Series, words: pd.DataFrame) -> pd.Series:
    """Give stages of an internal id their label; a stage that closes is won or lost by itself."""
    label = lookup(stage, words["label"]).astype("str")
    for name, canonical in (("is_won", WON), ("is_lost", LOST)):
        label = label.where(~lookup(stage, words[name]).eq(True).astype(bool), canonical)
    return label.fillna(stage)


def _history(rows: pd.DataFrame | None, words: pd.DataFrame, context: Context) -> pd.DataFrame:
    if rows is None:
        return pd.DataFrame()
    rows = rows[rows["stage"].notna() & rows["entered_at"].notna()]
    return pd.DataFrame(
        {
            "opportunity_id": crm.own_ids(SYSTEM, rows["deal_id"]),
            "entered_at": rows["entered_at"],
            "stage": context.vocabulary.stage(_named(rows["stage"], words)),
            "origin": "history",
            "is_reentry": False,
            "is_second": False,
            **crm.source(rows, SYSTEM),
        }
    )


def _deals(
    objects: Mapping[str, pd.DataFrame],
    words: pd.DataFrame,
    history: pd.DataFrame,
    found: Candidates,
    context: Context,
) -> None:
    rows = _survivors(_present(objects["deals"], context), objects, context)
    rows = rows.assign(stage=_named(column(rows, "stage"), words))
    at = column(rows, "close_at", "datetime64[us, UTC]")
    day = at.dt.tz_convert(context.zone).dt.tz_localize(None).dt.normalize().dt.as_unit("us")
    rows = rows.assign(
        close_on=day, ended_at=at, ended_at_clock=column(rows, "close_at_clock", "boolean")
    )
    listed = crm.listed(rows["id"], column(rows, "contact_ids"))
    contact = crm.first_of(column(rows, "contact_ids")).fillna(_first(objects, rows, "contact"))
    company = crm.first_of(column(rows, "company_ids")).fillna(_first(objects, rows, "company"))
    ids = crm.own_ids(SYSTEM, rows["id"])
    labels = pd.DataFrame({"opportunity_id": ids, "source_system": SYSTEM})
    entries = crm_deals.entered(rows, labels, _moments(rows), context)
    if len(entries):
        count = rows[ids.isin(set(entries["opportunity_id"]))]
        context.draft.note_rows("one-entry-a-stage", count, _ONE_ENTRY)
    if len(history):
        known = set(history["opportunity_id"])
        entries = entries[~entries["opportunity_id"].isin(known)] if len(entries) else entries
    found.add("opportunity_stages", entries)
    deals = crm_deals.opportunities(
        rows,
        SYSTEM,
        context,
        account_id=crm.own_ids(SYSTEM, company),
        lead_ref=crm.reference(SYSTEM, contact),
    )
    found.add("opportunities", deals)
    found.add("stage_hints", crm_deals.stage_hints(_percent(rows), deals))
    contacts = objects.get("contacts")
    known_contacts = set(contacts["id"].dropna()) if contacts is not None else set()
    found.add("contact_roles", crm_deals.roles(listed, rows, SYSTEM, known_contacts))


def _percent(rows: pd.DataFrame) -> pd.DataFrame:
    value = column(rows, "probability", "float64")
    return rows.assign(probability=value.where(value > 1, value * 100))


def _survivors(
    rows: pd.DataFrame, objects: Mapping[str, pd.DataFrame], context: Context
) -> pd.DataFrame:
    """Keep one row a deal, and none of those that were merged into another."""
    rows = crm.records(rows, context)
    gone = set(crm.listed(rows["id"], column(rows, "merged_ids"))["other"]) - {""}
    if "merged deals" in objects:
        gone |= set(objects["merged deals"]["merged"].dropna())
    merged = rows["id"].isin(gone)
    context.draft.merge(rows[merged], reasons.MERGED_RECORD)
    return rows[~merged].reset_index(drop=True)


def _first(objects: Mapping[str, pd.DataFrame], rows: pd.DataFrame, kind: str) -> pd.Series:
    """Return the first contact or company that a table of relations gives each deal."""
    table = objects.get("deal contacts" if kind == "contact" else "deal companies")
    if table is None:
        return pd.Series(None, index=rows.index, dtype="str")
    table = table.dropna(subset=["deal_id", f"{kind}_id"]).sort_values(["deal_id", f"{kind}_id"])
    first = table.drop_duplicates("deal_id").set_index("deal_id")[f"{kind}_id"]
    return lookup(rows["id"], first).astype("str")


def _moments(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Return when each stage was entered; a label ends with its pipeline in parentheses."""
    found: dict[str, pd.Series] = {}
    for name in sorted(rows.columns):
        if not name.startswith(_ENTERED) or name.endswith("_clock"):
            continue
        label = name.removeprefix(_ENTERED)
        bare = re.sub(r"\s*\([^()]*\)$", "", label) or label
        own = rows[name].astype("datetime64[us, UTC]")
        found[bare] = found[bare].fillna(own) if bare in found else own
    return found


def _roles(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "opportunity_id": crm.own_ids(SYSTEM, rows["deal_id"]),
            "lead_ref": crm.reference(SYSTEM, rows["contact_id"]),
            **crm.source(rows, SYSTEM),
        }
    )
