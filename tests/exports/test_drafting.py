"""The draft of a mapping: TOML whatever the headers, no wider than a terminal, and why."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.exports.drafting import mapping_start
from alignment.exports.unknown import draft_blocks
from alignment.loading import DRAFT_NAME, draft_mapping, load
from alignment.mapping import read_mapping
from alignment.tables import MODELS

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
WORDS = st.one_of(
    st.sampled_from(["deal id", "Won Date", "coste", "fecha", "lead id", "status", "canal", "id"]),
    st.text(min_size=1, max_size=8),
    st.text(alphabet=' "\\ñ=\n\x7f\u2028', min_size=1, max_size=300),
)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.text(min_size=1, max_size=150), st.lists(WORDS, max_size=8, unique=True))
def test_a_draft_can_be_read_whatever_the_names(file, headers):
    draft = mapping_start(file, headers)
    assert max(len(line) for line in draft.split("\n")) <= 100
    blocks = tomllib.loads(draft).get("file", [])
    if not blocks:
        # Nothing is taken for granted where a needed column is not found.
        assert all(line.startswith("#") for line in draft.split("\n"))
        return
    (block,) = blocks
    assert block["name"] == file
    assert block["table"] in MODELS
    assert set(block["columns"].values()) <= set(headers)


def test_a_guess_looks_at_the_cells_and_says_why():
    rows = [["7", "2026-01-01", "soon", "1.234,50 €"], ["8", "2026-01-02", "late", "900,00 €"]]
    draft = mapping_start("x.csv", ["n", "day", "date", "cost"], rows)
    assert tomllib.loads(draft) == {}
    assert "not complete: say which column gives channel" in draft
    # “date” holds no dates, so that the day is taken; the reason stands beside it.
    assert '# starts_on = "day"  # “day” in its name, dates in it' in draft
    assert '# cost = "cost"  # “cost” in its name, numbers in its cells' in draft


def test_an_order_that_no_cell_settles_is_left_to_the_person():
    rows = [["1", "3/4/2026"], ["2", "5/6/2026"]]
    draft = mapping_start("x.csv", ["lead id", "created"], rows)
    assert '# dates = "day first"' in draft
    assert "dates" not in tomllib.loads(draft)["file"][0]


def test_the_draft_for_a_real_company_needs_only_to_be_confirmed(tmp_path):
    if not (SHARED / "olist").exists():
        pytest.skip("the Olist files are not on this machine")
    for path in (SHARED / "olist").glob("*.csv"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert draft_mapping(tmp_path) == tmp_path / "mapping.toml"
    data = load(tmp_path)
    own = read_mapping(Path(__file__).resolve().parents[1] / "mappings" / "olist.toml")
    assert len(own.files) == 2
    assert (len(data.leads), len(data.opportunities)) == (8000, 842)
    assert (data.opportunities["status"] == "won").all()
    assert data.opportunities["lead_id"].isin(data.leads["lead_id"]).all()
    assert data.opportunities["closed_at"].notna().all()
    assert data.leads["channel"].notna().sum() == 7940
    assert draft_mapping(tmp_path) is None


def test_a_draft_beside_a_mapping_is_another_file_and_stays(tmp_path):
    (tmp_path / "goals.csv").write_text("period,team,metric,target\n2026,sales,won,3\n")
    (tmp_path / "x.csv").write_text("lead id,created\n1,2026-01-01\n")
    (tmp_path / "mapping.toml").write_text("[window]\nas_of = 2026-09-28\n")
    assert draft_mapping(tmp_path) == tmp_path / DRAFT_NAME
    (block,) = read_mapping(tmp_path / DRAFT_NAME).files
    assert block.name == "x.csv"
    with pytest.raises(Exception, match="not overwritten"):
        draft_mapping(tmp_path)


def test_genuine_files_that_nobody_knows_are_all_drafted():
    if not (SHARED / "exports").exists():
        pytest.skip("the genuine exports are not on this machine")
    for folder in sorted(p for p in (SHARED / "exports").iterdir() if p.is_dir()):
        for draft in draft_blocks(folder, ()).values():
            tomllib.loads(draft)
            assert max(map(len, draft.split("\n"))) <= 100


IDS = [str(1_700_000_000 + n * 7919) for n in range(8)]
WEB = ["Web"] * 8
DAYS = [f"2026-01-{n + 10}" for n in range(8)]
MILLISECONDS = [str(1_767_225_600_000 + n * 86_400_000) for n in range(8)]


def columns(**cells):
    """Draft a mapping for columns, and return what it maps, whether or not it is complete."""
    draft = mapping_start("x.csv", list(cells), list(zip(*cells.values(), strict=True)))
    lines = (line.removeprefix("# ") for line in draft.splitlines())
    pairs = (line.split("  #")[0].split(" = ") for line in lines if " = " in line)
    return {name: value.strip(' "') for name, value in pairs}


def test_ids_are_no_dates_although_they_would_be_plausible_seconds():
    found = columns(cliente=IDS, alta=DAYS, correo=[f"a{n}@b.example" for n in range(8)])
    assert (found["lead_id"], found["created_at"]) == ("cliente", "alta")
    assert columns(folio=IDS, email=["a@b.example"] * 8)["created_at"] == "…"


def test_numbers_are_dates_where_the_name_says_so():
    found = columns(**{"lead id": IDS, "created_at": MILLISECONDS, "source": ["Web"] * 8})
    assert found["created_at"] == "created_at"


def test_no_id_is_drawn_from_an_e_mail_or_a_phone():
    found = columns(telefono=IDS, correo=[f"a{n}@b.example" for n in range(8)], origen=WEB)
    assert found.get("lead_id", "…") == "…"
    assert "telefono" not in found.values()


def test_a_column_of_deals_is_no_id_of_leads():
    found = columns(**{"cliente": IDS, "alta": DAYS, "ID Negocio": MILLISECONDS, "origen": DAYS})
    assert (found["lead_id"], found["opportunity_id"]) == ("cliente", "ID Negocio")
