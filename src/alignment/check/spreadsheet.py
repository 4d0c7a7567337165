"""Rows for a spreadsheet, in which no cell can run as a formula."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from alignment.dataset import Dataset
from alignment.errors import FolderError

SET_ASIDE = "set_aside.csv"
NAMES = "names.csv"
# What makes a spreadsheet take a cell for a formula (OWASP, "CSV Injection"), full-width forms too.
_FORMULA = "=+-@\t\r\n＝＋－＠"
_NUMBER = re.compile(r"[+-]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d+)?%?")
# A longer cell spills into the next row of a spreadsheet, where its middle could be a formula.
_LONGEST = 32_000


def harmless(value: object) -> str:
    """Write a value so that a spreadsheet shows it and runs nothing.

    A text that begins, after any spaces, like a formula gets an apostrophe before it; numbers stay
    numbers. What is missing is blank, NUL is left out, and a text is cut after 32,000 characters.
    """
    if value is None or value != value:
        return ""
    text = str(value).replace("\0", "")
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + "…"
    begins = text[:1] in _FORMULA or text.lstrip()[:1] in _FORMULA
    return f"'{text}" if text.strip(" ") and begins and not _NUMBER.fullmatch(text) else text


def write_set_aside(data: Dataset, folder: Path, exports: Path) -> Path:
    """Write each row that was set aside, with its reasons, to ``set_aside.csv``.

    Parameters
    ----------
    data : Dataset
        A loaded folder.
    folder : Path
        Where to write; it is made where it is missing, and an earlier file is replaced.
    exports : Path
        The folder of exports, in which nothing may be written: it would be read as an export.

    Returns
    -------
    Path
        The file: UTF-8 with a byte order mark, as spreadsheets expect it.

    Raises
    ------
    FolderError
        If the place lies in the folder of exports or cannot be written to.
    """
    rows = data.ledger.set_aside
    return _write(rows.columns, rows.itertuples(index=False), folder / SET_ASIDE, exports)


def write_names(data: Dataset, folder: Path, exports: Path) -> Path:
    """Write who each lead is (``load(with_names=True)``) to ``names.csv``.

    Parameters and errors are those of :func:`write_set_aside`.
    """
    if data.names is None:
        raise ValueError("the data set was loaded without names")
    rows = data.names.itertuples(index=False)
    return _write(data.names.columns, rows, folder / NAMES, exports)


def _write(header: Iterable[str], rows: Iterable[tuple[object, ...]], to: Path, root: Path) -> Path:
    if to.resolve().is_relative_to(root.resolve()):
        raise FolderError(
            "nothing is written into the folder of exports: it would be read as one",
            file=str(to.parent),
            cure="Give --out another folder.",
        )
    half = to.with_name(f".{to.name}.{os.getpid()}")
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        with half.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(tuple(map(harmless, row)) for row in rows)
        half.replace(to)
    except OSError as wrong:
        with suppress(OSError):
            half.unlink()
        raise FolderError(
            f"the file cannot be written ({wrong.strerror})", file=str(to), cure="Check its rights."
        ) from wrong
    return to
