"""Deals as they stood on an earlier day, with the stage and the amount that the history shows.

What the exports do not keep cannot be rewound, and is left as it is today: names, segments and
owners, an amount that was edited without a history, and rows that were deleted or merged since.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.rewind import last_stages, rewound
from alignment.text import Text

NOT_REWOUND = Text(
    en=(
        "Rewound: creations, closings, stage changes, and amounts where the history keeps them. "
        "Not rewound, as no export keeps it: edits without a history, rows deleted after that day."
    ),
    es=(
        "Se retroceden las creaciones, los cierres, los cambios de etapa y los importes que el "
        "historial guarda. No se retrocede lo que ninguna exportación guarda: ediciones sin "
        "historial y filas borradas después."
    ),
)


def as_known(data: Dataset, as_of: pd.Timestamp) -> Dataset:
    """Return the dataset as an export on an earlier day would have shown it.

    Beyond :func:`alignment.rewind.rewound`, a deal that was open then is in the stage and has the
    amount that its history last shows by then, and no promised day of closing, which may have been
    moved since; without any history an open deal keeps its stage. A closed deal without a closing
    date cannot be rewound and stays as it is; one without a creation date is known by its closing.

    Parameters
    ----------
    data : Dataset
        The exports of today.
    as_of : Timestamp
        The earlier moment, with a time zone.

    Returns
    -------
    Dataset

    Raises
    ------
    ValueError
        If `as_of` lies after the export or before closings were recorded.
    """
    if not data.observed_from <= as_of <= data.as_of:
        raise ValueError(
            f"as_of must lie between {data.observed_from:%Y-%m-%d} and {data.as_of:%Y-%m-%d}"
        )
    seen = rewound(data, as_of)
    today = data.opportunities
    unborn = today["created_at"].isna() & (today["closed_at"] > as_of)
    unknown = seen.opportunities["opportunity_id"].isin(today.loc[unborn, "opportunity_id"])
    deals = seen.opportunities[~unknown].reset_index(drop=True)
    with_history = deals["opportunity_id"].isin(data.opportunity_stages["opportunity_id"])
    return seen.replace(opportunities=_as_open(deals, seen.opportunity_stages, with_history))


def _as_open(deals: pd.DataFrame, history: pd.DataFrame, with_history: pd.Series) -> pd.DataFrame:
    """Give open deals the stage and the amount that they had, as far as a history tells."""
    ordered = history.sort_values("entered_at", kind="stable")
    amounts = ordered[ordered["amount"].notna()].drop_duplicates("opportunity_id", keep="last")
    ids = deals["opportunity_id"]
    then = amounts.set_index("opportunity_id")["amount"].reindex(ids).set_axis(deals.index)
    undecided = deals["status"] == "open"
    # Where no history was ever kept, the stage of an open deal is the only one that is known; where
    # one was, and it began later, the stage of today came later too.
    stage = last_stages(ids, history)
    return deals.assign(
        expected_close_on=deals["expected_close_on"].where(~undecided),
        stage=deals["stage"].where(~(undecided & with_history), stage),
        amount=deals["amount"].where(~undecided | then.isna(), then.astype(np.float64)),
    ).astype(deals.dtypes.to_dict())
