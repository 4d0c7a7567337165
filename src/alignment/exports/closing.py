"""The ledger closed: each row of each file kept, merged or set aside, and counted once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from alignment import tables
from alignment.errors import UnreadableError
from alignment.exports.draft import Draft
from alignment.exports.fates import FATES, count_fates
from alignment.exports.layout import delimiter_word
from alignment.exports.reading import File
from alignment.ledger import FILE_COLUMNS, NOT_READ, Ledger


def close_ledger(
    files: Sequence[File],
    unread: Sequence[UnreadableError],
    rows: Mapping[str, pd.DataFrame],
    draft: Draft,
) -> Ledger:
    """Close the ledger: rows kept are those that stand in a canonical table.

    Parameters
    ----------
    files : sequence of File
        The files that were read.
    unread : sequence of UnreadableError
        What is wrong with the others.
    rows : Mapping of str to DataFrame
        The canonical tables, whose ``source_file`` has the keys of parts.
    draft : Draft
        What was recorded on the way.

    Raises
    ------
    ArithmeticError
        If a row is neither kept nor merged nor set aside: a defect of the library.
    """
    aside, merged = draft.set_aside_rows(), draft.merged_rows()
    counts = count_fates(rows.values(), merged, aside)
    records: list[tuple[object, ...]] = []
    for file in files:
        for part, key in zip(file.parts or (None,), file.keys or (file.path,), strict=True):
            profile = part.match.profile if part else None
            auxiliary = profile is not None and profile.table not in tables.MODELS
            read = file.cells.rows_read
            taken = {fate: int(counts[fate].get(key, 0)) for fate in FATES}
            records.append(
                (
                    file.path,
                    profile.system if profile else "not recognised",
                    profile.table if profile else None,
                    f"{profile.object}: {part.match.evidence}" if part and profile else None,
                    file.encoding,
                    delimiter_word(file.cells.header.delimiter),
                    file.cells.header_row,
                    read,
                    read - taken["merged"] - taken["aside"] if auxiliary else taken["kept"],
                    taken["merged"],
                    taken["aside"],
                )
            )
    nothing = (None, None, None, None, None, 0, 0, 0, 0)
    records += [(wrong.file, NOT_READ, *nothing) for wrong in unread]
    records.sort(key=lambda record: str(record[0]))
    table = pd.DataFrame(records, columns=list(FILE_COLUMNS)).astype({"header_row": "Int64"})
    return Ledger(
        files=table,
        set_aside=_under_files(aside),
        merged=draft.mergers(_not_among(merged, aside)),
        notes=draft.notes(),
        decisions=own_names(draft.decisions(), "file"),
    )


def _not_among(merged: pd.DataFrame, aside: pd.DataFrame) -> pd.DataFrame:
    """Leave out merged rows that were set aside too: each row has one fate."""
    if not len(merged) or not len(aside):
        return merged
    near = aside[aside["file"].astype("str").isin(set(merged["source_file"].astype("str")))]
    gone = pd.MultiIndex.from_arrays([near["file"].astype("str"), near["row"]])
    places = pd.MultiIndex.from_arrays([merged["source_file"].astype("str"), merged["source_row"]])
    return merged[~places.isin(gone)]


def _under_files(aside: pd.DataFrame) -> pd.DataFrame:
    """Put rows set aside under their files, where they are under keys of parts."""
    if not any("\0" in str(key) for key in aside["file"].unique()):
        return aside
    own = aside["file"].astype("str").str.split("\0").str[0]
    under = aside.assign(file=own.astype("category"))
    return under.sort_values(["file", "row"], kind="stable", ignore_index=True)


def own_names(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Name files where a column has the keys of their parts."""
    keys = (name for name in frame[column].unique() if isinstance(name, str))
    own = {key: key.split("\0")[0] for key in keys if "\0" in key}
    return frame.assign(**{column: frame[column].replace(own)}) if own else frame
