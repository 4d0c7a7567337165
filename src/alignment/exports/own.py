"""The tables that a company writes itself: goals, capacity, holidays, experiments, rates."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.exports import reasons
from alignment.exports.candidates import Candidates, Context, keep_one
from alignment.exports.draft import Draft
from alignment.exports.profiles import Field, Profile
from alignment.exports.typed import column
from alignment.exports.vocabulary import key
from alignment.periods import canonical
from alignment.text import Text

SYSTEM = "own tables"
_TEAM_WORDS = {
    "marketing": "marketing",
    "mkt": "marketing",
    "mercadotecnia": "marketing",
    "sales": "sales",
    "ventas": "sales",
    "comercial": "sales",
    "both": "both",
    "ambos": "both",
    "los dos": "both",
}

PROFILES = (
    Profile(
        SYSTEM,
        "goals",
        "goals",
        (
            Field("period", "text", ("period", "periodo", "período"), required=True),
            Field("team", "text", ("team", "equipo"), required=True),
            Field("metric", "text", ("metric", "métrica", "indicador"), required=True),
            Field("target", "number", ("target", "goal", "meta", "objetivo"), required=True),
        ),
    ),
    Profile(
        SYSTEM,
        "capacity",
        "capacity",
        (
            Field("team", "text", ("team", "equipo"), required=True),
            Field("week", "day", ("week", "semana"), required=True),
            Field("hours", "number", ("hours", "horas"), required=True),
        ),
    ),
    Profile(
        SYSTEM,
        "holidays",
        "holidays",
        (
            Field("date", "day", ("holiday", "festivo", "feriado", "día festivo"), required=True),
            Field("region", "text", ("region", "región")),
            Field("name", "text", ("name", "nombre", "celebración")),
        ),
        may_be_alone=True,
    ),
    Profile(
        SYSTEM,
        "experiments",
        "experiments",
        (
            Field("unit_kind", "text", ("unit_kind", "tipo_de_unidad"), required=True),
            Field("unit_id", "text", ("unit_id", "unidad"), required=True),
            Field("experiment", "text", ("experiment", "experimento"), required=True),
            Field("arm", "text", ("arm", "brazo"), required=True),
            Field("starts_on", "day", ("starts_on", "inicio", "empieza"), required=True),
            Field("ends_on", "day", ("ends_on", "fin", "termina")),
        ),
    ),
    Profile(
        SYSTEM,
        "rates",
        "exchange_rates",
        (
            Field("currency", "text", ("currency", "moneda", "divisa"), required=True),
            Field("rate", "number", ("rate", "tipo de cambio", "tasa"), required=True),
            Field("date", "day", ("date", "fecha", "day")),
            Field("base", "text", ("base", "base currency", "moneda base")),
        ),
        absent=("amount", "importe"),
    ),
)


def _teams(values: pd.Series) -> pd.Series:
    return values.map(lambda w: _TEAM_WORDS.get(key(w), w), na_action="ignore").astype("str")


# What a row says of its key, and why rows that say unlike things are set aside.
_SAYS: Mapping[str, tuple[str, Text]] = {
    "goals": ("target", reasons.SIGNED_TWICE),
    "capacity": ("hours", reasons.UNLIKE_HOURS),
    "experiments": ("arm", reasons.UNLIKE_ARMS),
}


def with_periods(rows: pd.DataFrame, draft: Draft) -> pd.DataFrame:
    """Bring the periods of goals into one form; what is no period is set aside.

    A period is the same however it is written (2027Q1, Q1 2027, 1T27).
    """
    written = rows["period"]
    known = written.map(canonical, na_action="ignore").astype("str")
    alien = written.notna() & known.isna()
    draft.set_aside(rows[alien], reasons.NO_PERIOD, column="period", values=written[alien])
    return rows.assign(period=known)[~alien].reset_index(drop=True)


def said_once(table: str, rows: pd.DataFrame, unique: list[str], draft: Draft) -> pd.DataFrame:
    """Keep one row of those that say the same of one key.

    All rows that say unlike things of it are set aside: nobody knows which holds. A row whose
    number is blank or cannot be read says nothing, and takes the place of none that does.
    """
    value, why = _SAYS.get(table, ("", reasons.SAME_RECORD))
    if value not in rows:
        return keep_one(rows, unique, draft, blank=("region",))
    silent = (rows[value].isna() & rows.duplicated(unique, keep=False)).to_numpy(dtype=bool)
    blank = reasons.BROKEN_RULES["not_nullable"].format(column=value)
    draft.set_aside(rows[silent], blank, column=value)
    rows = rows[~silent]
    unlike = (rows.groupby(unique)[value].transform("nunique") > 1).to_numpy(dtype=bool)
    told = rows[value].astype("str")[unlike]
    draft.set_aside(rows[unlike], why, column=value, values=told)
    return keep_one(rows[~unlike], unique, draft).reset_index(drop=True)


def assemble(objects: Mapping[str, pd.DataFrame], context: Context) -> Candidates:
    """Give the canonical rows of the tables that a company writes by itself."""
    found = Candidates()
    keys = {
        "goals": ("goals", ["period", "team", "metric"]),
        "capacity": ("capacity", ["team", "week"]),
        "holidays": ("holidays", ["date", "region"]),
        "experiments": ("experiments", ["unit_kind", "unit_id", "experiment", "starts_on"]),
    }
    for name, (table, unique) in keys.items():
        if name in objects:
            rows = objects[name].drop(columns="file_currency")
            if "team" in rows:
                rows = rows.assign(team=_teams(rows["team"]))
            if name == "goals":
                rows = with_periods(rows, context.draft)
            if name == "holidays":
                rows = rows.assign(region=column(rows, "region"))
            rows = said_once(name, rows, unique, context.draft)
            found.add(table, rows.assign(source_system=SYSTEM))
    if "rates" in objects:
        found.add("exchange_rates", _rates(objects["rates"], context))
    return found


def _rates(rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Read rates as units of the currency for one unit of the base.

    The base is the currency of the column ``base``, else the one whose rate is always 1.
    """
    currency = rows["currency"].str.upper()
    base = column(rows, "base").str.upper()
    ones = rows["rate"].eq(1).groupby(currency).transform("all")
    is_base = currency.eq(base) if base.notna().any() else ones
    frame = pd.DataFrame(
        {
            "currency": currency,
            "date": column(rows, "date", "datetime64[us]"),
            "rate": rows["rate"],
            "is_base": is_base.fillna(False).astype(bool),
            "source_system": SYSTEM,
            "source_file": rows["source_file"],
            "source_row": rows["source_row"],
        }
    )
    twins = frame.duplicated(["currency", "date"], keep=False)
    single = keep_one(
        frame[twins].assign(date=frame["date"].astype("str")), ["currency", "date"], context.draft
    )
    return frame.loc[frame.index[~twins].union(single.index)]
