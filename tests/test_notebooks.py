"""The committed notebooks have been run, tell the same in both languages, and hide nothing.

``pytest --nbval notebooks`` runs them again and compares each text and table with what is
committed; a stripped notebook would pass there, so what must be in them is checked here.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def cells(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def code(path: Path) -> list[dict]:
    return [cell for cell in cells(path) if cell["cell_type"] == "code"]


def tags(cell: dict) -> list[str]:
    return cell["metadata"].get("tags", [])


def test_the_notebooks_are_there():
    assert [p.name[:2] for p in NOTEBOOKS] == ["00", "01", "02", "03", "04", "05", "06"]


@pytest.fixture(params=NOTEBOOKS, ids=lambda p: p.stem)
def notebook(request) -> Path:
    return request.param


def test_it_was_executed_from_top_to_bottom(notebook):
    counts = [cell["execution_count"] for cell in code(notebook)]
    assert counts == list(range(1, len(counts) + 1))


def test_it_has_no_error_no_warning_and_no_print(notebook):
    kinds = {output["output_type"] for cell in code(notebook) for output in cell["outputs"]}
    assert kinds <= {"display_data", "execute_result"}


def test_its_parameters_stand_in_one_tagged_cell(notebook):
    (cell,) = [cell for cell in code(notebook) if "parameters" in tags(cell)]
    names = re.findall(r"^(\w+) = ", "".join(cell["source"]), re.M)
    assert {"folder", "lang", "currency"} <= set(names)


def test_no_cell_is_long(notebook):
    assert max(len(cell["source"]) for cell in code(notebook)) <= 15


def test_prose_stands_in_both_languages_side_by_side(notebook):
    prose = [tags(cell) for cell in cells(notebook) if cell["cell_type"] == "markdown"]
    assert prose
    assert [found[0] for found in prose] == ["lang-en", "lang-es"] * (len(prose) // 2)
    # What one of a pair needs to be measured, the other needs too.
    needs = [found[1:] for found in prose]
    assert needs[::2] == needs[1::2]
    assert all(tag.startswith("needs:") for found in needs for tag in found)


def test_every_picture_has_alternative_text_with_numbers(notebook):
    pictures = [
        output
        for cell in code(notebook)
        for output in cell["outputs"]
        if "image/png" in output.get("data", {})
    ]
    assert pictures
    for output in pictures:
        alt = output["metadata"]["image/png"]["alt"]
        assert alt == "".join(output["data"]["text/plain"])
        assert re.search(r"\d", alt)


def test_every_finding_has_one_of_three_forms(notebook):
    found = [
        output["data"]["application/vnd.alignment.finding+json"]
        for cell in code(notebook)
        for output in cell["outputs"]
        if "application/vnd.alignment.finding+json" in output.get("data", {})
    ]
    assert found
    assert {one["form"] for one in found} <= {"claim", "inconclusive", "not measurable"}
    assert len({one["key"] for one in found}) == len(found)


def test_nothing_personal_is_in_the_outputs(notebook):
    outputs = json.dumps([cell["outputs"] for cell in code(notebook)])
    text = re.sub(r'"image/png": "[^"]*"', "", outputs)
    assert not re.search(r"[\w.+-]+@[\w-]+\.\w+", text)


def test_only_public_names_are_used(notebook):
    source = "\n".join("".join(cell["source"]) for cell in code(notebook))
    assert not re.search(r"\b_\w+", source)
    assert "def " not in source
    assert "for " not in source
