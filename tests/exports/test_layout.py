"""Text to cells: delimiter, header, totals and footers, ragged rows and physical lines."""

import pytest

from alignment.errors import ExportError
from alignment.exports.layout import read_cells
from alignment.exports.systems import PROFILES

GOOGLE = """\
Campaign report
"July 8, 2025 - July 31, 2025"
Campaign,Day,Currency code,Cost,Impr.,Clicks,CTR
Search MX,2025-07-08,MXN,1050.25,"12,884",321,2.49%
Search ES,2025-07-08,MXN, --,0, --, --
Total: Campaigns, --,MXN,1050.25,"12,884",321,2.49%
Total: Account, --,MXN,1090.25,"13,884",330,2.40%
"""


def cells(text, profiles=PROFILES):
    return read_cells(text, "x.csv", profiles)


def test_a_preamble_and_totals_are_told_from_data():
    found = cells(GOOGLE)
    assert found.header.match.profile.system == "google_ads"
    assert found.header_row == 3
    assert [r.line for r in found.body] == [4, 5]
    assert len(found.totals) == 2
    assert len(found.preamble) == 2


def test_a_total_may_stand_in_a_later_column():
    moved = GOOGLE.replace("Campaign,Day,", "Day,Campaign,").replace(
        "Total: Campaigns, --,", " --,Total: Campaigns,"
    )
    assert len(cells(moved).totals) == 2


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_for_a_known_header(delimiter):
    rows = [["team", "week", "hours"], ["sales", "2026-01-05", "40,5"]]
    text = "\n".join(delimiter.join(f'"{c}"' for c in row) for row in rows)
    found = cells(text)
    assert found.header.delimiter == delimiter
    assert found.header.match.profile.object == "capacity"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_an_unknown_file_is_read_by_its_structure(delimiter):
    lines = ["A report of something", ""]
    lines += [delimiter.join(row) for row in (["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"])]
    found = cells("\n".join(lines) + "\n")
    assert found.header.match is None
    assert found.header.delimiter == delimiter
    assert found.headers == ("a", "b", "c")
    assert found.rows_read == 2


def test_lines_are_physical_ones_even_behind_line_breaks_in_quotes():
    text = 'team,week,hours\r\nsales,"2026\r\n-01\n-05",40\r\nmarketing,2026-01-05,30\r\n'
    found = cells(text)
    assert [r.line for r in found.body] == [2, 5]


def test_other_separators_of_unicode_end_no_line():
    found = cells("team,week,hours\nsal\u2028es\x0b,2026-01-05,40\nmarketing,2026-01-05,30\n")
    assert [r.line for r in found.body] == [2, 3]


def test_ragged_rows_are_kept_apart_and_empty_cells_too_many_are_not_ragged():
    found = cells("team,week,hours\nsales,2026-01-05,40,,\nsales,2026-01-12\nsales,a,1,2\n\n")
    assert [r.line for r in found.body] == [2]
    assert [r.line for r in found.ragged] == [3, 4]
    assert found.rows_read == 3


def test_the_footer_of_a_report_is_no_data():
    text = (
        "Lead ID,Lead Status,Converted\n00Q1,Open,0\n\nLeads by status\n"
        "Copyright (c) 2000-2026 salesforce.com\n"
    )
    found = cells(text)
    assert found.rows_read == 1
    assert len(found.footer) == 2


def test_a_quote_that_is_never_closed_names_its_row():
    with pytest.raises(ExportError, match="never closed") as caught:
        cells('team,week,hours\nsales,2026-01-05,40\nsales,"2026-01-12,40\nsales,2026-01-19,40\n')
    assert caught.value.row == 3


def test_a_cell_larger_than_a_document_names_its_row():
    with pytest.raises(ExportError, match="cannot be read") as caught:
        cells(f"team,week,hours\nsales,2026-01-05,40\nsales,{'9' * 200_000},40\n")
    assert caught.value.row == 3


def test_a_header_that_stands_twice_is_refused_where_it_is_read():
    with pytest.raises(ExportError, match="stands 2 times") as caught:
        cells("team,week,hours,Hours\nsales,2026-01-05,40,41\n")
    assert caught.value.column == "hours"
    unread = cells("team,week,hours,note,note\nsales,2026-01-05,40,a,b\n")
    assert unread.header.match.profile.object == "capacity"


def test_a_repetition_that_a_system_is_known_for_is_no_error():
    twice = GOOGLE.replace("Currency code,", "Currency code,Currency code,").replace(
        "MXN,", "MXN,MXN,"
    )
    assert cells(twice).header.match.profile.system == "google_ads"
    with pytest.raises(ExportError, match="stands 2 times"):
        cells(twice.replace("MXN,MXN", "MXN,EUR"))


@pytest.mark.parametrize("header", ["team;week;hours", '"team";"week";"hours"', "a;b;c"])
def test_the_first_line_of_excel_that_names_the_delimiter_is_no_data(header):
    found = cells(f"sep=;\r\n{header}\r\nsales;2026-01-05;40,5\r\nsales;2026-01-12;41\r\n")
    assert found.header.delimiter == ";"
    assert found.header_row == 2
    assert [r.line for r in found.body] == [3, 4]
