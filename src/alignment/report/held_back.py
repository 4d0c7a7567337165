"""Sections that another finding forbids to claim are named in one list under it, not shown.

Analysts see them in the notebook; a reader of the report would meet the same reason once a
section, and figures on which nobody may rely.
"""

from __future__ import annotations

from html import escape
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output

from alignment.exhibits import FINDING_TYPE
from alignment.report.words import WORDS
from alignment.text import Language

_SECTION = "## "


def findings_in(*cells: NotebookNode) -> list[dict[str, Any]]:
    """Return what the findings of cells recorded, in order."""
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    found = [output.get("data", {}).get(FINDING_TYPE) for output in outputs]
    return [dict(record) for record in found if record is not None]


def fold_held_back(notebook: NotebookNode, language: Language) -> frozenset[str]:
    """Take out, in place, the sections that are held back; list them where it is said why.

    A section is the cells from one ``##`` heading to the next. It goes where all of its findings
    are held back, by findings that the notebook holds elsewhere; otherwise it stays as it is.

    Parameters
    ----------
    notebook : NotebookNode
        An executed notebook, whose cells of one language are left.
    language : {"es", "en"}
        Language of the list.

    Returns
    -------
    frozenset of str
        Keys of the findings that were taken out.
    """
    standing = {
        record["key"] for record in findings_in(*notebook.cells) if not record.get("held_back_by")
    }
    headings: dict[str, list[str]] = {}
    taken: set[str] = set()
    kept: list[NotebookNode] = []
    for section in _sections(notebook.cells):
        records = findings_in(*section)
        reasons = [record.get("held_back_by") for record in records]
        if not _opens(section[0]) or not reasons or not set(reasons) <= standing:
            kept += section
            continue
        taken.update(record["key"] for record in records)
        heading = section[0].source.splitlines()[0].removeprefix(_SECTION).strip()
        headings.setdefault(str(reasons[0]), []).append(heading)
    notebook.cells = kept
    for cell in kept:
        _list(cell, headings, language)
    return frozenset(taken)


def _opens(cell: NotebookNode) -> bool:
    return bool(cell.cell_type == "markdown" and cell.source.startswith(_SECTION))


def _sections(cells: list[NotebookNode]) -> list[list[NotebookNode]]:
    sections: list[list[NotebookNode]] = []
    for cell in cells:
        if _opens(cell) or not sections:
            sections.append([])
        sections[-1].append(cell)
    return sections


def _list(cell: NotebookNode, headings: dict[str, list[str]], language: Language) -> None:
    """Put the list right beneath the finding that says why, before its figure."""
    outputs = []
    for output in cell.get("outputs", []):
        outputs.append(output)
        record = output.get("data", {}).get(FINDING_TYPE)
        named = headings.get(record["key"], []) if record is not None else []
        if named:
            words = escape(WORDS["held_back"][language])
            items = "".join(f"<li>{escape(name)}</li>" for name in named)
            data = {"text/html": f"<p>{words}</p><ul>{items}</ul>"}
            outputs.append(
                new_output("display_data", data)  # type: ignore[no-untyped-call]
            )
    if outputs:
        cell.outputs = outputs
