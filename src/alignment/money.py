"""Money: amounts in the reporting currency, and never a sum of unlike currencies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from babel.core import get_global

from alignment.dataset import Dataset
from alignment.errors import CurrencyError
from alignment.exports.draft import Draft
from alignment.text import Text

# When an amount counts, best first: the day whose rate converts it.
_DATES = ("closed_at", "starts_on", "occurred_at", "entered_at", "created_at")
_MONEY = (("opportunities", "amount"), ("spend", "cost"))
_TAKEN = Text(
    en="Amounts without a currency, taken to be in {currency}: {n}.",
    es="Importes sin moneda, tomados en {currency}: {n}.",
)
_UNSTATED = Text(
    en="Amounts without a currency, and none was stated (say which with --currency): {n}.",
    es="Importes sin moneda, y no se indicó ninguna (dila con --currency): {n}.",
)


def is_currency(code: str) -> bool:
    """Say whether a code is one of ISO 4217 (as Babel's data list them)."""
    return code in get_global("all_currencies")


def check_currency(code: str) -> str:
    """Return a currency code in capitals.

    Raises
    ------
    CurrencyError
        If it is not an ISO 4217 code.
    """
    upper = code.strip().upper()
    if not is_currency(upper):
        raise CurrencyError(
            "unknown currency", value=code, cure="Give its ISO 4217 code, such as MXN, USD or EUR."
        )
    return upper


def rate_of(rates: pd.DataFrame, currency: str, days: pd.Series) -> pd.Series:
    """Return the units of a currency for one unit of the base, on each day.

    Parameters
    ----------
    rates : DataFrame
        The table ``exchange_rates``.
    currency : str
        ISO 4217 code.
    days : Series of datetime64
        Naive days; where missing, the latest rate holds.

    Returns
    -------
    Series of float64
        The last rate at or before each day, else the first one; missing if there is none.
    """
    own = rates[rates["currency"] == currency].sort_values("date", na_position="first")
    if not len(own):
        based = bool((rates["is_base"] & (rates["currency"] == currency)).any())
        return pd.Series(1.0 if based else np.nan, index=days.index)
    known = own["date"].to_numpy("datetime64[us]")
    values = own["rate"].to_numpy("float64")
    undated = np.isnat(known)
    if undated.all():
        return pd.Series(values[-1], index=days.index)
    known, values = known[~undated], values[~undated]
    place = np.searchsorted(known, days.to_numpy("datetime64[us]"), side="right") - 1
    place = np.where(days.isna(), len(known) - 1, np.clip(place, 0, None))
    return pd.Series(values[place], index=days.index)


def _days(frame: pd.DataFrame, zone: str) -> pd.Series:
    """Return the calendar day, in a zone, on which each amount counts."""
    days = pd.Series(pd.NaT, index=frame.index, dtype="datetime64[us]")
    for name in _DATES:
        if name in frame:
            given = frame[name]
            if isinstance(given.dtype, pd.DatetimeTZDtype):
                given = given.dt.tz_convert(zone).dt.tz_localize(None)
            days = days.fillna(given.dt.normalize())
    return days


def reported(data: Dataset, frame: pd.DataFrame, amount: str = "amount") -> pd.Series:
    """Return amounts in the reporting currency.

    Parameters
    ----------
    data : Dataset
        Its ``currency`` is the reporting currency, its ``exchange_rates`` the rates: units of a
        currency for one unit of the base.
    frame : DataFrame
        Rows with the amount and ``currency``. With dated rates, the day (in the dataset's time
        zone) is that of the first of closed_at, starts_on, occurred_at, entered_at and created_at
        that the row has.
    amount : str
        Name of the column.

    Returns
    -------
    Series of float64
        On the index of `frame`; a missing amount stays missing. An amount without a currency is
        taken to be in the reporting currency.

    Raises
    ------
    CurrencyError
        If an amount is in another currency and there is no rate for it.
    """
    values = frame[amount].astype("float64")
    currency = frame["currency"] if "currency" in frame else pd.Series(None, index=frame.index)
    foreign = values.notna() & currency.notna() & (currency != (data.currency or ""))
    if not foreign.any():
        return values
    if data.currency is None:
        codes = ", ".join(sorted(currency[foreign].unique()))
        raise CurrencyError(
            f"amounts in {codes}, and no reporting currency",
            cure="Give one with --currency.",
        )
    days = _days(frame, data.timezone)
    target = rate_of(data.exchange_rates, data.currency, days)
    result = values.copy()
    for code in sorted(currency[foreign].unique()):
        rows = foreign & (currency == code)
        factor = target[rows] / rate_of(data.exchange_rates, code, days[rows])
        if factor.isna().any():
            raise CurrencyError(
                f"amounts in {code} cannot be added to amounts in {data.currency}: no rate",
                cure="Put CurrencyType.csv or rates.csv (currency, rate) into the folder.",
            )
        result[rows] = values[rows] * factor
    return result


def _amounts(frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    columns = ["currency", "source_file", "source_row"]
    found = []
    for table, amount in _MONEY:
        frame = frames[table]
        found.append(frame[frame[amount].notna()][columns].assign(column=amount))
    return pd.concat(found, ignore_index=True)


def _refuse_unknown(amounts: pd.DataFrame) -> None:
    known = amounts[amounts["currency"].notna()]
    for code in sorted(known["currency"].unique()):
        if not is_currency(code):
            first = known[known["currency"] == code].sort_values(["source_file", "source_row"])
            raise CurrencyError(
                "unknown currency",
                file=str(first["source_file"].iloc[0]),
                row=int(first["source_row"].iloc[0]),
                column="currency",
                value=code,
                cure="Correct it to an ISO 4217 code, such as MXN, USD or EUR.",
            )


def reporting_currency(
    frames: Mapping[str, pd.DataFrame], stated: str | None, draft: Draft
) -> str | None:
    """Choose the reporting currency and refuse amounts that cannot be brought to it.

    The one stated, else the only one in the data, else the base of the rates. Amounts without a
    currency are taken to be in it, and counted.

    Parameters
    ----------
    frames : Mapping
        Canonical tables.
    stated : str or None
        From the caller or ``mapping.toml``.
    draft : Draft
        The ledger being written.

    Raises
    ------
    CurrencyError
        If a code is unknown, if nothing says which currency to report in, or if there is no rate.
    """
    amounts = _amounts(frames)
    _refuse_unknown(amounts)
    codes = sorted(amounts["currency"].dropna().unique())
    rates = frames["exchange_rates"]
    bases = sorted(rates.loc[rates["is_base"], "currency"].unique())
    chosen = stated or (codes[0] if len(codes) == 1 else None)
    if chosen is None and len(bases) == 1:
        chosen = str(bases[0])
    if chosen is None and codes:
        raise CurrencyError(
            f"amounts in {', '.join(codes)}, and nothing says which one to report in",
            cure='Give --currency, or write currency = "MXN" in mapping.toml, and put '
            "CurrencyType.csv or rates.csv into the folder.",
        )
    bare = amounts[amounts["currency"].isna()]
    if chosen is None:
        draft.note_rows("no-currency", bare, _UNSTATED)
        return None
    known = set(rates["currency"])
    for code in codes:
        if code != chosen and not {code, chosen} <= known:
            first = amounts[amounts["currency"] == code].sort_values(["source_file", "source_row"])
            missing = code if code not in known else chosen
            raise CurrencyError(
                f"amounts in {code} cannot be added to amounts in {chosen}: no rate for {missing}",
                file=str(first["source_file"].iloc[0]),
                row=int(first["source_row"].iloc[0]),
                column=str(first["column"].iloc[0]),
                cure="Put CurrencyType.csv or rates.csv (currency, rate) into the folder.",
            )
    taken = Text(_TAKEN.en.replace("{currency}", chosen), _TAKEN.es.replace("{currency}", chosen))
    draft.note_rows("amount-without-currency", bare, taken)
    if len(amounts):
        reason = "stated" if stated else "the only one" if len(codes) == 1 else "base of the rates"
        draft.decide(None, None, f"amounts are reported in {chosen}", reason)
    return chosen
