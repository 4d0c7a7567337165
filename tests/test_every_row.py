"""Whatever stands in the cells of whatever systems: each row has one fate, in any order."""

import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alignment import tables
from alignment.loading import load

DATES = ("", "2026-01-31", "2026-02-01 10:00:00", "31/01/2026", "soon")
EMAILS = ("", "a@b.example", "A@b.example", "c@d.example", "x@gmail.com", "no e-mail")
LEADS = ("", "00Q5e00000000aaEAA", "00Q5e00000000aa", "00Q5e00000000acEAA", "000000000000000AAA")
PEOPLE = ("", "0035e00000000abAAA", "0035e00000000adAAA", "00Q5e00000000aaEAA")
COMPANIES = ("", "0015e00000000afAAA", "0015e00000000af", "0015e00000000agAAA")
DEALS = ("", "0065e00000000ahAAA", "0065e00000000ajAAA")
FLAGS = ("", "0", "1")
NUMBERS = ("", "5", "12.5", "0", "-3")
ANY = (None,)  # any text at all
# Of each kind of export: its columns, and what may stand in them.
KINDS = {
    "lead": {
        "Id": LEADS,
        "IsDeleted": FLAGS,
        "MasterRecordId": LEADS,
        "Status": ("Open", "MQL", "", *ANY),
        "IsConverted": FLAGS,
        "ConvertedContactId": PEOPLE,
        "ConvertedAccountId": COMPANIES,
        "Email": EMAILS,
        "Company": ANY,
        "CreatedDate": DATES,
    },
    "contact": {
        "Id": PEOPLE,
        "AccountId": COMPANIES,
        "LastName": ANY,
        "Email": EMAILS,
        "CreatedDate": DATES,
    },
    "account": {
        "Id": COMPANIES,
        "IsDeleted": FLAGS,
        "MasterRecordId": COMPANIES,
        "Name": ANY,
        "Website": ("", "b.example", "http://www.d.example/x", "gmail.com"),
        "Industry": ANY,
        "CreatedDate": DATES,
    },
    "deal": {
        "Id": DEALS,
        "AccountId": COMPANIES,
        "StageName": ("Closed Won", "Closed Lost", "Prospecting", *ANY),
        "Amount": NUMBERS,
        "CloseDate": DATES,
        "IsClosed": FLAGS,
        "IsWon": FLAGS,
        "ContactId": PEOPLE,
        "CreatedDate": DATES,
    },
    "task": {
        "Id": ("", "00T5e00000000akAAA", "00T5e00000000alAAA"),
        "WhoId": PEOPLE,
        "WhatId": DEALS,
        "Subject": ("Call", "List Email", *ANY),
        "Status": ("Completed", "Not Started", ""),
        "ActivityDate": DATES,
    },
    "hubspot": {
        "Record ID": ("", "7", "8", "9"),
        "Email": EMAILS,
        "Create Date": DATES,
        "Salesforce Lead ID": LEADS,
        "Merged record IDs": ("", "6;5", "8"),
        "First Conversion": ANY,
    },
    "pipedrive": {
        "Deal - ID": ("", "7", "8"),
        "Deal - Title": ("", "Hornos", *ANY),
        "Deal - Stage": ("Demo", "Propuesta", ""),
        "Deal - Status": ("Won", "Lost", "Open", "", *ANY),
        "Deal - Value": NUMBERS,
        "Deal - Deal created": DATES,
        "Deal - Won time": DATES,
        "Deal - Last stage change": DATES,
        "Deal - Contact person": ("", "Ana", *ANY),
    },
    "people": {
        "Person - Name": ("", "Ana", *ANY),
        "Person - Email - Work": EMAILS,
        "Person - Owner": ("", "Vera"),
    },
    "zoho": {
        "Record Id": ("", "zcrm_1", "1", "zcrm_2"),
        "Stage": ("Closed Won", "Closed Lost", "-None-", *ANY),
        "Closing Date": DATES,
        "Amount": NUMBERS,
        "Created Time": DATES,
        "Modified Time": DATES,
    },
    "google": {
        "Week": DATES,
        "Campaign": ("", "Marca", *ANY),
        "Campaign ID": ("", "1", "2"),
        "Currency code": ("MXN",),
        "Cost": NUMBERS,
        "Impr.": ("", "100"),
    },
    "calls": {
        "who": (*LEADS, "7"),
        "when": DATES,
        "what": ("Call", "Webinar", *ANY),
        "deal": DEALS,
    },
    "empresas": {
        "clave": (*COMPANIES, "E1"),
        "web": ("", "b.example", "d.example"),
        "nombre": ANY,
    },
}
MAPPING = """\
currency = "MXN"
[window]
as_of = 2026-09-28
[[file]]
name = "*-calls-*"
table = "touches"
dates = "day first"
unreadable = "set aside"
[file.columns]
lead_id = "who"
occurred_at = "when"
channel = "what"
opportunity_id = "deal"
[[file]]
name = "*-empresas-*"
table = "accounts"
[file.columns]
account_id = "clave"
domain = "web"
[[file]]
name = "*"
unreadable = "set aside"
dates = "day first"
"""
TEXT = st.text(
    alphabet=st.characters(exclude_categories=["Cs", "Cc"], include_characters='\n",;='),
    max_size=6,
)


def cell(values):
    known = [value for value in values if value is not None]
    drawn = [st.sampled_from(known)] if known else []
    return st.one_of(*drawn, *([TEXT] if None in values else []))


@st.composite
def folders(draw):
    """Draw up to two files of each kind, as (kind, rows)."""
    found = []
    for kind, columns in KINDS.items():
        row = st.tuples(*(cell(values) for values in columns.values()))
        files = draw(st.lists(st.lists(row, max_size=4), max_size=2))
        found.extend((kind, rows) for rows in files)
    return found


def quoted(rows):
    return "".join(",".join('"' + c.replace('"', '""') + '"' for c in r) + "\n" for r in rows)


def loaded(files, folder):
    for number, (kind, rows) in enumerate(files):
        place = folder / f"{number % 3}"
        place.mkdir(exist_ok=True)
        text = quoted([tuple(KINDS[kind]), *rows])
        path = place / f"{number:02d}-{kind}-x.csv"
        path.write_text(text, encoding="utf-8", newline="")
    # One sound row, so that there is something to load.
    (folder / "goals.csv").write_text("period,team,metric,target\n2026,sales,won,3\n")
    (folder / "mapping.toml").write_text(MAPPING)
    return load(folder)


@settings(
    max_examples=25, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(folders(), st.randoms(use_true_random=False))
def test_each_row_of_each_system_has_one_fate_in_any_order(files, mix):
    turned = [(kind, mix.sample(rows, len(rows))) for kind, rows in files]
    mix.shuffle(turned)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        first, second = loaded(files, Path(one)), loaded(turned, Path(two))
    totals = first.ledger.totals
    # Blank rows are no rows; whatever else was written was read, and has exactly one fate.
    written = sum(any(c.strip() for c in row) for _, rows in files for row in rows)
    assert totals["rows_read"] == written + 1
    assert totals["rows_read"] == totals[["rows_kept", "rows_merged", "rows_set_aside"]].sum()
    assert len(first.ledger.set_aside) == totals["rows_set_aside"]
    assert first.ledger.set_aside["reason"].notna().all()
    assert totals.equals(second.ledger.totals)
    for name in tables.MODELS:
        places = ["source_file", "source_row"]
        pd.testing.assert_frame_equal(
            first.table(name).drop(columns=places),
            second.table(name).drop(columns=places),
            obj=name,
        )
    counted = [d.ledger.notes.groupby("rule")["rows"].sum() for d in (first, second)]
    pd.testing.assert_series_equal(*counted)
