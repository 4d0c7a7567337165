"""LinkedIn Campaign Manager: the campaign performance report (UTF-16, tabs, a preamble)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports.ads import spend
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile

SYSTEM = "linkedin_ads"
CHANNEL = "LinkedIn"

PROFILES = (
    Profile(
        SYSTEM,
        "campaign performance report",
        "spend",
        (
            Field("day", "day", ("Start Date", "Fecha de inicio"), required=True),
            Field("name", "text", ("Campaign Name", "Nombre de la campaña"), required=True),
            Field("cost", "number", ("Total Spent", "Total gastado", "Gasto total"), required=True),
            Field("campaign_id", "text", ("Campaign ID", "ID de campaña")),
            Field("currency", "text", ("Currency", "Moneda", "Divisa")),
            Field("impressions", "count", ("Impressions", "Impresiones")),
            Field("clicks", "count", ("Clicks", "Clics")),
        ),
        order="mdy",
        totals=("total",),
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give spend and campaigns of LinkedIn's reports."""
    return spend(objects, SYSTEM, CHANNEL, context)
