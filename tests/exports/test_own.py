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


LIST = '[window]\nas_of = 2026-09-28\n[[file]]\nname = "list.csv"\ntable = "{}"\n[file.columns]\n'
GOALS = "2027-Q1,sales,revenue,{}\n"
HOURS = "sales,2026-01-05,{}\n"
ARMS = "region,North,trial,{},2026-01-05,2026-03-01\n"
TABLES = {
    "goals": ("period,team,metric,target", GOALS, ("500", "600", "abc")),
    "capacity": ("team,week,hours", HOURS, ("320", "90", "x")),
    "experiments": ("unit_kind,unit_id,experiment,arm,starts_on,ends_on", ARMS, ("on", "off", "")),
}


@pytest.fixture(params=[False, True], ids=["known", "mapped"])
def read(request, tmp_path):
    """Load rows of a table that a company writes, by its headers or by a mapping."""

    def load(table, values):
        header, row, _ = TABLES[table]
        text = header + "\n" + "".join(row.format(value) for value in values)
        if not request.param:
            return loaded(tmp_path, {"list.csv": text, **WINDOW})
        names = header.split(",")
        mapping = LIST.format(table) + "".join(f'{name} = "My {name}"\n' for name in names)
        text = text.replace(header, ",".join(f"My {name}" for name in names))
        return loaded(tmp_path, {"list.csv": text, "mapping.toml": mapping})

    return load


@pytest.mark.parametrize("table", TABLES)
def test_rows_that_say_unlike_things_of_one_are_all_set_aside(read, table):
    one, other, _ = TABLES[table][2]
    data = read(table, [one, other, one])
    assert len(data.table(table)) == 0
    assert data.ledger.set_aside["row"].tolist() == [2, 3, 4]
    assert data.ledger.set_aside["reason"].str.contains("keep one of them").all()


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("turned", [False, True])
def test_a_row_that_cannot_be_read_takes_no_other_rows_place(read, table, turned):
    one, _, blank = TABLES[table][2]
    data = read(table, [blank, one, one] if turned else [one, one, blank])
    assert len(data.table(table)) == 1
    assert data.ledger.set_aside["row"].tolist() == [2 if turned else 4]
    assert data.ledger.totals.tolist() == [3, 1, 1, 1]
