"""The command: help at once, one plain message for an error, and its exit code."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

import alignment.loading
import alignment.report
from alignment.check.spreadsheet import harmless
from alignment.cli import _near, app
from alignment.errors import ExportError

SOURCES = Path(__file__).parents[1] / "src"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def command(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alignment", *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": str(SOURCES), "PYTHONIOENCODING": "utf-8"},
        check=False,
    )


def test_help_comes_without_pandas_or_matplotlib():
    code = (
        "import sys; from alignment.cli import app\n"
        "heavy = {'pandas', 'numpy', 'matplotlib', 'nbconvert', 'jinja2'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCES)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


def test_the_module_runs_as_a_command():
    done = command("--help")
    assert done.returncode == 0
    for name in ("check", "report", "simulate"):
        assert name in done.stdout
    assert command("--version").stdout.startswith("alignment ")


@pytest.fixture
def unchecked(monkeypatch):
    """Let a folder pass that is not there: the build is a stand-in."""
    monkeypatch.setattr(alignment.loading, "check_arguments", lambda *arguments: None)


@pytest.fixture
def failing_build(monkeypatch, unchecked):
    def fail(problem):
        def build(*args, **options):
            raise problem

        monkeypatch.setattr(alignment.report, "build", build)

    return fail


def test_a_users_error_is_one_message_and_exit_2(run, failing_build):
    failing_build(
        ExportError(
            "not a date",
            file="leads.csv",
            row=7,
            column="[bold]Created[/]",
            value="x",
            cure="Fix it.",
        )
    )
    done = run("report", "exports")
    assert done.exit_code == 2
    message = [line for line in done.stderr.splitlines() if line.startswith("alignment: ")]
    assert message == [
        "alignment: leads.csv, row 7, column “[bold]Created[/]”: not a date (value: “x”). Fix it."
    ]
    assert "Traceback" not in done.output
    assert done.stdout == ""


def test_an_unexpected_error_asks_for_a_report_and_exits_1(run, failing_build):
    failing_build(ZeroDivisionError("division by zero"))
    done = run("report", "exports")
    assert done.exit_code == 1
    assert "unexpected ZeroDivisionError: division by zero" in done.stderr
    assert "report it" in done.stderr
    assert "Traceback" not in done.stderr
    assert "Traceback" in run("report", "exports", "--debug").stderr


def test_stopping_it_is_no_error_message(run, failing_build):
    failing_build(KeyboardInterrupt())
    done = run("report", "exports")
    assert done.exit_code == 130
    assert "stopped" in done.stderr


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--currency", "XQZ", "XQZ"),
        ("--timezone", "America/Mexico", "Did you mean “America/Mexico_City”?"),
        ("--timezone", "GMT-6", "Did you mean “Etc/GMT+6”?"),
        ("--mapping", "nowhere.toml", "nowhere.toml"),
        ("--lang", "fr", "Write --lang es,en."),
    ],
)
def test_a_wrong_argument_is_told_before_any_progress(run, tmp_path, option, value, said):
    (tmp_path / "Lead.csv").write_text("Id,Status,IsConverted\n1,Open,0\n")
    done = run("report", str(tmp_path), option, value)
    assert done.exit_code == 2
    assert said in done.stderr
    assert done.stderr.startswith("alignment: ")
    assert "reading the exports" not in done.stderr


@pytest.mark.parametrize("languages", ["fr", "", "es,es", "es;en"])
def test_unknown_languages_are_refused(run, languages):
    done = run("report", "exports", "--lang", languages)
    assert done.exit_code == 2
    assert "Write --lang es,en." in done.stderr


@pytest.mark.usefixtures("unchecked")
def test_report_hands_its_options_over_and_says_where_it_wrote(run, monkeypatch, tmp_path):
    given = {}

    def build(folder, out, *, progress, notice, **options):
        given.update(folder=folder, out=out, **options)
        progress(0, 2, "[start]")
        progress(2, 2, "x")
        notice("No PDF.")
        return tmp_path / "r" / "index.html"

    monkeypatch.setattr(alignment.report, "build", build)
    words = ["--out", "r", "--lang", "EN, es", "--currency", "EUR", "--mapping", "m.toml", "--pdf"]
    done = run("report", "exports", *words)
    assert done.exit_code == 0, done.output
    assert done.stdout.strip() == f"Report written: {Path('r', 'index.html')}"
    assert "No PDF." in done.stderr
    assert given == {
        "folder": Path("exports"),
        "out": Path("r"),
        "languages": ("en", "es"),
        "currency": "EUR",
        "timezone": None,
        "mapping": Path("m.toml"),
        "print_pdf": True,
    }


@pytest.mark.parametrize(("can_speak", "code"), [(True, 0), (False, 3)])
def test_check_fails_only_when_no_analysis_could_run(run, monkeypatch, can_speak, code):
    seen = {}

    def load(folder, **options):
        seen.update(folder=folder, **options)
        return "data"

    def render(data, console):
        console.print(f"{data} of [campaign]")
        return can_speak

    monkeypatch.setitem(sys.modules, "alignment.loading", SimpleNamespace(load=load))
    monkeypatch.setitem(sys.modules, "alignment.check", SimpleNamespace(render=render))
    monkeypatch.setattr("alignment.cli._warn_of_own_tables", lambda data, folder: None)
    done = run("check", "exports", "--timezone", "Europe/Madrid")
    assert done.exit_code == code
    assert done.stdout == "data of [campaign]\n"
    assert seen == {"folder": Path("exports"), "timezone": "Europe/Madrid"}


def test_simulate_hands_its_options_over(run, monkeypatch):
    given = {}

    def simulate(out, seed, **options):
        given.update(out=out, seed=seed, **options)

    room = SimpleNamespace(simulate=simulate, FILES=frozenset(), TRUTH_FILE="truth.json")
    monkeypatch.setitem(sys.modules, "alignment.simulation", room)
    done = run("simulate", "out", "--seed", "7", "--accounts", "50", "--truth", "t.json")
    assert done.exit_code == 0, done.output
    assert given == {
        "out": Path("out"),
        "seed": 7,
        "world": "base",
        "accounts": 50,
        "truth_path": Path("t.json"),
    }
    assert run("simulate", "out").exit_code == 2  # a seed must be named


def test_simulate_replaces_nothing_but_a_former_sample(run, tmp_path):
    own = tmp_path / "own"
    for name in ("salesforce/Lead.csv", "experiments.csv", "notes.txt"):
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        (own / name).write_text("mine", encoding="utf-8")
    few = ("--seed", "1", "--world", "small", "--accounts", "60")
    for _ in range(2):  # with a strange file, then with names that are all the simulator's own
        done = run("simulate", own, *few)
        assert done.exit_code == 2, done.output
        assert "may not have written" in done.stderr
        assert (own / "salesforce" / "Lead.csv").read_text(encoding="utf-8") == "mine"
        (own / "notes.txt").unlink(missing_ok=True)
    for _ in range(2):  # an empty folder, and then the former sample
        done = run("simulate", tmp_path / "new", *few)
        assert done.exit_code == 0, done.output
    (tmp_path / "truth.txt").write_text("mine", encoding="utf-8")
    done = run("simulate", tmp_path / "other", *few, "--truth", tmp_path / "truth.txt")
    assert done.exit_code == 2
    assert not (tmp_path / "other").exists()


def test_the_simulator_says_all_that_it_writes(tmp_path):
    from alignment.simulation import FILES, TRUTH_FILE, simulate

    simulate(tmp_path, 1, "small", accounts=60)
    written = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert written == FILES | {TRUTH_FILE}


def test_an_unknown_world_is_told_with_those_there_are(run):
    done = run("simulate", "out", "--seed", "1", "--world", "probti")
    assert done.exit_code == 2
    assert "base, probit" in done.stderr
    assert "Did you mean “probit”?" in done.stderr
    assert "defect" not in done.stderr


@pytest.mark.parametrize("place", ["/proc/x", "file/below"])
def test_a_place_that_cannot_be_written_to_is_no_defect(run, tmp_path, place):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    done = run("simulate", place, "--seed", "1", "--accounts", "60")
    assert done.exit_code == 2, done.output
    assert "defect" not in done.stderr
    assert "written" in done.stderr


def test_a_path_below_is_shown_short(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert _near(tmp_path / "a" / "b") == Path("a", "b")
    assert _near(tmp_path.parent) == tmp_path.parent


@pytest.mark.parametrize("command_name", ["check", "report"])
def test_a_folder_that_is_not_there_or_empty_is_told_and_leaves_nothing(
    run, tmp_path, command_name
):
    (tmp_path / "empty").mkdir()
    for folder in ("nowhere", "empty"):
        done = run(command_name, folder)
        assert done.exit_code == 2
        assert folder in done.stderr
        assert "Traceback" not in done.output
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


FOREIGN = {
    "negocios.csv": (
        "Negocio;Prospecto;Creado;Cerrado;Estado;Importe\n"
        "N1;1;10/02/2026;20/03/2026;Ganado;1.234,50 €\n"
        "N2;2;25/03/2026;;Abierto;900,00 €\n"
    )
}


@pytest.fixture
def foreign(tmp_path):
    folder = tmp_path / "mi empresa ñ"
    folder.mkdir()
    for name, text in FOREIGN.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_mapping_is_drafted_once_and_never_written_over(run, foreign):
    assert run("check", str(foreign), "--write-mapping").exit_code == 0
    draft = (foreign / "mapping.toml").read_text(encoding="utf-8")
    assert 'name = "negocios.csv"' in draft
    assert 'amount = "Importe"' in draft
    run("check", str(foreign), "--write-mapping")
    assert (foreign / "mapping.toml").read_text(encoding="utf-8") == draft


SAMPLE_FOLDER = Path(__file__).resolve().parents[1] / "data" / "sample"


def test_rows_set_aside_are_written_outside_the_exports(run, tmp_path):
    done = run("check", str(SAMPLE_FOLDER), "--out", str(tmp_path / "aside"))
    assert done.exit_code == 0
    lines = (tmp_path / "aside" / "set_aside.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "file,row,reason,reason_es,column,value"
    assert len(lines) - 1 == 21


def test_the_exports_are_no_place_to_write_to(run):
    done = run("check", str(SAMPLE_FOLDER), "--out", str(SAMPLE_FOLDER))
    assert done.exit_code == 2
    assert not (SAMPLE_FOLDER / "set_aside.csv").exists()


def test_machines_read_json(run):
    done = run("check", str(SAMPLE_FOLDER), "--json")
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    totals = told["totals"]
    assert totals["rows_read"] == (
        totals["rows_kept"] + totals["rows_merged"] + totals["rows_set_aside"]
    )
    assert len(told["files"]) == 20


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("  =1", "'  =1"),
        ("＝1", "'＝1"),
        ("-12.5", "-12.5"),
        ("+1,234", "+1,234"),
        ("plain", "plain"),
        (None, ""),
    ],
)
def test_no_cell_runs_in_a_spreadsheet(cell, written):
    assert harmless(cell) == written
