"""E-mails and names at the door: normal form, domain, keyed hash, test records."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from alignment.exports.vocabulary import key

TEST_WORDS = frozenset(
    {"test", "tests", "testing", "prueba", "pruebas", "asdf", "qwerty", "dummy", "borrar", "xxx"}
)
# Local parts that forms are filled with where somebody has no e-mail, or gives none.
_PLACEHOLDERS = frozenset(
    {
        *("noemail", "no-email", "no.email", "nomail", "none", "na", "n-a", "sinemail", "unknown"),
        *("sin-email", "sincorreo", "sin-correo", "sin.correo", "notiene", "noaplica"),
        *("desconocido", "noreply", "no-reply", "donotreply", "do-not-reply"),
    }
)
KEY_FILE = ".alignment-key"
_EMAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"


def normal_email(values: pd.Series, *, plus_alias: bool = True) -> pd.Series:
    """Bring e-mails to one form: NFKC, lower case, without spaces; what is no e-mail is missing.

    So is one that stands for none, such as ``noemail@…`` or ``sincorreo@…``: as an e-mail it
    would make one lead of all who have it.

    Parameters
    ----------
    values : Series of str
        The cells.
    plus_alias : bool
        Leave out what follows ``+`` in the local part (RFC 5233 sub-addresses reach one mailbox).
    """
    text = values.str.normalize("NFKC").str.strip().str.lower()
    if plus_alias:
        text = text.str.replace(r"^([^@+]+)\+[^@]*@", r"\1@", regex=True)
    known = text.str.fullmatch(_EMAIL).fillna(False).astype(bool)
    return text.where(known & ~text.str.replace(r"@.*$", "", regex=True).isin(_PLACEHOLDERS), None)


def email_domain(emails: pd.Series) -> pd.Series:
    """Return the domain of normal e-mails."""
    return emails.str.replace(r"^.*@", "", regex=True)


def web_domain(websites: pd.Series) -> pd.Series:
    """Return the domain of web addresses: no scheme, no ``www.``, no path."""
    bare = websites.str.strip().str.lower().str.replace(r"^[a-z]+://", "", regex=True)
    host = bare.str.replace(r"[/?#:].*$", "", regex=True).str.removeprefix("www.")
    return host.where(host.str.contains(".", regex=False).fillna(False).astype(bool), None)


def is_test_person(emails: pd.Series, words: Iterable[pd.Series]) -> pd.Series:
    """Tell test records by a word such as “test” or “prueba” standing alone in a name or e-mail."""
    local = emails.str.replace(r"[\d._\-]*@.*$", "", regex=True)
    found = local.isin(TEST_WORDS)
    for column in words:
        found |= column.isin({w for w in column.dropna().unique() if key(w) in TEST_WORDS})
    return found.astype(bool)


def hash_key(folder: Path, emails: pd.Series) -> bytes:
    """Return the key of the e-mail hash.

    A file ``.alignment-key`` in the folder of exports gives it, where the user keeps hashes
    comparable between exports. Without one, the key is drawn from all e-mails of the folder
    together: nothing is written beside the exports, two runs agree, and whoever could work the
    key out already has the e-mails. Ids never depend on it.
    """
    stated = folder / KEY_FILE
    if stated.is_file():
        return stated.read_bytes().strip()
    digest = hashlib.sha256(b"alignment e-mail key")
    for email in sorted(emails.dropna().unique()):
        digest.update(b"\0" + email.encode())
    return digest.digest()


def hash_emails(emails: pd.Series, secret: bytes) -> pd.Series:
    """Return the keyed hash (HMAC-SHA-256) of normal e-mails."""
    known = {
        e: hmac.new(secret, e.encode(), hashlib.sha256).hexdigest()
        for e in emails.dropna().unique()
    }
    return emails.map(known).astype("str")
