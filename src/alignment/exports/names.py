"""Who each lead is, and what companies are called: words that no canonical table may hold."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from alignment.exports.profiles import plain
from alignment.exports.reading import File

NAME_COLUMNS = ("lead_id", "source_object", "source_id", "name", "company", "email", "phone")
# Headers (plain) under which systems write them, in English and Spanish; the first one wins.
_HEADERS = {
    "name": ("name", "full name", "nombre completo", "lead name", "contact name"),
    "first": ("firstname", "first name", "nombre"),
    "last": ("lastname", "last name", "apellidos", "apellido"),
    "company": ("company", "company name", "account name", "empresa", "nombre de la empresa"),
    "email": ("email", "email address", "e-mail", "correo", "correo electronico"),
    "phone": (
        *("phone", "phone number", "mobilephone", "mobile phone", "mobile"),
        *("telefono", "numero de telefono", "telefono movil", "movil", "celular"),
    ),
}
_ACCOUNT_NAMES = (
    *("name", "account name", "company name"),
    *("nombre", "nombre de la cuenta", "nombre de la empresa"),
)
_WHERE = ["source_file", "source_row"]


def _column(file: File, headers: Sequence[str]) -> pd.Series | None:
    """Return the cells under the first of the headers that a file has."""
    places = {
        plain(header): place for place, header in reversed(list(enumerate(file.cells.headers)))
    }
    place = next((places[h] for h in headers if h in places), None)
    return None if place is None else file.cells.body.column(place).str.strip()


def _rows(file: File, table: str) -> str | None:
    """Return the key of the part of a file that goes to a canonical table."""
    parts = zip(file.keys, file.parts, strict=True)
    return next((key for key, part in parts if part.match.profile.table == table), None)


def names_of(files: Sequence[File], aliases: pd.DataFrame) -> pd.DataFrame:
    """Give name, company, e-mail and phone of each record that became, or joined, a lead.

    Parameters
    ----------
    files : sequence of File
        The files that were read.
    aliases : DataFrame
        The canonical table ``lead_aliases``.

    Returns
    -------
    DataFrame
        :data:`NAME_COLUMNS`, one row an alias, in its order; what an export does not say is
        missing.
    """
    found = []
    for file in files:
        if _rows(file, "leads") is None or file.repeats:
            continue
        frame = pd.DataFrame({"source_file": file.path, "source_row": file.cells.body.lines()})
        for name, headers in _HEADERS.items():
            cells = _column(file, headers)
            frame[name] = cells
        found.append(frame.astype(dict.fromkeys(_HEADERS, "str")))
    if not found:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in NAME_COLUMNS})
    every = pd.concat(found, ignore_index=True).replace("", None)
    known = aliases.astype({"source_file": "str"}).merge(every, on=_WHERE, how="left")
    whole = known["first"].fillna("").str.cat(known["last"].fillna(""), sep=" ").str.strip()
    known["name"] = whole.where(whole.ne(""), known["name"])
    return known[list(NAME_COLUMNS)]


def company_words(files: Sequence[File], table: str) -> pd.DataFrame:
    """Return how the rows of ``leads`` or ``accounts`` call the company.

    Returns
    -------
    DataFrame
        ``source_file`` (the key of the part), ``source_row`` and ``company``.
    """
    found = [pd.DataFrame({"source_file": [], "source_row": [], "company": []})]
    for file in files:
        part = _rows(file, table)
        cells = _column(file, _HEADERS["company"] if table == "leads" else _ACCOUNT_NAMES)
        if part is None or cells is None or file.repeats:
            continue
        lines = file.cells.body.lines()
        rows = {"source_file": part, "source_row": lines, "company": cells}
        found.append(pd.DataFrame(rows))
    frame = pd.concat(found, ignore_index=True)
    return frame.astype({"source_file": "str", "source_row": "int64", "company": "str"})
