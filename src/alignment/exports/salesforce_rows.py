"""What the modules of Salesforce's objects share: deleted rows, current rows, references."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import pandas as pd

from alignment.exports import reasons
from alignment.exports.candidates import Context, keep_one
from alignment.exports.draft import Draft
from alignment.exports.typed import column, flag
from alignment.text import Text

SYSTEM = "salesforce"
_NAMED = Text(
    en="Rows of reports without an id, known by what else they say: {n}.",
    es="Filas de informes sin identificador, reconocidas por lo demás que dicen: {n}.",
)


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


def with_ids(rows: pd.DataFrame, names: Sequence[str], context: Context) -> pd.DataFrame:
    """Give rows of a report that shows no id one of their own, drawn from their content.

    A row that says the same as exactly one record with an id is merged with it.

    Parameters
    ----------
    rows : DataFrame
        Rows of one object, from extracts and reports.
    names : sequence of str
        Columns that tell records apart.
    context : Context
        The ledger.
    """
    rows = rows.assign(id=column(rows, "id"))
    without = rows["id"].isna() & column(rows, names[0]).fillna(column(rows, names[1])).notna()
    if not without.any():
        return rows
    content = [column(rows, name).astype("str").fillna("").str.casefold() for name in names]
    joined = content[0].str.cat(content[1:], sep="\0")
    label = column(rows, names[0]).str.casefold()
    twice = label[~without].duplicated(keep=False)
    known = set(label[~without][~twice].dropna())
    again = (
        without
        & label.isin(known)
        & ~label[without].duplicated(keep=False).reindex(rows.index, fill_value=False)
    )
    context.draft.merge(rows[again], reasons.SAME_AS_RECORD)
    fresh = without & ~again
    context.draft.note_rows("no-id-in-report", rows[fresh], _NAMED)
    digest = {
        text: "report-" + hashlib.sha256(text.encode()).hexdigest()[:15] for text in joined[fresh]
    }
    made = joined.where(fresh, None).map(digest, na_action="ignore").astype("str")
    return rows.assign(id=rows["id"].fillna(made))[~again].reset_index(drop=True)
