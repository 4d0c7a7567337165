"""The ledger: what was read, kept, merged and set aside, and why; nothing is lost in silence."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

# The system of a file that could not be read; a note of the ledger says why.
NOT_READ = "not read"
FILE_COLUMNS = (
    "file",  # path inside the folder
    "system",  # system recognised, or "mapping", "not recognised", "not read"
    "table",  # canonical table of its rows; missing where not recognised
    "recognised_by",  # evidence, in words
    "encoding",
    "delimiter",
    "header_row",  # physical line of the header, from 1
    "rows_read",  # data rows, without preamble, totals and footer
    "rows_kept",
    "rows_merged",  # duplicates of a row that was kept
    "rows_set_aside",
)
SET_ASIDE_COLUMNS = (
    "file",
    "row",
    "reason",  # in English
    "reason_es",  # the same in Spanish
    "column",
    "value",
)
MERGED_COLUMNS = (
    "file",
    "reason",  # in English
    "reason_es",  # the same in Spanish
    "rows",  # how many rows of the file
    "example",  # the first of their lines
)
NOTE_COLUMNS = (
    "rule",  # stable machine name, e.g. "won-before-lead"
    "file",  # missing where it concerns several
    "rows",  # how many rows it touched
    "example",  # one place: "row 12: …"; never personal data
    "message",  # one sentence in English
    "message_es",  # the same in Spanish
)
DECISION_COLUMNS = ("file", "column", "decision", "evidence")


def _frame(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="object") for name in columns})


@dataclass(frozen=True)
class Ledger:
    """What happened to each row of each file.

    Parameters
    ----------
    files : DataFrame
        One row a file (or a table within a file): :data:`FILE_COLUMNS`.
    set_aside : DataFrame
        One row an excluded row: :data:`SET_ASIDE_COLUMNS`; texts are categories, so that millions
        of rows take little memory.
    merged : DataFrame
        One row a file and reason for which rows went into another one: :data:`MERGED_COLUMNS`.
    notes : DataFrame
        One row a rule that found something: :data:`NOTE_COLUMNS`.
    decisions : DataFrame
        One row a choice of reading (encoding, date order, number format, team of a channel, time
        zone): :data:`DECISION_COLUMNS`.

    Raises
    ------
    ArithmeticError
        If the rows of a file do not add up: a defect of the library, never of the data.
    """

    files: pd.DataFrame = field(default_factory=lambda: _frame(FILE_COLUMNS))
    set_aside: pd.DataFrame = field(default_factory=lambda: _frame(SET_ASIDE_COLUMNS))
    merged: pd.DataFrame = field(default_factory=lambda: _frame(MERGED_COLUMNS))
    notes: pd.DataFrame = field(default_factory=lambda: _frame(NOTE_COLUMNS))
    decisions: pd.DataFrame = field(default_factory=lambda: _frame(DECISION_COLUMNS))

    def __post_init__(self) -> None:
        parts = self.files[["rows_kept", "rows_merged", "rows_set_aside"]].sum(axis=1)
        wrong = self.files[parts != self.files["rows_read"]]
        if len(wrong):
            raise ArithmeticError(f"rows of {wrong['file'].iloc[0]} do not add up")
        aside = self.set_aside["file"].value_counts().to_dict()
        counted = self.files.groupby("file")["rows_set_aside"].sum().items()
        if any(aside.get(file, 0) != count for file, count in counted):
            raise ArithmeticError("rows set aside and their reasons do not add up")

    @property
    def totals(self) -> pd.Series:
        """Rows read, kept, merged and set aside over all files."""
        counts = ["rows_read", "rows_kept", "rows_merged", "rows_set_aside"]
        return self.files[counts].sum().astype("int64")
