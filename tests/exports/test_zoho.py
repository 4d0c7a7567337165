"""Zoho CRM: ids with ``zcrm_``, owners and lookups as name and ``.id``, potentials as deals."""

import pandas as pd
import pytest
from folders import loaded, systems

LEADS = """\
Record Id,Lead Owner.id,Lead Owner,Company,First Name,Last Name,Email,Lead Source,Lead Status,\
Created Time,Converted Contact.id,Converted Deal.id
zcrm_100,zcrm_9,Vera,Norte,Ana,Ruiz,ana@norte.example,Web,Contacted,2026-01-02 10:00:00,zcrm_200,\
zcrm_300
zcrm_101,zcrm_9,Vera,Sur,Leo,Gil,leo@sur.example,Feria,Junk Lead,2026-01-03 10:00:00,,
"""
CONTACTS = """\
Record Id,First Name,Last Name,Email,Account Name.id,Account Name,Created Time
zcrm_200,Ana,Ruiz,ana@norte.example,zcrm_400,Norte,2026-01-20 10:00:00
"""
ACCOUNTS = """\
Record Id,Account Name,Account Owner,Website,Industry
zcrm_400,Norte,Vera,https://www.norte.example,Acero
"""
DEALS = """\
Record Id,Deal Owner.id,Deal Owner,Amount,Deal Name,Closing Date,Account Name.id,Account Name,\
Contact Name.id,Contact Name,Stage,Created Time,Modified Time,Sub-Pipeline,Currency
zcrm_300,zcrm_9,Vera,1500.75,Hornos,2026-02-10,zcrm_400,Norte,zcrm_200,Ana Ruiz,Closed Won,\
2026-01-20 10:00:00,2026-02-10 11:00:00,Standard,MXN
zcrm_301,zcrm_9,Vera,800,Grúas,2026-03-10,zcrm_400,Norte,,Ana Ruiz,\
Closed Lost to Competition,2026-01-21 10:00:00,2026-03-10 11:00:00,Standard,MXN
"""
CALLS = """\
Record Id,Subject,Call Type,Call Start Time,Contact Name.id,Related To.id,Call Owner
zcrm_500,Seguimiento,Outbound,2026-01-22 10:00:00,zcrm_200,zcrm_300,Vera
zcrm_501,Pregunta,Inbound,2026-01-23 10:00:00,zcrm_200,,Vera
"""
FILES = {
    "Leads_2026_03_11.csv": LEADS,
    "Contacts.csv": CONTACTS,
    "Accounts.csv": ACCOUNTS,
    "Deals.csv": DEALS,
    "Calls.csv": CALLS,
}


def test_a_converted_lead_its_deal_and_its_account_are_tied(tmp_path):
    data = loaded(tmp_path, FILES)
    assert set(systems(data).values()) == {
        "zoho Leads", "zoho Contacts", "zoho Accounts", "zoho Deals", "zoho Calls",
    }  # fmt: skip
    assert set(data.leads["lead_id"]) == {"zoho-100", "zoho-101"}
    deals = data.opportunities.set_index("opportunity_id")
    assert deals["lead_id"].to_dict() == {"zoho-300": "zoho-100", "zoho-301": "zoho-100"}
    assert set(deals["account_id"]) == {"zoho-400"}
    assert deals["status"].astype(str).tolist() == ["won", "lost"]
    assert deals.loc["zoho-300", "closed_at"] == pd.Timestamp("2026-02-10", tz="UTC")
    assert set(deals["precision"]) == {"day"}


def test_who_calls_tells_who_started_it(tmp_path):
    touches = loaded(tmp_path, FILES).touches.set_index("touch_id")
    assert touches["initiator"].astype(str).to_dict() == {"zoho-500": "firm", "zoho-501": "buyer"}
    assert touches.loc["zoho-500", "opportunity_id"] == "zoho-300"


@pytest.mark.parametrize(
    "header",
    [
        "Record Id,Potential Name,Stage,Closing Date,Amount,Created Time",
        "Id. de registro,Nombre de Trato,Fase,Fecha de cierre,Importe,Hora de creación",
    ],
)
def test_potentials_and_spanish_deals_are_deals(tmp_path, header):
    rows = f"{header}\nzcrm_1,Hornos,Qualification,2026-05-10,10,2026-01-01 08:00:00\n"
    deal = loaded(tmp_path, {"Potentials_001.csv": rows}).opportunities.iloc[0]
    assert (deal["opportunity_id"], deal["status"], deal["amount"]) == ("zoho-1", "open", 10)


def test_what_nobody_chose_is_no_value_and_a_view_without_owner_ids_is_read(tmp_path):
    rows = (
        "Record Id,Lead Owner,Company,Last Name,Email,Lead Source,Lead Status,Created Time\n"
        "zcrm_100,Vera,Norte,Ruiz,ana@norte.example,-None-,-None-,2026-01-02 10:00:00\n"
    )
    lead = loaded(tmp_path, {"Leads.csv": rows}).leads.iloc[0]
    assert pd.isna(lead["channel"])
    assert pd.isna(lead["status"])
    assert lead["owner_id"] == "Vera"


def test_a_spanish_module_with_commas_days_first_and_its_articles(tmp_path):
    rows = (
        "ID de registro;Propietario del trato;Importe;Nombre del trato;Fecha de cierre;"
        "Nombre de la cuenta;Fase;Hora de creación\n"
        "zcrm_300;Vera;1.500,75;Hornos;10/02/2026;Norte;Cerrado ganado;20/01/2026 10:00\n"
        "zcrm_301;Vera;800,00;Grúas;10/12/2026;Norte;Negociación;21/01/2026 10:00\n"
    )
    data = loaded(tmp_path, {"Tratos.csv": rows.encode("cp1252")}, currency="MXN")
    deals = data.opportunities
    assert deals["status"].astype(str).tolist() == ["won", "open"]
    assert deals["amount"].tolist() == [1500.75, 800]
    assert deals["expected_close_on"].tolist()[1] == pd.Timestamp("2026-12-10")
    assert data.as_of == pd.Timestamp("2026-02-10", tz="UTC")
