"""Salesforce: how its objects look in a Data Export, a Data Loader or SOQL extract or a report."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import pandas as pd

from alignment.exports import salesforce_activities, salesforce_deals, salesforce_leads
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile

SYSTEM = "salesforce"

_text = partial(Field, kind="text")
_id = partial(Field, kind="id")
_number = partial(Field, kind="number")
_flag = partial(Field, kind="flag")
_day = partial(Field, kind="day")
_instant = partial(Field, kind="instant")


def _stamp(name: str, *headers: str, required: bool = False) -> Field:
    return Field(name, "instant", headers, required=required, stamp=True)


_ID = _id("id", headers=("Id",))
_DELETED = _flag("is_deleted", headers=("IsDeleted", "Deleted", "Eliminado"))
_MASTER = _id("master_id", headers=("MasterRecordId",))
_OWNER = _id("owner_id", headers=("OwnerId",))
_CREATED = _stamp("created_at", "CreatedDate", "Created Date", "Create Date", "Fecha de creación")
_MODIFIED = _stamp("modified_at", "LastModifiedDate", "Last Modified Date")
_SYSTEM_STAMP = _stamp("stamped_at", "SystemModstamp")
_CURRENCY = _text("currency", headers=("CurrencyIsoCode",))
_SOURCE = _text(
    "channel",
    headers=("LeadSource", "Lead Source", "Origen del prospecto", "Origen del candidato"),
)
_COMMON = (_DELETED, _CREATED, _MODIFIED, _SYSTEM_STAMP)


def _object(name: str, table: str, *fields: Field, absent: tuple[str, ...] = ()) -> Profile:
    # Data Export and SOQL write points for decimals; ISO times without a zone are UTC there.
    return Profile(SYSTEM, name, table, fields, absent=absent, zone="UTC", decimal=".")


PROFILES = (
    _object(
        "Lead",
        "leads",
        _id("id", headers=("Id", "Lead ID", "Id. de prospecto", "Id. de candidato"), required=True),
        _text("status", headers=("Status", "Lead Status", "Estado"), required=True),
        _flag("is_converted", headers=("IsConverted", "Converted", "Convertido"), required=True),
        _text("last_name", headers=("LastName", "Last Name", "Apellidos")),
        _text("first_name", headers=("FirstName", "First Name", "Nombre")),
        _text("company", headers=("Company", "Company / Account", "Compañía")),
        _text("email", headers=("Email", "Correo electrónico")),
        _SOURCE,
        _text("region", headers=("Region__c", "Region", "Región")),
        _text("country", headers=("Country", "País")),
        _OWNER,
        _day("converted_on", headers=("ConvertedDate", "Converted Date", "Fecha de conversión")),
        _id("converted_account_id", headers=("ConvertedAccountId",)),
        _id("converted_contact_id", headers=("ConvertedContactId",)),
        _id("converted_opportunity_id", headers=("ConvertedOpportunityId",)),
        _MASTER,
        *_COMMON,
    ),
    _object(
        "Contact",
        "leads",
        _id("id", headers=("Id", "Contact ID"), required=True),
        _id("account_id", headers=("AccountId", "Account ID"), required=True),
        _text("last_name", headers=("LastName", "Last Name"), required=True),
        _text("first_name", headers=("FirstName", "First Name")),
        _text("email", headers=("Email", "Correo electrónico")),
        _SOURCE,
        _text("country", headers=("MailingCountry",)),
        _OWNER,
        _MASTER,
        *_COMMON,
        absent=("CampaignId", "StageName"),
    ),
    _object(
        "Account",
        "accounts",
        _id("id", headers=("Id", "Account ID"), required=True),
        _text("name", headers=("Name", "Account Name", "Nombre de la cuenta"), required=True),
        _text("industry", headers=("Industry", "Sector"), required=True),
        _text("website", headers=("Website", "Sitio web")),
        _text("segment", headers=("Segment__c", "Segment", "Segmento")),
        _text("region", headers=("Region__c", "Region", "Región")),
        _text("country", headers=("BillingCountry",)),
        _flag("is_target", headers=("Target_Account__c", "Target Account")),
        _MASTER,
        *_COMMON,
        absent=("IsConverted", "StageName", "LastName"),
    ),
    _object(
        "Opportunity",
        "opportunities",
        _id(
            "id",
            headers=("Id", "Opportunity ID", "Id. de oportunidad", "Id. de la oportunidad"),
            required=True,
        ),
        _text("stage", headers=("StageName", "Stage", "Etapa"), required=True),
        _day("close_on", headers=("CloseDate", "Close Date", "Fecha de cierre"), required=True),
        _number("amount", headers=("Amount", "Importe")),
        _text("currency", headers=("CurrencyIsoCode", "Amount Currency", "Divisa de importe")),
        _flag("is_closed", headers=("IsClosed", "Closed", "Cerrado", "Cerrada")),
        _flag("is_won", headers=("IsWon", "Won", "Ganado", "Ganada")),
        _id("account_id", headers=("AccountId", "Account ID")),
        _id("contact_id", headers=("ContactId",)),
        _id("campaign_id", headers=("CampaignId",)),
        _text("type", headers=("Type", "Tipo")),
        _SOURCE,
        _text("lost_reason", headers=("LossReason__c", "Loss_Reason__c", "Loss Reason")),
        _instant("stage_changed_at", headers=("LastStageChangeDate",)),
        _OWNER,
        *_COMMON,
        absent=("OpportunityId", "FromOpportunityStageName"),
    ),
    _object(
        "OpportunityHistory",
        "opportunity_stages",
        _id("opportunity_id", headers=("OpportunityId",), required=True),
        _text("stage", headers=("StageName",), required=True),
        _stamp("entered_at", "CreatedDate", required=True),
        _ID,
        _number("amount", headers=("Amount",)),
        _DELETED,
        _SYSTEM_STAMP,
    ),
    _object(
        "LeadHistory",
        "lead_stages",
        _id("lead_id", headers=("LeadId",), required=True),
        _text("field", headers=("Field",), required=True),
        _text("value", headers=("NewValue",), required=True),
        _stamp("entered_at", "CreatedDate", required=True),
        _ID,
        _id("changed_by", headers=("CreatedById",)),
        _DELETED,
    ),
    _object(
        "OpportunityContactRole",
        "contact_roles",
        _id("opportunity_id", headers=("OpportunityId",), required=True),
        _id("contact_id", headers=("ContactId",), required=True),
        _text("role", headers=("Role",), required=True),
        _flag("is_primary", headers=("IsPrimary",)),
        *_COMMON,
    ),
    _object(
        "Campaign",
        "campaigns",
        _id("id", headers=("Id", "Campaign ID"), required=True),
        _text("name", headers=("Name", "Campaign Name"), required=True),
        _text("type", headers=("Type",), required=True),
        _day("starts_on", headers=("StartDate", "Start Date"), required=True),
        _day("ends_on", headers=("EndDate", "End Date")),
        _text("platform", headers=("Platform__c", "Platform")),
        _text("objective", headers=("Objective__c", "Objective", "Objetivo")),
        _text("appeal", headers=("Appeal__c", "Appeal")),
        _text("region", headers=("Region__c", "Region", "Región")),
        *_COMMON,
        absent=("CampaignId", "StageName"),
    ),
    _object(
        "CampaignMember",
        "touches",
        _id("campaign_id", headers=("CampaignId",), required=True),
        _id("lead_id", headers=("LeadId",), required=True),
        _text("status", headers=("Status",), required=True),
        _ID,
        _id("contact_id", headers=("ContactId",)),
        _flag("has_responded", headers=("HasResponded",)),
        _day("responded_on", headers=("FirstRespondedDate",)),
        *_COMMON,
    ),
    _object(
        "Task",
        "touches",
        _id("id", headers=("Id",), required=True),
        _id("who_id", headers=("WhoId",), required=True),
        _text("subject", headers=("Subject",), required=True),
        _day("due_on", headers=("ActivityDate",), required=True),
        _id("what_id", headers=("WhatId",)),
        _id("account_id", headers=("AccountId",)),
        _text("subtype", headers=("TaskSubtype",)),
        _text("type", headers=("Type", "Type__c")),
        _text("call_type", headers=("CallType",)),
        _text("status", headers=("Status",)),
        _flag("is_closed", headers=("IsClosed",)),
        _stamp("completed_at", "CompletedDateTime"),
        _OWNER,
        *_COMMON,
        absent=("ActivityDateTime", "StartDateTime"),
    ),
    _object(
        "Event",
        "touches",
        _id("id", headers=("Id",), required=True),
        _id("who_id", headers=("WhoId",), required=True),
        _text("subject", headers=("Subject",), required=True),
        _instant("starts_at", headers=("ActivityDateTime", "StartDateTime"), required=True),
        _id("what_id", headers=("WhatId",)),
        _id("account_id", headers=("AccountId",)),
        _text("type", headers=("Type",)),
        _flag("is_child", headers=("IsChild",)),
        _OWNER,
        *_COMMON,
    ),
    _object(
        "CurrencyType",
        "exchange_rates",
        _text("currency", headers=("IsoCode",), required=True),
        _number("rate", headers=("ConversionRate",), required=True),
        _flag("is_base", headers=("IsCorporate",)),
        _MODIFIED,
    ),
    _object(
        "User",
        "users",
        _id("id", headers=("Id",), required=True),
        _flag("is_active", headers=("IsActive",), required=True),
        _text("last_name", headers=("LastName",), required=True),
        _text("first_name", headers=("FirstName",)),
        _text("department", headers=("Department",)),
        _text("title", headers=("Title",)),
        absent=("AccountId", "Company"),
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give the canonical rows of Salesforce's objects, each under its own id.

    Parameters
    ----------
    objects : Mapping of str to DataFrame
        Typed rows, an object each, under the field names of :data:`PROFILES`.
    context : Context
        Zone, words and ledger.
    """
    found = Candidates()
    found.extend(salesforce_deals.assemble(objects, context))
    found.extend(salesforce_leads.assemble(objects, context))
    found.extend(salesforce_activities.assemble(objects, context))
    return found
