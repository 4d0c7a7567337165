"""Files that a manager edits: templates, definitions, goals and capacity, and their errors."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from typer.testing import CliRunner

import alignment
from alignment import tables
from alignment.cli import app
from alignment.dataset import Dataset
from alignment.errors import AlignmentError, ExportError, ExportErrors, FolderError
from alignment.shared_goals import own_problems, read_definitions, write_templates
from alignment.shared_goals.targets import comparable

WINDOW = "[window]\nas_of = 2026-01-31\n"
LEADS = "Id,CreatedDate,Email\n00Q1,2026-01-05T10:00:00.000+0000,a@b.example\n"


def folder_with(tmp_path, **files):
    for name, content in files.items():
        (tmp_path / name.replace("_", ".")).write_text(content, encoding="utf-8")
    return tmp_path


def test_templates_are_written_once_and_never_over_a_file(tmp_path):
    (tmp_path / "goals.csv").write_text("mine", encoding="utf-8")
    made = write_templates(tmp_path)
    assert {path.name: new for path, new in made.items()} == {
        "goals.csv": False,
        "capacity.csv": True,
        "definitions.toml": True,
    }
    assert (tmp_path / "goals.csv").read_text(encoding="utf-8") == "mine"
    assert not any(write_templates(tmp_path).values())
    with pytest.raises(FolderError):
        write_templates(tmp_path / "none")


def test_an_empty_template_defines_nothing_and_each_example_can_be_used(tmp_path):
    write_templates(tmp_path)
    said = read_definitions(tmp_path)
    assert not any((said.goal, said.marketing, said.sales, said.effort, said.terms))
    path = tmp_path / "definitions.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    used = [line[2:] if line.startswith("# ") and " = " in line else line for line in lines]
    path.write_text("\n".join(used), encoding="utf-8")
    said = read_definitions(tmp_path)
    assert said.goal["by"] == date(2027, 12, 31)
    assert said.sales["first_touch_clock"] == "working"
    assert said.effort["hours_per_opportunity"] == 20
    assert set(said.terms) == {"lead", "accepted", "opportunity", "won"}


def test_filled_templates_are_read_with_the_exports(tmp_path):
    write_templates(tmp_path)
    for name, row in {
        "goals.csv": "2027-Q1,both,revenue,6500000\n",
        "capacity.csv": "sales,2027-01-04,320\n",
    }.items():
        with (tmp_path / name).open("a", encoding="utf-8") as stream:
            stream.write(row)
    (tmp_path / "leads.csv").write_text(LEADS, encoding="utf-8")
    data = alignment.load(tmp_path, timezone="UTC")
    assert data.goals[["period", "metric", "target"]].iloc[0].tolist() == [
        "2027-Q1",
        "revenue",
        6_500_000.0,
    ]
    assert data.capacity["hours"].tolist() == [320.0]
    assert own_problems(data) == []


def test_wrong_cells_are_told_with_file_row_column_and_cure(tmp_path):
    goals = "period,team,metric,target\n2027-Q5,both,revenue,3\n2027,markting,leads,5\n"
    goals += "2027,sales,wonn,12\n2027-Q2,sales,won,abc\n"
    capacity = "team,week,hours\nsales,2027-01-05,30\nsales,2027-01-04,-5\n"
    folder = folder_with(tmp_path, goals_csv=goals, capacity_csv=capacity, leads_csv=LEADS)
    found = own_problems(alignment.load(folder, timezone="UTC"))
    places = [(one.file, one.row, one.column) for one in found]
    assert places == [
        ("capacity.csv", 2, "week"),
        ("capacity.csv", 3, "hours"),
        ("goals.csv", 2, "period"),
        ("goals.csv", 3, "team"),
        ("goals.csv", 4, "metric"),
        ("goals.csv", 5, "target"),
    ]
    assert all(one.cure for one in found)
    assert "“won”" in found[4].cure


def test_periods_of_any_spelling_are_one_and_others_are_set_aside_with_their_cure(tmp_path):
    goals = "periodo,equipo,métrica,meta\n2027Q1,ambos,revenue,300\nQ1 2027,mkt,leads,20\n"
    goals += "T1 2027,ventas,won,3\n2027/1,ambos,revenue,90\nene 2027,mkt,leads,7\n"
    goals += "1T27,ventas,won,3\nQ1,ambos,revenue,5\n01/27,ambos,leads,6\n2027,ambos,won,9\n"
    folder = folder_with(tmp_path, goals_csv=goals, leads_csv=LEADS, mapping_toml=WINDOW)
    data = alignment.load(folder, timezone="UTC")
    by_line = data.goals.set_index("source_row")["period"].to_dict()
    quarter, month = "2027-Q1", "2027-01"
    # Rows 4 and 7 say the same: one of them is kept.
    assert by_line.pop(4, None) or by_line.pop(7, None)
    assert by_line == {2: quarter, 3: quarter, 5: month, 6: month, 10: "2027"}
    found = own_problems(data)
    places = [(one.file, one.row, one.column, one.value) for one in found]
    assert places == [("goals.csv", 8, "period", "Q1"), ("goals.csv", 9, "period", "01/27")]
    assert all("2027-Q1" in one.cure for one in found)
    aside = data.ledger.set_aside
    assert aside["reason"].str.contains("write 2027, 2027-Q1 or 2027-01").sum() == 2


@pytest.mark.parametrize("mapped", [False, True])
def test_a_number_signed_twice_unlike_is_kept_in_neither_form(tmp_path, mapped):
    goals = "period,team,metric,target\n2027Q1,both,revenue,300\nQ1 2027,both,revenue,400\n"
    goals += "2027-Q1,both,won,5\n"
    files = {"leads_csv": LEADS, "goals_csv": goals, "mapping_toml": WINDOW}
    if mapped:
        files["goals_csv"] = goals.replace("period,team", "Cuándo,team")
        files["mapping_toml"] += (
            '[[file]]\nname = "goals.csv"\ntable = "goals"\n[file.columns]\nperiod = "Cuándo"\n'
            'team = "team"\nmetric = "metric"\ntarget = "target"\n'
        )
    data = alignment.load(folder_with(tmp_path, **files), timezone="UTC")
    assert data.goals[["period", "metric"]].to_numpy().tolist() == [["2027-Q1", "won"]]
    aside = data.ledger.set_aside[data.ledger.set_aside["file"] == "goals.csv"]
    assert aside["row"].tolist() == [2, 3]
    assert aside["reason"].str.contains("keep one of them").all()
    if not mapped:
        assert [one.cure for one in own_problems(data)] == ["Keep one of the two."] * 2


@pytest.mark.parametrize(
    ("written", "row", "column", "said"),
    [
        ("[sales]\nreason_share = 95\n", 2, "reason_share", "0.95"),
        ("[sales]\n\nreasn_share = 0.9\n", 3, "reasn_share", "reason_share"),
        ("[goal]\nby = '2027-12-31'\n", 2, "by", "without quotes"),
        ("[goal]\namount = -3\n", 2, "amount", "above 0"),
        ("[goal]\namount = true\n", 2, "amount", "number"),
        ("[goal]\nprobability = 1\n", 2, "probability", "below 1"),
        ("[sale]\n", 1, "sale", "sales"),
        ("goal = 3\n", 1, "goal", "[goal]"),
        ("[sales]\nfirst_touch_clock = 'lunar'\n", 2, "first_touch_clock", "calendar"),
        ("[terms]\nlead = 3\n", 2, "lead", "quotes"),
    ],
)
def test_wrong_definitions_are_told_with_line_name_and_cure(tmp_path, written, row, column, said):
    folder = folder_with(tmp_path, definitions_toml=written)
    with pytest.raises(ExportError) as wrong:
        read_definitions(folder)
    assert (wrong.value.file, wrong.value.row, wrong.value.column) == (
        "definitions.toml",
        row,
        column,
    )
    assert said in wrong.value.cure


def test_several_wrong_definitions_are_told_at_once(tmp_path):
    folder = folder_with(tmp_path, definitions_toml="[goal]\namount = 0\nby = 3\n")
    with pytest.raises(ExportErrors, match="2 things"):
        read_definitions(folder)


@pytest.mark.parametrize("content", [b"[goal", b"\xff\xfe[", b"[goal]\namount = 1e5x"])
def test_what_is_no_toml_is_refused_plainly(tmp_path, content):
    (tmp_path / "definitions.toml").write_bytes(content)
    with pytest.raises(AlignmentError) as wrong:
        read_definitions(tmp_path)
    assert wrong.value.cure


def test_a_folder_without_definitions_defines_nothing(tmp_path):
    assert read_definitions(tmp_path).goal == {}


def test_targets_of_nothing_of_other_money_or_signed_twice_are_told():
    moment = pd.Timestamp("2026-06-30", tz="UTC")
    goals = {
        "period": ["2027", "2027-Q1", "2027-Q1", "2027-Q2", "2027Q1"],
        "team": ["both", "sales", "sales", "both", "sales"],
        "metric": ["revenue", "bookings_mxn", "revenue", "revenue_usd", "ventas"],
        "target": [0.0, 5.0, 6.0, 7.0, -1.0],
        "source_row": [2, 3, 4, 5, 6],
    }
    data = Dataset(
        as_of=moment,
        observed_from=moment,
        currency="MXN",
        goals=tables.conform("goals", goals),
    )
    found = own_problems(data)
    assert [(one.row, one.column) for one in found] == [
        (2, "target"),
        (4, "metric"),
        (5, "metric"),
        (6, "target"),
    ]
    assert "row 3" in str(found[1])
    assert "USD" in str(found[2])
    # Of 5 and 6 nobody knows which holds; of two that say the same, one is kept.
    assert not len(comparable(data.goals, "MXN"))
    same = data.goals.assign(target=[0.0, 6.0, 6.0, 7.0, -1.0])
    assert comparable(same, "MXN")["target"].tolist() == [6.0]


def test_goals_without_a_ledger_are_checked_too():
    moment = pd.Timestamp("2026-06-30", tz="UTC")
    goals = {"period": ["soon"], "team": ["both"], "metric": ["revenue"], "target": [1.0]}
    data = Dataset(as_of=moment, observed_from=moment, goals=tables.conform("goals", goals))
    (problem,) = own_problems(data)
    assert problem.column == "period"


def test_check_says_what_to_mend_before_an_agreement(tmp_path):
    goals = "period,team,metric,target\n2027-Q1,both,revenue,6500000\n"
    folder = folder_with(tmp_path, goals_csv=goals, leads_csv=LEADS)
    (folder / "mapping.toml").write_text("[window]\nas_of = 2026-01-31\n", encoding="utf-8")
    asked = ["check", str(folder), "--timezone", "UTC"]
    said = CliRunner().invoke(app, asked).output
    assert "goals.csv" in said
    assert "Before an agreement" not in said
    folder_with(tmp_path, definitions_toml="[sales]\nverdict_day = 7\n")
    said = CliRunner().invoke(app, asked).output
    assert "Before an agreement: definitions.toml, row 2" in said
    assert "verdict_days" in said


def test_hours_that_stand_twice_and_unlike_are_told_with_their_cure(tmp_path):
    hours = "team,week,hours\nsales,2026-01-05,320\nsales,2026-01-05,90\n"
    folder = folder_with(tmp_path, capacity_csv=hours, leads_csv=LEADS, mapping_toml=WINDOW)
    data = alignment.load(folder, timezone="UTC")
    assert len(data.capacity) == 0
    found = own_problems(data)
    assert [(one.row, one.column, one.cure) for one in found] == [
        (2, "hours", "Keep one of the two."),
        (3, "hours", "Keep one of the two."),
    ]
