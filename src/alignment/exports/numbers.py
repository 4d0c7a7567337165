"""Numbers as text, in either decimal convention, decided on the whole column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.exports.profiles import Decimal

# What exports write for "no value" in a numeric column (Google Ads: " --").
BLANKS = frozenset({"", "-", "--", "---", "—", "–", "n/a", "na", "null", "none", "nan", "#n/a"})
_SPACES = r"[\s\u00a0\u2007\u2009\u202f']"
_SYMBOLS = {
    "€": "EUR",
    "£": "GBP",
    "¥": "JPY",
    "mx$": "MXN",
    "us$": "USD",
    "u$s": "USD",
    "r$": "BRL",
    "ca$": "CAD",
    "c$": "CAD",
    "a$": "AUD",
    "s/": "PEN",
    "col$": "COP",
}
_PARTS = (
    r"^(?P<open>\()?(?P<bound>[<>])?(?P<sign>[-+\u2212])?(?P<before>[^\d.,()+\-\u2212<>%]*)"
    r"(?P<inner>[-+\u2212])?(?P<digits>\d[\d.,]*|[.,]\d+)(?P<after>[^\d()%]*)(?P<percent>%)?(?P<close>\))?$"
)


@dataclass(frozen=True)
class Numbers:
    """A column read as numbers.

    Parameters
    ----------
    figures : Series of float64
        Missing where the cell is blank or cannot be read.
    unreadable : Series of bool
        Cells that are not blank and not a number.
    currency : Series of str
        ISO 4217 code written beside the number, where there is one.
    decimal : str or None
        Decimal mark of the column; None where no cell shows one.
    evidence : str
        Why.
    undecided : str or None
        A cell such as ``1.234`` that the column cannot settle; then nothing of it was read.
    """

    figures: pd.Series
    unreadable: pd.Series
    currency: pd.Series
    decimal: Decimal | None
    evidence: str
    undecided: str | None = None


def decimal_of(sample: str) -> Decimal | None:
    """Read the decimal mark off a sample number that a user states, such as ``1.234,56``."""
    last = max(sample.rfind("."), sample.rfind(","))
    if last < 0:
        return None
    return "." if sample[last] == "." else ","


def _reading(digits: pd.Series) -> pd.Series:
    """Say of each figure which decimal mark it shows: ``.``, ``,``, ``?`` (either), or none."""
    dots, commas = digits.str.count(r"\."), digits.str.count(",")
    last_dot, last_comma = digits.str.rfind("."), digits.str.rfind(",")
    grouped = digits.str.fullmatch(r"[1-9]\d{0,2}[.,]\d{3}")
    shown = np.select(
        [
            (dots == 0) & (commas == 0),
            (dots > 0) & (commas > 0),
            dots > 1,
            commas > 1,
            grouped,
            dots == 1,
        ],
        ["", np.where(last_dot > last_comma, ".", ","), ",", ".", "?", "."],
        default=",",
    )
    return pd.Series(shown, index=digits.index, dtype="str")


def _to_float(digits: pd.Series, decimal: pd.Series) -> pd.Series:
    """Read figures whose decimal marks are known; grouping must stand in threes."""
    comma = decimal == ","
    group, mark = digits.where(~comma, None), digits.where(comma, None)
    wide = pd.Series(np.nan, index=digits.index, dtype="float64")
    well = r"(?:\d+|\d{1,3}(?:%s\d{2,3})*)(?:%s\d*)?|%s\d+"
    english = group.str.fullmatch(well % (",", r"\.", r"\.")).fillna(False).astype(bool)
    spanish = mark.str.fullmatch(well % (r"\.", ",", ",")).fillna(False).astype(bool)
    wide[english] = pd.to_numeric(digits[english].str.replace(",", ""), errors="coerce")
    wide[spanish] = pd.to_numeric(
        digits[spanish].str.replace(".", "", regex=False).str.replace(",", ".", regex=False),
        errors="coerce",
    )
    return wide.astype("float64")


def _code(before: pd.Series, after: pd.Series) -> pd.Series:
    text = before.fillna("").str.cat(after.fillna("")).str.casefold().str.strip(" .")
    upper = text.str.upper()
    iso = upper.where(upper.str.fullmatch("[A-Z]{3}"), text.map(_SYMBOLS).astype("str"))
    return iso.where(text != "", None).astype("str")


def _decide(shown: pd.Series, stated: Decimal | None) -> tuple[Decimal | None, str]:
    if stated:
        return stated, "stated"
    dot, comma = (shown == ".").sum(), (shown == ",").sum()
    if dot and comma:
        return None, f"mixed: {dot} values with a decimal point, {comma} with a comma"
    if dot:
        return ".", f"{dot} different values show a decimal point"
    if comma:
        return ",", f"{comma} different values show a decimal comma"
    return None, "whole numbers only"


def _simple(values: pd.Series) -> Numbers | None:
    """Read a column that holds nothing but plain numbers with a decimal point: fast."""
    blank = values.isna() | values.eq("")
    if not values[~blank].str.fullmatch(r"-?\d+(?:\.\d+)?").all():
        return None
    return Numbers(
        figures=pd.to_numeric(values.where(~blank, None)).astype("float64"),
        unreadable=pd.Series(False, index=values.index),
        currency=pd.Series(None, index=values.index, dtype="str"),
        decimal=".",
        evidence="stated",
    )


def parse_numbers(
    values: pd.Series,
    *,
    decimal: Decimal | None = None,
    usual: Decimal | None = None,
    whole: bool = False,
) -> Numbers:
    """Read a column of numbers.

    Both conventions are read (``1,356.50`` and ``1.356,50``), with spaces or apostrophes between
    thousands, currency symbols or codes, ``%``, ``< 10%`` (read as its bound), parentheses for
    negatives. The decimal mark is settled by the values that show it; where both conventions
    are shown, each such value is read as it is written.

    Parameters
    ----------
    values : Series of str
        The cells.
    decimal : str, optional
        The decimal mark, where it is stated.
    usual : str, optional
        The decimal mark of a column that does not settle it.
    whole : bool
        The column counts something, so that ``1.234`` can only be a thousand and more.
    """
    if (decimal or usual) == ".":
        simple = _simple(values)
        if simple is not None:
            return simple
    cells = pd.Series(values.unique(), dtype="str")
    bare = cells.str.strip().str.replace(_SPACES, "", regex=True)
    blank = bare.isna() | bare.str.casefold().isin(BLANKS)
    parts = bare.str.extract(_PARTS)
    digits = parts["digits"].where(~blank, None)
    figures = digits[digits.notna()]
    shown = _reading(figures)
    mark, evidence = _decide(shown, decimal)
    undecided = None
    unsure = shown.index[shown == "?"]
    if mark is None and len(unsure) and whole and shown.isin(["?", ""]).all():
        grouping = figures[unsure].str.contains(",", regex=False)
        if grouping.all() or not grouping.any():
            mark, evidence = "." if grouping.all() else ",", "counts part only thousands"
    if mark is None and len(unsure) and usual and shown.isin(["?", ""]).all():
        mark, evidence = usual, "as the system writes numbers"
    if mark is None and len(unsure):
        undecided = str(cells[unsure[0]])
    default = mark or "."
    marks = (
        pd.Series(default, index=shown.index, dtype="str")
        if mark
        else shown.where(shown.isin([".", ","]), default)
    )
    read = _to_float(figures, marks).reindex(cells.index)
    if undecided is not None:
        read[unsure] = np.nan
    minus = parts[["sign", "inner"]].isin(["-", "\u2212"]).any(axis=1)
    negative = minus | (parts["open"].notna() & parts["close"].notna())
    read = read.where(~negative, -read)
    bad = ~blank & read.isna()
    currency = _code(parts["before"], parts["after"])

    def spread(column: pd.Series, kind: str) -> pd.Series:
        lookup = dict(zip(cells, column, strict=True))
        return values.map(lookup).astype(kind)

    return Numbers(
        figures=spread(read, "float64"),
        unreadable=spread(bad, "bool"),
        currency=spread(currency, "str"),
        decimal=mark,
        evidence=evidence,
        undecided=undecided,
    )
