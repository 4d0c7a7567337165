"""What ``alignment check`` prints: what was recognised, what is odd, what each notebook needs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
from rich.console import Console
from rich.table import Table

from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.exports.drafting import mapping_start
from alignment.exports.reading import NOT_RECOGNISED
from alignment.text import Language, Text

WIDTH = 100

_NOTEBOOKS: Mapping[str, Text] = {
    "00_data": Text(en="what we can believe", es="qué podemos creer"),
    "02_lead_to_close": Text(en="from interest to close", es="del interés al cierre"),
    "03_attribution": Text(en="shared credit", es="crédito compartido"),
    "04_long_and_short": Text(en="the long and the short run", es="largo y corto plazo"),
}
_NEEDS: Mapping[str, Text] = {
    "closings": Text(
        en="Needs deals with a closing date: none of the {n} deals in the exports has one.",
        es="Necesita negocios con fecha de cierre: ninguno de los {n} exportados la tiene.",
    ),
    "starts": Text(
        en="Needs leads or deals with a date of creation.",
        es="Necesita leads o negocios con fecha de creación.",
    ),
    "touches": Text(
        en="Needs dated touches of leads: calls, meetings, e-mails or campaign responses "
        "(Salesforce: CampaignMember, Task, Event; HubSpot: contacts).",
        es="Necesita contactos fechados con leads: llamadas, reuniones, correos o respuestas a "
        "campañas (Salesforce: CampaignMember, Task, Event; HubSpot: contactos).",
    ),
    "won": Text(en="Needs deals that were won.", es="Necesita negocios ganados."),
    "touches or spend": Text(
        en="Needs dated touches of leads, or spend by campaign.",
        es="Necesita contactos fechados con leads, o la inversión por campaña.",
    ),
    "value": Text(
        en="Needs won deals with an amount: none of the {n} won deals has one.",
        es="Necesita negocios ganados con importe: ninguno de los {n} ganados lo tiene.",
    ),
}
_WORDS: Mapping[str, Text] = {
    "files": Text(en="What was recognised", es="Qué se reconoció"),
    "file": Text(en="file", es="archivo"),
    "as": Text(en="recognised as", es="reconocido como"),
    "read": Text(en="rows read", es="filas leídas"),
    "kept": Text(en="kept", es="usadas"),
    "merged": Text(en="merged", es="unidas"),
    "aside": Text(en="set aside", es="apartadas"),
    "total": Text(en="all files", es="todos"),
    "nobody": Text(en="not recognised", es="no reconocido"),
    "aside_title": Text(en="Why rows were set aside", es="Por qué se apartaron filas"),
    "reason": Text(en="reason", es="motivo"),
    "rows": Text(en="rows", es="filas"),
    "example": Text(en="example", es="ejemplo"),
    "notes": Text(en="What is worth knowing", es="Lo que conviene saber"),
    "decisions": Text(en="What was decided, and why", es="Qué se decidió y por qué"),
    "column": Text(en="column", es="columna"),
    "decision": Text(en="decision", es="decisión"),
    "evidence": Text(en="because", es="porque"),
    "window": Text(
        en="The exports end on {as_of}; closings are recorded from {start} on. "
        "Days are counted in {zone}; amounts are reported in {currency}.",
        es="Las exportaciones terminan el {as_of}; los cierres se registran desde el {start}. "
        "Los días se cuentan en {zone}; los importes se dan en {currency}.",
    ),
    "no money": Text(en="no currency", es="ninguna moneda"),
    "notebooks": Text(en="What each notebook can say", es="Qué puede decir cada cuaderno"),
    "runs": Text(en="Can run.", es="Puede ejecutarse."),
    "draft": Text(
        en="Nobody knows {file}. To use it, put this into mapping.toml and correct it:",
        es="Nadie reconoce {file}. Para usarlo, pon esto en mapping.toml y corrígelo:",
    ),
}


@dataclass(frozen=True)
class Checked:
    """What the exports hold and what can be asked of them.

    Parameters
    ----------
    files : DataFrame
        The ledger's files: what was recognised, by what, and what became of the rows.
    aside : DataFrame
        ``file``, ``reason``, ``rows`` and ``example`` of the rows set aside.
    notes, decisions : DataFrame
        The ledger's.
    runnable : Mapping of str to (Text or None)
        What each notebook still needs, in a sentence; None where it can run.
    drafts : Mapping of str to str
        The beginning of a ``mapping.toml`` for each file that was not recognised.
    """

    files: pd.DataFrame
    aside: pd.DataFrame
    notes: pd.DataFrame
    decisions: pd.DataFrame
    runnable: Mapping[str, Text | None]
    drafts: Mapping[str, str]

    @property
    def can_run(self) -> bool:
        """Whether at least one analysis (beside the book of the data itself) can run."""
        return any(need is None for name, need in self.runnable.items() if name != "00_data")


def _need_lead_to_close(data: Dataset) -> None:
    deals = data.require("opportunities")
    if not deals["closed_at"].notna().any():
        raise NotMeasurable(_NEEDS["closings"].format(n=len(deals)))
    if not (data.has("leads") and data.has("opportunities", "lead_id")) and not data.has(
        "opportunities", "created_at"
    ):
        raise NotMeasurable(_NEEDS["starts"])


def _need_attribution(data: Dataset) -> None:
    if not data.has("touches", "lead_id"):
        raise NotMeasurable(_NEEDS["touches"])
    if not (data.require("opportunities")["status"] == "won").any():
        raise NotMeasurable(_NEEDS["won"])


def _need_long_and_short(data: Dataset) -> None:
    if not data.has("touches", "lead_id") and not data.has("spend"):
        raise NotMeasurable(_NEEDS["touches or spend"])
    deals = data.require("opportunities")
    won = deals[deals["status"] == "won"]
    if not len(won):
        raise NotMeasurable(_NEEDS["won"])
    if not (won["amount"] > 0).any():
        raise NotMeasurable(_NEEDS["value"].format(n=len(won)))


_REQUIREMENTS: Mapping[str, Callable[[Dataset], None]] = {
    "00_data": lambda data: None,
    "02_lead_to_close": _need_lead_to_close,
    "03_attribution": _need_attribution,
    "04_long_and_short": _need_long_and_short,
}


def runnable(data: Dataset) -> dict[str, Text | None]:
    """Say of each notebook what it still needs, in one sentence; None where it can run."""
    found: dict[str, Text | None] = {}
    for name, need in _REQUIREMENTS.items():
        try:
            need(data)
            found[name] = None
        except NotMeasurable as reason:
            found[name] = reason.reason
    return found


def describe(data: Dataset) -> Checked:
    """Gather what ``alignment check`` prints."""
    ledger = data.ledger
    unknown = ledger.decisions["decision"] == NOT_RECOGNISED
    drafts = {
        str(row.file): mapping_start(str(row.file), json.loads(str(row.evidence)))
        for row in ledger.decisions[unknown].itertuples()
    }
    aside = ledger.set_aside.groupby(["file", "reason"], as_index=False, sort=True).agg(
        rows=("row", "size"), example=("row", "min")
    )
    return Checked(
        files=ledger.files,
        aside=aside,
        notes=ledger.notes,
        decisions=ledger.decisions[~unknown].reset_index(drop=True),
        runnable=runnable(data),
        drafts=drafts,
    )


def render(data: Dataset, console: Console, language: Language = "en") -> bool:
    """Print what was recognised, what is odd, and what each notebook needs, 100 columns wide.

    Parameters
    ----------
    data : Dataset
        A loaded folder.
    console : rich.console.Console
        Where to print.
    language : str
        ``en`` or ``es``.

    Returns
    -------
    bool
        Whether at least one analysis can run.
    """
    checked = describe(data)
    before = console.width
    if not console.is_terminal:
        console.width = WIDTH  # a pipe or a file has no width of its own
    try:
        _print(checked, data, console, language)
    finally:
        console.width = before
    return checked.can_run


def _print(checked: Checked, data: Dataset, console: Console, language: Language) -> None:
    width = min(WIDTH, console.width)

    def word(name: str) -> str:
        return _WORDS[name][language]

    for table in (
        _files(checked, data, word),
        _aside(checked, word),
        _notes(checked, language, word),
        _how(checked, word),
    ):
        if table.row_count:
            console.print(table, width=width, soft_wrap=False)
            console.print()
    console.print(_window(data, language), width=width, soft_wrap=False)
    console.print()
    console.print(_notebooks(checked, language, word), width=width, soft_wrap=False)
    for file, draft in checked.drafts.items():
        console.print()
        console.print(_WORDS["draft"].format(file=file)[language], width=width, soft_wrap=False)
        console.print(draft, soft_wrap=True)


def _table(title: str, *columns: tuple[str, dict[str, object]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, expand=True)
    for header, options in columns:
        table.add_column(header, **options)  # type: ignore[arg-type]
    return table


_NUMBER: dict[str, object] = {"justify": "right", "no_wrap": True}
_FOLD: dict[str, object] = {"overflow": "fold"}


def _files(checked: Checked, data: Dataset, word: Callable[[str], str]) -> Table:
    table = _table(
        word("files"),
        (word("file"), _FOLD | {"ratio": 6}),
        (word("as"), _FOLD | {"ratio": 5}),
        (word("read"), _NUMBER),
        (word("kept"), _NUMBER),
        (word("merged"), _NUMBER),
        (word("aside"), _NUMBER),
    )
    for row in checked.files.itertuples():
        known = isinstance(row.table, str)
        kind = str(row.recognised_by).split(": ", 1)[0]
        table.add_row(
            str(row.file),
            f"{row.system} {kind}" if known else word("nobody"),
            *(f"{n:,}" for n in (row.rows_read, row.rows_kept, row.rows_merged)),
            f"{row.rows_set_aside:,}",
        )
    table.add_section()
    table.add_row(word("total"), "", *(f"{n:,}" for n in data.ledger.totals))
    return table


def _how(checked: Checked, word: Callable[[str], str]) -> Table:
    """Show the evidence for each file, then for each column that left a choice."""
    table = _table(
        word("decisions"),
        (word("file"), _FOLD | {"ratio": 4}),
        (word("column"), _FOLD | {"ratio": 2}),
        (word("decision"), _FOLD | {"ratio": 4}),
        (word("evidence"), _FOLD | {"ratio": 5}),
    )
    for row in checked.files.itertuples():
        known = isinstance(row.table, str)
        where = f"{row.encoding}, {row.delimiter}, header on line {row.header_row}"
        evidence = str(row.recognised_by).split(": ", 1)[1] if known else ""
        kind = f"{row.table}; {where}" if known else where
        table.add_row(str(row.file), "", kind, evidence)
    usual = checked.decisions["decision"].isin(["encoding utf-8", "encoding utf-8-sig"])
    for entry in checked.decisions[~usual].to_dict("records"):
        table.add_row(
            *(
                entry[name] if isinstance(entry[name], str) else ""
                for name in ("file", "column", "decision", "evidence")
            )
        )
    return table


def _aside(checked: Checked, word: Callable[[str], str]) -> Table:
    table = _table(
        word("aside_title"),
        (word("file"), _FOLD | {"ratio": 4}),
        (word("reason"), _FOLD | {"ratio": 8}),
        (word("rows"), _NUMBER),
        (word("example"), _NUMBER),
    )
    for row in checked.aside.itertuples():
        table.add_row(str(row.file), str(row.reason), f"{row.rows:,}", f"row {row.example}")
    return table


def _notes(checked: Checked, language: Language, word: Callable[[str], str]) -> Table:
    table = _table(
        word("notes"), ("", _FOLD | {"ratio": 8}), (word("example"), _FOLD | {"ratio": 4})
    )
    message = "message" if language == "en" else "message_es"
    for row in checked.notes.to_dict("records"):
        example = row["example"] if isinstance(row["example"], str) else ""
        table.add_row(str(row[message]), example)
    return table


def _window(data: Dataset, language: Language) -> str:
    return _WORDS["window"].format(
        as_of=data.as_of.tz_convert(data.timezone).strftime("%Y-%m-%d"),
        start=data.observed_from.tz_convert(data.timezone).strftime("%Y-%m-%d"),
        zone=data.timezone,
        currency=data.currency or _WORDS["no money"],
    )[language]


def _notebooks(checked: Checked, language: Language, word: Callable[[str], str]) -> Table:
    table = _table(
        word("notebooks"),
        ("", {"no_wrap": True}),
        ("", {"no_wrap": True}),
        ("", _FOLD | {"ratio": 1}),
    )
    for name, need in checked.runnable.items():
        table.add_row(
            name, _NOTEBOOKS[name][language], word("runs") if need is None else need[language]
        )
    return table
