"""What several rooms' tests share: a tiny report, and the system's Chromium.

The report is made of a dataset without exports and two tiny notebooks, so that it is tested by
itself; nothing is downloaded for the browser.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from hypothesis import settings
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from alignment.dataset import Dataset
from alignment.ledger import FILE_COLUMNS, NOTE_COLUMNS, SET_ASIDE_COLUMNS, Ledger

# A busy machine is no reason to fail, and a failure must be the same one for everybody.
settings.register_profile("alignment", deadline=None, derandomize=True)
settings.load_profile("alignment")

QUIET = ["--disable-background-networking", "--disable-component-update"]
HOSTILE = (
    r"<script>alert(1)</script><img src=x onerror=alert(2)> $\frac{1$ [x](javascript:alert(3)) {"
)

PARAMETERS = """\
folder = "../data/sample"  # the exports
lang = "es"
currency = None
"""

FIRST = """\
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from alignment import style, wording
from alignment.exhibits import Finding, NotMeasured, Table, drawing, show, assumptions
from alignment.results import About, Result
from alignment.text import Text
hostile = {hostile!r}
class Credit(Result):
    frame = pd.DataFrame({{"channel": [hostile, "webinars", "calls"], "share": [0.41, 0.34, 0.25]}})
    about = About(Text.same("Shapley."), 0.9, (Text.same("It holds."),), {{"open": 3}})
"""

SECOND = """\
def first(credit):
    return Finding(
        "first-channel",
        "claim",
        Text(
            en="{name} opens 41% of the value won (36% to 46%)",
            es="{name} abre el 41 % del valor ganado (entre 36 % y 46 %)",
        ).format(name=hostile),
        Text(en="More than any other channel.", es="Más que ningún otro canal."),
        headline=True,
    )
alt = lambda credit: Text(en="Bars: {name} 41%", es="Barras: {name} 41 %").format(name=hostile)
@drawing(alt=alt, subtitle=lambda credit: Text(en="Share of US$ 3M", es="Parte de 3 M US$ a US$"))
def bars(axes, credit, lang, **options):
    axes.barh([style.label(name) for name in credit.frame["channel"]], credit.frame["share"])
def behind(credit, lang):
    return Table(credit.frame, hostile, columns={"channel": hostile, "share": "%"}, lang=lang)
show(Credit(), lang, finding=first, figure=bars, table=behind, note=Text.same(hostile))
assumptions(Credit(), lang)
"""

THIRD = """\
import sys, warnings
warnings.warn("a warning that no reader should see")
print("to the error stream", file=sys.stderr)
print(folder, lang, currency)
Credit.frame
"""


def notebook(*cells: Any) -> Any:
    made = new_notebook(cells=list(cells))
    made.metadata["kernelspec"] = {
        "name": "no-such-kernel",
        "display_name": "x",
        "language": "python",
    }
    return made


def tagged(cell: Any, *tags: str) -> Any:
    cell.metadata["tags"] = list(tags)
    return cell


def parameters() -> Any:
    return tagged(new_code_cell(PARAMETERS), "parameters")


def prose(en: str, es: str) -> list[Any]:
    return [
        tagged(new_markdown_cell(en), "lang-en"),
        tagged(new_markdown_cell(es), "lang-es"),
    ]


@pytest.fixture(scope="session")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two notebooks: one with all exhibits, one whose question cannot be answered."""
    folder = tmp_path_factory.mktemp("notebooks")
    full = notebook(
        *prose(
            "# Who opens\n\nWhich channel comes first?", "# Quién abre\n\n¿Qué canal va primero?"
        ),
        parameters(),
        new_code_cell(FIRST.format(hostile=HOSTILE)),
        new_code_cell(SECOND),
        new_code_cell(THIRD),
        tagged(new_code_cell("print('only for the analyst')"), "analyst"),
        *prose("# A second title", "# Un segundo título"),
    )
    missing = notebook(
        *prose("# What pays later", "# Qué rinde después"),
        parameters(),
        new_code_cell(
            "from alignment.exhibits import NotMeasured, show\n"
            "from alignment.text import Text\n"
            "reason = Text(en='Not measurable: no spend.', es='No medible: no hay inversión.')\n"
            "def later(result): return 1 / 0\n"
            "show(NotMeasured(reason), lang, finding=later)"
        ),
    )
    nbformat.write(full, folder / "00_first.ipynb")
    nbformat.write(missing, folder / "01_second.ipynb")
    return folder


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exports")
    (folder / "leads.csv").write_text("Id\n1\n2\n3\n4\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    return load(Path())


def load(folder: Path, **options: Any) -> Dataset:
    """Stand in for alignment.load, with a hostile name wherever the ledger can hold one."""
    row = ["leads.csv", HOSTILE, "leads", "", "utf-8", ",", 1, 1234, 1230, 3, 1]
    note = ["rule", "leads.csv", 1, "row 2", HOSTILE, HOSTILE]
    return Dataset(
        as_of=pd.Timestamp("2026-03-04T23:30Z"),
        observed_from=pd.Timestamp("2024-01-01T00:00Z"),
        ledger=Ledger(
            files=pd.DataFrame([row], columns=list(FILE_COLUMNS)),
            set_aside=pd.DataFrame(
                [["leads.csv", 3, "no date", "sin fecha", "CreatedDate", ""]],
                columns=list(SET_ASIDE_COLUMNS),
            ),
            notes=pd.DataFrame([note], columns=list(NOTE_COLUMNS)),
        ),
    )


@pytest.fixture(scope="session")
def load_dataset() -> Any:
    return load


@pytest.fixture(scope="session")
def report(exports: Path, notebooks: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a report in both languages."""
    from alignment.report import build

    out = tmp_path_factory.mktemp("site") / "reports"
    build(exports, out, notebooks_in=notebooks, load=load)
    return out


@pytest.fixture(scope="session")
def hostile() -> str:
    return HOSTILE


@pytest.fixture(scope="session")
def chromium():
    from alignment.report.pdf import browser

    executable = browser()
    if executable is None:
        pytest.skip("no Chromium or Chrome on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=executable, args=QUIET + ["--no-sandbox"] * root
        )
        yield running
        running.close()
