"""Zoho CRM: leads, contacts, accounts and deals (also called potentials); ids begin ``zcrm_``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from alignment.exports import crm, crm_activities, crm_deals
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile
from alignment.exports.typed import column

SYSTEM = "zoho"
_ID = ("Record Id", "Id. de registro", "ID de registro")


def _stamp(name: str, *headers: str) -> Field:
    return Field(name, "instant", headers, stamp=True)


_CREATED = _stamp("created_at", "Created Time", "Hora de creación", "Fecha de creación")
_MODIFIED = _stamp("modified_at", "Modified Time", "Hora de modificación")
_EMAIL = Field("email", "text", ("Email", "Correo electrónico"))
_SOURCE = Field(
    "channel",
    "text",
    (
        *("Lead Source", "Fuente de posible cliente", "Fuente del posible cliente", "Fuente"),
        *("Origen de posible cliente", "Origen del posible cliente"),
    ),
)


def _of(name: str, *modules: str, end: str = "") -> tuple[str, ...]:
    """Return ``Nombre de Cuenta`` and how else it is written: ``Nombre de la cuenta``."""
    articles = ("de", "del", "de la")
    return tuple(f"{name} {article} {module}{end}" for module in modules for article in articles)


_ACCOUNT = (
    Field("account_id", "text", ("Account Name.id", *_of("Nombre", "Cuenta", end=".id"))),
    Field("account_name", "text", ("Account Name", *_of("Nombre", "Cuenta"))),
)
_PERSON = (
    Field("first_name", "text", ("First Name", "Nombre")),
    Field("last_name", "text", ("Last Name", "Apellidos", "Apellido")),
    _EMAIL,
    _SOURCE,
    _CREATED,
    _MODIFIED,
)


def _deals(module: str, *spanish: str) -> Profile:
    """Return the deals of an organization that calls them so."""
    return Profile(
        SYSTEM,
        "Deals",
        "opportunities",
        (
            Field("id", "text", _ID, required=True),
            Field("stage", "text", ("Stage", "Fase", "Etapa"), required=True),
            Field("close_on", "day", ("Closing Date", "Fecha de cierre"), required=True),
            Field("name", "text", (f"{module} Name", *_of("Nombre", *spanish))),
            Field("amount", "number", ("Amount", "Importe", "Cantidad", "Monto")),
            Field("currency", "text", ("Currency", "Moneda", "Divisa")),
            Field("pipeline", "text", ("Pipeline", "Sub-Pipeline", "Canal", "Subcanal")),
            Field("probability", "number", ("Probability", "Probability (%)", "Probabilidad (%)")),
            Field("type", "text", ("Type", "Tipo")),
            Field(
                "lost_reason",
                "text",
                ("Reason For Loss", "Reason For Loss (Deal)", "Motivo de la pérdida"),
            ),
            Field(
                "owner_id",
                "text",
                (
                    *(f"{module} Owner.id", *_of("Propietario", *spanish, end=".id")),
                    *(f"{module} Owner", *_of("Propietario", *spanish)),
                ),
            ),
            Field("contact_id", "text", ("Contact Name.id", *_of("Nombre", "Contacto", end=".id"))),
            Field("contact_name", "text", ("Contact Name", *_of("Nombre", "Contacto"))),
            *_ACCOUNT,
            _SOURCE,
            _CREATED,
            _MODIFIED,
        ),
        order=None,
    )


_LEADS = Profile(
    SYSTEM,
    "Leads",
    "leads",
    (
        Field("id", "text", _ID, required=True),
        Field(
            "status",
            "text",
            ("Lead Status", *_of("Estado", "Posible cliente")),
            required=True,
        ),
        Field("company", "text", ("Company", "Compañía", "Empresa"), required=True),
        *_PERSON,
        Field("country", "text", ("Country", "País")),
        Field(
            "owner_id",
            "text",
            (
                *("Lead Owner.id", *_of("Propietario", "Posible cliente", end=".id")),
                *("Lead Owner", *_of("Propietario", "Posible cliente")),
            ),
        ),
        Field("converted_contact", "text", ("Converted Contact.id", "Contacto convertido.id")),
        Field("converted_deal", "text", ("Converted Deal.id", "Converted Potential.id")),
        Field("converted_account", "text", ("Converted Account.id",)),
    ),
)
_CONTACTS = Profile(
    SYSTEM,
    "Contacts",
    "leads",
    (
        Field("id", "text", _ID, required=True),
        Field("last_name", "text", ("Last Name", "Apellidos", "Apellido"), required=True),
        replace(_ACCOUNT[1], required=True),
        _ACCOUNT[0],
        *(f for f in _PERSON if f.name != "last_name"),
        Field(
            "owner_id",
            "text",
            (
                *("Contact Owner.id", *_of("Propietario", "Contacto", end=".id")),
                *("Contact Owner", *_of("Propietario", "Contacto")),
            ),
        ),
        Field("country", "text", ("Mailing Country", "País de correspondencia")),
    ),
    absent=("Stage", "Fase", "Etapa", "Lead Status"),
)
_ACCOUNTS = Profile(
    SYSTEM,
    "Accounts",
    "accounts",
    (
        Field("id", "text", _ID, required=True),
        Field("name", "text", ("Account Name", *_of("Nombre", "Cuenta")), required=True),
        Field(
            "owner",
            "text",
            ("Account Owner", "Account Owner.id", *_of("Propietario", "Cuenta")),
            required=True,
        ),
        Field("website", "text", ("Website", "Sitio web")),
        Field("industry", "text", ("Industry", "Sector")),
        Field("country", "text", ("Billing Country", "País de facturación")),
        Field("segment", "text", ("Account Type", "Tipo de cuenta")),
        _CREATED,
        _MODIFIED,
    ),
    absent=("Stage", "Last Name", "Apellidos"),
)
_ACTIVITY_SUBJECT = Field(
    "subject", "text", ("Subject", "Call Subject", "Title", "Asunto", "Título")
)
_ACTIVITIES = tuple(
    Profile(
        SYSTEM,
        module,
        "touches",
        (
            Field("id", "text", _ID, required=True),
            Field("at", "instant", moments, required=True),
            replace(_ACTIVITY_SUBJECT, required=True),
            Field("direction", "text", ("Call Type", "Tipo de llamada")),
            Field("done", "text", done),
            Field("contact_id", "text", ("Contact Name.id", *_of("Nombre", "Contacto", end=".id"))),
            Field("related_id", "text", ("Related To.id", "Relacionado con.id", "Who Id.id")),
            Field("owner", "text", owners),
            _CREATED,
        ),
        constants={"type": kind},
    )
    for module, kind, moments, done, owners in (
        (
            "Calls",
            "call",
            ("Call Start Time", "Hora de inicio de la llamada", "Hora de inicio de llamada"),
            ("Outgoing Call Status", "Estado de la llamada saliente"),
            ("Call Owner", *_of("Propietario", "llamada")),
        ),
        (
            "Meetings",
            "meeting",
            ("From", "Start DateTime", "Desde", "De"),
            ("Check In Status none",),
            ("Host", "Event Owner", "Anfitrión"),
        ),
        (
            "Tasks",
            "task",
            ("Closed Time", "Hora de cierre", "Due Date", "Fecha de vencimiento"),
            ("Status", "Estado"),
            ("Task Owner", *_of("Propietario", "tarea")),
        ),
    )
)

PROFILES = (
    _LEADS,
    _CONTACTS,
    _ACCOUNTS,
    _deals("Deal", "Trato", "Negocio", "Oportunidad"),
    replace(_deals("Potential", "Negocio"), object="Deals"),
    *_ACTIVITIES,
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give accounts, leads and contacts, deals, calls, meetings and tasks."""
    objects = {name: _without_none(rows) for name, rows in objects.items()}
    found = Candidates()
    none = pd.DataFrame({"id": [], "name": []}, dtype="str")
    accounts = contacts = none
    if "Accounts" in objects:
        accounts = crm.records(objects["Accounts"], context)
        found.add("accounts", crm.accounts(accounts, SYSTEM))
    leads = None
    if "Leads" in objects:
        others = ("converted_contact", "converted_deal", "converted_account")
        leads = crm.records(objects["Leads"], context, others=others)
        account = crm.own_ids(SYSTEM, column(leads, "converted_account"))
        found.add("persons", crm.persons(leads, SYSTEM, "Leads", context, account_id=account))
        contact = column(leads, "converted_contact")
        found.add("links", crm.links(SYSTEM, contact, leads["id"], "converted"))
    if "Contacts" in objects:
        contacts = crm.records(objects["Contacts"], context, others=("account_id",))
        account = _account(contacts, accounts, context)
        found.add(
            "persons",
            crm.persons(contacts, SYSTEM, "Contacts", context, account_id=account, is_contact=True),
        )
        names = (
            column(contacts, "first_name")
            .fillna("")
            .str.cat(column(contacts, "last_name").fillna(""), sep=" ")
        )
        contacts = contacts.assign(name=names)
    if "Deals" in objects:
        _deal_rows(objects["Deals"], leads, contacts, accounts, found, context)
    for profile in _ACTIVITIES:
        if profile.object in objects:
            _activities(objects[profile.object], found, context)
    return found


def _without_none(rows: pd.DataFrame) -> pd.DataFrame:
    """Take what Zoho writes where nobody chose a value for no value."""
    return rows.assign(
        **{
            name: rows[name].where(~rows[name].isin(["-None-", "-Ninguno-", "--None--"]), None)
            for name in rows.columns
            if rows[name].dtype == "str"
        }
    )


def _account(rows: pd.DataFrame, accounts: pd.DataFrame, context: Context) -> pd.Series:
    own = crm.cleaned_ids(column(rows, "account_id"))
    names = column(rows, "account_name").where(own.isna(), None)
    return crm.own_ids(SYSTEM, own.fillna(crm.by_name(names, accounts, context, rows)))


def _deal_rows(
    given: pd.DataFrame,
    leads: pd.DataFrame | None,
    contacts: pd.DataFrame,
    accounts: pd.DataFrame,
    found: Candidates,
    context: Context,
) -> None:
    rows = crm.records(given, context, others=("contact_id", "account_id"))
    contact = column(rows, "contact_id")
    names = column(rows, "contact_name").where(contact.isna(), None)
    contact = contact.fillna(crm.by_name(names, contacts, context, rows))
    if leads is not None and "converted_deal" in leads:
        made = leads.dropna(subset=["converted_deal"]).sort_values("id")
        made = made.drop_duplicates("converted_deal").set_index("converted_deal")["id"]
        contact = rows["id"].map(made).astype("str").fillna(contact)
    deals = crm_deals.opportunities(
        rows,
        SYSTEM,
        context,
        account_id=_account(rows, accounts, context),
        lead_ref=crm.reference(SYSTEM, contact),
    )
    found.add("opportunities", deals)
    found.add("stage_hints", crm_deals.stage_hints(rows, deals))


def _activities(given: pd.DataFrame, found: Candidates, context: Context) -> None:
    rows = crm.records(given, context, others=("contact_id", "related_id"))
    rows = crm_activities.undone(rows, context)
    related = column(rows, "related_id")
    found.add(
        "touches",
        crm_activities.touches(
            rows,
            SYSTEM,
            lead_ref=crm.reference(SYSTEM, column(rows, "contact_id")),
            account_id=pd.Series(None, index=rows.index, dtype="str"),
            opportunity_id=crm.own_ids(SYSTEM, related),
        ),
    )
