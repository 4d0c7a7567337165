"""Parameters are set without ever becoming code, and each language keeps its own cells."""

from __future__ import annotations

import ast

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from alignment.errors import ReportError
from alignment.report import notebooks

CASES = [
    ('folder = "a"  # the exports', {"folder": "b"}, "folder = 'b'  # the exports"),
    ("folder='a'; lang = 'es'", {"lang": "en"}, "folder='a'; lang = 'en'"),
    ("currency = None", {"currency": None}, "currency = None"),
    ("currency: str | None = None", {"currency": "EUR"}, "currency: str | None = 'EUR'"),
    ('año = "ñ"; folder = "ñandú"', {"folder": "x"}, "año = \"ñ\"; folder = 'x'"),
    ("folder = (\n    'a'\n    'b'\n)", {"folder": "x"}, "folder = (\n    'x'\n)"),
    ("folder = 1", {"lang": "es", "mapping": None}, "folder = 1\nlang = 'es'"),
    ("seed = folder = 1", {"folder": "x"}, "seed = folder = 1\nfolder = 'x'"),
]


@pytest.mark.parametrize(("source", "values", "expected"), CASES)
def test_assignments_are_replaced_in_place(source, values, expected):
    assert notebooks.replace_assignments(source, values) == expected


@given(st.text())
def test_no_value_becomes_code(value):
    source = notebooks.replace_assignments('x = 0\nfolder = "a"  # c\ny = 1', {"folder": value})
    tree = ast.parse(source)
    assert [type(s).__name__ for s in tree.body] == ["Assign"] * 3
    assert ast.literal_eval(tree.body[1].value) == value


def parametrised(source, count=1):
    cells = [new_code_cell(source, metadata={"tags": ["parameters"]}) for _ in range(count)]
    return new_notebook(cells=cells)


@pytest.mark.parametrize("count", [0, 2])
def test_exactly_one_cell_holds_the_parameters(count):
    with pytest.raises(ReportError, match=f"^x.ipynb: {count} code cells are tagged"):
        notebooks.set_parameters(parametrised("a = 1", count), {}, "x.ipynb")


def test_parameters_are_plain_python():
    with pytest.raises(ReportError, match="not plain Python"):
        notebooks.set_parameters(parametrised("%matplotlib inline\na = 1"), {}, "x.ipynb")


def test_a_language_keeps_its_cells_and_no_analyst_cell():
    cells = [
        new_markdown_cell("both"),
        new_markdown_cell("en", metadata={"tags": ["lang-en"]}),
        new_markdown_cell("es", metadata={"tags": ["lang-es"]}),
        new_code_cell("analyst", metadata={"tags": ["analyst"]}),
    ]
    notebook = new_notebook(cells=cells)
    notebooks.keep_language(notebook, "es")
    assert [cell.source for cell in notebook.cells] == ["both", "es"]


def test_saved_outputs_are_not_read(tmp_path):
    cell = new_code_cell("1", outputs=[nbformat.v4.new_output("stream", text="old")])
    nbformat.write(new_notebook(cells=[cell]), tmp_path / "a.ipynb")
    assert notebooks.read(tmp_path / "a.ipynb").cells[0].outputs == []


def test_a_broken_notebook_and_an_empty_folder_are_named(tmp_path):
    with pytest.raises(ReportError, match="no notebooks"):
        notebooks.find(tmp_path)
    (tmp_path / "a.ipynb").write_text("{", encoding="utf-8")
    with pytest.raises(ReportError, match=r"^a\.ipynb: not a readable notebook"):
        notebooks.read(tmp_path / "a.ipynb")


def test_notebooks_are_found_in_order(tmp_path):
    for name in ("02_b.ipynb", "00_c.ipynb", "01_a.ipynb", "notes.txt"):
        (tmp_path / name).touch()
    assert [path.name for path in notebooks.find(tmp_path)] == [
        "00_c.ipynb",
        "01_a.ipynb",
        "02_b.ipynb",
    ]


def test_the_librarys_own_notebooks_are_found_and_can_take_parameters():
    for path in notebooks.find(notebooks.notebooks_folder()):
        notebook = notebooks.read(path)
        notebooks.set_parameters(notebook, {"folder": "x", "lang": "es"}, path.name)
        notebooks.keep_language(notebook, "es")
        assert any(cell.cell_type == "markdown" for cell in notebook.cells)


def test_prose_stands_only_where_what_it_speaks_of_was_measured():
    cells = [
        new_markdown_cell("always", metadata={"tags": ["lang-en"]}),
        new_markdown_cell("one", metadata={"tags": ["lang-en", "needs:won-by-day"]}),
        new_markdown_cell("either", metadata={"tags": ["needs:late-share", "needs:harvest"]}),
    ]
    for measured, expected in (
        ([], ["always"]),
        (["won-by-day-lead"], ["always", "one"]),
        (["harvest-age"], ["always", "either"]),
    ):
        notebook = new_notebook(cells=list(cells))
        notebooks.keep_supported(notebook, measured)
        assert [cell.source for cell in notebook.cells] == expected


def test_each_tag_of_the_notebooks_names_a_finding():
    from alignment import findings

    keys = {name.replace("_", "-") for name in findings.__all__}
    for path in notebooks.find(notebooks.notebooks_folder()):
        for cell in notebooks.read(path).cells:
            needs = {t.removeprefix("needs:") for t in notebooks.tags(cell) if "needs:" in t}
            assert needs <= keys, path.name
