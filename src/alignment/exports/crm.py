"""What the modules of CRMs share: ids, relations by name, people and companies."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from alignment.exports.candidates import Context, keep_one, precision
from alignment.exports.people import email_domain, is_test_person, normal_email, web_domain
from alignment.exports.typed import column, flag, lookup
from alignment.exports.vocabulary import key
from alignment.text import Text

_INSTANT = "datetime64[us, UTC]"
_NAMESAKES = Text(
    en="Relations by a name that several records have, and that are therefore left open: {n}.",
    es="Relaciones por un nombre que tienen varios registros, y que por eso quedan abiertas: {n}.",
)
# Names under which CRMs show a currency instead of its code.
_CURRENCIES = {
    "us dollar": "USD",
    "u s dollar": "USD",
    "dolar estadounidense": "USD",
    "dolar americano": "USD",
    "euro": "EUR",
    "mexican peso": "MXN",
    "peso mexicano": "MXN",
    "colombian peso": "COP",
    "peso colombiano": "COP",
    "argentine peso": "ARS",
    "peso argentino": "ARS",
    "chilean peso": "CLP",
    "peso chileno": "CLP",
    "peruvian sol": "PEN",
    "sol peruano": "PEN",
    "sol": "PEN",
    "brazilian real": "BRL",
    "real brasileno": "BRL",
    "pound sterling": "GBP",
    "british pound": "GBP",
    "libra esterlina": "GBP",
    "canadian dollar": "CAD",
    "dolar canadiense": "CAD",
}


def own_ids(system: str, ids: pd.Series) -> pd.Series:
    """Name records of a system among those of all systems: their ids are small numbers."""
    return (f"{system}-" + ids.astype("str")).astype("str")


def reference(system: str, ids: pd.Series) -> pd.Series:
    """Name a person of a system among all systems; missing where the id is."""
    return (f"{system}:" + ids.astype("str")).astype("str")


def source(rows: pd.DataFrame, system: str) -> dict[str, object]:
    """Return the columns that lead back to a line of a file."""
    return {
        "source_system": system,
        "source_file": rows["source_file"],
        "source_row": rows["source_row"],
    }


def cleaned_ids(ids: pd.Series) -> pd.Series:
    """Take what systems put around an id away: Zoho's ``zcrm_``, the braces of a GUID."""
    text = ids.astype("str").str.strip().str.replace(r"^zcrm_", "", regex=True)
    guid = text.str.fullmatch(r"\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?")
    bare = text.str.strip("{}").str.lower()
    text = text.where(~guid.fillna(False).astype(bool), bare)
    return text.where(text != "", None).astype("str")


def records(
    rows: pd.DataFrame, context: Context, *, others: Iterable[str] = (), key_name: str = "id"
) -> pd.DataFrame:
    """Keep the last state of each record; ids (and those of `others`) without their wrappings."""
    names = [n for n in (key_name, *others) if n in rows]
    rows = rows.assign(**{name: cleaned_ids(rows[name]) for name in names})
    rows = context.draft.without_id(rows, key_name)
    return keep_one(rows, [key_name], context.draft, modified="modified_at").reset_index(drop=True)


def by_content(rows: pd.DataFrame, names: Iterable[str]) -> pd.Series:
    """Draw an id for rows that carry none from what they say, whatever their order.

    Never from an e-mail: a hash of it is undone by a list of e-mails. Rows that say the same are
    one record.
    """
    said = [name for name in names if name in rows]
    code = pd.util.hash_pandas_object(rows[said].astype("str").fillna(""), index=False)
    return code.map("{:016x}".format).astype("str")


def first_of(values: pd.Series) -> pd.Series:
    """Return the first id of a list such as ``101;102``."""
    return values.astype("str").str.extract(r"^\s*([^;,|\s]+)", expand=False).astype("str")


def listed(ids: pd.Series, values: pd.Series) -> pd.DataFrame:
    """Part lists of ids, such as ``101;102``: one row an id, with its place in the list.

    Returns
    -------
    DataFrame
        ``id``, ``other``, ``place``, under the index of the rows they come from.
    """
    parts = values.astype("str").str.findall(r"[^;,|\s]+")
    frame = pd.DataFrame({"id": ids, "other": parts}).explode("other")
    frame = frame[frame["other"].notna()]
    place = frame.groupby(level=0).cumcount()
    return frame.assign(place=place).astype({"id": "str", "other": "str"})


def by_name(
    names: pd.Series, known: pd.DataFrame, context: Context, where: pd.DataFrame
) -> pd.Series:
    """Find records by their name, where only one record has it.

    Parameters
    ----------
    names : Series of str
        Names that rows give.
    known : DataFrame
        ``name`` and ``id`` of the records.
    context : Context
        Words and ledger.
    where : DataFrame
        The rows, with ``source_file`` and ``source_row``.

    Returns
    -------
    Series of str
        Ids; missing where nobody, or more than one record, has the name.
    """
    forms = known["name"].map(key, na_action="ignore")
    table = pd.DataFrame({"form": forms, "id": known["id"]}).dropna()
    table = table[table["form"] != ""].drop_duplicates()
    twins = table["form"].duplicated(keep=False)
    wanted = names.map(key, na_action="ignore").astype("str")
    unclear = wanted.isin(set(table.loc[twins, "form"]))
    context.draft.note_rows("namesakes", where[unclear], _NAMESAKES)
    return lookup(wanted, table[~twins].set_index("form")["id"]).astype("str")


def currency_codes(values: pd.Series) -> pd.Series:
    """Return ISO 4217 codes: as written, or of the currency's name."""
    upper = values.astype("str").str.strip().str.upper()
    code = upper.where(upper.str.fullmatch("[A-Z]{3}").fillna(False).astype(bool), None)
    named = values.map(lambda word: _CURRENCIES.get(key(word)), na_action="ignore")
    return code.fillna(named.astype("str"))


def channel_words(values: pd.Series) -> pd.Series:
    """Return channels as written, without the underscores of internal names."""
    written = values.astype("str")
    internal = written.str.fullmatch(r"[A-Z]+(?:_[A-Z]+)+").fillna(False).astype(bool)
    return written.where(~internal, written.str.replace("_", " ").str.title())


def persons(
    rows: pd.DataFrame,
    system: str,
    kind: str,
    context: Context,
    *,
    account_id: pd.Series | None = None,
    is_contact: bool = False,
    zoneless: bool = True,
) -> pd.DataFrame:
    """Give the people that rows hold.

    Parameters
    ----------
    rows : DataFrame
        With ``id`` and whatever there is of ``email``, ``first_name``, ``last_name``, ``name``,
        ``company``, ``created_at``, ``channel``, ``status``, ``owner_id``, ``region``,
        ``country`` and ``is_deleted``.
    system, kind : str
        The system, and its name of the object.
    context : Context
        Words and ledger.
    account_id : Series, optional
        Account of each.
    is_contact : bool
        Whether such a record is a lead only once something happened with it.
    zoneless : bool
        Whether clocks are written without a zone.
    """
    email = normal_email(column(rows, "email"), plus_alias=context.vocabulary.plus_alias)
    words = [column(rows, name) for name in ("first_name", "last_name", "name", "company")]
    clock = column(rows, "created_at_clock", "boolean")
    return pd.DataFrame(
        {
            "ref": reference(system, rows["id"]),
            **source(rows, system),
            "source_object": kind,
            "source_id": rows["id"],
            "email": email,
            "email_domain": email_domain(email),
            "created_at": column(rows, "created_at", _INSTANT),
            "precision": precision(clock),
            "account_id": column(rows, "account_id") if account_id is None else account_id,
            "channel": channel_words(column(rows, "channel")),
            "status": column(rows, "status"),
            "owner_id": column(rows, "owner_id"),
            "region": column(rows, "region"),
            "country": column(rows, "country"),
            "is_test": is_test_person(email, words),
            "is_deleted": flag(rows, "is_deleted"),
            "is_contact": is_contact,
            "zoneless": zoneless,
        }
    )


def links(system: str, ids: pd.Series, others: pd.Series, reason: str) -> pd.DataFrame:
    """Tie records of a system to others of it, where both are known."""
    frame = pd.DataFrame(
        {"ref": reference(system, ids), "other": reference(system, others)}
    ).assign(reason=reason)
    return frame[ids.notna() & others.notna() & ids.ne(others)]


def accounts(rows: pd.DataFrame, system: str) -> pd.DataFrame:
    """Give the companies that rows hold, under ids that name the system."""
    domain = web_domain(column(rows, "website")).fillna(web_domain(column(rows, "domain")))
    return pd.DataFrame(
        {
            "account_id": own_ids(system, rows["id"]),
            "domain": domain,
            "segment": column(rows, "segment"),
            "industry": column(rows, "industry"),
            "region": column(rows, "region"),
            "country": column(rows, "country"),
            "created_at": column(rows, "created_at", _INSTANT),
            "is_target": column(rows, "is_target", "boolean"),
            **source(rows, system),
        }
    )


def contacts_of_deals(
    rows: pd.DataFrame, system: str, context: Context, *, lead_ref: pd.Series, object_name: str
) -> tuple[pd.DataFrame, pd.Series]:
    """Make a person of the e-mail that a deal gives, where no record of the person is known.

    One person an e-mail, named by its first deal, never by the e-mail itself.

    Returns
    -------
    tuple of DataFrame and Series
        The people, and the reference of each row's person.
    """
    email = normal_email(column(rows, "person_email"), plus_alias=context.vocabulary.plus_alias)
    born = column(rows, "created_at", _INSTANT)
    alone = lead_ref.isna() & email.notna() & born.notna()
    some = rows[alone].assign(email=email[alone], born=born[alone])
    some = some.sort_values(["born", "id"], kind="stable")
    first = some.drop_duplicates("email")
    first = first.assign(id="deal " + first["id"].astype("str"), name=column(first, "person_name"))
    people = persons(first, system, object_name, context, is_contact=True)
    named = first.set_index("email")["id"]
    found = reference(system, lookup(email.where(alone, None), named).astype("str"))
    return people, lead_ref.astype("str").fillna(found)


def matches(values: pd.Series, pattern: str) -> pd.Series:
    """Say which texts contain a pattern, whatever their capitals; what is missing does not."""
    return values.fillna("").str.contains(re.compile(pattern, re.IGNORECASE), regex=True)
