"""What an export looks like: its fields, the headers that name them, and how to recognise it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatch
from functools import lru_cache
from typing import Any, Literal

Kind = Literal["text", "id", "instant", "day", "number", "count", "flag"]
DateOrder = Literal["dmy", "mdy"]
Decimal = Literal[".", ","]

_QUALIFIER = re.compile(r"\s*\((?:in |en )?([a-z]{3})\)$")


@dataclass(frozen=True)
class Field:
    """A column that a system writes.

    Parameters
    ----------
    name : str
        Name inside this package.
    kind : str
        ``text``, ``id`` (a Salesforce id), ``instant``, ``day``, ``number``, ``count`` (a whole
        number, whose marks can only part thousands) or ``flag``.
    headers : tuple of str
        Headers that name it, in any language; capitals, accents and spaces do not matter.
    required : bool
        Part of the signature: without it, the file is not of this kind.
    stamp : bool
        A moment that the system itself wrote when something happened, never a promise: the
        latest of them is the moment of export.
    """

    name: str
    kind: Kind
    headers: tuple[str, ...]
    required: bool = False
    stamp: bool = False


@dataclass(frozen=True)
class Profile:
    """How one kind of export looks.

    Parameters
    ----------
    system : str
        System that writes it, lower case.
    object : str
        What a row is there: ``Lead``, ``campaign report`` …
    table : str
        Canonical table that its rows go to.
    fields : tuple of Field
        Columns that are read; any other column is ignored.
    absent : tuple of str
        Headers that tell it from a sibling: with one of them, the file is not of this kind.
    zone : str or None
        Zone of ISO times that carry none; None where they are in the user's own zone.
    order : str or None
        Date order of the system, for columns that do not settle it themselves.
    decimal : str or None
        Decimal mark under the system's first (API) headers, for columns that do not settle it.
    dates : str or None
        Date order that the user states; it wins.
    totals : tuple of str
        Beginnings (lower case) of a row's first text that mark a total.
    repeatable : tuple of str
        Fields that the system is known to write twice.
    prefixes : Mapping
        Beginnings (plain) of headers that are read as numbers, and of the names they get.
    dated : Mapping
        Patterns of headers that are read as instants, and beginnings of the names they get; the
        pattern's group, as the header writes it, is the rest of the name.
    noise : Mapping
        What a system writes beside the value of a field, as a pattern that is taken away.
    formats : Mapping
        Formats stated a field: a strptime pattern, or a sample number such as ``1.234,56``.
    constants : Mapping
        Values that hold for each row, a field.
    unreadable : str
        ``stop`` or ``set aside``: what a date that cannot be read leads to.
    may_be_alone : bool
        Whether one column can be the whole file. Elsewhere a lone cell is a title, not a header.
    encoding, delimiter, header_row : optional
        What the user states of the file.
    """

    system: str
    object: str
    table: str
    fields: tuple[Field, ...]
    absent: tuple[str, ...] = ()
    zone: str | None = None
    order: DateOrder | None = None
    decimal: Decimal | None = None
    dates: DateOrder | None = None
    totals: tuple[str, ...] = ()
    repeatable: tuple[str, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    dated: Mapping[str, str] = field(default_factory=dict)
    noise: Mapping[str, str] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str | float | bool] = field(default_factory=dict)
    unreadable: Literal["stop", "set aside"] = "stop"
    may_be_alone: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None


@dataclass(frozen=True)
class Match:
    """A profile that fits a header.

    Parameters
    ----------
    profile : Profile
        The profile.
    columns : Mapping of str to int
        Position of each field found.
    currency : str or None
        Currency that a header carries in parentheses.
    """

    profile: Profile
    columns: Mapping[str, int]
    currency: str | None = None

    @property
    def evidence(self) -> str:
        """Name the columns that told it."""
        named = [f.headers[0] for f in self.profile.fields if f.required and f.name in self.columns]
        return "columns " + ", ".join(named)


@dataclass(frozen=True)
class FileMapping:
    """What a ``[[file]]`` block of ``mapping.toml`` says of the files that it names.

    Parameters
    ----------
    name : str
        Glob of the file's name or path inside the folder.
    profile : Profile or None
        How to read it as a canonical table; None where the block only corrects how a recognised
        export is read.
    settings : Mapping
        Fields of a recognised export's profile that the block states.
    timezone : str or None
        Zone of the file's times.
    """

    name: str
    profile: Profile | None
    settings: Mapping[str, Any] = field(default_factory=dict)
    timezone: str | None = None

    def fits(self, path: str) -> bool:
        """Say whether a file (path inside the folder, with ``/``) is meant."""
        short = path.rsplit("/", 1)[-1]
        return self.name in (path, short) or fnmatch(path, self.name) or fnmatch(short, self.name)


@lru_cache(maxsize=65536)
def plain(header: str) -> str:
    """Bring a header to the form in which headers are compared: no capitals, accents, quirks."""
    text = unicodedata.normalize("NFKD", header.replace("\ufeff", ""))
    text = "".join(c for c in text if not unicodedata.combining(c))
    return " ".join(text.casefold().split())


def split_qualifier(header: str) -> tuple[str, str | None]:
    """Part a plain header from a currency or zone in parentheses: ``amount spent (eur)``."""
    found = _QUALIFIER.search(header)
    if found is None:
        return header, None
    return header[: found.start()], found.group(1).upper()


def _positions(headers: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for position, header in enumerate(headers):
        key = plain(header)
        names = {key, split_qualifier(key)[0]}
        for name in names - {""}:
            found.setdefault(name, []).append(position)
    return found


def match(profile: Profile, headers: Sequence[str]) -> Match | None:
    """Fit a profile to a row of headers, or say that it does not fit.

    A header that stands twice is given to its first place here; whether that is allowed is
    decided when the cells are known (:mod:`alignment.exports.layout`).
    """
    return _match(profile, headers, _positions(headers))


def _match(
    profile: Profile, headers: Sequence[str], places: Mapping[str, list[int]]
) -> Match | None:
    if any(plain(name) in places for name in profile.absent):
        return None
    columns: dict[str, int] = {}
    currency = None
    for wanted in profile.fields:
        for alias in wanted.headers:
            spots = places.get(plain(alias))
            if spots:
                columns[wanted.name] = spots[0]
                qualifier = split_qualifier(plain(headers[spots[0]]))[1]
                if qualifier and qualifier != "UTC" and wanted.kind == "number":
                    currency = currency or qualifier
                break
        else:
            if wanted.required:
                return None
    taken = set(columns.values())
    more = _prefixed(profile, headers) | {
        name: found for name, found in _dated(profile, headers).items() if found[1] not in taken
    }
    columns |= {name: position for name, (_, position) in more.items()}
    if more:
        extra = tuple(found for found, _ in more.values())
        profile = replace(profile, fields=profile.fields + extra)
    return Match(profile, columns, currency)


def _prefixed(profile: Profile, headers: Sequence[str]) -> dict[str, tuple[Field, int]]:
    found: dict[str, tuple[Field, int]] = {}
    for beginning, start in profile.prefixes.items():
        for position, header in enumerate(headers):
            if plain(header).startswith(beginning):
                name = start + plain(header)[len(beginning) :].strip()
                found[name] = Field(name, "number", (header,)), position
    return found


def _dated(profile: Profile, headers: Sequence[str]) -> dict[str, tuple[Field, int]]:
    found: dict[str, tuple[Field, int]] = {}
    for pattern, start in profile.dated.items():
        for position, header in enumerate(headers):
            fits = re.fullmatch(pattern, unicodedata.normalize("NFC", header.strip()), re.I)
            if fits:
                name = start + fits.group(1).strip()
                found[name] = Field(name, "instant", (header,), stamp=True), position
    return found


def recognise(profiles: Iterable[Profile], headers: Sequence[str]) -> Match | None:
    """Return the profile that fits a row of headers best: most required, then most fields."""
    places = _positions(headers)
    found = [m for m in (_match(p, headers, places) for p in profiles) if m is not None]
    if not found:
        return None
    return max(
        found,
        key=lambda m: (
            sum(f.required for f in m.profile.fields),
            len(m.columns),
            m.profile.system,
            m.profile.object,
        ),
    )
