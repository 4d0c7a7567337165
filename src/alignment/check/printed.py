"""The ledger and the needs of each notebook in words, for a terminal of 100 columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
from rich.console import Console
from rich.table import Table

from alignment.check.described import Checked, describe
from alignment.check.needs import NOTEBOOKS
from alignment.dataset import Dataset
from alignment.ledger import NOT_READ
from alignment.text import Language, Text
from alignment.wording import integer, money, percent

WIDTH = 100

_WORDS: Mapping[str, Text] = {
    "files": Text(en="What was recognised", es="Qué se reconoció"),
    "file": Text(en="file", es="archivo"),
    "as": Text(en="recognised as", es="reconocido como"),
    "read": Text(en="rows read", es="filas leídas"),
    "kept": Text(en="kept", es="conservadas"),
    "merged": Text(en="merged", es="unidas"),
    "aside": Text(en="set aside", es="apartadas"),
    "total": Text(en="all files", es="todos"),
    "not read": Text(en="not read", es="no leído"),
    "nobody": Text(en="not recognised", es="no reconocido"),
    "aside_title": Text(en="Why rows were set aside", es="Por qué se apartaron filas"),
    "merged_title": Text(en="Why rows were merged", es="Por qué se unieron filas"),
    "reason": Text(en="reason", es="motivo"),
    "rows": Text(en="rows", es="filas"),
    "example": Text(en="example", es="ejemplo"),
    "row": Text(en="row {row}", es="fila {row}"),
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
    "traced": Text(
        en="Of the value won, {share} ({part} of {whole}) has a journey with at least one touch of "
        "marketing and one of sales; {both} of {wins} won.",
        es="Del valor ganado, el {share} ({part} de {whole}) tiene un recorrido con al menos una "
        "interacción de marketing y una de ventas; {both} de {wins} ganados.",
    ),
    "traced deals": Text(
        en="Of the {wins} won, {both} ({share}) have a journey with at least one touch of "
        "marketing and one of sales; no won value can be added up.",
        es="De los {wins} ganados, {both} ({share}) tienen un recorrido con al menos una "
        "interacción "
        "de marketing y una de ventas; no hay valor ganado que sumar.",
    ),
    "no money": Text(en="no currency", es="ninguna moneda"),
    "notebooks": Text(en="What each notebook can say", es="Qué puede decir cada cuaderno"),
    "runs": Text(en="Can run.", es="Puede ejecutarse."),
    "draft": Text(
        en="Nobody knows {file}. To use it, put this into mapping.toml and correct it:",
        es="Nadie reconoce {file}. Para usarlo, pon esto en mapping.toml y corrígelo:",
    ),
}


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
        _why(checked.aside, "aside_title", language, word),
        _why(checked.merged, "merged_title", language, word),
        _notes(checked, language, word),
        _how(checked, word),
    ):
        if table.row_count:
            console.print(table, width=width, soft_wrap=False)
            console.print()
    for sentence in (_window(data, language), _traced(checked, language)):
        if sentence:
            console.print(sentence, width=width, soft_wrap=False)
            console.print()
    console.print(_notebooks(checked, language, word), width=width, soft_wrap=False)
    for file, draft in checked.drafts.items():
        console.print()
        console.print(
            _WORDS["draft"].format(file=_clean(file))[language], width=width, soft_wrap=False
        )
        console.print(_clean_lines(draft), soft_wrap=True)


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
        unknown = word("not read" if row.system == NOT_READ else "nobody")
        table.add_row(
            _clean(row.file),
            f"{row.system} {kind}" if known else unknown,
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
    for row in checked.files[checked.files["system"] != NOT_READ].itertuples():
        known = isinstance(row.table, str)
        where = f"{row.encoding}, {row.delimiter}, header on line {row.header_row}"
        evidence = str(row.recognised_by).split(": ", 1)[1] if known else ""
        kind = f"{row.table}; {where}" if known else where
        table.add_row(_clean(row.file), "", kind, _clean(evidence))
    usual = checked.decisions["decision"].isin(["encoding utf-8", "encoding utf-8-sig"])
    for entry in checked.decisions[~usual].to_dict("records"):
        table.add_row(
            *(
                _clean(entry[name]) if isinstance(entry[name], str) else ""
                for name in ("file", "column", "decision", "evidence")
            )
        )
    return table


def _why(found: pd.DataFrame, title: str, language: Language, word: Callable[[str], str]) -> Table:
    """Show for which reasons rows were set aside, or merged."""
    table = _table(
        word(title),
        (word("file"), _FOLD | {"ratio": 4}),
        (word("reason"), _FOLD | {"ratio": 8}),
        (word("rows"), _NUMBER),
        (word("example"), _NUMBER),
    )
    for row in found.itertuples():
        reason = row.reason if language == "en" else row.reason_es
        example = _WORDS["row"].format(row=str(row.example))[language]
        table.add_row(_clean(row.file), _clean(reason), f"{row.rows:,}", example)
    return table


def _notes(checked: Checked, language: Language, word: Callable[[str], str]) -> Table:
    table = _table(
        word("notes"),
        ("", _FOLD | {"ratio": 8}),
        (word("rows"), _NUMBER),
        (word("example"), _FOLD | {"ratio": 4}),
    )
    message = "message" if language == "en" else "message_es"
    for row in checked.notes.to_dict("records"):
        example = row["example"] if isinstance(row["example"], str) else ""
        table.add_row(_clean(row[message]), f"{row['rows']:,}", _clean(example))
    return table


def _window(data: Dataset, language: Language) -> str:
    return _WORDS["window"].format(
        as_of=data.as_of.tz_convert(data.timezone).strftime("%Y-%m-%d"),
        start=data.observed_from.tz_convert(data.timezone).strftime("%Y-%m-%d"),
        zone=data.timezone,
        currency=data.currency or _WORDS["no money"],
    )[language]


def _traced(checked: Checked, language: Language) -> str:
    """Say how much of the won value both teams touched; nothing where nothing was won."""
    found = checked.traced
    if found is None or found.share is None:
        return ""
    counts = {"wins": f"{found.wins:,}", "both": f"{found.wins_both:,}"}
    share = percent(found.share, language)
    if found.value <= 0:
        return _WORDS["traced deals"].format(share=share, **counts)[language]
    amounts = (found.value_both, found.value)
    if found.currency is None:
        part, whole = (integer(v, language) for v in amounts)
    else:
        part, whole = (money(v, language, currency=found.currency) for v in amounts)
    return _WORDS["traced"].format(share=share, part=part, whole=whole, **counts)[language]


def _clean(text: object) -> str:
    """Leave out what could steer a terminal: names from the data may hold anything."""
    return "".join(c if c.isprintable() else " " for c in str(text))


def _clean_lines(text: str) -> str:
    return "\n".join(map(_clean, text.split("\n")))


def _notebooks(checked: Checked, language: Language, word: Callable[[str], str]) -> Table:
    table = _table(
        word("notebooks"),
        ("", {"no_wrap": True}),
        ("", {"no_wrap": True}),
        ("", _FOLD | {"ratio": 1}),
    )
    for name, need in checked.runnable.items():
        table.add_row(
            name, NOTEBOOKS[name][language], word("runs") if need is None else need[language]
        )
    return table
