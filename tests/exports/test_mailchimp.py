"""Mailchimp: campaigns, audience and member activity; an e-mail never becomes an id."""

import pandas as pd
from folders import loaded, systems

CAMPAIGNS = (
    'Title,Subject,List,"Send Date","Send Weekday","Total Recipients","Open Rate","Unique Id"\n'
    'Enero,Novedades,Clientes,"Jan 09, 2026 09:30 am",Friday,3,27.78%,abc123\n'
)
AUDIENCE = (
    '"Email Address","First Name","Last Name",MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME,LAST_CHANGED,'
    "LEID,EUID,NOTES,TAGS\n"
    'ana@norte.example,Ana,Ruiz,3,"2025-12-01 10:00:00","2025-12-01 10:05:00",'
    '"2026-01-02 10:00:00",55,e0001,,"""VIP"",""Blog"""\n'
    'leo@sur.example,Leo,Gil,2,"2025-12-02 10:00:00",,"2026-01-02 10:00:00",56,e0002,,\n'
)
ACTIVITY = (
    "Email,Action,Timestamp,URL,Campaign\n"
    "ana@norte.example,sent,2026-01-09 09:30:00,,Enero\n"
    "Ana@Norte.example,open,2026-01-09 10:00:00,,Enero\n"
    "ana@norte.example,click,2026-01-09 10:01:00,https://example.com/a,Enero\n"
    "eva@este.example,click,2026-01-10 10:01:00,https://example.com/a,Enero\n"
    "leo@sur.example,bounce,2026-01-09 09:31:00,,Enero\n"
)
FILES = {"campaigns.csv": CAMPAIGNS, "members.csv": AUDIENCE, "activity.csv": ACTIVITY}


def test_what_members_did_are_touches_of_marketing(tmp_path):
    data = loaded(tmp_path, FILES)
    assert systems(data) == {
        "campaigns.csv": "mailchimp campaigns",
        "members.csv": "mailchimp audience",
        "activity.csv": "mailchimp member activity",
    }
    touches = data.touches
    assert touches["kind"].tolist() == ["email", "email_open", "email_click", "email_click"]
    assert touches["initiator"].astype(str).tolist() == ["firm", "buyer", "buyer", "buyer"]
    assert set(touches["team"].astype(str)) == {"marketing"}
    assert set(touches["campaign_id"]) == {"abc123"}
    assert touches["lead_id"].nunique() == 2
    assert data.campaigns["starts_on"].tolist() == [pd.Timestamp("2026-01-09")]
    reasons = data.ledger.set_aside["reason"].tolist()
    assert sorted(reasons) == [
        "contact without a lead, a touch or a deal",
        "neither a sending nor an open nor a click: it touches nobody",
    ]


def test_no_e_mail_and_no_bare_hash_of_one_stands_in_a_table(tmp_path):
    data = loaded(tmp_path, FILES)
    for frame in (data.leads, data.lead_aliases, data.touches):
        text = frame.drop(columns=["email_domain", "email_hash"], errors="ignore").astype(str)
        assert not text.apply(lambda c: c.str.contains("@|norte|este")).any(axis=None)
    assert set(data.lead_aliases["source_id"]) == {"e0001", "member 000001"}


def test_a_subscriber_and_a_lead_of_the_crm_are_one_by_the_e_mail(tmp_path):
    lead = (
        "Id,Email,LeadSource,Status,IsConverted,CreatedDate\n"
        "00Q000000000001AAA,ana@norte.example,Web,Open,0,2026-01-05 10:00:00\n"
    )
    data = loaded(tmp_path, {**FILES, "Lead.csv": lead})
    leads = data.leads.set_index("lead_id")
    assert leads.loc["00Q000000000001AAA", "created_at"] == pd.Timestamp(
        "2026-01-05 10:00", tz="UTC"
    )
    assert (data.touches["lead_id"] == "00Q000000000001AAA").sum() == 3


def test_a_spanish_audience_saved_by_a_spreadsheet(tmp_path):
    rows = (
        "Correo;Nombre;Apellidos;OPTIN_TIME;CONFIRM_TIME;LAST_CHANGED;EUID\n"
        "ana@norte.example;Ana;Ruiz;01/12/2025 10:00;01/12/2025 10:05;31/01/2026 10:00;e0001\n"
    )
    activity = "Email,Action,Timestamp\nana@norte.example,click,2026-01-09 10:00:00\n"
    data = loaded(tmp_path, {"m.csv": rows.encode("cp1252"), "a.csv": activity})
    assert systems(data)["m.csv"] == "mailchimp audience"
    assert data.leads["created_at"].tolist() == [pd.Timestamp("2025-12-01 10:00", tz="UTC")]
