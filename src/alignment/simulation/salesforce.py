"""Salesforce's Data Export: one fully quoted file an object, API names, UTC."""

from pathlib import Path

import pandas as pd

from alignment.simulation.crm import USD_TO_MXN, Records
from alignment.simulation.writing import quoted, write_text

# Object, attribute of `Records`, encoding: the admin who set up accounts chose Latin-1.
_OBJECTS = (
    ("Account", "account", "iso-8859-1"),
    ("User", "user", "utf-8"),
    ("Campaign", "campaign", "utf-8"),
    ("Lead", "lead", "utf-8"),
    ("LeadHistory", "lead_history", "utf-8"),
    ("Contact", "contact", "utf-8"),
    ("Opportunity", "opportunity", "utf-8"),
    ("OpportunityHistory", "opportunity_history", "utf-8"),
    ("OpportunityContactRole", "contact_role", "utf-8"),
    ("CampaignMember", "member", "utf-8"),
    ("Task", "task", "utf-8"),
    ("Event", "event", "utf-8"),
)


FILES = tuple(f"{name}.csv" for name in (*(row[0] for row in _OBJECTS), "CurrencyType"))


def write_salesforce(records: Records, folder: Path) -> None:
    """Write all objects.

    Parameters
    ----------
    records : Records
        Clean or dirty.
    folder : pathlib.Path
        Where the files go.
    """
    for name, attribute, encoding in _OBJECTS:
        table: pd.DataFrame = getattr(records, attribute)
        write_text(folder / f"{name}.csv", quoted(table), encoding)
    currencies = pd.DataFrame(
        {
            "IsoCode": ["MXN", "USD"],
            "ConversionRate": ["1.0", str(round(1 / USD_TO_MXN, 6))],
            "DecimalPlaces": ["2", "2"],
            "IsActive": [True, True],
            "IsCorporate": [True, False],
        }
    )
    write_text(folder / "CurrencyType.csv", quoted(currencies))
