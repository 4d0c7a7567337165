"""How HubSpot's deals, companies and pipelines are recognised: their headers, in two languages."""

from __future__ import annotations

from alignment.exports.profiles import Field, Profile

SYSTEM = "hubspot"
ENTERED = "entered "  # beginning of the columns that say when a stage was entered


def _field(kind: str, name: str, *headers: str, required: bool = False) -> Field:
    return Field(name, kind, headers, required=required)  # type: ignore[arg-type]


def _stamp(name: str, *headers: str, required: bool = False) -> Field:
    return Field(name, "instant", headers, required=required, stamp=True)


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
            r'date entered ["“«](.+)["”»]': ENTERED,
            r'fecha (?:de (?:entrada|ingreso)|introducida) (?:en|a) ["“«](.+)["”»]': ENTERED,
            r"hs_v2_date_entered_(.+)": ENTERED,
            r"hs_date_entered_(.+)": ENTERED,
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
