"""A vetoed model takes one section of the report; a model that stands takes its own ones."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from alignment import findings
from alignment.exhibits import Finding
from alignment.findings.checks import KEY, rests_on_model
from alignment.horizons import Diagnostics
from alignment.report import notebooks
from alignment.report.pages import page
from alignment.text import LANGUAGES, Text

MONEY = "MXN 7.5K to MXN 73.5K"
WHY = "fails a check that it must pass"


def checks(date=True, forecast=True):
    frame = pd.DataFrame(
        {
            "check": ["placebo date", "forecast"],
            "subject": ["26 weeks", "last weeks"],
            "passed": pd.array([date, forecast], dtype="boolean"),
        }
    )
    empty = pd.DataFrame()
    return Diagnostics(frame, empty, empty, empty)


@dataclass(frozen=True)
class Model:
    """Stands for a result with its checks."""

    checks: Diagnostics | None


@rests_on_model
def brings(result, checks=None):
    return Finding("brings", "inconclusive", Text.same(MONEY), Text.same(WHY), headline=True)


@rests_on_model
def stock(result):
    return Finding("stock", "inconclusive", Text.same("Stock, " + MONEY), Text.same(WHY))


def shown(*cells):
    """Give code cells that display what they are given, in English."""
    made = []
    for found in cells:
        data = found.in_language("en")._repr_mimebundle_()[0]
        note = {"text/html": f"<p>figure of {found.key}</p>"}
        outputs = [new_output("display_data", one) for one in (data, note)]
        made.append(new_code_cell("show(…)", outputs=outputs))
    return made


def plain(key):
    return Finding(key, "claim", Text.same(f"Deals: {key}"))


def notebook(known):
    """Give deals, two sections of the model, an experiment and the checks."""
    return new_notebook(
        cells=[
            new_markdown_cell("# Long and short\n\nWhat?"),
            new_markdown_cell("## Deals"),
            *shown(plain("deals")),
            new_markdown_cell("## What a week <brings>\n\nNothing is claimed."),
            *shown(brings(None, checks=known)),
            new_markdown_cell("## Whether brand lasts"),
            *shown(stock(Model(known))),
            new_markdown_cell("## Experiments"),
            *shown(plain("experiments")),
            new_markdown_cell("## Checks"),
            *shown(findings.model_checks(known)),
            new_markdown_cell("Of the stock.", metadata={"tags": ["needs:stock"]}),
            new_markdown_cell("## Decide\n\nSign it.", metadata={"tags": ["needs:deals"]}),
        ]
    )


@pytest.mark.parametrize("vetoed", [checks(date=False), checks(forecast=False), checks(None, None)])
def test_of_a_vetoed_model_leaders_read_one_section(vetoed):
    made = page(notebook(vetoed), "04", "en")
    assert [record["key"] for record in made.findings] == ["deals", "experiments", KEY]
    for absent in (MONEY, WHY, "figure of brings", "figure of stock", "Of the stock"):
        assert absent not in made.body
    for present in ("Deals: deals", "Deals: experiments", "figure of model-checks", "Sign it"):
        assert present in made.body
    # The questions left open stand once, under the reason and before its figure.
    assert "<h2" in made.body
    assert made.body.count("What a week &lt;brings&gt;") == 1
    order = [
        "Left out of this page",
        "What a week",
        "Whether brand lasts",
        "figure of model-checks",
    ]
    places = [made.body.index(words) for words in order]
    assert places == sorted(places)
    assert made.body.index('id="finding-model-checks"') < places[0]


def test_of_a_model_that_stands_leaders_read_every_section():
    made = page(notebook(checks()), "04", "en")
    keys = ["deals", "brings", "stock", "experiments", KEY]
    assert [record["key"] for record in made.findings] == keys
    assert "Left out of this page" not in made.body
    assert made.body.count(MONEY) == 2
    assert "Of the stock" in made.body


def test_an_unchecked_model_is_held_back_and_the_list_is_in_the_page_s_language():
    unchecked = Finding(KEY, "not measurable", Text.same("Not measurable: no weeks."))
    cells = [
        new_markdown_cell("# t"),
        new_markdown_cell("## Pregunta"),
        *shown(brings(None)),
        new_markdown_cell("## Pruebas"),
        *shown(unchecked),
    ]
    body = page(new_notebook(cells=cells), "04", "es").body
    assert MONEY not in body
    assert "Fuera de esta página por ese motivo" in body
    assert "<li>Pregunta</li>" in body


@pytest.mark.parametrize("known", [True, False])
def test_a_section_with_something_else_or_without_its_reason_stays(known):
    cells = [
        new_markdown_cell("# t"),
        new_markdown_cell("## Both"),
        *shown(brings(None), *([plain("deals")] if known else [])),
        *(shown(findings.model_checks(checks(date=False))) if known else []),
    ]
    made = page(new_notebook(cells=cells), "04", "en")
    assert MONEY in made.body
    assert "Left out" not in made.body
    assert made.findings[0]["held_back_by"] == KEY


def test_each_section_of_the_model_stands_alone_in_the_notebook():
    (path,) = [p for p in notebooks.find(notebooks.notebooks_folder()) if p.stem.startswith("04")]
    made = notebooks.read(path)
    notebooks.keep_language(made, "en")
    source = "\n".join(cell.source for cell in made.cells)
    assert "finding=findings.learned_from_data," not in source  # without its checks
    held = 0
    for section in re.split(r"(?m)^## ", source)[1:]:
        named = set(re.findall(r"findings\.(\w+)", section)) - {"checked"}
        rests = {name for name in named if hasattr(getattr(findings, name), "__wrapped__")}
        assert rests in (set(), named)
        held += len(rests)
    assert held == 7


def test_the_checks_say_what_a_veto_means_and_what_would_tell():
    said = findings.model_checks(checks(date=False)).detail
    assert "yet to come seems to bring as much as the real one" in said.en
    assert "regions drawn by lot tells without the model" in said.en
    assert "regiones al azar" in said.es
    forecast = findings.model_checks(checks(forecast=False)).detail.en
    assert forecast.startswith("The value of a year before forecasts better")
    untried = findings.model_checks(checks(None, None)).detail.en
    assert untried.startswith("More weeks on record")
    assert findings.model_checks(checks()).detail.en.startswith("Passing is no proof")


def test_the_mark_is_kept_from_what_stands_and_from_other_records():
    for lang in LANGUAGES:
        told = brings(None, checks()).in_language(lang)._repr_mimebundle_()[0]
        assert all("held_back_by" not in record for record in told.values())
    held = brings(None, checks(date=False))
    assert replace(held, held_back_by=None) == brings(None, checks())
