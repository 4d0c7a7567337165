"""From a folder of exports to a dataset: read, join, check, account for each row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from alignment import tables
from alignment.dataset import Dataset
from alignment.errors import FolderError
from alignment.exports.audit import audit
from alignment.exports.candidates import Candidates, Context
from alignment.exports.checks import check_rows, clear_implausible, sound_persons
from alignment.exports.draft import Draft
from alignment.exports.drafting import mapping_start
from alignment.exports.finish import finish
from alignment.exports.identity import Joined, join_leads
from alignment.exports.layout import delimiter_word
from alignment.exports.people import hash_key
from alignment.exports.reading import File, Progress, export_files, read_folder
from alignment.exports.systems import ASSEMBLE
from alignment.exports.typed import Part, lookup, together
from alignment.ledger import FILE_COLUMNS, Ledger
from alignment.mapping import FILE_NAME, ExportMapping, check_zone, read_mapping
from alignment.money import check_currency, reporting_currency
from alignment.text import Text
from alignment.window import Truncation, detect_truncation, latest, local_midnight

_NO_ZONE = Text(
    en="Files whose times carry no time zone, read as UTC because none was stated (write "
    'timezone = "America/Mexico_City", or yours, in mapping.toml): {n}.',
    es="Archivos cuyas horas no indican zona horaria, leídas como UTC porque no se indicó ninguna "
    '(escribe timezone = "America/Mexico_City", o la tuya, en mapping.toml): {n}.',
)
_TRUNCATED = {
    "leads": Text(
        en="Closings were recorded only from {day} on, {days} days after the first lead: at the "
        "later pace, about {expected} would have been seen before. {before} leads that began "
        "earlier count only from that day.",
        es="Los cierres solo se registraron desde {day}, {days} días después del primer lead: al "
        "ritmo posterior se habrían visto unos {expected} antes. {before} leads anteriores "
        "cuentan solo desde ese día.",
    ),
    "opportunities": Text(
        en="Closings were recorded only from {day} on, {days} days after the first opportunity: "
        "at the later pace, about {expected} would have been seen before. {before} opportunities "
        "that began earlier count only from that day.",
        es="Los cierres solo se registraron desde {day}, {days} días después de la primera "
        "oportunidad: al ritmo posterior se habrían visto unos {expected} antes. {before} "
        "oportunidades anteriores cuentan solo desde ese día.",
    ),
}


def _refuse_nothing(files: Sequence[File], folder: str | Path) -> None:
    if any(part.rows_read for file in files for part in file.parts):
        return
    names = ", ".join(f.path for f in files[:5]) + ("…" if len(files) > 5 else "")
    raise FolderError(
        f"none of the {len(files)} files holds rows of an export that is known ({names})",
        file=str(folder),
        cure="Say in mapping.toml, in the folder, what they are. It could begin like this:\n"
        + mapping_start(files[0].path, files[0].cells.headers),
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


def _stamps(files: Iterable[File]) -> pd.Series:
    """Collect the moments that the systems themselves wrote, or else the days of reports."""
    parts = [part for file in files for part in file.parts]
    moments = [
        part.frame[f.name]
        for part in parts
        for f in part.match.profile.fields
        if f.stamp and f.name in part.frame
    ]
    if not any(len(m.dropna()) for m in moments):
        moments = [_as_instants(part.frame[n]) for part in parts for n in part.frame.columns]
    empty = pd.Series(dtype="datetime64[us, UTC]")
    return pd.concat([empty, *(m.dropna() for m in moments)], ignore_index=True)


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
    for table in ("touches", "contact_roles", "opportunities"):
        used |= set(candidates.get(table, ("lead_ref",))["lead_ref"].dropna())
    moments = [
        candidates.get(table, ("lead_ref", at)).rename(columns={at: "at"})[["lead_ref", "at"]]
        for table, at in (("touches", "occurred_at"), ("opportunities", "created_at"))
    ]
    every = pd.concat([m.astype({"at": "datetime64[us, UTC]"}) for m in moments])
    return used, every.dropna().groupby("lead_ref")["at"].min()


def _observed_from(
    rows: Mapping[str, pd.DataFrame], as_of: pd.Timestamp, zone: str, draft: Draft
) -> pd.Timestamp:
    """Return the first moment at which a closing would have been seen.

    That of the first closing where the detector trips; else the day of the first lead or closing.
    The creation of a deal counts only where there are no leads: one from before all leads was
    imported because it was still open, and says nothing about closings of its time.
    """
    leads, deals = rows["leads"], rows["opportunities"]
    starts = [leads["created_at"], deals["closed_at"]] if len(leads) else [deals["created_at"]]
    first = pd.concat(starts).min()
    closings = deals[deals["lead_id"].notna()].groupby("lead_id")["closed_at"].min()
    spells = {
        "leads": pd.DataFrame(
            {
                "started_at": leads["created_at"],
                "closed_at": lookup(leads["lead_id"], closings),
            }
        ),
        "opportunities": pd.DataFrame(
            {"started_at": deals["created_at"], "closed_at": deals["closed_at"]}
        ),
    }
    found = [t for t in (detect_truncation(s, n, zone) for n, s in spells.items()) if t is not None]
    for truncation in found:
        _note_truncation(truncation, zone, draft)
    if found:
        return max(t.first_close for t in found)
    return local_midnight(min(first, as_of) if pd.notna(first) else as_of, zone)


def _note_truncation(found: Truncation, zone: str, draft: Draft) -> None:
    day = found.first_close.tz_convert(zone).date().isoformat()
    message = _TRUNCATED[found.starts].format(
        day=day, days=found.days, expected=round(found.expected), before=found.before
    )
    draft.note("left-truncation", found.before, message, example=day)


def _ledger(files: Sequence[File], rows: Mapping[str, pd.DataFrame], draft: Draft) -> Ledger:
    """Close the ledger: rows kept are those that stand in a canonical table.

    Raises
    ------
    ArithmeticError
        If a row is neither kept nor merged nor set aside: a defect of the library.
    """
    aside, merged = draft.set_aside_rows(), draft.merged_rows()
    gone = pd.MultiIndex.from_frame(aside[["file", "row"]])
    again = pd.MultiIndex.from_frame(merged[["source_file", "source_row"]]).difference(gone)
    none = tables.empty("leads")  # so that there is something to put together
    stand = pd.concat(
        [f[["source_file", "source_row"]] for f in (none, *rows.values())], ignore_index=True
    ).drop_duplicates()
    kept = pd.MultiIndex.from_frame(stand).difference(again).difference(gone)
    counts = {
        name: index.get_level_values(0).value_counts()
        for name, index in (("kept", kept), ("merged", again), ("aside", gone))
    }
    records = []
    for file in files:
        for part, key in zip(file.parts or (None,), file.keys or (file.path,), strict=True):
            profile = part.match.profile if part else None
            auxiliary = profile is not None and profile.table not in tables.MODELS
            read = file.cells.rows_read
            taken = {name: int(c.get(key, 0)) for name, c in counts.items()}
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
    aside["file"] = aside["file"].str.split("\0").str[0]
    return Ledger(
        files=pd.DataFrame(records, columns=list(FILE_COLUMNS)),
        set_aside=aside.sort_values(["file", "row"], kind="stable", ignore_index=True),
        notes=draft.notes(),
        decisions=_own_names(draft.decisions(), "file"),
    )


def _own_names(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    names = frame[column].map(lambda v: v.split("\0")[0] if isinstance(v, str) else v)
    return frame.assign(**{column: names})


def _find_mapping(root: Path, mapping: str | Path | None) -> ExportMapping:
    if mapping is not None:
        return read_mapping(mapping)
    own = root / FILE_NAME
    return read_mapping(own) if own.is_file() else ExportMapping()


def load(
    folder: str | Path,
    *,
    currency: str | None = None,
    timezone: str | None = None,
    mapping: str | Path | None = None,
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
    """
    root = Path(folder)
    if currency is not None:
        currency = check_currency(currency)
    if timezone is not None:
        check_zone(timezone)
    export_files(root)
    said = _find_mapping(root, mapping)
    zone = timezone or said.timezone or "UTC"
    draft = Draft()
    context = Context(zone=zone, vocabulary=said.vocabulary, draft=draft)
    files = read_folder(root, said.files, zone, draft, progress)
    _refuse_nothing(files, folder)
    zone_known = timezone is not None or said.timezone is not None
    if not zone_known:
        count = len({f.path for f in files for p in f.parts if p.zoneless})
        draft.note("no-time-zone", count, _NO_ZONE.format(n=count))
    as_of = said.as_of or latest(_stamps(files))
    if as_of is None:
        raise FolderError(
            "no file holds a date, so the moment of export is unknown",
            file=str(folder),
            cure="State it in mapping.toml: [window] as_of = 2026-09-28.",
        )
    rows = _build(root, files, as_of, zone_known, context)
    frames = {name: _named(rows[name]) for name in tables.MODELS}
    audit(frames, as_of, zone, draft)
    observed_from = said.observed_from or _observed_from(frames, as_of, zone, draft)
    chosen = reporting_currency(frames, currency or said.currency, draft)
    ledger = _ledger(files, rows, draft)
    return Dataset(
        as_of=as_of,
        observed_from=observed_from,
        timezone=zone,
        currency=chosen,
        ledger=ledger,
        **frames,
    )


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    return _own_names(rows, "source_file") if len(rows) else rows


def _build(
    root: Path,
    files: Sequence[File],
    as_of: pd.Timestamp,
    zone_known: bool,
    context: Context,
) -> dict[str, pd.DataFrame]:
    """Assemble, join and check; the rows still carry the keys of their parts."""
    candidates = Candidates()
    for system, objects in _objects(files).items():
        candidates.extend(ASSEMBLE[system](objects, context))
    clear_implausible(candidates, as_of, context.draft)
    persons = sound_persons(candidates)
    used, first_touch = _touched(candidates)
    secret = hash_key(root, persons["email"].astype("str"))
    joined: Joined = join_leads(
        candidates, context, secret, zone_known=zone_known, used=used, first_touch=first_touch
    )
    rows = finish(candidates, joined, context)
    return {name: check_rows(name, rows[name], context.draft) for name in tables.MODELS}
