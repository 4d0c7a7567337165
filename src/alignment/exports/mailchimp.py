"""Mailchimp: campaigns, the audience, and what each member did with an e-mail."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports import crm
from alignment.exports.candidates import Candidates, Context, keep_one, precision
from alignment.exports.people import normal_email
from alignment.exports.profiles import Field, Profile
from alignment.exports.typed import column, lookup
from alignment.exports.vocabulary import AUTOMATED, CLICK, OPEN, Activity, key, overlay
from alignment.text import Text

SYSTEM = "mailchimp"
NO_TOUCH = Text(
    en="neither a sending nor an open nor a click: it touches nobody",
    es="ni envío, ni apertura, ni clic: no es un contacto con nadie",
)
NO_EMAIL = Text(en="it names no member", es="no nombra a ningún suscriptor")
_OPENS = Text(
    en="Opens of e-mails, which mail programs also report by themselves: {n}.",
    es="Aperturas de correos, que los programas de correo también registran solos: {n}.",
)
_ACTIONS: Mapping[str, Activity] = {
    **dict.fromkeys(("sent", "send", "enviado", "envio", "received"), AUTOMATED),
    **dict.fromkeys(("open", "opened", "abierto", "apertura", "abrio"), OPEN),
    **dict.fromkeys(("click", "clicked", "clic", "hizo clic"), CLICK),
}
_EMAIL = (
    *("Email Address", "Email", "Dirección de correo electrónico", "Correo electrónico"),
    *("Correo", "Dirección de email"),
)
_CAMPAIGN = ("Campaign", "Campaign Title", "Campaign ID", "Campaña", "Título de la campaña")


def _activity(*fields: Field, absent: tuple[str, ...] = ()) -> Profile:
    return Profile(SYSTEM, "member activity", "touches", fields, absent=absent, order="mdy")


PROFILES = (
    Profile(
        SYSTEM,
        "campaigns",
        "campaigns",
        (
            Field("name", "text", ("Title", "Título"), required=True),
            Field("sent_at", "instant", ("Send Date", "Fecha de envío"), required=True, stamp=True),
            Field(
                "id",
                "text",
                ("Unique Id", "Id. único", "ID único", "Identificador único"),
                required=True,
            ),
            Field("subject", "text", ("Subject", "Asunto")),
        ),
        order="mdy",
    ),
    Profile(
        SYSTEM,
        "audience",
        "leads",
        (
            Field("email", "text", _EMAIL, required=True),
            Field("changed_at", "instant", ("LAST_CHANGED",), required=True, stamp=True),
            Field("id", "text", ("EUID", "LEID")),
            Field("created_at", "instant", ("OPTIN_TIME",), stamp=True),
            Field("confirmed_at", "instant", ("CONFIRM_TIME",), stamp=True),
            Field("first_name", "text", ("First Name", "Nombre")),
            Field("last_name", "text", ("Last Name", "Apellidos", "Apellido")),
            Field("company", "text", ("Company", "Empresa")),
        ),
        order="mdy",
    ),
    _activity(
        Field("email", "text", _EMAIL, required=True),
        Field("action", "text", ("Action", "Activity", "Acción", "Actividad"), required=True),
        Field(
            "at",
            "instant",
            ("Timestamp", "Time", "Date", "Fecha", "Fecha y hora", "Hora"),
            required=True,
            stamp=True,
        ),
        Field("campaign", "text", _CAMPAIGN),
        Field("url", "text", ("URL", "Url", "Link", "Enlace")),
        absent=("Activity Type", "Deal Stage", "Subject"),
    ),
    *(
        _activity(
            Field("email", "text", _EMAIL, required=True),
            Field(f"{action}_at", "instant", moments, required=True, stamp=True),
            Field("campaign", "text", _CAMPAIGN),
            Field("url", "text", ("URL", "Url", "Link", "Enlace")),
        )
        for action, moments in (
            ("open", ("Open Time", "Opened At", "Hora de apertura", "Fecha de apertura")),
            ("click", ("Click Time", "Clicked At", "Hora del clic", "Fecha del clic")),
        )
    ),
    # A connector's tables in a warehouse.
    Profile(
        SYSTEM,
        "campaigns",
        "campaigns",
        (
            Field("id", "text", ("id",), required=True),
            Field("name", "text", ("title",), required=True),
            Field("sent_at", "instant", ("send_time",), required=True, stamp=True),
            Field("list_id", "text", ("list_id",), required=True),
        ),
        zone="UTC",
    ),
    Profile(
        SYSTEM,
        "audience",
        "leads",
        (
            Field("id", "text", ("id",), required=True),
            Field("email", "text", ("email_address",), required=True),
            Field("changed_at", "instant", ("last_changed",), required=True, stamp=True),
            Field("created_at", "instant", ("timestamp_signup",), stamp=True),
            Field("confirmed_at", "instant", ("timestamp_opt",), stamp=True),
            Field("first_name", "text", ("merge_fname",)),
            Field("last_name", "text", ("merge_lname",)),
        ),
        zone="UTC",
    ),
    Profile(
        SYSTEM,
        "member activity",
        "touches",
        (
            Field("member_id", "text", ("member_id",), required=True),
            Field("action", "text", ("action",), required=True),
            Field("at", "instant", ("timestamp",), required=True, stamp=True),
            Field("campaign", "text", ("campaign_id", "automation_email_id")),
            Field("url", "text", ("url",)),
        ),
        zone="UTC",
    ),
    Profile(
        SYSTEM,
        "recipients",
        "touches",
        (
            Field("member_id", "text", ("member_id",), required=True),
            Field("campaign", "text", ("campaign_id",), required=True),
            Field("list_id", "text", ("list_id",), required=True),
            Field("synced_at", "instant", ("_fivetran_synced",), required=True, stamp=True),
        ),
        absent=("action", "timestamp"),
        zone="UTC",
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give campaigns, members (leads once something happened with them) and touches."""
    found = Candidates()
    campaigns = None
    if "campaigns" in objects:
        campaigns = crm.records(objects["campaigns"], context)
        found.add("campaigns", _campaigns(campaigns, context))
    members = objects.get("audience")
    activity = _activities(objects, campaigns, context)
    ids = _member_ids(members, activity, context)
    if members is not None:
        members = members.assign(email=_emails(members, context))
        members = members.assign(id=_known_id(members, ids))
        members = keep_one(
            context.draft.without_id(members, "id"), ["id"], context.draft, modified="changed_at"
        ).reset_index(drop=True)
        born = column(members, "created_at", "datetime64[us, UTC]")
        born = born.fillna(column(members, "confirmed_at", "datetime64[us, UTC]"))
        people = members.assign(created_at=born)
        found.add("persons", crm.persons(people, SYSTEM, "audience", context, is_contact=True))
    if len(activity):
        found.add("persons", _unlisted(activity, members, ids, context))
        found.add("touches", _touches(activity, ids, campaigns, context))
    return found


def _campaigns(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    day = rows["sent_at"].dt.tz_convert(context.zone).dt.tz_localize(None).dt.normalize()
    return pd.DataFrame(
        {
            "platform": SYSTEM,
            "campaign_id": rows["id"],
            "name": rows["name"],
            "channel": AUTOMATED.channel,
            "starts_on": day.dt.as_unit("us"),
            "ends_on": day.dt.as_unit("us"),
            **crm.source(rows, SYSTEM),
        }
    )


def _emails(rows: pd.DataFrame, context: Context) -> pd.Series:
    return normal_email(column(rows, "email"), plus_alias=context.vocabulary.plus_alias)


def _activities(
    objects: Mapping[str, pd.DataFrame], campaigns: pd.DataFrame | None, context: Context
) -> pd.DataFrame:
    """Put together what members did, and who was sent a campaign (when the campaign was sent)."""
    found = []
    if "member activity" in objects:
        rows = objects["member activity"]
        action, at = column(rows, "action"), column(rows, "at", "datetime64[us, UTC]")
        for name in ("open", "click"):
            own = column(rows, f"{name}_at", "datetime64[us, UTC]")
            action, at = action.where(own.isna(), name), at.fillna(own)
        found.append(rows.assign(action=action, at=at))
    if "recipients" in objects:
        rows = objects["recipients"]
        none = pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us, UTC]")
        at = (
            none
            if campaigns is None
            else lookup(
                rows["campaign"], campaigns.drop_duplicates("id").set_index("id")["sent_at"]
            )
        )
        found.append(rows.assign(action="sent", at=at))
    if not found:
        return pd.DataFrame()
    rows = pd.concat(found, ignore_index=True)
    rows = rows.assign(email=_emails(rows, context))
    kind = rows["action"].map(lambda w: _ACTIONS.get(key(w)), na_action="ignore").astype("object")
    useless = kind.isna() | rows["at"].isna()
    context.draft.set_aside(
        rows[useless], NO_TOUCH, column="action", values=rows["action"][useless]
    )
    nobody = column(rows, "member_id").isna() & rows["email"].isna() & ~useless
    context.draft.set_aside(rows[nobody], NO_EMAIL)
    rows = rows.assign(kind=kind)[~useless & ~nobody].reset_index(drop=True)
    opens = rows["kind"].map(lambda a: a is OPEN).astype(bool)
    context.draft.note_rows("opens", rows[opens], _OPENS)
    return rows


def _member_ids(
    members: pd.DataFrame | None, activity: pd.DataFrame, context: Context
) -> Mapping[str, str]:
    """Name each e-mail: by the id that Mailchimp gives, else by its place among all of them.

    An id must never be the e-mail, nor a hash that a list of e-mails would undo.
    """
    known: dict[str, str] = {}
    if members is not None and "id" in members:
        table = pd.DataFrame({"email": _emails(members, context), "id": members["id"]}).dropna()
        table = table.sort_values(["email", "id"]).drop_duplicates("email")
        known = dict(zip(table["email"], table["id"], strict=True))
    emails = [column(activity, "email")] if len(activity) else []
    emails += [_emails(members, context)] if members is not None else []
    every = sorted(set(pd.concat(emails).dropna()) - set(known)) if emails else []
    return known | {email: f"member {n:06d}" for n, email in enumerate(every, start=1)}


def _known_id(rows: pd.DataFrame, ids: Mapping[str, str]) -> pd.Series:
    own = column(rows, "member_id") if "member_id" in rows else column(rows, "id")
    return own.fillna(rows["email"].map(dict(ids)).astype("str"))


def _unlisted(
    activity: pd.DataFrame,
    members: pd.DataFrame | None,
    ids: Mapping[str, str],
    context: Context,
) -> pd.DataFrame:
    """Make a person of each member that the audience does not list."""
    rows = activity.assign(id=_known_id(activity, ids), created_at=activity["at"])
    listed = set(members["id"]) if members is not None else set()
    rows = rows[~rows["id"].isin(listed)].sort_values(["at", "id"], kind="stable")
    first = rows.drop_duplicates("id")
    return crm.persons(first, SYSTEM, "member activity", context, is_contact=True)


def _touches(
    rows: pd.DataFrame,
    ids: Mapping[str, str],
    campaigns: pd.DataFrame | None,
    context: Context,
) -> pd.DataFrame:
    who, campaign = _known_id(rows, ids), column(rows, "campaign")
    if campaigns is not None:
        titles = campaigns[~campaigns["name"].duplicated(keep=False)]
        campaign = lookup(campaign, titles.set_index("name")["id"]).astype("str").fillna(campaign)
    rows = rows.assign(who=who, campaign=campaign)
    rows = keep_one(
        rows.drop(columns="kind").assign(url=column(rows, "url").fillna("")),
        [
            "who",
            "action",
            "at",
            "campaign",
            "url",
        ]
        if rows["campaign"].notna().all()
        else ["who", "action", "at", "url"],
        context.draft,
    )
    kind = rows["action"].map(lambda w: _ACTIONS.get(key(w))).astype("object")
    blank = pd.DataFrame(
        dict.fromkeys(("kind", "channel", "team", "initiator"), ""), index=rows.index, dtype="str"
    )
    content = rows[["who", "action", "at", "campaign", "url"]].astype("str").fillna("")
    code = pd.util.hash_pandas_object(content, index=False)
    twin = code.groupby(code).cumcount().astype("str")
    return pd.DataFrame(
        {
            "touch_id": f"{SYSTEM}-" + code.map("{:016x}".format).astype("str") + "-" + twin,
            "lead_ref": crm.reference(SYSTEM, rows["who"]),
            "occurred_at": rows["at"],
            "precision": precision(column(rows, "at_clock", "boolean")),
            "campaign_id": rows["campaign"],
            "is_automated": kind.map(lambda a: a is AUTOMATED).astype("boolean"),
            **overlay(blank, kind).to_dict("series"),
            "activity": rows["action"],
            **crm.source(rows, SYSTEM),
        }
    )
