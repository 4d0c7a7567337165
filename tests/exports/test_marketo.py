"""Marketo: activities with JSON in a cell, leads, mergers, changes of status."""

import pandas as pd
from folders import loaded, systems

ACTIVITIES = """\
marketoGUID,leadId,activityDate,activityTypeId,campaignId,primaryAttributeValueId,\
primaryAttributeValue,attributes
g1,10,2026-01-05T09:00:00Z,6,500,7,Invitación,"{""Campaign Run ID"":1,""Step ID"":""2""}"
g2,10,2026-01-06T09:00:00Z,11,500,7,Invitación,"{""Link"":""https://example.com""}"
g3,10,2026-01-07T09:00:00Z,2,,8,Demo,"{""Form Fields"":""…""}"
g4,10,2026-01-08T09:00:00Z,13,,982,Lead Status,"{""New Value"":""MQL"",""Old Value"":""Open""}"
g5,10,2026-01-08T09:30:00Z,13,,983,Phone,"{""New Value"":""5""}"
g6,10,2026-01-09T09:00:00Z,32,,10,Ana,"{""Merge IDs"":[11]}"
g7,11,2026-01-04T09:00:00Z,1,,9,/precios,not json
"""
LEADS = """\
id,created_at,updated_at,email,first_name,last_name
10,2026-01-02T10:00:00Z,2026-01-09T10:00:00Z,ana@norte.example,Ana,Ruiz
"""


def test_activities_are_touches_and_a_merged_lead_is_followed(tmp_path):
    data = loaded(tmp_path, {"activities.csv": ACTIVITIES, "leads.csv": LEADS})
    assert systems(data) == {
        "activities.csv": "marketo activities", "leads.csv": "marketo leads",
    }  # fmt: skip
    touches = data.touches
    assert touches["kind"].tolist() == ["page_view", "email", "email_click", "form"]
    assert touches["initiator"].astype(str).tolist() == ["buyer", "firm", "buyer", "buyer"]
    assert set(touches["lead_id"]) == {"marketo-10"}
    assert data.leads["created_at"].tolist() == [pd.Timestamp("2026-01-02 10:00", tz="UTC")]
    stages = data.lead_stages[data.lead_stages["stage"] == "mql"]
    assert stages["entered_at"].tolist() == [pd.Timestamp("2026-01-08 09:00", tz="UTC")]
    counts = data.ledger.files.set_index("file").loc["activities.csv"]
    kept = (counts["rows_kept"], counts["rows_merged"], counts["rows_set_aside"])
    assert kept == (5, 1, 1)


def test_a_connectors_tables_are_read_too(tmp_path):
    files = {
        "send_email.csv": (
            "activity_date,activity_type_id,campaign_id,id,lead_id,primary_attribute_value,"
            "action_result\n"
            "2026-01-05 09:00:00,6,1,91,10,x,succeeded\n2026-01-05 09:01:00,6,1,92,10,x,skipped\n"
        ),
        "merge_leads.csv": (
            "activity_date,activity_type_id,id,lead_id,merge_ids\n"
            '2026-01-06 09:00:00,32,93,10,"[11, 12]"\n'
        ),
        "leads.csv": LEADS,
    }
    data = loaded(tmp_path, files)
    assert data.touches["touch_id"].tolist() == ["marketo-91"]
    assert data.ledger.set_aside["reason"].tolist() == ["the e-mail was skipped, not sent"]


def test_the_list_of_people_and_a_success_in_a_program(tmp_path):
    people = (
        "Id,First Name,Last Name,Email Address,Company Name,Person Status,Person Source,"
        "Created At,Updated At\n"
        "10,Ana,Ruiz,ana@norte.example,Norte,MQL,Web,2026-01-02 10:00:00,2026-01-20 10:00:00\n"
    )
    activities = (
        "marketoGUID,leadId,activityDate,activityTypeId,campaignId,primaryAttributeValueId,"
        "primaryAttributeValue,attributes\n"
        'g1,10,2026-01-10T10:00:00Z,104,1050,9,Webinar,"{""New Status"":""Attended"",'
        '""Success"":true}"\n'
        'g2,10,2026-01-09T10:00:00Z,104,1050,9,Webinar,"{""New Status"":""Registered"",'
        '""Success"":false}"\n'
    )
    data = loaded(tmp_path, {"people.csv": people, "activities.csv": activities})
    assert systems(data)["people.csv"] == "marketo leads"
    assert data.leads[["lead_id", "channel"]].to_numpy().tolist() == [["marketo-10", "Web"]]
    touch = data.touches[["touch_id", "kind", "initiator", "campaign_id"]].astype(str)
    assert touch.to_numpy().tolist() == [["marketo-g1", "campaign", "buyer", "Webinar"]]
    assert data.ledger.set_aside["row"].tolist() == [3]
