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


def test_a_closed_deal_keeps_the_stage_it_was_in_and_closes_at_its_own_time(tmp_path):
    data = loaded(tmp_path, FILES)
    deals = data.opportunities.set_index("opportunity_id")
    assert deals["stage"].tolist() == ["Closed Won", "Closed Lost", "Demo"]
    history = data.opportunity_stages[["stage", "entered_at"]]
    assert history["stage"].tolist() == ["Proposal/Price Quote", "Closed Won"]
    assert history["entered_at"].dt.strftime("%m-%d %H").tolist() == ["02-01 08", "03-01 12"]
    stages = data.stages.set_index("stage")
    assert stages["is_won"].to_dict() == {
        "Demo": False, "Proposal/Price Quote": False, "Closed Won": True, "Closed Lost": False,
    }  # fmt: skip
    assert "status-against-history" not in set(data.ledger.notes["rule"])


def test_a_stage_is_no_closing_where_a_lost_deal_has_no_date_of_its_own(tmp_path):
    header = "Deal - ID,Deal - Title,Deal - Value,Deal - Stage,Deal - Status,Deal - Won time,"
    rows = (
        f"{header}Deal - Deal created,Deal - Last stage change\n"
        "1,A,10,Demo,Lost,,2026-01-01 10:00:00,2026-01-05 10:00:00\n"
        "2,B,10,Demo,Won,2026-02-01 10:00:00,2026-01-01 10:00:00,2026-01-05 10:00:00\n"
    )
    deals = loaded(tmp_path, {"deals.csv": rows}).opportunities.set_index("opportunity_id")
    assert pd.isna(deals.loc["pipedrive-1", "closed_at"])
    assert deals.loc["pipedrive-2", "closed_at"] == pd.Timestamp("2026-02-01 10:00", tz="UTC")


DEFAULTS = {
    "deals.csv": (
        '"Deal - Title","Deal - Value","Deal - Currency of Value","Deal - Organization",'
        '"Deal - Contact person","Deal - Expected close date","Deal - Owner","Deal - Stage",'
        '"Deal - Status"\n'
        '"Hornos","12500.5","MXN","Norte","Ana Ruiz","2026-02-20","Vera","Propuesta","Won"\n'
        '"Palas","100","MXN","Norte","Ana Ruiz","2026-12-01","Vera","Demo","Open"\n'
    ),
    "people.csv": (
        '"Person - Name","Person - Organization","Person - Email - Work","Person - Owner"\n'
        '"Ana Ruiz","Norte","ana@norte.example","Vera"\n'
    ),
    "organizations.csv": '"Organization - Name","Organization - Owner"\n"Norte","Vera"\n',
    "activities.csv": (
        '"Activity - Done","Activity - Subject","Activity - Deal","Activity - Contact person",'
        '"Activity - Due date"\n"Done","Llamada","Hornos","Ana Ruiz","2026-01-08"\n'
    ),
}


def test_the_default_views_carry_no_ids_and_are_tied_by_names(tmp_path):
    data = loaded(tmp_path, DEFAULTS)
    assert data.ledger.totals.tolist() == [5, 5, 0, 0]
    (lead,) = data.leads["lead_id"]
    assert lead == "pipedrive-person 000001"
    assert set(data.opportunities["lead_id"]) == {lead}
    assert set(data.opportunities["account_id"]) == set(data.accounts["account_id"])
    touch = data.touches.iloc[0]
    won = data.opportunities[data.opportunities["status"] == "won"].iloc[0]
    assert (touch["lead_id"], touch["opportunity_id"]) == (lead, won["opportunity_id"])
    assert data.as_of == pd.Timestamp("2026-02-20", tz="UTC")


def test_bare_headers_of_people_and_organizations(tmp_path):
    files = {
        "people.csv": (
            "ID,Name,Organization,Email,Person created\n"
            "11,Ana Ruiz,Norte,ana@norte.example,2026-01-05 09:00:00\n"
        ),
        "organizations.csv": "ID,Name,Organization created\n1,Norte,2026-01-05 09:00:00\n",
    }
    data = loaded(tmp_path, files)
    assert data.leads["account_id"].tolist() == ["pipedrive-1"]
    assert data.leads["created_at"].tolist() == [pd.Timestamp("2026-01-05 09:00", tz="UTC")]
