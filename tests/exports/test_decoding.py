"""Bytes to text: the encoding is found by evidence, never by statistics alone."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.errors import ExportError
from alignment.exports.decoding import decode

SPANISH = "Etapa,Importe\nNegociación,«1.234,56 €»\nAño nuevo,ñandú\n"


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", SPANISH.encode()),
        ("utf-8-sig", SPANISH.encode("utf-8-sig")),
        ("utf-16-le", b"\xff\xfe" + SPANISH.encode("utf-16-le")),
        ("utf-16-be", b"\xfe\xff" + SPANISH.encode("utf-16-be")),
        ("utf-16-le", SPANISH.encode("utf-16-le")),
        ("cp1252", SPANISH.encode("cp1252")),
    ],
    ids=["utf-8", "bom", "utf-16-le", "utf-16-be", "utf-16 without a mark", "windows-1252"],
)
def test_each_encoding_is_told_from_its_bytes(encoding, content):
    decoded = decode(content, "x.csv")
    assert decoded.text == SPANISH
    assert decoded.encoding == encoding
    assert decoded.evidence


def test_latin_1_is_read_as_the_part_of_windows_1252_that_it_is():
    assert decode("Peñasco,Península".encode("iso-8859-1"), "x.csv").text == "Peñasco,Península"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1))
def test_utf_8_text_survives_with_and_without_a_mark(text):
    marked = decode(b"\xef\xbb\xbf" + text.encode(), "x.csv").text
    assert marked == text.removeprefix("\ufeff")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (gzip.compress(b"Id,Name\n1,2\n", mtime=0), "gzip"),
        (b"PK\x03\x04rest", "zip"),
        (bytes(range(256)) * 4, "binary"),
        (b"%PDF-1.7 ...", "PDF"),
    ],
)
def test_what_is_no_text_is_refused_by_name(content, kind):
    with pytest.raises(ExportError, match=kind) as caught:
        decode(content, "leads.csv")
    assert caught.value.file == "leads.csv"
    assert caught.value.cure


def test_nul_bytes_are_refused_with_their_row():
    with pytest.raises(ExportError, match="NUL") as caught:
        decode(b"Id,Name\n1,a\n2,\0b\n" * 50, "x.csv")
    assert caught.value.row == 3


def test_a_stated_encoding_wins_and_a_wrong_one_is_an_error():
    assert decode("año".encode("cp850"), "x.csv", encoding="cp850").text == "año"
    with pytest.raises(ExportError, match="not in the encoding stated"):
        decode(b"a\xf1o", "x.csv", encoding="utf-8")
