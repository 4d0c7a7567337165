"""Money keeps its currency and is never added to another one without a rate."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment.dataset import Dataset
from alignment.errors import CurrencyError
from alignment.loading import load
from alignment.money import check_currency, is_currency, reported
from alignment.tables import conform

NOW = pd.Timestamp("2026-09-28", tz="UTC")


def dataset(currency="MXN", rates=(("MXN", 1.0), ("USD", 0.05), ("EUR", 0.04)), dates=None):
    frame = pd.DataFrame(rates, columns=["currency", "rate"])
    frame["is_base"] = frame["rate"] == 1
    if dates:
        frame["date"] = pd.to_datetime(dates)
    return Dataset(NOW, NOW, currency=currency, exchange_rates=conform("exchange_rates", frame))


def amounts(*pairs, **columns):
    return pd.DataFrame(pairs, columns=["amount", "currency"]).assign(**columns)


def test_amounts_are_brought_to_the_reporting_currency():
    frame = amounts((100.0, "MXN"), (10.0, "USD"), (np.nan, "USD"), (8.0, "EUR"))
    np.testing.assert_allclose(reported(dataset(), frame), [100, 200, np.nan, 200])
    np.testing.assert_allclose(reported(dataset("USD"), frame), [5, 10, np.nan, 10])


def test_a_missing_currency_is_the_reporting_one_and_the_index_stays():
    frame = amounts((100.0, None), (10.0, "USD")).set_axis([7, 3])
    values = reported(dataset(), frame)
    assert values.to_dict() == {7: 100.0, 3: 200.0}


def test_no_rate_is_an_error_and_no_amount_needs_none():
    with pytest.raises(CurrencyError, match="BRL cannot be added to amounts in MXN"):
        reported(dataset(), amounts((1.0, "BRL")))
    assert reported(dataset(), amounts((np.nan, "BRL"))).isna().all()
    with pytest.raises(CurrencyError, match="no reporting currency"):
        reported(dataset(None), amounts((1.0, "BRL")))


def test_dated_rates_hold_from_their_day_on():
    data = dataset(
        rates=(("MXN", 1.0), ("USD", 0.05), ("USD", 0.04)),
        dates=["2026-01-01", "2026-01-01", "2026-02-01"],
    )
    days = ["2025-06-01", "2026-01-31", "2026-02-01", None]
    closed = pd.to_datetime(pd.Series(days), utc=True)
    frame = amounts(*[(1.0, "USD")] * 4, closed_at=closed)
    np.testing.assert_allclose(reported(data, frame), [20, 20, 25, 25])


@given(st.floats(0.01, 1e9), st.floats(0.001, 1e4), st.floats(0.001, 1e4))
def test_there_and_back_is_the_same_amount(amount, one, other):
    rates = (("MXN", 1.0), ("USD", one), ("EUR", other))
    there = reported(dataset("EUR", rates), amounts((amount, "USD")))
    back = reported(dataset("USD", rates), amounts((there.iloc[0], "EUR")))
    assert back.iloc[0] == pytest.approx(amount, rel=1e-12)


def test_codes_are_those_of_iso_4217():
    assert check_currency(" mxn ") == "MXN"
    assert is_currency("EUR")
    for code in ("PESO", "XQZ", "", "mxn"):
        assert not is_currency(code)
    with pytest.raises(CurrencyError, match="unknown currency"):
        check_currency("PESO")


DEALS = "Id,StageName,Amount,CurrencyIsoCode,CloseDate,IsClosed,IsWon,CreatedDate\n"


def deal(number, currency):
    return f"0065e0000000{number:03d}AAA,Won,100,{currency},2026-02-01,1,1,2026-01-31 10:00:00\n"


def write(folder, *currencies, rates=None):
    rows = "".join(deal(n, c) for n, c in enumerate(currencies))
    (folder / "Opportunity.csv").write_text(DEALS + rows)
    if rates:
        (folder / "rates.csv").write_text(rates)


def test_the_reporting_currency_is_the_stated_then_the_only_one_then_the_base(tmp_path):
    write(tmp_path, "USD", "USD")
    assert load(tmp_path).currency == "USD"
    write(tmp_path, "USD", "MXN", rates="currency,rate\nMXN,1\nUSD,0.05\nEUR,0.04\n")
    assert load(tmp_path).currency == "MXN"
    data = load(tmp_path, currency="EUR")
    assert data.currency == "EUR"
    np.testing.assert_allclose(reported(data, data.opportunities).sum(), 100 * 0.04 * 21)
    (tmp_path / "mapping.toml").write_text('currency = "USD"\n')
    assert load(tmp_path).currency == "USD"
    assert load(tmp_path, currency="EUR").currency == "EUR"


def test_a_stated_base_is_the_base(tmp_path):
    rates = "currency,rate,base\nUSD,0.05,MXN\nEUR,0.04,MXN\n"
    write(tmp_path, "USD", "EUR", rates=rates)
    data = load(tmp_path, currency="EUR")
    np.testing.assert_allclose(reported(data, data.opportunities).sum(), 100 + 80)


def test_amounts_without_a_currency_are_counted(tmp_path):
    write(tmp_path, "", "")
    data = load(tmp_path)
    assert data.currency is None
    assert data.ledger.notes.set_index("rule").loc["no-currency", "rows"] == 2
    assert reported(data, data.opportunities).tolist() == [100, 100]
    stated = load(tmp_path, currency="EUR")
    assert stated.ledger.notes.set_index("rule").loc["amount-without-currency", "rows"] == 2


def test_a_dated_rate_is_that_of_the_closing_day_in_the_zone(tmp_path):
    # Closed on 31 January at six in the evening in Mexico, which is 1 February in UTC.
    (tmp_path / "deals.csv").write_text(
        "n,state,closed,worth,coin\n1,Won,2026-02-01T00:00:00Z,100,USD\n"
        "2,Won,2026-02-01T12:00:00Z,100,USD\n3,Won,2026-02-01T12:00:00Z,100,MXN\n"
    )
    (tmp_path / "rates.csv").write_text(
        "currency,rate,date\nMXN,1,2026-01-01\nUSD,0.05,2026-01-01\nUSD,0.04,2026-02-01\n"
    )
    (tmp_path / "mapping.toml").write_text(
        '[[file]]\nname = "deals.csv"\ntable = "opportunities"\n[file.columns]\n'
        'opportunity_id = "n"\nstatus = "state"\nclosed_at = "closed"\namount = "worth"\n'
        'currency = "coin"\n'
    )
    data = load(tmp_path, currency="MXN", timezone="America/Mexico_City")
    np.testing.assert_allclose(reported(data, data.opportunities), [2000, 2500, 100])
    utc = load(tmp_path, currency="MXN", timezone="UTC")
    np.testing.assert_allclose(reported(utc, utc.opportunities), [2500, 2500, 100])


def test_salesforces_own_table_of_rates_converts(tmp_path):
    write(tmp_path, "USD", "MXN")
    (tmp_path / "CurrencyType.csv").write_text(
        "Id,IsoCode,ConversionRate,DecimalPlaces,IsActive,IsCorporate\n"
        "01L5e0000000001AAA,MXN,20,2,1,0\n01L5e0000000002AAA,USD,1,2,1,1\n"
    )
    assert load(tmp_path).currency == "USD"
    data = load(tmp_path, currency="MXN")
    np.testing.assert_allclose(sorted(reported(data, data.opportunities)), [100, 2000])


def test_a_currency_that_is_none_is_named_with_its_place(tmp_path):
    write(tmp_path, "USD", "MXM")
    with pytest.raises(CurrencyError, match=r"Opportunity\.csv, row 3.*unknown currency.*“MXM”"):
        load(tmp_path)
