"""From bytes to text: byte-order mark, UTF-16 pattern, strict UTF-8, then Windows-1252."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from alignment.errors import ExportError, UnreadableError
from alignment.text import Text

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_SAVE = Text(en="Save the sheet as “CSV UTF-8”.", es="Guarda la hoja como «CSV UTF-8».")
_EXPORT = Text(en="Export the table as CSV.", es="Exporta la tabla como CSV.")
_MAGIC = (
    (
        b"\x1f\x8b",
        Text(en="a gzip archive", es="un archivo gzip"),
        Text(
            en="Unpack it first (gunzip) and put the unpacked file here.",
            es="Descomprímelo primero (gunzip) y pon aquí el archivo descomprimido.",
        ),
    ),
    (
        b"PK\x03\x04",
        Text(en="a zip archive or an Excel workbook", es="un archivo zip o un libro de Excel"),
        Text(
            en="Unpack it, or save the sheet as “CSV UTF-8”.",
            es="Descomprímelo, o guarda la hoja como «CSV UTF-8».",
        ),
    ),
    (b"\xd0\xcf\x11\xe0", Text(en="an old Excel workbook", es="un libro antiguo de Excel"), _SAVE),
    (b"%PDF", Text(en="a PDF document", es="un documento PDF"), _EXPORT),
    (
        b"\x89PNG",
        Text(en="a picture", es="una imagen"),
        Text(en="Take it out of the folder.", es="Sácala de la carpeta."),
    ),
    (b"PAR1", Text(en="a Parquet file", es="un archivo Parquet"), _EXPORT),
)
_NOT_CSV = Text(en="this is {kind}, not a CSV", es="esto es {kind}, no un CSV")
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
    mixed : int
        Bytes that are not in the encoding and were read as Windows-1252.
    """

    text: str
    encoding: str
    evidence: str
    mixed: int = 0


def _refuse_binary(content: bytes, file: str) -> None:
    for magic, kind, cure in _MAGIC:
        if content.startswith(magic):
            raise UnreadableError(_NOT_CSV.format(kind=kind), cure, file=file)
    head = content[:65536]
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls > 0.01 * len(head):
        raise UnreadableError(
            Text(en="this is a binary file, not a CSV", es="este archivo es binario, no un CSV"),
            Text(
                en="Export it again as CSV, or take it out of the folder.",
                es="Vuelve a exportarlo como CSV o sácalo de la carpeta.",
            ),
            file=file,
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


def _as_windows(wrong: UnicodeError) -> tuple[str, int]:
    """Read the bytes that a codec cannot as Windows-1252, as browsers do: none is lost."""
    if not isinstance(wrong, UnicodeDecodeError):
        raise wrong
    bad = wrong.object[wrong.start : wrong.end]
    return "".join(_WINDOWS[byte] for byte in bad), wrong.end


_WINDOWS = [bytes([b]).decode("cp1252", errors="ignore") or chr(b) for b in range(256)]
FALLBACK = "alignment-windows-1252"
codecs.register_error(FALLBACK, _as_windows)


@dataclass(frozen=True)
class Found:
    """How the bytes of a file become text.

    Parameters
    ----------
    encoding : str
        Python's name of the encoding.
    evidence : str
        Why it was chosen.
    stated : bool
        Whether the user said so.
    mixed : int
        Bytes that are not in the encoding and are read as Windows-1252.
    """

    encoding: str
    evidence: str
    stated: bool = False
    mixed: int = 0

    @property
    def errors(self) -> str:
        """What the codec does with a byte that it cannot read."""
        return "strict" if self.stated else FALLBACK


class Weight:
    """Counts, block by block, what of a file is UTF-8 beyond ASCII and what cannot be."""

    def __init__(self) -> None:
        self.characters = self.wrong = 0
        self.first: int | None = None
        self._place, self._left = 0, b""

    def add(self, block: bytes, *, final: bool = False) -> None:
        """Count one block."""
        content = self._left + block
        start = 0
        while start < len(content):
            if content.isascii():
                start = len(content)
                break
            try:
                text = content[start:].decode("utf-8")
            except UnicodeDecodeError as bad:
                text = content[start : start + bad.start].decode("utf-8")
                self._count(text)
                start += bad.start
                if bad.reason == "unexpected end of data" and not final:
                    break
                self.first = self._place + start if self.first is None else self.first
                self.wrong += bad.end - bad.start
                start += bad.end - bad.start
                if self.wrong > 1000:  # enough to tell; what follows is weighed by its bytes
                    self.characters += _leads(content[start:])
                    self.wrong += _others(content[start:])
                    start = len(content)
            else:
                self._count(text)
                start = len(content)
        self._place += start
        self._left = content[start:]

    def _count(self, text: str) -> None:
        self.characters += 0 if text.isascii() else sum(c > "\x7f" for c in text)

    def found(self, marked: bool) -> Found:
        """Say what follows: UTF-8, UTF-8 with a few other bytes, or Windows-1252."""
        name = "utf-8-sig" if marked else "utf-8"
        if self.first is None:
            why = "byte-order mark" if marked else "valid UTF-8"
            return Found(name, why if marked or self.characters else "only ASCII characters")
        if marked or self.characters > self.wrong:
            why = "byte-order mark" if marked else f"{self.characters} characters are UTF-8"
            return Found(
                name,
                f"{why}; but {self.wrong} bytes (the first: byte {self.first}) are not, and were "
                "read as Windows-1252",
                mixed=self.wrong,
            )
        return Found("cp1252", f"not valid UTF-8 (byte {self.first}); Windows-1252 is what is left")


def _leads(content: bytes) -> int:
    """Count UTF-8 characters in a text that is not all UTF-8."""
    text = content.decode("utf-8", errors="ignore")
    return sum(c > "\x7f" for c in text)


def _others(content: bytes) -> int:
    """Count the bytes that are no part of UTF-8 characters."""
    return len(content) - len(content.decode("utf-8", errors="ignore").encode("utf-8"))


def by_first_bytes(head: bytes, file: str, stated: str | None = None) -> Found | None:
    """Find the encoding from the beginning of a file, where that decides.

    A byte-order mark of UTF-8 decides nothing yet: what follows may still be something else.

    Raises
    ------
    ExportError
        If the file is binary or an archive.
    """
    if stated:
        found: Found | None = Found(stated, "stated", stated=True)
    else:
        marks = (n for bom, n in _BOMS if n != "utf-8-sig" and head.startswith(bom))
        mark = next(marks, None)
        found = Found(mark, "byte-order mark") if mark else None
        pattern = None if found else _utf16_without_bom(head)
        if pattern:
            found = Found(pattern, "every other byte is NUL")
    if found is None or not found.encoding.startswith("utf-16"):
        _refuse_binary(head, file)
    return found


def find_encoding(content: bytes, file: str, stated: str | None = None) -> Found:
    """Find the encoding of a file.

    No statistical guess takes part: a byte-order mark decides, then the NUL pattern of UTF-16,
    then strict UTF-8, and what is left is Windows-1252 (of which ISO-8859-1 text is a part). Where
    most of what is not ASCII is UTF-8 and a few bytes are not, only those are Windows-1252.
    """
    found = by_first_bytes(content, file, stated)
    if found is not None:
        return found
    weight = Weight()
    weight.add(content, final=True)
    return weight.found(content.startswith(codecs.BOM_UTF8))


def nul_bytes(file: str, row: int) -> UnreadableError:
    """Say that a file holds NUL bytes."""
    return UnreadableError(
        Text(
            en="the file holds NUL bytes, so it was damaged or is not a CSV",
            es="el archivo contiene bytes NUL: está dañado o no es un CSV",
        ),
        Text(en="Export it again.", es="Vuelve a exportarlo."),
        file=file,
        row=row,
    )


def not_as_stated(file: str, encoding: str, wrong: Exception) -> ExportError:
    """Say that a file is not in the encoding that the user states."""
    return ExportError(
        f"the file is not in the encoding stated, {encoding}: {wrong}",
        file=file,
        cure="Correct `encoding` in mapping.toml, or leave it out.",
    )


def decode(content: bytes, file: str, *, encoding: str | None = None) -> Decoded:
    """Turn the bytes of an export into text.

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
    found = find_encoding(content, file, encoding)
    try:
        text = content.decode(found.encoding, errors=found.errors)
    except (UnicodeDecodeError, LookupError) as wrong:
        raise not_as_stated(file, found.encoding, wrong) from wrong
    text = text.removeprefix("\ufeff")
    nul = text.find("\0")
    if nul >= 0:
        raise nul_bytes(file, text.count("\n", 0, nul) + 1)
    return Decoded(text, found.encoding, found.evidence, found.mixed)
