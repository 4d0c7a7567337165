"""Companies that are called alike: a suggestion for a person, never a match."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches

import pandas as pd

from alignment.exports.draft import Draft
from alignment.exports.names import company_words
from alignment.exports.reading import File
from alignment.exports.vocabulary import key
from alignment.text import Text

# Legal forms, and the words that they are written with, without dots.
_FORMS = frozenset(
    {
        *("s", "sa", "sab", "sapi", "sas", "sau", "sl", "slu", "srl", "rl", "cv", "c", "v", "de"),
        *("ltda", "lda", "spa", "eirl", "cia", "inc", "incorporated", "llc", "ltd", "limited"),
        *("corp", "corporation", "co", "company", "plc", "gmbh", "ag", "bv", "nv", "sarl"),
    }
)
# How alike two names must be (difflib's ratio): about one letter in ten may differ.
_ALIKE = 0.9
_WHERE = ["source_file", "source_row"]
_SUGGESTED = Text(
    en="Leads without an account whose company is called like one (a suggestion: nothing was "
    "matched by name): {n}.",
    es="Leads sin cuenta cuya empresa se llama como una (es una sugerencia: nada se asignó por "
    "el nombre): {n}.",
)


def company_key(name: str) -> str:
    """Bring a company's name to the form in which names are compared: without its legal form."""
    words = key(name.replace(".", "")).split()
    while len(words) > 1 and words[-1] in _FORMS:
        words.pop()
    return " ".join(words)


def suggest_accounts(files: Sequence[File], rows: Mapping[str, pd.DataFrame], draft: Draft) -> None:
    """Note leads without an account whose company is called like exactly one account.

    Parameters
    ----------
    files : sequence of File
        The files that were read; names are in no table.
    rows : Mapping of str to DataFrame
        Canonical ``leads`` and ``accounts``, with the keys of their parts.
    draft : Draft
        The ledger being written; it is told an id and a row, never a name.
    """
    leads, accounts = rows["leads"], rows["accounts"]
    if not len(leads) or not len(accounts):
        return
    alone = leads.loc[leads["account_id"].isna() & ~leads["is_internal"].astype(bool), _WHERE]
    if not len(alone):
        return
    called = _named(alone, company_words(files, "leads"))
    known = _named(accounts[["account_id", *_WHERE]], company_words(files, "accounts"))
    known = known[~known["company"].duplicated(keep=False)].set_index("company")["account_id"]
    blocks: dict[str, list[str]] = {}
    for name in sorted(known.index):
        blocks.setdefault(name.split()[0], []).append(name)
    close = {
        name: get_close_matches(name, blocks.get(name.split()[0], []), n=2, cutoff=_ALIKE)
        for name in called["company"].unique()
    }
    found = called[called["company"].map(lambda name: len(close[name]) == 1).astype(bool)]
    if not len(found):
        return
    first = found.sort_values(_WHERE).iloc[0]
    file = str(first["source_file"]).split("\0")[0]
    account = known[close[first["company"]][0]]
    draft.note(
        "account-suggested-by-name",
        len(found),
        _SUGGESTED.format(n=len(found)),
        example=f"{file}, row {first['source_row']}: account {account}",
    )


def _named(rows: pd.DataFrame, words: pd.DataFrame) -> pd.DataFrame:
    """Give rows the key of their company; those without one are left out."""
    typed = rows.astype({"source_file": "str", "source_row": "int64"})
    named = typed.merge(words, on=_WHERE)
    company = named["company"].fillna("").map(company_key).astype("str")
    return named.assign(company=company)[company.ne("").to_numpy(bool)].reset_index(drop=True)
