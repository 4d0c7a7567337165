"""A real company's exports, in a schema of its own, from mapping to report."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pandas as pd
import pytest

from alignment import load
from alignment.lead_to_close import lead_to_close
from alignment.report import build

ROOT = Path(__file__).resolve().parents[1]
OLIST = ROOT.parent / "shared" / "data" / "olist"
MAPPING = ROOT / "tests" / "mappings" / "olist.toml"

pytestmark = pytest.mark.skipif(
    not OLIST.is_dir(), reason="the Olist marketing funnel is not on this machine"
)


def _words(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("olist") / "reports"
    build(OLIST, out, languages=("en",), mapping=MAPPING)
    return {
        path.stem: _words(path.read_text(encoding="utf-8")) for path in (out / "en").glob("*.html")
    }


def test_the_mapping_is_short():
    assert len(MAPPING.read_text(encoding="utf-8").splitlines()) <= 40


def test_the_ledger_and_the_window_say_what_is_odd():
    data = load(OLIST, mapping=MAPPING)
    assert data.ledger.totals.to_dict() == {
        "rows_read": 8842,
        "rows_kept": 8842,
        "rows_merged": 0,
        "rows_set_aside": 0,
    }
    notes = data.ledger.notes.set_index("rule")
    assert notes.loc["won-before-lead", "rows"] == 1
    assert "174 days after the first lead" in notes.loc["left-truncation", "message"]
    assert data.observed_from == pd.Timestamp("2017-12-05", tz="UTC")


def test_a_page_without_its_data_says_so_in_one_sentence(pages):
    for name in ("03_attribution", "04_long_and_short"):
        assert "Not measurable: " in pages[name]
        assert "dated touches" in pages[name]


def test_the_probability_and_the_naive_average_stand_beside_each_other(pages):
    at = lead_to_close(load(OLIST, mapping=MAPPING)).to_frame().query("end == 'won'")
    page = pages["02_lead_to_close"]
    for row in at[at["day"].isin([30, 90, 180])].itertuples():
        for number in (row.estimate, row.low, row.high):
            assert f"{100 * number:.2f}%" in page
    assert "The usual average, 49 days to a win, counts 841 wins and leaves out 7,158" in page


def test_the_first_page_says_what_cannot_be_measured_yet(pages):
    assert "10.8 are won within 90 days" in pages["index"]
    assert "no dated touches" in pages["index"]
