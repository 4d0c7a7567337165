"""Years, quarters and months as people write them, in English and Spanish, read into one form.

``2027``, ``2027-Q1`` and ``2027-01`` are the canonical names. What could be two things is read as
neither: ``01/27`` may be a day, ``2027.1`` may be an October that a spreadsheet shortened.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

import pandas as pd

MONTH_NAMES: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene",
            "february feb febrero",
            "march mar marzo",
            "april apr abril abr",
            "may mayo",
            "june jun junio",
            "july jul julio",
            "august aug agosto ago",
            "september sep sept septiembre setiembre set",
            "october oct octubre",
            "november nov noviembre",
            "december dec diciembre dic",
        ),
        start=1,
    )
    for name in names.split()
}
FIRST_YEAR, LAST_YEAR = 1990, 2200

_ORDINALS: Mapping[str, str] = {
    "1": "primer primero first 1er 1ero 1o 1st",
    "2": "segundo second 2do 2o 2nd",
    "3": "tercer tercero third 3er 3ero 3o 3rd",
    "4": "cuarto fourth 4to 4o 4th",
}
_NUMBER_OF = {word: number for number, words in _ORDINALS.items() for word in words.split()}
# Separators between the parts; none is needed beside a letter.
_GAP, _MARK = r"[\s\-/._]*", r"[\s\-/_]*[\-/_][\s\-/_]*"
_YEAR, _SHORT = r"(?P<year>\d{4})", r"'?(?P<year>\d{4}|\d{2})"
_QUARTER = r"(?:[qt]\s?(?P<quarter>[1-4])|(?P<turned>[1-4])\s?[qt])"
_NAME = r"(?P<name>[a-z]{3,10})"
_FORMS = tuple(
    re.compile(form)
    for form in (
        _YEAR,
        _YEAR + _GAP + _QUARTER,
        _QUARTER + _GAP + _SHORT,
        _YEAR + _MARK + r"(?P<month>\d{1,2})",
        _YEAR + _GAP + r"m\s?(?P<month>\d{1,2})",
        _YEAR + r"(?P<month>\d{2})",
        r"(?P<month>\d{1,2})[\s\-/._]*[\-/._][\s\-/._]*" + _YEAR,
        _NAME + _GAP + _SHORT,
        _YEAR + _GAP + _NAME,
    )
)


def period_of(name: object) -> pd.Period | None:
    """Read a year, a quarter or a month.

    Parameters
    ----------
    name : object
        Such as ``2027``; ``2027-Q1``, ``2027Q1``, ``Q1 2027``, ``1T27``, ``primer trimestre de
        2027``; ``2027-01``, ``2027/1``, ``01/2027``, ``ene 2027``, ``January 2027``. Two digits are
        a year of this century, beside a quarter or the name of a month.

    Returns
    -------
    Period or None
        Of the frequencies ``Y``, ``Q`` (calendar quarters) or ``M``; None if it is none of them, or
        not between the years 1990 and 2200.
    """
    plain = _plain(str(name))
    for form in _FORMS:
        if found := form.fullmatch(plain):
            return _period(found.groupdict())
    return None


def canonical(name: object) -> str | None:
    """Give the canonical name of a period (``2027``, ``2027-Q1``, ``2027-01``); None if none."""
    found = period_of(name)
    return None if found is None else name_of(found)


def name_of(period: pd.Period) -> str:
    """Name a year, a quarter or a month canonically."""
    return str(period).replace("Q", "-Q")


def _plain(text: str) -> str:
    """Write in small letters, without accents, ordinals as figures, a quarter as ``q``."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(one for one in decomposed if not unicodedata.combining(one))
    words = re.sub(r"\b(?:de|del|of)\b", " ", bare.replace("\u2019", "'"))
    words = re.sub(r"\b(?:quarter|trimestre|trim)\b\.?", "q", words)
    words = re.sub(
        r"\b\d?\.?[a-z]+\b", lambda m: _NUMBER_OF.get(m[0].replace(".", ""), m[0]), words
    )
    return " ".join(words.split())


def _period(parts: Mapping[str, str | None]) -> pd.Period | None:
    written = parts["year"] or ""
    year = int(written) + (2000 if len(written) == 2 else 0)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    if quarter := parts.get("quarter") or parts.get("turned"):
        return pd.Period(year=year, quarter=int(quarter), freq="Q")
    if parts.get("month") or parts.get("name"):
        month = int(parts.get("month") or MONTH_NAMES.get(parts.get("name") or "", 0))
        return pd.Period(year=year, month=month, freq="M") if 1 <= month <= 12 else None
    return pd.Period(year=year, freq="Y")
