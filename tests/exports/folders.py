"""Small folders of invented exports, and what must hold of each that is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alignment.dataset import Dataset
from alignment.loading import load


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    """Write files into a folder; text as UTF-8."""
    for name, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (folder / name).write_bytes(data)
    return folder


def loaded(folder: Path, files: dict[str, str | bytes], **options: Any) -> Dataset:
    """Load invented exports and check that each row of each file is accounted for."""
    data = load(write(folder, files), **options)
    rows = data.ledger.files
    accounted = rows["rows_kept"] + rows["rows_merged"] + rows["rows_set_aside"]
    assert (rows["rows_read"] == accounted).all(), rows.to_string()
    assert (rows[["rows_kept", "rows_merged", "rows_set_aside"]] >= 0).all(axis=None)
    return data


def systems(data: Dataset) -> dict[str, str]:
    """Return the system and object of each file."""
    rows = data.ledger.files
    objects = rows["recognised_by"].str.replace(r":.*$", "", regex=True)
    return dict(zip(rows["file"], rows["system"] + " " + objects, strict=True))
