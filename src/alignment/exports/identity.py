"""Which records of which systems are one lead: conversion, merging, then the e-mail."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from alignment import tables
from alignment.exports import reasons
from alignment.exports.accounts import Accounts
from alignment.exports.candidates import (
    LINK_COLUMNS,
    PERSON_COLUMNS,
    SYSTEM_RANK,
    Candidates,
    Context,
)
from alignment.exports.people import email_domain, hash_emails
from alignment.exports.typed import lookup
from alignment.text import Text

_ATTRIBUTES = (
    *("account_id", "email", "email_domain", "channel", "campaign_id", "status", "owner_id"),
    *("region", "country", "score_at_mql", "marketing_points"),
)
_SOURCE = ["source_system", "source_file", "source_row"]
_NOTES = {
    "leads-matched-by-id": Text(
        en="Records tied to another one by an id (conversion, merger, synchronisation): {n}.",
        es="Registros ligados a otro por un identificador (conversión, fusión, "
        "sincronización): {n}.",
    ),
    "leads-matched-by-e-mail": Text(
        en="Records tied to another one only by the same e-mail: {n}.",
        es="Registros ligados a otro solo por el mismo correo: {n}.",
    ),
    "lead-account-conflict": Text(
        en="Leads whose records name different accounts; the first record's account counts: {n}.",
        es="Leads cuyos registros nombran cuentas distintas; cuenta la del primer registro: {n}.",
    ),
    "leads-merged-by-e-mail": Text(
        en="Records that repeat a lead with the same e-mail, merged into the first: {n}.",
        es="Registros que repiten un lead con el mismo correo, unidos al primero: {n}.",
    ),
    "internal-leads": Text(
        en="Leads that are tests or of the company itself, left out of analyses: {n}.",
        es="Leads de prueba o de la propia empresa, fuera de los análisis: {n}.",
    ),
}


@dataclass(frozen=True)
class Joined:
    """Leads after identities are joined.

    Parameters
    ----------
    leads, aliases : DataFrame
        Rows of the canonical tables ``leads`` and ``lead_aliases``.
    lead_of : Series
        Canonical lead of each reference (``<system>:<id>``).
    """

    leads: pd.DataFrame
    aliases: pd.DataFrame
    lead_of: pd.Series


def _components(persons: pd.DataFrame, links: pd.DataFrame, *, by_email: bool = True) -> pd.Series:
    """Give references that belong together the same number: by links, then by e-mail."""
    every = pd.concat([persons["ref"], links["ref"], links["other"]], ignore_index=True)
    codes, refs = pd.factorize(every)
    n, m = len(persons), len(links)
    alive = persons[~persons["is_deleted"] & persons["email"].notna() & by_email]
    first = alive.groupby("email", sort=False)["ref"].transform("first")
    index = pd.Index(refs)
    starts = np.concatenate([codes[n : n + m], index.get_indexer(pd.Index(alive["ref"]))])
    ends = np.concatenate([codes[n + m :], index.get_indexer(pd.Index(first))])
    graph = coo_array((np.ones(len(starts), dtype=np.int8), (starts, ends)), shape=(len(refs),) * 2)
    _, group = connected_components(graph, directed=False)
    return pd.Series(group, index=index)


def _ranked(persons: pd.DataFrame) -> pd.DataFrame:
    """Order the records of each group: leads before contacts, CRM first, then by age."""
    frame = persons.assign(
        rank=persons["source_system"].map(SYSTEM_RANK).fillna(9),
        minute=persons["created_at"].dt.floor("min"),
    )
    return frame.sort_values(
        ["group", "is_contact", "rank", "minute", "ref"], kind="stable", na_position="last"
    )


def _first_moments(ranked: pd.DataFrame, zone_known: bool, first_touch: pd.Series) -> pd.DataFrame:
    """Return when each group began: its earliest creation, to the minute the best known one.

    A contact's creation is its conversion, so it counts only where there is nothing else, and then
    its first touch counts too. Without a stated zone, a clock that carries none counts only where
    no other clock is known.
    """
    known = ranked[ranked["created_at"].notna()]
    doubt = known["zoneless"] & (not zone_known)
    known = known.assign(doubt=doubt.astype(bool), day_only=known["precision"].eq("day"))
    known = known.sort_values(
        ["group", "is_contact", "doubt", "minute", "rank", "created_at", "ref"], kind="stable"
    )
    first = known.drop_duplicates("group").set_index("group")[
        ["created_at", "precision", "is_contact"]
    ]
    touched = first_touch.reindex(ranked["group"].unique())
    first = first.reindex(touched.index)
    early = (first["is_contact"].isna() | first["is_contact"].eq(True)) & touched.notna()
    early &= first["created_at"].isna() | (touched < first["created_at"])
    first["created_at"] = first["created_at"].where(~early, touched)
    first["precision"] = first["precision"].where(~early, "instant")
    return first[["created_at", "precision"]]


def _reasons(ranked: pd.DataFrame, links: pd.DataFrame, lead_rows: pd.Index) -> pd.Series:
    reason = links.drop_duplicates("ref").set_index("ref")["reason"]
    found = lookup(ranked["ref"], reason).astype("str").fillna("e-mail")
    return found.where(~ranked.index.isin(lead_rows), "same id")


def _note_steps(
    ranked: pd.DataFrame, by_id: pd.Series, accounts: Accounts, context: Context
) -> None:
    """Tell the ledger how many records each step ties together, and where they disagree.

    ``ranked`` holds the records in the order of their groups, ``by_id`` the group that each
    reference would have without e-mails.
    """
    first_step = lookup(ranked["ref"], by_id)
    tied = first_step.duplicated()
    groups = ranked.assign(by_id=first_step)[~tied]
    steps = {
        "leads-matched-by-id": ranked[tied],
        "leads-matched-by-e-mail": groups[groups["group"].duplicated()],
    }
    named = ranked.assign(account=accounts.resolve(ranked["account_id"]))
    several = named.groupby("group")["account"].transform("nunique") > 1
    steps["lead-account-conflict"] = named[several].drop_duplicates("group")
    for rule, rows in steps.items():
        context.draft.note_rows(rule, rows, _NOTES[rule])


def join_leads(
    candidates: Candidates,
    accounts: Accounts,
    context: Context,
    secret: bytes,
    *,
    zone_known: bool,
    used: Set[str],
    first_touch: pd.Series,
) -> Joined:
    """Join the records of all systems into leads.

    Parameters
    ----------
    candidates : Candidates
        With ``persons`` and ``links``.
    accounts : Accounts
        Accounts of all systems, joined.
    context : Context
        Words and ledger.
    secret : bytes
        Key of the e-mail hash.
    zone_known : bool
        Whether the zone of clocks without one was stated.
    used : set of str
        References that touches, roles or deals name: a contact among them is a lead.
    first_touch : Series
        First touch of each reference.
    """
    persons = candidates.get("persons", PERSON_COLUMNS)
    links = candidates.get("links", LINK_COLUMNS)
    if not len(persons):
        nobody = pd.Series(dtype="str", index=pd.Index([], dtype="str"))
        return Joined(tables.empty("leads"), tables.empty("lead_aliases"), nobody)
    flags = dict.fromkeys(("is_deleted", "is_contact", "zoneless", "is_test"), bool)
    persons = persons.astype(flags).astype(
        {"created_at": "datetime64[us, UTC]", "email": "str", "email_domain": "str"}
    )
    group = _components(persons, links)
    persons["group"] = lookup(persons["ref"], group)
    _drop_deleted(persons, links, context)
    ranked = _ranked(persons[~persons["is_deleted"]])
    _note_steps(ranked, _components(persons, links, by_email=False), accounts, context)
    groups_used = set(group.reindex(list(used)).dropna().astype(int))
    lonely = ranked.groupby("group")["is_contact"].transform("all") & ~ranked["group"].isin(
        groups_used
    )
    context.draft.set_aside(ranked[lonely], reasons.LONELY_CONTACT)
    ranked = ranked[~lonely]
    touched = first_touch[first_touch.index.isin(group.index)]
    touched = touched.groupby(group.reindex(touched.index).to_numpy()).min()
    began = _first_moments(ranked, zone_known, touched)
    undated = lookup(ranked["group"], began["created_at"]).isna()
    context.draft.set_aside(ranked[undated], reasons.UNDATED)
    ranked = ranked[~undated]
    return _build(ranked, links, began, group, persons, context, secret)


def _drop_deleted(persons: pd.DataFrame, links: pd.DataFrame, context: Context) -> None:
    merged = persons["ref"].isin(links.loc[links["reason"] == "merged", "ref"])
    gone = persons["is_deleted"]
    context.draft.merge(persons[gone & merged], reasons.MERGED_RECORD)
    context.draft.set_aside(persons[gone & ~merged], reasons.DELETED)


def _build(
    ranked: pd.DataFrame,
    links: pd.DataFrame,
    began: pd.DataFrame,
    group: pd.Series,
    persons: pd.DataFrame,
    context: Context,
    secret: bytes,
) -> Joined:
    ranked = ranked.assign(
        email_domain=ranked["email_domain"].fillna(email_domain(ranked["email"]))
    )
    heads = ranked.drop_duplicates("group").set_index("group")
    values = ranked.groupby("group")[list(_ATTRIBUTES)].first().reindex(heads.index)
    internal = ranked["is_test"] | ranked["email_domain"].isin(context.vocabulary.internal_domains)
    lead_id = _lead_ids(heads)
    leads = pd.DataFrame(
        {
            "lead_id": lead_id,
            **values.drop(columns="email").to_dict("series"),
            "email_hash": hash_emails(values["email"].astype("str"), secret),
            "created_at": began["created_at"].reindex(heads.index),
            "precision": began["precision"].reindex(heads.index),
            "is_internal": internal.groupby(ranked["group"]).any().reindex(heads.index),
            **{name: heads[name] for name in _SOURCE},
        }
    )
    context.draft.note_rows("internal-leads", leads[leads["is_internal"]], _NOTES["internal-leads"])
    twins = ranked[ranked.duplicated(["group", "source_system", "source_object"])]
    context.draft.merge(twins, reasons.SAME_PERSON)
    context.draft.note_rows("leads-merged-by-e-mail", twins, _NOTES["leads-merged-by-e-mail"])
    alias = pd.concat([ranked, persons[persons["is_deleted"] & persons["ref"].isin(links["ref"])]])
    alias = alias[alias["group"].isin(heads.index)]
    head_rows = ranked.index[~ranked.duplicated("group")]
    aliases = pd.DataFrame(
        {
            "source_object": alias["source_object"],
            "source_id": alias["source_id"],
            "lead_id": lookup(alias["group"], lead_id),
            "link_reason": _reasons(alias, links, head_rows),
            **{name: alias[name] for name in _SOURCE},
        }
    )
    lead_of = lookup(group, lead_id).dropna().astype("str")
    return Joined(leads.reset_index(drop=True), aliases.reset_index(drop=True), lead_of)


def _lead_ids(heads: pd.DataFrame) -> pd.Series:
    """Name a lead by its first record; a number says which system it is from."""
    own, system = heads["source_id"], heads["source_system"].astype("str")
    return own.where(system.isin(["salesforce", "mapping"]), system + "-" + own)
