"""Rows on their way to the canonical tables, still under the ids of their own systems."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from alignment.exports import reasons
from alignment.exports.draft import Draft
from alignment.exports.vocabulary import Vocabulary
from alignment.table_rules import strictly_ordered

# A person as one system knows it. `ref` is "<system>:<id>"; e-mail and name words stop here.
PERSON_COLUMNS = (
    "ref",
    "source_system",
    "source_object",
    "source_id",
    "email",
    "email_domain",
    "created_at",
    "precision",
    "account_id",
    "channel",
    "campaign_id",
    "status",
    "owner_id",
    "region",
    "country",
    "score_at_mql",
    "marketing_points",
    "is_test",  # a test word stands in its name, company or e-mail
    "is_deleted",  # never a lead by itself; it only ties other records together
    "is_contact",  # becomes a lead by itself only if something happened with it
    "zoneless",  # its clock's zone was not written
    "source_file",
    "source_row",
)
LINK_COLUMNS = ("ref", "other", "reason")
# Whose record stands for a lead or an account that several systems hold; others come after.
_RANKED = (
    "salesforce",
    "mapping",
    "dynamics",
    "zoho",
    "pipedrive",
    "hubspot",
    "marketo",
    "mailchimp",
)
SYSTEM_RANK = {name: rank for rank, name in enumerate(_RANKED)}


@dataclass(frozen=True)
class Context:
    """What each system's module needs to know.

    Parameters
    ----------
    zone : str
        IANA zone of calendar days and of times without a zone.
    vocabulary : Vocabulary
        Words of exports, with the user's own.
    draft : Draft
        The ledger being written.
    currency : str or None
        Currency that the user states: that of amounts of a report that names none.
    """

    zone: str
    vocabulary: Vocabulary
    draft: Draft
    currency: str | None = None


@dataclass
class Candidates:
    """Rows by table, collected from all systems.

    Beside the canonical tables there are ``persons`` (:data:`PERSON_COLUMNS`), ``links``
    (:data:`LINK_COLUMNS`) and ``account_links`` (``ref``, ``other``). Where a canonical table has
    ``lead_id``, a candidate has ``lead_ref``.
    """

    tables: dict[str, list[pd.DataFrame]] = field(default_factory=dict)

    def add(self, table: str, rows: pd.DataFrame) -> None:
        """Add rows to a table."""
        if len(rows):
            self.tables.setdefault(table, []).append(rows.reset_index(drop=True))

    def extend(self, other: Candidates) -> None:
        """Add all rows of another collection."""
        for table, frames in other.tables.items():
            self.tables.setdefault(table, []).extend(frames)

    def get(self, table: str, columns: Iterable[str] = ()) -> pd.DataFrame:
        """Return the rows of a table under each other, with at least the columns named."""
        frames = self.tables.get(table, [])
        if not frames:
            return pd.DataFrame({c: pd.Series(dtype="str") for c in columns})
        frame = pd.concat(frames, ignore_index=True)
        for name in columns:
            if name not in frame:
                frame[name] = pd.Series(None, index=frame.index, dtype="object")
        return frame


def midnight(days: pd.Series, zone: str) -> pd.Series:
    """Give the instant at which each calendar day begins in a zone."""
    local = days.dt.tz_localize(zone, ambiguous="NaT", nonexistent="shift_forward")
    late = days.dt.tz_localize("UTC")
    return local.dt.tz_convert("UTC").fillna(late.where(local.isna())).dt.as_unit("us")


def precision(clock: pd.Series) -> pd.Series:
    """Name the precision of instants whose clock is known or not."""
    is_day = clock.eq(False).fillna(False).to_numpy(bool)
    words = pd.array(["instant", "day"], dtype="str").take(is_day.astype("int64"))
    return pd.Series(words, index=clock.index, name=clock.name)


def keep_one(
    rows: pd.DataFrame,
    key: list[str],
    draft: Draft,
    *,
    modified: str | None = None,
    blank: tuple[str, ...] = (),
) -> pd.DataFrame:
    """Keep one row a key, the last modified; where that does not decide, by the content.

    The choice never looks at the order of rows or files. The other rows are merged. Rows that lack
    a part of the key are not compared, but for the parts in `blank`, where nothing says something
    of its own: no region is everywhere.
    """
    if len(key) == 1 and strictly_ordered(rows[key[0]]):
        return rows
    known = rows[[name for name in key if name not in blank]].notna().all(axis=1)
    twin = rows.duplicated(key, keep=False) & known
    if not twin.any():
        return rows
    twins = rows[twin]
    content = [c for c in sorted(twins.columns) if c not in ("source_file", "source_row")]
    text = twins[content].astype("str").fillna("")
    joined = text.iloc[:, 0].str.cat([text[c] for c in content[1:]], sep="\0")
    order = pd.DataFrame({"content": joined}, index=twins.index)
    order["modified"] = twins[modified] if modified and modified in twins else 0
    order = order.sort_values(["modified", "content"], ascending=False, kind="stable")
    ranked = twins.loc[order.index]
    losers = ranked[ranked.duplicated(key, keep="first")]
    draft.merge(losers, reasons.SAME_RECORD)
    return rows.drop(index=losers.index)
