"""HubSpot: deals with their stage columns, companies, activities, a connector's tables."""

import pandas as pd
import pytest
from folders import loaded, systems

CONTACTS = """\
"Record ID","First Name","Last Name","Email","Lifecycle Stage","Create Date",\
"Associated Company IDs"
"101","Ana","Ruiz","ana@norte.example","Lead","2026-01-05 09:30","900"
"102","Leo","Gil","leo@norte.example","Lead","2026-01-06 09:30","900"
"""
COMPANIES = """\
"Record ID","Company name","Company Domain Name","Create Date","Industry"
"900","Norte","norte.example","2026-01-01 10:00","Acero"
"""
DEALS = '''\
"Record ID","Deal Name","Pipeline","Deal Stage","Amount","Currency","Close Date","Create Date",\
"Closed Lost Reason","Date entered ""Demo (agendada) (Ventas)""",\
"Date entered ""Closed Won (Ventas)""",\
"Cumulative time in ""Demo (agendada) (Ventas)""","Associated Contact IDs","Associated Company IDs"
"1","Hornos","Ventas","Closed Won","1000.50","EUR","2026-03-01 10:00","2026-01-10 09:00","",\
"2026-02-01 09:00","2026-03-01 12:00","100","101;102","900"
"2","Grúas","Ventas","Demo (agendada)","500","EUR","2026-09-01 10:00","2026-01-11 09:00","",\
"2026-02-02 09:00","","","102",""
'''
ACTIVITIES = """\
"Activity Type","Activity date","Email subject","Email direction","Activity assigned to",\
"Associated Contact IDs","Associated Deal IDs","Record ID"
"Call","2026-01-20 10:00","","","Vera","101","1","701"
"Email","2026-01-21 10:00","Re: oferta","INCOMING_EMAIL","Vera","101","1","702"
"Email","2026-01-22 10:00","Oferta","EMAIL","Vera","101","1","703"
"Meeting","2026-01-23 10:00","","","Vera","102","","704"
"""
FILES = {
    "hubspot-crm-exports-contacts-2026-03-02.csv": CONTACTS,
    "hubspot-crm-exports-companies-2026-03-02.csv": COMPANIES,
    "hubspot-crm-exports-deals-2026-03-02-1.csv": DEALS,
    "hubspot-crm-exports-activities-2026-03-02.csv": ACTIVITIES,
}


def test_deals_are_tied_to_contacts_companies_and_stages(tmp_path):
    data = loaded(tmp_path, FILES)
    assert sorted(systems(data).values()) == [
        "hubspot activities", "hubspot companies", "hubspot contacts", "hubspot deals",
    ]  # fmt: skip
    deals = data.opportunities.set_index("opportunity_id")
    won = deals.loc["hubspot-1"]
    assert (won["status"], won["amount"], won["currency"]) == ("won", 1000.5, "EUR")
    assert won["closed_at"] == pd.Timestamp("2026-03-01 10:00", tz="UTC")
    assert (won["lead_id"], won["account_id"]) == ("hubspot-101", "hubspot-900")
    assert deals.loc["hubspot-2", "expected_close_on"] == pd.Timestamp("2026-09-01")
    roles = data.contact_roles[["opportunity_id", "lead_id", "is_primary"]]
    assert roles.to_numpy().tolist() == [
        ["hubspot-1", "hubspot-101", True],
        ["hubspot-1", "hubspot-102", False],
        ["hubspot-2", "hubspot-102", True],
    ]
    assert data.ledger.totals.tolist() == [9, 9, 0, 0]


def test_stage_columns_are_a_history_with_one_entry_a_stage(tmp_path):
    data = loaded(tmp_path, FILES)
    history = data.opportunity_stages[["opportunity_id", "stage", "origin"]].astype(str)
    assert history.to_numpy().tolist() == [
        ["hubspot-1", "Demo (agendada)", "stage columns"],
        ["hubspot-2", "Demo (agendada)", "stage columns"],
        ["hubspot-1", "Closed Won", "stage columns"],
    ]
    assert "one-entry-a-stage" in set(data.ledger.notes["rule"])
    stages = data.stages.sort_values("position")
    assert stages["stage"].tolist() == ["Demo (agendada)", "Closed Won"]


def test_the_direction_of_an_e_mail_tells_who_started_it(tmp_path):
    touches = loaded(tmp_path, FILES).touches.set_index("touch_id")
    assert touches["kind"].to_dict() == {
        "hubspot-701": "call", "hubspot-702": "email", "hubspot-703": "email",
        "hubspot-704": "meeting",
    }  # fmt: skip
    assert touches["initiator"].astype(str).tolist() == ["firm", "buyer", "firm", "firm"]
    assert touches.loc["hubspot-701", "opportunity_id"] == "hubspot-1"


@pytest.mark.parametrize(
    ("stage", "column"),
    [
        ("Propuesta", "Fecha de entrada en «Propuesta (Ventas)»"),
        ("Propuesta", "Fecha de entrada en “Propuesta (Ventas)”"),
        ("122237508", "hs_v2_date_entered_122237508"),
    ],
)
def test_stage_columns_in_spanish_and_by_internal_name(tmp_path, stage, column):
    rows = (
        "ID de registro,Nombre del negocio,Etapa del negocio,Importe,Fecha de creación,"
        f'"{column}"\n5,Hornos,{stage},10,2026-01-01 10:00,2026-01-09 10:00\n'
    )
    data = loaded(tmp_path, {"negocios.csv": rows})
    entry = data.opportunity_stages.iloc[0]
    assert entry["opportunity_id"] == "hubspot-5"
    assert entry["stage"] == data.opportunities["stage"].iloc[0]
    assert entry["entered_at"] == pd.Timestamp("2026-01-09 10:00", tz="UTC")


def test_a_connectors_history_of_stages_keeps_a_stage_that_is_entered_again(tmp_path):
    files = {
        "deal.csv": (
            "deal_id,deal_pipeline_id,deal_pipeline_stage_id,property_createdate,property_amount\n"
            "5,default,77,2026-01-01 10:00:00,10\n"
        ),
        "deal_stage.csv": (
            "deal_id,date_entered,source,value\n"
            "5,2026-01-01 10:00:00,CRM,66\n"
            "5,2026-01-02 10:00:00,CRM,66\n"
            "5,2026-01-03 10:00:00,CRM,88\n"
            "5,2026-01-04 10:00:00,CRM,66\n"
            "5,2026-01-05 10:00:00,CRM,77\n"
        ),
        "deal_pipeline_stage.csv": (
            "stage_id,label,pipeline_id,closed_won,is_closed,display_order\n"
            "66,Demo,default,false,false,0\n88,Oferta,default,false,false,1\n"
            "77,Firmado,default,true,true,2\n"
        ),
        "merged_deal.csv": "deal_id,merged_deal_id\n5,4\n",
    }
    data = loaded(tmp_path, files)
    assert data.opportunities["status"].astype(str).tolist() == ["won"]
    assert data.opportunities["closed_at"].tolist() == [pd.Timestamp("2026-01-05 10:00", tz="UTC")]
    history = data.opportunity_stages
    assert history["stage"].tolist() == ["Demo", "Oferta", "Demo", "Closed Won"]
    assert history["is_reentry"].tolist() == [False, False, True, False]
    assert data.ledger.files.set_index("file").loc["deal_stage.csv", "rows_merged"] == 1


DEFAULT_DEALS = """\
"Record ID","Deal Name","Deal Stage","Close Date","Deal owner","Amount","Associated Contact IDs"
"1","Hornos","Closed Won","2026-03-01 10:00","Vera","1000.50","101"
"2","Grúas","Appointment Scheduled","2026-12-31 23:59","Vera","500",""
"3","Palas","Closed Lost","2026-02-10 23:59","Vera","",""
"""
DEFAULT_COMPANIES = """\
"Record ID","Company name","Company owner","Create Date","Country/Region","Industry"
"900","Norte","Vera","2026-01-01 10:00","Mexico","Steel"
"""


def test_the_default_views_are_enough_and_a_promise_is_no_moment_of_export(tmp_path):
    files = {"deals.csv": DEFAULT_DEALS, "companies.csv": DEFAULT_COMPANIES}
    data = loaded(tmp_path, files)
    assert sorted(systems(data).values()) == ["hubspot companies", "hubspot deals"]
    assert data.opportunities["status"].astype(str).tolist() == ["won", "open", "lost"]
    assert data.as_of == pd.Timestamp("2026-03-01 10:00", tz="UTC")
    assert data.accounts["account_id"].tolist() == ["hubspot-900"]


def test_activities_that_did_not_happen_and_notes_are_set_aside(tmp_path):
    rows = (
        '"Record ID","Activity Type","Activity date","Meeting outcome","Task Status",'
        '"Associated Contact IDs"\n'
        '"1","Meeting","2026-01-20 10:00","Completed","","101;102"\n'
        '"2","Meeting","2026-01-21 10:00","No show","","101"\n'
        '"3","Meeting","2026-01-22 10:00","Canceled","","101"\n'
        '"4","Note","2026-01-23 10:00","","","101"\n'
        '"5","Task","2026-01-24 10:00","","Not started","101"\n'
    )
    data = loaded(tmp_path, {"c.csv": CONTACTS, "a.csv": rows})
    assert data.touches["touch_id"].tolist() == ["hubspot-1"]
    assert data.ledger.set_aside["row"].tolist() == [3, 4, 5, 6]
    notes = data.ledger.notes.set_index("rule")
    assert notes.loc["several-contacts", "rows"] == 1


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Call Title", "call"),
        ("Título de la llamada", "call"),
        ("Meeting name", "meeting"),
        ("Email subject", "email"),
    ],
)
def test_a_page_of_one_kind_of_activity_says_the_kind_by_its_columns(tmp_path, header, kind):
    rows = f"Record ID,{header},Activity date,Associated Contact IDs\n7,X,2026-01-20 10:00,101\n"
    data = loaded(tmp_path, {"c.csv": CONTACTS, "a.csv": rows})
    assert data.touches[["touch_id", "kind"]].to_numpy().tolist() == [["hubspot-7", kind]]


def test_spanish_contacts_have_their_source_and_the_day_they_qualified(tmp_path):
    rows = (
        "ID de registro;Correo electrónico;Fecha de creación;Fuente original de tráfico;"
        "Fecha en la que se convirtió en lead calificado para marketing\n"
        "7;ana@norte.example;31/01/2026 09:30;Búsqueda orgánica;01/02/2026 10:00\n"
    )
    data = loaded(tmp_path, {"c.csv": rows.encode("cp1252")}, timezone="Europe/Madrid")
    assert data.leads["channel"].tolist() == ["Búsqueda orgánica"]
    reached = data.lead_stages[data.lead_stages["stage"] == "mql"]
    assert reached["entered_at"].tolist() == [pd.Timestamp("2026-02-01 09:00", tz="UTC")]
