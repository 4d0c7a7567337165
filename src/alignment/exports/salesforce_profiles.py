"""Salesforce's objects: their columns in a Data Export, a Data Loader or SOQL extract, a report.

The first header of a field is its API name; the others are the labels of report columns in English
and in the Spanish of Spain and of Latin America, where a lead is a “candidato” or a “prospecto”.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from alignment.exports.profiles import Field, Kind, Profile

SYSTEM = "salesforce"


def _field(kind: Kind, name: str, *headers: str, required: bool = False) -> Field:
    return Field(name, kind, headers, required=required)


_text = partial(_field, "text")
_id = partial(_field, "id")
_number = partial(_field, "number")
_flag = partial(_field, "flag")
_day = partial(_field, "day")
_instant = partial(_field, "instant")


def _stamp(name: str, *headers: str, required: bool = False) -> Field:
    return Field(name, "instant", headers, required=required, stamp=True)


def _ids(word: str, *spanish: str) -> tuple[str, ...]:
    """Return the labels of an id: ``Lead ID``, ``Id. de candidato``, ``ID del candidato``."""
    articles = ("de", "del", "de la")
    named = [f"{i} {a} {w}" for w in spanish for i in ("Id.", "ID") for a in articles]
    return (f"{word} ID", *named, *(f"Id. {w}" for w in spanish))


_LEAD_ID = _ids("Lead", "candidato", "prospecto")
_CONTACT_ID = _ids("Contact", "contacto")
_ACCOUNT_ID = _ids("Account", "cuenta")
_DEAL_ID = _ids("Opportunity", "oportunidad")
_CAMPAIGN_ID = _ids("Campaign", "campaña")
_ID = _id("id", "Id")
_DELETED = _flag("is_deleted", "IsDeleted", "Deleted", "Eliminado", "_fivetran_deleted")
_MASTER = _id("master_id", "MasterRecordId")
_OWNER = _id("owner_id", "OwnerId")
_CREATED = _stamp(
    "created_at",
    *("CreatedDate", "Created Date", "Create Date", "Fecha de creación", "Fecha de creado"),
)
_MODIFIED = _stamp(
    "modified_at",
    *("LastModifiedDate", "Last Modified Date", "Fecha de última modificación"),
    *("Última fecha de modificación", "Fecha de la última modificación"),
)
_SYSTEM_STAMP = _stamp("stamped_at", "SystemModstamp")
_SOURCE = _text(
    "channel",
    *("LeadSource", "Lead Source", "Origen del prospecto", "Origen del candidato"),
    *("Origen de prospecto", "Origen de candidato", "Fuente del prospecto"),
)
_COMMON = (_DELETED, _CREATED, _MODIFIED, _SYSTEM_STAMP)
_EMAIL = _text("email", "Email", "Correo electrónico", "Email Address", "Correo")
_LAST_NAME = ("LastName", "Last Name", "Apellidos", "Apellido")
_FIRST_NAME = ("FirstName", "First Name", "Nombre", "Nombre de pila")
_ACCOUNT_NAME = ("Account Name", "Nombre de la cuenta", "Nombre de cuenta", "Account.Name")
_REGION = _text("region", "Region__c", "Region", "Región")
_COUNTRY = ("Country", "País", "País/Territorio")
_EDITED = ("CreatedDate", "Edit Date", "Fecha de edición", "Fecha de modificación")
_HISTORY_FIELD = ("Field", "Field / Event", "Campo / Evento", "Campo / evento", "Campo")
_NEW = ("NewValue", "New Value", "Nuevo valor", "Valor nuevo")
_OLD = ("OldValue", "Old Value", "Valor anterior", "Valor antiguo")


def _object(name: str, table: str, *fields: Field, absent: tuple[str, ...] = ()) -> Profile:
    # Data Export and SOQL write points for decimals; ISO times without a zone are UTC there.
    # A formatted report closes each group, and the whole, with a row of totals.
    return Profile(
        SYSTEM,
        name,
        table,
        fields,
        absent=absent,
        zone="UTC",
        decimal=".",
        totals=("grand total", "total general", "totales generales", "suma total", "subtotal"),
    )


_LEAD = (
    _text("last_name", *_LAST_NAME),
    _text("first_name", *_FIRST_NAME),
    _text("company", "Company", "Company / Account", "Compañía", "Compañía / Cuenta", "Empresa"),
    _EMAIL,
    _SOURCE,
    _REGION,
    _text("country", *_COUNTRY),
    _OWNER,
    _day("converted_on", "ConvertedDate", "Converted Date", "Fecha de conversión"),
    _id("converted_account_id", "ConvertedAccountId", "Converted Account ID"),
    _id("converted_contact_id", "ConvertedContactId", "Converted Contact ID"),
    _id("converted_opportunity_id", "ConvertedOpportunityId", "Converted Opportunity ID"),
    # No standard field: every company adds its own, under one of a few names.
    _text(
        "rejection_reason",
        *("Disqualification_Reason__c", "Disqualified_Reason__c", "Disqualification Reason"),
        *("Disqualified Reason", "Rejection_Reason__c", "Rejection Reason"),
        *("Unqualified_Reason__c", "Unqualified Reason", "Motivo_de_rechazo__c"),
        *("Motivo de rechazo", "Motivo_de_descalificacion__c", "Motivo de descalificación"),
    ),
    _MASTER,
    *_COMMON,
)
_LEAD_STATUS = (
    *("Lead Status", "Estado del candidato", "Estado de candidato", "Estado del prospecto"),
    *("Estado de prospecto",),
)
_CONVERTED = ("IsConverted", "Converted", "Convertido", "Convertida")
_DEAL = (
    _number(
        "amount",
        *("Amount", "Importe", "Monto", "Cantidad"),
        *("Amount (converted)", "Importe (convertido)", "Monto (convertido)"),
    ),
    _text(
        "currency",
        *("CurrencyIsoCode", "Amount Currency", "Divisa de importe", "Moneda de importe"),
        *("Opportunity Currency", "Divisa de oportunidad", "Divisa de la oportunidad"),
        *("Moneda de la oportunidad", "Importe Divisa", "Importe Moneda", "Divisa del importe"),
        *("Moneda del importe", "Monto Divisa", "Monto Moneda", "Currency"),
        *("Amount (converted) Currency", "Importe (convertido) Divisa"),
        *("Importe (convertido) Moneda", "Monto (convertido) Moneda"),
    ),
    _number("probability", "Probability", "Probability (%)", "Probabilidad (%)", "Probabilidad"),
    _flag("is_closed", "IsClosed", "Closed", "Cerrado", "Cerrada"),
    _flag("is_won", "IsWon", "Won", "Ganado", "Ganada"),
    _id("account_id", "AccountId", *_ACCOUNT_ID),
    _text("account_name", *_ACCOUNT_NAME),
    _id("contact_id", "ContactId", *_CONTACT_ID),
    _id("campaign_id", "CampaignId", "Primary Campaign Source ID", "Id. de campaña principal"),
    _text("type", "Type", "Tipo", "Tipo de oportunidad"),
    _SOURCE,
    _text(
        "lost_reason",
        *("LossReason__c", "Loss_Reason__c", "Loss Reason", "Lost Reason", "Closed Lost Reason"),
        *("Motivo de pérdida", "Motivo de la pérdida", "Razón de pérdida"),
    ),
    _instant(
        "stage_changed_at",
        *("LastStageChangeDate", "Last Stage Change Date", "Último cambio de etapa"),
        *("Fecha del último cambio de etapa",),
    ),
    _OWNER,
    *_COMMON,
)
_STAGE = ("StageName", "Stage", "Etapa", "Fase")
_CLOSE = ("CloseDate", "Close Date", "Fecha de cierre")
_DEAL_NAME = ("Name", "Opportunity Name", "Nombre de la oportunidad", "Nombre de oportunidad")
# What tells the reports of other objects and systems from those of contacts and accounts.
_NO_PERSON = (
    *("Record ID", "Record Id", "ID de registro", "Id. de registro", "Deal Stage", "Stage"),
    *("Etapa", "Fase", "Lead Status", "Campaign ID", "Campaign Name", "Member Status", "Subject"),
    *("Asunto", "(Do Not Modify) Contact", "(Do Not Modify) Account", "(No modificar) Contacto"),
    *("(No modificar) Cuenta", "Created Time", "Hora de creación"),
)
_NO_DEAL = ("OpportunityId", "FromOpportunityStageName", "Pipeline", "Deal Stage", "Closing Date")

PROFILES: tuple[Profile, ...] = (
    _object(
        "Lead",
        "leads",
        _id("id", "Id", *_LEAD_ID, required=True),
        _text("status", "Status", *_LEAD_STATUS, "Estado", required=True),
        _flag("is_converted", *_CONVERTED, required=True),
        *_LEAD,
    ),
    # A report of leads shows the columns that its author chose, perhaps without an id.
    _object(
        "Lead",
        "leads",
        _text("status", *_LEAD_STATUS, required=True),
        _text("last_name", *_LAST_NAME, "Name", "Full Name", "Nombre completo", required=True),
        Field("created_at", "instant", _CREATED.headers, required=True, stamp=True),
        _id("id", *_LEAD_ID),
        _flag("is_converted", *_CONVERTED),
        *(f for f in _LEAD if f.name not in ("last_name", "created_at")),
        absent=("Record Id", "Lead Owner.id", "Record ID"),
    ),
    _object(
        "Contact",
        "leads",
        _id("id", "Id", *_CONTACT_ID, required=True),
        _id("account_id", "AccountId", *_ACCOUNT_ID, required=True),
        _text("last_name", *_LAST_NAME, required=True),
        _text("first_name", *_FIRST_NAME),
        _EMAIL,
        _SOURCE,
        _text("country", "MailingCountry", "Mailing Country", "País de envío"),
        _OWNER,
        _MASTER,
        *_COMMON,
        absent=("CampaignId", "StageName", "Stage", "Etapa", "DepartmentId", "Username"),
    ),
    _object(
        "Account",
        "accounts",
        _id("id", "Id", *_ACCOUNT_ID, required=True),
        _text("name", "Name", *_ACCOUNT_NAME, required=True),
        _text("industry", "Industry", "Sector", "Industria", required=True),
        _text("website", "Website", "Sitio web"),
        _text("segment", "Segment__c", "Segment", "Segmento"),
        _REGION,
        _text("country", "BillingCountry", "Billing Country", "País de facturación"),
        _flag("is_target", "Target_Account__c", "Target Account", "Cuenta objetivo"),
        _MASTER,
        *_COMMON,
        absent=("IsConverted", "StageName", "LastName", "Stage", "Etapa", "Last Name", "Apellidos"),
    ),
    # Reports of contacts and of accounts, with the columns that their author chose.
    _object(
        "Contact",
        "leads",
        _text("last_name", *_LAST_NAME, "Full Name", "Nombre completo", required=True),
        _text("account_name", *_ACCOUNT_NAME, required=True),
        replace(_EMAIL, required=True),
        _id("id", *_CONTACT_ID),
        _id("account_id", *_ACCOUNT_ID),
        _text("first_name", *_FIRST_NAME),
        _SOURCE,
        _text("country", "Mailing Country", "País de envío"),
        *_COMMON,
        absent=(*_NO_PERSON, *_LEAD_ID),
    ),
    _object(
        "Account",
        "accounts",
        _text("name", *_ACCOUNT_NAME[:-1], required=True),
        _text(
            "owner",
            *("Account Owner", "Propietario de cuenta", "Propietario de la cuenta"),
            required=True,
        ),
        _id("id", *_ACCOUNT_ID),
        _text("industry", "Industry", "Sector", "Industria"),
        _text("website", "Website", "Sitio web"),
        _text("segment", "Segment", "Segmento"),
        _REGION,
        _text("country", "Billing Country", "País de facturación"),
        *_COMMON,
        absent=(*_NO_PERSON, *_LAST_NAME, *_DEAL_NAME[1:], "Email", "Correo electrónico"),
    ),
    _object(
        "Opportunity",
        "opportunities",
        _id("id", "Id", *_DEAL_ID, required=True),
        _text("stage", *_STAGE, required=True),
        _day("close_on", *_CLOSE, required=True),
        _text("name", *_DEAL_NAME),
        *_DEAL,
        absent=_NO_DEAL,
    ),
    _object(
        "Opportunity",
        "opportunities",
        _text("name", *_DEAL_NAME[1:], required=True),
        _text("stage", *_STAGE, required=True),
        _day("close_on", *_CLOSE, required=True),
        *_DEAL,
        absent=(*_NO_DEAL, *_DEAL_ID),
    ),
    _object(
        "OpportunityHistory",
        "opportunity_stages",
        _id("opportunity_id", "OpportunityId", *_DEAL_ID, required=True),
        _text("stage", "StageName", "To Stage", "A etapa", "Etapa hasta", required=True),
        Field(
            "entered_at", "instant", (*_CREATED.headers, *_EDITED[1:]), required=True, stamp=True
        ),
        _ID,
        _number("amount", "Amount", "Importe"),
        _DELETED,
        _SYSTEM_STAMP,
    ),
    _object(
        "OpportunityFieldHistory",
        "opportunity_stages",
        _id("opportunity_id", "OpportunityId", *_DEAL_ID, required=True),
        _text("field", *_HISTORY_FIELD, required=True),
        _text("value", *_NEW, required=True),
        _stamp("entered_at", *_EDITED, required=True),
        _text("old", *_OLD),
        _ID,
        _DELETED,
    ),
    _object(
        "LeadHistory",
        "lead_stages",
        _id("lead_id", "LeadId", *_LEAD_ID, required=True),
        _text("field", *_HISTORY_FIELD, required=True),
        _text("value", *_NEW, required=True),
        _stamp("entered_at", *_EDITED, required=True),
        _ID,
        _id("changed_by", "CreatedById"),
        _DELETED,
    ),
    # A Data Export folds the histories of all objects into EntityHistory.csv or FieldHistory.csv.
    _object(
        "FieldHistory",
        "opportunity_stages",
        _id("parent_id", "ParentId", required=True),
        _text("field", "FieldName", "Field", required=True),
        _text("value", "NewvalString", "NewValue", required=True),
        _stamp("entered_at", "CreatedDate", required=True),
        _text("old", "OldvalString", "OldValue"),
        _ID,
        _id("changed_by", "CreatedById"),
        _DELETED,
    ),
    _object(
        "OpportunityContactRole",
        "contact_roles",
        _id("opportunity_id", "OpportunityId", *_DEAL_ID, required=True),
        _id("contact_id", "ContactId", *_CONTACT_ID, required=True),
        _text("role", "Role", "Contact Role", "Función", "Función del contacto", required=True),
        _ID,
        _flag("is_primary", "IsPrimary", "Primary", "Primario", "Principal"),
        *_COMMON,
        absent=("StageName", "Stage", "Etapa"),
    ),
    _object(
        "Campaign",
        "campaigns",
        _id("id", "Id", *_CAMPAIGN_ID, required=True),
        _text("name", "Name", "Campaign Name", "Nombre de la campaña", required=True),
        _text("type", "Type", "Campaign Type", "Tipo", "Tipo de campaña", required=True),
        _day("starts_on", "StartDate", "Start Date", "Fecha de inicio", required=True),
        _day("ends_on", "EndDate", "End Date", "Fecha de finalización", "Fecha de fin"),
        _text("platform", "Platform__c", "Platform"),
        _text("objective", "Objective__c", "Objective", "Objetivo"),
        _text("appeal", "Appeal__c", "Appeal"),
        _REGION,
        *_COMMON,
        absent=("CampaignId", "StageName", "Total Spent", "Total gastado", "Member Status"),
    ),
    _object(
        "CampaignMember",
        "touches",
        _id("campaign_id", "CampaignId", *_CAMPAIGN_ID, required=True),
        _id("lead_id", "LeadId", *_LEAD_ID, required=True),
        _text(
            "status",
            *("Status", "Member Status", "Estado", "Estado del miembro", "Estado de miembro"),
            required=True,
        ),
        _id("id", "Id", "Campaign Member ID", "Id. de miembro de campaña"),
        _id("contact_id", "ContactId", *_CONTACT_ID),
        _flag("has_responded", "HasResponded", "Responded", "Respondido", "Ha respondido"),
        _day(
            "responded_on",
            *("FirstRespondedDate", "First Responded Date", "Member First Responded Date"),
            *("Fecha de primera respuesta", "Primera fecha de respuesta"),
        ),
        *_COMMON,
    ),
    _object(
        "Task",
        "touches",
        _id("id", "Id", "Activity ID", "Id. de actividad", "ID de actividad", required=True),
        _id("who_id", "WhoId", *_LEAD_ID, *_CONTACT_ID, required=True),
        _text("subject", "Subject", "Asunto", required=True),
        _day("due_on", "ActivityDate", "Date", "Due Date", "Fecha", required=True),
        _id("what_id", "WhatId", *_DEAL_ID),
        _id("account_id", "AccountId", *_ACCOUNT_ID),
        _text("subtype", "TaskSubtype", "Task Subtype", "Subtipo de tarea"),
        _text("type", "Type", "Type__c", "Tipo"),
        _text("call_type", "CallType", "Call Type", "Tipo de llamada"),
        _text("status", "Status", "Estado"),
        _flag("is_closed", "IsClosed"),
        _stamp("completed_at", "CompletedDateTime", "Completed Date/Time"),
        _text("owner", "Owner.Name", "Assigned", "Asignado", "Asignado a"),
        _OWNER,
        *_COMMON,
        absent=("ActivityDateTime", "StartDateTime"),
    ),
    _object(
        "Event",
        "touches",
        _id("id", "Id", required=True),
        _id("who_id", "WhoId", required=True),
        _text("subject", "Subject", required=True),
        _instant("starts_at", "ActivityDateTime", "StartDateTime", required=True),
        _day("starts_on", "ActivityDate"),
        _id("what_id", "WhatId"),
        _id("account_id", "AccountId"),
        _text("type", "Type"),
        _flag("is_child", "IsChild"),
        _OWNER,
        *_COMMON,
    ),
    _object(
        "CurrencyType",
        "exchange_rates",
        _text("currency", "IsoCode", required=True),
        _number("rate", "ConversionRate", required=True),
        _flag("is_base", "IsCorporate"),
        _MODIFIED,
    ),
    _object(
        "User",
        "users",
        _id("id", "Id", required=True),
        _flag("is_active", "IsActive", required=True),
        _text("last_name", "LastName", required=True),
        _text("first_name", "FirstName"),
        _text("department", "Department"),
        _text("title", "Title"),
        absent=("Company", "Who ID"),
    ),
)


def _snake(name: str) -> str:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.replace("__", "_")).lower()
    return re.sub(r"_+", "_", words)


def _warehouse(profile: Profile) -> Profile:
    """Return how a connector writes an object into a warehouse: ``stage_name``, ``is_won``."""
    fields = (
        replace(f, headers=(_snake(f.headers[0]), *(h for h in f.headers if h[0] == "_")))
        for f in profile.fields
    )
    synced = Field("synced_at", "instant", ("_fivetran_synced",), required=True, stamp=True)
    absent = tuple(_snake(name) for name in profile.absent if " " not in name)
    return replace(profile, fields=(*fields, synced), absent=absent)


# One shape an object: the second one of Lead and Opportunity is a report's.
_FIRST = {p.object: p for p in reversed(PROFILES)}
PROFILES += tuple(_warehouse(p) for p in _FIRST.values())
