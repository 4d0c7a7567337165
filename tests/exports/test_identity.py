"""Who is who: ids, then e-mails, then company domains; conflicts are told, names only suggest."""

import itertools
import json
import re

import pandas as pd
import pytest

from alignment.check import traced_value
from alignment.exports.accounts import survivors
from alignment.exports.free_mail import is_free_mail
from alignment.exports.people import normal_email
from alignment.exports.similar import company_key
from alignment.loading import load
from alignment.tables import MODELS

LEAD, CONTACT = "00Q5e0000000001EAA", "0035e0000000001EAA"
ACCOUNT, OTHER = "0015e0000000001AAA", "0015e0000000002AAA"
DEAL = "0065e0000000001AAA"
HEADERS = {
    "Lead": "Id,IsDeleted,MasterRecordId,Status,IsConverted,ConvertedContactId,"
    "ConvertedAccountId,Company,LastName,Phone,Email,CreatedDate",
    "Contact": "Id,AccountId,LastName,Email,CreatedDate",
    "Account": "Id,IsDeleted,MasterRecordId,Name,Website,Industry,CreatedDate",
    "Opportunity": "Id,AccountId,StageName,Amount,CurrencyIsoCode,CloseDate,IsClosed,IsWon,"
    "ContactId,CreatedDate",
    "Task": "Id,WhoId,WhatId,Subject,Type,Status,ActivityDate",
    "hubspot": "Record ID,Email,Create Date,Salesforce Lead ID,Merged record IDs",
}
WHEN = "2026-01-05 10:00:00"


def write(folder, **rows):
    for name, lines in rows.items():
        text = "\n".join([HEADERS[name], *lines, ""])
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def lead(number, email, *, account="", contact="", company="Una", deleted=0, master=""):
    ident = f"00Q5e{number:010d}EAA"
    return f"{ident},{deleted},{master},Open,0,{contact},{account},{company},X,,{email},{WHEN}"


def account(number, website, name="Una", master="", deleted=0):
    return f"0015e{number:010d}AAA,{deleted},{master},{name},{website},,{WHEN}"


def found(data, rule):
    notes = data.ledger.notes
    rows = notes.loc[notes["rule"] == rule, "rows"]
    return int(rows.iloc[0]) if len(rows) else 0


# ---- people ----


def test_records_are_tied_by_id_before_the_e_mail(tmp_path):
    write(
        tmp_path,
        Lead=[lead(1, "ana@una.example", contact=CONTACT), lead(2, "ben@una.example")],
        Contact=[f"{CONTACT},,X,other@una.example,{WHEN}"],
        hubspot=[f"77,BEN@una.example,{WHEN},,", f"78,zoe@dos.example,{WHEN},{LEAD[:15]},"],
    )
    data = load(tmp_path)
    assert data.leads["lead_id"].tolist() == [LEAD, "00Q5e0000000002EAA"]
    assert (found(data, "leads-matched-by-id"), found(data, "leads-matched-by-e-mail")) == (2, 1)
    alias = data.lead_aliases.set_index("source_id")
    assert alias.loc[[CONTACT, "78"], "lead_id"].tolist() == [LEAD, LEAD]
    assert alias.loc["78", "link_reason"] == "same id"
    assert alias.loc["77", ["lead_id", "link_reason"]].tolist() == ["00Q5e0000000002EAA", "e-mail"]


def test_records_that_were_merged_are_followed(tmp_path):
    write(
        tmp_path,
        Lead=[lead(1, "ana@una.example"), lead(2, "", deleted=1, master=LEAD)],
        hubspot=[f"77,ana@una.example,{WHEN},,70;71"],
    )
    (tmp_path / "contact_merge_audit.csv").write_text(
        "canonical_vid,vid_to_merge,timestamp\n77,69,2026-01-06\n"
    )
    (tmp_path / "calls.csv").write_text(
        "person,day,what\n70,2026-01-06,Call\n69,2026-01-07,Call\n00Q5e0000000002,2026-01-08,Call\n"
    )
    (tmp_path / "mapping.toml").write_text(
        '[[file]]\nname = "calls.csv"\ntable = "touches"\n[file.columns]\n'
        'lead_id = "person"\noccurred_at = "day"\nchannel = "what"\n'
    )
    data = load(tmp_path)
    assert data.leads["lead_id"].tolist() == [LEAD]
    calls = data.touches[data.touches["kind"] == "call"]
    assert calls["lead_id"].tolist() == [LEAD] * 3
    assert found(data, "ids-without-match") == 0


def test_an_e_mail_that_stands_for_none_joins_nobody():
    told = pd.Series(["NoEmail@x.example", "sincorreo@x.example", "none@x.example"])
    assert normal_email(told).isna().all()
    assert normal_email(pd.Series(["Nora+web@X.example "])).tolist() == ["nora@x.example"]


def test_records_of_one_person_with_two_accounts_are_a_conflict(tmp_path):
    write(
        tmp_path,
        Lead=[
            lead(1, "ana@una.example", account=ACCOUNT),
            lead(2, "ana@una.example", account=OTHER),
        ],
        Account=[account(1, "una.example"), account(2, "dos.example")],
    )
    data = load(tmp_path)
    assert data.leads["account_id"].tolist() == [ACCOUNT]
    assert found(data, "lead-account-conflict") == 1
    # Two accounts that were merged into one are no two.
    write(
        tmp_path,
        Account=[account(1, "una.example"), account(2, "", master=ACCOUNT, deleted=1)],
    )
    assert found(load(tmp_path), "lead-account-conflict") == 0


def test_the_hash_depends_on_the_folder_and_tells_nobody(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    for folder, more in ((one, ()), (two, (lead(9, "zoe@dos.example"),))):
        folder.mkdir()
        write(folder, Lead=[lead(1, "ana@una.example"), *more])
    hashes = [load(f).leads.set_index("lead_id")["email_hash"][LEAD] for f in (one, two)]
    assert hashes[0] != hashes[1]
    assert all(re.fullmatch("[0-9a-f]{64}", h) for h in hashes)
    for folder in (one, two):
        (folder / ".alignment-key").write_text("the same secret\n")
    hashes = [load(f).leads.set_index("lead_id")["email_hash"][LEAD] for f in (one, two)]
    assert hashes[0] == hashes[1]


# ---- companies ----


def test_a_lead_finds_its_account_by_a_domain_that_names_one(tmp_path):
    write(
        tmp_path,
        Lead=[
            lead(1, "ana@una.example"),
            lead(2, "ben@dos.example"),
            lead(3, "cid@gmail.com"),
            lead(4, "dan@tres.example"),
        ],
        Account=[
            account(1, "https://www.una.example/es"),
            account(2, "dos.example"),
            account(3, "http://dos.example"),
            account(4, "gmail.com"),
        ],
    )
    data = load(tmp_path)
    assert data.leads.set_index("lead_id")["account_id"].dropna().to_dict() == {LEAD: ACCOUNT}
    steps = ("accounts-by-domain", "account-domain-conflict", "lead-domain-conflict")
    assert [found(data, rule) for rule in (*steps, "lead-free-mail")] == [1, 2, 1, 1]


def test_the_user_can_name_more_free_mailboxes(tmp_path):
    write(tmp_path, Lead=[lead(1, "ana@isp.example")], Account=[account(1, "isp.example")])
    assert load(tmp_path).leads["account_id"].notna().all()
    (tmp_path / "mapping.toml").write_text('[identity]\nfree_mail_domains = ["ISP.example"]\n')
    assert load(tmp_path).leads["account_id"].isna().all()


MAPPED = (
    '[[file]]\nname = "empresas.csv"\ntable = "accounts"\n[file.columns]\n'
    'account_id = "clave"\ndomain = "web"\nsegment = "tamaño"\n'
    '[[file]]\nname = "negocios.csv"\ntable = "opportunities"\n[file.columns]\n'
    'opportunity_id = "n"\naccount_id = "empresa"\nstatus = "estado"\ncreated_at = "alta"\n'
)


def test_accounts_of_two_systems_are_one_by_id_or_by_domain(tmp_path):
    write(tmp_path, Account=[account(1, "una.example"), account(2, "dos.example")])
    (tmp_path / "empresas.csv").write_text(
        f"clave,web,tamaño\nE1,una.example,pyme\n{OTHER[:15]},,grande\nE3,tres.example,micro\n"
        "E4,cuatro.example,a\nE5,cuatro.example,b\n",
        encoding="utf-8",
    )
    (tmp_path / "negocios.csv").write_text(
        f"n,empresa,estado,alta\n1,E1,Abierto,2026-02-01\n2,{OTHER[:15]},Abierto,2026-02-02\n"
        "3,E4,Abierto,2026-02-03\n"
    )
    (tmp_path / "mapping.toml").write_text(MAPPED, encoding="utf-8")
    data = load(tmp_path)
    table = data.accounts.set_index("account_id")
    assert table["segment"].to_dict() == {
        ACCOUNT: "pyme",
        OTHER: "grande",
        "E3": "micro",
        "E4": "a",
        "E5": "b",
    }
    deals = data.opportunities.set_index("opportunity_id")["account_id"]
    assert deals.to_dict() == {"1": ACCOUNT, "2": OTHER, "3": "E4"}
    steps = ("accounts-joined-by-id", "accounts-joined-by-domain", "account-domain-conflict")
    assert [found(data, rule) for rule in steps] == [1, 1, 2]
    files = data.ledger.files.set_index("file")
    assert files.loc["empresas.csv", ["rows_kept", "rows_merged"]].tolist() == [3, 2]


def test_a_chain_of_mergers_ends_at_the_last_and_a_loop_ends():
    links = pd.DataFrame({"ref": list("abxy"), "other": list("bcyx")})
    assert survivors(links)["a"] == "c"
    assert set(survivors(links)) == set("abxy")


@pytest.mark.parametrize(
    ("domain", "free"),
    [
        *(("gmail.com", True), ("yahoo.com.mx", True), ("hotmail.es", True), ("live.com.ar", True)),
        *(("prodigy.net.mx", True), ("uol.com.br", True), ("terra.es", True), ("gmx.net", True)),
        *(("una.example", False), ("gmail.una.example", False), ("mi-yahoo.com", False)),
        *(("liverpool.com.mx", False), ("terra-energia.com", False), (None, False)),
    ],
)
def test_free_mailboxes_are_told_from_companies(domain, free):
    assert is_free_mail(pd.Series([domain], dtype="str")).tolist() == [free]


# ---- names suggest, and stay outside ----


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Telefónica de España, S.A.U.", "TELEFONICA DE ESPANA"),
        ("Aceros Monterrey S.A.B. de C.V.", "Aceros Monterrey"),
        ("Lácteos Sur, S. de R.L. de C.V.", "lacteos sur"),
        ("Acme Corp.", "ACME Corporation"),
    ],
)
def test_a_company_is_called_the_same_without_its_legal_form(one, other):
    assert company_key(one) == company_key(other)


def test_a_company_that_is_called_alike_is_a_suggestion_and_no_match(tmp_path):
    write(
        tmp_path,
        Lead=[
            lead(1, "ana@gmail.com", company="Aceros Monterey SA de CV"),
            lead(2, "ben@gmail.com", company="Otra Cosa"),
        ],
        Account=[account(1, "una.example", name="Aceros Monterrey S.A.")],
    )
    data = load(tmp_path)
    assert data.leads["account_id"].isna().all()
    note = data.ledger.notes.set_index("rule").loc["account-suggested-by-name"]
    assert (note["rows"], note["example"]) == (1, f"Lead.csv, row 2: account {ACCOUNT}")
    assert "Aceros" not in data.ledger.notes.to_csv()


def test_names_are_given_only_where_they_are_asked_for(tmp_path):
    write(
        tmp_path,
        Lead=[lead(1, "ana@una.example", company="Una").replace(",X,,", ",Pérez,+52 55 1234,")],
        hubspot=[f"77,ana@una.example,{WHEN},,"],
    )
    data = load(tmp_path)
    assert data.names is None
    named = load(tmp_path, with_names=True)
    for name in MODELS:
        pd.testing.assert_frame_equal(named.table(name), data.table(name), obj=name)
        assert "Pérez" not in named.table(name).to_csv()
    names = named.names.set_index("source_id")
    assert names.loc[LEAD, ["lead_id", "name", "company", "email", "phone"]].tolist() == [
        *(LEAD, "Pérez", "Una", "ana@una.example", "+52 55 1234"),
    ]
    assert names.loc["77", "lead_id"] == LEAD
    for text in (named.ledger.notes.to_csv(), named.ledger.decisions.to_csv(), repr(named)):
        assert "Pérez" not in text


# ---- what the joining is good for ----


def task(number, subject, who):
    return f"00T5e{number:010d}AAA,{who},,{subject},{subject},Completed,2026-01-10"


def test_the_won_value_that_both_teams_touched_is_told(tmp_path):
    deal = "006{n},{a},Closed Won,{v},MXN,2026-02-01,1,1,{c},2026-01-20 10:00:00"
    write(
        tmp_path,
        Lead=[
            lead(1, "ana@una.example", contact=CONTACT, account=ACCOUNT),
            lead(2, "ben@dos.example"),
        ],
        Contact=[f"{CONTACT},{ACCOUNT},X,ana@una.example,{WHEN}"],
        Account=[account(1, "una.example")],
        Opportunity=[
            deal.format(n="5e0000000001AAA", a=ACCOUNT, v=300, c=CONTACT),
            deal.format(n="5e0000000002AAA", a=ACCOUNT, v=100, c=""),
        ],
        Task=[task(1, "Call", CONTACT), task(2, "List Email", LEAD), task(3, "Call", LEAD)],
    )
    told = traced_value(load(tmp_path))
    assert (told.wins, told.wins_both, told.value, told.value_both) == (2, 1, 400, 300)
    assert (told.share, told.currency) == (0.75, "MXN")
    json.dumps(told.share)


def test_the_order_of_files_and_rows_means_nothing_to_identity(tmp_path):
    people = [lead(n, f"p{n % 3}@una.example") for n in range(1, 7)]
    others = [f"{n},p{n % 4}@una.example,{WHEN},," for n in range(6)]
    seen = []
    for number, turn in enumerate(itertools.islice(itertools.permutations(range(6)), 0, 720, 179)):
        folder = tmp_path / str(number)
        folder.mkdir()
        names = ("Lead", "hubspot") if number % 2 else ("hubspot", "Lead")
        write(folder, Lead=[people[i] for i in turn], hubspot=[others[i] for i in turn[::-1]])
        for place, name in enumerate(names):
            (folder / f"{name}.csv").rename(folder / f"{place}.csv")
        data = load(folder)
        notes = data.ledger.notes.set_index("rule")["rows"].to_dict()
        columns = ["lead_id", "source_id", "link_reason"]
        seen.append((data.lead_aliases[columns].to_csv(index=False), notes))
    assert all(one == seen[0] for one in seen)


def test_a_row_that_breaks_several_rules_is_told_them_all(tmp_path):
    (tmp_path / "spend.csv").write_text(
        "day,what,worth,coin\n2026-01-01,,-1,MXN\n2026-01-01,a,5,MXN\n"
    )
    (tmp_path / "mapping.toml").write_text(
        '[[file]]\nname = "spend.csv"\ntable = "spend"\n[file.columns]\nstarts_on = "day"\n'
        'channel = "what"\ncost = "worth"\ncurrency = "coin"\n'
    )
    aside = load(tmp_path).ledger.set_aside
    assert len(aside) == 1
    told = aside["reason"].iloc[0].split("; ")
    assert set(told) == {"campaign_id is blank", "channel is blank"}
    assert len(aside["reason_es"].iloc[0].split("; ")) == 2
