"""The tables behind the figures about the data: files, checks, coverage."""

from __future__ import annotations

import pandas as pd

from alignment import vocabulary
from alignment.behind.parts import build, integers, percents
from alignment.coverage import Coverage
from alignment.dataset import Dataset
from alignment.exhibits import Table
from alignment.text import Language, Text


def files(data: Dataset, lang: Language) -> Table:
    """Tabulate what became of the rows of each file."""
    counts = ["rows_read", "rows_kept", "rows_merged", "rows_set_aside"]
    frame = data.ledger.files.groupby(["file", "system"], sort=True, dropna=False)[counts].sum()
    return build(
        frame.reset_index(),
        Text(en="Rows of each file", es="Filas de cada archivo"),
        ["file", "system", *counts],
        integers(lang, *counts),
        lang,
        words={"system": vocabulary.SYSTEMS},
    )


def notes(data: Dataset, lang: Language) -> Table:
    """Tabulate what the rules found, in words."""
    found = data.ledger.notes
    frame = pd.DataFrame(
        {
            "note": found["message" if lang == "en" else "message_es"],
            "rows": found["rows"].astype("int64"),
        }
    )
    return build(
        frame,
        Text(en="What the checks found", es="Lo que encontraron las comprobaciones"),
        ["note", "rows"],
        integers(lang, "rows"),
        lang,
    )


def set_aside(data: Dataset, lang: Language) -> Table:
    """Tabulate the reasons for which rows were set aside."""
    reason = data.ledger.set_aside["reason" if lang == "en" else "reason_es"]
    frame = data.ledger.set_aside.assign(reason=reason).groupby(["file", "reason"], sort=True)
    return build(
        frame.size().reset_index(name="rows"),
        Text(en="Rows set aside, by reason", es="Filas apartadas, por motivo"),
        ["file", "reason", "rows"],
        integers(lang, "rows"),
        lang,
    )


def months(result: Coverage, lang: Language) -> Table:
    """Tabulate the rows of each kind by year."""
    frame = result.months.assign(month=result.months["month"].dt.year)
    frame = frame.groupby(["what", "month"], sort=False)["rows"].sum().reset_index()
    years = frame.rename(columns={"month": "year"})
    return build(
        years.astype({"year": "str"}),
        Text(en="Rows of each kind by year", es="Filas de cada tipo por año"),
        ["what", "year", "rows"],
        integers(lang, "rows"),
        lang,
        words={"what": vocabulary.EVENTS},
        labels={"year": Text(en="Year", es="Año")},
    )


def trace(result: Coverage, lang: Language) -> Table:
    """Tabulate how far won deals can be traced."""
    return build(
        result.trace,
        Text(
            en="Won deals that can be traced, step by step",
            es="Negocios ganados que se pueden rastrear, paso a paso",
        ),
        ["step", "won", "share", "low", "high"],
        {**integers(lang, "won"), **percents(lang, "share", "low", "high")},
        lang,
        words={"step": vocabulary.STEPS},
    )
