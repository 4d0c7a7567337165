"""Microsoft Dynamics 365: leads, contacts, accounts and opportunities exported from a view.

The first three columns of an export are hidden in a spreadsheet: ``(Do Not Modify) Opportunity``
(the record's GUID), a checksum and the moment of its last change. Lookups come as names.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports import crm, crm_activities, crm_deals
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Kind, Profile
from alignment.exports.typed import column

SYSTEM = "dynamics"
_MARKS = ("(Do Not Modify)", "(No modificar)", "(no modificar)")


def _guid(*names: str, dataverse: str) -> Field:
    headers = tuple(f"{mark} {name}" for mark in _MARKS for name in names)
    return Field("id", "text", (*headers, dataverse), required=True)


def _field(kind: Kind, name: str, *headers: str, required: bool = False) -> Field:
    return Field(name, kind, headers, required=required)


_MODIFIED = Field(
    "modified_at",
    "instant",
    (
        *(f"{mark} Modified On" for mark in _MARKS),
        *("(No modificar) Fecha de modificación", "(No modificar) Modificado el", "modifiedon"),
    ),
    stamp=True,
)
_CREATED = Field(
    "created_at",
    "instant",
    ("Created On", "Fecha de creación", "Creado el", "createdon"),
    stamp=True,
)
_OWNER = _field("text", "owner_id", "Owner", "Propietario", "ownerid", "_ownerid_value")
_EMAIL = _field(
    "text",
    "email",
    *("Email", "Email Address", "Correo electrónico", "E-mail", "emailaddress1"),
)
_PERSON = (
    _field("text", "name", "Name", "Full Name", "Nombre completo", "Nombre", "fullname"),
    _field("text", "first_name", "First Name", "Nombre de pila", "firstname"),
    _field("text", "last_name", "Last Name", "Apellidos", "Apellido", "lastname"),
    _EMAIL,
    _field("text", "country", "Country/Region", "Address 1: Country/Region", "País o región"),
    _CREATED,
    _MODIFIED,
    _OWNER,
)
PROFILES = (
    Profile(
        SYSTEM,
        "opportunities",
        "opportunities",
        (
            _guid("Opportunity", "Oportunidad", dataverse="opportunityid"),
            _field("text", "topic", "Topic", "Tema", "name"),
            _field("text", "account_name", "Potential Customer", "Cliente potencial", "Account"),
            _field("text", "account_id", "_customerid_value", "customerid", "parentaccountid"),
            _field("text", "contact_name", "Contact", "Contacto", "Primary Contact"),
            _field("text", "contact_id", "parentcontactid", "_parentcontactid_value"),
            _field("text", "lead_id", "originatingleadid", "_originatingleadid_value"),
            _field("text", "lead_name", "Originating Lead", "Cliente potencial de origen"),
            _field("text", "status", "Status", "Estado", "statecode"),
            _field("text", "reason", "Status Reason", "Razón para el estado", "statuscode"),
            _field(
                "text",
                "stage",
                *("Sales Stage", "Pipeline Phase", "Fase de ventas", "Fase de canalización"),
                *("Process Stage", "Fase del proceso", "stepname", "salesstage"),
            ),
            _field(
                "number",
                "expected",
                *("Est. revenue", "Est. Revenue", "Ingresos est.", "Ingresos estimados"),
                "estimatedvalue",
            ),
            _field("number", "actual", "Actual Revenue", "Ingresos reales", "actualvalue"),
            _field(
                "day",
                "close_on",
                *("Est. close date", "Est. Close Date", "Fecha de cierre est."),
                *("Fecha de cierre estimada", "estimatedclosedate"),
            ),
            _field(
                "instant",
                "ended_at",
                *("Actual Close Date", "Fecha de cierre real", "actualclosedate"),
            ),
            _field("number", "probability", "Probability", "Probabilidad", "closeprobability"),
            _field("text", "currency", "Currency", "Divisa", "Moneda", "transactioncurrencyid"),
            _field("text", "campaign", "Source Campaign", "Campaña de origen"),
            _field("text", "channel", "Lead Source", "Origen del cliente potencial"),
            _CREATED,
            _MODIFIED,
            _OWNER,
        ),
        order="mdy",
    ),
    Profile(
        SYSTEM,
        "leads",
        "leads",
        (
            _guid("Lead", "Cliente potencial", dataverse="leadid"),
            _field("text", "status", "Status Reason", "Razón para el estado", "statuscode"),
            _field(
                "text",
                "channel",
                *("Lead Source", "Origen del cliente potencial", "leadsourcecode"),
            ),
            _field("text", "company", "Company Name", "Nombre de la compañía", "companyname"),
            *_PERSON,
        ),
        absent=("opportunityid", "Est. revenue"),
        order="mdy",
    ),
    Profile(
        SYSTEM,
        "contacts",
        "leads",
        (
            _guid("Contact", "Contacto", dataverse="contactid"),
            _field("text", "account_name", "Company Name", "Account Name", "Nombre de la compañía"),
            _field("text", "account_id", "parentcustomerid", "_parentcustomerid_value"),
            *_PERSON,
        ),
        absent=("opportunityid", "campaignid", "deal_id"),
        order="mdy",
    ),
    Profile(
        SYSTEM,
        "accounts",
        "accounts",
        (
            _guid("Account", "Cuenta", dataverse="accountid"),
            _field(
                "text", "name", "Account Name", "Nombre de la cuenta", "Nombre de cuenta", "name"
            ),
            _field("text", "website", "Website", "Sitio web", "websiteurl"),
            _field("text", "industry", "Industry", "Sector", "industrycode"),
            _field(
                "text",
                "country",
                *("Address 1: Country/Region", "Dirección 1: País o región"),
                "address1_country",
            ),
            _CREATED,
            _MODIFIED,
        ),
        absent=("opportunityid", "contactid", "leadid", "lastname", "stagename"),
        order="mdy",
    ),
    Profile(
        SYSTEM,
        "activities",
        "touches",
        (
            _guid("Activity", "Actividad", "Phone Call", "Appointment", dataverse="activityid"),
            _field("text", "type", "Activity Type", "Tipo de actividad", "activitytypecode"),
            _field("text", "subject", "Subject", "Asunto", "subject"),
            _field("text", "regarding", "Regarding", "Referente a"),
            _field("text", "regarding_id", "regardingobjectid", "_regardingobjectid_value"),
            _field("text", "done", "Activity Status", "Estado de la actividad", "statecode"),
            _field("text", "direction", "Direction", "Dirección", "directioncode"),
            _field(
                "instant",
                "at",
                *("Actual End", "Fin real", "actualend", "Due Date", "Fecha de vencimiento"),
            ),
            _CREATED,
            _MODIFIED,
            _OWNER,
        ),
        order="mdy",
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give accounts, leads and contacts, opportunities and activities."""
    found = Candidates()
    none = pd.DataFrame({"id": [], "name": []}, dtype="str")
    accounts = contacts = leads = opportunities = none
    if "accounts" in objects:
        accounts = crm.records(objects["accounts"], context)
        found.add("accounts", crm.accounts(accounts, SYSTEM))
    if "leads" in objects:
        leads = _named(crm.records(objects["leads"], context))
        found.add("persons", crm.persons(leads, SYSTEM, "leads", context))
    if "contacts" in objects:
        contacts = _named(crm.records(objects["contacts"], context, others=("account_id",)))
        account = crm.own_ids(SYSTEM, _related(contacts, "account", accounts, context))
        people = crm.persons(
            contacts, SYSTEM, "contacts", context, account_id=account, is_contact=True
        )
        found.add("persons", people)
    if "opportunities" in objects:
        others = ("account_id", "contact_id", "lead_id")
        opportunities = crm.records(objects["opportunities"], context, others=others)
        _opportunities(opportunities, leads, contacts, accounts, found, context)
    if "activities" in objects:
        _activities(objects["activities"], leads, contacts, opportunities, found, context)
    return found


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    parts = column(rows, "first_name").fillna(""), column(rows, "last_name").fillna("")
    whole = parts[0].str.cat(parts[1], sep=" ").str.strip()
    return rows.assign(name=column(rows, "name").fillna(whole.where(whole != "", None)))


def _related(rows: pd.DataFrame, kind: str, known: pd.DataFrame, context: Context) -> pd.Series:
    """Find a related record: by its id, else by a name that only one record has."""
    ids = column(rows, f"{kind}_id")
    names = column(rows, f"{kind}_name").where(ids.isna(), None)
    return ids.fillna(crm.by_name(names, known, context, rows)) if "name" in known else ids


def _opportunities(
    rows: pd.DataFrame,
    leads: pd.DataFrame,
    contacts: pd.DataFrame,
    accounts: pd.DataFrame,
    found: Candidates,
    context: Context,
) -> None:
    person = _related(rows, "lead", leads, context)
    person = person.fillna(_related(rows, "contact", contacts, context))
    # The potential customer of an opportunity is an account or a contact.
    customer = column(rows, "account_name").where(person.isna(), None)
    person = person.fillna(crm.by_name(customer, contacts, context, rows))
    actual, expected = (column(rows, name, "float64") for name in ("actual", "expected"))
    for name in ("actual", "expected"):
        written = column(rows, f"{name}_currency")
        if written.notna().any():
            rows = rows.assign(currency=column(rows, "currency").fillna(written))
    status = crm_deals.statuses(rows, column(rows, "stage"))
    # Revenue is the actual one once won; a zero there means that nobody wrote it.
    value = expected.where(~(status.eq("won") & actual.gt(0)), actual).fillna(actual)
    rows = rows.assign(amount=value, lost_reason=column(rows, "reason"))
    account = _related(rows, "account", accounts, context)
    deals = crm_deals.opportunities(
        rows,
        SYSTEM,
        context,
        account_id=crm.own_ids(SYSTEM, account),
        lead_ref=crm.reference(SYSTEM, person),
    )
    found.add("opportunities", deals)
    found.add("stage_hints", crm_deals.stage_hints(rows, deals))


def _activities(
    given: pd.DataFrame,
    leads: pd.DataFrame,
    contacts: pd.DataFrame,
    opportunities: pd.DataFrame,
    found: Candidates,
    context: Context,
) -> None:
    rows = crm.records(given, context, others=("regarding_id",))
    rows = crm_activities.undone(rows, context)
    rows = rows.assign(at=column(rows, "at", "datetime64[us, UTC]").fillna(rows.get("created_at")))
    about, name = column(rows, "regarding_id"), column(rows, "regarding")
    name = name.where(about.isna(), None)
    deals = opportunities.assign(name=column(opportunities, "topic"))
    person = pd.Series(None, index=rows.index, dtype="str")
    for known in (leads, contacts):
        person = person.fillna(about.where(about.isin(set(known["id"])), None))
        person = person.fillna(crm.by_name(name, known, context, rows))
    deal = about.where(about.isin(set(opportunities["id"])), None)
    found.add(
        "touches",
        crm_activities.touches(
            rows,
            SYSTEM,
            lead_ref=crm.reference(SYSTEM, person),
            account_id=pd.Series(None, index=rows.index, dtype="str"),
            opportunity_id=crm.own_ids(
                SYSTEM, deal.fillna(crm.by_name(name, deals, context, rows))
            ),
        ),
    )
