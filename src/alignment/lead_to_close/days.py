"""Calendar days and exact days of instants."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray


def day_number(moments: pd.Series, timezone: str, whole_days: bool = True) -> NDArray[Any]:
    """Return the calendar day of instants in a zone, or exact days, counted from 1970."""
    zone = timezone if whole_days else "UTC"
    naive: NDArray[Any] = moments.dt.tz_convert(zone).dt.tz_localize(None).to_numpy()
    if whole_days:
        return naive.astype("datetime64[D]").astype(np.int64)
    return naive.astype("datetime64[us]").astype(np.int64) / 86_400_000_000
