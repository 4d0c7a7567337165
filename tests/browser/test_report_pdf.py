"""The report on paper, when a Chromium is there to print it."""

from __future__ import annotations

import re

import pytest

from alignment.report import build, pdf

pytestmark = pytest.mark.browser


def test_each_language_is_printed_to_one_tagged_document(
    exports, notebooks, load_dataset, tmp_path
):
    if pdf.browser() is None:
        pytest.skip("no Chromium or Chrome on this machine")
    out = tmp_path / "r"
    build(
        exports, out, languages=("en",), notebooks_in=notebooks, load=load_dataset, print_pdf=True
    )
    content = (out / "en" / "report.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert b"/Lang (en)" in content
    assert len(re.findall(rb"/Type /Page\b", content)) >= 3  # summary, and a page each notebook


def test_without_a_browser_one_line_says_so(
    exports, notebooks, load_dataset, tmp_path, monkeypatch
):
    monkeypatch.setattr(pdf, "browser", lambda: None)
    lines = []
    build(
        exports,
        tmp_path / "r",
        languages=("en",),
        notebooks_in=notebooks,
        load=load_dataset,
        print_pdf=True,
        notice=lines.append,
    )
    assert lines == ["No PDF: no Chromium or Chrome was found on this computer."]
    assert not list((tmp_path / "r").rglob("*.pdf"))
