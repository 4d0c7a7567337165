"""One pass over the bytes of a large file: its encoding, its line ends and its quotes."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from alignment.exports.decoding import Found, Weight, by_first_bytes, not_as_stated, nul_bytes

_BLOCK = 1 << 20  # what fits a processor's cache is counted twice as fast
_MARKS = {"utf-8-sig": 3, "utf-16-le": 2, "utf-16-be": 2}
_STARTS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass
class Scan:
    """What one pass over the bytes finds.

    Parameters
    ----------
    newlines, returns, pairs, quotes : int
        Bytes LF and CR, pairs CR LF, and double quotes.
    ends_with_newline : bool
        Whether a line end closes the last line.
    """

    newlines: int = 0
    returns: int = 0
    pairs: int = 0
    quotes: int = 0
    ends_with_newline: bool = True


def mark_length(head: bytes, encoding: str) -> int:
    """Count the bytes of the byte-order mark with which a file begins."""
    return _MARKS.get(encoding, 0) if head.startswith(_STARTS) else 0


def scan_bytes(path: Path, name: str, head: bytes, stated: str | None) -> tuple[Found, Scan]:
    """Find the encoding of a file and count its line ends and quotes.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        Its name, for messages.
    head : bytes
        Its beginning.
    stated : str or None
        An encoding that the user states.

    Raises
    ------
    ExportError
        If the file is binary, an archive, or holds NUL bytes.
    """
    start = by_first_bytes(head, name, stated)
    wide = start is not None and start.encoding.startswith("utf-16")
    scan, weight, last = Scan(), Weight(), b""
    with path.open("rb") as raw:
        while block := raw.read(_BLOCK):
            if not wide and (nul := block.find(0)) >= 0:
                raise nul_bytes(name, scan.newlines + block.count(b"\n", 0, nul) + 1)
            if start is None:
                weight.add(block)
            _count(scan, block)
            scan.pairs += last.endswith(b"\r") and block.startswith(b"\n")
            last = block[-2:]
    scan.ends_with_newline = b"\n" in last or b"\r" in last
    weight.add(b"", final=True)
    return start or weight.found(head.startswith(codecs.BOM_UTF8)), scan


def _count(scan: Scan, block: bytes) -> None:
    data = np.frombuffer(block, dtype="uint8")
    scan.newlines += _equal(data, 10)
    scan.quotes += _equal(data, 34)
    if returns := _equal(data, 13):
        scan.returns += returns
        scan.pairs += block.count(b"\r\n")


def _equal(data: npt.NDArray[np.uint8], byte: int) -> int:
    return int(np.count_nonzero(data == byte))


def head_text(head: bytes, found: Found, name: str) -> str:
    """Return the whole lines at the beginning of a file, as text.

    Raises
    ------
    ExportError
        If they are not in the encoding stated.
    """
    cut = head[mark_length(head, found.encoding) :]
    try:
        codec = codecs.getincrementaldecoder(found.encoding)(errors=found.errors)
        text = codec.decode(cut).removeprefix("\ufeff")
    except (UnicodeDecodeError, LookupError) as wrong:
        raise not_as_stated(name, found.encoding, wrong) from wrong
    end = max(text.rfind("\n"), text.rfind("\r"))
    return text[: end + 1] if end >= 0 else text
