"""How numbers, money, dates and lists are written in each language.

Babel knows the locales; what it gets wrong for Spanish is put right here, once: four-digit
numbers stand without a separator, per cent keeps its no-break space, and a currency is never an
ambiguous “$”. Every function takes the language of the reader and, for Spanish, an optional
locale: ``es`` writes a decimal comma, ``es_MX`` a decimal point. ``es_MX`` is also a language
here, Spanish with such numbers; :func:`reader` chooses it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from alignment.arguments import one_of
from alignment.text import SPELLINGS, Language, Text

if TYPE_CHECKING:
    from alignment.dataset import Dataset

LOCALES: Mapping[Language, tuple[str, ...]] = {
    "es": ("es", "es_MX"),
    "en": ("en",),
    "es_MX": ("es_MX",),
}
# Zones of Mexico in the IANA database, beside those that begin with “Mexico/”.
_MEXICO = (
    "Bahia_Banderas",
    "Cancun",
    "Chihuahua",
    "Ciudad_Juarez",
    "Ensenada",
    "Hermosillo",
    "Matamoros",
    "Mazatlan",
    "Merida",
    "Mexico_City",
    "Monterrey",
    "Ojinaga",
    "Santa_Isabel",
    "Tijuana",
)
MISSING = Text(en="n/a", es="s/d")
NBSP = "\u00a0"
MINUS = "\u2212"

# A bare “$” is the peso to one reader and the dollar to the next, so only these have a sign.
_SIGNS: Mapping[str, str] = {"EUR": "€", "GBP": "£", "USD": "US$"}
_SIGN_FIRST = ("€", "£", "US$")


def both(write: Callable[..., str], *values: Any, **options: Any) -> Text:
    """Write a value in both languages, ready for a placeholder of a :class:`Text`.

    Examples
    --------
    >>> both(percent, 0.123).en
    '12.3%'
    """
    # Doubled braces come out single, so that a brace in a name from the data stays text.
    written = {
        language: write(*values, language, **options).replace("{", "{{").replace("}", "}}")
        for language in SPELLINGS
    }
    return Text(en=written["en"], es=written["es"], es_mx=written["es_MX"]).format()


def reader(language: Language, data: Dataset) -> Language:
    """Choose how numbers are written for the reader of a data set.

    Returns
    -------
    {"es", "en", "es_MX"}
        ``es_MX`` (1,234.5) for Spanish where the reporting currency is the Mexican peso or the
        time zone is one of Mexico; else the language itself, in Spanish with 1234,5.
    """
    _, _, city = data.timezone.partition("America/")
    mexican = data.currency == "MXN" or city in _MEXICO or data.timezone.startswith("Mexico/")
    return "es_MX" if language == "es" and mexican else language


def _locale(language: Language, locale: str | None) -> str:
    if language not in LOCALES:
        one_of("the language", language, SPELLINGS)
    chosen = locale or LOCALES[language][0]
    if chosen not in LOCALES[language]:
        known = ", ".join(LOCALES[language])
        raise ValueError(f"no locale “{chosen}” for “{language}”; use one of {known}")
    return chosen


def _missing(value: float | None) -> bool:
    return value is None or value is pd.NA or not math.isfinite(value)


def decimal(
    value: float | None, language: Language, *, digits: int = 1, locale: str | None = None
) -> str:
    """Write a number with a fixed count of decimals; a missing or infinite one as “n/a”."""
    if _missing(value):
        return MISSING[language]
    assert value is not None
    chosen = _locale(language, locale)
    rounded = round(float(value), digits)
    # The Spanish Academy and CLDR separate groups from five digits on; Mexico writes 1,234.
    grouped = chosen != "es" or abs(rounded) >= 10_000
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    written = format_decimal(abs(rounded), pattern, locale=chosen, group_separator=grouped)
    return (MINUS if rounded < 0 else "") + str(written)


def integer(value: float | None, language: Language, *, locale: str | None = None) -> str:
    """Write a whole number: “1234” and “12.345” in Spanish, “1,234” in English."""
    return decimal(value, language, digits=0, locale=locale)


def percent(
    value: float | None, language: Language, *, digits: int = 1, locale: str | None = None
) -> str:
    """Write a share between 0 and 1 as “12,3 %” (no-break space) or “12.3%”."""
    if _missing(value):
        return MISSING[language]
    assert value is not None
    number = decimal(100 * float(value), language, digits=digits, locale=locale)
    return number + ("%" if language == "en" else f"{NBSP}%")


def interval(
    low: float | None,
    high: float | None,
    language: Language,
    *,
    form: Callable[..., str] = decimal,
    **options: Any,
) -> str:
    """Write an interval in words: “entre 8,1 % y 9,5 %”, “8.1% to 9.5%”.

    Parameters
    ----------
    low, high : float
        The bounds, in the unit that `form` takes.
    language : {"es", "en"}
        Language of the reader.
    form : callable
        One of the writers of this module; `options` go to it.
    """
    if _missing(low) or _missing(high):
        return MISSING[language]
    first, last = form(low, language, **options), form(high, language, **options)
    return f"{first} to {last}" if language == "en" else f"entre {first} y {last}"


def _with_currency(number: str, currency: str, language: Language) -> str:
    sign = _SIGNS.get(currency, currency)
    if language != "en":
        return f"{number}{NBSP}{sign}"
    negative, number = number.startswith(MINUS), number.removeprefix(MINUS)
    joined = f"{sign}{number}" if sign in _SIGN_FIRST else f"{sign}{NBSP}{number}"
    return (MINUS if negative else "") + joined


def money(
    value: float | None,
    language: Language,
    *,
    currency: str,
    compact: bool = False,
    digits: int = 0,
    locale: str | None = None,
) -> str:
    """Write an amount: “1.234.568 €”, “€1,234,568”, “MXN 1,234,568”; compact “1,2 M€”, “€1.2M”.

    Parameters
    ----------
    value : float
        The amount, in `currency`.
    language : {"es", "en"}
        Language of the reader.
    currency : str
        ISO 4217 code. Euro, pound and US dollar have their sign, all others their code.
    compact : bool
        Three figures and a unit (thousand, million; billion in English only, since a Spanish
        *billón* is a thousand times more).
    digits : int
        Decimals, where it is not compact.
    """
    if _missing(value):
        return MISSING[language]
    assert value is not None
    if not compact:
        number = decimal(value, language, digits=digits, locale=locale)
        return _with_currency(number, currency, language)
    number, unit = _compact(float(value), language, locale)
    if language == "en":
        return _with_currency(number + unit, currency, language)
    sign = _SIGNS.get(currency, currency)
    glue = "" if unit == "M" and len(sign) == 1 else NBSP
    return f"{number}{NBSP}{unit}{glue}{sign}" if unit else f"{number}{NBSP}{sign}"


def amount(value: float | None, language: Language, *, currency: str | None) -> str:
    """Write compact money, or, without a currency, a plain number with one decimal."""
    if currency is None:
        return decimal(value, language, digits=1)
    return money(value, language, currency=currency, compact=True)


def _compact(value: float, language: Language, locale: str | None) -> tuple[str, str]:
    units = [(1e9, "B"), (1e6, "M"), (1e3, "K")] if language == "en" else [(1e6, "M"), (1e3, "mil")]
    for size, unit in units:
        scaled = value / size
        if round(abs(scaled), 3) >= 0.9995:
            digits = 0 if abs(scaled) >= 99.95 or float(f"{scaled:.3g}").is_integer() else 1
            return decimal(scaled, language, digits=digits, locale=locale), unit
    return decimal(value, language, digits=0, locale=locale), ""


def date(
    value: pd.Timestamp | None,
    language: Language,
    *,
    timezone: str | None = None,
    short: bool = False,
) -> str:
    """Write a calendar day: “4 de marzo de 2026”, “March 4, 2026”; short “4 mar 2026”.

    Parameters
    ----------
    value : Timestamp
        A day, or an instant; an aware instant is first moved to `timezone` (UTC without one).
    """
    if value is None or pd.isna(value):
        return MISSING[language]
    if value.tzinfo is not None:
        value = value.tz_convert(timezone or "UTC")
    pattern = ("MMM d, y" if language == "en" else "d MMM y") if short else "long"
    return str(format_date(value.date(), pattern, locale=language))


def month(value: pd.Timestamp | None, language: Language, *, short: bool = False) -> str:
    """Write a month: “marzo de 2026”, “March 2026”; short “mar 2026”, “Mar 2026”."""
    if value is None or pd.isna(value):
        return MISSING[language]
    long = "MMMM y" if language == "en" else "MMMM 'de' y"
    pattern = "MMM y" if short else long
    return str(format_date(value.date(), pattern, locale=language))


def plural(
    count: float, language: Language, one: Text, many: Text, *, locale: str | None = None
) -> str:
    """Write a count with its noun: “1 lead”, “1234 leads”."""
    noun = one if count == 1 else many
    return f"{integer(count, language, locale=locale)}{NBSP}{noun[language]}"


def _span(
    value: float | None, language: Language, one: Text, many: Text, digits: int, locale: str | None
) -> str:
    if _missing(value):
        return MISSING[language]
    assert value is not None
    rounded = round(float(value), digits)
    noun = one if rounded == 1 else many
    number = decimal(value, language, digits=digits, locale=locale)
    return f"{number}{NBSP}{noun[language]}"


def days(
    value: float | None, language: Language, *, digits: int = 0, locale: str | None = None
) -> str:
    """Write a span of days: “1 día”, “23 días”, “23 days”."""
    return _span(
        value, language, Text(en="day", es="día"), Text(en="days", es="días"), digits, locale
    )


def weeks(
    value: float | None, language: Language, *, digits: int = 0, locale: str | None = None
) -> str:
    """Write a span of weeks: “1 semana”, “13 semanas”, “13 weeks”."""
    one, many = Text(en="week", es="semana"), Text(en="weeks", es="semanas")
    return _span(value, language, one, many, digits, locale)


def hours(value: float | None, language: Language, *, locale: str | None = None) -> str:
    """Write a span of hours: “24 h”, “1,5 h”; below one hour in minutes, “5 min”.

    One decimal at most, and none where it is 0.
    """
    if _missing(value):
        return MISSING[language]
    assert value is not None
    minutes = 60 * float(value)
    if round(abs(minutes)) < 60:
        digits = 0 if round(minutes, 1).is_integer() or abs(minutes) >= 1 else 1
        return f"{decimal(minutes, language, digits=digits, locale=locale)}{NBSP}min"
    digits = 0 if round(float(value), 1).is_integer() else 1
    return f"{decimal(value, language, digits=digits, locale=locale)}{NBSP}h"


def hours_on(clock: Literal["calendar", "working"], value: float | None) -> Text:
    """Write a span of hours in both languages, and name the clock that is not the calendar's."""
    worded = {
        "calendar": Text(en="{h}", es="{h}"),
        "working": Text(en="{h} of working time", es="{h} hábiles"),
    }
    return worded[clock].format(h=both(hours, value))


def listing(items: Sequence[str], language: Language, *, link: Literal["and", "or"] = "and") -> str:
    """Join words: “a, b y c”, “marketing e inversión”, “a, b, and c”."""
    if not items:
        return ""
    words = [str(item) for item in items]
    if language == "en":
        style: Any = "standard" if link == "and" else "or"
        return str(format_list(words, style=style, locale="en"))
    if len(words) == 1:
        return words[0]
    return f"{', '.join(words[:-1])} {_conjunction(words[-1], link)} {words[-1]}"


def _conjunction(following: str, link: Literal["and", "or"]) -> str:
    """Give y or o; e before the sound /i/ (but: y hierro) and u before /o/."""
    start = following.strip("«»“”\"'(¿¡ ").casefold()
    bare = start.removeprefix("h")
    if link == "or":
        return "u" if bare[:1] in ("o", "ó") or re.match(r"8|11\b", start) else "o"
    rising = bare[:2] in ("ia", "ie", "io", "iu")
    return "e" if bare[:1] in ("i", "í") and not rising else "y"


def source(data: Dataset, *, short: bool = False) -> Text:
    """Say where the numbers come from: the exports, and the day they show."""
    day = both(date, data.as_of, timezone=data.timezone, short=short)
    return Text(en="Source: exports as of {day}.", es="Fuente: exportaciones al {day}.").format(
        day=day
    )
