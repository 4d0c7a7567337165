"""Numbers as text, in either decimal convention, decided on the whole column."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.exports.distinct import Distinct, extract
from alignment.exports.profiles import Decimal

# What exports write for "no value" in a numeric column (Google Ads: " --").
BLANKS = frozenset({"", "-", "--", "---", "—", "–", "n/a", "na", "null", "none", "nan", "#n/a"})
_SPACES = r"[\s\u00a0\u2007\u2009\u202f'\u2019]"
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
    "euro": "EUR",
    "euros": "EUR",
}
# Words beside a number that name no one currency.
_NAMELESS = frozenset({"", "$", "pesos", "m.n"})
_WORD = r"[^\d.,()+\-\x{2212}<>%]*"
_MINUS = r"[-\x{2212}]"
_PARTS = (
    rf"^(?P<bound>[<>]=?)?(?P<lead>{_WORD})(?P<open>\()?(?P<sign>[-+\x{{2212}}])?(?P<before>{_WORD})"
    rf"(?P<inner>{_MINUS}|\+)?(?P<digits>\d[\d.,]*|[.,]\d+)(?P<share>%)?(?P<trailing>{_MINUS})?"
    rf"(?P<after>[^\d()%\-\x{{2212}}]*)(?P<percent>%)?(?P<late>{_MINUS})?(?P<close>\))?"
    rf"(?P<last>{_WORD})$"
)
_GROUPS = ("bound", "lead", "open", "sign", "before", "inner", "digits", "trailing", "after")
_MINUSES = ("sign", "inner", "trailing", "late")
_WORDS = ("lead", "before", "after", "last")


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
    bounds : Series of bool
        Cells such as ``< 10%``, which say on which side of a figure the value lies and not what
        it is: they are missing.
    """

    figures: pd.Series
    unreadable: pd.Series
    currency: pd.Series
    decimal: Decimal | None
    evidence: str
    bounds: pd.Series
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


def _code(parts: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the currency that the words beside a number name, and whether they are none."""
    words = parts[list(_WORDS)].fillna("")
    text = words["lead"].str.cat([words[name] for name in _WORDS[1:]])
    text = text.str.casefold().str.strip(" .")
    upper = text.str.upper()
    iso = upper.where(upper.str.fullmatch("[A-Z]{3}"), text.map(_SYMBOLS).astype("str"))
    alien = iso.isna() & ~text.isin(_NAMELESS)
    return iso.where(text != "", None).astype("str"), alien


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
        bounds=pd.Series(False, index=values.index),
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
    thousands, currency symbols or codes, ``%`` (``10.34%`` is 10.34), a minus on either side and
    parentheses for negatives. ``< 10%`` is a bound and no value: it is left blank and told. The
    decimal mark is settled by the values that show it; where both conventions are shown, each such
    value is read as it is written.

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
    different = Distinct.of(values)
    cells = different.cells
    bare = cells.str.strip().str.replace(_SPACES, "", regex=True)
    bare = bare.str.replace(r"(?i)s/\.", "s/", regex=True)
    blank = bare.isna() | bare.str.casefold().isin(BLANKS)
    parts = extract(bare, _PARTS, dict.fromkeys((*_GROUPS, "late", "close", "last")))
    currency, alien = _code(parts)
    fit = ~blank & ~alien & (parts["open"].notna() == parts["close"].notna())
    bounds = fit & parts["bound"].notna() & parts["digits"].notna()
    digits = parts["digits"].where(fit, None)
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
    minus = parts[list(_MINUSES)].isin(["-", "\u2212"]).any(axis=1)
    negative = minus | parts["open"].notna()
    read = read.where(~negative, -read)
    bad = ~blank & read.isna()
    spread = different.spread
    return Numbers(
        figures=spread(read.where(~bounds)),
        unreadable=spread(bad),
        currency=spread(currency.where(read.notna(), None).astype("str")),
        decimal=mark,
        evidence=evidence,
        bounds=spread(bounds & ~bad),
        undecided=undecided,
    )
