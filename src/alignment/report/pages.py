"""An executed notebook becomes the body of a page: prose and exhibits, no code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from nbconvert import HTMLExporter
from nbconvert.preprocessors.sanitize import SanitizeHTML
from nbformat import NotebookNode
from traitlets.config import Config

from alignment.errors import ReportError
from alignment.report.held_back import findings_in, fold_held_back
from alignment.report.notebooks import PARAMETERS, keep_supported, tags
from alignment.text import Language

TEMPLATES = Path(__file__).parent / "templates"

_TAGS = (
    "table caption colgroup col thead tbody tfoot tr th td "
    "a abbr b bdi blockquote br code em i li ol p pre small span strong sub sup ul "
    "details div dl dd dt figcaption figure h2 h3 h4 h5 h6 hr section summary"
)
_ATTRIBUTES = "class id role aria-label tabindex scope colspan rowspan style"


@dataclass(frozen=True)
class Page:
    """One notebook in one language.

    Parameters
    ----------
    stem : str
        File name without its ending.
    title, question : str
        Plain text of the first heading, and of the paragraph that follows it.
    body : str
        HTML of the cells, safe to show.
    findings : tuple of dict
        What :class:`alignment.exhibits.Finding` recorded, in order, without what is held back.
    """

    stem: str
    title: str
    question: str
    body: str
    findings: tuple[dict[str, Any], ...]


def page(notebook: NotebookNode, stem: str, language: Language) -> Page:
    """Render an executed notebook, whose cells of one language are left.

    Sections that are held back are only named (:mod:`alignment.report.held_back`).

    Raises
    ------
    ReportError
        If two findings share a key: a link from the index would miss one of them.
    """
    found = findings_in(*notebook.cells)
    keys = [finding["key"] for finding in found]
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ReportError(f"two findings share the key “{twice[0]}”", file=f"{stem}.ipynb")
    taken = fold_held_back(notebook, language)
    findings = tuple(finding for finding in found if finding["key"] not in taken)
    keep_supported(notebook, [f["key"] for f in findings if f["form"] != "not measurable"])
    _clean(notebook)
    body, _ = _exporter().from_notebook_node(notebook)
    body = _one_h1(body, stem)
    title, question = _opening(body)
    return Page(stem, title, question, body, findings)


def _clean(notebook: NotebookNode) -> None:
    """Leave only what a reader may see, and of outputs' HTML only harmless markup."""
    notebook.cells = [
        cell for cell in notebook.cells if cell.cell_type != "raw" and PARAMETERS not in tags(cell)
    ]
    allow = SanitizeHTML(  # type: ignore[no-untyped-call]
        tags=_TAGS.split(),
        attributes={"*": _ATTRIBUTES.split()},
        styles=["text-align"],
        safe_output_keys={"text/plain", "image/png", "image/jpeg"},
        sanitized_output_types={"text/html"},
    )
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs = [
            output
            for output in cell.outputs
            if not (output.output_type == "stream" and output.name == "stderr")
        ]
        for output in cell.outputs:
            html = output.get("data", {}).get("text/html")
            if html is not None:  # pandas puts a style sheet in front of a bare frame
                output.data["text/html"] = re.sub(r"(?s)<style\b.*?</style>", "", html)
        cleaned = allow.sanitize_code_outputs(cell.outputs)  # type: ignore[no-untyped-call]
        # Of a script, a widget or an SVG nothing is left.
        cell.outputs = [output for output in cleaned if output.get("data", True)]


def _exporter() -> HTMLExporter:
    config = Config()
    config.HTMLExporter.exclude_input = True
    config.HTMLExporter.exclude_anchor_links = True
    return HTMLExporter(  # type: ignore[no-untyped-call]
        config=config, template_name="cells", extra_template_basedirs=[str(TEMPLATES)]
    )


def _one_h1(body: str, stem: str) -> str:
    """Keep the first h1 and make the others h2; give the page one if it has none."""
    if "<h1" not in body:
        body = f"<h1>{stem.replace('_', ' ')}</h1>{body}"
    head, mark, rest = body.partition("</h1>")
    rest = re.sub(r"<h1(?=[\s>])", "<h2", rest).replace("</h1>", "</h2>")
    return head + mark + rest


def _opening(body: str) -> tuple[str, str]:
    heading = re.search(r"(?s)<h1[^>]*>(.*?)</h1>\s*(?:<p>(.*?)</p>)?", body)
    assert heading is not None
    return _words(heading[1]), _words(heading[2] or "")


def _words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())
