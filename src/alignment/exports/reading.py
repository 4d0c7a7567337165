"""From a folder to the typed rows of each file in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from alignment.errors import AlignmentError, ExportError, FolderError, UnreadableError, all_of
from alignment.exports import reasons
from alignment.exports.big_files import BIG, read_big
from alignment.exports.decoding import Found, decode
from alignment.exports.distinct import release_unused
from alignment.exports.draft import Draft
from alignment.exports.drafting import SAMPLED, mapping_start
from alignment.exports.evidence import note_layout
from alignment.exports.layout import Cells, read_cells, rematch
from alignment.exports.profiles import FileMapping, Match, Profile
from alignment.exports.systems import PROFILES
from alignment.exports.typed import Part, read_part
from alignment.text import Text

Progress = Callable[[int, int, str], None]

_SUFFIXES = (".csv", ".tsv", ".txt")
# Files that may hold a table, and what makes one of them that can be read.
_TABLE = Text(
    en="Open it and save each sheet as “CSV UTF-8”.",
    es="Ábrelo y guarda cada hoja como «CSV UTF-8».",
)
_PACKED = Text(
    en="Unpack it and put the CSV files in it here.",
    es="Descomprímelo y pon aquí los archivos CSV que contiene.",
)
_AGAIN = Text(en="Export the same as CSV.", es="Exporta lo mismo como CSV.")
_OTHERS: Mapping[str, Text] = {
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".numbers"), _TABLE),
    **dict.fromkeys((".zip", ".gz", ".7z", ".rar", ".bz2", ".tar", ".tgz", ".xz"), _PACKED),
    **dict.fromkeys((".json", ".jsonl", ".ndjson", ".xml", ".parquet", ".avro", ".pdf"), _AGAIN),
}
# A decision of the ledger whose evidence is the start of a mapping.toml for the file.
NOT_RECOGNISED = "not recognised"
# What the simulator leaves beside the exports of an invented company.
_TRUTH = "truth.json"
_UNREAD = Text(
    en="{file} was not read, so nothing of it counts: {problem}. {remedy}",
    es="{file} no se leyó, así que nada de él cuenta: {problem}. {remedy}",
)
_OTHER_TYPE = Text(
    en="Files of a type that is not read ({names}). {remedy}",
    es="Archivos de un tipo que no se lee ({names}). {remedy}",
)
_NAMED = 5
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
    every = _files_below(folder)
    found = [path for path in every if path.name.lower().endswith(_SUFFIXES)]
    if not found:
        others = [path for path in every if path.suffix.lower() in _OTHERS]
        also = ", ".join(path.name for path in others[:_NAMED])
        raise FolderError(
            "the folder holds no exports (.csv, .tsv, .txt)"
            + (f", only files of other types ({also})" if others else ""),
            file=str(folder),
            cure=_OTHERS[others[0].suffix.lower()].en
            if others
            else "Put the exported files there, as your systems wrote them.",
        )
    return found


def _note_other_types(folder: Path, draft: Draft) -> None:
    """Name the files beside the exports that may hold a table and are not read."""
    every = _files_below(folder)
    for remedy in (_TABLE, _PACKED, _AGAIN):
        names = [
            path.relative_to(folder).as_posix()
            for path in every
            if _OTHERS.get(path.suffix.lower()) is remedy and path.name != _TRUTH
        ]
        shown = ", ".join(names[:_NAMED]) + ("…" if len(names) > _NAMED else "")
        draft.note(
            "file-of-another-type",
            len(names),
            _OTHER_TYPE.format(names=shown, remedy=remedy),
            example=names[0] if names else None,
        )


def _files_below(folder: str | Path) -> list[Path]:
    """List the files of a folder and below it, in order, without hidden ones."""
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
        found.extend(Path(where) / name for name in names if not name.startswith("."))
    return sorted(found, key=lambda path: path.relative_to(root).as_posix())


def _read_bytes(path: Path, name: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as wrong:
        raise _cannot_read(name, wrong) from wrong


def _cannot_read(name: str, wrong: OSError) -> UnreadableError:
    why = Text(
        en="the file cannot be read ({reason})", es="el archivo no se puede leer ({reason})"
    ).format(reason=str(wrong.strerror))
    return UnreadableError(why, Text(en="Check its rights.", es="Revisa sus permisos."), file=name)


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


def read_text(
    path: Path, name: str, profiles: Sequence[Profile], encoding: str | None
) -> tuple[Cells, Found]:
    """Read a file whole where it is small, in blocks where it is large.

    Raises
    ------
    ExportError
        If it cannot be read, or something writes to it meanwhile.
    """
    try:
        before = path.stat()
        if before.st_size >= BIG:
            cells, how = read_big(path, name, profiles, encoding)
        else:
            decoded = decode(_read_bytes(path, name), name, encoding=encoding)
            how = Found(decoded.encoding, decoded.evidence, mixed=decoded.mixed)
            cells = read_cells(decoded.text, name, profiles)
        after = path.stat()
    except OSError as wrong:
        raise _cannot_read(name, wrong) from wrong
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise UnreadableError(
            Text(
                en="the file is being written while it is read",
                es="el archivo se está escribiendo mientras se lee",
            ),
            Text(
                en="Wait until the export is complete, and try again.",
                es="Espera a que termine la exportación y vuelve a intentarlo.",
            ),
            file=name,
        )
    return cells, how


def _read_file(path: Path, name: str, said: Sequence[FileMapping], zone: str, draft: Draft) -> File:
    """Read one file as the kinds of export that it is."""
    blocks = [b for b in said if b.fits(name)]
    profiles = _profiles(blocks)
    encoding = next((p.encoding for p in profiles if p.encoding), None)
    cells, how = read_text(path, name, profiles, encoding)
    _missing_columns(cells, blocks, name)
    zone = next((b.timezone for b in blocks if b.timezone), zone)
    parts, keys = [], []
    for number, found in enumerate(_matches(cells, blocks)):
        key = name if number == 0 else f"{name}\0{found.profile.table}"
        parts.append(read_part(replace(cells, file=key), found, zone=zone, draft=draft))
        keys.append(key)
    cells.body.release()
    release_unused()
    note_layout(cells, how, draft)
    return File(name, cells, how.encoding, tuple(parts), tuple(keys))


class _Seen:
    """Tells which file an other repeats; contents are compared only where all else is alike."""

    def __init__(self) -> None:
        self._alike: dict[tuple[object, ...], list[File]] = {}
        self._contents: dict[str, int] = {}

    def _content(self, file: File) -> int:
        if file.path not in self._contents:
            self._contents[file.path] = file.cells.body.content()
        return self._contents[file.path]

    def repeated(self, file: File) -> str | None:
        """Return the path of an earlier file with the same rows, in any order."""
        others = self._alike.setdefault((file.cells.headers, len(file.cells.body)), [])
        same = (other.path for other in others if self._content(other) == self._content(file))
        found = next(same, None)
        if found is None:
            others.append(file)
        return found


def read_folder(
    root: Path,
    said: Sequence[FileMapping],
    zone: str,
    draft: Draft,
    progress: Progress | None,
) -> tuple[list[File], list[UnreadableError]]:
    """Read each file of a folder as the kinds of export that it is.

    Rows of files that nobody knows are set aside; a file that repeats another one, in any order
    of rows, is merged with it. A file that cannot be read is told, and the others are read.

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

    Returns
    -------
    tuple
        The files that were read, and what is wrong with the others.

    Raises
    ------
    ExportError
        If files leave something open that only the user knows (all such questions at once), or
        if none can be read.
    """
    paths = export_files(root)
    files: list[File] = []
    unread: list[UnreadableError] = []
    questions: list[AlignmentError] = []
    seen = _Seen()
    for number, path in enumerate(paths):
        name = path.relative_to(root).as_posix()
        if progress is not None:
            progress(number, len(paths), name)
        try:
            file = _read_file(path, name, said, zone, draft)
        except UnreadableError as wrong:
            unread.append(wrong)
        except ExportError as wrong:
            questions.append(wrong)
        else:
            files.append(_accounted(file, seen, draft))
    if questions or not files:
        raise all_of([*questions, *unread])
    for lost in unread:
        told = _UNREAD.format(file=str(lost.file), problem=lost.why, remedy=lost.remedy)
        where = f"row {lost.row}" if lost.row else None
        draft.note("file-not-read", 1, told, file=lost.file, example=where)
    _note_other_types(root, draft)
    if progress is not None:
        progress(len(paths), len(paths), "")
    return files, unread


def _accounted(file: File, seen: _Seen, draft: Draft) -> File:
    """Merge a file that repeats another one, and set the rows of an unknown one aside."""
    name = file.path
    again = seen.repeated(file) if file.parts and len(file.cells.body) else None
    if again is not None:
        count = len(file.cells.body)
        for part in file.parts:
            draft.merge(part.frame, reasons.SAME_FILE)
        draft.note("same-file-twice", count, _SAME_FILE.format(n=count), file=name, example=again)
        file = replace(file, repeats=True)
    if not file.parts:
        lines = np.concatenate([file.cells.body.lines(), file.cells.ragged.lines()])
        draft.set_aside_lines(name, lines, reasons.NOT_RECOGNISED)
        rows = file.cells.body.sample(SAMPLED)
        draft.decide(name, None, NOT_RECOGNISED, mapping_start(name, file.cells.headers, rows))
    return file
