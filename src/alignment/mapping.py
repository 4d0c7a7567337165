"""``mapping.toml``: what the user says of files and words that the exports leave open."""

from __future__ import annotations

import codecs
import difflib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from alignment.errors import MappingError
from alignment.exports import mapped
from alignment.exports.profiles import FileMapping, Profile
from alignment.exports.systems import PROFILES
from alignment.exports.vocabulary import Vocabulary
from alignment.exports.zones import check_zone
from alignment.money import is_currency
from alignment.tables import LEAD_STAGES, MODELS, TEAMS

FILE_NAME = "mapping.toml"
_TOP = (
    *("timezone", "currency", "window", "teams", "stages", "lead_stages", "channels"),
    *("identity", "file"),
)
_FILE_KEYS = (
    *("name", "table", "columns", "values", "formats", "dates", "timezone", "encoding"),
    *("delimiter", "header_row", "unreadable"),
)
_DATES = {"day first": "dmy", "month first": "mdy"}
_DOMAINS = ("internal_domains", "free_mail_domains")
_UNREADABLE = ("stop", "set aside")
_ENCODINGS = ("utf-8", "utf-16", "cp1252", "iso-8859-1", "iso-8859-15", "mac-roman", "cp850")
_DELIMITERS = {"comma": ",", "tab": "\t", "semicolon": ";", "bar": "|"}


@dataclass(frozen=True)
class ExportMapping:
    """All that a ``mapping.toml`` says.

    Parameters
    ----------
    timezone, currency : str or None
        Zone of calendar days, and reporting currency.
    as_of, observed_from : Timestamp or None
        The window, in UTC, where it is stated.
    vocabulary : Vocabulary
        The user's own words.
    files : tuple of FileMapping
        One a ``[[file]]`` block, in order.
    path : str or None
        Where it was read from.
    """

    timezone: str | None = None
    currency: str | None = None
    as_of: pd.Timestamp | None = None
    observed_from: pd.Timestamp | None = None
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    files: tuple[FileMapping, ...] = ()
    path: str | None = None


class _Toml:
    """A parsed file that can say on which line a key stands."""

    def __init__(self, path: Path, label: str) -> None:
        self.label = label
        try:
            self.text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as wrong:
            raise MappingError(
                "the file is not UTF-8", file=label, cure="Save it as UTF-8."
            ) from wrong
        except OSError as wrong:
            raise MappingError(
                "the file cannot be read", file=label, cure="Check that it exists and its rights."
            ) from wrong
        try:
            self.data = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as wrong:
            line = re.search(r"line (\d+)", str(wrong))
            raise MappingError(
                f"this is not valid TOML: {wrong}",
                file=label,
                row=int(line.group(1)) if line else None,
                cure='Write text in quotes: key = "value".',
            ) from wrong

    def line(self, *words: str) -> int | None:
        """Find the line on which the words stand, best effort."""
        for number, text in enumerate(self.text.splitlines(), start=1):
            if all(word in text for word in words):
                return number
        return None

    def error(self, problem: str, *words: str, cure: str, value: object = None) -> MappingError:
        return MappingError(
            problem,
            file=self.label,
            row=self.line(*words),
            value=None if value is None else str(value),
            cure=cure,
        )

    def nearest(self, word: str, valid: Iterable[str]) -> str:
        names = list(valid)
        close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
        return f"Did you mean “{close[0]}”?" if close else f"Valid: {', '.join(names)}."

    def check(self, word: object, valid: Iterable[str], what: str) -> None:
        names = list(valid)
        if word not in names:
            raise self.error(
                f"unknown {what} “{word}”", str(word), cure=self.nearest(str(word), names)
            )

    def section(self, name: str) -> dict[str, Any]:
        found = self.data.get(name, {})
        if not isinstance(found, dict):
            raise self.error(
                f"“{name}” is a table of its own", name, cure=f"Write [{name}] and lines below it."
            )
        return found


def read_mapping(path: str | Path, *, label: str | None = None) -> ExportMapping:
    """Read a ``mapping.toml``.

    Parameters
    ----------
    path : str or Path
        The file.
    label : str, optional
        Its name in messages; its own name by default.

    Raises
    ------
    MappingError
        With file, line and cure, for whatever cannot be understood; a typo is answered with the
        nearest valid name.
    """
    toml = _Toml(Path(path), label or Path(path).name)
    for name in toml.data:
        toml.check(name, _TOP, "section or setting")
    zone = _zone(toml, toml.data.get("timezone"))
    window = toml.section("window")
    for name in window:
        toml.check(name, ("as_of", "observed_from"), "setting of [window]")
    blocks = toml.data.get("file", [])
    if not isinstance(blocks, list):
        raise toml.error(
            "a file needs a block of its own", "[file", cure="Write [[file]], twice [."
        )
    return ExportMapping(
        timezone=zone,
        currency=_currency(toml, toml.data.get("currency")),
        as_of=_moment(toml, window, "as_of", zone),
        observed_from=_moment(toml, window, "observed_from", zone),
        vocabulary=_vocabulary(toml),
        files=tuple(_file(toml, block) for block in blocks),
        path=str(path),
    )


def _text(toml: _Toml, value: object, name: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise toml.error(
            f"“{name}” must be a text", name, value=value, cure=f'Write {name} = "…", in quotes.'
        )
    return value


def _zone(toml: _Toml, value: object) -> str | None:
    if value is None:
        return None
    zone = _text(toml, value, "timezone")
    check_zone(zone, file=toml.label, row=toml.line(zone))
    return zone


def _currency(toml: _Toml, value: object) -> str | None:
    if value is None:
        return None
    code = _text(toml, value, "currency").upper()
    if not is_currency(code):
        raise toml.error(
            "unknown currency", code, value=code, cure="Write its ISO 4217 code, such as MXN."
        )
    return code


def _moment(
    toml: _Toml, window: dict[str, Any], name: str, zone: str | None
) -> pd.Timestamp | None:
    if name not in window:
        return None
    try:
        moment = pd.Timestamp(window[name])
    except (ValueError, TypeError) as wrong:
        raise toml.error(
            "this is not a date", name, value=window[name], cure=f"Write {name} = 2026-09-28."
        ) from wrong
    local = moment if moment.tzinfo else moment.tz_localize(zone or "UTC")
    return local.tz_convert("UTC").as_unit("us")


def _vocabulary(toml: _Toml) -> Vocabulary:
    words: dict[str, dict[str, str]] = {}
    order: tuple[str, ...] = ()
    for name, valid in (
        ("teams", TEAMS),
        ("lead_stages", LEAD_STAGES),
        ("stages", None),
        ("channels", None),
    ):
        table = dict(toml.section(name))
        if name == "stages":
            order = _order(toml, table)
        for word, value in table.items():
            _text(toml, value, word)
            if valid is not None and value not in valid:
                raise toml.error(
                    f"unknown value “{value}” for “{word}” in [{name}]",
                    word,
                    cure=toml.nearest(value, valid),
                )
        words[name] = table
    identity = toml.section("identity")
    for name in identity:
        toml.check(name, (*_DOMAINS, "plus_alias"), "setting of [identity]")
    internal, free = (_domains(toml, identity, name) for name in _DOMAINS)
    return Vocabulary(
        teams=words["teams"],
        stages=words["stages"],
        lead_stages=words["lead_stages"],
        channels=words["channels"],
        stage_order=order,
        internal_domains=internal,
        free_mail_domains=free,
        plus_alias=bool(identity.get("plus_alias", True)),
    )


def _order(toml: _Toml, stages: dict[str, Any]) -> tuple[str, ...]:
    """Take the order of stages, a list, out of the table of their names."""
    if not isinstance(stages.get("order"), list):
        return ()
    given = stages.pop("order")
    if not all(isinstance(name, str) and name.strip() for name in given):
        raise toml.error(
            "the order of stages is a list of their names",
            "order",
            value=given,
            cure='Write order = ["Qualification", "Proposal", "Closed Won"].',
        )
    return tuple(given)


def _domains(toml: _Toml, identity: dict[str, Any], name: str) -> tuple[str, ...]:
    given = identity.get(name, [])
    if not isinstance(given, list) or not all(isinstance(d, str) for d in given):
        raise toml.error(
            f"{name} must be a list of domains", name, cure=f'Write {name} = ["example.com"].'
        )
    return tuple(d.strip().lower().removeprefix("@") for d in given)


def _file(toml: _Toml, block: dict[str, Any]) -> FileMapping:
    for name in block:
        toml.check(name, _FILE_KEYS, "setting of [[file]]")
    if "name" not in block:
        raise toml.error(
            "a [[file]] block has no name", "[[file]]", cure='Add name = "leads*.csv".'
        )
    name = _text(toml, block["name"], "name")
    settings = _settings(toml, block, name)
    zone = _zone(toml, block.get("timezone"))
    if "table" not in block:
        for needless in ("columns", "values"):
            if needless in block:
                raise toml.error(
                    f"the block of “{name}” maps {needless} but names no table",
                    name,
                    cure='Add table = "leads" (or another canonical table).',
                )
        return FileMapping(name, None, settings, zone)
    table = _text(toml, block["table"], "table")
    toml.check(table, MODELS, "table")
    fields = _fields(toml, block, table, name)
    given = {f.name for f in fields} | set(block.get("values", {}))
    for needed in mapped.REQUIRED[table]:
        if needed not in given:
            raise toml.error(
                f"the block of “{name}” does not say which column gives “{needed}” of {table}",
                name,
                cure=f'Add {needed} = "…" under [file.columns] or [file.values].',
            )
    profile = Profile(
        mapped.SYSTEM,
        table,
        table,
        fields,
        constants=_constants(toml, block, table),
        may_be_alone=len(fields) == 1,
        **settings,
    )
    return FileMapping(name, profile, {}, zone)


def _fields(toml: _Toml, block: dict[str, Any], table: str, name: str) -> tuple[Any, ...]:
    given = block.get("columns", {})
    if not isinstance(given, dict) or not given:
        raise toml.error(
            f"the block of “{name}” maps no columns",
            name,
            cure='Add [file.columns] and lines such as created_at = "Create Date".',
        )
    valid = mapped.mappable(table)
    for column, header in given.items():
        toml.check(column, valid, f"column of {table}")
        _text(toml, header, column)
    return tuple(mapped.field_for(table, column, header) for column, header in given.items())


def _constants(toml: _Toml, block: dict[str, Any], table: str) -> dict[str, Any]:
    given = block.get("values", {})
    for column in given:
        toml.check(column, mapped.mappable(table), f"column of {table}")
        levels = mapped.levels(table, column)
        if levels and given[column] not in levels:
            raise toml.error(
                f"unknown value “{given[column]}” for “{column}”",
                column,
                cure=toml.nearest(str(given[column]), levels),
            )
    return dict(given)


def _settings(toml: _Toml, block: dict[str, Any], name: str) -> dict[str, Any]:
    settings: dict[str, Any] = {}
    if "dates" in block:
        toml.check(block["dates"], _DATES, "date order")
        settings["dates"] = _DATES[block["dates"]]
    if "unreadable" in block:
        toml.check(block["unreadable"], _UNREADABLE, "value of unreadable")
        settings["unreadable"] = block["unreadable"]
    if "delimiter" in block:
        sign = str(block["delimiter"])
        settings["delimiter"] = _DELIMITERS.get(sign, sign)
        if len(settings["delimiter"]) != 1:
            raise toml.error(
                "a delimiter is one character", "delimiter", value=sign, cure='Write ";" or "tab".'
            )
    if "encoding" in block:
        settings["encoding"] = _text(toml, block["encoding"], "encoding")
        try:
            codecs.lookup(block["encoding"])
        except LookupError as wrong:
            raise toml.error(
                "unknown encoding",
                block["encoding"],
                value=block["encoding"],
                cure=toml.nearest(block["encoding"], _ENCODINGS),
            ) from wrong
    if "header_row" in block:
        row = block["header_row"]
        if not isinstance(row, int) or row < 1:
            raise toml.error(
                "header_row is a line number, from 1", "header_row", value=row, cure="Correct it."
            )
        settings["header_row"] = row
    formats = block.get("formats", {})
    known = (
        mapped.mappable(block["table"])
        if block.get("table") in MODELS
        else {f.name for profile in PROFILES for f in profile.fields}
    )
    for column, pattern in formats.items():
        toml.check(column, sorted(known), "column of [file.formats]")
        _text(toml, pattern, column)
    if formats:
        settings["formats"] = dict(formats)
    return settings
