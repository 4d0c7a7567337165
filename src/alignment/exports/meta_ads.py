"""Meta Ads Manager: campaign reports; the currency stands in the header."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports.ads import spend
from alignment.exports.candidates import Candidates, Context
from alignment.exports.profiles import Field, Profile

SYSTEM = "meta_ads"
CHANNEL = "Meta"

PROFILES = (
    Profile(
        SYSTEM,
        "campaign report",
        "spend",
        (
            Field("starts_on", "day", ("Reporting starts", "Inicio del informe"), required=True),
            Field("ends_on", "day", ("Reporting ends", "Fin del informe"), required=True),
            Field("name", "text", ("Campaign name", "Nombre de la campaña"), required=True),
            Field("cost", "number", ("Amount spent", "Importe gastado"), required=True),
            Field("campaign_id", "text", ("Campaign ID", "Identificador de la campaña")),
            Field("day", "day", ("Day", "Día")),
            Field("currency", "text", ("Currency", "Divisa")),
            Field("impressions", "count", ("Impressions", "Impresiones")),
            Field("clicks", "count", ("Link clicks", "Clics en el enlace", "Clicks (all)")),
        ),
        totals=("total",),
    ),
)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give spend and campaigns of Meta's reports; its summary row has no campaign."""
    return spend(objects, SYSTEM, CHANNEL, context)
