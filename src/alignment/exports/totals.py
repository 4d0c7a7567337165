"""A report's own totals beside the rows that were kept."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from alignment.exports.bodies import Record
from alignment.exports.draft import Draft
from alignment.exports.layout import Cells
from alignment.exports.numbers import parse_numbers
from alignment.exports.profiles import Decimal, Field, Match
from alignment.text import Text

_AGREES = Text(
    en="Kept rows of “{column}” add up to the file's own total, {total}, within rounding "
    "(rows: {n}).",
    es="Las filas conservadas de «{column}» suman el total del propio archivo, {total}, salvo "
    "redondeo (filas: {n}).",
)
_DIFFERS = Text(
    en="Kept rows of “{column}” add up to {sum}, and the file's own total is {total}: they differ "
    "by {difference} (rows: {n}).",
    es="Las filas conservadas de «{column}» suman {sum} y el total del propio archivo es {total}: "
    "difieren en {difference} (filas: {n}).",
)


def _figures(
    records: Sequence[Record], position: int, decimal: Decimal | None
) -> list[tuple[float, int]]:
    """Read the totals of a column, each with its line; a cell without a figure is left out."""
    shown = [(r.cells[position], r.line) for r in records if position < len(r.cells)]
    cells = pd.Series([cell for cell, _ in shown], dtype="str")
    figures = parse_numbers(cells, decimal=decimal, usual=".").figures
    pairs = zip(figures, (line for _, line in shown), strict=True)
    return [(float(figure), line) for figure, line in pairs if not np.isnan(figure)]


def tolerance(values: pd.Series) -> float:
    """Say how far a total may lie from the sum of rounded values, beyond reasonable doubt.

    Each value is off by at most half a unit of its last place; so many errors that are independent
    of each other add up to about their square root. Four standard deviations of a uniform error,
    and a unit for the total's own rounding.
    """
    known = values.dropna()
    unit = 1.0 if np.allclose(known, known.round(0)) else 0.01
    return float(unit + 4 * unit * np.sqrt(len(known) / 12))


def check_totals(
    cells: Cells,
    match: Match,
    field: Field,
    values: pd.Series,
    decimal: Decimal | None,
    draft: Draft,
) -> None:
    """Compare the sum of a column with the file's own total, and tell the ledger.

    A report may have several totals: of what is shown, of the account, of each network. The first
    is that of the rows shown; where another one fits better, it is the one compared with.

    Parameters
    ----------
    cells : Cells
        The file, as cells.
    match : Match
        How it is read.
    field : Field
        The column.
    values : Series of float64
        Its figures in the kept rows.
    decimal : str or None
        Its decimal mark.
    draft : Draft
        The ledger being written.
    """
    known = values.dropna()
    if not cells.totals or not len(known):
        return
    position = match.columns[field.name]
    figures = _figures(cells.totals, position, decimal)
    if not figures:
        return
    total = float(known.sum())
    first = figures[0]
    near = [f for f in figures if abs(f[0] - total) <= tolerance(known)]
    stated, line = near[0] if near else first
    template = _AGREES if near else _DIFFERS
    words: dict[str, str | int] = {
        "column": cells.headers[position],
        "total": _shown(stated),
        "n": len(known),
    }
    if not near:
        words |= {"sum": _shown(total), "difference": _shown(total - stated)}
    draft.note(
        "total-agrees" if near else "total-differs",
        len(known),
        template.format(**words),
        file=cells.file.split("\0")[0],
        example=f"row {line}",
    )


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:,.2f}"
