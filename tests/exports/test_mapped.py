"""Files mapped by hand: open deals by the names of stages, statuses and deals of leads."""

import pandas as pd
import pytest
from folders import loaded

DEALS = """\
Folio,Etapa,Monto,Moneda,Alta,Cierre
1,Ganado,100,MXN,05/01/2026,20/02/2026
2,Perdido,50,MXN,06/01/2026,21/02/2026
3,Propuesta,70,MXN,07/01/2026,31/12/2026
4,Negociación,80,MXN,08/01/2026,
5,Visita {técnica},90,MXN,09/01/2026,
6,Visita {técnica},95,MXN,09/01/2026,30/11/2026
7,Descartado,20,MXN,09/01/2026,10/02/2026
8,Descartado,30,MXN,10/01/2026,22/02/2026
"""
LEADS = """\
Clave,Origen,Estatus,Alta,Desde,ID Negocio
P1,Web,Calificado,01/01/2026,03/01/2026,1
P2,Feria,Tibio,02/01/2026,,2; 3
P3,Feria,Tibio,01/12/2025,13/01/2026,1
"""
MAPPING = """\
timezone = "Europe/Madrid"
[lead_stages]
"Tibio" = "recycled"
[[file]]
name = "deals.csv"
table = "opportunities"
dates = "day first"
[file.columns]
opportunity_id = "Folio"
status = "Etapa"
amount = "Monto"
currency = "Moneda"
created_at = "Alta"
closed_at = "Cierre"
[[file]]
name = "leads.csv"
table = "leads"
dates = "day first"
[file.columns]
lead_id = "Clave"
channel = "Origen"
status = "Estatus"
created_at = "Alta"
status_since = "Desde"
opportunity_id = "ID Negocio"
"""


@pytest.fixture
def data(tmp_path):
    return loaded(tmp_path, {"deals.csv": DEALS, "leads.csv": LEADS, "mapping.toml": MAPPING})


def test_a_stage_that_neither_wins_nor_loses_is_open_and_its_closing_a_promise(data):
    deals = data.opportunities.set_index("opportunity_id")
    assert deals["status"].astype(str).to_dict() == {
        "1": "won", "2": "lost", "3": "open", "4": "open", "5": "open", "6": "open",
    }  # fmt: skip
    assert deals["expected_close_on"].dt.strftime("%Y-%m-%d").fillna("").tolist() == [
        "", "", "2026-12-31", "", "", "2026-11-30",
    ]  # fmt: skip
    assert deals["closed_at"].notna().tolist() == [True, True, False, False, False, False]
    # Midnight of 21 February in Madrid, the last closing; promises say nothing of the export.
    assert data.as_of == pd.Timestamp("2026-02-20 23:00", tz="UTC")


def test_a_word_taken_as_open_is_told_and_one_with_a_past_closing_is_set_aside(data):
    note = data.ledger.notes.set_index("rule").loc["status-read-as-open"]
    assert note["rows"] == 2
    assert "taken as open: 2 (Visita (técnica): 2)" in note["message"]
    aside = data.ledger.set_aside[["file", "row", "value"]]
    # The later one is as much a loss as the earlier one, though nothing is known beyond its date.
    assert aside.to_numpy().tolist() == [
        ["deals.csv", 8, "Descartado"],
        ["deals.csv", 9, "Descartado"],
    ]


def test_lead_stages_apply_to_mapped_leads(data):
    assert data.leads.set_index("lead_id")["status"].to_dict() == {
        "P1": "Calificado", "P2": "recycled", "P3": "recycled",
    }  # fmt: skip
    later = data.lead_stages[data.lead_stages["stage"] != "lead"]
    assert later[["lead_id", "stage"]].astype(str).to_numpy().tolist() == [
        ["P1", "sql"],
        ["P3", "recycled"],
    ]
    assert "mapping-entry-unused" not in set(data.ledger.notes["rule"])


def test_leads_may_name_their_deals_and_the_earliest_is_the_deals_own(data):
    deals = data.opportunities.set_index("opportunity_id")["lead_id"]
    assert deals.dropna().to_dict() == {"1": "P3", "2": "P2", "3": "P2"}
    roles = data.contact_roles[["opportunity_id", "lead_id", "is_primary"]]
    assert sorted(map(tuple, roles.to_numpy().tolist())) == [
        ("1", "P1", False),
        ("1", "P3", True),
        ("2", "P2", True),
        ("3", "P2", True),
    ]


DEALS_ONLY = MAPPING[: MAPPING.index('[[file]]\nname = "leads.csv"')]
KNOWN = "Folio,Etapa,Monto,Moneda,Alta,Cierre\n1,Ganado,100,MXN,05/01/2026,20/02/2026\n"


def statuses(tmp_path, *rows):
    data = loaded(tmp_path, {"deals.csv": KNOWN + "\n".join(rows), "mapping.toml": DEALS_ONLY})
    return data, data.opportunities.set_index("opportunity_id")["status"].astype(str).to_dict()


@pytest.mark.parametrize(
    ("closing", "status"),
    [("", "open"), ("21/02/2026", "open"), ("20/02/2026", None), ("19/02/2026", None)],
)
def test_one_deal_with_an_unknown_word_is_open_unless_its_closing_is_past(
    tmp_path, closing, status
):
    data, found = statuses(tmp_path, f"2,Visita,70,MXN,06/01/2026,{closing}")
    assert found == {"1": "won", **({"2": status} if status else {})}
    assert ("status-read-as-open" in set(data.ledger.notes["rule"])) == (status == "open")
    assert data.ledger.set_aside["value"].tolist() == ([] if status else ["Visita"])


def test_a_past_closing_of_one_deal_speaks_against_its_word_on_all_however_it_is_written(tmp_path):
    losses = [f"{n},Descartada,9,MXN,06/01/2026,{n:02d}/02/2026" for n in range(11, 17)]
    latest = [
        "21,Descartada,9,MXN,06/01/2026,25/02/2026",
        "22, DESCARTADA,9,MXN,06/01/2026,26/02/2026",
        "23,descartada,9,MXN,06/01/2026,",
    ]
    data, found = statuses(tmp_path, *losses, *latest, "30,Visita,9,MXN,06/01/2026,26/02/2026")
    assert found == {"1": "won", "30": "open"}
    assert data.ledger.set_aside["row"].tolist() == list(range(3, 12))


def test_one_wrong_closing_does_not_make_promises_past(tmp_path):
    _, found = statuses(
        tmp_path, "2,Ganado,9,MXN,06/01/2026,31/01/2029", "3,Visita,9,MXN,06/01/2026,30/04/2026"
    )
    assert found == {"1": "won", "2": "won", "3": "open"}
