"""Exports that the user maps by hand: their columns already carry canonical names."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports import crm
from alignment.exports.candidates import (
    PERSON_COLUMNS,
    Candidates,
    Context,
    keep_one,
    precision,
)
from alignment.exports.moments import following
from alignment.exports.own import said_once, with_periods
from alignment.exports.people import email_domain, is_test_person, normal_email
from alignment.exports.profiles import Field, Kind
from alignment.exports.typed import column, flag
from alignment.exports.vocabulary import (
    CAMPAIGN_ACTIVITIES,
    SALES_ACTIVITIES,
    Activity,
    activity,
    key,
)
from alignment.exports.words import LOST, STAGES, WON
from alignment.tables import columns
from alignment.text import Text

SYSTEM = "mapping"

# Columns that a mapping may give beside the canonical ones.
EXTRA_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "leads": ("email", "opportunity_id", "status_since")
}
_EXTRA_KINDS: Mapping[str, Kind] = {"status_since": "instant"}
# Canonical columns that are worked out, never mapped.
WORKED_OUT = frozenset({"source_system", "source_file", "source_row", "precision", "email_hash"})
# Columns without which a mapped file is of no use.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "accounts": ("account_id",),
    "leads": ("lead_id", "created_at"),
    "lead_aliases": ("source_object", "source_id", "lead_id"),
    "lead_stages": ("lead_id", "entered_at", "stage"),
    "opportunities": ("opportunity_id", "status"),
    "opportunity_stages": ("opportunity_id", "entered_at", "stage"),
    "stages": ("pipeline", "stage", "position"),
    "contact_roles": ("opportunity_id", "lead_id"),
    "campaigns": ("campaign_id", "channel"),
    "touches": ("occurred_at", "channel"),
    "spend": ("starts_on", "cost", "channel"),
    "exchange_rates": ("currency", "rate"),
    "capacity": ("team", "week", "hours"),
    "holidays": ("date",),
    "experiments": ("unit_kind", "unit_id", "experiment", "arm", "starts_on"),
    "goals": ("period", "team", "metric", "target"),
}
# A closing is past only where the deal is closed; on an open one it is a promise.
_PAST = frozenset({"created_at", "occurred_at", "entered_at"})
_OPEN = frozenset({"open", "abierta", "abierto", "in progress", "en curso", "en proceso"})
_STATUSES: Mapping[str, str] = {"won": "won", "lost": "lost", "open": "open"}
_OPEN_STAGES = frozenset(STAGES) - {WON, LOST}
_KEYS: Mapping[str, list[str]] = {
    "accounts": ["account_id"],
    "opportunities": ["opportunity_id"],
    "touches": ["touch_id"],
    "lead_stages": ["lead_id", "entered_at", "stage"],
    "stages": ["pipeline", "stage"],
    "contact_roles": ["opportunity_id", "lead_id"],
    "campaigns": ["platform", "campaign_id"],
    "capacity": ["team", "week"],
    "holidays": ["date", "region"],
    "goals": ["period", "team", "metric"],
    "experiments": ["unit_kind", "unit_id", "experiment", "starts_on"],
}


def mappable(table: str) -> tuple[str, ...]:
    """Name the columns that a mapping may give to a canonical table."""
    own = [name for name in columns(table) if name not in WORKED_OUT]
    return (*own, *EXTRA_COLUMNS.get(table, ()))


def kind_of(table: str, name: str) -> Kind:
    """Return the kind of cells that a canonical column is read from."""
    if name in EXTRA_COLUMNS.get(table, ()):
        return _EXTRA_KINDS.get(name, "text")
    kind = str(columns(table)[name].dtype)
    if kind == "datetime64[us, UTC]":
        return "instant"
    if kind.startswith("datetime64"):
        return "day"
    if kind.startswith(("float", "int")):
        return "number"
    if kind.startswith("bool"):
        return "flag"
    return "text"


def levels(table: str, name: str) -> tuple[str, ...]:
    """Return the values that a canonical column may have; empty where any may."""
    if name in EXTRA_COLUMNS.get(table, ()):
        return ()
    checks = columns(table)[name].checks
    return tuple(next((c.statistics["allowed_values"] for c in checks if c.name == "isin"), ()))


def field_for(table: str, name: str, header: str) -> Field:
    """Return the field that reads a canonical column from a header."""
    return Field(name, kind_of(table, name), (header,), required=True, stamp=name in _PAST)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give the canonical rows of files that ``mapping.toml`` maps; keys are canonical tables."""
    found = Candidates()
    for table, given in objects.items():
        rows = given.assign(source_system=SYSTEM)
        if table == "leads":
            people = _persons(rows, context)
            found.add("persons", people)
            found.add("lead_stages", _current_stages(people, rows, context))
            found.add("contact_roles", _deals_of(people, rows))
            continue
        if table == "lead_aliases":
            found.add("links", _links(rows))
            found.add("lead_aliases", rows[[c for c in rows if c in columns(table)]])
            continue
        rows = _filled(table, _with_clock(table, rows), context)
        if "lead_id" in columns(table):
            rows["lead_ref"] = f"{SYSTEM}:" + column(rows, "lead_id")
        if "currency" in columns(table) and "currency" not in rows:
            amount = "cost" if table == "spend" else "amount"
            rows["currency"] = column(rows, f"{amount}_currency")
        if table == "goals":
            rows = with_periods(rows, context.draft)
        unique = _KEYS.get(table, [])
        if unique and set(unique) <= set(rows.columns):
            rows = said_once(table, rows, unique, context.draft)
        wanted = [c for c in rows if c in columns(table) or c in ("lead_ref", "activity")]
        found.add(table, rows[wanted])
    return found


def _filled(table: str, rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Give a table the columns that follow from those it has."""
    rows = rows.copy()
    if table == "opportunities":
        rows = _with_status(rows, context)
        if "stage" in rows:
            rows["stage"] = context.vocabulary.stage(rows["stage"])
    if table == "opportunity_stages":
        rows["stage"] = context.vocabulary.stage(rows["stage"])
        rows = rows.sort_values(["opportunity_id", "entered_at", "stage"], kind="stable")
        rows["is_reentry"] = rows.duplicated(["opportunity_id", "stage"])
    if table == "lead_stages":
        rows["stage"] = context.vocabulary.lead_stage(rows["stage"]).fillna(rows["stage"])
    if table == "touches":
        rows = _touch_words(rows)
    if table in ("campaigns", "spend"):
        rows["platform"] = column(rows, "platform").fillna(SYSTEM)
    if table == "spend":
        rows["campaign_id"] = column(rows, "campaign_id").fillna(rows["channel"])
        rows["ends_on"] = column(rows, "ends_on", "datetime64[us]").fillna(rows["starts_on"])
    if table == "holidays":
        rows["region"] = column(rows, "region")
    if table == "exchange_rates":
        rows["currency"] = rows["currency"].str.upper()
        rows["is_base"] = column(rows, "is_base", "boolean").fillna(rows["rate"].eq(1)).astype(bool)
    return rows


def _with_status(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Read won, lost and open from words of a status or from the names of stages.

    Many systems have one column for both: a deal in a stage that is neither won nor lost is open.
    A word that is no known stage is open where no closing date of any deal with it speaks against
    that: where there is none, or one that lies beyond all that is known to have happened to these
    deals. One word has one meaning: a past closing of one deal speaks against it on all.
    """
    words = rows["status"].astype("str")
    stage = context.vocabulary.stage(words)
    status = stage.map({WON: "won", LOST: "lost", **_STATUSES}).astype("str")
    said = words.map(key, na_action="ignore")
    named = said.isin(_OPEN) | stage.isin(_OPEN_STAGES)
    closing = column(rows, "closed_at", "datetime64[us, UTC]")
    born = column(rows, "created_at", "datetime64[us, UTC]").max()
    known = None if pd.isna(born) else born
    ended = following(closing[status.isin(["won", "lost"])].dropna(), known).max()
    undated = closing.isna() | (closing > pd.Series([ended, born]).max())
    unknown = words.notna() & status.isna() & ~named
    guessed = unknown & ~said.isin(said[unknown & ~undated])
    context.draft.note_rows("status-read-as-open", rows[guessed], _read_as_open(words[guessed]))
    rows = rows.assign(status=status.where(~(named | guessed) | status.notna(), "open"))
    rows["status"] = rows["status"].fillna(words)
    if "closed_at" in rows:
        # A date on a deal that is still open is a promise, not its end.
        promised = rows["closed_at"].where(rows["status"] == "open").dt.tz_convert(context.zone)
        if "expected_close_on" not in rows and promised.notna().any():
            rows["expected_close_on"] = promised.dt.tz_localize(None).dt.normalize()
        rows["closed_at"] = rows["closed_at"].where(rows["status"] != "open")
    return rows


def _read_as_open(words: pd.Series) -> Text:
    counts = words.value_counts().sort_index()
    named = ", ".join(f"{word}: {count}" for word, count in list(counts.items())[:10])
    return Text(
        en="Deals without a past closing date whose status is neither won nor lost, taken as "
        'open: {n} ({words}). If one of these words means lost, say so under [stages]: "word" = '
        '"Closed Lost".',
        es="Negocios sin fecha de cierre pasada cuyo estado no es ganado ni perdido, tomados como "
        "abiertos: {n} ({words}). Si alguna de esas palabras significa perdido, dilo en "
        '[stages]: "palabra" = "Closed Lost".',
    ).format(n="{n}", words=named.replace("{", "(").replace("}", ")"))


def _touch_words(rows: pd.DataFrame) -> pd.DataFrame:
    """Fill kind, team and initiator from the tables of activities."""
    if "touch_id" not in rows:
        rows["touch_id"] = _row_ids(rows)
    words = column(rows, "kind").fillna(rows["channel"])
    table = {**CAMPAIGN_ACTIVITIES, **SALES_ACTIVITIES}
    default = Activity("touch", "", "marketing")
    rows["activity"] = words
    lacking = [n for n in ("kind", "team", "initiator") if column(rows, n).hasnans]
    found = activity(words, table, default) if lacking else rows
    for name in lacking:
        rows[name] = column(rows, name).astype("str").fillna(found[name])
    return rows


def _row_ids(rows: pd.DataFrame) -> pd.Series:
    """Name rows that have no id by their content, so that their order does not matter."""
    names = [c for c in sorted(rows.columns) if c not in ("source_file", "source_row")]
    codes = pd.util.hash_pandas_object(rows[names].astype("str").fillna(""), index=False)
    twin = codes.groupby(codes).cumcount()
    written = codes.map("{:016x}".format).astype("str")
    return "mapping:" + written + "-" + twin.astype("str")


def _with_clock(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    if "precision" not in columns(table):
        return rows
    for name in ("closed_at", "occurred_at", "created_at"):
        if f"{name}_clock" in rows:
            return rows.assign(precision=precision(rows[f"{name}_clock"]))
    return rows


def _persons(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    rows = context.draft.without_id(rows, "lead_id")
    rows = keep_one(rows, ["lead_id"], context.draft)
    email = normal_email(column(rows, "email"))
    frame = pd.DataFrame(
        {name: column(rows, name) for name in PERSON_COLUMNS if name in rows}, index=rows.index
    )
    ids = rows["lead_id"]
    internal = flag(rows, "is_internal")
    status = context.vocabulary.own_lead_stage(column(rows, "status"))
    return frame.assign(
        status=status.fillna(column(rows, "status")),
        ref=f"{SYSTEM}:" + ids,
        source_object="lead",
        source_id=ids,
        email=email,
        email_domain=column(rows, "email_domain").fillna(email_domain(email)),
        created_at=column(rows, "created_at", "datetime64[us, UTC]"),
        precision=precision(column(rows, "created_at_clock", "boolean")),
        score_at_mql=column(rows, "score_at_mql", "float64"),
        marketing_points=column(rows, "marketing_points", "float64"),
        is_test=internal | is_test_person(email, ()),
        is_deleted=False,
        is_contact=False,
        zoneless=False,
    )


def _current_stages(people: pd.DataFrame, given: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Take the status of each lead as a stage, where the file says since when it holds."""
    rows = given.loc[people.index]
    since = column(rows, "status_since", "datetime64[us, UTC]")
    stage = context.vocabulary.lead_stage(column(rows, "status"))
    frame = people[["source_system", "source_file", "source_row"]].assign(
        lead_ref=people["ref"], entered_at=since, stage=stage, is_second=True
    )
    return frame[since.notna() & stage.notna()]


def _deals_of(people: pd.DataFrame, given: pd.DataFrame) -> pd.DataFrame:
    """Tie leads to the deals that their rows name; a deal's primary lead is its earliest."""
    listed = crm.listed(people["ref"], column(given.loc[people.index], "opportunity_id"))
    if not len(listed):
        return pd.DataFrame()
    rows = people.loc[listed.index, ["source_system", "source_file", "source_row", "created_at"]]
    rows = rows.assign(opportunity_id=listed["other"], lead_ref=listed["id"], is_second=True)
    rows = rows.sort_values(["opportunity_id", "created_at", "lead_ref"], kind="stable")
    first = ~rows.duplicated("opportunity_id")
    return rows.drop(columns="created_at").assign(is_primary=first.astype("boolean"))


def _links(rows: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "ref": rows["source_system"] + ":" + rows["source_id"],
            "other": f"{SYSTEM}:" + rows["lead_id"],
            "reason": "mapping",
        }
    )
