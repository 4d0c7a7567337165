"""Notebooks as files: where they are, their parameters, and the cells of one language."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from alignment.errors import ReportError
from alignment.text import LANGUAGES, Language

PARAMETERS, ANALYST = "parameters", "analyst"
NEEDS = "needs:"  # prose tagged “needs:late-share” stands only where that finding does


def notebooks_folder() -> Path:
    """Return the folder of the notebooks: inside the installed package, or beside the sources."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "notebooks", package.parents[1] / "notebooks"):
        if any(folder.glob("*.ipynb")):
            return folder
    raise ReportError(
        "the notebooks of this installation are missing", cure="Install alignment again."
    )


def find(folder: Path) -> list[Path]:
    """List the notebooks of a folder in the order of their names."""
    found = sorted(folder.glob("*.ipynb"))
    if not found:
        raise ReportError("no notebooks", file=str(folder), cure="Name a folder with .ipynb files.")
    return found


def read(path: Path) -> NotebookNode:
    """Read a notebook, without its saved outputs."""
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, nbformat.ValidationError) as problem:
        raise ReportError(f"not a readable notebook ({problem})", file=path.name) from problem
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def tags(cell: NotebookNode) -> frozenset[str]:
    """Return the tags of a cell."""
    return frozenset(cell.metadata.get("tags", []))


def keep_language(notebook: NotebookNode, language: Language) -> None:
    """Drop, in place, the cells of the other languages and those for analysts only."""
    unwanted = {f"lang-{other}" for other in LANGUAGES if other != language} | {ANALYST}
    notebook.cells = [cell for cell in notebook.cells if not tags(cell) & unwanted]


def keep_supported(notebook: NotebookNode, measured: Collection[str]) -> None:
    """Drop, in place, prose that speaks of findings of which none was measured.

    Parameters
    ----------
    notebook : NotebookNode
        An executed notebook.
    measured : collection of str
        Keys of its findings that are not “not measurable”. A tag names a key or its beginning,
        such as ``needs:won-by-day`` for ``won-by-day-lead``.
    """

    def stands(cell: NotebookNode) -> bool:
        wanted = [tag.removeprefix(NEEDS) for tag in tags(cell) if tag.startswith(NEEDS)]
        return not wanted or any(key.startswith(name) for key in measured for name in wanted)

    notebook.cells = [cell for cell in notebook.cells if stands(cell)]


def set_parameters(notebook: NotebookNode, values: Mapping[str, str | None], name: str) -> None:
    """Put values into the cell tagged ``parameters``, in place.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook.
    values : mapping
        For each parameter its value. One that the cell does not assign is added at its end,
        unless it is None.
    name : str
        File name, for the message.

    Raises
    ------
    ReportError
        If there is not exactly one such cell, or it is not plain assignments.
    """
    cells = [c for c in notebook.cells if c.cell_type == "code" and PARAMETERS in tags(c)]
    if len(cells) != 1:
        raise ReportError(
            f"{len(cells)} code cells are tagged “{PARAMETERS}”",
            file=name,
            cure="Tag exactly one, which assigns folder and lang.",
        )
    try:
        cells[0].source = replace_assignments(cells[0].source, values)
    except SyntaxError as problem:
        raise ReportError(
            f"the cell tagged “{PARAMETERS}” is not plain Python ({problem.msg})", file=name
        ) from problem


def replace_assignments(source: str, values: Mapping[str, str | None]) -> str:
    """Replace the right-hand sides of ``name = value``; comments and layout stay.

    Values are written with ``repr``, so that no text can become code.
    """
    encoded = source.encode()
    starts = [0]
    for line in encoded.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    spans: list[tuple[int, int, str]] = []
    assigned: set[str] = set()
    for statement in ast.parse(source).body:
        name = _assigned_name(statement)
        if name in values and isinstance(statement, ast.Assign | ast.AnnAssign):
            right = statement.value
            assert right is not None
            first = starts[right.lineno - 1] + right.col_offset
            last = starts[(right.end_lineno or 0) - 1] + (right.end_col_offset or 0)
            spans.append((first, last, repr(values[name])))
            assigned.add(name)
    for first, last, written in reversed(spans):
        encoded = encoded[:first] + written.encode() + encoded[last:]
    added = [
        f"{name} = {value!r}"
        for name, value in values.items()
        if name not in assigned and value is not None
    ]
    return "\n".join([encoded.decode().rstrip("\n"), *added])


def _assigned_name(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        target = statement.target
    else:
        return ""
    return target.id if isinstance(target, ast.Name) else ""
