"""A report of two tiny notebooks, from end to end."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from alignment.errors import FolderError, ReportError
from alignment.exhibits import Folded, Table
from alignment.report import build, site
from alignment.report.pages import Page, page
from alignment.report.words import LIMITS, WORDS
from alignment.text import LANGUAGES

PAGES = [
    "index.html",
    *(f"{lang}/{name}.html" for lang in LANGUAGES for name in ("index", "00_first", "01_second")),
]
VOID = {"meta", "img", "br", "hr", "link", "input", "col"}


class Seen(HTMLParser):
    """Tags, attributes, links, ids, and whether every tag is closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag, name):
        return [values[name] for kind, values in self.attributes if kind == tag and name in values]


@pytest.fixture(params=PAGES)
def seen(request, report):
    return request.param, Seen((report / request.param).read_text(encoding="utf-8"))


def test_the_report_is_complete(report):
    written = {p.relative_to(report).as_posix() for p in report.rglob("*.html")}
    assert written == set(PAGES)


def test_a_page_has_no_script_and_asks_for_nothing(seen):
    _, html = seen
    assert html.open == []
    assert not set(html.tags) & {"script", "link", "iframe", "object", "embed", "form", "base"}
    for tag, values in html.attributes:
        assert not [name for name in values if name.startswith("on")]
        if "src" in values:
            assert tag == "img"
            assert values["src"].startswith("data:image/png;base64,")
        assert not re.match(r"\w+:", values.get("href") or "")
        assert "url(" not in (values.get("style") or "")
    policy = html.all("meta", "content")[0]
    assert policy.startswith("default-src 'none'; img-src data:;")


def test_the_style_sheet_asks_for_nothing(report):
    style = re.search(
        r"(?s)<style>(.*?)</style>", (report / "index.html").read_text(encoding="utf-8")
    )
    assert "url(" not in style[1]
    assert "@import" not in style[1]


def test_a_page_is_accessible(seen):
    name, html = seen
    assert html.all("html", "lang") == ["en" if name.startswith("en") else "es"]
    assert html.tags.count("h1") == html.tags.count("main") == html.tags.count("title") == 1
    assert "viewport" in html.all("meta", "name")
    assert html.all("a", "href")[0] == "#content"
    assert html.all("main", "id") == ["content"]
    assert all(alt for alt in html.all("img", "alt"))
    assert html.tags.count("img") == len(html.all("img", "alt")) == len(html.all("img", "width"))
    ids = [values["id"] for _, values in html.attributes if values.get("id")]
    assert len(ids) == len(set(ids))
    levels = [int(tag[1]) for tag in html.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1


def test_every_link_leads_somewhere(report):
    for name in PAGES:
        html = Seen((report / name).read_text(encoding="utf-8"))
        for href in html.all("a", "href"):
            path, _, anchor = href.partition("#")
            target = (report / name).parent / path if path else report / name
            assert target.is_file(), (name, href)
            if anchor:
                there = Seen(target.read_text(encoding="utf-8"))
                assert anchor in [values.get("id") for _, values in there.attributes], href


def test_the_other_language_is_one_link_away(report):
    assert '<a class="language" href="../en/00_first.html" lang="en"' in text(
        report, "es/00_first.html"
    )
    assert '<a class="language" href="en/index.html" lang="en"' in text(report, "index.html")
    assert '<a class="language" href="../es/index.html" lang="es"' in text(report, "en/index.html")


def text(report: Path, name: str) -> str:
    return (report / name).read_text(encoding="utf-8")


def test_each_language_keeps_its_own_cells(report):
    spanish, english = text(report, "es/00_first.html"), text(report, "en/00_first.html")
    assert "Quién abre" in spanish
    assert "Who opens" not in spanish
    assert "Who opens" in english
    assert "Quién abre" not in english
    assert "entre 36 % y 46 %" in spanish


def test_what_is_not_for_readers_stays_out(report, exports):
    shown = text(report, "es/00_first.html")
    for hidden in ("only for the analyst", "should see", "error stream", "import ", "parameters"):
        assert hidden not in shown
    # The parameters took effect: the cell prints them.
    assert f"{exports.resolve()} es None" in shown


def test_hostile_text_arrives_as_text_everywhere(report, hostile):
    page = Seen(text(report, "en/00_first.html"))
    assert page.text.count(hostile) >= 4  # finding, caption, cell, note
    assert f"Bars: {hostile} 41%" in page.all("img", "alt")
    index = Seen(text(report, "en/index.html"))
    assert index.text.count(hostile) == 3  # headline, file table, note of the ledger
    for shown in (page, index):
        assert not [href for href in shown.all("a", "href") if "javascript" in href]


def test_the_index_leads_with_headlines_and_keeps_the_unmeasurable_quiet(report):
    html = text(report, "en/index.html")
    seen = Seen(html)
    assert 'href="00_first.html#finding-first-channel"' in html
    assert "opens 41% of the value won (36% to 46%)" in seen.text
    assert "<li>No spend." in html[html.index('id="unmeasured"') :]
    assert "No spend" not in html[: html.index('id="unmeasured"')]
    assert 'href="01_second.html#finding-later"' in html
    assert "Which channel comes first?" in seen.text
    assert "1,234" in seen.text
    assert "as of March 4, 2026" in seen.text
    top = text(report, "index.html")
    assert 'href="es/00_first.html#finding-first-channel"' in top


def test_two_runs_give_the_same_pages(report, exports, notebooks, load_dataset, tmp_path):
    build(exports, tmp_path / "r", languages=("en",), notebooks_in=notebooks, load=load_dataset)
    again = text(tmp_path / "r", "en/00_first.html")
    first = re.sub(r'<a class="language".*\n', "", text(report, "en/00_first.html"))
    assert [line for line in again.splitlines() if line] == [
        line for line in first.splitlines() if line
    ]


def failing(folder: Path, source: str, *, tag: str = "parameters") -> Path:
    folder.mkdir()
    cells = [
        new_code_cell("folder = lang = None", metadata={"tags": [tag]}),
        new_code_cell(f"\n{source}"),
    ]
    nbformat.write(new_notebook(cells=cells), folder / "07_fails.ipynb")
    return folder


FAILURES = [
    ("1 / 0", r"^07_fails\.ipynb: code cell 2 \(“1 / 0”\) failed: ZeroDivisionError: division"),
    (
        "from alignment.errors import CurrencyError as E\nraise E('EUR and USD', cure='Add it.')",
        r"code cell 2 \(“from alignment.*”\) failed: EUR and USD\. Add it\.$",
    ),
    ("import os\nos._exit(1)", r"^07_fails\.ipynb: its Python process ended"),
]


@pytest.mark.parametrize(("source", "message"), FAILURES)
def test_a_failing_notebook_is_named_and_the_last_report_stays(
    source, message, exports, load_dataset, tmp_path
):
    out = tmp_path / "reports"
    options = {"languages": ("es",), "load": load_dataset}
    build(exports, out, notebooks_in=failing(tmp_path / "good", "print('good')"), **options)
    with pytest.raises(ReportError, match=message) as problem:
        build(exports, out, notebooks_in=failing(tmp_path / "bad", source), **options)
    assert "Traceback" not in str(problem.value)
    assert "good" in text(out, "es/07_fails.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad", "good", "reports"]


def test_exports_that_cannot_be_read_stop_everything_before_a_notebook(
    exports, notebooks, tmp_path
):
    def refuse(folder, **options):
        raise FolderError("no such folder", file="x")

    started = []
    with pytest.raises(FolderError):
        build(
            exports,
            tmp_path / "r",
            notebooks_in=notebooks,
            load=refuse,
            progress=lambda *step: started.append(step),
        )
    assert started == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("languages", [(), ("fr",), ("es", "es")])
def test_languages_are_checked_first(languages, exports, tmp_path):
    with pytest.raises(ReportError, match="es, en"):
        build(exports, tmp_path / "r", languages=languages)


def test_options_reach_the_loader_and_the_notebooks(exports, load_dataset, tmp_path):
    given = {}

    def load(folder, **options):
        given.update(options)
        return load_dataset(folder)

    notebook = failing(tmp_path / "n", "print(currency, timezone, lang, mapping)")
    build(
        exports,
        tmp_path / "r",
        languages=("en",),
        currency="EUR",
        timezone="Europe/Madrid",
        mapping=tmp_path / "mapping.toml",
        notebooks_in=notebook,
        load=load,
    )
    assert set(given) == {"currency", "timezone", "mapping"}
    mapping = (tmp_path / "mapping.toml").resolve()
    assert f"EUR Europe/Madrid en {mapping}" in text(tmp_path / "r", "en/07_fails.html")


def test_the_fingerprint_follows_the_files_read(exports, dataset, tmp_path):
    from alignment.report.build import fingerprint

    (tmp_path / "leads.csv").write_bytes((exports / "leads.csv").read_bytes())
    same = fingerprint(exports, dataset)
    assert fingerprint(tmp_path, dataset) == same
    (tmp_path / "not-read.txt").touch()
    assert fingerprint(tmp_path, dataset) == same
    (tmp_path / "leads.csv").write_text("Id\n2\n", encoding="utf-8")
    assert fingerprint(tmp_path, dataset) != same


def test_markup_of_a_foreign_output_is_defused():
    data = {
        "text/html": "<style>p{}</style><b onclick='x()'>b</b><script>alert(1)</script>"
        '<img src="https://example.org/x.png"><a href="javascript:alert(1)">a</a>',
        "text/plain": "x",
    }
    outputs = [
        nbformat.v4.new_output("display_data", data),
        nbformat.v4.new_output("display_data", {"text/markdown": "[x](javascript:alert(1))"}),
        nbformat.v4.new_output("display_data", {"application/javascript": "alert(1)"}),
        nbformat.v4.new_output("display_data", {"image/svg+xml": "<svg onload='alert(1)'/>"}),
        nbformat.v4.new_output("stream", name="stdout", text="<script>alert(1)</script>"),
    ]
    cell = new_code_cell("x", outputs=outputs)
    body = page(new_notebook(cells=[cell]), "x", "en").body
    seen = Seen(body)
    assert set(seen.tags) <= {"h1", "b", "a", "pre"}
    assert all(not values for _, values in seen.attributes)


def test_two_findings_with_one_key_are_refused():
    from alignment.exhibits import FINDING_TYPE

    record = {
        "key": "same",
        "form": "claim",
        "title": "t",
        "detail": None,
        "headline": False,
        "anchor": "a",
    }
    outputs = [nbformat.v4.new_output("display_data", {FINDING_TYPE: record}) for _ in range(2)]
    with pytest.raises(ReportError, match="same"):
        page(new_notebook(cells=[new_code_cell("x", outputs=outputs)]), "x", "en")


def test_every_word_of_the_frame_is_used():
    templates = Path(__file__).parents[2] / "src" / "alignment" / "report"
    code = "".join(
        path.read_text(encoding="utf-8")
        for pattern in ("templates/*.j2", "site.py", "held_back.py")
        for path in templates.glob(pattern)
    )
    assert [key for key in WORDS if f"words.{key}" not in code and f'"{key}"' not in code] == []
    assert len(LIMITS) > 2


@pytest.mark.parametrize("rows", [3, 14, 40])
def test_on_paper_a_long_table_is_cut_and_says_so(dataset, rows):
    frame = pd.DataFrame({"day": range(rows), "share": range(rows)})
    box = Folded("Behind", Table(frame, "Days", lang="en").to_html() * 2, "")
    method = Folded("Method", "<p>Aalen–Johansen.</p>", "")
    body = "".join(each._repr_mimebundle_()[0]["text/html"] for each in (box, method))
    shown = Page("00", "T", "?", f"<h1>T</h1>{body}<p>after</p>", ())
    edition = site.Edition("en", ("en",), (shown,), dataset, "exports", "1", "f")
    printed = site.print_html(edition)
    article = printed[printed.index("<h1>T</h1>") : printed.index("<p>after</p>")]
    left = 0 if rows <= site.PRINTED_ROWS + 2 else rows - site.PRINTED_ROWS
    assert article.count("<tr><th") == 2 * (1 + rows - left)  # with the row of names
    assert article.count(f"… {left} more rows in the HTML page") == (2 if left else 0)
    assert article.count("<details open>") == 1
    assert "Method: in the HTML page." in article
    assert "Aalen" not in article
    assert "Aalen" in site.page_html(edition, 0)
    assert site.page_html(edition, 0).count("<tr><th") == 2 * (1 + rows)


def test_without_a_headline_the_index_shows_what_else_was_found(dataset):
    finding = {"title": "Of 4 rows, 3", "detail": None, "anchor": "x", "key": "x"}
    quiet = {**finding, "form": "claim", "headline": False}
    shut = {**finding, "form": "not measurable", "headline": True, "title": "No deal was won."}
    for findings, words in (
        ((quiet, shut), "Of 4 rows, 3"),
        ((shut,), "None of the main questions"),
    ):
        shown = Page("00", "T", "?", "<h1>T</h1>", findings)
        edition = site.Edition("en", ("en",), (shown,), dataset, "exports", "1", "f")
        index = site.index_html(edition, at_the_top=False)
        assert words in index[index.index("headlines") : index.index('class="pages"')]


def test_each_page_speaks_on_the_index_before_one_speaks_twice(dataset):
    def found(place: int, number: int) -> dict[str, object]:
        key = f"f{place}-{number}"
        said = {"title": f"Found {place}.{number}.", "detail": None, "anchor": key, "key": key}
        return said | {"form": "claim", "headline": True}

    def led(pages: int) -> list[str]:
        shown = tuple(
            Page(f"0{place}", "T", "?", "<h1>T</h1>", (found(place, 1), found(place, 2)))
            for place in range(pages)
        )
        edition = site.Edition("en", ("en",), shown, dataset, "exports", "1", "f")
        index = site.index_html(edition, at_the_top=False)
        part = index[index.index("headlines") : index.index('class="pages"')]
        return re.findall(r"Found (\d\.\d)\.", part)

    assert led(7) == [f"{place}.1" for place in range(7)]
    assert led(3) == ["0.1", "0.2", "1.1", "1.2", "2.1"]
    assert led(1) == ["0.1", "0.2"]
