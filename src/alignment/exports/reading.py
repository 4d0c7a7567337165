"""From a folder to the typed rows of each file in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import pandas as pd

from alignment.errors import ExportError, FolderError
from alignment.exports import reasons
from alignment.exports.decoding import decode
from alignment.exports.draft import Draft
from alignment.exports.drafting import SAMPLED, mapping_start
from alignment.exports.layout import Cells, read_cells, rematch
from alignment.exports.profiles import FileMapping, Match, Profile
from alignment.exports.systems import PROFILES
from alignment.exports.typed import Part, read_part
from alignment.text import Text

Progress = Callable[[int, int, str], None]

_SUFFIXES = (".csv", ".tsv", ".txt")
# A decision of the ledger whose evidence is the start of a mapping.toml for the file.
NOT_RECOGNISED = "not recognised"
_SAME_FILE = Text(
    en="Rows of a file that repeats another one, counted once: {n}.",
    es="Filas de un archivo que repite otro, contadas una vez: {n}.",
)


@dataclass(frozen=True)
class File:
    """A file that was read: its parts, or that nobody knows it."""

    path: str
    cells: Cells
    encoding: str
    parts: tuple[Part, ...]
    keys: tuple[str, ...]
    repeats: bool = False


def export_files(folder: str | Path) -> list[Path]:
    """List the files of a folder, and below it, that may be exports: .csv, .tsv and .txt.

    Hidden files and folders are skipped; links are followed.

    Raises
    ------
    FolderError
        If the folder is missing, cannot be read, or holds no such file.
    """
    root = Path(folder)
    if not root.exists():
        raise FolderError("the folder does not exist", file=str(folder), cure="Check its name.")
    if not root.is_dir():
        raise FolderError(
            "this is a file, not a folder", file=str(folder), cure="Give the folder it lies in."
        )

    def refuse(wrong: OSError) -> None:
        raise FolderError(
            "the folder cannot be read", file=str(wrong.filename), cure="Check its rights."
        ) from wrong

    found: list[Path] = []
    seen: set[str] = set()
    for where, folders, names in os.walk(root, onerror=refuse, followlinks=True):
        real = os.path.realpath(where)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(f for f in folders if not f.startswith("."))
        found.extend(
            Path(where) / name
            for name in sorted(names)
            if not name.startswith(".") and name.lower().endswith(_SUFFIXES)
        )
    if not found:
        raise FolderError(
            "the folder holds no exports (.csv, .tsv, .txt)",
            file=str(folder),
            cure="Put the exported files there, as your systems wrote them.",
        )
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise ExportError(
            f"the file cannot be read ({wrong.strerror})", file=name, cure="Check its rights."
        ) from wrong


def _profiles(blocks: Sequence[FileMapping]) -> list[Profile]:
    """Return the profiles that a file may have: those mapped, else the known ones as stated."""
    stated = [b.profile for b in blocks if b.profile is not None]
    if stated:
        return stated
    settings = {k: v for b in blocks for k, v in b.settings.items()}
    return [replace(p, **settings) for p in PROFILES] if settings else list(PROFILES)


def _matches(cells: Cells, blocks: Sequence[FileMapping]) -> list[Match]:
    """Return how the cells are to be read: once, or once a block that maps the file."""
    first = cells.header.match
    if first is None:
        return []
    stated = [b.profile for b in blocks if b.profile is not None]
    others = (rematch(cells, profile) for profile in stated if profile is not first.profile)
    return [first, *(m for m in others if m is not None)]


def _missing_columns(cells: Cells, blocks: Sequence[FileMapping], path: str) -> None:
    """Refuse a mapping whose columns the file does not have."""
    for block in blocks:
        if block.profile is None:
            continue
        have = set(cells.headers)
        lacking = [f.headers[0] for f in block.profile.fields if f.headers[0] not in have]
        if cells.header.match is None and lacking:
            close = get_close_matches(lacking[0], list(have), n=1, cutoff=0.5)
            raise ExportError(
                "mapping.toml names a column that the file does not have",
                file=path,
                row=cells.header_row,
                value=lacking[0],
                cure=f"Did you mean “{close[0]}”?" if close else "Correct the mapping.",
            )


def _read_file(path: Path, name: str, said: Sequence[FileMapping], zone: str, draft: Draft) -> File:
    """Read one file as the kinds of export that it is."""
    blocks = [b for b in said if b.fits(name)]
    profiles = _profiles(blocks)
    encoding = next((p.encoding for p in profiles if p.encoding), None)
    decoded = decode(_read_bytes(path, name), name, encoding=encoding)
    cells = read_cells(decoded.text, name, profiles)
    _missing_columns(cells, blocks, name)
    zone = next((b.timezone for b in blocks if b.timezone), zone)
    parts, keys = [], []
    for number, found in enumerate(_matches(cells, blocks)):
        key = name if number == 0 else f"{name}\0{found.profile.table}"
        parts.append(read_part(replace(cells, file=key), found, zone=zone, draft=draft))
        keys.append(key)
    draft.decide(name, None, f"encoding {decoded.encoding}", decoded.evidence)
    return File(name, cells, decoded.encoding, tuple(parts), tuple(keys))


def _content(file: File) -> int:
    """Give a number that is the same for files with the same rows, in any order."""
    return hash((file.cells.headers, tuple(sorted(tuple(r.cells) for r in file.cells.body))))


def read_folder(
    root: Path,
    said: Sequence[FileMapping],
    zone: str,
    draft: Draft,
    progress: Progress | None,
) -> list[File]:
    """Read each file of a folder as the kinds of export that it is.

    Rows of files that nobody knows are set aside; a file that repeats another one, in any order
    of rows, is merged with it.

    Parameters
    ----------
    root : Path
        The folder.
    said : sequence of FileMapping
        What the user says of files.
    zone : str
        IANA zone of times that carry none.
    draft : Draft
        The ledger being written.
    progress : callable or None
        Called with files done, files in all and the name of the next one.
    """
    paths = export_files(root)
    files: list[File] = []
    contents: dict[int, str] = {}
    for number, path in enumerate(paths):
        name = path.relative_to(root).as_posix()
        if progress is not None:
            progress(number, len(paths), name)
        file = _read_file(path, name, said, zone, draft)
        if file.parts and file.cells.body:
            code = _content(file)
            if code in contents:
                for part in file.parts:
                    draft.merge(part.frame)
                draft.note(
                    "same-file-twice",
                    len(file.cells.body),
                    _SAME_FILE.format(n=len(file.cells.body)),
                    file=name,
                    example=contents[code],
                )
                file = replace(file, repeats=True)
            contents.setdefault(code, name)
        if not file.parts:
            lines = [r.line for r in (*file.cells.body, *file.cells.ragged)]
            rows = pd.DataFrame({"source_file": name, "source_row": lines})
            draft.set_aside(rows, reasons.NOT_RECOGNISED)
            rows = [r.cells for r in file.cells.body[:SAMPLED]]
            draft.decide(name, None, NOT_RECOGNISED, mapping_start(name, file.cells.headers, rows))
        files.append(file)
    if progress is not None:
        progress(len(paths), len(paths), "")
    return files
