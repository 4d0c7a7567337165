"""Each system is recognised by its columns, in any order, in English and Spanish."""

import re
from pathlib import Path

import pandas as pd
import pytest

from alignment.errors import ExportError
from alignment.exports.profiles import match, plain, recognise, split_qualifier
from alignment.exports.salesforce_ids import salesforce_ids
from alignment.exports.systems import PROFILES
from alignment.exports.vocabulary import Vocabulary
from alignment.loading import load

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
GENUINE = DATA / "exports" / "salesforce_soql_bom" / "Lead.csv"
HEADERS = {
    ("salesforce", "Lead"): "Id,IsDeleted,Email,LeadSource,Status,IsConverted,CreatedDate",
    ("salesforce", "Contact"): "Id,IsDeleted,AccountId,LastName,FirstName,Email,CreatedDate",
    ("salesforce", "Account"): "Id,IsDeleted,Name,Website,Industry,CreatedDate",
    ("salesforce", "Opportunity"): "Id,StageName,Amount,CloseDate,IsClosed,IsWon,CreatedDate",
    ("salesforce", "OpportunityHistory"): (
        "Id,OpportunityId,CreatedDate,StageName,Amount,CloseDate,Probability"
    ),
    ("salesforce", "LeadHistory"): "Id,LeadId,CreatedById,CreatedDate,Field,OldValue,NewValue",
    ("salesforce", "OpportunityContactRole"): "Id,OpportunityId,ContactId,Role,IsPrimary",
    ("salesforce", "Campaign"): "Id,Name,ParentId,Type,Status,StartDate,EndDate",
    ("salesforce", "CampaignMember"): "Id,CampaignId,LeadId,ContactId,Status,HasResponded",
    ("salesforce", "Task"): "Id,WhoId,WhatId,Subject,ActivityDate,Status",
    ("salesforce", "Event"): "Id,WhoId,WhatId,Subject,ActivityDate,ActivityDateTime",
    ("salesforce", "CurrencyType"): "Id,IsoCode,ConversionRate,IsCorporate",
    ("salesforce", "User"): "Id,LastName,FirstName,Department,IsActive",
    ("hubspot", "contacts"): "Record ID,First Name,Last Name,Email,Lifecycle Stage,Create Date",
    ("google_ads", "campaign report"): "Campaign,Campaign status,Currency code,Cost,Impr.,Clicks",
    ("linkedin_ads", "campaign performance report"): (
        "Start Date (in UTC),Account Name,Currency,Campaign Name,Total Spent,Impressions"
    ),
    ("meta_ads", "campaign report"): (
        "Reporting starts,Reporting ends,Campaign name,Amount spent (EUR),Impressions"
    ),
    ("own tables", "goals"): "period,team,metric,target",
    ("own tables", "capacity"): "team,week,hours",
    ("own tables", "holidays"): "holiday,region,name",
    ("own tables", "experiments"): "unit_kind,unit_id,experiment,arm,starts_on,ends_on",
    ("own tables", "rates"): "currency,date,rate",
}
SPANISH = {
    ("salesforce", "Opportunity"): "Id. de oportunidad,Etapa,Importe,Fecha de cierre,Cerrada",
    ("salesforce", "Lead"): "Id. de prospecto,Estado,Convertido,Origen del prospecto",
    ("hubspot", "contacts"): "ID de registro,Nombre,Apellidos,Correo,Fecha de creación",
    ("google_ads", "campaign report"): "Semana,Estado de la campaña,Campaña,Coste,Impr.,Clics",
    ("meta_ads", "campaign report"): (
        "Inicio del informe,Fin del informe,Nombre de la campaña,Importe gastado (MXN),Alcance"
    ),
    ("own tables", "goals"): "Periodo,Equipo,Métrica,Objetivo",
    ("own tables", "capacity"): "Equipo,Semana,Horas",
    ("own tables", "holidays"): "Festivo,Región,Nombre",
}
CASES = [*HEADERS.items(), *SPANISH.items()]


@pytest.mark.parametrize(("kind", "headers"), CASES, ids=[f"{k[0]} {k[1]}" for k, _ in CASES])
def test_each_kind_is_recognised_in_any_order_with_more_columns(kind, headers):
    names = headers.split(",")
    for order in (names, names[::-1], [*names, "Something__c", "Otra cosa"]):
        found = recognise(PROFILES, order)
        assert found is not None
        assert (found.profile.system, found.profile.object) == kind


@pytest.mark.parametrize(("kind", "headers"), CASES, ids=[f"{k[0]} {k[1]}" for k, _ in CASES])
def test_each_required_column_is_required(kind, headers):
    names = headers.split(",")
    profile = next(p for p in PROFILES if (p.system, p.object) == kind)
    assert match(profile, names) is not None
    for name in names:
        plain_names = {split_qualifier(plain(name))[0], plain(name)}
        needed = any(
            f.required and plain_names & {plain(h) for h in f.headers} for f in profile.fields
        )
        if needed:
            assert match(profile, [n for n in names if n != name]) is None


def test_nothing_is_recognised_in_foreign_headers():
    assert recognise(PROFILES, ["mql_id", "first_contact_date", "origin"]) is None


def test_salesforce_ids_of_15_characters_get_their_suffix():
    # Five letters a character: none is a capital (A), all are (5), the first is (B).
    ids = ["001aaaaaaaaaaaa", "001AAAAAAAAAAAA", "00Qaaaaaaaaaaaa", "A01aaAaaaaAaaaa"]
    found = salesforce_ids(pd.Series(ids, dtype="str"))
    assert [i[15:] for i in found] == ["AAA", "Y55", "EAA", "BBB"]


def test_long_ids_stay_and_null_lookups_are_missing():
    ids = ["001aaaaaaaaaaaaAAA", "000000000000000AAA", "000000000000000", "", "ext-1"]
    found = salesforce_ids(pd.Series(ids, dtype="str"))
    assert found.fillna("").tolist() == ["001aaaaaaaaaaaaAAA", "", "", "", "ext-1"]


@pytest.mark.skipif(not GENUINE.exists(), reason="genuine exports are not on this machine")
def test_genuine_ids_of_18_characters_are_the_extension_of_their_first_15():
    text = GENUINE.read_text(encoding="utf-8-sig")
    ids = pd.Series(sorted(set(re.findall(r"\b00Q\w{15}\b", text))), dtype="str")
    assert len(ids) > 50
    assert salesforce_ids(ids.str[:15]).tolist() == ids.tolist()


def test_capitals_alone_tell_ids_of_15_characters_apart():
    found = salesforce_ids(pd.Series(["00Qa000000abcde", "00Qa000000abcdE"], dtype="str"))
    assert found[0] != found[1]


def test_channels_get_the_spelling_that_leads_use_most():
    seen = pd.Series(["linkedin", "LinkedIn", "LinkedIn", "li", "Linked In", "paid_search"])
    name = Vocabulary().channel_names(seen)
    values = pd.Series(["li", "Linked In", "LINKEDIN", "Google Ads", "Radio", None], dtype="str")
    assert name(values).fillna("").tolist() == [
        *("LinkedIn", "LinkedIn", "LinkedIn", "paid_search", "Radio", ""),
    ]


def test_stages_in_two_languages_are_one_and_unknown_ones_stay():
    stages = pd.Series(["Negociación", "Negotiation", "Cerrada ganada", "Piloto"])
    names = Vocabulary(stages={"piloto": "Pilot"}).stage(stages)
    assert names.tolist() == ["Negotiation/Review", "Negotiation/Review", "Closed Won", "Pilot"]
    assert Vocabulary().stage(stages).tolist()[3] == "Piloto"


GOOGLE = """\
Campaign report
"July 7, 2025 - July 20, 2025"
Campaign,Currency code,Cost,Impr.,Clicks
Search MX,MXN,1050.25,"12,884",321
Marca,MXN, --,"1,000", --
Total: Campaigns,MXN,1050.25,"13,884",321
"""
LINKEDIN = """\
Campaign Performance Report (in UTC)
Report Start: July 7, 2025, 12:00 AM
Report End: July 20, 2025, 11:59 PM
Date Generated: July 21, 2025, 3:12 PM

Start Date (in UTC)\tAccount Name\tCurrency\tCampaign Name\tCampaign ID\tTotal Spent\tImpressions
7/7/2025\tM&V\tUSD\tLead gen\t19\t1.5\t"1,200"
7/8/2025\tM&V\tUSD\tLead gen\t19\t2.5\t900
"""
META = """\
Inicio del informe;Fin del informe;Nombre de la campaña;Importe gastado (EUR);Impresiones
2025-07-07;2025-07-13;Historias;"1.011,52";"1.204"
2025-07-14;2025-07-20;Historias;"11,5";900
2025-07-07;2025-07-20;;"1.023,02";"2.104"
"""


def spend(tmp_path, name, content, currency):
    (tmp_path / name).write_bytes(content)
    return load(tmp_path, currency=currency)


def test_a_google_report_takes_its_period_from_the_preamble(tmp_path):
    data = spend(tmp_path, "g.csv", GOOGLE.encode(), "MXN")
    assert len(data.spend) == 1
    row = data.spend.iloc[0]
    assert (row["cost"], row["impressions"], row["clicks"]) == (1050.25, 12884, 321)
    assert row["starts_on"] == pd.Timestamp("2025-07-07")
    assert row["ends_on"] == pd.Timestamp("2025-07-20")
    # A campaign without a cost cannot be counted: it is set aside, not taken as free.
    assert data.ledger.set_aside[["row", "reason"]].to_numpy().tolist() == [[5, "cost is blank"]]
    assert data.ledger.totals.tolist() == [2, 1, 0, 1]


def test_a_linkedin_report_is_utf_16_with_months_first(tmp_path):
    content = b"\xff\xfe" + LINKEDIN.encode("utf-16-le")
    data = spend(tmp_path, "account_1_campaign_performance_report.csv", content, "USD")
    assert data.spend["starts_on"].tolist() == [
        pd.Timestamp("2025-07-07"),
        pd.Timestamp("2025-07-08"),
    ]
    assert data.spend["ends_on"].equals(data.spend["starts_on"])
    assert data.spend["cost"].tolist() == [1.5, 2.5]
    assert data.spend["campaign_id"].unique().tolist() == ["19"]


def test_a_spanish_meta_report_has_its_currency_in_the_header(tmp_path):
    data = spend(tmp_path, "meta.csv", ("\ufeff" + META).encode(), None)
    assert data.currency == "EUR"
    assert data.spend["cost"].tolist() == [1011.52, 11.5]
    assert data.spend["impressions"].tolist() == [1204, 900]
    assert data.ledger.set_aside["reason"].tolist() == ["summary row: it names no campaign"]


def report(tmp_path, amount_header, *amounts):
    """Write a Salesforce report of deals whose amounts are written in some locale."""
    rows = "".join(f'"d{n}","Won","{a}","31/01/2026","EUR"\n' for n, a in enumerate(amounts))
    header = f'"Id. de oportunidad","Etapa","{amount_header}","Fecha de cierre","Amount Currency"\n'
    (tmp_path / "report1700000000000.csv").write_text(header + rows)
    (tmp_path / "mapping.toml").write_text("[window]\nas_of = 2026-09-28\n")
    return load(tmp_path).opportunities.set_index("opportunity_id")["amount"].tolist()


def test_a_translated_report_has_the_decimals_of_its_locale(tmp_path):
    assert report(tmp_path, "Importe", "1.234,50", "2.000", "7") == [1234.5, 2000, 7]


def test_a_translated_report_that_cannot_settle_its_decimals_asks(tmp_path):
    with pytest.raises(ExportError, match="decimal mark or a thousands separator"):
        report(tmp_path, "Importe", "2.000", "7")
    # Under Salesforce's own header, a lone mark is the point that Salesforce writes.
    assert report(tmp_path, "Amount", "2.125", "7") == [2.125, 7]
    assert report(tmp_path, "Amount", "1,234.50", "2,000") == [1234.5, 2000]


CONTACTS = """\
"Record ID","Email","Create Date","Lifecycle Stage","First Conversion","HubSpot Score",\
"Score points: event","Score points: fit","Became a Marketing Qualified Lead Date"
"1","ana@firma.example","2026-01-05 09:30","Lead","Demo","80","24","50","2026-01-06 10:00"
"2","eva@otra.example","2026-01-05 09:31","Lead","","50","","",""
"3","Prueba@otra.example","2026-01-05 09:32","Lead","Demo","50","","",""
"4","jo@nuestra.example","2026-01-05 09:32","Lead","Demo","50","","",""
"5","ana+web@firma.example","2026-01-07 09:30","Lead","Demo","10","0","10",""
"""
WORDS = 'timezone = "America/Mexico_City"\n[identity]\ninternal_domains = ["nuestra.example"]\n'


def test_hubspot_contacts_become_leads_with_scores_stages_and_forms(tmp_path):
    (tmp_path / "hubspot-crm-exports-all.csv").write_text(CONTACTS)
    (tmp_path / "mapping.toml").write_text(WORDS)
    data = load(tmp_path)
    leads = data.leads.set_index("lead_id")
    assert leads["is_internal"].to_dict() == {
        "hubspot-1": False, "hubspot-2": False, "hubspot-3": True, "hubspot-4": True,
    }  # fmt: skip
    first = leads.loc["hubspot-1"]
    assert first["created_at"] == pd.Timestamp("2026-01-05 15:30", tz="UTC")
    assert (first["score_at_mql"], first["marketing_points"]) == (80, 24)
    assert data.ledger.totals.tolist() == [5, 4, 1, 0]
    stages = data.lead_stages[data.lead_stages["stage"] == "mql"]
    assert stages["entered_at"].tolist() == [pd.Timestamp("2026-01-06 16:00", tz="UTC")]
    assert set(data.touches["lead_id"]) == {"hubspot-1", "hubspot-3", "hubspot-4"}
    assert set(data.touches["initiator"]) == {"buyer"}


def test_plus_addresses_can_be_kept_apart(tmp_path):
    (tmp_path / "contacts.csv").write_text(CONTACTS)
    (tmp_path / "mapping.toml").write_text(WORDS + "plus_alias = false\n")
    assert len(load(tmp_path).leads) == 5
