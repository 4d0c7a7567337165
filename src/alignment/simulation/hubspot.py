"""The marketing automation's contacts, as HubSpot exports them, in local time."""

import numpy as np
import pandas as pd

from alignment.simulation.company import Company
from alignment.simulation.streams import stream
from alignment.simulation.weeks import HOUR
from alignment.simulation.world import MARKETING_CHANNELS

FILE_NAME = "hubspot-crm-exports-all-contacts-2026-09-28.csv"
POINTS = 40  # score points for one unit of the latent score
BASE_POINTS = 50  # a lead is handed over at 80: BASE_POINTS + POINTS * threshold

# HubSpot's name for each source, and what its first drill-down says.
_TRAFFIC = {
    "Paid Search": ("Paid Search", "google"),
    "Paid Social": ("Paid Social", "facebook"),
    "LinkedIn": ("Paid Social", "linkedin"),
    "Organic Search": ("Organic Search", "google"),
    "Webinar": ("Email Marketing", "webinar"),
    "Trade Show": ("Offline Sources", "IMPORT"),
    "Referral": ("Referrals", "recomienda.example"),
    "Website": ("Direct Traffic", "marteyvenus.example"),
}
_FORMS = ("Demo", "Cotización", "Guía PDF", "Contacto")


def contact_records(company: Company, lead: pd.DataFrame) -> pd.DataFrame:
    """Return one contact a lead, with its score at handoff and the points behind it.

    Parameters
    ----------
    company : Company
        The company.
    lead : pandas.DataFrame
        Its leads in the CRM, which share names and e-mails.

    Returns
    -------
    pandas.DataFrame
        Columns as HubSpot labels them; times are local, without a zone.
    """
    random = stream(company.seed, "hubspot")
    leads, world = company.leads, company.world
    source = leads["source"].to_numpy()
    table = pd.DataFrame(
        {
            "Record ID": 51_000_000_101 + 13 * np.arange(len(leads)),
            "First Name": lead["FirstName"],
            "Last Name": lead["LastName"],
            "Email": lead["Email"],
            "Lifecycle Stage": _lifecycle(leads),
            "Create Date": local_minutes(leads["created_at"]),
            "Became a Lead Date": local_minutes(leads["created_at"]),
            "Became a Marketing Qualified Lead Date": local_minutes(leads["mql_at"]),
            "Original Traffic Source": [_TRAFFIC[name][0] for name in source],
            "Original Source Drill-Down 1": [_TRAFFIC[name][1] for name in source],
            "First Conversion": np.array(_FORMS)[random.integers(len(_FORMS), size=len(leads))],
            "Recent Conversion Date": local_minutes(_recent(leads)),
            "HubSpot Score": np.floor(BASE_POINTS + POINTS * leads["score"]).astype(np.int64),
        }
    )
    for channel, weight in zip(MARKETING_CHANNELS, world.score_marketing, strict=True):
        happened = leads[f"{channel}_at"].notna()
        table[f"Score points: {channel}"] = np.where(happened, round(POINTS * weight), 0)
    fit = np.rint(POINTS * world.score_fit * leads["fit"].to_numpy())
    table["Score points: fit"] = fit.astype(np.int64)
    return table


def local_minutes(instants: "pd.Series[pd.Timestamp]") -> "pd.Series[str]":
    """Return instants in UTC as HubSpot writes them: local, to the minute, no zone."""
    return (instants - HOUR * 6).dt.strftime("%Y-%m-%d %H:%M").fillna("")


def _lifecycle(leads: pd.DataFrame) -> "np.ndarray[tuple[int], np.dtype[np.str_]]":
    stage = np.full(len(leads), "Lead", dtype="<U24")
    stage[leads["mql_at"].notna()] = "Marketing Qualified Lead"
    stage[leads["sql_at"].notna()] = "Opportunity"
    stage[(leads["closed_at"].notna() & leads["won"]).to_numpy()] = "Customer"
    return stage


def _recent(leads: pd.DataFrame) -> "pd.Series[pd.Timestamp]":
    """Return the moment of the last form that the lead filled in."""
    event = leads["event_at"].where(leads["event_clicked"])
    return event.fillna(leads["created_at"])
