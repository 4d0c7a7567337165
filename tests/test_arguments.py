"""Wrong arguments from Python: one plain message, with what was probably meant."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest

import alignment
from alignment import figures, tables
from alignment.arguments import nearest, of_type, one_of, within
from alignment.coverage import coverage
from alignment.dataset import Dataset
from alignment.errors import AlignmentError
from alignment.horizons import won_by_age
from alignment.lead_to_close import lead_to_close, time_in_stage


@pytest.fixture
def data() -> Dataset:
    moment = pd.Timestamp("2026-03-04T12:00Z")
    return Dataset(
        as_of=moment,
        observed_from=moment,
        leads=tables.conform(
            "leads", {"lead_id": ["<b>"], "created_at": [moment], "channel": ["Web"]}
        ),
        lead_stages=tables.conform(
            "lead_stages", {"lead_id": ["<b>"], "entered_at": [moment], "stage": ["mql"]}
        ),
    )


WRONG = [
    (lambda data: lead_to_close(data, group="chanel"), "Did you mean “channel”"),
    (lambda data: lead_to_close(data, group=["channel", "region"]), "one column or a Series"),
    (
        lambda data: lead_to_close(data, group=pd.Series(["a", "b"], index=["<b>", "<b>"])),
        "a lead id more than once",
    ),
    (lambda data: lead_to_close(data, start="leads"), "Did you mean “lead”"),
    (lambda data: lead_to_close("data/private"), r"alignment\.load"),
    (lambda data: time_in_stage(None), "nothing was given"),
    (lambda data: coverage("data/private"), r"alignment\.load"),
    (lambda data: coverage(data, level=90), "between 0 and 1"),
    (lambda data: alignment.load(None), "folder must be the path"),
    (lambda data: alignment.load(3), "a int was given"),
    (lambda data: alignment.build_journeys(data, unit="leed"), "Did you mean “lead”"),
    (lambda data: won_by_age(data, data), r"alignment\.build_journeys"),
    (
        lambda data: won_by_age(data, alignment.build_journeys(data), level=2),
        "between 0 and 1",
    ),
    (
        lambda data: won_by_age(data, alignment.build_journeys(data), weeks=52),
        "weeks must be one or more numbers",
    ),
    (
        lambda data: won_by_age(data, alignment.build_journeys(data), weeks=(-1, 4)),
        "weeks must be numbers from 0 on",
    ),
    (lambda data: alignment.attribute(data), r"alignment\.build_journeys"),
    (lambda data: data.table("lead"), "Did you mean “leads”"),
    (lambda data: data.require("leads", "chanel"), "Did you mean “channel”"),
    (lambda data: data.has("leads", "chanel"), "Did you mean “channel”"),
    (lambda data: alignment.show(None, "fr", finding=None), "“es”, “en”"),
    (lambda data: figures.months(coverage(data), lang="english"), "“es”, “en”"),
]


@pytest.mark.parametrize(("call", "said"), WRONG)
def test_a_wrong_argument_is_told_plainly(data, call, said):
    with pytest.raises(AlignmentError, match=said):
        call(data)


def test_what_is_right_passes_and_what_is_far_is_not_guessed():
    one_of("unit", "lead", ["lead", "account"])
    of_type("data", 1, int, "int()")
    within("level", 0.9, 0, 1)
    assert nearest("Chanel", ["channel", "region"]) == "channel"
    assert nearest("zzz", ["channel", "region"]) is None
    with pytest.raises(AlignmentError, match="must be one of") as told:
        one_of("unit", 3, ["lead", "account"])
    assert "Did you mean" not in str(told.value)


def test_a_dataset_and_journeys_show_themselves_in_a_line_and_escaped(data):
    assert repr(data) == (
        "<Dataset as of 2026-03-04 12:00 UTC, closings from 2026-03-04, days of UTC, no currency: "
        "1 leads, 1 lead_stages>"
    )
    assert "&lt;" not in data._repr_html_()
    assert "<table" in data._repr_html_()
    hostile = data.replace(currency="<b>")
    assert "<b>" not in hostile._repr_html_()
    journeys = alignment.build_journeys(data)
    assert repr(journeys) == (
        "<Journeys of 1 leads: 0 won, 0 lost, 1 open; 0 touches kept, 0 left out>"
    )
    assert "<table" in journeys._repr_html_()


def test_the_package_shows_its_public_names_only():
    code = "import alignment; print(*dir(alignment)); print(alignment.__version__)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names, version = done.stdout.splitlines()
    assert names.split() == sorted([*alignment.__all__, "__version__"])
    assert version
