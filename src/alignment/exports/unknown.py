"""The files of a folder that nobody knows, each with the start of its mapping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from alignment.errors import FolderError, MappingError, UnreadableError
from alignment.exports.drafting import SAMPLED, mapping_start
from alignment.exports.profiles import FileMapping
from alignment.exports.reading import export_files, read_text
from alignment.exports.systems import PROFILES

_DRAFTED = """\
# Drafted by alignment check --write-mapping: one block for each file that nobody knows. Each line
# is a guess, its reason beside it. Correct what is wrong, delete what is not needed, and run
# alignment check again. docs/mapping.md explains all that can stand here, such as:
# timezone = "America/Mexico_City"   # zone of times that carry none; UTC where nothing is said"""


def draft_blocks(root: Path, said: Sequence[FileMapping]) -> dict[str, str]:
    """Draft a block of ``mapping.toml`` for each file that neither a system nor the user names.

    Parameters
    ----------
    root : Path
        The folder of exports.
    said : sequence of FileMapping
        What the user says of files.

    Returns
    -------
    dict
        TOML, a file (path inside the folder).

    Raises
    ------
    FolderError, ExportError
        If the folder cannot be read, or a header that is read stands twice.
    """
    drafts = {}
    for path in export_files(root):
        name = path.relative_to(root).as_posix()
        blocks = [b for b in said if b.fits(name)]
        if any(b.profile is not None for b in blocks):
            continue
        encoding = next((b.settings["encoding"] for b in blocks if "encoding" in b.settings), None)
        try:
            cells, _ = read_text(path, name, list(PROFILES), encoding)
        except UnreadableError:
            continue  # alignment check says what is wrong with it
        if cells.header.match is None:
            rows = cells.body.sample(SAMPLED)
            drafts[name] = mapping_start(name, cells.headers, rows)
    return drafts


def write_draft(path: Path, blocks: Mapping[str, str]) -> None:
    """Write drafted blocks into a new file.

    Raises
    ------
    MappingError, FolderError
        If there is such a file already, which is never overwritten, or it cannot be written.
    """
    text = "\n\n".join([_DRAFTED, *blocks.values()]) + "\n"
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as there:
        raise MappingError(
            "there is a draft already, and it is not overwritten",
            file=str(path),
            cure="Move it away, or copy what is right in it into mapping.toml and delete it.",
        ) from there
    except OSError as wrong:
        raise FolderError(
            f"the draft cannot be written ({wrong.strerror})",
            file=str(path),
            cure="Check the rights of the folder.",
        ) from wrong
