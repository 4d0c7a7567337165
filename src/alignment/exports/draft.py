"""The ledger while it is being written: each row's fate, the rules that fired, the decisions."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd

from alignment.exports import reasons
from alignment.exports.aside import Aside
from alignment.ledger import DECISION_COLUMNS, MERGED_COLUMNS, NOTE_COLUMNS
from alignment.text import Text

SOURCE = ["source_file", "source_row"]


class Draft:
    """Collects what the ledger will say; one is made for each call of ``load``, then frozen.

    Rows are known by their part (a file read as one kind of export) and physical line.
    """

    def __init__(self) -> None:
        self._aside = Aside()
        self._merged: list[pd.DataFrame] = []
        self._mergers: list[Text] = []
        self._notes: list[dict[str, object]] = []
        self._decisions: list[dict[str, object]] = []

    def set_aside(
        self,
        rows: pd.DataFrame,
        reason: Text,
        *,
        column: str | None = None,
        values: pd.Series | None = None,
    ) -> None:
        """Exclude rows (with ``source_file`` and ``source_row``) for a reason in words."""
        if len(rows):
            lines = rows["source_row"].to_numpy("int64")
            self._aside.add(rows["source_file"], lines, reason, column, values)

    def set_aside_lines(
        self,
        file: str,
        lines: npt.NDArray[np.int64],
        reason: Text,
        *,
        column: str | None = None,
        values: pd.Series | None = None,
    ) -> None:
        """Exclude lines of one file (a part's key) for a reason in words."""
        if len(lines):
            self._aside.add(file, lines, reason, column, values)

    def without_id(self, rows: pd.DataFrame, key: str) -> pd.DataFrame:
        """Set rows aside that carry no id, and return the others."""
        blank = rows[key].isna()
        self.set_aside(rows[blank], reasons.NO_ID)
        return rows[~blank].reset_index(drop=True)

    def merge(self, rows: pd.DataFrame, reason: Text) -> None:
        """Record rows that go into a row that is kept, and why."""
        if len(rows):
            frame = rows[SOURCE].reset_index(drop=True)
            self._merged.append(frame.assign(reason=self._merging(reason)))

    def _merging(self, reason: Text) -> int:
        if reason not in self._mergers:
            self._mergers.append(reason)
        return self._mergers.index(reason)

    def note(
        self,
        rule: str,
        rows: int,
        message: Text,
        *,
        file: str | None = None,
        example: str | None = None,
    ) -> None:
        """Record a rule that found something; nothing is recorded for no rows."""
        if rows:
            self._notes.append(
                {
                    "rule": rule,
                    "file": file,
                    "rows": int(rows),
                    "example": example,
                    "message": message.en,
                    "message_es": message.es,
                }
            )

    def note_rows(self, rule: str, rows: pd.DataFrame, message: Text) -> None:
        """Record a rule with the rows it found: they are counted and the first is the example."""
        if not len(rows):
            return
        files = sorted(map(str, rows["source_file"].unique()))
        first = rows["source_row"][rows["source_file"].eq(files[0]).to_numpy(bool)].min()
        self.note(
            rule,
            len(rows),
            message.format(n=len(rows)),
            file=files[0] if len(files) == 1 else None,
            example=f"{files[0]}, row {int(first)}",
        )

    def decide(self, file: str | None, column: str | None, decision: str, evidence: str) -> None:
        """Record a choice of reading."""
        self._decisions.append(
            {"file": file, "column": column, "decision": decision, "evidence": evidence}
        )

    def set_aside_rows(self) -> pd.DataFrame:
        """Return the excluded rows, each once, with all reasons and the first cell named."""
        return self._aside.table()

    def merged_rows(self) -> pd.DataFrame:
        """Return file and line of the merged rows, each once, with the number of its reason."""
        every = _together(self._merged, [*SOURCE, "reason"])
        return every.drop_duplicates(SOURCE, ignore_index=True)

    def mergers(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Count merged rows (as :meth:`merged_rows` gives them) by file and reason."""
        found = rows.assign(file=rows["source_file"].astype("str").str.split("\0").str[0])
        found = found.groupby(["file", "reason"], as_index=False).agg(
            rows=("source_row", "size"), example=("source_row", "min")
        )
        told = [self._mergers[number] for number in found["reason"].astype("int64")]
        found = found.assign(reason=[t.en for t in told], reason_es=[t.es for t in told])
        found = found[list(MERGED_COLUMNS)].astype({"rows": "int64", "example": "int64"})
        return found.sort_values(["file", "reason"], kind="stable", ignore_index=True)

    def notes(self) -> pd.DataFrame:
        """Return the notes in a fixed order."""
        return _table(self._notes, NOTE_COLUMNS, ["rule", "file"])

    def decisions(self) -> pd.DataFrame:
        """Return the decisions in a fixed order."""
        return _table(self._decisions, DECISION_COLUMNS, ["file", "column", "decision"])


def _together(frames: list[pd.DataFrame], columns: Iterable[str]) -> pd.DataFrame:
    if not frames:
        return pd.DataFrame({c: pd.Series(dtype="object") for c in columns})
    return pd.concat(frames, ignore_index=True)


def _table(
    records: list[dict[str, object]], columns: Iterable[str], order: list[str]
) -> pd.DataFrame:
    ranked = sorted(records, key=lambda r: tuple(str(r[name] or "") for name in order))
    return pd.DataFrame(ranked, columns=list(columns), dtype="object")
