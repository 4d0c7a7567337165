"""From bytes to text: byte-order mark, UTF-16 pattern, strict UTF-8, then Windows-1252."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from alignment.errors import ExportError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_MAGIC = (
    (b"\x1f\x8b", "a gzip archive", "Unpack it first (gunzip) and put the unpacked file here."),
    (
        b"PK\x03\x04",
        "a zip archive or an Excel workbook",
        "Unpack it, or save the sheet as “CSV UTF-8”.",
    ),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save the sheet as “CSV UTF-8”."),
    (b"%PDF", "a PDF document", "Export the table as CSV."),
    (b"\x89PNG", "a picture", "Take it out of the folder."),
    (b"PAR1", "a Parquet file", "Export the table as CSV."),
)
_ALLOWED_CONTROLS = b"\t\n\r\x0b\x0c\x1a"
_CONTROLS = bytes(c for c in range(1, 32) if c not in _ALLOWED_CONTROLS)


@dataclass(frozen=True)
class Decoded:
    """The text of a file and how its encoding was found.

    Parameters
    ----------
    text : str
        The whole text, without a byte-order mark; line ends as they are.
    encoding : str
        Python's name of the encoding.
    evidence : str
        Why it was chosen.
    """

    text: str
    encoding: str
    evidence: str


def _refuse_binary(content: bytes, file: str) -> None:
    for magic, kind, cure in _MAGIC:
        if content.startswith(magic):
            raise ExportError(f"this is {kind}, not a CSV", file=file, cure=cure)
    head = content[:65536]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > 0.01 * len(head):
        raise ExportError(
            "this is a binary file, not a CSV",
            file=file,
            cure="Export it again as CSV, or take it out of the folder.",
        )


def _utf16_without_bom(content: bytes) -> str | None:
    """Tell UTF-16 without a mark by its NUL pattern: every other byte of ASCII text is NUL."""
    head = content[:4096]
    head = head[: len(head) // 2 * 2]
    if len(head) < 4:
        return None
    odd, even = head[1::2].count(0), head[0::2].count(0)
    half = len(head) / 2
    if odd > 0.4 * half and even < 0.05 * half:
        return "utf-16-le"
    if even > 0.4 * half and odd < 0.05 * half:
        return "utf-16-be"
    return None


def _find_encoding(content: bytes) -> tuple[str, str]:
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return encoding, "byte-order mark"
    pattern = _utf16_without_bom(content)
    if pattern is not None:
        return pattern, "every other byte is NUL"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return "cp1252", f"not valid UTF-8 (byte {wrong.start}); Windows-1252 is what is left"
    if content.isascii():
        return "utf-8", "only ASCII characters"
    return "utf-8", "valid UTF-8"


def decode(content: bytes, file: str, *, encoding: str | None = None) -> Decoded:
    """Turn the bytes of an export into text.

    No statistical guess takes part: a byte-order mark decides, then the NUL pattern of UTF-16,
    then strict UTF-8, and what is left is Windows-1252 (of which ISO-8859-1 text is a part).

    Parameters
    ----------
    content : bytes
        The file.
    file : str
        Its name, for messages.
    encoding : str, optional
        An encoding that the user states; it wins.

    Raises
    ------
    ExportError
        If the file is binary, an archive, holds NUL bytes, or is not in the encoding stated.
    """
    found, evidence = (encoding, "stated") if encoding else _find_encoding(content)
    if not found.startswith("utf-16"):
        _refuse_binary(content, file)
    try:
        text = content.decode(found, errors="strict" if encoding else "replace")
    except (UnicodeDecodeError, LookupError) as wrong:
        raise ExportError(
            f"the file is not in the encoding stated, {encoding}: {wrong}",
            file=file,
            cure="Correct `encoding` in mapping.toml, or leave it out.",
        ) from wrong
    text = text.removeprefix("\ufeff")
    nul = text.find("\0")
    if nul >= 0:
        raise ExportError(
            "the file holds NUL bytes, so it was damaged or is not a CSV",
            file=file,
            row=text.count("\n", 0, nul) + 1,
            cure="Export it again.",
        )
    return Decoded(text, found, evidence)
