"""Pipedrive: deals, people, organizations and activities; relations are by name, ids by choice.

Headers are ``Deal - Title`` or bare ``Title``. In Spanish a deal is a “negocio” or a “trato”.
Times carry no zone: they are in that of the user who exports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from alignment.exports import crm, crm_activities, crm_deals
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Kind, Profile
from alignment.exports.typed import column

SYSTEM = "pipedrive"
_ENTITIES = {
    "deal": ("Deal", "Negocio", "Trato"),
    "person": ("Person", "Persona", "Contacto"),
    "organization": ("Organization", "Organización"),
    "activity": ("Activity", "Actividad"),
}


def _of(entity: str, *names: str, bare: bool = False) -> tuple[str, ...]:
    """Return the headers of a field of an entity, with the entity's names before it."""
    named = tuple(f"{e} - {name}" for name in names for e in _ENTITIES[entity])
    return named + (names if bare else ())


def _field(
    kind: Kind,
    name: str,
    headers: tuple[str, ...],
    *,
    required: bool = False,
    stamp: bool = False,
) -> Field:
    return Field(name, kind, headers, required=required, stamp=stamp)


_CREATED = (
    *("Deal created", "Negocio creado", "Trato creado", "Fecha de creación", "Creado"),
    *("Fecha de creación del negocio", "Fecha de creación del trato"),
)
_BORN = ("Person created", "Persona creada", "Fecha de creación de la persona")
_FOUNDED = (
    *("Organization created", "Organización creada"),
    "Fecha de creación de la organización",
)
_EMAILS = tuple(
    f"{name}{place}"
    for name in ("Email", "Correo electrónico", "Correo")
    for place in (" - Work", " - Trabajo", " - Home", " - Other", "")
)
# What tells activities that carry no id apart.
_SAID = ("type", "subject", "due_at", "at", "deal_title", "person_name", "owner")
_ORGANIZATION = ("Organization", "Organización")
_PERSON = ("Contact person", "Persona de contacto", "Person", "Persona")


def _deal_fields(*, bare: bool) -> tuple[Field, ...]:
    def of(*names: str) -> tuple[str, ...]:
        return _of("deal", *names, bare=bare)

    return (
        _field("text", "title", of("Title", "Título"), required=True),
        _field("text", "stage", of("Stage", "Etapa"), required=True),
        _field("text", "status", of("Status", "Estado", "Estatus"), required=True),
        _field("text", "id", of("ID")),
        _field("number", "amount", of("Value", "Valor"), required=bare),
        _field(
            "text",
            "currency",
            of("Currency", "Currency of Value", "Moneda", "Moneda de Valor", "Divisa"),
        ),
        _field("text", "pipeline", of("Pipeline", "Embudo", "Proceso de ventas")),
        _field("instant", "created_at", of(*_CREATED, "Add time"), stamp=True),
        _field("instant", "modified_at", of("Update time", "Hora de actualización"), stamp=True),
        _field(
            "instant",
            "won_at",
            of("Won time", "Fecha de ganado", "Hora de ganado", "Fecha en que se ganó"),
            stamp=True,
        ),
        _field(
            "instant",
            "lost_at",
            of(
                *("Lost time", "Fecha de perdido", "Hora de pérdida", "Hora de perdido"),
                *("Fecha de pérdida", "Fecha en que se perdió"),
            ),
            stamp=True,
        ),
        _field(
            "instant",
            "ended_at",
            of("Deal closed on", "Negocio cerrado el", "Trato cerrado el", "Fecha de cierre"),
        ),
        _field(
            "instant",
            "stage_at",
            of("Last stage change", "Último cambio de etapa", "Stage entered"),
        ),
        _field(
            "day",
            "close_on",
            of(
                *("Expected close date", "Fecha prevista de cierre", "Fecha de cierre prevista"),
                *("Fecha de cierre esperada", "Fecha estimada de cierre"),
            ),
        ),
        _field("text", "lost_reason", of("Lost reason", "Motivo de pérdida", "Razón de pérdida")),
        _field(
            "text",
            "channel",
            of("Source channel", "Canal de origen", "Lead source", "Origen del prospecto"),
        ),
        _field("number", "probability", of("Probability", "Probabilidad")),
        _field("text", "owner_id", of("Owner", "Propietario")),
        _field("text", "person_id", (*of("Contact person ID"), "Person - ID", "Persona - ID")),
        _field(
            "text",
            "organization_id",
            (*of("Organization ID"), "Organization - ID", "Organización - ID"),
        ),
        _field("text", "person_name", (*of(*_PERSON), "Person - Name", "Persona - Nombre")),
        _field("text", "person_email", _of("person", *_EMAILS)),
        _field(
            "text",
            "organization_name",
            (*of(*_ORGANIZATION), "Organization - Name", "Organización - Nombre"),
        ),
    )


def _person_fields(signature: Sequence[str], *, bare: bool = False) -> tuple[Field, ...]:
    def of(*names: str) -> tuple[str, ...]:
        return _of("person", *names, bare=bare)

    fields = (
        _field("text", "id", of("ID")),
        _field("text", "name", of("Name", "Nombre")),
        _field("text", "email", of(*_EMAILS)),
        _field("instant", "created_at", of(*_BORN, "Creado", "Add time"), stamp=True),
        _field("instant", "modified_at", of("Update time", "Hora de actualización"), stamp=True),
        _field("text", "owner_id", of("Owner", "Propietario")),
        _field("text", "channel", of("Source", "Origen", "Source channel", "Canal de origen")),
        _field("text", "organization_id", (*of("Organization ID"), "Organization - ID")),
        _field(
            "text",
            "organization_name",
            (*of(*_ORGANIZATION), "Organization - Name", "Organización - Nombre"),
        ),
    )
    return tuple(replace(f, required=f.name in signature) for f in fields)


def _organization_fields(signature: Sequence[str], *, bare: bool = False) -> tuple[Field, ...]:
    def of(*names: str) -> tuple[str, ...]:
        return _of("organization", *names, bare=bare)

    fields = (
        _field("text", "id", of("ID")),
        _field("text", "name", of("Name", "Nombre")),
        _field("text", "owner", of("Owner", "Propietario")),
        _field("text", "website", of("Website", "Sitio web")),
        _field("text", "industry", of("Industry", "Sector", "Industria")),
        _field("text", "segment", of("Label", "Etiqueta", "Segment")),
        _field("text", "country", of("Country of Address", "País de Dirección", "País")),
        _field("instant", "created_at", of(*_FOUNDED), stamp=True),
    )
    return tuple(replace(f, required=f.name in signature) for f in fields)


# Each is enough to know the export; the more of them, the surer.
_PERSON_SIGNS = (("id", "name"), ("name", "email"), ("name", "owner_id"))
_ORGANIZATION_SIGNS = (("id", "name"), ("name", "owner"))
_NO_DEAL = ("Deal - Title", "Negocio - Título", "Trato - Título", "Deal - Stage")
PROFILES = (
    Profile(SYSTEM, "deals", "opportunities", _deal_fields(bare=False)),
    Profile(
        SYSTEM,
        "deals",
        "opportunities",
        _deal_fields(bare=True),
        absent=("Record ID", "Deal Name", "Id. de oportunidad", *_NO_DEAL),
    ),
    # The view that people export shows no id unless it was chosen.
    *(
        Profile(SYSTEM, "people", "leads", _person_fields(h), absent=_NO_DEAL)
        for h in _PERSON_SIGNS
    ),
    *(
        Profile(
            *(SYSTEM, "organizations", "accounts", _organization_fields(sign)),
            absent=(*_NO_DEAL, "Person - Name", "Persona - Nombre", "Contacto - Nombre"),
        )
        for sign in _ORGANIZATION_SIGNS
    ),
    # Bare headers: what says when a person or an organization was made names it.
    Profile(
        *(SYSTEM, "people", "leads"),
        _person_fields(("id", "name", "created_at"), bare=True),
        absent=("Record ID", "Title", "Stage", *_FOUNDED),
    ),
    Profile(
        *(SYSTEM, "organizations", "accounts"),
        _organization_fields(("id", "name", "created_at"), bare=True),
        absent=("Record ID", "Title", "Stage", *_BORN),
    ),
    Profile(
        SYSTEM,
        "activities",
        "touches",
        (
            _field("text", "id", _of("activity", "ID")),
            _field("text", "type", _of("activity", "Type", "Tipo")),
            _field("text", "subject", _of("activity", "Subject", "Asunto"), required=True),
            _field(
                "text",
                "done",
                _of("activity", "Done", "Hecho", "Hecha", "Status", "Estado"),
                required=True,
            ),
            _field("instant", "due_at", _of("activity", "Due date", "Fecha de vencimiento")),
            _field(
                "instant",
                "at",
                _of(
                    "activity",
                    *("Marked as done time", "Hora en que se marcó como hecho"),
                    *("Hora de marcado como hecha", "Marcado como hecho"),
                ),
                stamp=True,
            ),
            _field("instant", "created_at", _of("activity", "Add time", "Hora de creación")),
            _field("text", "owner", _of("activity", "Assigned to user", "Asignado al usuario")),
            _field("text", "deal_id", (*_of("activity", "Deal ID"), *_of("deal", "ID"))),
            _field(
                "text",
                "deal_title",
                (*_of("activity", "Deal", "Negocio", "Trato"), *_of("deal", "Title", "Título")),
            ),
            _field("text", "person_id", (*_of("activity", "Person ID"), *_of("person", "ID"))),
            _field(
                "text",
                "person_name",
                (*_of("activity", *_PERSON), *_of("person", "Name", "Nombre")),
            ),
            _field(
                "text",
                "organization_name",
                (
                    *_of("activity", *_ORGANIZATION),
                    *_of("organization", "Name", "Nombre"),
                ),
            ),
        ),
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give organizations, people, deals and activities."""
    found = Candidates()
    organizations = people = deals = pd.DataFrame({"id": [], "name": []}, dtype="str")
    if "organizations" in objects:
        given = _numbered(objects["organizations"], ("name",), "organization")
        organizations = crm.records(given, context)
        found.add("accounts", crm.accounts(organizations, SYSTEM))
    if "people" in objects:
        given = _numbered(objects["people"], ("name", "email", "organization_name"), "person")
        people = crm.records(given, context)
        account = _related(people, "organization", organizations, context)
        found.add(
            "persons",
            crm.persons(people, SYSTEM, "people", context, account_id=crm.own_ids(SYSTEM, account)),
        )
    if "deals" in objects:
        deals = crm.records(_with_ids(objects["deals"]), context)
        _deals(deals, people, organizations, found, context)
    if "activities" in objects:
        _activities(objects["activities"], deals, people, organizations, found, context)
    return found


def _with_ids(rows: pd.DataFrame) -> pd.DataFrame:
    """Give deals exported without their id one drawn from title, value and creation."""
    made = crm.by_content(rows, ("title", "created_at", "amount", "pipeline"))
    return rows.assign(id=column(rows, "id").fillna("row " + made))


def _numbered(rows: pd.DataFrame, names: Sequence[str], kind: str) -> pd.DataFrame:
    """Give records exported without their id a number: their place among all different ones.

    It must not be drawn from the e-mail, not even as a hash that a list of e-mails would undo.
    """
    ids = column(rows, "id")
    content = pd.DataFrame({name: column(rows, name).fillna("") for name in names})
    joined = content[names[0]].str.cat([content[name] for name in names[1:]], sep="\0")
    known = joined.str.strip("\0 ").ne("") & ids.isna()
    order = {text: f"{kind} {n:06d}" for n, text in enumerate(sorted(set(joined[known])), start=1)}
    return rows.assign(id=ids.fillna(joined.where(known, None).map(order).astype("str")))


def _related(
    rows: pd.DataFrame, kind: str, known: pd.DataFrame, context: Context, name: str = "name"
) -> pd.Series:
    """Find a related record: by its id, else by a name that only one record has."""
    ids = crm.cleaned_ids(column(rows, f"{kind}_id"))
    label = "title" if kind == "deal" else "name"
    names = column(rows, f"{kind}_{label}").where(ids.isna(), None)
    if not len(known):
        return ids
    table = known.rename(columns={label: "name"})[["name", "id"]]
    return ids.fillna(crm.by_name(names, table, context, rows))


def _deals(
    rows: pd.DataFrame,
    people: pd.DataFrame,
    organizations: pd.DataFrame,
    found: Candidates,
    context: Context,
) -> None:
    person = _related(rows, "person", people, context)
    account = _related(rows, "organization", organizations, context)
    some, lead_ref = crm.contacts_of_deals(
        rows, SYSTEM, context, lead_ref=crm.reference(SYSTEM, person), object_name="deals"
    )
    found.add("persons", some)
    deals = crm_deals.opportunities(
        rows, SYSTEM, context, account_id=crm.own_ids(SYSTEM, account), lead_ref=lead_ref
    )
    found.add("opportunities", deals)
    history = crm_deals.current_stages(rows, deals, context, since="stage_at")
    found.add("opportunity_stages", history)
    found.add("stage_hints", crm_deals.stage_hints(rows, deals))


def _activities(
    given: pd.DataFrame,
    deals: pd.DataFrame,
    people: pd.DataFrame,
    organizations: pd.DataFrame,
    found: Candidates,
    context: Context,
) -> None:
    given = given.assign(id=column(given, "id").fillna(crm.by_content(given, _SAID)))
    rows = crm_activities.undone(crm.records(given, context), context)
    moment = column(rows, "at", "datetime64[us, UTC]")
    due = column(rows, "due_at", "datetime64[us, UTC]")
    clock = column(rows, "at_clock", "boolean").where(
        moment.notna(), column(rows, "due_at_clock", "boolean")
    )
    rows = rows.assign(at=moment.fillna(due), at_clock=clock)
    found.add(
        "touches",
        crm_activities.touches(
            rows,
            SYSTEM,
            lead_ref=crm.reference(SYSTEM, _related(rows, "person", people, context)),
            account_id=crm.own_ids(SYSTEM, _related(rows, "organization", organizations, context)),
            opportunity_id=crm.own_ids(SYSTEM, _related(rows, "deal", deals, context)),
        ),
    )
