"""What only a browser can tell: layout at two widths, requests, dialogs, and print."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser

WIDTHS = (390, 1280)
PAGES = ("index.html", "es/00_first.html", "en/00_first.html", "en/01_second.html")


@pytest.fixture(params=[(width, name) for width in WIDTHS for name in PAGES], ids=str)
def opened(request, chromium, report):
    width, name = request.param
    context = chromium.new_context(viewport={"width": width, "height": 844})
    page = context.new_page()
    seen = {"requests": [], "dialogs": [], "console": []}
    page.on("request", lambda request: seen["requests"].append(request.url))
    page.on("console", lambda message: seen["console"].append(message.text))

    def dismiss(dialog):
        seen["dialogs"].append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto((report / name).as_uri())
    yield page, seen
    context.close()


def test_nothing_runs_and_nothing_is_asked_for(opened):
    page, seen = opened
    page.wait_for_timeout(100)
    asked = [url for url in seen["requests"] if not url.startswith(("file:", "data:"))]
    assert asked == []
    assert seen["dialogs"] == []
    assert seen["console"] == []  # a blocked script would be reported here


def test_the_page_never_scrolls_sideways(opened):
    page, _ = opened
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]


def test_pictures_are_whole_and_not_larger_than_the_column(opened):
    page, _ = opened
    for image in page.locator("img").all():
        shown = image.evaluate(
            "i => [i.naturalWidth, i.naturalHeight, i.clientWidth, i.clientHeight]"
        )
        assert shown[0] > 0
        assert shown[2] <= page.viewport_size["width"]
        assert shown[0] / shown[1] == pytest.approx(shown[2] / shown[3], rel=0.02)


def test_the_first_link_skips_to_the_content(opened):
    page, _ = opened
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_letters_are_large_enough_to_read(opened):
    page, _ = opened
    small = page.evaluate(
        """[...document.querySelectorAll('main *')]
        .filter(e => e.innerText && parseFloat(getComputedStyle(e).fontSize) < 12).length"""
    )
    assert small == 0


def test_boxes_open_by_themselves_on_paper(chromium, report):
    page = chromium.new_page()
    page.goto((report / "en" / "00_first.html").as_uri())
    cell = page.locator("details td").first
    assert not cell.is_visible()
    page.emulate_media(media="print")
    box = cell.bounding_box()
    assert box is not None
    assert box["height"] > 0
    page.close()


def test_a_link_from_the_index_shows_the_finding(chromium, report):
    page = chromium.new_page()
    page.goto((report / "index.html").as_uri())
    page.locator(".headlines a").first.click()
    page.wait_for_url("**/es/00_first.html#finding-first-channel")
    assert page.locator("#finding-first-channel").is_visible()
    page.close()
