"""The window that the exports show: the moment of export, and since when closings are recorded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.exports.draft import Draft
from alignment.exports.typed import lookup
from alignment.text import Text

_TRUNCATED = {
    "leads": Text(
        en="Closings were recorded only from {day} on, {days} days after the first lead: at the "
        "later pace, about {expected} would have been seen before. {before} leads that began "
        "earlier count only from that day.",
        es="Los cierres solo se registraron desde {day}, {days} días después del primer lead: al "
        "ritmo posterior se habrían visto unos {expected} antes. {before} leads anteriores "
        "cuentan solo desde ese día.",
    ),
    "opportunities": Text(
        en="Closings were recorded only from {day} on, {days} days after the first opportunity: "
        "at the later pace, about {expected} would have been seen before. {before} opportunities "
        "that began earlier count only from that day.",
        es="Los cierres solo se registraron desde {day}, {days} días después de la primera "
        "oportunidad: al ritmo posterior se habrían visto unos {expected} antes. {before} "
        "oportunidades anteriores cuentan solo desde ese día.",
    ),
}
# What lies outside was mistyped, and so was a last hundredth of all dates beyond ten empty years.
_POSSIBLE = (pd.Timestamp("1990-01-01", tz="UTC"), pd.Timestamp("2100-01-01", tz="UTC"))
_GAP = pd.Timedelta(days=3653)
# The gap is no chance if, at the pace seen later, it would stay empty once in a thousand times.
_CHANCE = 0.001


@dataclass(frozen=True)
class Truncation:
    """What the left-truncation detector found.

    Parameters
    ----------
    starts : str
        What begins: ``leads`` or ``opportunities``.
    first_start, first_close : Timestamp
        The first beginning and the first recorded closing, in UTC.
    days : int
        Whole days between them.
    expected : float
        Closings that the gap would hold at the pace of what began later.
    before : int
        What began before the first closing.
    """

    starts: str
    first_start: pd.Timestamp
    first_close: pd.Timestamp
    days: int
    expected: float
    before: int


def latest(moments: pd.Series) -> pd.Timestamp | None:
    """Return the latest moment, leaving out those that lie absurdly far beyond all others.

    Parameters
    ----------
    moments : Series of datetime64[us, UTC]
        Moments that the exports show as past.
    """
    known = moments[(moments >= _POSSIBLE[0]) & (moments < _POSSIBLE[1])]
    if not len(known):
        return None
    if known.max() - known.min() <= _GAP:  # no leap has room, and nothing need be sorted
        return known.max()
    known = known.sort_values()
    leap = (known.diff() > _GAP).to_numpy(bool)
    first_late = int(np.flatnonzero(leap)[-1]) if leap.any() else len(known)
    if len(known) - first_late > len(known) / 100:
        first_late = len(known)
    return known.iloc[first_late - 1]


def detect_truncation(spells: pd.DataFrame, starts: str, zone: str = "UTC") -> Truncation | None:
    """Tell whether closings were recorded only from some time after the first beginning.

    A gap before the first closing is no chance if it is at least as long as the shortest tenth of
    the times to close, and if the spells that began in it would, closing at the pace of those that
    began later, have left it empty less than once in a thousand times (Poisson). The pace counts
    open spells as they are, so it errs on the side of not tripping.

    Parameters
    ----------
    spells : DataFrame
        ``started_at`` and ``closed_at`` (missing while open), in UTC.
    starts : str
        What begins.
    zone : str
        Zone of calendar days: the first closing counts from the beginning of its day.

    References
    ----------
    Tsai, Jewell and Wang (1987), Biometrika 74, 883, on estimation under left truncation.
    """
    known = spells[spells["started_at"].notna()]
    closed = known["closed_at"].dropna()
    if not len(closed):
        return None
    first_close, first_start = local_midnight(closed.min(), zone), known["started_at"].min()
    gap = first_close - first_start
    took = (known["closed_at"] - known["started_at"]).dropna()
    took = took[took >= pd.Timedelta(0)]
    if not len(took) or gap <= took.quantile(0.1):
        return None
    late = known[known["started_at"] >= first_close]
    early = known[known["started_at"] < first_close]
    if not len(late):
        return None
    pace = (late["closed_at"] - late["started_at"]).dropna()
    lengths = np.sort(pace.dt.total_seconds().to_numpy())
    open_for = (first_close - early["started_at"]).dt.total_seconds().to_numpy()
    expected = float((np.searchsorted(lengths, open_for) / len(late)).sum())
    if np.exp(-expected) >= _CHANCE:
        return None
    return Truncation(
        starts, first_start, first_close, (gap + pd.Timedelta(hours=2)).days, expected, len(early)
    )


def local_midnight(moment: pd.Timestamp, zone: str) -> pd.Timestamp:
    """Return the beginning of the day, in a zone, of a moment."""
    day = moment.tz_convert(zone).tz_localize(None).normalize()
    start = day.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
    return start.tz_convert("UTC").as_unit("us")


def observed_from(
    rows: Mapping[str, pd.DataFrame], as_of: pd.Timestamp, zone: str, draft: Draft
) -> pd.Timestamp:
    """Return the first moment at which a closing would have been seen.

    That of the first closing where the detector trips; else the day of the first lead or closing.
    The creation of a deal counts only where there are no leads: one from before all leads was
    imported because it was still open, and says nothing about closings of its time.

    Parameters
    ----------
    rows : Mapping of str to DataFrame
        Canonical tables.
    as_of : Timestamp
        Moment of the export.
    zone : str
        Zone of calendar days.
    draft : Draft
        The ledger being written: it is told where the detector trips.
    """
    leads, deals = rows["leads"], rows["opportunities"]
    starts = [leads["created_at"], deals["closed_at"]] if len(leads) else [deals["created_at"]]
    first = pd.concat(starts).min()
    closings = deals[deals["lead_id"].notna()].groupby("lead_id")["closed_at"].min()
    spells = {
        "leads": pd.DataFrame(
            {
                "started_at": leads["created_at"],
                "closed_at": lookup(leads["lead_id"], closings),
            }
        ),
        "opportunities": pd.DataFrame(
            {"started_at": deals["created_at"], "closed_at": deals["closed_at"]}
        ),
    }
    found = [t for t in (detect_truncation(s, n, zone) for n, s in spells.items()) if t is not None]
    for truncation in found:
        _note_truncation(truncation, zone, draft)
    if found:
        return max(t.first_close for t in found)
    return local_midnight(min(first, as_of) if pd.notna(first) else as_of, zone)


def _note_truncation(found: Truncation, zone: str, draft: Draft) -> None:
    day = found.first_close.tz_convert(zone).date().isoformat()
    message = _TRUNCATED[found.starts].format(
        day=day, days=found.days, expected=round(found.expected), before=found.before
    )
    draft.note("left-truncation", found.before, message, example=day)
