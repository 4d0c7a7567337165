"""Data goes one way: each room imports only from its left, and none reads the truth."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "alignment"

# Rooms from left to right; rooms on one line do not know each other.
ORDER = [
    {"text", "version", "glossary", "vocabulary"},
    {"errors"},
    {"table_rules"},
    {"conforming"},
    {"arguments", "tables", "ledger", "periods", "results", "resampling", "shares"},
    {"dataset"},
    {"exports", "rewind"},
    {"money", "wording", "style", "teams", "regression", "incidence", "working_hours", "moments"},
    {"usable_reasons"},
    {"mapping"},
    {"window"},
    {"loading"},
    {"apart"},
    {"journeys"},
    {"attribution", "lead_to_close", "handoff", "horizons", "coverage", "sharing"},
    {"shared_goals"},
    {"check"},
    {"exhibits"},
    {"figures", "findings", "behind"},
    {"report"},
    {"agreement"},
    {"cli"},
]
RANK = {room: rank for rank, rooms in enumerate(ORDER) for room in rooms}
# Within a line an import is allowed only where it is named here.
SAME_LINE = {("glossary", "text"), ("vocabulary", "text")}
FREE = {"__init__", "__main__", "simulation"}


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    """Rooms of the package that a module imports, wherever in the file the import stands."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            parts = node.module.split(".")
            if parts[0] == "alignment":
                found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.split(".")[1]
                for alias in node.names
                if alias.name.startswith("alignment.")
            }
    return found


MODULES = sorted(p for p in PACKAGE.rglob("*.py") if room_of(p) not in FREE)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_room_imports_only_from_the_rooms_to_its_left(path):
    here = room_of(path)
    for other in imported_rooms(path) - {here}:
        allowed = RANK.get(other, len(ORDER)) < RANK[here] or (here, other) in SAME_LINE
        assert allowed or (here, other) == ("cli", "simulation"), f"{here} imports {other}"


def test_every_room_has_its_place():
    rooms = {room_of(p) for p in PACKAGE.rglob("*.py")} - FREE
    assert rooms <= set(RANK)


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_says_in_its_first_line_what_it_is_for(path):
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert said, f"{path.name} has no docstring"
    assert said.splitlines()[0].endswith((".", ":")), f"{path.name} says: {said.splitlines()[0]}"


def test_no_analysis_and_no_notebook_reads_the_truth():
    # The command writes it; the reader of folders names it to leave it out.
    aware = {PACKAGE / "cli.py", PACKAGE / "exports" / "reading.py"}
    code = [p for p in MODULES if p not in aware]
    for path in code:
        names = {
            n.value
            for n in ast.walk(ast.parse(path.read_text("utf-8")))
            if isinstance(n, ast.Constant) and isinstance(n.value, str)
        }
        assert not any("truth" in name and ".json" in name for name in names), path
        assert "simulation" not in imported_rooms(path)
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        source = "".join("".join(c["source"]) for c in cells if c["cell_type"] == "code")
        assert "truth" not in source, path.name
        assert "simulation" not in source, path.name
