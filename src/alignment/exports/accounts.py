"""Which accounts of which systems are one company, and which leads are of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from alignment.exports import reasons
from alignment.exports.candidates import SYSTEM_RANK, Candidates, Context
from alignment.exports.free_mail import is_free_mail
from alignment.exports.salesforce_ids import salesforce_ids
from alignment.exports.typed import lookup
from alignment.text import Text

_NOTES = {
    "merged-accounts": Text(
        en="Rows moved from a merged account to the one that stayed: {n}.",
        es="Filas pasadas de una cuenta fusionada a la que quedó: {n}.",
    ),
    "accounts-joined-by-id": Text(
        en="Accounts that a second system holds under the same id, joined to the first: {n}.",
        es="Cuentas que un segundo sistema tiene con el mismo identificador, unidas a la "
        "primera: {n}.",
    ),
    "accounts-joined-by-domain": Text(
        en="Accounts of a second system with the same web domain, joined to the first: {n}.",
        es="Cuentas de un segundo sistema con el mismo dominio web, unidas a la primera: {n}.",
    ),
    "account-domain-conflict": Text(
        en="Accounts that share their web domain with another account of the same system, so that "
        "nothing is matched by it: {n}.",
        es="Cuentas que comparten su dominio web con otra cuenta del mismo sistema, por lo que "
        "nada se asigna por él: {n}.",
    ),
    "accounts-by-id": Text(
        en="Leads that name their account, or whose contact does: {n}.",
        es="Leads que nombran su cuenta, o cuyo contacto la nombra: {n}.",
    ),
    "accounts-by-deal": Text(
        en="Leads that take the account of their deal: {n}.",
        es="Leads que toman la cuenta de su negocio: {n}.",
    ),
    "accounts-by-domain": Text(
        en="Leads matched to an account by the domain of their e-mail: {n}.",
        es="Leads asignados a una cuenta por el dominio de su correo: {n}.",
    ),
    "lead-domain-conflict": Text(
        en="Leads without an account whose domain is that of several accounts, not matched: {n}.",
        es="Leads sin cuenta cuyo dominio es el de varias cuentas, sin asignar: {n}.",
    ),
    "lead-free-mail": Text(
        en="Leads without an account whose e-mail is of a free provider, which says nothing about "
        "their company: {n}.",
        es="Leads sin cuenta cuyo correo es de un proveedor gratuito, que nada dice de su "
        "empresa: {n}.",
    ),
}


@dataclass(frozen=True)
class Accounts:
    """Accounts after those of all systems are joined.

    Parameters
    ----------
    rows : DataFrame
        Rows of the canonical table ``accounts``.
    final : Mapping of str to str
        The account that stayed, for each one that was merged into another or joined to it.
    contested : frozenset of str
        Domains of more than one account of one system: they match nothing.
    """

    rows: pd.DataFrame
    final: Mapping[str, str] = field(default_factory=dict)
    contested: frozenset[str] = frozenset()

    def resolve(self, ids: pd.Series) -> pd.Series:
        """Return the account that stayed, for each id under which an account is known."""
        own = self.rows["account_id"].dropna() if "account_id" in self.rows else ()
        plain = matched_ids(ids.astype("str"), frozenset(own) | frozenset(self.final))
        return plain.replace(dict(self.final)) if self.final else plain

    def follow(self, frame: pd.DataFrame, context: Context) -> pd.DataFrame:
        """Give rows the account that stayed, and tell the ledger which ones move."""
        if "account_id" not in frame or not len(frame):
            return frame
        if self.final:
            _note(context, "merged-accounts", frame[frame["account_id"].isin(self.final)])
        return frame.assign(account_id=self.resolve(frame["account_id"]))


def _note(context: Context, rule: str, rows: pd.DataFrame) -> None:
    context.draft.note_rows(rule, rows, _NOTES[rule])


def matched_ids(values: pd.Series, known: frozenset[str]) -> pd.Series:
    """Give 15-character Salesforce ids their 18 characters where only those are known."""
    if not known:
        return values
    lost = values.notna() & ~values.isin(known)
    if not lost.any():
        return values
    longer = salesforce_ids(values.where(lost, None))
    return values.where(~longer.isin(known), longer)


def survivors(links: pd.DataFrame) -> dict[str, str]:
    """Follow mergers (``ref`` into ``other``) to the one that stayed."""
    step = dict(zip(links["ref"], links["other"], strict=True))
    final: dict[str, str] = {}
    for start in step:
        seen, at = {start}, step[start]
        while at in step and at not in seen:
            seen.add(at)
            at = step[at]
        final[start] = at
    return final


def join_accounts(candidates: Candidates, context: Context) -> Accounts:
    """Join the accounts of all systems: mergers followed, then ids, then web domains.

    A domain joins accounts only where each system has one account with it: two accounts of one
    system that share a domain are a conflict, which the ledger tells and nobody decides here.
    Domains of free mailboxes join nothing.

    Parameters
    ----------
    candidates : Candidates
        With ``accounts`` and ``account_links``.
    context : Context
        Words and ledger.
    """
    links = candidates.get("account_links", ("ref", "other"))[["ref", "other"]]
    rows = candidates.get("accounts", ("account_id", "domain", "source_system"))
    if not len(rows):
        return Accounts(candidates.get("accounts"), survivors(links))
    ids = rows["account_id"].astype("str")
    whole = frozenset(ids[ids.str.len().eq(18).fillna(False).astype(bool)])
    rows = rows.assign(account_id=matched_ids(ids, whole))
    rows["rank"] = rows["source_system"].map(SYSTEM_RANK).fillna(len(SYSTEM_RANK))
    order = ["rank", "source_system", "account_id", "source_file", "source_row"]
    rows = rows.sort_values(order, kind="stable", ignore_index=True)
    rows, _ = _absorb(rows, "account_id", "accounts-joined-by-id", context)
    domain = rows["domain"].astype("str")
    free = is_free_mail(domain, context.vocabulary.free_mail_domains)
    rows["key"] = domain.where(~free, None)
    twin = rows["key"].notna() & rows.duplicated(["source_system", "key"], keep=False)
    _note(context, "account-domain-conflict", rows[twin])
    contested = frozenset(rows.loc[twin, "key"])
    rows["key"] = rows["key"].where(~rows["key"].isin(contested), None)
    rows, joined = _absorb(rows, "key", "accounts-joined-by-domain", context)
    final = survivors(pd.concat([links, joined], ignore_index=True))
    return Accounts(rows.drop(columns=["rank", "key"]), final, contested)


def _absorb(
    rows: pd.DataFrame, key: str, rule: str, context: Context
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Join rows with the same key to the first of them, which takes what it lacks from them."""
    again = rows[key].notna() & rows.duplicated(key)
    if not again.any():
        return rows, pd.DataFrame({"ref": pd.Series(dtype="str"), "other": pd.Series(dtype="str")})
    group = rows.groupby(key, dropna=False)
    head = group["account_id"].transform("first")
    source = ("source_system", "source_file", "source_row", "rank", "account_id", key)
    filled = {
        name: rows[name].where(rows[name].notna() | rows[key].isna(), first)
        for name in rows.columns
        if name not in source
        for first in (group[name].transform("first"),)
    }
    context.draft.merge(rows[again], reasons.SAME_COMPANY)
    _note(context, rule, rows[again])
    links = pd.DataFrame({"ref": rows["account_id"], "other": head})[again]
    kept = rows.assign(**filled)[~again].reset_index(drop=True)
    return kept, links[links["ref"] != links["other"]]


def accounts_of_leads(
    leads: pd.DataFrame, deals: pd.DataFrame, accounts: Accounts, context: Context
) -> pd.DataFrame:
    """Match leads to accounts: by id, by their deal, then by a domain that names one account."""
    if not len(leads):
        return leads
    leads = accounts.follow(leads, context)
    own = leads["account_id"].astype("str")
    _note(context, "accounts-by-id", leads[own.notna()])
    if len(deals) and "account_id" in deals:
        known = deals[deals["lead_id"].notna() & deals["account_id"].notna()]
        known = known.sort_values(["lead_id", "account_id"]).drop_duplicates("lead_id")
        by_deal = lookup(leads["lead_id"], known.set_index("lead_id")["account_id"]).astype("str")
        _note(context, "accounts-by-deal", leads[own.isna() & by_deal.notna()])
        own = own.fillna(by_deal)
    table = accounts.rows
    if not len(table) or "domain" not in table:
        return leads.assign(account_id=own)
    domain = leads["email_domain"].astype("str")
    free = is_free_mail(domain, context.vocabulary.free_mail_domains)
    sole = table[table["domain"].notna() & ~table["domain"].duplicated(keep=False)]
    by_domain = sole.set_index("domain")["account_id"]
    found = lookup(domain.where(~free, None), by_domain).astype("str")
    contested = domain.isin(accounts.contested) & ~free
    found = found.where(~contested, None)
    _note(context, "accounts-by-domain", leads[own.isna() & found.notna()])
    _note(context, "lead-domain-conflict", leads[own.isna() & contested])
    _note(context, "lead-free-mail", leads[own.isna() & free])
    return leads.assign(account_id=own.fillna(found))
