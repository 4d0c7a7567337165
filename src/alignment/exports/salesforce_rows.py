"""What the modules of Salesforce's objects share: deleted rows, current rows, references."""

from __future__ import annotations

import pandas as pd

from alignment.exports import reasons
from alignment.exports.candidates import keep_one
from alignment.exports.draft import Draft
from alignment.exports.typed import flag

SYSTEM = "salesforce"


def current(
    rows: pd.DataFrame, draft: Draft, *, key: str = "id", needed: bool = True
) -> pd.DataFrame:
    """Keep the last state of each record and set deleted ones aside."""
    rows = latest(rows, draft, key=key, needed=needed)
    deleted = is_deleted(rows)
    draft.set_aside(rows[deleted], reasons.DELETED)
    return rows[~deleted].reset_index(drop=True)


def latest(
    rows: pd.DataFrame, draft: Draft, *, key: str = "id", needed: bool = True
) -> pd.DataFrame:
    """Keep one row a record where files repeat it: the last modified.

    A record that needs its id and has none is set aside.
    """
    if key not in rows:
        return rows
    if needed:
        rows = draft.without_id(rows, key)
    return keep_one(rows, [key], draft, modified="modified_at").reset_index(drop=True)


def is_deleted(rows: pd.DataFrame) -> pd.Series:
    """Say which rows carry IsDeleted."""
    return flag(rows, "is_deleted")


def reference(ids: pd.Series) -> pd.Series:
    """Name a person of Salesforce among all systems; missing where the id is."""
    return (SYSTEM + ":" + ids).astype("str")


def source(rows: pd.DataFrame) -> dict[str, object]:
    """Return the columns that lead back to a line of a file."""
    return {
        "source_system": SYSTEM,
        "source_file": rows["source_file"],
        "source_row": rows["source_row"],
    }
