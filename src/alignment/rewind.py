"""What was known at a moment: a dataset without all that happened later.

The one rule of ``as_of`` for every analysis: what happened after it is not known yet. A record
created later does not exist, a deal closed later is still open, and a stage, a touch or a day of
spend that came later is not seen.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.arguments import of_type
from alignment.dataset import Dataset
from alignment.errors import ArgumentError

# The column of each table that says since when a row is known. Goals, campaigns, experiments and
# capacity are plans: they may be known before they begin. Rates only make amounts comparable.
_KNOWN_SINCE: Mapping[str, str] = {
    "accounts": "created_at",
    "leads": "created_at",
    "lead_stages": "entered_at",
    "opportunities": "created_at",
    "opportunity_stages": "entered_at",
    "touches": "occurred_at",
    "spend": "starts_on",
}


def rewound(data: Dataset, as_of: pd.Timestamp | None = None) -> Dataset:
    """Return the dataset as it was known at a moment.

    Rows without a date are kept. What an export holds only in its last state (the status, owner
    or account of a lead, the amount of a deal) stays as it is, and so does the day of a deal's
    creation; the stage of a deal that is open again is its last one by then, if the exports hold
    its history. Spend that was still running is kept whole.

    Parameters
    ----------
    data : Dataset
        A dataset.
    as_of : Timestamp, optional
        A moment with a time zone, not after ``data.as_of``, the default.

    Returns
    -------
    Dataset
        Its ``as_of`` is the moment. The dataset itself where nothing in it is dated later.

    Raises
    ------
    ArgumentError
        If the moment has no time zone or is later than the export.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    moment = data.as_of if as_of is None else _moment(as_of, data)
    changed: dict[str, object] = {}
    for name, column in _KNOWN_SINCE.items():
        frame = data.table(name)
        later = after(frame[column], moment, data.timezone)
        if later.any():
            changed[name] = frame[~later].reset_index(drop=True)
    if moment != data.as_of:
        changed["as_of"] = moment
    seen = data.replace(**changed) if changed else data
    return _with_open_deals(seen)


def _moment(as_of: pd.Timestamp, data: Dataset) -> pd.Timestamp:
    of_type("as_of", as_of, pd.Timestamp, 'pd.Timestamp("2026-06-30", tz="UTC")')
    if as_of.tzinfo is None:
        raise ArgumentError("as_of must carry a time zone", value=str(as_of))
    if as_of > data.as_of:
        raise ArgumentError(
            "as_of is later than the exports, which do not know what happened since",
            value=str(as_of),
            cure=f"They end at {data.as_of}.",
        )
    return as_of.tz_convert("UTC")


def after(moments: pd.Series, as_of: pd.Timestamp, timezone: str) -> pd.Series:
    """Say which moments, or calendar days of a zone, lie after ``as_of``; a missing one does not.

    Parameters
    ----------
    moments : Series of datetime64
        Instants in UTC, or days without a zone.
    as_of : Timestamp
        In UTC.
    timezone : str
        Zone in which days are counted.
    """
    if isinstance(moments.dtype, pd.DatetimeTZDtype):
        return moments > as_of
    return moments > as_of.tz_convert(timezone).tz_localize(None)


def closed_later(data: Dataset) -> pd.Series:
    """Say which opportunities were won or lost after ``as_of``, and so are still open then."""
    deals = data.opportunities
    return (deals["status"] != "open") & after(deals["closed_at"], data.as_of, data.timezone)


def _with_open_deals(data: Dataset) -> Dataset:
    """Open again the deals that were closed after ``as_of``."""
    late = closed_later(data)
    if not late.any():
        return data
    deals = data.opportunities.copy()
    deals.loc[late, "status"] = "open"
    deals.loc[late, "closed_at"] = pd.NaT
    deals.loc[late, "lost_reason"] = None
    stage = last_stages(deals["opportunity_id"], data.opportunity_stages)
    deals["stage"] = deals["stage"].where(~late, stage)
    return data.replace(opportunities=deals)


def last_stages(ids: pd.Series, history: pd.DataFrame) -> pd.Series:
    """Give the last stage that a history shows of each opportunity, missing where it shows none.

    Parameters
    ----------
    ids : Series of str
        Ids of opportunities.
    history : DataFrame
        ``opportunity_id``, ``stage``, ``entered_at``.

    Returns
    -------
    Series of str
        With the index of `ids`.
    """
    ordered = history.sort_values("entered_at", kind="stable")
    last = ordered.drop_duplicates("opportunity_id", keep="last").set_index("opportunity_id")
    return last["stage"].reindex(ids.to_numpy()).set_axis(ids.index).astype("str")
