"""An entry of mapping.toml that meets nothing is told, with the nearest word of the exports."""

from alignment.loading import load

MAPPING = """\
[teams]
"Webinarr" = "sales"
"Call" = "sales"
[stages]
"Piloto" = "Pilot"
"Ganada" = "Closed Won"
[lead_stages]
"Tibio" = "recycled"
[channels]
"Radio" = "Radio"
"Faceb" = "Paid Social"
[[file]]
name = "log.csv"
table = "touches"
[file.columns]
lead_id = "person"
occurred_at = "when"
channel = "what"
[[file]]
name = "deals.csv"
table = "opportunities"
[file.columns]
opportunity_id = "id"
created_at = "when"
status = "state"
"""


def test_entries_that_meet_nothing_are_told_with_the_nearest(tmp_path):
    (tmp_path / "log.csv").write_text(
        "person,when,what\np1,2026-01-06 10:00,Call\np1,2026-01-07 10:00,Webinar\n"
        "p1,2026-01-08 10:00,RADIO\n"
    )
    (tmp_path / "deals.csv").write_text("id,when,state\n1,2026-01-06,Ganada\n")
    (tmp_path / "mapping.toml").write_text(MAPPING)
    notes = load(tmp_path, timezone="UTC").ledger.notes
    told = notes[notes["rule"] == "mapping-entry-unused"].set_index("example")
    assert told["rows"].to_dict() == {"Webinarr": 1, "Piloto": 1, "Tibio": 1, "Faceb": 1}
    assert told.loc["Webinarr", "message"].endswith("“Webinarr” (did you mean “Webinar”?).")
    assert told.loc["Webinarr", "message_es"].endswith("«Webinarr» (¿querías decir «Webinar»?).")
    assert "[stages]" in told.loc["Piloto", "message"]
    assert set(told["file"]) == {"mapping.toml"}


def test_entries_that_meet_something_are_not_told(tmp_path):
    (tmp_path / "log.csv").write_text("person,when,what\np1,2026-01-06 10:00,Call\n")
    block = MAPPING[MAPPING.index("[[file]]") :].split('[[file]]\nname = "deals')[0]
    (tmp_path / "mapping.toml").write_text('[teams]\ncall = "marketing"\n' + block)
    assert "mapping-entry-unused" not in set(load(tmp_path).ledger.notes["rule"])
