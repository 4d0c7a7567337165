"""Exhibits show the same in HTML and plain text, and never let data become markup."""

from __future__ import annotations

import base64
import json
from html.parser import HTMLParser
from io import BytesIO

import matplotlib.image
import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment import exhibits, style, wording
from alignment.errors import CurrencyError, NotMeasurable
from alignment.exhibits import (
    FINDING_TYPE,
    Figure,
    Finding,
    NotMeasured,
    Table,
    anchor,
    assumptions,
    drawing,
    measure,
    show,
)
from alignment.results import About, Result
from alignment.text import Text

HOSTILE = r"<script>alert(1)</script>\"' onerror=alert(2) $\frac{1$ [x](javascript:alert(3)) {"
OURS = {
    "section",
    "h3",
    "p",
    "div",
    "table",
    "caption",
    "thead",
    "tbody",
    "tfoot",
    "tr",
    "th",
    "td",
}
OURS |= {"details", "summary", "ul", "li", "strong"}


class Seen(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], {}, ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.setdefault(tag, []).append(dict(attrs))

    def handle_data(self, data):
        self.text += data


def bundle(exhibit):
    return exhibit._repr_mimebundle_()[0]


@pytest.fixture
def shown(monkeypatch):
    """Collect what is displayed instead of displaying it."""
    collected = []
    monkeypatch.setattr("alignment.exhibits.showing._display", collected.append)
    return collected


# Finding


def test_a_finding_says_the_same_in_html_plain_text_and_json():
    finding = Finding(
        "first channel",
        "claim",
        Text(en="Search opens 41%", es="La búsqueda abre 41 %"),
        Text(en="Of 12 deals.", es="De 12 ventas."),
        headline=True,
    )
    data = bundle(finding.in_language("es"))
    seen = Seen(data["text/html"])
    assert seen.tags == ["section", "h3", "p"]
    assert seen.attributes["section"] == [{"class": "finding claim", "id": "finding-first-channel"}]
    assert seen.text == "La búsqueda abre 41 %De 12 ventas."
    assert data["text/plain"] == "La búsqueda abre 41 %\nDe 12 ventas."
    assert data[FINDING_TYPE] == {
        "key": "first channel",
        "form": "claim",
        "title": "La búsqueda abre 41 %",
        "detail": "De 12 ventas.",
        "headline": True,
        "anchor": "finding-first-channel",
    }
    assert bundle(finding.in_language("en"))["text/plain"] == "Search opens 41%\nOf 12 deals."


def test_an_inconclusive_finding_says_so_in_words():
    data = bundle(Finding("k", "inconclusive", Text.same("x")).in_language("en"))
    assert data["text/plain"] == "Not clear yet: x"
    assert Seen(data["text/html"]).text == "Not clear yetx"


@pytest.mark.parametrize("form", ["claim", "inconclusive", "not measurable"])
def test_the_form_of_a_finding_is_its_class(form):
    data = bundle(Finding("k", form, Text.same("x")).in_language("en"))
    shown = Seen(data["text/html"]).attributes["section"][0]["class"]
    assert shown == f"finding {form.replace(' ', '-')}"
    assert data[FINDING_TYPE]["form"] == form


def test_an_unknown_form_is_refused():
    with pytest.raises(ValueError, match="maybe"):
        Finding("k", "maybe", Text.same("x"))


@given(st.text(min_size=1))
def test_no_name_becomes_markup_in_a_finding(name):
    shown = Finding("k", "claim", Text.same(name), Text.same(name)).in_language("en")
    seen = Seen(bundle(shown)["text/html"])
    assert seen.tags == ["section", "h3", "p"]
    assert json.loads(json.dumps(bundle(shown)[FINDING_TYPE]))["title"] == name


@given(st.text())
def test_an_anchor_is_always_a_plain_id(key):
    assert set(anchor(key)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert anchor(key) != "finding-"


# Table


@pytest.fixture
def frame():
    return pd.DataFrame(
        {
            "channel": ["webinars", None],
            "share": [0.5, np.nan],
            "deals": pd.array([1234, None], dtype="Int64"),
            "open": [True, False],
            "since": pd.to_datetime(["2026-03-04", None]),
        }
    )


def test_a_table_has_caption_scopes_and_numbers_on_the_right(frame):
    table = Table(
        frame,
        "Credit by channel",
        columns={"channel": "Channel", "share": "Share", "deals": "Deals"},
        formats={"share": lambda value: wording.percent(value, "en")},
        lang="en",
    )
    seen = Seen(table.to_html())
    assert [a["scope"] for a in seen.attributes["th"]] == ["col"] * 3 + ["row"] * 2
    assert [a.get("class") for a in seen.attributes["th"][:3]] == [None, "number", "number"]
    assert seen.attributes["div"][0]["tabindex"] == "0"  # it scrolls, so keys must reach it
    assert table.to_text().splitlines() == [
        "Credit by channel",
        "Channel   Share  Deals",
        "webinars  50.0%  1,234",
        "n/a         n/a    n/a",
    ]


def test_unformatted_values_are_written_in_the_language(frame):
    lines = Table(frame, "c", lang="es").to_text().splitlines()
    assert lines[2].split() == ["webinars", "0,50", "1234", "sí", "4", "mar", "2026"]
    assert lines[3].split() == ["s/d", "s/d", "s/d", "no", "s/d"]


def test_a_long_table_counts_what_it_leaves_out():
    table = Table(pd.DataFrame({"n": range(1500)}), "c", max_rows=3, lang="es")
    assert table.to_text().splitlines()[-1] == "… y 1497 más"
    assert "… y 1497 más" in table.to_html()
    assert table.to_html().count("<tr>") == 5


def test_an_empty_table_still_has_its_header():
    table = Table(pd.DataFrame({"a": pd.Series(dtype="str")}), "c")
    assert table.to_text() == "c\na"
    assert Seen(table.to_html()).tags.count("th") == 1


def test_a_table_needs_a_caption_and_its_columns(frame):
    with pytest.raises(ValueError, match="caption"):
        Table(frame, " ")
    with pytest.raises(KeyError, match="cost"):
        Table(frame, "c", columns={"cost": "Cost"})


@given(st.text(), st.text(min_size=1))
def test_no_name_becomes_markup_in_a_table(cell, column):
    table = Table(pd.DataFrame({column: [cell]}), f"c{column}")
    seen = Seen(table.to_html())
    assert seen.tags == ["div", "table", "caption", "thead", "tr", "th", "tbody", "tr", "th"]


# Figure


def plot():
    axes = plt.subplots(figsize=(3, 2))[1]
    axes.plot([1, 2])
    return axes


def test_a_figure_carries_its_alternative_text_and_half_its_pixels():
    figure = Figure(plot(), alt='Line from "1" to 2', subtitle="US$", source="Source")
    data, metadata = figure._repr_mimebundle_()
    assert data["text/plain"] == 'Line from "1" to 2'
    assert metadata["image/png"] == {"alt": 'Line from "1" to 2', "width": 288, "height": 192}
    pixels = matplotlib.image.imread(BytesIO(base64.b64decode(data["image/png"])))
    assert pixels.shape[:2] == (384, 576)


def test_a_figure_closes_what_it_drew_and_refuses_an_empty_alt():
    Figure(plot(), alt="x")
    with pytest.raises(ValueError, match="alternative text"):
        Figure(plot(), alt=" \n")
    assert plt.get_fignums() == []


def test_the_same_drawing_gives_the_same_bytes():
    assert Figure(plot(), alt="x").png == Figure(plot(), alt="x").png


def test_a_drawing_draws_on_given_axes_or_on_its_own():
    @drawing(
        alt=lambda result, **options: Text.same(f"{result} {options}"),
        size=lambda result: (2, result),
    )
    def line(axes, result, lang, **options):
        axes.plot([0, result], label=lang, **options)

    _, axes = plt.subplots()
    assert line(3, lang="es", ax=axes) is axes
    assert [artist.get_label() for artist in axes.lines] == ["es"]
    own = line(3, lang="en")
    assert own is not axes
    assert own.get_figure().get_size_inches().tolist() == [2, 3]
    assert not own.spines["top"].get_visible()
    plt.close("all")


# measure, show, assumptions


class Credit(Result):
    about = About(
        Text(en="Shapley.", es="Shapley."),
        0.9,
        (Text(en="It <holds>.", es="Se <cumple>."),),
        {"at or after the outcome": 1234, "internal leads": 0, "a new {reason": 1},
    )


def claim(result):
    return Finding("claim-key", "claim", Text.same(HOSTILE))


@drawing(alt=lambda result, **options: Text.same(HOSTILE))
def bars(axes, result, lang, **options):
    axes.barh([style.label(HOSTILE)], [1])


def behind(result, lang):
    return Table(pd.DataFrame({"a": [HOSTILE]}), HOSTILE, lang=lang)


def test_measure_gives_the_result_or_the_reason_and_lets_other_errors_out():
    reason = Text(en="No touches.", es="No hay contactos.")

    def refuses(data):
        raise NotMeasurable(reason)

    def breaks(data):
        raise CurrencyError("two currencies")

    assert measure(len, [1, 2]) == 2
    refused = measure(refuses, 1)
    assert refused == NotMeasured(reason)
    assert measure(len, refused) is refused
    assert measure(sorted, [1], key=refused) is refused
    with pytest.raises(CurrencyError):
        measure(breaks, 1)


def test_show_puts_finding_figure_table_and_note_in_this_order(shown):
    show(Credit(), "es", finding=claim, figure=bars, table=behind, note=Text.same(HOSTILE))
    kinds = [type(exhibit).__name__ for exhibit in shown]
    assert kinds == ["ShownFinding", "Figure", "Folded", "Note"]
    for exhibit in (shown[0], shown[2], shown[3]):
        seen = Seen(bundle(exhibit)["text/html"])
        assert set(seen.tags) <= OURS
        assert HOSTILE in seen.text
    assert "<details>" in bundle(shown[2])["text/html"]


def test_show_says_only_the_reason_for_what_was_not_measured(shown):
    reason = Text(en="No spend.", es="No hay inversión.")
    show(NotMeasured(reason), "es", finding=claim, figure=bars, table=behind, note=reason)
    assert len(shown) == 1
    record = bundle(shown[0])[FINDING_TYPE]
    assert (record["form"], record["title"], record["key"]) == (
        "not measurable",
        "No hay inversión.",
        "claim",
    )


def test_show_says_the_reason_when_the_finding_itself_cannot_tell(shown):
    def cannot(result):
        raise NotMeasurable(Text(en="Too few.", es="Muy pocos."))

    show(Credit(), "en", finding=cannot, figure=bars)
    assert [bundle(exhibit)["text/plain"] for exhibit in shown] == ["Too few."]


def test_show_adds_nothing_to_a_finding_that_is_not_measurable(shown):
    def cannot(result):
        return Finding("k", "not measurable", Text.same("No."))

    show(Credit(), "en", finding=cannot, figure=bars, table=behind)
    assert len(shown) == 1


def test_options_reach_the_figure_and_its_words(shown):
    @drawing(
        alt=lambda result, *, day: Text.same(f"by day {day}"),
        subtitle=lambda result, *, day: Text.same(f"day {day}"),
    )
    def curve(axes, result, lang, *, day):
        axes.axvline(day)

    show(Credit(), "en", finding=claim, figure=curve, day=90)
    assert bundle(shown[1])["text/plain"] == "by day 90"


def test_assumptions_tell_method_level_and_counts(shown):
    assumptions(Credit(), "es")
    data = bundle(shown[0])
    assert data["text/plain"].splitlines() == [
        "Método, supuestos y lo que se dejó fuera",
        "Shapley.",
        "Intervalos con 90\u00a0% de confianza.",
        "Para que esto valga",
        "- Se <cumple>.",
        "Lo que se dejó fuera, contado",
        "- Interacciones en el momento del cierre o después: 1234",
        "- A new {reason: 1",
    ]
    assert "&lt;cumple&gt;" in data["text/html"]
    assumptions(NotMeasured(Text.same("x")), "es")
    assert len(shown) == 1


def test_outputs_are_valid_in_a_notebook():
    made = [claim(0).in_language("es"), bars.exhibit(0, "es"), behind(0, "es")]
    outputs = []
    for exhibit in (*made, NotMeasured(Text.same(HOSTILE))):
        bundled = exhibit._repr_mimebundle_()
        outputs.append(nbformat.v4.new_output("display_data", *bundled[:1], metadata=bundled[1]))
    cell = nbformat.v4.new_code_cell(outputs=outputs)
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))


def test_every_public_name_exists():
    assert all(hasattr(exhibits, name) for name in exhibits.__all__)
