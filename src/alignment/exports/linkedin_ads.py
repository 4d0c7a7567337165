"""LinkedIn Campaign Manager: the campaign performance report (UTF-16, tabs, a preamble)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports.ads import ACCOUNTS, CAMPAIGNS, names_table, spend, warehouse
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
            Field("day", "day", ("Start Date", "Fecha de inicio", "Date", "Fecha"), required=True),
            Field(
                "name",
                "text",
                ("Campaign Name", "Nombre de la campaña", "Nombre de campaña"),
                required=True,
            ),
            Field(
                "cost",
                "number",
                (
                    "Total Spent",
                    "Total gastado",
                    "Gasto total",
                    "Importe total gastado",
                    "Inversión total",
                ),
                required=True,
            ),
            Field(
                "campaign_id",
                "text",
                ("Campaign ID", "ID de campaña", "ID de la campaña", "Identificador de la campaña"),
            ),
            Field("currency", "text", ("Currency", "Moneda", "Divisa")),
            Field("impressions", "count", ("Impressions", "Impresiones")),
            Field("clicks", "count", ("Clicks", "Clics")),
        ),
        order="mdy",
        totals=("total",),
    ),
    warehouse(
        SYSTEM,
        Field("campaign_id", "text", ("campaign_id",), required=True),
        Field("day", "day", ("day", "date_day"), required=True),
        Field("cost", "number", ("cost_in_local_currency",), required=True),
        Field("impressions", "number", ("impressions",)),
        Field("clicks", "number", ("clicks",)),
    ),
    names_table(SYSTEM, CAMPAIGNS, "campaign_group_id", "last_modified_time"),
    names_table(SYSTEM, ACCOUNTS, "currency", "version_tag"),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give spend and campaigns of LinkedIn's reports."""
    return spend(objects, SYSTEM, CHANNEL, context)
