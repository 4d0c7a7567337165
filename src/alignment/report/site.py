"""The pages around the notebooks' bodies: frame, links, index, and one document for print."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from alignment import vocabulary, wording
from alignment.dataset import Dataset
from alignment.glossary import GLOSSARY
from alignment.report.pages import TEMPLATES, Page
from alignment.report.words import LIMITS, TABLES, WORDS
from alignment.text import Language, Text

HEADLINES = 5  # fewer than this are filled up, where there is more to say
PRINTED_ROWS = 12  # of a table on paper
_FILE_COLUMNS = {
    "file": "file",
    "system": "system",
    "table": "table",
    "rows_read": "read",
    "rows_kept": "kept",
    "rows_merged": "merged",
    "rows_set_aside": "set_aside",
}
_WORDS: Mapping[str, Mapping[str, Text]] = {"system": vocabulary.SYSTEMS, "table": TABLES}


@dataclass(frozen=True)
class Edition:
    """The report in one language.

    Parameters
    ----------
    language : {"es", "en"}
        Its language.
    languages : tuple
        All languages of the report, for the links between them.
    pages : tuple of Page
        The notebooks, in order.
    data : Dataset
        For the window observed and the ledger.
    folder : str
        Name of the folder of exports.
    version, fingerprint : str
        Of the library and of the files read.
    """

    language: Language
    languages: tuple[Language, ...]
    pages: tuple[Page, ...]
    data: Dataset
    folder: str
    version: str
    fingerprint: str


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _css() -> Markup:
    return Markup((TEMPLATES / "report.css").read_text(encoding="utf-8"))


def _common(edition: Edition) -> dict[str, Any]:
    language, data = edition.language, edition.data
    day = partial(wording.date, language=language, timezone=data.timezone)
    facts = {
        "as_of": day(data.as_of),
        "observed_from": day(data.observed_from),
        "folder": edition.folder,
        "version": edition.version,
        "fingerprint": edition.fingerprint,
    }
    words = {key: text[language] for key, text in WORDS.items()}
    words["whose"] = WORDS["whose"].format(**facts)[language]
    words["footer"] = WORDS["footer"].format(**facts)[language]
    others = [other for other in edition.languages if other != language]
    return {
        "lang": language,
        "other": others[0] if others else None,
        "words": words,
        "css": _css(),
        "edition": edition,
    }


def page_html(edition: Edition, number: int) -> str:
    """Render the page of one notebook, which stands in the folder of its language."""
    pages = edition.pages
    shown = pages[number]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            **_common(edition),
            page=shown,
            body=Markup(shown.body),
            before=pages[number - 1] if number else None,
            after=pages[number + 1] if number + 1 < len(pages) else None,
            base="",
            here=f"{shown.stem}.html",
            up="../",
        )
    )


def index_html(edition: Edition, *, at_the_top: bool) -> str:
    """Render the index, for the language's own folder or for the top of the report."""
    return (
        _environment()
        .get_template("index.html.j2")
        .render(
            **_common(edition),
            **_summary(edition),
            base=f"{edition.language}/" if at_the_top else "",
            here="index.html",
            up="" if at_the_top else "../",
            printed=False,
        )
    )


def print_html(edition: Edition) -> str:
    """Render index and pages as one document, with links inside it.

    Paper holds the figures and the first rows of the tables behind them; the pages hold the rest.
    """
    bodies = [Markup(_for_paper(page.body, edition.language)) for page in edition.pages]
    return (
        _environment()
        .get_template("print.html.j2")
        .render(
            **_common(edition), **_summary(edition), bodies=bodies, printed=True, base="", up=""
        )
    )


def _for_paper(body: str, language: Language) -> str:
    """Open the boxes that hold a table, cut to its first rows; of the others leave the name."""

    def box(found: re.Match[str]) -> str:
        name, content = found[1], found[2]
        if "<table>" in content:
            return f"<details open><summary>{name}</summary>{_cut(content, language)}</details>"
        return f'<p class="note">{name}: {WORDS["in_the_page"][language]}</p>'

    return re.sub(r"(?s)<details><summary>(.*?)</summary>(.*?)</details>", box, body)


def _cut(content: str, language: Language) -> str:
    """Cut long tables, saying how many rows the page has."""

    def cut(found: re.Match[str]) -> str:
        rows = re.findall(r"(?s)<tr>.*?</tr>", found[2])
        if len(rows) <= PRINTED_ROWS + 2:  # a note in place of one or two rows saves nothing
            return found[0]
        count = wording.integer(len(rows) - PRINTED_ROWS, language)
        note = WORDS["more_rows"].format(count=count)[language]
        columns = found[1].count('scope="col"')
        foot = f'<tfoot><tr><td colspan="{columns}">{note}</td></tr></tfoot>'
        return f"{found[1]}<tbody>{''.join(rows[:PRINTED_ROWS])}</tbody>{foot}</table>"

    table = r"(?s)(<table>(?:(?!<tbody>|</table>).)*)<tbody>(.*?)</tbody>.*?</table>"
    return re.sub(table, cut, content)


def _summary(edition: Edition) -> dict[str, Any]:
    said = [(page, finding) for page in edition.pages for finding in page.findings]
    told = [
        place
        for place, (_, finding) in enumerate(said)
        if finding["headline"] and finding["form"] != "not measurable"
    ]
    if not told:  # the less important ones, rather than to say that there is nothing
        told = [place for place, (_, finding) in enumerate(said) if finding["form"] == "claim"]
    # The first of each page, since one page answers one question; then what else was found.
    first = list({said[place][0].stem: place for place in reversed(told)}.values())
    more = [place for place in told if place not in first][: max(HEADLINES - len(first), 0)]
    return {
        "headlines": [said[place] for place in sorted([*first, *more])],
        "unmeasured": _unmeasured(said),
        "ledger": _ledger(edition),
        "limits": [text[edition.language] for text in LIMITS],
        "glossary": [
            (term.term[edition.language], term.meaning[edition.language]) for term in GLOSSARY
        ],
    }


def _unmeasured(
    said: Sequence[tuple[Page, Mapping[str, Any]]],
) -> list[tuple[str, list[tuple[Page, str]]]]:
    """Give each reason once, with the places it concerns: one missing export stops many."""
    places: dict[str, list[tuple[Page, str]]] = {}
    for page, finding in said:
        if finding["form"] == "not measurable":
            where = places.setdefault(_without_prefix(finding["title"]), [])
            if page not in [known for known, _ in where]:
                where.append((page, finding["anchor"]))
    return list(places.items())


def _without_prefix(reason: str) -> str:
    """Leave out what the section's own title says already."""
    for prefix in ("Not measurable: ", "No medible: "):
        if reason.startswith(prefix):
            rest = reason.removeprefix(prefix)
            return rest[:1].upper() + rest[1:]
    return reason


def _ledger(edition: Edition) -> dict[str, Any]:
    language, ledger = edition.language, edition.data.ledger
    count = partial(wording.integer, language=wording.reader(language, edition.data))
    totals = [(count(number), WORDS[name][language]) for name, number in ledger.totals.items()]
    files = [
        [
            count(row[name])
            if name.startswith("rows_")
            else _text(_WORDS.get(name, {}).get(row[name], row[name]), language)
            for name in _FILE_COLUMNS
        ]
        for row in ledger.files.to_dict("records")
    ]
    message = {"en": "message", "es": "message_es"}[language]
    return {
        "totals": totals,
        "columns": [WORDS[key][language] for key in _FILE_COLUMNS.values()],
        "files": files,
        "notes": [str(text) for text in ledger.notes[message].dropna()],
    }


def _text(value: Any, language: Language) -> str:
    if isinstance(value, Text):
        return value[language]
    return wording.MISSING[language] if pd.isna(value) else str(value)
