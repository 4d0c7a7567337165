"""What ``alignment check`` says as JSON: the same ledger, for machines."""

from __future__ import annotations

from typing import Any

import pandas as pd

from alignment.check.described import Checked, describe
from alignment.check.needs import NOTEBOOKS
from alignment.check.traced import TracedValue
from alignment.dataset import Dataset
from alignment.ledger import DECISION_COLUMNS, FILE_COLUMNS, NOTE_COLUMNS

# Grows by keys only; a key that changes its meaning or goes away raises it.
FORMAT = 1


def as_json(data: Dataset, checked: Checked | None = None) -> dict[str, Any]:
    """Give what ``alignment check --json`` prints.

    Parameters
    ----------
    data : Dataset
        A loaded folder.
    checked : Checked, optional
        What :func:`alignment.check.describe` says of it, if it is known already.

    Returns
    -------
    dict
        Keys, all always there; what is missing is null:

        ``format``
            1; keys may be added to a format, never changed.
        ``window``
            ``as_of``, ``observed_from`` (ISO 8601, UTC), ``timezone``, ``currency``.
        ``totals``
            ``rows_read``, ``rows_kept``, ``rows_merged``, ``rows_set_aside`` of all files.
        ``files``
            One entry a file (and table in it): the columns of
            :data:`alignment.ledger.FILE_COLUMNS`.
        ``set_aside``
            One entry a file and reason: ``file``, ``reason``, ``reason_es``, ``rows``,
            ``example_row``.
        ``merged``
            One entry a file and reason for which rows went into others, with the keys of
            ``set_aside``.
        ``rules``
            One entry a rule that found something: the columns of
            :data:`alignment.ledger.NOTE_COLUMNS`.
        ``decisions``
            The columns of :data:`alignment.ledger.DECISION_COLUMNS`.
        ``tables``
            Rows of each canonical table.
        ``won``
            ``deals`` and ``value`` won, ``deals_both`` and ``value_both`` whose journey both
            teams touched, ``share``, ``currency``; null where there is nothing to follow.
        ``notebooks``
            ``name``, ``can_run``, and ``needs`` with ``en`` and ``es``.
        ``drafts``
            The start of a mapping.toml for each ``file`` not recognised, as ``toml``.
    """
    checked = checked or describe(data)
    sizes = data.sizes()
    aside = checked.aside.rename(columns={"example": "example_row"})
    merged = checked.merged.rename(columns={"example": "example_row"})
    return {
        "format": FORMAT,
        "window": {
            "as_of": data.as_of.isoformat(),
            "observed_from": data.observed_from.isoformat(),
            "timezone": data.timezone,
            "currency": data.currency,
        },
        "totals": {str(name): int(count) for name, count in data.ledger.totals.items()},
        "files": _entries(checked.files, FILE_COLUMNS),
        "set_aside": _entries(aside, ("file", "reason", "reason_es", "rows", "example_row")),
        "merged": _entries(merged, ("file", "reason", "reason_es", "rows", "example_row")),
        "rules": _entries(checked.notes, NOTE_COLUMNS),
        "decisions": _entries(checked.decisions, DECISION_COLUMNS),
        "tables": dict(zip(sizes["table"].tolist(), sizes["rows"].tolist(), strict=True)),
        "won": _won(checked.traced),
        "notebooks": [
            {
                "name": name,
                "can_run": need is None,
                "needs": None if need is None else {"en": need.en, "es": need.es},
            }
            for name, need in checked.runnable.items()
            if name in NOTEBOOKS
        ],
        "drafts": [{"file": file, "toml": text} for file, text in checked.drafts.items()],
    }


def _won(traced: TracedValue | None) -> dict[str, Any] | None:
    if traced is None:
        return None
    return {
        "deals": traced.wins,
        "deals_both": traced.wins_both,
        "value": traced.value,
        "value_both": traced.value_both,
        "share": traced.share,
        "currency": traced.currency,
    }


def _entries(frame: pd.DataFrame, columns: tuple[str, ...]) -> list[dict[str, Any]]:
    plain = frame[list(columns)].astype("object")
    found: list[dict[str, Any]] = plain.where(plain.notna(), None).to_dict("records")
    return found
