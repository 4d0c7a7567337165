"""A folder becomes a dataset: against the simulated truth, a real company, and any cells."""

import dataclasses
import itertools
import json
import random
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alignment import tables
from alignment.errors import ExportError
from alignment.loading import load
from alignment.simulation import simulate, simulate_company
from alignment.simulation.world import find_world
from alignment.window import detect_truncation, latest

HERE = Path(__file__).resolve().parent
OLIST = HERE.parents[1] / "shared" / "data" / "olist"
GENUINE = HERE.parents[1] / "shared" / "data" / "exports"
ZONE = "America/Mexico_City"
ACCOUNTS, SEED = 500, 11


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample")
    simulate(folder, SEED, accounts=ACCOUNTS)
    return folder


@pytest.fixture(scope="module")
def data(sample):
    return load(sample, timezone=ZONE)


@pytest.fixture(scope="module")
def dirt(sample):
    known = json.loads((sample / "truth.json").read_text(encoding="utf-8"))
    return {quirk["quirk"]: quirk for quirk in known["dirt"]}


@pytest.fixture(scope="module")
def company():
    return simulate_company(SEED, dataclasses.replace(find_world("base"), accounts=ACCOUNTS))


@pytest.fixture(scope="module")
def little(tmp_path_factory):
    folder = tmp_path_factory.mktemp("little")
    simulate(folder, 3, accounts=80)
    (folder / "mapping.toml").unlink(missing_ok=True)
    return folder


@pytest.fixture(scope="module")
def little_data(little):
    return load(little, timezone=ZONE)


def notes(data):
    return data.ledger.notes.groupby("rule")["rows"].sum()


def files(data):
    return data.ledger.files.assign(name=data.ledger.files["file"].str.split("/").str[-1])


# ---- the simulated company: what is loaded is what happened ----


def test_each_file_is_recognised_and_each_row_accounted_for(data):
    found = data.ledger.files
    assert len(found) == 20
    assert found["table"].notna().all()
    parts = found[["rows_kept", "rows_merged", "rows_set_aside"]].sum(axis=1)
    assert (parts == found["rows_read"]).all()


def test_the_leads_are_those_of_the_company_and_its_tests(data, dirt, company):
    internal = data.leads["is_internal"]
    assert internal.sum() == dirt["lead_internal"]["count"]
    assert (~internal).sum() == len(company.leads)
    loaded = data.leads.loc[~internal, "created_at"].sort_values().dt.tz_localize(None)
    true = company.leads["created_at"].sort_values()
    # Where a lead was deleted, HubSpot's minute is what is left of its creation.
    late = np.abs((loaded.to_numpy("M8[s]") - true.to_numpy("M8[s]")).astype("int64"))
    assert late.max() < 60
    assert (late > 0).sum() <= dirt["lead_deleted"]["count"]


def test_duplicates_and_merged_and_deleted_records_are_in_the_ledger(data, dirt):
    found = files(data).set_index("name")
    lead = found.loc["Lead.csv"]
    assert lead["rows_set_aside"] == dirt["lead_deleted"]["count"]
    copies = dirt["lead_duplicate"]["count"] + dirt["lead_merged"]["count"]
    # A duplicate of a deleted lead is what is left of it.
    assert copies - dirt["lead_deleted"]["count"] <= lead["rows_merged"] <= copies
    assert found.loc["Account.csv", "rows_merged"] == dirt["account_merged"]["count"]
    aliases = data.lead_aliases.set_index("source_id")
    originals = dict(zip(*(dirt["lead_merged"][k] for k in ("ids", "originals")), strict=True))
    gone = set(dirt["lead_deleted"]["ids"])
    for copy, original in originals.items():
        if original not in gone:
            assert aliases.loc[copy, "lead_id"] == aliases.loc[original, "lead_id"]
            assert aliases.loc[copy, "link_reason"] == "merged"


def test_deals_keep_status_value_and_moment_of_closing(data, dirt, company):
    deals, true = data.opportunities, company.opportunities
    assert deals["status"].value_counts().to_dict() == true["status"].value_counts().to_dict()
    closed = deals["closed_at"].dropna().sort_values().dt.tz_localize(None)
    expected = true.loc[true["status"] != "open", "closed_at"].sort_values()
    assert (closed.to_numpy("M8[s]") == expected.to_numpy("M8[s]")).all()
    assert set(deals.loc[deals["precision"] == "day", "status"]) == set()
    found = notes(data)
    assert found["amount-zero"] == dirt["amount_zero"]["count"]
    assert found["amount-blank"] == dirt["amount_blank"]["count"]
    assert found["lost-reason-blank"] == dirt["loss_reason_blank"]["count"]
    assert data.currency == "MXN"
    assert set(deals["currency"]) == {"MXN", "USD"}


def test_deals_of_deleted_leads_and_merged_accounts_are_kept(data, dirt):
    merged = set(dirt["account_merged"]["ids"])
    assert not set(data.opportunities["account_id"]) & merged
    assert not set(data.leads["account_id"].dropna()) & merged
    assert notes(data).get("merged-accounts", 0) == dirt["merged_account_id"]["count"]
    without = data.opportunities["lead_id"].isna()
    assert set(data.opportunities.loc[without, "opportunity_id"]) == set(dirt["migrated"]["ids"])
    known = data.opportunities["lead_id"].dropna()
    assert known.isin(data.leads["lead_id"]).all()


def test_stages_are_one_language_folded_and_in_order(data):
    assert set(data.stages["stage"]) == {
        *("Prospecting", "Qualification", "Proposal/Price Quote", "Negotiation/Review"),
        *("Closed Won", "Closed Lost"),
    }
    order = data.stages.sort_values("position")["stage"].tolist()
    assert order[:2] == ["Prospecting", "Qualification"]
    assert order[-2:] == ["Closed Won", "Closed Lost"]
    history = data.opportunity_stages.sort_values(["opportunity_id", "entered_at"])
    same = history["opportunity_id"].eq(history["opportunity_id"].shift())
    assert not (same & history["stage"].eq(history["stage"].shift())).any()
    assert history["is_reentry"].any()
    again = history.duplicated(["opportunity_id", "stage"])
    assert (history["is_reentry"] == again).mean() > 0.99


def test_touches_are_those_of_the_teams(data, company):
    touches, leads = data.touches, company.leads
    count = touches["channel"].value_counts()
    for channel, name in (
        ("nurture", "Nurture"),
        ("retargeting", "Retargeting"),
        ("event", "Event"),
    ):
        assert count[name] == leads[f"{channel}_at"].notna().sum()
    assert (touches["kind"] == "meeting").sum() >= leads["meeting_at"].notna().sum()
    by_sales = touches[touches["team"] == "sales"]
    assert set(by_sales["kind"]) == {"call", "email", "meeting"}
    # What automation sent and Salesforce logged as tasks is marketing's.
    mailed = touches[touches["is_automated"].fillna(False).astype(bool)]
    assert len(mailed)
    assert (mailed["team"] == "marketing").all()
    # Inquiries, and calls that came in, are the buyer's own.
    assert set(touches.loc[touches["initiator"] == "buyer", "kind"]) == {"form", "call"}
    forms = touches[touches["kind"] == "form"]
    assert forms["lead_id"].is_unique
    assert len(forms) == len(leads)
    born = forms["lead_id"].map(data.leads.set_index("lead_id")["created_at"])
    assert (forms["occurred_at"] >= born).all()


def test_lead_stages_come_from_the_history_and_hubspot_adds_only_what_it_lacks(data, company):
    stages, leads = data.lead_stages, company.leads
    mql = stages[stages["stage"] == "mql"]
    assert mql["lead_id"].is_unique
    assert len(mql) == leads["mql_at"].notna().sum()
    true = leads["mql_at"].dropna().sort_values().dt.floor("min")
    assert (mql["entered_at"].sort_values().dt.floor("min").dt.tz_localize(None).to_numpy("M8[s]")
            == true.to_numpy("M8[s]")).all()  # fmt: skip
    assert (stages["stage"] == "lead").sum() == len(data.leads)


def test_scores_and_their_points_come_from_hubspot(data):
    own = data.leads[~data.leads["is_internal"]]
    assert own["score_at_mql"].notna().all()
    assert own["marketing_points"].between(0, own["score_at_mql"].max()).all()
    touched = data.touches[data.touches["channel"].isin(["Nurture", "Retargeting", "Event"])]
    scored = own.set_index("lead_id")["marketing_points"] > 0
    assert scored[touched["lead_id"].unique()].all()


def test_channels_have_one_spelling_and_spend_uses_it(data):
    assert not {"linkedin", "Linked In", "li", "paid_social", "Facebook", "Webinario"} & set(
        data.leads["channel"]
    )
    assert set(data.spend["channel"]) <= set(data.leads["channel"])


def test_spend_adds_up_to_what_the_company_spent(data, company):
    total = company.market.spend[company.world.burn_in_weeks :].sum() * 1_000
    assert data.spend["cost"].sum() == pytest.approx(total, rel=1e-5)
    week = (data.spend["ends_on"] - data.spend["starts_on"]).dt.days
    assert set(week) == {6}
    joined = data.spend.merge(data.campaigns, on=["platform", "campaign_id"])
    assert len(joined) == len(data.spend)
    assert joined["objective"].notna().all()
    assert set(joined["objective"]) == {"brand", "activation"}


def test_the_window_is_that_of_the_company(data, sample):
    known = json.loads((sample / "truth.json").read_text(encoding="utf-8"))
    as_of, began = pd.Timestamp(known["as_of"]), pd.Timestamp(known["observed_from"])
    assert as_of - pd.Timedelta(days=2) <= data.as_of <= as_of
    # Deals from before are there only because they were still open: they do not widen the window.
    assert data.opportunities["created_at"].min() < began - pd.Timedelta(days=30)
    assert data.observed_from == began


def test_names_e_mails_and_keys_stay_outside(sample, data):
    people = pd.read_csv(sample / "salesforce" / "Lead.csv", dtype=str, keep_default_na=False)
    secret = set(people["Email"]) | set(people["LastName"] + people["FirstName"])
    for name in tables.MODELS:
        for column in data.table(name).select_dtypes(["str", "object"]):
            assert not secret & set(data.table(name)[column].dropna())
    text = data.ledger.notes.to_csv() + data.ledger.set_aside.to_csv()
    assert "@" not in text
    assert data.leads["email_hash"].str.fullmatch("[0-9a-f]{64}").all()


def test_a_key_in_the_folder_changes_the_hashes_and_nothing_else(little, little_data, tmp_path):
    first = little_data
    assert first.leads.equals(load(little, timezone=ZONE).leads)
    shutil.copytree(little, tmp_path, dirs_exist_ok=True)
    (tmp_path / ".alignment-key").write_bytes(b"a key of my own")
    second = load(tmp_path, timezone=ZONE)
    assert not set(first.leads["email_hash"]) & set(second.leads["email_hash"])
    rest = [c for c in first.leads if c != "email_hash"]
    assert first.leads[rest].equals(second.leads[rest])


def test_without_a_zone_times_are_utc_and_a_note_says_so(little, little_data):
    data = load(little)
    assert data.timezone == "UTC"
    assert "no-time-zone" in set(data.ledger.notes["rule"])
    assert "no-time-zone" not in set(little_data.ledger.notes["rule"])


# ---- the order of rows and files means nothing ----


def shuffled(folder, out, known, seed):
    """Write the files of a folder with their rows shuffled, under names in another order."""
    mix = random.Random(seed)
    for number, path in enumerate(sorted(folder.rglob("*.csv"), reverse=True)):
        raw = path.read_bytes()
        encoding = "utf-16" if raw.startswith(b"\xff\xfe") else "latin-1"
        lines = raw.decode(encoding).splitlines(keepends=True)
        head = known[path.relative_to(folder).as_posix()]
        body = lines[head:]
        mix.shuffle(body)
        (out / f"{number:02d}.csv").write_bytes("".join([*lines[:head], *body]).encode(encoding))


def test_shuffling_rows_and_files_changes_nothing_but_where_they_stand(
    little, little_data, tmp_path
):
    one = little_data
    shuffled(little, tmp_path, one.ledger.files.set_index("file")["header_row"], 1)
    two = load(tmp_path, timezone=ZONE)
    assert (one.as_of, one.observed_from) == (two.as_of, two.observed_from)
    for name in tables.MODELS:
        places = ["source_file", "source_row"]
        pd.testing.assert_frame_equal(
            one.table(name).drop(columns=places), two.table(name).drop(columns=places), obj=name
        )
    assert one.ledger.totals.equals(two.ledger.totals)
    assert notes(one).equals(notes(two))


def test_the_same_file_twice_is_counted_once(little, little_data, tmp_path):
    once = little_data
    shutil.copytree(little, tmp_path, dirs_exist_ok=True)
    for path in list(little.rglob("*.csv")):
        (tmp_path / f"copy-{path.name}").write_bytes(path.read_bytes())
    twice = load(tmp_path, timezone=ZONE)
    for name in tables.MODELS:
        assert len(once.table(name)) == len(twice.table(name)), name
    assert twice.ledger.totals["rows_read"] == 2 * once.ledger.totals["rows_read"]
    assert twice.spend["cost"].sum() == once.spend["cost"].sum()


def test_two_exports_that_overlap_keep_the_last_state(tmp_path):
    head = "Id,Status,IsConverted,Email,CreatedDate,LastModifiedDate\n"
    row = "00Q5e00000000aaEAA,{},0,ana@firma.example,2026-01-01 10:00:00,2026-0{}-01 10:00:00\n"
    (tmp_path / "new.csv").write_text(head + row.format("Qualified", 3))
    (tmp_path / "old.csv").write_text(head + row.format("Open", 2))
    data = load(tmp_path)
    assert data.leads["status"].tolist() == ["Qualified"]
    assert data.ledger.totals.tolist() == [2, 1, 1, 0]


# ---- whatever stands in the cells, no row is lost ----

CELLS = st.one_of(
    st.sampled_from(
        [
            *("", "1", "0", "2026-01-31", "2026-02-01 10:00:00", "Open", "Closed Won", "MXN", "-5"),
            *("00Q5e00000000aaEAA", "0035e00000000abAAA", "a@b.example", "000000000000000AAA"),
        ]
    ),
    st.text(
        alphabet=st.characters(exclude_categories=["Cs", "Cc"], include_characters='\n",'),
        max_size=6,
    ),
)
OBJECTS = {
    "Lead": "Id,IsDeleted,Status,IsConverted,Email,LeadSource,MasterRecordId,CreatedDate",
    "Contact": "Id,AccountId,LastName,Email,CreatedDate",
    "Opportunity": "Id,StageName,Amount,CloseDate,IsClosed,IsWon,ContactId,CreatedDate",
    "OpportunityHistory": "Id,OpportunityId,StageName,CreatedDate",
    "CampaignMember": "CampaignId,LeadId,Status,HasResponded,CreatedDate",
    "Task": "Id,WhoId,WhatId,Subject,Status,ActivityDate",
}


def quoted(rows):
    return "".join(",".join('"' + c.replace('"', '""') + '"' for c in r) + "\n" for r in rows)


@st.composite
def folders(draw):
    found = {}
    for name, header in OBJECTS.items():
        width = header.count(",") + 1
        rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=5))
        found[name] = [header.split(","), *rows]
    return found


def loaded(folder, text):
    for name, content in text.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8", newline="")
    return load(folder)


@settings(
    max_examples=12, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(folders(), st.randoms(use_true_random=False))
def test_any_cells_are_kept_merged_or_set_aside_in_any_order(found, mix):
    window = '[window]\nas_of = 2026-09-28\n[[file]]\nname = "*"\nunreadable = "set aside"\n'
    datasets = []
    for shuffle in (False, True):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            # One sound row, so that there is something to load.
            (folder / "goals.csv").write_text("period,team,metric,target\n2026,sales,won,3\n")
            (folder / "mapping.toml").write_text(window + 'dates = "day first"\n')
            text = {}
            for kind, (header, *rows) in found.items():
                order = mix.sample(rows, len(rows)) if shuffle else rows
                text[kind] = quoted([header, *order])
            datasets.append(loaded(folder, text))
    one, two = datasets
    # Blank rows are no rows; each other one has exactly one fate (the ledger itself enforces it).
    sound = sum(any(c.strip() for c in r) for rows in found.values() for r in rows[1:])
    assert one.ledger.totals["rows_read"] == sound + 1
    assert one.ledger.totals.equals(two.ledger.totals)
    for name in tables.MODELS:
        places = ["source_file", "source_row"]
        pd.testing.assert_frame_equal(
            one.table(name).drop(columns=places), two.table(name).drop(columns=places), obj=name
        )


# ---- a real company in its own schema ----


@pytest.fixture(scope="module")
def olist():
    if not OLIST.exists():
        pytest.skip("the Olist files are not on this machine")
    mapping = HERE / "mappings" / "olist.toml"
    assert len(mapping.read_text(encoding="utf-8").splitlines()) <= 40
    return load(OLIST, mapping=mapping)


def test_olist_is_loaded_whole(olist):
    assert olist.ledger.totals.tolist() == [8842, 8842, 0, 0]
    assert (len(olist.leads), len(olist.opportunities)) == (8000, 842)
    assert (olist.opportunities["status"] == "won").all()
    assert olist.opportunities["lead_id"].isin(olist.leads["lead_id"]).all()
    assert olist.opportunities["amount"].isna().all()
    assert olist.leads["channel"].value_counts()["organic_search"] == 2296
    assert olist.leads["channel"].isna().sum() == 60
    assert olist.currency is None
    assert set(olist.leads["precision"]) == {"day"}
    assert set(olist.opportunities["precision"]) == {"instant"}


def test_olist_trips_the_detector_and_shows_its_one_early_win(olist):
    assert olist.observed_from == pd.Timestamp("2017-12-05", tz="UTC")
    assert olist.as_of == pd.Timestamp("2018-11-14 18:04:19", tz="UTC")
    found = olist.ledger.notes.set_index("rule")
    assert found.loc["won-before-lead", "rows"] == 1
    assert found.loc["left-truncation", "rows"] == 1827
    assert "174 days" in found.loc["left-truncation", "message"]
    assert found.loc["blank-channel", "rows"] == 60


@pytest.mark.parametrize("name", ["salesforce_soql_bom", "salesforce_report_us_dates"])
def test_genuine_salesforce_extracts_load(name):
    if not GENUINE.exists():
        pytest.skip("the genuine exports are not on this machine")
    data = load(GENUINE / name)
    assert data.ledger.files["table"].notna().all()
    assert len(data.opportunities)


def test_genuine_dates_are_months_first_and_settled_by_their_column():
    if not GENUINE.exists():
        pytest.skip("the genuine exports are not on this machine")
    decided = load(GENUINE / "salesforce_report_us_dates").ledger.decisions
    order = decided[decided["column"] == "CreatedDate"]
    assert set(order["decision"]) == {"month before day"}


# ---- the window ----


def spells(starts, took):
    started = pd.to_datetime(pd.Series(starts), unit="D", utc=True).dt.as_unit("us")
    days = pd.to_timedelta(pd.Series(took, dtype="float64"), unit="D")
    return pd.DataFrame({"started_at": started, "closed_at": started + days})


def test_the_detector_trips_where_early_closings_were_not_recorded():
    random_ = np.random.default_rng(0)
    starts = np.repeat(np.arange(400), 5)
    took = random_.exponential(30, len(starts))
    whole = spells(starts, took)
    assert detect_truncation(whole, "leads") is None
    cut = whole.copy()
    began = pd.Timestamp("1970-01-01", tz="UTC") + pd.Timedelta(days=150)
    cut["closed_at"] = cut["closed_at"].where(cut["closed_at"] >= began)
    found = detect_truncation(cut, "leads")
    assert found is not None
    assert found.first_close == pd.Timestamp("1970-05-31", tz="UTC")
    assert (found.days, found.before) == (150, 750)


def test_the_detector_stays_quiet_on_a_slow_or_a_small_company():
    slow = spells(np.arange(300), np.full(300, 90.0))
    assert detect_truncation(slow, "leads") is None
    assert detect_truncation(spells([0, 10, 20], [50.0, 20.0, np.nan]), "leads") is None
    assert detect_truncation(spells([0], [np.nan]), "leads") is None


def test_the_moment_of_export_leaves_out_what_was_mistyped():
    days = pd.date_range("2024-01-01", periods=300, tz="UTC").to_series()
    wrong = pd.Series(pd.to_datetime(["2062-01-01", "2926-01-01", "1900-01-01"], utc=True))
    assert latest(pd.concat([days, wrong])) == days.iloc[-1]
    assert latest(wrong[1:2]) is None


def test_progress_names_each_file(little):
    seen = []
    load(little, timezone=ZONE, progress=lambda *step: seen.append(step))
    assert [done for done, _, _ in seen] == list(range(21))
    assert {total for _, total, _ in seen} == {20}
    assert seen[0][2].startswith("ads/")


def test_links_are_followed_and_a_loop_ends(tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "goals.csv").write_text("period,team,metric,target\n2026,sales,won,3\n")
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "link").symlink_to(tmp_path / "there", target_is_directory=True)
    (tmp_path / "there" / "loop").symlink_to(tmp_path / "exports", target_is_directory=True)
    (tmp_path / "exports" / "mapping.toml").write_text("[window]\nas_of = 2026-09-28\n")
    assert len(load(tmp_path / "exports").goals) == 1


def test_a_date_column_without_dates_is_no_window(tmp_path):
    (tmp_path / "goals.csv").write_text("period,team,metric,target\n2026,sales,won,3\n")
    with pytest.raises(Exception, match="as_of = 2026-09-28"):
        load(tmp_path)


def test_a_column_is_read_whole_before_its_order_is_settled(tmp_path):
    head = "Id,Status,IsConverted,Email,CreatedDate\n"
    rows = [
        f"00Q5e0000000{n:03d}EAA,Open,0,p{n}@x.example,{n % 12 + 1}/4/2026\n" for n in range(50)
    ]
    (tmp_path / "Lead.csv").write_text(head + "".join(rows))
    with pytest.raises(ExportError, match="day/month or month/day"):
        load(tmp_path)
    (tmp_path / "Lead.csv").write_text(
        head
        + "".join(
            [*rows, rows[0].replace("1/4", "31/3").replace("000E", "99aE").replace("p0", "q")]
        )
    )
    data = load(tmp_path)
    months = itertools.chain(data.leads["created_at"].dt.month)
    assert set(months) == {3, 4}
