"""The agreement on paper: one sheet of A4 or Letter, also when it is as full as it can be."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from alignment.agreement import Information, page_html
from alignment.agreement.page import LONGEST_TERM, MOST_ROWS
from alignment.dataset import Dataset
from alignment.report import pdf
from alignment.results import About
from alignment.shared_goals import Agreement, Line, Tracking
from alignment.shared_goals.lines import SIGNED
from alignment.shared_goals.measures import Terms
from alignment.text import Text

pytestmark = pytest.mark.browser
DAY = pd.Timestamp("2026-06-30")


class FullPlan:
    """Stands in for the plan of a goal that is not feasible."""

    needed, volume_probability, probability, nearest_goal = np.inf, 0.61, 0.8, 123_456_789.0
    currency, by, nearest_by = "MXN", pd.Timestamp("2027-09-30"), pd.Timestamp("2028-12-31")


def full() -> tuple[Agreement, Tracking]:
    months = pd.period_range("2026-07", periods=MOST_ROWS, freq="M").astype("str")
    columns = ("leads", "accepted", "opportunities", "wins", "revenue", "hours")
    frame = pd.DataFrame({"month": months} | dict.fromkeys(columns, 123_456.0))
    lines = tuple(Line(name, team, unit, 0.95, 0.9) for name, (team, unit, _) in SIGNED.items())
    words = dict.fromkeys(("lead", "accepted", "opportunity", "won"), "palabras " * LONGEST_TERM)
    agreement = Agreement(
        goal=123_456_789.0,
        probability=0.8,
        currency="MXN",
        since=DAY,
        by=FullPlan.by,
        as_of=DAY,
        feasible=False,
        lines=lines,
        months=frame,
        terms=Terms(),
        words=words,
        fingerprint="0123456789ab",
    )
    states = np.resize(["kept", "missed", "not measurable"], len(SIGNED))
    tracked = pd.DataFrame({"name": list(SIGNED), "state": states})
    return agreement, Tracking(tracked, {}, DAY, DAY, "MXN", About(Text.same("x")))


@pytest.mark.parametrize("paper", ["A4", "letter"])
@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_fullest_agreement_prints_on_one_sheet(tmp_path, paper, lang):
    executable = pdf.browser()
    if executable is None:
        pytest.skip("no Chromium or Chrome on this machine")
    agreement, tracking = full()
    moment = pd.Timestamp("2026-06-30", tz="UTC")
    long = Text.same("What both teams add only where both of them acted, with its interval (ρ)")
    page = page_html(
        agreement,
        FullPlan(),
        Dataset(as_of=moment, observed_from=moment, currency="MXN"),
        lang,
        made_on=DAY,
        information=[Information(long, Text.same("0.30 (0.13 to 0.50)"))] * 4,
        tracking=tracking,
        paper=paper,
    )
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    assert pdf.print_to_pdf(executable, tmp_path / "page.html", tmp_path / "page.pdf")
    content = (tmp_path / "page.pdf").read_bytes()
    assert len(re.findall(rb"/Type /Page\b", content)) == 1
    (box,) = re.findall(rb"/MediaBox \[([^\]]+)\]", content)
    width, height = (float(side) for side in box.split()[2:])
    known = {"A4": (595.3, 841.9), "letter": (612.0, 792.0)}[paper]
    assert (width, height) == pytest.approx(known, abs=1.5)
