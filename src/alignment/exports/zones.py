"""Time zones: their names, and local times placed in them, also where clocks change."""

from __future__ import annotations

import difflib
import re
from zoneinfo import ZoneInfo, available_timezones

import numpy as np
import pandas as pd

from alignment.errors import MappingError
from alignment.exports.vocabulary import tight

# Cities that are called otherwise where Spanish is spoken, or that have no zone of their own name.
_CITIES = {
    **dict.fromkeys(("ciudaddemexico", "cdmx", "mexico", "americamexico"), "mexicocity"),
    **dict.fromkeys(("espana", "spain", "barcelona"), "madrid"),
    **dict.fromkeys(("nuevayork", "est", "eastern", "edt"), "newyork"),
    **dict.fromkeys(("colombia", "medellin"), "bogota"),
    **dict.fromkeys(("argentina", "baires"), "buenosaires"),
    **dict.fromkeys(("peru",), "lima"),
    **dict.fromkeys(("chile", "santiagodechile"), "santiago"),
    **dict.fromkeys(("londres", "bst"), "london"),
    **dict.fromkeys(("pst", "pdt", "pacific", "losangelesca"), "losangeles"),
    **dict.fromkeys(("cst", "cdt", "central"), "chicago"),
    **dict.fromkeys(("cet", "cest"), "berlin"),
}
# The beginning of a distance from UTC; the last sign is the minus of typography.
_DISTANCE = r"(?i)\s*(?:gmt|utc)?\s*([+\-\u2212])"


def localise(local: pd.Series, zone: str, clocked: pd.Series) -> tuple[pd.Series, int, int]:
    """Place local times in a zone and count those that fall where clocks changed.

    A time that was twice is the first; a time that never was is moved on to the moment at which
    the clock resumed.

    Parameters
    ----------
    local : Series of datetime64[us]
        Naive times.
    zone : str
        IANA zone.
    clocked : Series of bool
        Whether the time of day was written; only such times are counted.

    Returns
    -------
    tuple
        The instants in UTC, how many times never were, and how many were twice.
    """
    if zone == "UTC":
        return local.dt.tz_localize("UTC"), 0, 0
    first = local.dt.tz_localize(
        zone, ambiguous=np.ones(len(local), dtype=bool), nonexistent="shift_forward"
    )
    moved = clocked & local.notna() & first.dt.tz_localize(None).ne(local)
    unsure = local.dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
    twice = clocked & local.notna() & unsure.isna()
    return first.dt.tz_convert("UTC"), int(moved.sum()), int(twice.sum())


def check_zone(zone: str, *, file: str | None = None, row: int | None = None) -> None:
    """Refuse what is no IANA time zone.

    Raises
    ------
    MappingError
        With the nearest valid name.
    """
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError) as wrong:
        near = nearest_zone(zone)
        cure = f"Did you mean “{near}”?" if near else "Write it as America/Mexico_City."
        raise MappingError(
            "unknown time zone", file=file, row=row, value=zone, cure=cure
        ) from wrong


def nearest_zone(word: str) -> str | None:
    """Return the IANA zone that a word most probably means.

    A city (“Ciudad de México”, “bogota”) is looked for in the last part of the names, and a
    distance from UTC (“GMT-6”, “UTC+5:30”) in zones without a season, whose names in the database
    carry the opposite sign.
    """
    offset = re.fullmatch(rf"{_DISTANCE}\s*0?(\d{{1,2}})(?::?00)?\s*", word)
    if offset:
        sign = "-" if offset[1] == "+" else "+"
        return f"Etc/GMT{sign}{int(offset[2])}" if 0 < int(offset[2]) <= 12 else None
    if re.match(rf"{_DISTANCE}\s*\d", word):
        return None  # half an hour: the place must say which zone it is
    zones = sorted(zone for zone in available_timezones() if "/" in zone)
    wanted = tight(word)
    wanted = _CITIES.get(wanted, wanted)
    whole = {tight(zone): zone for zone in zones}
    cities = {tight(zone.rsplit("/", 1)[-1]): zone for zone in reversed(zones)}
    for names, cutoff in ((whole, 1.0), (cities, 0.8), (whole, 0.6), (cities, 0.6)):
        close = difflib.get_close_matches(wanted, list(names), n=1, cutoff=cutoff)
        if close:
            return names[close[0]]
    return None
