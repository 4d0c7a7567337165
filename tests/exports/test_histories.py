"""Histories of deals: folds, re-entries, reopened deals, the order of stages, teams."""

import pandas as pd
import pytest
from folders import loaded, write
from hypothesis import given
from hypothesis import strategies as st

from alignment.errors import MappingError
from alignment.exports.candidates import Context
from alignment.exports.draft import Draft
from alignment.exports.histories import fold
from alignment.exports.vocabulary import Vocabulary, automated
from alignment.loading import load

DEALS = """\
Id,Name,StageName,Amount,Probability,CloseDate,IsClosed,IsWon,CreatedDate,CurrencyIsoCode
006000000000001AAA,A,Closed Won,100,100,2026-03-01,1,1,2026-01-01 10:00:00,EUR
006000000000002AAA,B,Proposal,100,60,2026-09-01,0,0,2026-01-01 10:00:00,EUR
"""
HEADER = "Id,OpportunityId,CreatedDate,StageName,Amount\n"


def entry(number, deal, moment, stage, amount=100):
    """Write a row of OpportunityHistory."""
    return f"008{number:012d}AAA,00600000000000{deal}AAA,2026-{moment},{stage},{amount}\n"


REOPENED = HEADER + "".join(
    (
        entry(1, 1, "01-01 10:00:00", "Prospecting"),
        entry(2, 1, "01-02 10:00:00", "Prospecting", 120),  # the amount changed, the stage did not
        entry(3, 1, "01-05 10:00:00", "Proposal"),
        entry(4, 1, "01-09 10:00:00", "Closed Lost"),
        entry(5, 1, "02-01 10:00:00", "Proposal"),
        entry(6, 1, "03-01 15:00:00", "Closed Won"),
        entry(7, 2, "01-01 10:00:00", "Prospecting"),
        entry(8, 2, "01-20 10:00:00", "Closed Won"),
        entry(9, 2, "02-20 10:00:00", "Proposal"),
    )
)
FILES = {"Opportunity.csv": DEALS, "OpportunityHistory.csv": REOPENED}


def note(data, rule):
    """Return how many rows a rule found."""
    rows = data.ledger.notes
    return rows.loc[rows["rule"] == rule, "rows"].tolist()


def test_rows_of_one_stage_are_folded_and_entered_again_kept(tmp_path):
    data = loaded(tmp_path, FILES)
    history = data.opportunity_stages.sort_values(["opportunity_id", "entered_at"])
    first = history[history["opportunity_id"] == "006000000000001AAA"]
    assert first["stage"].tolist() == [
        "Prospecting", "Proposal/Price Quote", "Closed Lost", "Proposal/Price Quote", "Closed Won",
    ]  # fmt: skip
    assert first["is_reentry"].tolist() == [False, False, False, True, False]
    assert first["amount"].tolist()[0] == 100
    assert note(data, "repeated-stage-rows") == [1]
    assert data.ledger.files.set_index("file").loc["OpportunityHistory.csv", "rows_merged"] == 1


def test_a_reopened_deal_keeps_both_spells_and_counts_by_its_last_state(tmp_path):
    data = loaded(tmp_path, FILES)
    deals = data.opportunities.set_index("opportunity_id")
    assert deals["status"].astype(str).tolist() == ["won", "open"]
    assert deals["closed_at"].iloc[0] == pd.Timestamp("2026-03-01 15:00", tz="UTC")
    assert pd.isna(deals["closed_at"].iloc[1])
    closed = data.opportunity_stages[data.opportunity_stages["stage"].str.startswith("Closed")]
    first = closed.groupby("opportunity_id")["entered_at"].agg(["first", "last"])
    assert first.loc["006000000000001AAA"].dt.strftime("%m-%d").tolist() == ["01-09", "03-01"]
    assert note(data, "reopened-deals") == [2]


def test_the_order_of_stages_is_inferred_and_shown(tmp_path):
    data = loaded(tmp_path, FILES)
    order = data.stages.sort_values("position")["stage"].tolist()
    assert order == ["Prospecting", "Proposal/Price Quote", "Closed Won", "Closed Lost"]
    said = data.ledger.decisions.set_index("column").loc[["stage"]]
    assert said["decision"].tolist() == ["stages of Sales: " + " > ".join(order)]
    assert "mean place in 2 histories" in said["evidence"].iloc[0]
    assert "[stages]" in said["evidence"].iloc[0]


def test_without_a_history_probabilities_give_the_order(tmp_path):
    rows = (
        DEALS
        + "006000000000003AAA,C,Zeta,100,10,2026-09-01,0,0,2026-01-01 10:00:00,EUR\n"
        + "006000000000004AAA,D,Alfa,100,90,2026-09-01,0,0,2026-01-01 10:00:00,EUR\n"
    )
    data = loaded(tmp_path, {"Opportunity.csv": rows})
    order = data.stages.sort_values("position")["stage"].tolist()
    assert order == ["Zeta", "Proposal/Price Quote", "Alfa", "Closed Won"]
    why = data.ledger.decisions.set_index("column").loc[["stage"], "evidence"].iloc[0]
    assert why.startswith("by the probability of open deals")


def test_the_order_of_stages_can_be_stated(tmp_path):
    said = '[stages]\norder = ["Proposal", "Prospecting"]\n"Zeta" = "Alfa"\n'
    data = loaded(tmp_path, {**FILES, "mapping.toml": said})
    order = data.stages.sort_values("position")["stage"].tolist()
    assert order[:2] == ["Proposal/Price Quote", "Prospecting"]
    why = data.ledger.decisions.set_index("column").loc[["stage"], "evidence"].iloc[0]
    assert why == "stated under [stages] in mapping.toml"


def test_an_order_that_is_no_list_of_names_is_refused(tmp_path):
    write(tmp_path, {**FILES, "mapping.toml": "[stages]\norder = [1, 2]\n"})
    with pytest.raises(MappingError, match="list of their names"):
        load(tmp_path)


def test_a_stage_of_won_deals_wins_whatever_it_is_called(tmp_path):
    rows = DEALS.replace("A,Closed Won", "A,Contrato firmado")
    history = REOPENED.replace("Closed Won", "Contrato firmado")
    data = loaded(tmp_path, {"Opportunity.csv": rows, "OpportunityHistory.csv": history})
    stages = data.stages.set_index("stage")
    assert stages.loc["Contrato firmado", "is_won"]
    assert data.opportunities["closed_at"].iloc[0] == pd.Timestamp("2026-03-01 15:00", tz="UTC")


FIELD = """\
Id,OpportunityId,Field,OldValue,NewValue,CreatedDate
017000000000001AAA,006000000000001AAA,created,,,2026-01-01 10:00:00
017000000000002AAA,006000000000001AAA,StageName,Prospecting,Proposal,2026-01-05 10:00:00
017000000000003AAA,006000000000001AAA,Amount,90,100,2026-01-06 10:00:00
017000000000004AAA,006000000000001AAA,StageName,Proposal,Closed Won,2026-03-01 15:00:00
"""
ENTITY = """\
Id,ParentId,FieldName,OldvalString,NewvalString,OldvalDate,CreatedDate,CreatedById
01E000000000001AAA,006000000000001AAA,Opportunity.StageName,Prospecting,Proposal,,\
2026-01-05 10:00:00,005000000000001AAA
01E000000000002AAA,006000000000001AAA,StageName,Proposal,Closed Won,,2026-03-01 15:00:00,
01E000000000003AAA,00Q000000000001AAA,Status,Open,MQL,,2026-01-03 10:00:00,005000000000001AAA
01E000000000004AAA,500000000000001AAA,Status,New,Closed,,2026-01-03 10:00:00,
"""
LEAD = (
    "Id,Email,LeadSource,Status,IsConverted,CreatedDate\n"
    "00Q000000000001AAA,ana@norte.example,Web,Open,0,2026-01-01 10:00:00\n"
)


def test_a_history_of_fields_gives_the_stages(tmp_path):
    data = loaded(tmp_path, {"Opportunity.csv": DEALS, "OpportunityFieldHistory.csv": FIELD})
    history = data.opportunity_stages
    assert history["stage"].tolist() == ["Prospecting", "Proposal/Price Quote", "Closed Won"]
    assert history["entered_at"].iloc[0] == pd.Timestamp("2026-01-01 10:00", tz="UTC")
    assert set(history["origin"]) == {"field history"}
    assert data.opportunities["closed_at"].iloc[0] == pd.Timestamp("2026-03-01 15:00", tz="UTC")
    assert set(data.ledger.set_aside["reason"]) == {"history of a field that is not the stage"}


def test_a_history_of_all_objects_is_parted_by_the_record(tmp_path):
    files = {"Opportunity.csv": DEALS, "Lead.csv": LEAD, "EntityHistory.csv": ENTITY}
    data = loaded(tmp_path, files)
    assert len(data.opportunity_stages) == 3
    assert data.lead_stages["stage"].astype(str).tolist() == ["lead", "mql"]
    assert data.ledger.set_aside["row"].tolist() == [5]


def test_two_histories_of_a_deal_are_counted_once(tmp_path):
    data = loaded(tmp_path, {**FILES, "OpportunityFieldHistory.csv": FIELD})
    assert len(data.opportunity_stages) == 8
    rows = data.ledger.files.set_index("file").loc["OpportunityFieldHistory.csv"]
    assert (rows["rows_kept"], rows["rows_merged"], rows["rows_set_aside"]) == (0, 2, 2)


@given(st.lists(st.sampled_from("AABC"), min_size=1, max_size=12))
def test_folding_keeps_each_change_of_stage_and_nothing_else(stages):
    at = pd.date_range("2026-01-01", periods=len(stages), tz="UTC").astype("datetime64[us, UTC]")
    history = pd.DataFrame(
        {
            "opportunity_id": "d", "entered_at": at, "stage": pd.Series(stages, dtype="str"),
            "source_file": "f.csv", "source_row": range(2, len(stages) + 2), "is_second": False,
        }
    )  # fmt: skip
    deals = pd.DataFrame(
        {"opportunity_id": ["d"], "stage": ["A"], "status": ["open"], "source_file": ["o.csv"],
         "source_row": [2]}
    )  # fmt: skip
    draft = Draft()
    context = Context(zone="UTC", vocabulary=Vocabulary(), draft=draft)
    kept = fold(history, deals, context)
    changes = [s for n, s in enumerate(stages) if n == 0 or stages[n - 1] != s]
    assert kept["stage"].tolist() == changes
    assert len(kept) + len(draft.merged_rows()) == len(stages)
    assert (
        kept["is_reentry"].tolist() == [s in changes[:n] for n, s in enumerate(changes)]
        or not stages
    )


SUBJECTS = {
    "List Email: Boletín de enero": "email",
    "Pardot List Email: Webinar": "email",
    "HubSpot - Marketing Email: Oferta": "email",
    "Was Sent Email: Invite 3": "email",
    "[Marketo] Opened Email: Invite 3": "email_open",
    "Clicked Link in Email: Invite 3": "email_click",
    "Filled Out Form: Demo": "form",
    "Mailchimp: Campaign sent": "email",
    "Correo masivo: novedades": "email",
}


@pytest.mark.parametrize(("subject", "kind"), SUBJECTS.items())
def test_what_automation_logs_as_a_task_is_marketings(subject, kind):
    found = automated(pd.Series([subject, "Call about the offer", None], dtype="str"))
    assert (found[0].team, found[0].kind) == ("marketing", kind)
    assert found[1:].isna().all()


def test_an_owner_that_is_a_machine_is_marketings():
    subjects = pd.Series(["Seguimiento", "Seguimiento"], dtype="str")
    found = automated(subjects, pd.Series(["Pardot Integration", "Vera Gil"], dtype="str"))
    assert found.notna().tolist() == [True, False]


TASKS = """\
Id,WhoId,Subject,ActivityDate,Status,TaskSubtype,CreatedDate
00T000000000001AAA,00Q000000000001AAA,List Email: Boletín,2026-01-05,Completed,Email,\
2026-01-05 10:00:00
00T000000000002AAA,00Q000000000001AAA,Llamada,2026-01-06,Completed,Call,2026-01-06 10:00:00
"""


def test_the_users_table_of_teams_wins_and_the_ledger_shows_it(tmp_path):
    files = {"Lead.csv": LEAD, "Task.csv": TASKS}
    data = loaded(tmp_path, files)
    assert data.touches["team"].astype(str).tolist() == ["marketing", "sales"]
    said = data.ledger.decisions.set_index("column").loc[["team"], "decision"].tolist()
    assert said == ["marketing makes: Marketing e-mail", "sales makes: Call"]
    stated = {**files, "mapping.toml": '[teams]\n"Call" = "marketing"\n'}
    data = loaded(tmp_path, stated)
    assert data.touches["team"].astype(str).tolist() == ["marketing", "marketing"]
