"""Units that are won by the stage `customer` alone, with no won deal: counted, and said."""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.lead_to_close.links import Links
from alignment.text import Text

BY_STAGE_ALONE = "won by the stage customer alone"


def won_by_stage_alone(data: Dataset, links: Links, frame: pd.DataFrame) -> dict[str, int]:
    """Count the units that count as won although no won deal of theirs is on record.

    Attribution and horizons count won deals only, so their wins are fewer by these.

    Parameters
    ----------
    data : Dataset
        Its stages of leads and its opportunities, up to ``as_of``.
    links : Links
        Which rows belong to which unit.
    frame : DataFrame
        ``id`` and ``end`` of the spells or clocks that are counted.

    Returns
    -------
    dict of str to int
        The count under :data:`BY_STAGE_ALONE`; empty where there is none.
    """
    stages = data.lead_stages[data.lead_stages["stage"] == "customer"]
    if links.unit == "opportunity" or not len(stages):
        return {}
    stages = stages[(stages["entered_at"] <= data.as_of).to_numpy()]
    _, customers = links.spread(links.place_of_lead(stages["lead_id"]))
    deals = data.opportunities
    won = (deals["status"] == "won").to_numpy() & ~(deals["closed_at"] > data.as_of).to_numpy()
    alone = np.setdiff1d(customers, links.of_opportunity[won])
    ids = links.ids.iloc[alone].astype("str")
    count = int(((frame["end"] == "won") & frame["id"].isin(ids)).sum())
    return {BY_STAGE_ALONE: count} if count else {}


def said_of_customers(count: int) -> Text:
    """State the assumption behind such wins, with how many they are."""
    return Text(
        en="{count} count as won by the stage “customer” alone, with no won deal on record; shared "
        "credit and the long and short term count won deals only.",
        es="{count} cuentan como ganados solo por la etapa «customer», sin un negocio ganado; el "
        "crédito compartido y el corto y largo plazo solo cuentan negocios ganados.",
    ).format(count=count)
