"""What ``alignment check`` prints and writes: whole, 100 columns wide, JSON, safe in a sheet."""

import csv
import io
import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from alignment.check import as_json, render, write_set_aside
from alignment.check.spreadsheet import harmless
from alignment.cli import app
from alignment.ledger import DECISION_COLUMNS, FILE_COLUMNS, NOTE_COLUMNS, SET_ASIDE_COLUMNS
from alignment.loading import load

LONG = "ñ" * 90 + "/" + "ü" * 90
HEAD = "Id,StageName,Amount,CurrencyIsoCode,CloseDate,IsClosed,IsWon,CreatedDate\n"


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "exports"
    place = root / LONG.split("/", maxsplit=1)[0]
    place.mkdir(parents=True)
    won = "0065e00000000{n}AAA,Won,{v},MXN,2026-02-01,1,1,2026-01-31 10:00:00\n"
    (place / f"{LONG.split('/')[1]}.csv").write_text(
        HEAD + won.format(n="aa", v=10**12) + "=HYPERLINK(1),Won\n" + won.format(n="ab", v=5)
    )
    (root / "=cmd.csv").write_text(f"lead id,created,{'x' * 400}\n1,2026-01-01,a\n")
    (root / "escape\x1b[31m.csv").write_text("who,what\n1,2\n")
    return root


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("terminal", [False, True])
def test_no_line_is_wider_than_100_and_nothing_is_cut(folder, language, terminal):
    out = io.StringIO()
    console = Console(
        file=out, markup=False, highlight=False, soft_wrap=True, width=100, force_terminal=terminal
    )
    data = load(folder, timezone="UTC")
    render(data, console, language)
    text = out.getvalue()
    if terminal:
        text = text.replace("\x1b[1m", "").replace("\x1b[3m", "").replace("\x1b[0m", "")
    assert "\x1b[31m" not in text
    lines = text.splitlines()
    assert max(map(len, lines)) <= 100
    # Each table that names the file names it whole: in files, reasons, notes, decisions.
    shown = sum(line.count("ñ") for line in lines)
    assert shown % 90 < 10  # other words of Spanish may hold an ñ
    assert shown >= 3 * 90
    assert text.count("x") >= 400
    assert "…" not in text.replace("“…”", "").replace('"…"', "")
    money = {"en": "MXN 1,000,000,000,005", "es": "1.000.000.000.005"}
    assert money[language] in text.replace("\u00a0", " ").replace("\n", " ")


def test_the_keys_of_the_json_are_those_documented(folder):
    told = json.loads(json.dumps(as_json(load(folder, timezone="UTC")), allow_nan=False))
    assert list(told) == [
        *("format", "window", "totals", "files", "set_aside", "merged", "rules", "decisions"),
        *("tables", "won", "notebooks", "drafts"),
    ]
    assert told["format"] == 1
    assert set(told["window"]) == {"as_of", "observed_from", "timezone", "currency"}
    assert {tuple(f) for f in told["files"]} == {FILE_COLUMNS}
    assert {tuple(r) for r in told["rules"]} == {NOTE_COLUMNS}
    assert {tuple(d) for d in told["decisions"]} == {DECISION_COLUMNS}
    reasons = {(r["reason"], r["rows"], r["example_row"]) for r in told["set_aside"]}
    assert ("2 cells where the header has 8", 1, 3) in reasons
    assert told["won"] == {
        **{"deals": 2, "deals_both": 0, "value": 10**12 + 5, "value_both": 0.0, "share": 0.0},
        "currency": "MXN",
    }
    assert {n["name"]: n["can_run"] for n in told["notebooks"]}["02_lead_to_close"]
    assert [d["file"] for d in told["drafts"]] == ["=cmd.csv", "escape\x1b[31m.csv"]


def test_each_row_set_aside_is_written_and_none_of_its_cells_runs(folder, tmp_path):
    data = load(folder, timezone="UTC")
    path = write_set_aside(data, tmp_path / "out", folder)
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == SET_ASIDE_COLUMNS
    assert len(rows) == data.ledger.totals["rows_set_aside"] == 3
    assert not any(cell.lstrip()[:1] in tuple("=+-@\t\r＝＋－＠") for row in rows for cell in row)
    assert rows[0][:2] == ["'=cmd.csv", "2"]
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["set_aside.csv"]


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("\t=1", "'\t=1"),
        ("\r1", "'\r1"),
        ("\n=1", "'\n=1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("-1+cmd|'/C calc'!A0", "'-1+cmd|'/C calc'!A0"),
        ("-5%", "-5%"),
        ("+5e-3", "+5e-3"),
        ("-.5", "-.5"),
        ("-", "'-"),
        ("1\0", "1"),
        ("   ", "   "),
        (float("nan"), ""),
        (7, "7"),
    ],
)
def test_a_cell_that_could_run_is_text_and_a_number_stays_one(cell, written):
    assert harmless(cell) == written


def test_a_cell_too_long_for_a_spreadsheet_is_cut():
    assert len(harmless("a" * 31_999 + "=" * 100_000)) < 32_767


def command(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


def test_names_are_written_where_they_are_asked_for_and_nowhere_else(tmp_path):
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "Lead.csv").write_text(
        "Id,Status,IsConverted,LastName,Phone,Email,CreatedDate\n"
        "00Q5e00000000aaEAA,Open,0,=Pérez,+52 1,ana@una.example,2026-01-01 10:00:00\n",
        encoding="utf-8",
    )
    refused = command("check", exports, "--with-names")
    assert refused.exit_code == 2
    assert "--out" in refused.output
    plain = command("check", exports, "--json")
    out = tmp_path / "out"
    named = command("check", exports, "--json", "--with-names", "--out", out)
    assert json.loads(named.stdout) == json.loads(plain.stdout)
    assert "Pérez" not in named.output
    text = (out / "names.csv").read_text(encoding="utf-8-sig")
    assert "'=Pérez" in text
    assert "ana@una.example" in text
    assert "Pérez" not in (out / "set_aside.csv").read_text(encoding="utf-8-sig")


def test_a_place_that_cannot_be_written_to_is_told(folder, tmp_path):
    (tmp_path / "file").write_text("")
    done = command("check", folder, "--timezone", "UTC", "--out", tmp_path / "file")
    assert done.exit_code == 2
    assert "cannot be written" in done.output
    assert "Traceback" not in done.output
    assert (tmp_path / "file").read_text() == ""


def test_nothing_is_written_without_being_asked_for(folder, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in Path(tmp_path).rglob("*")}
    command("check", folder, "--json")
    assert {path: path.stat().st_mtime_ns for path in Path(tmp_path).rglob("*")} == before
