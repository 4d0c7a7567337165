"""Which recorded reasons say something that the other team can act on."""

from __future__ import annotations

import pandas as pd

# Reasons that say nothing, whatever the case: they count as recorded, not as usable.
EMPTY_REASONS = ("otro", "otros", "otra", "other", "n/a", "na", "none", "-", "no sé", "unknown")


def usable(reason: pd.Series) -> pd.Series:
    """Say which reasons are neither blank nor words that say nothing.

    Parameters
    ----------
    reason : Series of str
        As recorded; missing where nothing was.

    Returns
    -------
    Series of bool
    """
    said = reason.astype("object").where(reason.notna(), "").astype("str").str.strip()
    return (said != "") & ~said.str.casefold().isin(EMPTY_REASONS)
