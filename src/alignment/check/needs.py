"""What each notebook still needs of the exports, in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.rewind import rewound
from alignment.text import Text

NOTEBOOKS: Mapping[str, Text] = {
    "00_data": Text(en="what we can believe", es="qué podemos creer"),
    "01_handoff": Text(en="the joint funnel and the handoff", es="el embudo y el relevo"),
    "02_lead_to_close": Text(en="from interest to close", es="del interés al cierre"),
    "03_attribution": Text(en="shared credit", es="crédito compartido"),
    "04_long_and_short": Text(en="the long and the short run", es="largo y corto plazo"),
    "05_sharing": Text(en="sharing and boundaries", es="compartir y respetarse"),
    "06_shared_goals": Text(en="shared goals", es="objetivos comunes"),
}
_NEEDS: Mapping[str, Text] = {
    "closings": Text(
        en="Needs deals with a closing date: none of the {n} deals in the exports has one.",
        es="Necesita negocios con fecha de cierre: ninguno de los {n} exportados la tiene.",
    ),
    "starts": Text(
        en="Needs leads or deals with a date of creation.",
        es="Necesita leads o negocios con fecha de creación.",
    ),
    "touches": Text(
        en="Needs dated touches of leads: calls, meetings, e-mails or campaign responses "
        "(Salesforce: CampaignMember, Task, Event; HubSpot: contacts).",
        es="Necesita interacciones fechadas con leads: llamadas, reuniones, correos o respuestas a "
        "campañas (Salesforce: CampaignMember, Task, Event; HubSpot: contactos).",
    ),
    "linked": Text(
        en="Needs leads with a date of creation, and deals that name their lead.",
        es="Necesita leads con fecha de creación y negocios que nombren a su lead.",
    ),
    "won": Text(en="Needs deals that were won.", es="Necesita negocios ganados."),
    "touches or spend": Text(
        en="Needs dated touches of leads, or spend by campaign.",
        es="Necesita interacciones fechadas con leads, o la inversión por campaña.",
    ),
    "value": Text(
        en="Needs won deals with an amount: none of the {n} won deals has one.",
        es="Necesita negocios ganados con importe: ninguno de los {n} ganados lo tiene.",
    ),
}


def _need_handoff(data: Dataset) -> None:
    data.require("leads", "created_at")


def _need_lead_to_close(data: Dataset) -> None:
    deals = data.require("opportunities")
    if not deals["closed_at"].notna().any():
        raise NotMeasurable(_NEEDS["closings"].format(n=len(deals)))
    if not (data.has("leads") and data.has("opportunities", "lead_id")) and not data.has(
        "opportunities", "created_at"
    ):
        raise NotMeasurable(_NEEDS["starts"])


def _need_attribution(data: Dataset) -> None:
    if not data.has("touches", "lead_id"):
        raise NotMeasurable(_NEEDS["touches"])
    if not (data.require("opportunities")["status"] == "won").any():
        raise NotMeasurable(_NEEDS["won"])


def _need_long_and_short(data: Dataset) -> None:
    if not data.has("touches", "lead_id") and not data.has("spend"):
        raise NotMeasurable(_NEEDS["touches or spend"])
    deals = data.require("opportunities")
    won = deals[deals["status"] == "won"]
    if not len(won):
        raise NotMeasurable(_NEEDS["won"])
    if not (won["amount"] > 0).any():
        raise NotMeasurable(_NEEDS["value"].format(n=len(won)))


def _need_shared_goals(data: Dataset) -> None:
    if not data.has("leads", "created_at") or not data.has("opportunities", "lead_id"):
        raise NotMeasurable(_NEEDS["linked"])
    deals = data.opportunities
    won = deals[deals["status"] == "won"]
    if not len(won):
        raise NotMeasurable(_NEEDS["won"])
    if data.currency is None or not (won["amount"] > 0).any():
        raise NotMeasurable(_NEEDS["value"].format(n=len(won)))


def _need_sharing(data: Dataset) -> None:
    if not data.has("touches", "lead_id"):
        raise NotMeasurable(_NEEDS["touches"])
    data.require("opportunities")


_REQUIREMENTS: Mapping[str, Callable[[Dataset], None]] = {
    "00_data": lambda data: None,
    "01_handoff": _need_handoff,
    "02_lead_to_close": _need_lead_to_close,
    "03_attribution": _need_attribution,
    "04_long_and_short": _need_long_and_short,
    "05_sharing": _need_sharing,
    "06_shared_goals": _need_shared_goals,
}


def runnable(data: Dataset) -> dict[str, Text | None]:
    """Say of each notebook what it still needs, in one sentence; None where it can run."""
    found: dict[str, Text | None] = {}
    data = rewound(data)
    for name, need in _REQUIREMENTS.items():
        try:
            need(data)
            found[name] = None
        except NotMeasurable as reason:
            found[name] = reason.reason
    return found
