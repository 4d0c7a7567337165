"""From a folder of exports to a dataset: read, join, check, account for each row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from alignment import tables
from alignment.dataset import Dataset
from alignment.errors import ArgumentError, FolderError
from alignment.exports.accounts import join_accounts
from alignment.exports.audit import audit
from alignment.exports.candidates import Candidates, Context
from alignment.exports.checks import check_rows, clear_implausible, sound_persons
from alignment.exports.closing import close_ledger, own_names
from alignment.exports.distinct import release_unused
from alignment.exports.draft import Draft
from alignment.exports.drafting import SAMPLED, mapping_start
from alignment.exports.finish import code_references, finish
from alignment.exports.identity import Joined, join_leads
from alignment.exports.moments import closings, following, stamps
from alignment.exports.names import names_of
from alignment.exports.people import hash_key
from alignment.exports.reading import File, Progress, export_files, read_folder
from alignment.exports.similar import suggest_accounts
from alignment.exports.systems import ASSEMBLE
from alignment.exports.typed import Part, together
from alignment.exports.unknown import draft_blocks, write_draft
from alignment.exports.unused import note_unused
from alignment.exports.zones import check_zone
from alignment.mapping import FILE_NAME, ExportMapping, read_mapping
from alignment.money import check_currency, reporting_currency
from alignment.text import Text
from alignment.window import latest, observed_from

DRAFT_NAME = "mapping.draft.toml"
_NO_ZONE = Text(
    en="Files whose times carry no time zone, read as UTC because none was stated (write "
    'timezone = "America/Mexico_City", or yours, in mapping.toml): {n}.',
    es="Archivos cuyas horas no indican zona horaria, leídas como UTC porque no se indicó ninguna "
    '(escribe timezone = "America/Mexico_City", o la tuya, en mapping.toml): {n}.',
)


def _refuse_nothing(files: Sequence[File], folder: str | Path) -> None:
    if any(part.rows_read for file in files for part in file.parts):
        return
    names = ", ".join(f.path for f in files[:5]) + ("…" if len(files) > 5 else "")
    rows = files[0].cells.body.sample(SAMPLED)
    start = mapping_start(files[0].path, files[0].cells.headers, rows)
    raise FolderError(
        f"none of the {len(files)} files holds rows of an export that is known ({names})",
        file=str(folder),
        cure="Say in mapping.toml, in the folder, what they are; alignment check --write-mapping "
        f"drafts it. It could begin like this:\n{start}",
    )


def _objects(files: Iterable[File]) -> dict[str, dict[str, pd.DataFrame]]:
    """Put together the typed rows of each object of each system."""
    parts: dict[str, dict[str, list[Part]]] = {}
    for file in files:
        for part in file.parts if not file.repeats else ():
            profile = part.match.profile
            parts.setdefault(profile.system, {}).setdefault(profile.object, []).append(part)
    return {
        system: {name: together(found) for name, found in objects.items()}
        for system, objects in parts.items()
    }


def _let_go(file: File) -> File:
    """Drop the typed rows of a file, which are put together by now."""
    parts = (replace(part, frame=pd.DataFrame()) for part in file.parts)
    return replace(file, parts=tuple(parts))


def _touched(candidates: Candidates) -> tuple[set[str], pd.Series]:
    """Return the references that something happened with, and when it first did."""
    used: set[str] = set()
    first = []
    for table, at in (
        ("touches", "occurred_at"),
        ("opportunities", "created_at"),
        ("contact_roles", None),
    ):
        frame = candidates.get(table, ("lead_ref", *([at] if at else [])))
        used |= set(frame["lead_ref"].dropna().unique())
        if at:
            moments = frame[["lead_ref", at]].rename(columns={at: "at"})
            moments = moments.astype({"at": "datetime64[us, UTC]"}).dropna()
            earliest = moments.groupby("lead_ref", observed=True)["at"].min()
            first.append(earliest.set_axis(earliest.index.astype("str")))
    every = pd.concat(first)
    return used, every.groupby(level=0).min()


def _path(folder: str | Path) -> Path:
    if isinstance(folder, str | Path):
        return Path(folder)
    given = "nothing" if folder is None else f"a {type(folder).__name__}"
    raise ArgumentError(
        f"folder must be the path of a folder of exports, and {given} was given",
        cure='Such as alignment.load("data/private").',
    )


def _find_mapping(root: Path, mapping: str | Path | None) -> ExportMapping:
    if mapping is not None:
        return read_mapping(mapping)
    own = root / FILE_NAME
    return read_mapping(own) if own.is_file() else ExportMapping()


def check_arguments(
    folder: str | Path,
    currency: str | None = None,
    timezone: str | None = None,
    mapping: str | Path | None = None,
) -> tuple[str | None, ExportMapping]:
    """Check what :func:`load` is asked for, without reading an export.

    Parameters are those of :func:`load`.

    Returns
    -------
    tuple
        The currency as its code, and what ``mapping.toml`` says.

    Raises
    ------
    FolderError, MappingError, CurrencyError
        If the folder holds no exports, or an argument or ``mapping.toml`` cannot be understood.
    """
    code = None if currency is None else check_currency(currency)
    if timezone is not None:
        check_zone(timezone)
    root = Path(folder)
    export_files(root)
    return code, _find_mapping(root, mapping)


def load(
    folder: str | Path,
    *,
    currency: str | None = None,
    timezone: str | None = None,
    mapping: str | Path | None = None,
    with_names: bool = False,
    progress: Progress | None = None,
) -> Dataset:
    """Read a folder of exports into canonical tables.

    Parameters
    ----------
    folder : str or Path
        Exports as the systems wrote them, in any subfolders: .csv, .tsv and .txt.
    currency : str, optional
        Reporting currency (ISO 4217); else that of ``mapping.toml``, else the only one in the
        data, else the base of the rates.
    timezone : str, optional
        IANA zone of calendar days and of times that carry none; else that of ``mapping.toml``,
        else UTC.
    mapping : str or Path, optional
        A ``mapping.toml`` from elsewhere; by default the one in the folder, if there is one.
    with_names : bool
        Also give who each lead is, as ``Dataset.names``; no table, analysis or report holds it.
    progress : callable, optional
        Called with files done, files in all and the name of the next one.

    Returns
    -------
    Dataset
        Tables, ledger and the window observed.

    Raises
    ------
    FolderError, ExportError, MappingError, CurrencyError
        One plain message with file, row, column, value and cure.
    ArgumentError
        If `folder` is no path.
    """
    root = _path(folder)
    currency, said = check_arguments(root, currency, timezone, mapping)
    zone = timezone or said.timezone or "UTC"
    draft = Draft()
    stated = currency or said.currency
    context = Context(zone=zone, vocabulary=said.vocabulary, draft=draft, currency=stated)
    files, unread = read_folder(root, said.files, zone, draft, progress)
    _refuse_nothing(files, folder)
    zone_known = timezone is not None or said.timezone is not None
    if not zone_known:
        count = len({f.path for f in files for p in f.parts if p.zoneless})
        draft.note("no-time-zone", count, _NO_ZONE.format(n=count))
    moments, told = stamps([part for file in files for part in file.parts])
    objects = _objects(files)
    files = [_let_go(file) for file in files]
    candidates = _assembled(objects, context)
    release_unused()
    known = latest(moments)
    late = following(closings(candidates, told), known)
    as_of = said.as_of or latest(pd.concat([moments, late]))
    if as_of is None:
        raise FolderError(
            "no file holds a date, so the moment of export is unknown",
            file=str(folder),
            cure="State it in mapping.toml: [window] as_of = 2026-09-28.",
        )
    rows = _build(root, files, candidates, as_of, zone_known, context)
    frames = {name: _named(rows[name]) for name in tables.MODELS}
    audit(frames, as_of, zone, draft)
    since = said.observed_from or observed_from(frames, as_of, zone, draft)
    chosen = reporting_currency(frames, currency or said.currency, draft)
    note_unused(said.vocabulary, draft)
    ledger = close_ledger(files, unread, rows, draft)
    return Dataset(
        as_of=as_of,
        observed_from=since,
        timezone=zone,
        currency=chosen,
        ledger=ledger,
        names=names_of(files, frames["lead_aliases"]) if with_names else None,
        **frames,
    )


def draft_mapping(folder: str | Path, *, mapping: str | Path | None = None) -> Path | None:
    """Write a draft of ``mapping.toml`` for the files that nobody knows.

    It goes into the folder, as ``mapping.toml``, or as ``mapping.draft.toml`` where the folder
    (or `mapping`) has one already. No file is ever overwritten.

    Parameters
    ----------
    folder : str or Path
        Exports.
    mapping : str or Path, optional
        A ``mapping.toml`` from elsewhere; by default the one in the folder, if there is one.

    Returns
    -------
    Path or None
        The draft; None where each file is recognised or mapped.

    Raises
    ------
    FolderError, ExportError, MappingError
        If something cannot be read or written, or there is a draft already.
    """
    root = Path(folder)
    export_files(root)
    said = _find_mapping(root, mapping)
    blocks = draft_blocks(root, said.files)
    if not blocks:
        return None
    path = root / (FILE_NAME if said.path is None else DRAFT_NAME)
    write_draft(path, blocks)
    return path


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    return own_names(rows, "source_file") if len(rows) else rows


def _assembled(objects: dict[str, dict[str, pd.DataFrame]], context: Context) -> Candidates:
    """Let each system's module turn its typed rows into candidates.

    The rows are taken out of `objects` as they are used: large ones stand in memory once.
    """
    candidates = Candidates()
    while objects:
        system = next(iter(objects))
        candidates.extend(ASSEMBLE[system](objects.pop(system), context))
    return candidates


def _build(
    root: Path,
    files: Sequence[File],
    candidates: Candidates,
    as_of: pd.Timestamp,
    zone_known: bool,
    context: Context,
) -> dict[str, pd.DataFrame]:
    """Join and check; the rows still carry the keys of their parts."""
    clear_implausible(candidates, as_of, context.draft)
    code_references(candidates, "touches")
    persons = sound_persons(candidates)
    used, first_touch = _touched(candidates)
    secret = hash_key(root, persons["email"].astype("str"))
    accounts = join_accounts(candidates, context)
    joined: Joined = join_leads(
        candidates,
        accounts,
        context,
        secret,
        zone_known=zone_known,
        used=used,
        first_touch=first_touch,
    )
    rows = finish(candidates, joined, accounts, context)
    del candidates, joined, accounts
    release_unused()
    checked = {name: check_rows(name, rows.pop(name), context.draft) for name in tables.MODELS}
    suggest_accounts(files, checked, context.draft)
    return checked
