"""Gather what ``alignment check`` says, whatever the form it is said in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from alignment.check.needs import runnable
from alignment.check.traced import TracedValue, traced_value
from alignment.dataset import Dataset
from alignment.exports.reading import NOT_RECOGNISED
from alignment.text import Text


@dataclass(frozen=True)
class Checked:
    """What the exports hold and what can be asked of them.

    Parameters
    ----------
    files : DataFrame
        The ledger's files: what was recognised, by what, and what became of the rows.
    aside : DataFrame
        ``file``, ``reason``, ``reason_es``, ``rows`` and ``example`` (a row) of the rows set aside.
    merged : DataFrame
        The ledger's: why rows went into others.
    notes, decisions : DataFrame
        The ledger's.
    runnable : Mapping of str to (Text or None)
        What each notebook still needs, in a sentence; None where it can run.
    drafts : Mapping of str to str
        The beginning of a ``mapping.toml`` for each file that was not recognised.
    traced : TracedValue or None
        How much of the won value both teams touched.
    """

    files: pd.DataFrame
    aside: pd.DataFrame
    merged: pd.DataFrame
    notes: pd.DataFrame
    decisions: pd.DataFrame
    runnable: Mapping[str, Text | None]
    drafts: Mapping[str, str]
    traced: TracedValue | None = None

    @property
    def can_run(self) -> bool:
        """Whether at least one analysis (beside the book of the data itself) can run."""
        return any(need is None for name, need in self.runnable.items() if name != "00_data")


def describe(data: Dataset) -> Checked:
    """Gather what ``alignment check`` says."""
    ledger = data.ledger
    unknown = ledger.decisions["decision"] == NOT_RECOGNISED
    drafts = {str(row.file): str(row.evidence) for row in ledger.decisions[unknown].itertuples()}
    keys = ["file", "reason", "reason_es"]
    aside = ledger.set_aside.groupby(keys, as_index=False, sort=True).agg(
        rows=("row", "size"), example=("row", "min")
    )
    return Checked(
        files=ledger.files,
        aside=aside,
        merged=ledger.merged,
        notes=ledger.notes,
        decisions=ledger.decisions[~unknown].reset_index(drop=True),
        runnable=runnable(data),
        drafts=drafts,
        traced=traced_value(data),
    )
