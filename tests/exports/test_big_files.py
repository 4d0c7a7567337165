"""Large files give what small ones give, by either of two readers, in little memory."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alignment.errors import ExportError
from alignment.exports import big_files_arrow, big_files_steady
from alignment.exports.big_files import read_big
from alignment.exports.decoding import decode
from alignment.exports.layout import read_cells
from alignment.exports.systems import PROFILES

HEADER = "team,week,hours,note"
PREAMBLE = "Hours of the teams\n\n"
WORDS = st.text(alphabet=st.sampled_from(list('ab ñ€"\n,;x')), max_size=5)
ROWS = st.lists(st.lists(WORDS, min_size=1, max_size=5), max_size=12)


def quoted(cells):
    return ",".join('"' + c.replace('"', '""') + '"' if set(c) & set('",\n') else c for c in cells)


def both(content: bytes, profiles=PROFILES):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.csv"
        path.write_bytes(content)
        big, how = read_big(path, "x.csv", profiles, None)
        found = [
            [(r.line, tuple(r.cells)) for r in sorted(big.body, key=lambda r: r.line)],
            [big.body.column(p).tolist() for p in range(len(big.headers))],
        ]
    decoded = decode(content, "x.csv")
    small = read_cells(decoded.text, "x.csv", profiles)
    assert (how.encoding, how.evidence) == (decoded.encoding, decoded.evidence)
    return small, big, found


def alike(content: bytes):
    small, big, (rows, columns) = both(content)
    assert rows == [(r.line, tuple(r.cells)) for r in small.body]
    assert sorted(big.body.lines()) == [r.line for r in small.body]
    for place, column in enumerate(columns):
        assert sorted(column) == sorted(r.cells[place] for r in small.body)
    for name in ("headers", "header_row", "header", "cut_off"):
        assert getattr(big, name) == getattr(small, name), name
    for name in ("ragged", "footer"):
        assert list(getattr(big, name)) == list(getattr(small, name)), name
    assert [(r.line, tuple(r.cells)) for r in big.totals] == [
        (r.line, tuple(r.cells)) for r in small.totals
    ]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ROWS,
    st.sampled_from(["", PREAMBLE]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    st.sampled_from([2, 20_000]),
)
def test_a_large_file_is_read_as_a_small_one_is(rows, preamble, end, last, encoding, few):
    whole = [["sales", "2026-01-05", "4", "x"], *rows, ["sales", "2026-01-12", "5", "y"]]
    text = preamble + HEADER + "\n" + "\n".join(quoted(r) for r in whole) + "\n" * last
    content = text.replace("\n", end).encode(encoding)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(big_files_arrow, "_FEW", few)
        patch.setattr(big_files_steady, "_ROWS", 3)
        alike(content)


def test_columns_with_few_different_cells_are_kept_as_codes_and_read_the_same():
    teams = np.random.default_rng(3).choice(["sales", "marketing", ""], 9000)
    body = "".join(f"{t},2026-01-05,{i},\n" for i, t in enumerate(teams))
    small, big, (rows, _) = both(f"{HEADER}\n{body}".encode())
    assert rows == [(r.line, tuple(r.cells)) for r in small.body]
    assert len(big.body) == 9000


def test_blank_rows_are_no_rows_even_where_only_columns_that_nobody_reads_tell(tmp_path):
    alike(f"{HEADER}\nsales,2026-01-05,4,x\n,,,\n\n , ,,\n,,,only a note\nsales,a,b,c\n".encode())


def test_lines_are_physical_ones_behind_line_breaks_in_quotes():
    alike(f'{HEADER}\nsales,"2026\n-01\n-05",4,x\nsales,2026-01-12,"5 ""a""",y\n'.encode())


def test_a_quote_that_is_never_closed_names_its_row(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(f'{HEADER}\nsales,2026-01-05,4,x\nsales,"2026-01-12,4,x\n')
    with pytest.raises(ExportError, match="never closed") as caught:
        read_big(path, "x.csv", PROFILES, None)
    assert caught.value.row == 3


def test_nul_bytes_are_told_with_their_row(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(f"{HEADER}\n".encode() + b"sales,2026-01-05,4,x\n" * 40 + b"a,\0,b,c\n")
    with pytest.raises(ExportError, match="NUL") as caught:
        read_big(path, "x.csv", PROFILES, None)
    assert caught.value.row == 42


def test_totals_of_a_large_report_are_told_from_its_rows():
    text = "Campaign,Day,Currency code,Cost,Impr.\nA,2025-07-08,MXN,1.5,2\nTotal: X,,MXN,1.5,2\n"
    small, big, (rows, _) = both(text.encode())
    assert rows == [(r.line, tuple(r.cells)) for r in small.body]
    assert [r.line for r in big.totals] == [3]


def test_what_was_released_is_read_again(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text(f"{HEADER}\nsales,2026-01-05,4,x\nsales,2026-01-12,5,y\n")
    cells, _ = read_big(path, "x.csv", PROFILES, None)
    digest = cells.body.content()
    cells.body.release()
    assert cells.body.column(3).tolist() == ["x", "y"]
    path.write_text(f"{HEADER}\nsales,2026-01-12,5,y\nsales,2026-01-05,4,x\n")
    assert read_big(path, "x.csv", PROFILES, None)[0].body.content() == digest
