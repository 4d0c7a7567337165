"""Pipedrive: relations by name or id, two Spanishes, bare headers, no zone."""

import pandas as pd
import pytest
from folders import loaded, systems

ORGANIZATIONS = """\
Organization - ID,Organization - Name,Organization - Country of Address
1,Aceros Norte,México
2,Gemela,España
3,Gemela,España
"""
PEOPLE = """\
Person - ID,Person - Name,Person - Email - Work,Person - Organization,Person - Person created
11,Ana Ruiz,ana@aceros.example,Aceros Norte,2026-01-05 09:00:00
12,Luis Paz,luis@gemela.example,Gemela,2026-01-06 10:00:00
"""
DEALS = """\
Deal - ID,Deal - Title,Deal - Value,Deal - Currency,Deal - Stage,Deal - Pipeline,Deal - Status,\
Deal - Organization,Deal - Contact person,Deal - Deal created,Deal - Won time,Deal - Lost time,\
Deal - Lost reason,Deal - Expected close date,Deal - Last stage change
7,Hornos,"12,500.50",MXN,Propuesta,Ventas,Won,Aceros Norte,Ana Ruiz,2026-01-10 09:00:00,\
2026-03-01 12:00:00,,,2026-02-20,2026-02-01 08:00:00
8,Grúas,900,MXN,Demo,Ventas,Lost,Gemela,Luis Paz,2026-01-11 09:00:00,,2026-02-02 12:00:00,Precio,,
9,Palas,100,MXN,Demo,Ventas,Open,Aceros Norte,Ana Ruiz,2026-01-12 09:00:00,,,,2026-12-01,
"""
ACTIVITIES = """\
Activity - ID,Activity - Type,Activity - Subject,Activity - Done,Activity - Due date,\
Activity - Marked as done time,Activity - Deal,Activity - Contact person
21,Call,Primera llamada,Done,2026-01-08,2026-01-08 17:30:00,,Ana Ruiz
22,Meeting,Demo,To do,2026-05-08,,Palas,Ana Ruiz
23,Email,Mailchimp: Boletín de enero,Done,2026-01-09,2026-01-09 08:00:00,,Luis Paz
"""
FILES = {
    "organizations-1-1.csv": ORGANIZATIONS,
    "people-1-1.csv": PEOPLE,
    "deals-1-1.csv": DEALS,
    "activities-1-1.csv": ACTIVITIES,
}


def test_deals_have_their_state_amount_and_people(tmp_path):
    data = loaded(tmp_path, FILES, timezone="America/Mexico_City")
    assert set(systems(data).values()) == {
        "pipedrive organizations", "pipedrive people", "pipedrive deals", "pipedrive activities",
    }  # fmt: skip
    deals = data.opportunities.set_index("opportunity_id")
    assert deals["status"].astype(str).to_dict() == {
        "pipedrive-7": "won", "pipedrive-8": "lost", "pipedrive-9": "open",
    }  # fmt: skip
    won = deals.loc["pipedrive-7"]
    assert won["amount"] == 12500.5
    assert won["currency"] == "MXN"
    assert won["closed_at"] == pd.Timestamp("2026-03-01 18:00", tz="UTC")
    assert won["lead_id"] == "pipedrive-11"
    assert won["account_id"] == "pipedrive-1"
    assert deals.loc["pipedrive-8", "lost_reason"] == "Precio"
    assert deals.loc["pipedrive-9", "expected_close_on"] == pd.Timestamp("2026-12-01")


def test_a_name_of_two_records_names_neither(tmp_path):
    data = loaded(tmp_path, FILES)
    deals = data.opportunities.set_index("opportunity_id")
    assert pd.isna(deals.loc["pipedrive-8", "account_id"])
    assert "namesakes" in set(data.ledger.notes["rule"])


def test_activities_done_are_touches_and_a_newsletter_is_marketings(tmp_path):
    touches = loaded(tmp_path, FILES).touches.set_index("touch_id")
    assert touches["team"].astype(str).to_dict() == {
        "pipedrive-21": "sales", "pipedrive-23": "marketing",
    }  # fmt: skip
    assert touches.loc["pipedrive-21", "lead_id"] == "pipedrive-11"
    assert touches.loc["pipedrive-21", "kind"] == "call"


@pytest.mark.parametrize("word", ["Negocio", "Trato"])
def test_both_spanishes_are_read(tmp_path, word):
    header = ",".join(
        f"{word} - {name}"
        for name in ("ID", "Título", "Valor", "Moneda", "Etapa", "Estado", "Fecha de ganado")
    )
    rows = f"{header},{word} creado\n5,Hornos,100,EUR,Propuesta,Ganado,2026-03-01 12:00:00,\n"
    data = loaded(tmp_path, {"deals-2-1.csv": rows})
    deal = data.opportunities.iloc[0]
    assert (deal["opportunity_id"], deal["status"], deal["amount"]) == ("pipedrive-5", "won", 100)
    assert deal["closed_at"] == pd.Timestamp("2026-03-01 12:00", tz="UTC")


def test_bare_headers_and_a_person_known_only_by_the_deal(tmp_path):
    rows = (
        "ID,Title,Value,Currency,Stage,Status,Add time,Won time,Person - Email - Work\n"
        "5,A,10,EUR,Demo,won,2026-01-01 10:00:00,2026-02-01 10:00:00,Eva@Firma.example\n"
        "6,B,20,EUR,Demo,open,2026-01-03 10:00:00,,eva@firma.example\n"
    )
    data = loaded(tmp_path, {"deals.csv": rows})
    assert data.opportunities["lead_id"].tolist() == ["pipedrive-deal 5", "pipedrive-deal 5"]
    assert data.ledger.files["rows_kept"].tolist() == [2]
    assert not data.leads.astype(str).apply(lambda c: c.str.contains("eva@")).any(axis=None)
