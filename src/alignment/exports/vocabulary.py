"""The words of exports in one place: teams of activities, channels, stages, lead statuses.

Each table here is a default that ``mapping.toml`` overrides (``[teams]``, ``[stages]``,
``[lead_stages]``, ``[channels]``). Keys are compared without capitals, accents and punctuation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from alignment.exports.profiles import plain


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

# Tasks and events of a CRM.
SALES_ACTIVITIES: Mapping[str, Activity] = {
    "call": Activity("call", "Call", "sales"),
    "llamada": Activity("call", "Call", "sales"),
    "email": Activity("email", "Sales e-mail", "sales"),
    "correo": Activity("email", "Sales e-mail", "sales"),
    "correo electronico": Activity("email", "Sales e-mail", "sales"),
    "meeting": Activity("meeting", "Meeting", "sales"),
    "reunion": Activity("meeting", "Meeting", "sales"),
    "demo": Activity("meeting", "Meeting", "sales"),
    "linkedin": Activity("message", "Sales message", "sales"),
    "task": Activity("task", "Sales task", "sales"),
    "list email": Activity("nurture", "Nurture", "marketing"),
}
TASK_DEFAULT = Activity("task", "Sales task", "sales")
AUTOMATED = Activity("email", "Marketing e-mail", "marketing")
MEETING = Activity("meeting", "Meeting", "sales")
FORM = Activity("form", "Form", "marketing", "buyer")

# A task is a machine's when its subject begins like this (Pardot, HubSpot, Marketo, Outreach …).
AUTOMATED_SUBJECT = re.compile(
    r"(?i)^\s*\[?(?:list email|mass email|marketing e?-?mail|correo de marketing|correo masivo|"
    r"pardot|marketo|hubspot|mailchimp|automated|automatico|automático|nurture|newsletter|boletin|"
    r"boletín|was sent email|sent email|email sent from marketing)"
)

# Spellings of one channel. Which spelling is shown is the data's own choice: the commonest among
# its leads and deals; the name here where the data has none.
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "LinkedIn": ("li", "linkedin ads", "linkedin.com", "linkedin / paid social"),
    "Paid Search": (
        *("google ads", "adwords", "google adwords", "google / cpc", "google cpc", "cpc"),
        *("sem", "ppc", "busqueda pagada", "busqueda de pago"),
    ),
    "Paid Social": (
        *("facebook", "facebook ads", "fb", "instagram", "meta", "meta ads", "fb / paid"),
        *("social pagado", "redes sociales pagadas", "redes sociales de pago"),
    ),
    "Organic Search": ("seo", "google / organic", "busqueda organica"),
    "Webinar": ("webinario", "webinars", "seminario web"),
    "Trade Show": ("expo", "feria", "tradeshow", "trade shows", "feria comercial"),
    "Referral": ("referrals", "referido", "referidos", "recomendacion", "recomendaciones"),
    "Website": ("web", "web site", "sitio web", "pagina web"),
    "Direct": ("direct traffic", "(direct)", "trafico directo", "directo"),
    "Email": ("e-mail", "email marketing", "correo", "correo electronico"),
    "Microsoft Ads": ("microsoft advertising", "bing", "bing ads", "bing / cpc"),
}

# Stage names that mean the same, under Salesforce's own English names where it has one.
STAGES: Mapping[str, tuple[str, ...]] = {
    "Prospecting": ("prospecting", "prospeccion"),
    "Qualification": ("qualification", "calificacion", "cualificacion", "en calificacion"),
    "Needs Analysis": ("needs analysis", "analisis de necesidades", "discovery", "descubrimiento"),
    "Value Proposition": ("value proposition", "propuesta de valor"),
    "Id. Decision Makers": (
        "id decision makers",
        "id decision makers",
        "identificacion de decisores",
        "identificar responsables de decision",
    ),
    "Perception Analysis": ("perception analysis", "analisis de percepcion"),
    "Proposal/Price Quote": (
        "proposal price quote",
        "proposal quote",
        "proposal",
        "propuesta cotizacion",
        "propuesta presupuesto",
        "propuesta",
        "cotizacion",
        "presupuesto",
    ),
    "Demo": ("demo", "demonstration", "demostracion"),
    "Negotiation/Review": (
        "negotiation review",
        "negotiation",
        "negociacion revision",
        "negociacion",
    ),
    "Closed Won": (
        "closed won",
        "closedwon",
        "won",
        "cerrada ganada",
        "cerrado ganado",
        "cerrada y ganada",
        "ganada",
        "ganado",
        "cierre ganado",
    ),
    "Closed Lost": (
        "closed lost",
        "closedlost",
        "lost",
        "cerrada perdida",
        "cerrado perdido",
        "cerrada y perdida",
        "perdida",
        "perdido",
        "cierre perdido",
    ),
}

# Lead statuses, as stages of a lead. Salesforce's four defaults, and the usual own ones.
LEAD_STATUSES: Mapping[str, str] = {
    "open not contacted": "lead",
    "open": "lead",
    "new": "lead",
    "nuevo": "lead",
    "abierto": "lead",
    "abierto sin contactar": "lead",
    "mql": "mql",
    "marketing qualified": "mql",
    "calificado por marketing": "mql",
    "cualificado por marketing": "mql",
    "sal": "sal",
    "working": "working",
    "working contacted": "working",
    "contacted": "working",
    "in progress": "working",
    "attempting": "working",
    "en proceso": "working",
    "contactado": "working",
    "trabajando": "working",
    "trabajando contactado": "working",
    "en seguimiento": "working",
    "accepted": "sal",
    "sales accepted": "sal",
    "aceptado": "sal",
    "aceptado por ventas": "sal",
    "sql": "sql",
    "qualified": "sql",
    "sales qualified": "sql",
    "calificado": "sql",
    "cualificado": "sql",
    "closed converted": "sql",
    "converted": "sql",
    "convertido": "sql",
    "cerrado convertido": "sql",
    "closed not converted": "disqualified",
    "cerrado no convertido": "disqualified",
    "disqualified": "disqualified",
    "unqualified": "disqualified",
    "rejected": "disqualified",
    "rechazado": "disqualified",
    "descalificado": "disqualified",
    "no calificado": "disqualified",
    "no cualificado": "disqualified",
    "recycled": "recycled",
    "nurturing": "recycled",
    "nurture": "recycled",
    "reciclado": "recycled",
    "customer": "customer",
    "cliente": "customer",
}


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
    internal_domains : tuple of str
        E-mail domains of the company itself.
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
    internal_domains: tuple[str, ...] = ()
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


def _translate(values: pd.Series, translate: Callable[[str], str | None]) -> pd.Series:
    known = {word: translate(word) for word in values.dropna().unique()}
    return values.map(known).astype("str")


def activity(values: pd.Series, table: Mapping[str, Activity], default: Activity) -> pd.DataFrame:
    """Look activity types up: kind, channel, team, initiator, and the type itself."""
    found = {word: table.get(key(word), default) for word in values.dropna().unique()}
    rows = [found.get(word, default) if isinstance(word, str) else default for word in values]
    frame = pd.DataFrame(
        {
            "kind": [a.kind for a in rows],
            "channel": [a.channel for a in rows],
            "team": [a.team for a in rows],
            "initiator": [a.initiator for a in rows],
        },
        index=values.index,
        dtype="str",
    )
    return frame.assign(activity=values)
