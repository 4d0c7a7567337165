"""``mapping.toml``: what it can say, and that a slip is answered with file, line and cure."""

from pathlib import Path

import pandas as pd
import pytest

from alignment.errors import ExportError, MappingError
from alignment.exports.zones import nearest_zone
from alignment.loading import load
from alignment.mapping import read_mapping

GOOD = """\
timezone = "America/Mexico_City"
currency = "MXN"
[window]
as_of = 2026-09-28
observed_from = 2024-01-01T00:00:00Z
[teams]
Webinar = "sales"
[stages]
"Piloto" = "Pilot"
[lead_stages]
"Tibio" = "recycled"
[channels]
"X" = "Twitter"
[identity]
internal_domains = ["Firma.example"]
plus_alias = false
[[file]]
name = "leads*.csv"
table = "leads"
dates = "day first"
unreadable = "set aside"
delimiter = "semicolon"
[file.columns]
lead_id = "Clave"
created_at = "Alta"
channel = "Medio"
[file.values]
region = "Norte"
[file.formats]
created_at = "%d/%m/%Y"
"""


def mapped(tmp_path, text):
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def test_everything_that_it_can_say(tmp_path):
    said = mapped(tmp_path, GOOD)
    assert (said.timezone, said.currency) == ("America/Mexico_City", "MXN")
    assert said.as_of == pd.Timestamp("2026-09-28 06:00", tz="UTC")
    assert said.observed_from == pd.Timestamp("2024-01-01", tz="UTC")
    words = said.vocabulary
    assert words.teams == {"Webinar": "sales"}
    assert words.internal_domains == ("firma.example",)
    assert not words.plus_alias
    (block,) = said.files
    assert block.fits("leads-2026.csv")
    assert block.fits("deep/down/leads.csv")
    assert not block.fits("deals.csv")
    assert block.profile.table == "leads"
    assert [f.name for f in block.profile.fields] == ["lead_id", "created_at", "channel"]
    assert (block.profile.dates, block.profile.delimiter) == ("dmy", ";")
    assert block.profile.constants == {"region": "Norte"}


SLIPS = {
    "no TOML": ('timezone = "a"\ncurrency = MXN\n', 2, "quotes"),
    "a section": ('[team]\nx = "sales"\n', 1, "“teams”"),
    "a setting of a file": ('[[file]]\nname = "x"\ntabel = "leads"\n', 3, "“table”"),
    "a table": ('[[file]]\nname = "x"\ntable = "lead"\n', 3, "“leads”"),
    "a column": (
        '[[file]]\nname = "x"\ntable = "leads"\n[file.columns]\nlead_id = "a"\ncreate_at = "b"\n',
        6,
        "“created_at”",
    ),
    "a needed column": (
        '[[file]]\nname = "x"\ntable = "leads"\n[file.columns]\nlead_id = "a"\n',
        2,
        "created_at",
    ),
    "a team": ('[teams]\nCall = "sale"\n', 2, "“sales”"),
    "a lead stage": ('[lead_stages]\nTibio = "recycle"\n', 2, "“recycled”"),
    "a status": (
        '[[file]]\nname = "x"\ntable = "opportunities"\n[file.columns]\nopportunity_id = "a"\n'
        '[file.values]\nstatus = "wonn"\n',
        7,
        "“won”",
    ),
    "a zone": ('timezone = "America/Mexico_Cty"\n', 1, "“America/Mexico_City”"),
    "a currency": ('currency = "PESO"\n', 1, "ISO 4217"),
    "a date of the window": ('[window]\nas_of = "soon"\n', 2, "as_of = 2026-09-28"),
    "a date order": ('[[file]]\nname = "x"\ndates = "day-first"\n', 3, "“day first”"),
    "a block without a name": ('[[file]]\ntable = "leads"\n', 1, "name ="),
    "one bracket": ('[file]\nname = "x"\n', 1, "[[file]]"),
    "columns without a table": ('[[file]]\nname = "x"\n[file.columns]\na = "b"\n', 2, "table ="),
    "a number for a text": ("currency = 3\n", 1, "quotes"),
    "a header row": ('[[file]]\nname = "x"\nheader_row = 0\n', 3, "Correct"),
    "a delimiter": ('[[file]]\nname = "x"\ndelimiter = "comma or tab"\n', 3, "tab"),
}


@pytest.mark.parametrize(("text", "row", "cure"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_answered_with_file_line_and_cure(tmp_path, text, row, cure):
    with pytest.raises(MappingError) as caught:
        mapped(tmp_path, text)
    assert caught.value.file == "mapping.toml"
    assert caught.value.row == row
    assert cure in caught.value.cure


@pytest.mark.parametrize(
    ("word", "zone"),
    [
        ("GMT-6", "Etc/GMT+6"),
        ("utc \u2212 06:00", "Etc/GMT+6"),
        ("UTC+02:00", "Etc/GMT-2"),
        ("+2", "Etc/GMT-2"),
        ("UTC+5:30", None),
        ("UTC\u22123:30", None),
        ("UTC+13", None),
        ("12", None),  # a number is no distance: the sign is missing
        ("Q4", None),
        ("Z3", None),
        ("a7", None),
        ("bogota", "America/Bogota"),
        ("Ciudad de México", "America/Mexico_City"),
    ],
)
def test_the_zone_that_a_word_means(word, zone):
    assert nearest_zone(word) == zone


def test_a_mapping_that_does_not_exist_or_is_not_utf_8(tmp_path):
    with pytest.raises(MappingError, match="cannot be read"):
        read_mapping(tmp_path / "nowhere.toml")
    (tmp_path / "mapping.toml").write_bytes(b"a = '\xf1'")
    with pytest.raises(MappingError, match="not UTF-8"):
        read_mapping(tmp_path / "mapping.toml")


def test_a_mapped_folder_becomes_tables(tmp_path):
    (tmp_path / "leads.csv").write_text("Clave;Alta;Medio\n1;3/4/2026;X\n2;31/4/2026;Radio\n")
    (tmp_path / "mapping.toml").write_text(GOOD)
    data = load(tmp_path)
    assert data.leads["lead_id"].tolist() == ["1"]
    assert data.leads["created_at"].tolist() == [pd.Timestamp("2026-04-03 06:00", tz="UTC")]
    assert data.leads[["channel", "region", "precision"]].to_numpy().tolist() == [
        ["Twitter", "Norte", "day"]
    ]
    assert data.ledger.totals.tolist() == [2, 1, 0, 1]
    assert data.as_of == pd.Timestamp("2026-09-28 06:00", tz="UTC")


def test_a_column_that_the_file_lacks_is_answered_with_the_nearest(tmp_path):
    (tmp_path / "leads.csv").write_text("Claves;Alta;Medio\n1;03/04/2026;X\n")
    (tmp_path / "mapping.toml").write_text(GOOD)
    with pytest.raises(ExportError) as caught:
        load(tmp_path)
    assert (caught.value.value, caught.value.cure) == ("Clave", "Did you mean “Claves”?")


TWO = """\
currency = "EUR"
[[file]]
name = "deals.csv"
table = "leads"
[file.columns]
lead_id = "person"
created_at = "asked"
[[file]]
name = "deals.csv"
table = "opportunities"
[file.columns]
opportunity_id = "deal"
lead_id = "person"
created_at = "asked"
closed_at = "ended"
status = "state"
amount = "worth"
[[file]]
name = "log.csv"
table = "touches"
[file.columns]
lead_id = "person"
occurred_at = "when"
channel = "what"
"""


def test_one_file_may_hold_two_tables_and_touches_get_their_team(tmp_path):
    (tmp_path / "deals.csv").write_text(
        "deal,person,asked,ended,state,worth\n"
        'd1,p1,2026-01-05,2026-02-05,Ganada,"1.234,5 €"\n'
        'd2,p2,2026-01-06,,Open,"2.000,5"\n'
        "d3,p3,2026-01-07,2026-02-04,Nobody knows,7\n"
    )
    (tmp_path / "log.csv").write_text(
        "person,when,what\np1,2026-01-06 10:00,Call\np1,2026-01-07 10:00,Webinar\n"
        "p1,2026-01-07 10:00,Webinar\n"
    )
    (tmp_path / "mapping.toml").write_text(TWO)
    data = load(tmp_path)
    assert data.leads["lead_id"].tolist() == ["p1", "p2", "p3"]
    deals = data.opportunities.set_index("opportunity_id")
    assert deals["status"].tolist() == ["won", "open"]
    assert deals["amount"].tolist() == [1234.5, 2000.5]
    assert deals.loc["d1", "currency"] == "EUR"
    assert data.touches["team"].tolist() == ["sales", "marketing", "marketing"]
    assert data.touches["kind"].tolist() == ["call", "event", "event"]
    assert data.touches["touch_id"].is_unique
    parts = data.ledger.files.set_index(["file", "table"])
    assert parts.loc[("deals.csv", "leads"), "rows_kept"] == 3
    assert parts.loc[("deals.csv", "opportunities"), "rows_set_aside"] == 1
    assert data.ledger.set_aside["value"].tolist() == ["Nobody knows"]


def test_teams_of_the_mapping_win(tmp_path):
    (tmp_path / "log.csv").write_text("person,when,what\np1,2026-01-06 10:00,Call\n")
    block = TWO[TWO.index('[[file]]\nname = "log.csv"') :]
    (tmp_path / "mapping.toml").write_text('[teams]\ncall = "marketing"\n' + block)
    assert load(tmp_path).touches["team"].tolist() == ["marketing"]


def test_the_example_in_the_documentation_is_a_valid_mapping(tmp_path):
    page = (Path(__file__).parents[1] / "docs" / "mapping.md").read_text(encoding="utf-8")
    example = page.split("```toml\n")[1].split("```")[0]
    (tmp_path / "mapping.toml").write_text(example, encoding="utf-8")
    said = read_mapping(tmp_path / "mapping.toml")
    assert said.timezone == "America/Mexico_City"
    assert said.files[0].name == "deals*.csv"
