"""A frame as an accessible table, escaped; pandas' Styler would let markup through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from alignment import wording
from alignment.text import Language, Text

_TRUTH: Mapping[bool, Text] = {True: Text(en="yes", es="sí"), False: Text(en="no", es="no")}


@dataclass(frozen=True)
class Table:
    """A frame as an accessible, escaped table.

    Parameters
    ----------
    frame : DataFrame
        What to show; its index is left out.
    caption : str
        What the table holds, in the reader's language.
    columns : mapping of str to str, optional
        The columns to show and their labels, in this order; without it, all under their names.
    formats : mapping of str to callable, optional
        For a column, how to write a value (often ``partial(wording.percent, language=lang)``).
        Values of a formatted or numeric column are aligned right.
    max_rows : int, optional
        Rows shown; a last line counts the rest.
    lang : {"es", "en"}
        Language of that line, of missing values and of unformatted numbers.
    """

    frame: pd.DataFrame
    caption: str
    columns: Mapping[str, str] | None = None
    formats: Mapping[str, Callable[[Any], str]] = field(default_factory=dict)
    max_rows: int | None = None
    lang: Language = "es"

    def __post_init__(self) -> None:
        if not self.caption.strip():
            raise ValueError("a table needs a caption")
        absent = [name for name in self._labels() if name not in self.frame.columns]
        if absent:
            raise KeyError(f"the table has no column {', '.join(absent)}")

    def _labels(self) -> dict[str, str]:
        if self.columns is not None:
            return {str(name): str(text) for name, text in self.columns.items()}
        return {name: str(name) for name in self.frame.columns}

    def _cells(self) -> list[list[str]]:
        shown = self.frame if self.max_rows is None else self.frame.head(self.max_rows)
        written = []
        for name in self._labels():
            write = self.formats.get(name, partial(_plain, lang=self.lang))
            written.append([write(value) for value in shown[name]])
        return [list(row) for row in zip(*written, strict=True)]

    def _on_the_right(self) -> list[bool]:
        is_number = pd.api.types.is_numeric_dtype
        return [
            is_number(self.frame[name]) and not pd.api.types.is_bool_dtype(self.frame[name])
            for name in self._labels()
        ]

    def _more(self) -> str:
        left = 0 if self.max_rows is None else len(self.frame) - self.max_rows
        if left <= 0:
            return ""
        count = wording.integer(left, self.lang)
        return f"… and {count} more" if self.lang == "en" else f"… y {count} más"

    def to_html(self) -> str:
        """Return the table with its caption and scopes; all text is escaped."""
        labels, right = list(self._labels().values()), self._on_the_right()
        head = "".join(
            f'<th scope="col"{_side(is_right)}>{escape(text)}</th>'
            for text, is_right in zip(labels, right, strict=True)
        )
        body = "".join(f"<tr>{_row(cells, right)}</tr>" for cells in self._cells())
        more = self._more()
        foot = f'<tfoot><tr><td colspan="{len(labels)}">{more}</td></tr></tfoot>' if more else ""
        caption = escape(self.caption)
        return (
            f'<div class="table" role="region" aria-label="{caption}" tabindex="0">'
            f"<table><caption>{caption}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody>{foot}</table></div>"
        )

    def to_text(self) -> str:
        """Return the table in fixed-width plain text."""
        right = self._on_the_right()
        lines = [list(self._labels().values()), *self._cells()]
        widths = [max(len(line[i]) for line in lines) for i in range(len(right))]
        written = [
            "  ".join(
                cell.rjust(width) if is_right else cell.ljust(width)
                for cell, width, is_right in zip(line, widths, right, strict=True)
            ).rstrip()
            for line in lines
        ]
        return "\n".join([self.caption, *written, *filter(None, [self._more()])])

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        return {"text/html": self.to_html(), "text/plain": self.to_text()}, {}


def _side(is_right: bool) -> str:
    # JupyterLab aligns cells to the right by itself, so the left ones must say so too.
    return ' class="number" style="text-align:right"' if is_right else ' style="text-align:left"'


def _row(cells: list[str], right: list[bool]) -> str:
    first = f'<th scope="row"{_side(right[0])}>{escape(cells[0])}</th>'
    rest = zip(cells[1:], right[1:], strict=True)
    return first + "".join(f"<td{_side(is_right)}>{escape(cell)}</td>" for cell, is_right in rest)


def _plain(value: Any, lang: Language) -> str:
    if pd.api.types.is_scalar(value) and pd.isna(value):
        return wording.MISSING[lang]
    if isinstance(value, bool | np.bool_):
        return _TRUTH[bool(value)][lang]
    if isinstance(value, int | np.integer):
        return wording.integer(int(value), lang)
    if isinstance(value, float | np.floating):
        return wording.decimal(float(value), lang, digits=2)
    if isinstance(value, pd.Timestamp):
        return wording.date(value, lang, short=True)
    return str(value)
