"""What is wrong with a folder is said in one plain message: file, row, column, value, cure."""

import gzip
import os

import pytest

from alignment.errors import (
    AlignmentError,
    CurrencyError,
    ExportError,
    FolderError,
    MappingError,
)
from alignment.loading import load

LEADS = "Id,Status,IsConverted,Email,LeadSource,CreatedDate\n"
ROW = "00Q5e00000000aaEAA,Open,0,ana@firma.example,Web,2026-01-31 10:00:00\n"
DEALS = "Id,StageName,Amount,CurrencyIsoCode,CloseDate,IsClosed,IsWon,CreatedDate\n"
DEAL = "0065e00000000aaAAA,Closed Won,100,MXN,2026-02-01,1,1,2026-01-31 10:00:00\n"


def refuse(folder, kind, **options):
    with pytest.raises(kind) as caught:
        load(folder, **options)
    assert isinstance(caught.value, AlignmentError)
    assert caught.value.cure, "each message says what to do"
    return caught.value


@pytest.fixture
def leads(tmp_path):
    (tmp_path / "Lead.csv").write_text(LEADS + ROW, encoding="utf-8")
    return tmp_path


def test_a_folder_that_does_not_exist(tmp_path):
    assert "does not exist" in str(refuse(tmp_path / "nowhere", FolderError))


def test_a_file_in_place_of_a_folder(leads):
    assert "not a folder" in str(refuse(leads / "Lead.csv", FolderError))


def test_an_empty_folder(tmp_path):
    assert "holds no exports" in str(refuse(tmp_path, FolderError))


def test_hidden_files_and_the_truth_are_no_exports(tmp_path):
    (tmp_path / ".Lead.csv").write_text(LEADS + ROW)
    (tmp_path / "truth.json").write_text("{}")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "Lead.csv").write_text(LEADS + ROW)
    assert "holds no exports" in str(refuse(tmp_path, FolderError))


def test_a_folder_without_permission(leads, monkeypatch):
    def walk(top, onerror, followlinks):
        onerror(PermissionError(13, "Permission denied", str(top)))
        return iter(())

    monkeypatch.setattr(os, "walk", walk)
    assert "cannot be read" in str(refuse(leads, FolderError))


def test_a_file_without_permission(leads, monkeypatch):
    def deny(self):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.read_bytes", deny)
    problem = refuse(leads, ExportError)
    assert problem.file == "Lead.csv"
    assert "Permission denied" in str(problem)


def test_a_binary_file_named_csv(leads):
    (leads / "picture.csv").write_bytes(bytes(range(256)) * 8)
    problem = refuse(leads, ExportError)
    assert problem.file == "picture.csv"
    assert "binary" in str(problem)


def test_a_gzip_named_csv(leads):
    (leads / "old.csv").write_bytes(gzip.compress((LEADS + ROW).encode()))
    assert "gzip" in str(refuse(leads, ExportError))


def test_nul_bytes(leads):
    (leads / "Lead.csv").write_text(LEADS + ROW * 40 + ROW.replace("Web", "W\0b"))
    problem = refuse(leads, ExportError)
    assert (problem.file, problem.row) == ("Lead.csv", 42)


def test_an_empty_file(leads):
    (leads / "Opportunity.csv").write_text(" \n")
    assert refuse(leads, ExportError).file == "Opportunity.csv"


def test_a_header_without_rows_is_in_the_ledger_and_no_error(leads):
    (leads / "Opportunity.csv").write_text(DEALS)
    data = load(leads)
    files = data.ledger.files.set_index("file")
    assert files.loc["Opportunity.csv", "rows_read"] == 0
    assert files.loc["Opportunity.csv", "table"] == "opportunities"
    assert len(data.leads) == 1


def test_only_headers_are_an_error(tmp_path):
    (tmp_path / "Opportunity.csv").write_text(DEALS)
    assert "Opportunity.csv" in str(refuse(tmp_path, FolderError))


def test_nothing_that_is_known_prints_the_beginning_of_a_mapping(tmp_path):
    (tmp_path / "crm.csv").write_text("mql_id,won_date\n1,2026-01-01\n")
    said = str(refuse(tmp_path, FolderError))
    assert '[[file]]\n# name = "crm.csv"' in said  # no column can be its id, so it is only begun
    assert 'closed_at = "won_date"' in said


def test_a_duplicate_header(tmp_path):
    (tmp_path / "Lead.csv").write_text(
        LEADS.replace("LeadSource", "Status") + ROW.replace("Web", "Closed")
    )
    problem = refuse(tmp_path, ExportError)
    assert (problem.file, problem.row, problem.column) == ("Lead.csv", 1, "Status")


def test_an_unreadable_date(leads):
    (leads / "Lead.csv").write_text(LEADS + ROW + ROW.replace("2026-01-31", "2026-02-30"))
    problem = refuse(leads, ExportError)
    assert (problem.file, problem.row, problem.column) == ("Lead.csv", 3, "CreatedDate")
    assert problem.value == "2026-02-30 10:00:00"
    assert 'unreadable = "set aside"' in problem.cure


def test_an_unreadable_date_can_be_set_aside(leads):
    bad = ROW.replace("2026-01-31", "2026-02-30").replace("aaE", "abE")
    (leads / "Lead.csv").write_text(LEADS + ROW + bad)
    (leads / "mapping.toml").write_text('[[file]]\nname = "Lead.csv"\nunreadable = "set aside"\n')
    data = load(leads)
    aside = data.ledger.set_aside
    assert aside[["file", "row", "reason", "column", "value"]].to_numpy().tolist() == [
        ["Lead.csv", 3, "date cannot be read", "CreatedDate", "2026-02-30 10:00:00"]
    ]


def test_a_date_order_that_the_column_cannot_settle_asks(tmp_path):
    (tmp_path / "Lead.csv").write_text(LEADS + ROW.replace("2026-01-31 10:00:00", "03/04/2026"))
    problem = refuse(tmp_path, ExportError)
    assert (problem.row, problem.column, problem.value) == (2, "CreatedDate", "03/04/2026")
    assert 'dates = "day first"' in problem.cure
    (tmp_path / "mapping.toml").write_text('[[file]]\nname = "Lead.csv"\ndates = "day first"\n')
    assert load(tmp_path).leads["created_at"].dt.strftime("%Y-%m-%d").tolist() == ["2026-04-03"]


def test_a_column_that_mixes_date_orders(tmp_path):
    rows = [ROW.replace("2026-01-31 10:00:00", d) for d in ("13/04/2026", "04/13/2026")]
    (tmp_path / "Lead.csv").write_text(LEADS + "".join(rows))
    assert "mixes" in str(refuse(tmp_path, ExportError))


def test_a_decimal_mark_that_the_column_cannot_settle_asks(tmp_path):
    (tmp_path / "goals.csv").write_text("period,team,metric,target\n2026,sales,won,1.500\n")
    problem = refuse(tmp_path, ExportError)
    assert (problem.row, problem.column, problem.value) == (2, "target", "1.500")
    assert 'formats.target = "1.234,56"' in problem.cure


@pytest.mark.parametrize("code", ["PESOS", "XQZ", ""])
def test_an_unknown_currency_asked_for(leads, code):
    assert refuse(leads, CurrencyError, currency=code).value == code


def test_an_unknown_currency_in_the_data(tmp_path):
    (tmp_path / "Opportunity.csv").write_text(DEALS + DEAL.replace("MXN", "XQZ"))
    problem = refuse(tmp_path, CurrencyError)
    assert (problem.file, problem.row, problem.value) == ("Opportunity.csv", 2, "XQZ")


def test_unlike_currencies_without_a_rate(tmp_path):
    two = DEAL + DEAL.replace("aaA", "abA").replace("MXN", "USD")
    (tmp_path / "Opportunity.csv").write_text(DEALS + two)
    assert "nothing says which" in str(refuse(tmp_path, CurrencyError))
    problem = refuse(tmp_path, CurrencyError, currency="MXN")
    assert (problem.file, problem.row, problem.column) == ("Opportunity.csv", 3, "amount")
    assert "rates.csv" in problem.cure


def test_an_unknown_time_zone(leads):
    assert "America/Mexico_City" in refuse(leads, MappingError, timezone="America/Mexico").cure


def test_a_broken_mapping_names_its_line(leads):
    (leads / "mapping.toml").write_text('currency = "MXN"\ntimezone = America\n')
    problem = refuse(leads, MappingError)
    assert (problem.file, problem.row) == ("mapping.toml", 2)


def test_ragged_rows_are_set_aside_with_their_lines(leads):
    (leads / "Lead.csv").write_text(LEADS + ROW + "00Q5e00000000abEAA,Open\n" + ROW)
    data = load(leads)
    assert data.ledger.totals.tolist() == [3, 1, 1, 1]
    assert data.ledger.set_aside["row"].tolist() == [3]
    assert data.ledger.set_aside["reason"].tolist() == ["2 cells where the header has 6"]


def test_a_quote_that_was_cut_off(leads):
    (leads / "Lead.csv").write_text(LEADS + ROW + '00Q5e00000000abEAA,"Open')
    problem = refuse(leads, ExportError)
    assert (problem.file, problem.row) == ("Lead.csv", 3)


def test_a_date_that_cannot_be_is_not_believed(leads):
    old = ROW.replace("2026-01-31", "1901-01-31").replace("aaE", "abE")
    other = old.replace("ana@", "eva@")
    (leads / "Lead.csv").write_text(LEADS + ROW + other)
    data = load(leads)
    assert data.ledger.totals.tolist() == [2, 1, 0, 1]
    assert "implausible-date" in set(data.ledger.notes["rule"])


def test_a_mistyped_year_does_not_move_the_moment_of_export(leads):
    rows = [ROW.replace("aaE", f"{i:02d}E").replace("ana", f"p{i}") for i in range(20)]
    late = ROW.replace("2026", "2926").replace("ana@", "eva@").replace("aaE", "abE")
    (leads / "Lead.csv").write_text(LEADS + "".join(rows) + late)
    assert load(leads).as_of.year == 2026
