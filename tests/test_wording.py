"""Known outputs in both languages."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alignment import wording
from alignment.dataset import Dataset
from alignment.text import LANGUAGES, Text

NUMBERS = [
    (wording.decimal, 1234.5, "es", {}, "1234,5"),
    (wording.decimal, 12345.5, "es", {}, "12.345,5"),
    (wording.decimal, 9999.96, "es", {}, "10.000,0"),
    (wording.decimal, 1234.5, "es", {"locale": "es_MX"}, "1,234.5"),
    (wording.decimal, 1234.5, "en", {}, "1,234.5"),
    (wording.decimal, -0.04, "en", {}, "0.0"),
    (wording.decimal, -3.25, "es", {"digits": 2}, "−3,25"),
    (wording.integer, 1234, "es", {}, "1234"),
    (wording.integer, 1234567, "es", {}, "1.234.567"),
    (wording.integer, 1234567, "en", {}, "1,234,567"),
    (wording.percent, 0.123, "es", {}, "12,3\u00a0%"),
    (wording.percent, 0.123, "es", {"locale": "es_MX"}, "12.3\u00a0%"),
    (wording.percent, 0.123, "en", {}, "12.3%"),
    (wording.percent, 0.5, "en", {"digits": 0}, "50%"),
    (wording.percent, -0.031, "en", {}, "−3.1%"),
    (wording.days, 1, "es", {}, "1\u00a0día"),
    (wording.days, 23, "es", {}, "23\u00a0días"),
    (wording.days, 23.4, "en", {"digits": 1}, "23.4\u00a0days"),
    (wording.days, 0.6, "en", {}, "1\u00a0day"),
    (wording.weeks, 1, "es", {}, "1\u00a0semana"),
    (wording.weeks, 13, "en", {}, "13\u00a0weeks"),
]


@pytest.mark.parametrize(("write", "value", "language", "options", "written"), NUMBERS)
def test_numbers_as_each_language_writes_them(write, value, language, options, written):
    assert write(value, language, **options) == written


MONEY = [
    (1234567.5, "es", {"currency": "EUR"}, "1.234.568 €"),
    (1234.5, "es", {"currency": "USD", "digits": 2}, "1234,50 US$"),
    (1234.5, "es", {"currency": "MXN", "digits": 2, "locale": "es_MX"}, "1,234.50 MXN"),
    (1234567.5, "en", {"currency": "EUR"}, "€1,234,568"),
    (1234567, "en", {"currency": "MXN"}, "MXN 1,234,567"),
    (-1234, "en", {"currency": "USD"}, "−US$1,234"),
    (-1234, "en", {"currency": "BRL"}, "−BRL 1,234"),
    (1_234_567, "es", {"currency": "EUR", "compact": True}, "1,2 M€"),
    (1_234_567, "es", {"currency": "MXN", "compact": True}, "1,2 M MXN"),
    (1_234_567, "en", {"currency": "EUR", "compact": True}, "€1.2M"),
    (1_234_567, "en", {"currency": "MXN", "compact": True}, "MXN 1.2M"),
    (340_000, "es", {"currency": "USD", "compact": True}, "340 mil US$"),
    (340_000, "en", {"currency": "USD", "compact": True}, "US$340K"),
    (999_960, "en", {"currency": "GBP", "compact": True}, "£1M"),
    (999_960, "es", {"currency": "EUR", "compact": True}, "1 M€"),
    (99_960, "en", {"currency": "EUR", "compact": True}, "€100K"),
    (2_500_000_000, "en", {"currency": "EUR", "compact": True}, "€2.5B"),
    (2_500_000_000, "es", {"currency": "EUR", "compact": True}, "2500 M€"),
    (950, "es", {"currency": "EUR", "compact": True}, "950 €"),
    (-12_345_678, "es", {"currency": "EUR", "compact": True}, "−12,3 M€"),
    (0, "en", {"currency": "EUR", "compact": True}, "€0"),
]


@pytest.mark.parametrize(("value", "language", "options", "written"), MONEY)
def test_money(value, language, options, written):
    assert wording.money(value, language, **options).replace("\u00a0", " ") == written


@given(st.floats(1, 1e12), st.sampled_from(LANGUAGES))
def test_compact_money_is_within_five_per_cent(value, language):
    written = wording.money(value, language, currency="EUR", compact=True)
    units = {"B": 1e9, "M": 1e6, "K": 1e3, "mil": 1e3}
    number = written.replace("€", " ").replace("\u00a0", " ").strip()
    unit = next((name for name in units if number.endswith(name)), None)
    digits = number.removesuffix(unit or "").strip()
    digits = (
        digits.replace(".", "").replace(",", ".") if language == "es" else digits.replace(",", "")
    )
    told = float(digits) * units.get(unit, 1)
    assert told == pytest.approx(value, rel=0.06, abs=0.51)


@pytest.mark.parametrize("missing", [None, np.nan, np.inf, pd.NA])
def test_a_missing_number_is_said(missing):
    assert wording.percent(missing, "es") == "s/d"
    assert wording.days(missing, "es") == "s/d"
    assert wording.money(missing, "en", currency="EUR") == "n/a"
    assert wording.interval(0.1, missing, "en") == "n/a"


@pytest.mark.parametrize("missing", [None, pd.NaT])
def test_a_missing_date_is_said(missing):
    assert wording.date(missing, "es") == "s/d"
    assert wording.month(missing, "en") == "n/a"


def test_intervals():
    by = partial(wording.interval, 0.081, 0.095, form=wording.percent)
    assert by("es") == "entre 8,1\u00a0% y 9,5\u00a0%"
    assert by("en") == "8.1% to 9.5%"


def test_dates_move_to_the_zone_of_the_company():
    evening = pd.Timestamp("2026-03-04T23:30Z")
    assert wording.date(evening, "es", timezone="America/Mexico_City") == "4 de marzo de 2026"
    assert wording.date(evening, "en", timezone="Europe/Madrid") == "March 5, 2026"
    assert wording.date(pd.Timestamp("2026-03-04"), "en", short=True) == "Mar 4, 2026"
    assert wording.date(pd.Timestamp("2026-03-04"), "es", short=True) == "4 mar 2026"
    assert wording.month(pd.Timestamp("2026-03-04"), "es") == "marzo de 2026"
    assert wording.month(pd.Timestamp("2026-03-04"), "en") == "March 2026"


LISTS = [
    ([], "es", "and", ""),
    (["a"], "es", "and", "a"),
    (["a", "b", "c"], "es", "and", "a, b y c"),
    (["marketing", "inversión"], "es", "and", "marketing e inversión"),
    (["padres", "hijos"], "es", "and", "padres e hijos"),
    (["agua", "hierro"], "es", "and", "agua y hierro"),
    (["agua", "hielo"], "es", "and", "agua y hielo"),
    (["uno", "otro"], "es", "or", "uno u otro"),
    (["siete", "8"], "es", "or", "siete u 8"),
    (["10", "11"], "es", "or", "10 u 11"),
    (["10", "12"], "es", "or", "10 o 12"),
    (["a", "b", "c"], "en", "and", "a, b, and c"),
    (["a", "b"], "en", "or", "a or b"),
]


@pytest.mark.parametrize(("items", "language", "link", "joined"), LISTS)
def test_lists(items, language, link, joined):
    assert wording.listing(items, language, link=link) == joined


@pytest.mark.parametrize(
    ("value", "en", "es"),
    [
        (1 / 12, "5 min", "5 min"),
        (0.005, "0.3 min", "0,3 min"),
        (0, "0 min", "0 min"),
        (59.7 / 60, "1 h", "1 h"),
        (1.5, "1.5 h", "1,5 h"),
        (24, "24 h", "24 h"),
        (1_234.56, "1,234.6 h", "1234,6 h"),
        (np.nan, "n/a", "s/d"),
    ],
)
def test_hours(value, en, es):
    for language, written in (("en", en), ("es", es)):
        number, _, unit = written.rpartition(" ")
        expected = f"{number}{wording.NBSP}{unit}" if number else unit
        assert wording.hours(value, language) == expected


def test_working_hours_are_named():
    assert wording.hours_on("calendar", 1.5)["es"] == f"1,5{wording.NBSP}h"
    assert wording.hours_on("working", 1.5)["es"] == f"1,5{wording.NBSP}h hábiles"
    assert wording.hours_on("working", 1.5)["en"] == f"1.5{wording.NBSP}h of working time"


def test_plurals():
    one, many = Text(en="deal", es="venta"), Text(en="deals", es="ventas")
    assert wording.plural(1, "es", one, many) == "1\u00a0venta"
    assert wording.plural(0, "en", one, many) == "0\u00a0deals"
    assert wording.plural(1234, "es", one, many) == "1234\u00a0ventas"


@given(st.text(min_size=1))
def test_any_name_survives_in_both_languages(name):
    both = wording.both(wording.listing, [name])
    assert both.en == both.es == name


def test_unknown_languages_and_locales_are_refused():
    with pytest.raises(ValueError, match="“es”, “en”"):
        wording.decimal(1, "fr")
    with pytest.raises(ValueError, match="es, es_MX"):
        wording.decimal(1, "es", locale="en")


def test_the_source_names_the_day_of_the_export():
    moment = pd.Timestamp("2026-03-04T12:00Z")
    source = wording.source(Dataset(as_of=moment, observed_from=moment))
    assert source.es == "Fuente: exportaciones al 4 de marzo de 2026."
    assert source.en == "Source: exports as of March 4, 2026."


@pytest.mark.parametrize(
    ("currency", "timezone", "chosen"),
    [
        ("MXN", "UTC", "es_MX"),
        ("USD", "America/Tijuana", "es_MX"),
        (None, "Mexico/General", "es_MX"),
        ("EUR", "Europe/Madrid", "es"),
        ("ARS", "America/Argentina/Buenos_Aires", "es"),
    ],
)
def test_numbers_are_written_as_in_mexico_for_its_readers(currency, timezone, chosen):
    moment = pd.Timestamp("2026-03-04T12:00Z")
    data = Dataset(as_of=moment, observed_from=moment, currency=currency, timezone=timezone)
    assert wording.reader("es", data) == chosen
    assert wording.reader("en", data) == "en"


def test_spanish_of_mexico_writes_a_decimal_point():
    assert wording.decimal(1234.5, "es_MX") == "1,234.5"
    assert wording.percent(0.123, "es_MX") == "12.3\u00a0%"
    assert wording.money(1_234_567, "es_MX", currency="MXN") == "1,234,567\u00a0MXN"
    assert wording.interval(1.5, 2.5, "es_MX") == "entre 1.5 y 2.5"
    day = pd.Timestamp("2026-03-04")
    assert wording.date(day, "es_MX") == "4 de marzo de 2026"
    assert wording.month(day, "es_MX") == "marzo de 2026"
    assert wording.listing(["a", "iglesia"], "es_MX") == "a e iglesia"
    said = wording.both(wording.decimal, 1234.5)
    assert (said["en"], said["es"], said["es_MX"]) == ("1,234.5", "1234,5", "1,234.5")
