"""From a folder of exports to a dataset: read, join, check, account for each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from alignment import tables
from alignment.dataset import Dataset
from alignment.errors import ArgumentError, FolderError, MappingError, UnreadableError
from alignment.exports.accounts import join_accounts
from alignment.exports.audit import audit
from alignment.exports.candidates import Candidates, Context
from alignment.exports.checks import check_rows, clear_implausible, sound_persons
from alignment.exports.distinct import release_unused
from alignment.exports.draft import Draft
from alignment.exports.drafting import SAMPLED, mapping_start
from alignment.exports.fates import FATES, count_fates
from alignment.exports.finish import code_references, finish
from alignment.exports.identity import Joined, join_leads
from alignment.exports.layout import delimiter_word
from alignment.exports.names import names_of
from alignment.exports.people import hash_key
from alignment.exports.reading import File, Progress, export_files, read_folder
from alignment.exports.similar import suggest_accounts
from alignment.exports.systems import ASSEMBLE
from alignment.exports.typed import Part, together
from alignment.exports.unknown import draft_blocks
from alignment.exports.unused import note_unused
from alignment.ledger import FILE_COLUMNS, NOT_READ, Ledger
from alignment.mapping import FILE_NAME, ExportMapping, check_zone, read_mapping
from alignment.money import check_currency, reporting_currency
from alignment.text import Text
from alignment.window import latest, observed_from

DRAFT_NAME = "mapping.draft.toml"
_DRAFTED = """\
# Drafted by alignment check --write-mapping: one block for each file that nobody knows. Each line
# is a guess, its reason beside it. Correct what is wrong, delete what is not needed, and run
# alignment check again. docs/mapping.md explains all that can stand here, such as:
# timezone = "America/Mexico_City"   # zone of times that carry none; UTC where nothing is said"""
# Stamps that say until when a file knows its rows.
_MODIFIED = ("modified_at", "stamped_at", "synced_at")
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


def _stamps(files: Sequence[File]) -> tuple[pd.Series, set[str]]:
    """Collect the moments that the systems themselves wrote, or else the days of reports.

    Returns
    -------
    tuple of Series and set of str
        The moments, and the files that say when a row was last modified.
    """
    parts = [part for file in files for part in file.parts]
    moments = [
        part.frame[f.name]
        for part in parts
        for f in part.match.profile.fields
        if f.stamp and f.name in part.frame
    ]
    if not any(moment.notna().any() for moment in moments):
        moments = [
            _as_instants(part.frame[name])
            for part in parts
            if part.match.profile.table != "opportunities"
            for name in part.frame.columns
        ]
    told = {
        part.file
        for part in parts
        if any(name in part.frame and part.frame[name].notna().any() for name in _MODIFIED)
    }
    empty = pd.Series(dtype="datetime64[us, UTC]")
    return pd.concat([empty, *(m.dropna() for m in moments)], ignore_index=True), told


def _closings(candidates: Candidates, told: set[str]) -> pd.Series:
    """Collect the closings of closed deals in files that do not say when a row was last modified.

    Their latest creation may lie long before the export. A date on a deal that is open is a
    promise, and says nothing.
    """
    deals = candidates.get("opportunities", ("status", "closed_at", "source_file"))
    closed = deals[~deals["source_file"].isin(told) & deals["status"].isin(["won", "lost"])]
    return closed["closed_at"].astype("datetime64[us, UTC]").dropna()


def _as_instants(values: pd.Series) -> pd.Series:
    """Give instants as they are, days by their end, and nothing for what is no date."""
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return values
    if str(values.dtype).startswith("datetime64"):
        return values.dt.tz_localize("UTC") + pd.Timedelta(days=1)
    return pd.Series(dtype="datetime64[us, UTC]")


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


def _ledger(
    files: Sequence[File],
    unread: Sequence[UnreadableError],
    rows: Mapping[str, pd.DataFrame],
    draft: Draft,
) -> Ledger:
    """Close the ledger: rows kept are those that stand in a canonical table.

    Raises
    ------
    ArithmeticError
        If a row is neither kept nor merged nor set aside: a defect of the library.
    """
    aside, merged = draft.set_aside_rows(), draft.merged_rows()
    counts = count_fates(rows.values(), merged, aside)
    records: list[tuple[object, ...]] = []
    for file in files:
        for part, key in zip(file.parts or (None,), file.keys or (file.path,), strict=True):
            profile = part.match.profile if part else None
            auxiliary = profile is not None and profile.table not in tables.MODELS
            read = file.cells.rows_read
            taken = {fate: int(counts[fate].get(key, 0)) for fate in FATES}
            records.append(
                (
                    file.path,
                    profile.system if profile else "not recognised",
                    profile.table if profile else None,
                    f"{profile.object}: {part.match.evidence}" if part and profile else None,
                    file.encoding,
                    delimiter_word(file.cells.header.delimiter),
                    file.cells.header_row,
                    read,
                    read - taken["merged"] - taken["aside"] if auxiliary else taken["kept"],
                    taken["merged"],
                    taken["aside"],
                )
            )
    nothing = (None, None, None, None, None, 0, 0, 0, 0)
    records += [(wrong.file, NOT_READ, *nothing) for wrong in unread]
    records.sort(key=lambda record: str(record[0]))
    table = pd.DataFrame(records, columns=list(FILE_COLUMNS)).astype({"header_row": "Int64"})
    return Ledger(
        files=table,
        set_aside=_under_files(aside),
        merged=draft.mergers(_not_among(merged, aside)),
        notes=draft.notes(),
        decisions=_own_names(draft.decisions(), "file"),
    )


def _not_among(merged: pd.DataFrame, aside: pd.DataFrame) -> pd.DataFrame:
    """Leave out merged rows that were set aside too: each row has one fate."""
    if not len(merged) or not len(aside):
        return merged
    near = aside[aside["file"].astype("str").isin(set(merged["source_file"].astype("str")))]
    gone = pd.MultiIndex.from_arrays([near["file"].astype("str"), near["row"]])
    places = pd.MultiIndex.from_arrays([merged["source_file"].astype("str"), merged["source_row"]])
    return merged[~places.isin(gone)]


def _under_files(aside: pd.DataFrame) -> pd.DataFrame:
    """Put rows set aside under their files, where they are under keys of parts."""
    if not any("\0" in str(key) for key in aside["file"].unique()):
        return aside
    own = aside["file"].astype("str").str.split("\0").str[0]
    under = aside.assign(file=own.astype("category"))
    return under.sort_values(["file", "row"], kind="stable", ignore_index=True)


def _own_names(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    keys = (name for name in frame[column].unique() if isinstance(name, str))
    own = {key: key.split("\0")[0] for key in keys if "\0" in key}
    return frame.assign(**{column: frame[column].replace(own)}) if own else frame


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
    moments, told = _stamps(files)
    objects = _objects(files)
    files = [_let_go(file) for file in files]
    candidates = _assembled(objects, context)
    release_unused()
    as_of = said.as_of or latest(pd.concat([moments, _closings(candidates, told)]))
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
    ledger = _ledger(files, unread, rows, draft)
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
    text = "\n\n".join([_DRAFTED, *blocks.values()]) + "\n"
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError as there:
        raise MappingError(
            "there is a draft already, and it is not overwritten",
            file=str(path),
            cure="Move it away, or copy what is right in it into mapping.toml and delete it.",
        ) from there
    except OSError as wrong:
        raise FolderError(
            f"the draft cannot be written ({wrong.strerror})",
            file=str(path),
            cure="Check the rights of the folder.",
        ) from wrong
    return path


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    return _own_names(rows, "source_file") if len(rows) else rows


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
