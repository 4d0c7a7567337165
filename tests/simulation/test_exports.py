"""The files are what each system writes, they agree with each other, and never change."""

import csv
import dataclasses
import hashlib
from pathlib import Path

import pytest

from alignment.simulation import WORLDS, simulate, simulate_company
from alignment.simulation.ads import GOOGLE_FILE, LINKEDIN_FILE, META_FILE
from alignment.simulation.identifiers import NO_ID, record_ids

HIDDEN = ("warmth", "in_market", "in market", "zombie")


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes(sample: Path, known, tmp_path: Path):
    simulate(tmp_path, known["seed"])
    assert digests(tmp_path) == digests(sample)


def test_sample_is_small(sample: Path):
    assert sum(path.stat().st_size for path in sample.rglob("*") if path.is_file()) < 8_000_000


def test_truth_goes_where_it_is_told(tmp_path: Path):
    simulate(tmp_path / "out", 1, "small", accounts=200, truth_path=tmp_path / "known.json")
    assert (tmp_path / "known.json").exists()
    assert not (tmp_path / "out" / "truth.json").exists()


def test_no_file_tells_what_nobody_knows(sample: Path):
    for path in sorted(sample.rglob("*.csv")):
        encoding = "utf-16" if path.name == LINKEDIN_FILE else "iso-8859-1"
        head = path.read_text(encoding=encoding)[:2_000].lower().splitlines()[0]
        assert not any(word in head for word in HIDDEN), path.name


def test_salesforce_bytes(sample: Path):
    for path in sorted((sample / "salesforce").glob("*.csv")):
        raw = path.read_bytes()
        assert b"\r" not in raw
        assert raw.startswith(b'"')
        assert raw.endswith(b'"\n')
    with pytest.raises(UnicodeDecodeError):
        (sample / "salesforce" / "Account.csv").read_text(encoding="utf-8")


def test_record_ids_have_their_check():
    # Each character of the check stands for which of five letters are capitals.
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    for one in record_ids("lead", 50, start=1_000):
        check = "".join(
            letters[sum(1 << place for place in range(5) if one[start + place].isupper())]
            for start in (0, 5, 10)
        )
        assert one[15:] == check


def test_ids_are_unique_and_lookups_resolve(read):
    ids = {
        name: [row["Id"] for row in read(name)]
        for name in ("Account", "Lead", "Contact", "Opportunity", "Campaign", "User", "Task")
    }
    for name, listed in ids.items():
        assert len(listed) == len(set(listed)), name
    known = {name: set(listed) | {NO_ID} for name, listed in ids.items()}
    for file, column, target in (
        ("Lead", "MasterRecordId", "Lead"),
        ("Lead", "ConvertedAccountId", "Account"),
        ("Lead", "ConvertedContactId", "Contact"),
        ("Lead", "ConvertedOpportunityId", "Opportunity"),
        ("Lead", "OwnerId", "User"),
        ("LeadHistory", "LeadId", "Lead"),
        ("Contact", "AccountId", "Account"),
        ("Opportunity", "AccountId", "Account"),
        ("Opportunity", "CampaignId", "Campaign"),
        ("Opportunity", "ContactId", "Contact"),
        ("OpportunityHistory", "OpportunityId", "Opportunity"),
        ("CampaignMember", "CampaignId", "Campaign"),
        ("CampaignMember", "LeadId", "Lead"),
        ("Task", "WhatId", "Opportunity"),
    ):
        assert {row[column] for row in read(file)} <= known[target], (file, column)
    people = known["Lead"] | known["Contact"]
    for file in ("Task", "Event"):
        assert {row["WhoId"] for row in read(file)} <= people


def test_members_are_unique(read):
    pairs = [(row["CampaignId"], row["LeadId"]) for row in read("CampaignMember")]
    assert len(pairs) == len(set(pairs))


def test_history_ends_in_the_stage_of_the_deal(read, known):
    moved = {
        one
        for quirk in known["dirt"]
        if quirk["quirk"] in ("stage_language", "stage_inversion")
        for one in quirk["ids"]
    }
    last = {row["OpportunityId"]: row["StageName"] for row in read("OpportunityHistory")}
    for row in read("Opportunity"):
        if row["Id"] not in moved:
            assert last[row["Id"]] == row["StageName"]
        assert (row["IsClosed"] == "1") == row["StageName"].startswith(("Closed", "Cerrada"))


def test_spend_of_the_platforms_is_the_spend(tmp_path: Path):
    world = dataclasses.replace(WORLDS["base"], accounts=300)
    simulate(tmp_path, 4, world)
    company = simulate_company(4, world)
    ads = tmp_path / "ads"
    with (ads / META_FILE).open(encoding="utf-8-sig", newline="") as file:
        meta = sum(float(row["Importe gastado (MXN)"]) for row in csv.DictReader(file))
    lines = (ads / GOOGLE_FILE).read_text(encoding="utf-8").splitlines()
    google = list(csv.reader(lines[2:]))
    rows = [row for row in google[1:] if not row[1].startswith("Total: ")]
    cost = sum(float(row[4]) for row in rows)
    totals = {row[1]: float(row[4]) for row in google if row[1].startswith("Total: ")}
    assert totals["Total: Campaigns"] == pytest.approx(cost, abs=0.01)
    text = (ads / LINKEDIN_FILE).read_bytes()
    assert text.startswith(b"\xff\xfe")
    linkedin = [line.split("\t") for line in text.decode("utf-16").splitlines()[6:]]
    total = meta + cost + sum(float(row[5]) for row in linkedin)
    assert total == pytest.approx(company.spend["spend_mxn"].sum(), abs=0.5)


def test_clean_exports_have_no_dirt(tmp_path: Path):
    from alignment.simulation import write_exports

    world = dataclasses.replace(WORLDS["base"], accounts=300)
    company = simulate_company(4, world)
    assert write_exports(company, tmp_path, dirty=False) == []
    with (tmp_path / "salesforce" / "Lead.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(company.leads)
