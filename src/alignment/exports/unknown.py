"""The files of a folder that nobody knows, each with the start of its mapping."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from alignment.errors import UnreadableError
from alignment.exports.drafting import SAMPLED, mapping_start
from alignment.exports.profiles import FileMapping
from alignment.exports.reading import export_files, read_text
from alignment.exports.systems import PROFILES


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
