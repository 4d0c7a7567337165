"""The moments that exports show as past, from which the moment of export is told."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from alignment.exports.candidates import Candidates
from alignment.exports.typed import Part

# Stamps that say until when a file knows its rows.
_MODIFIED = ("modified_at", "stamped_at", "synced_at")
# The longest quarter. Goals are set by the quarter, so a team that is at work closes, won or lost,
# in each; and the years that a mistyped date is off by are longer.
PAUSE = pd.Timedelta(days=92)


def stamps(parts: Sequence[Part]) -> tuple[pd.Series, set[str]]:
    """Collect the moments that the systems themselves wrote, or else the days of reports.

    Returns
    -------
    tuple of Series and set of str
        The moments, and the files that say when a row was last modified.
    """
    moments = [
        part.frame[f.name]
        for part in parts
        for f in part.match.profile.fields
        if f.stamp and f.name in part.frame
    ]
    if not any(moment.notna().any() for moment in moments):
        moments = [
            _as_instants(part.frame[name])
            for part in parts
            if part.match.profile.table != "opportunities"
            for name in part.frame.columns
        ]
    told = {
        part.file
        for part in parts
        if any(name in part.frame and part.frame[name].notna().any() for name in _MODIFIED)
    }
    empty = pd.Series(dtype="datetime64[us, UTC]")
    return pd.concat([empty, *(m.dropna() for m in moments)], ignore_index=True), told


def closings(candidates: Candidates, told: set[str]) -> pd.Series:
    """Collect the closings of closed deals in files that do not say when a row was last modified.

    Their latest creation may lie long before the export. A date on a deal that is open is a
    promise, and says nothing.
    """
    deals = candidates.get("opportunities", ("status", "closed_at", "source_file"))
    closed = deals[~deals["source_file"].isin(told) & deals["status"].isin(["won", "lost"])]
    return closed["closed_at"].astype("datetime64[us, UTC]").dropna()


def following(closings: pd.Series, known: pd.Timestamp | None) -> pd.Series:
    """Return the closings after what is known that follow on from it.

    A closing is typed by hand: one with a wrong year would move the moment of export by years. The
    next one is believed where it comes within a quarter (92 days) of what is known or of the
    closing before it; from the first longer pause on, none is.

    Parameters
    ----------
    closings : Series of datetime64[us, UTC]
        Closings of closed deals, in any order.
    known : Timestamp or None
        The latest moment that is known otherwise; where there is none, all closings are believed.
    """
    if known is None:
        return closings
    late = closings[closings > known].sort_values()
    pause = late.diff().fillna(late.min() - known) > PAUSE
    return late[~pause.cummax()]


def _as_instants(values: pd.Series) -> pd.Series:
    """Give instants as they are, days by their end, and nothing for what is no date."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values
    if str(values.dtype).startswith("datetime64"):
        return values.dt.tz_localize("UTC") + pd.Timedelta(days=1)
    return pd.Series(dtype="datetime64[us, UTC]")
