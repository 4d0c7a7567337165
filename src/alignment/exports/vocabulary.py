"""What activities mean and whose they are, and the user's own words over the default ones.

The tables here and in :mod:`alignment.exports.words` are defaults that ``mapping.toml`` overrides
(``[teams]``, ``[stages]``, ``[lead_stages]``, ``[channels]``). Keys are compared without capitals,
accents and punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from alignment.exports.distinct import Distinct
from alignment.exports.profiles import plain
from alignment.exports.words import CHANNELS, LEAD_STATUSES, STAGES


@dataclass(frozen=True)
class Activity:
    """What a kind of activity means.

    Parameters
    ----------
    kind : str
        Kind of touch.
    channel : str
        Channel it is counted under.
    team : str
        Team that makes it.
    initiator : str
        Who starts it.
    """

    kind: str
    channel: str
    team: str
    initiator: str = "firm"


# Campaign types (Salesforce's defaults in English and Spanish, and common own ones).
CAMPAIGN_ACTIVITIES: Mapping[str, Activity] = {
    "nurture": Activity("nurture", "Nurture", "marketing"),
    "email": Activity("nurture", "Nurture", "marketing"),
    "correo electronico": Activity("nurture", "Nurture", "marketing"),
    "correo": Activity("nurture", "Nurture", "marketing"),
    "newsletter": Activity("nurture", "Nurture", "marketing"),
    "retargeting": Activity("retargeting", "Retargeting", "marketing"),
    "remarketing": Activity("retargeting", "Retargeting", "marketing"),
    "event": Activity("event", "Event", "marketing"),
    "evento": Activity("event", "Event", "marketing"),
    "conference": Activity("event", "Event", "marketing"),
    "conferencia": Activity("event", "Event", "marketing"),
    "trade show": Activity("event", "Event", "marketing"),
    "feria": Activity("event", "Event", "marketing"),
    "seminar": Activity("event", "Event", "marketing"),
    "webinar": Activity("event", "Webinar", "marketing"),
    "seminario web": Activity("event", "Webinar", "marketing"),
    "direct mail": Activity("direct_mail", "Direct mail", "marketing"),
    "advertisement": Activity("ad", "Advertising", "marketing"),
    "publicidad": Activity("ad", "Advertising", "marketing"),
    "banner ads": Activity("ad", "Advertising", "marketing"),
    "social media": Activity("social", "Social", "marketing"),
    "content": Activity("content", "Content", "marketing"),
    "telemarketing": Activity("call", "Telemarketing", "marketing"),
    "partners": Activity("partner", "Partners", "marketing"),
    "referral program": Activity("referral", "Referral", "marketing"),
    "other": Activity("campaign", "Campaign", "marketing"),
}
CAMPAIGN_DEFAULT = Activity("campaign", "Campaign", "marketing")

# Tasks, events and other activities of CRMs.
_CALL = Activity("call", "Call", "sales")
_EMAIL = Activity("email", "Sales e-mail", "sales")
_MESSAGE = Activity("message", "Sales message", "sales")
MEETING = Activity("meeting", "Meeting", "sales")
TASK_DEFAULT = Activity("task", "Sales task", "sales")
_NURTURE = Activity("nurture", "Nurture", "marketing")
AUTOMATED = Activity("email", "Marketing e-mail", "marketing")
FORM = Activity("form", "Form", "marketing", "buyer")
CLICK = Activity("email_click", "Marketing e-mail", "marketing", "buyer")
OPEN = Activity("email_open", "Marketing e-mail", "marketing", "buyer")
VISIT = Activity("page_view", "Website", "marketing", "buyer")

SALES_ACTIVITIES: Mapping[str, Activity] = {
    **dict.fromkeys(("call", "llamada", "phone call", "llamada de telefono", "phonecall"), _CALL),
    **dict.fromkeys(("llamada telefonica", "logged call", "llamada registrada"), _CALL),
    **dict.fromkeys(("email", "correo", "correo electronico", "e mail", "sales email"), _EMAIL),
    **dict.fromkeys(("logged email", "correo registrado", "incoming email"), _EMAIL),
    **dict.fromkeys(("forwarded email", "email sent", "one to one email"), _EMAIL),
    **dict.fromkeys(("meeting", "reunion", "demo", "appointment", "cita", "event"), MEETING),
    **dict.fromkeys(("lunch", "almuerzo", "comida", "visita", "visit", "evento"), MEETING),
    **dict.fromkeys(("linkedin", "linkedin message", "sms", "whatsapp", "chat"), _MESSAGE),
    **dict.fromkeys(("communication", "postal mail", "mensaje de linkedin"), _MESSAGE),
    **dict.fromkeys(("task", "tarea", "to do", "deadline", "fecha limite"), TASK_DEFAULT),
    **dict.fromkeys(("list email", "listemail", "marketing email"), _NURTURE),
    **dict.fromkeys(("correo de marketing", "email campaign"), _NURTURE),
    **dict.fromkeys(("form submission", "envio de formulario"), FORM),
}

# Who wrote it: subjects under which marketing's systems log what they send, and what came of it,
# as tasks of a CRM (Pardot, HubSpot, Marketo, Mailchimp, mass e-mail of the CRM itself).
_SYSTEMS = r"(?:pardot|account engagement|marketo|hubspot|mailchimp|eloqua|act-on|mc4sf)"
_START = rf"^\s*\[?(?:{_SYSTEMS}\b[\]:\s|-]*)?"
AUTOMATED_SUBJECTS: tuple[tuple[str, Activity], ...] = (
    (_START + r"(?:clicked (?:a )?link|email link click|clic en (?:un )?enlace|hizo clic)", CLICK),
    (_START + r"(?:opened (?:marketing )?e?-?mail|email open|abri[oó] (?:el )?correo)", OPEN),
    (_START + r"(?:filled[ -]out form|form submi|completed form|envi[oó] (?:un )?form)", FORM),
    (_START + r"(?:visited? web ?page|page view|visit[oó] (?:la )?p[aá]gina)", VISIT),
    (
        r"^\s*\[?(?:list email|mass email|marketing e?-?mail|correo de marketing|correo masivo|"
        r"env[ií]o masivo|automated|autom[aá]tic[oa]|nurture|newsletter|bolet[ií]n|drip|"
        r"was sent e?-?mail|sent e?-?mail|email sent from marketing|mc: |campaign sent|"
        rf"campaña enviada|{_SYSTEMS}\b)",
        AUTOMATED,
    ),
)
# Owners that are no persons.
MACHINE = (
    r"\b(?:automation|automatizaci[oó]n|automated process|proceso automatizado|integration|"
    r"integraci[oó]n|bot|api user|pardot|marketo|hubspot|mailchimp|workflow|b2bma)\b"
)


def key(word: str) -> str:
    """Bring a word of an export to the form in which words are compared."""
    return " ".join(re.sub(r"[^a-z0-9]+", " ", plain(word)).split())


def tight(word: str) -> str:
    """Bring a channel to the form in which spellings are compared: letters and digits only."""
    return re.sub(r"[^a-z0-9]+", "", plain(word))


def _inverse(table: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {key(alias): name for name, aliases in table.items() for alias in (name, *aliases)}


@dataclass(frozen=True)
class Vocabulary:
    """The default tables with the user's own entries over them.

    Parameters
    ----------
    teams : Mapping
        Team of a kind, channel or activity type.
    stages : Mapping
        Canonical name of an opportunity stage.
    lead_stages : Mapping
        Lead stage of a lead status.
    channels : Mapping
        Canonical name of a channel.
    stage_order : tuple of str
        Stages of deals from the first to the last, where the user states their order.
    internal_domains : tuple of str
        E-mail domains of the company itself.
    free_mail_domains : tuple of str
        Domains of free mailboxes, beside those of :mod:`alignment.exports.free_mail`.
    plus_alias : bool
        Whether ``ana+web@…`` and ``ana@…`` are one mailbox.
    met : dict
        The words that each table was asked for while a folder was read, so that an entry that
        none of them meets can be told.
    """

    teams: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, str] = field(default_factory=dict)
    lead_stages: Mapping[str, str] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    stage_order: tuple[str, ...] = ()
    internal_domains: tuple[str, ...] = ()
    free_mail_domains: tuple[str, ...] = ()
    plus_alias: bool = True
    met: dict[str, set[str]] = field(default_factory=dict, compare=False, repr=False)

    def _meet(self, table: str, values: pd.Series) -> None:
        self.met.setdefault(table, set()).update(values.dropna().unique())

    def stage(self, values: pd.Series) -> pd.Series:
        """Give each opportunity stage its canonical name; unknown names stay as they are."""
        self._meet("stages", values)
        table = _inverse(STAGES) | {key(k): v for k, v in self.stages.items()}
        return _translate(values, lambda word: table.get(key(word), word))

    def lead_stage(self, values: pd.Series) -> pd.Series:
        """Give each lead status its lead stage; missing where it has none."""
        self._meet("lead_stages", values)
        table = {key(k): v for k, v in {**LEAD_STATUSES, **self.lead_stages}.items()}
        return _translate(values, lambda word: table.get(key(word)))

    def own_lead_stage(self, values: pd.Series) -> pd.Series:
        """Give each lead status the stage that the user names for it; missing where none is."""
        self._meet("lead_stages", values)
        table = {key(k): v for k, v in self.lead_stages.items()}
        return _translate(values, lambda word: table.get(key(word)))

    def channel_names(self, seen: pd.Series) -> Callable[[pd.Series], pd.Series]:
        """Learn from the channels of leads and deals how each channel is spelt.

        Parameters
        ----------
        seen : Series of str
            Channels as the leads and deals write them, one a row.

        Returns
        -------
        callable
            Gives each channel of a Series one spelling: the commonest of its spellings in `seen`;
            the table's own where there is none; unknown values stay as they are.
        """
        group = {
            tight(alias): name for name, aliases in CHANNELS.items() for alias in (name, *aliases)
        }
        counts = seen.value_counts().rename_axis("word").reset_index(name="rows")
        counts["group"] = [group.get(tight(w), tight(w)) for w in counts["word"]]
        counts["own"] = counts["word"] == counts["group"]
        counts = counts.sort_values(["rows", "own", "word"], ascending=[False, False, True])
        shown = counts.drop_duplicates("group").set_index("group")["word"].to_dict()
        own = {tight(k): v for k, v in self.channels.items()}

        def name(word: str) -> str:
            form = tight(word)
            if form in own:
                return own[form]
            return str(shown.get(group.get(form, form), group.get(form, word)))

        def names(values: pd.Series) -> pd.Series:
            self._meet("channels", values)
            return _translate(values, name)

        return names

    def team(self, activities: pd.DataFrame) -> pd.Series:
        """Override the default team where the user's table names the kind, channel or type."""
        table = {key(k): v for k, v in self.teams.items()}
        team = activities["team"].astype("str")
        for name in ("kind", "channel", "activity"):
            if table and name in activities:
                self._meet("teams", activities[name])
                own = _translate(activities[name], lambda word: table.get(key(word)))
                team = own.where(own.notna(), team)
        return team


def automated(subjects: pd.Series, owners: pd.Series | None = None) -> pd.Series:
    """Say what a machine of marketing logged, by the subject, else by the name of the owner.

    Returns
    -------
    Series of Activity
        What it was; missing where a person did it.
    """
    found = pd.Series(None, index=subjects.index, dtype="object")
    if owners is not None:
        machine = owners.fillna("").str.contains(re.compile(MACHINE, re.I), regex=True)
        found[machine] = AUTOMATED
    words = pd.Series(subjects.dropna().unique(), dtype="str")
    known = {w: kind for w in words for kind in (_logged(w),) if kind is not None}
    by_subject = subjects.map(lambda w: known.get(w), na_action="ignore").astype("object")
    return by_subject.where(by_subject.notna(), found)


def _logged(subject: str) -> Activity | None:
    fits = (kind for pattern, kind in AUTOMATED_SUBJECTS if re.search(pattern, subject, re.I))
    return next(fits, None)


def overlay(kinds: pd.DataFrame, others: pd.Series) -> pd.DataFrame:
    """Put other activities over those that were looked up, where there are any."""
    chosen = others.notna()
    for name in ("kind", "channel", "team", "initiator"):
        own = others[chosen].map(lambda a, name=name: getattr(a, name)).astype("str")
        kinds[name] = kinds[name].where(~chosen, own.reindex(kinds.index))
    return kinds


def _translate(values: pd.Series, translate: Callable[[str], str | None]) -> pd.Series:
    different = Distinct.of(values.astype("str"))
    known = different.cells.map(translate, na_action="ignore")
    return different.spread(known.astype("str"))


def activity(values: pd.Series, table: Mapping[str, Activity], default: Activity) -> pd.DataFrame:
    """Look activity types up: kind, channel, team, initiator, and the type itself."""
    different = Distinct.of(values.astype("str"))
    rows = [
        table.get(key(word), default) if isinstance(word, str) else default
        for word in different.cells
    ]
    known = pd.DataFrame(
        {
            "kind": [a.kind for a in rows],
            "channel": [a.channel for a in rows],
            "team": [a.team for a in rows],
            "initiator": [a.initiator for a in rows],
        },
        dtype="str",
    )
    frame = pd.DataFrame({name: different.spread(known[name]) for name in known})
    return frame.assign(activity=values)
