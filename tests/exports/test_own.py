"""Files that a company writes by itself: holidays with and without regions and names."""

import pytest
from folders import loaded, systems

WINDOW = {"mapping.toml": "[window]\nas_of = 2026-09-28\n"}
MAPPED = """\
[window]
as_of = 2026-09-28
[[file]]
name = "free.csv"
table = "holidays"
[file.columns]
date = "Libre"
"""


def test_holidays_need_no_region(tmp_path):
    text = "holiday,name\n2026-01-01,Año Nuevo\n2026-12-25,Navidad\n"
    data = loaded(tmp_path, {"holidays.csv": text, **WINDOW})
    assert data.holidays["date"].dt.strftime("%m-%d").tolist() == ["01-01", "12-25"]
    assert data.holidays["region"].isna().all()
    assert data.holidays["name"].tolist() == ["Año Nuevo", "Navidad"]


def test_a_holiday_that_stands_twice_is_kept_once_also_where_it_is_free_everywhere(tmp_path):
    text = (
        "holiday,region,name\n2026-01-01,,Año Nuevo\n2026-01-01,,Año Nuevo\n"
        "2026-05-02,Madrid,Dos de Mayo\n2026-05-02,Madrid,Dos de Mayo\n2026-05-02,,Otra\n"
    )
    data = loaded(tmp_path, {"holidays.csv": text, **WINDOW})
    assert data.ledger.totals.tolist() == [5, 3, 2, 0]
    found = data.holidays.fillna({"region": ""})[["date", "region"]]
    assert sorted(map(tuple, found.astype(str).to_numpy())) == [
        ("2026-01-01", ""), ("2026-05-02", ""), ("2026-05-02", "Madrid"),
    ]  # fmt: skip


@pytest.mark.parametrize("region", [",Zona", ""])
def test_a_mapped_holiday_that_stands_twice_is_kept_once(tmp_path, region):
    text = f"Libre,Nombre{region}\n" + f"2026-01-01,Año Nuevo{',' if region else ''}\n" * 2
    more = 'region = "Zona"\n' if region else ""
    data = loaded(tmp_path, {"free.csv": text, "mapping.toml": MAPPED + more})
    assert data.ledger.totals.tolist() == [2, 1, 1, 0]
    assert data.holidays["region"].isna().all()


@pytest.mark.parametrize("header", ["holiday", "\ufeffFestivo"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_file_of_holidays_may_be_one_column(tmp_path, header, end):
    text = end.join([header, "2026-01-01", "", "2026-12-25", ""])
    data = loaded(tmp_path, {"holidays.csv": text, **WINDOW})
    assert systems(data) == {"holidays.csv": "own tables holidays"}
    days = data.holidays["date"].dt.strftime("%Y-%m-%d")
    assert days.tolist() == ["2026-01-01", "2026-12-25"]


@pytest.mark.parametrize("rows", [1, 40_000])
def test_a_mapped_file_may_be_one_column(tmp_path, rows):
    text = "Cuándo\n" + "2026-01-01 10:00\n" * rows  # the longer file is read in blocks
    mapping = (
        '[[file]]\nname = "*"\ntable = "touches"\n[file.columns]\noccurred_at = "Cuándo"\n'
        '[file.values]\nchannel = "Trade Show"\n'
    )
    data = loaded(tmp_path, {"fair.csv": text, "mapping.toml": mapping})
    assert data.ledger.totals.tolist() == [rows, rows, 0, 0]
    assert set(data.touches["channel"]) == {"Trade Show"}


def test_a_title_above_a_table_is_not_taken_for_a_column(tmp_path):
    text = "Holiday\n\nholiday,region\n2026-01-01,\n"
    data = loaded(tmp_path, {"holidays.csv": text, **WINDOW})
    assert data.ledger.files["header_row"].tolist() == [3]
    assert len(data.holidays) == 1
    # Not even where one column is all that is mapped.
    text = "Libre\n\nLibre,Nombre\n2026-01-01,Año Nuevo\n"
    mapped = loaded(tmp_path, {"free.csv": text, "mapping.toml": MAPPED})
    assert mapped.ledger.files.set_index("file").loc["free.csv", "header_row"] == 3
    # A lone cell of an export that cannot be one column is a title, as before.
    other = loaded(tmp_path, {"goals.csv": "period\n2026\n", **WINDOW})
    files = other.ledger.files.set_index("file")
    assert files.loc["goals.csv", "system"] == "not recognised"
