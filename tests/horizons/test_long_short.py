"""The whole result, and diagnostics that can say no."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from alignment.dataset import Dataset
from alignment.errors import ArgumentError
from alignment.horizons.closing import Closing
from alignment.horizons.diagnostics import diagnose
from alignment.horizons.effects import BOTH_SALES, BRAND, CLOSING, MARKETING
from alignment.horizons.experiments import measured_lifts
from alignment.horizons.funnel import ValueCurve
from alignment.horizons.long_short import long_and_short, long_and_short_of, weekly_parts
from alignment.horizons.measured import Experiment
from alignment.horizons.refits import shuffled
from alignment.horizons.weekly import SALES, WeeklyPanel
from alignment.results import About
from alignment.text import Text

ROOT = Path(__file__).resolve().parents[2]


def panel_of(outcome, activity, brand, currency="EUR"):
    """Build a panel from arrays; the last driver is the effort of sales."""
    names = [*activity.columns[:-1], SALES]
    frame = pd.DataFrame(activity.to_numpy(), columns=names)
    frame.insert(0, "week", pd.date_range("2022-01-03", periods=len(frame), freq="7D"))
    frame.insert(1, "outcome", outcome)
    for column in ("free", "turn_of_year", "closing_effort"):
        frame[column] = 0.0
    drivers = pd.DataFrame(
        {
            "driver": names,
            "team": ["marketing"] * (len(names) - 1) + ["sales"],
            "channel": names,
            "objective": [None] * len(names),
            "unit": [currency] * (len(names) - 1) + ["touches"],
            "slow": [name in brand for name in names],
            "total": activity.sum().to_numpy(),
            "active_weeks": len(frame),
        }
    )
    return WeeklyPanel(frame, drivers, "opportunities", currency, About(Text.same("test")))


def _worlds():
    path = ROOT / "benchmarks" / "long_short_worlds.py"
    spec = importlib.util.spec_from_file_location("long_short_worlds", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def known():
    """A world, a funnel that wins a fifth at 1,000 each by a geometric law, and what it gives."""
    worlds = _worlds()
    world = worlds.simulate(worlds.WORLDS["base"], 4)
    won = 0.2 * (1 - 0.9 ** np.arange(1, 157))
    spread = np.random.default_rng(0).gamma(400, 1 / 400, (50, 1))
    curve = ValueCurve(won, 1000 * won, spread * won, 1000 * spread * won, 80.0, {"odd": 2})
    gain = np.random.default_rng(1).gamma(4, 0.1, (1200, 1)) * np.ones(156)
    closing = Closing(gain[:, 0], gain[:, 0], gain, 2 * gain, 100, 1.0)
    panel = panel_of(world.outcome, world.activity, worlds.DECLARED)
    return world, won, long_and_short_of(panel, curve=curve, closing=closing)


def test_value_is_the_response_carried_through_the_funnel(known):
    world, won, result = known
    response = np.diff(world.within[:5].sum(axis=0))
    steps = np.diff(won, prepend=0)
    truth = 1000 * np.convolve(response, steps)[:156]
    effects = result.effects.set_index(["driver", "measure", "horizon"])
    for horizon, part in (("short", slice(0, 13)), ("year", slice(0, 52))):
        row = effects.loc[(MARKETING, "value", horizon)]
        assert row["low"] < truth[part].sum() < row["high"]
    # In opportunities, most of marketing comes in the quarter; in money, most comes later.
    late = result.timing.set_index(["driver", "measure", "quantity"])["estimate"]
    assert late[MARKETING, "opportunities", "late share"] < late[MARKETING, "value", "late share"]


def test_sales_adds_up_from_what_it_creates_and_what_it_closes(known):
    _, _, result = known
    value = result.draws["value"]
    at = [value.names.index(name) for name in (SALES, CLOSING, BOTH_SALES)]
    np.testing.assert_allclose(value.draws[:, at[0]] + value.draws[:, at[1]], value.draws[:, at[2]])
    # 0.4 wins more at 1,000 each, all of them in the first week.
    closing = result.effects.set_index(["driver", "horizon"]).loc[(CLOSING, "short")]
    assert closing["estimate"] == pytest.approx(400, rel=0.15)


def test_every_table_has_its_columns_and_drivers(known):
    _, _, result = known
    assert result.to_frame() is result.effects
    assert set(result.slow["driver"]) == {"content", "brand", BRAND}
    assert result.slow["probability"].between(0, 1).all()
    assert set(result.returns["driver"]) == {"search", "social", "events", "content", "brand"}
    assert (result.returns["marginal"] <= result.returns["estimate"]).all()
    curves = result.curves[result.curves["driver"] == "brand"]
    assert len(curves) == 2 * 156
    assert (result.effects["low"] <= result.effects["estimate"]).all()
    assert (result.effects["estimate"] <= result.effects["high"]).all()
    assert result.about.left_out == {"odd": 2}
    assert result.stop.shows_low <= result.stop.shows_in <= result.stop.shows_high
    assert result.stop.saved == pytest.approx(
        52 * (result.panel.frame["content"].mean() + result.panel.frame["brand"].mean())
    )
    assert (result.stock["low"] <= result.stock["high"]).all()
    assert len(result.stock) == len(result.panel.frame)


def test_levels_effects_and_stock_make_up_the_weeks(known):
    _, _, result = known
    split = weekly_parts(result, 50)
    fitted = split.level + split.effect.sum(axis=2)
    left = result.fit.outcome - fitted.mean(axis=0)
    assert abs(left.mean()) < 0.5
    assert left.std() == pytest.approx(5, rel=0.25)  # the noise of the world
    assert (split.stock <= split.effect.sum(axis=2) + 1e-9).all()


def test_without_brand_nothing_is_slow_and_nothing_can_be_stopped():
    random = np.random.default_rng(0)
    activity = pd.DataFrame(random.gamma(2, 1, (80, 2)), columns=["a", "b"])
    result = long_and_short_of(panel_of(random.normal(50, 3, 80), activity, ()))
    assert result.stop is None
    assert not len(result.slow)
    assert not len(result.stock)
    assert not len(result.returns)
    assert {"driver", "weeks", "estimate", "marginal", "extrapolated"} <= set(result.returns)
    assert set(result.effects["measure"]) == {"opportunities"}
    # Noise alone: the interval reaches down to nothing, and the placebos are as large.
    year = result.effects.set_index(["driver", "horizon"]).loc[(MARKETING, "year")]
    assert year["low"] < 1.0


def test_diagnostics_pass_where_the_model_is_right_and_effects_are_large():
    random = np.random.default_rng(8)
    weeks = 156
    activity = pd.DataFrame(
        {
            "search": np.repeat(random.gamma(2, 1, weeks // 4), 4),
            "calls": np.repeat(random.gamma(2, 1, weeks // 3), 3),
        }
    )
    bent = activity / (activity + 2 * activity.mean())
    outcome = 50 + 60 * bent["search"] + 30 * bent["calls"] + random.normal(0, 2, weeks)
    result = long_and_short_of(panel_of(outcome, activity, ()))
    found = diagnose(result, placebos=2)
    passed = found.frame.set_index(["check", "subject"])["passed"]
    for check in ("placebo channel", "placebo date", "shifted window", "forecast"):
        assert passed[check].all(), check
    assert not found.vetoed
    held = found.forecast["outcome"].between(found.forecast["low"], found.forecast["high"])
    assert len(held) == 52
    assert held.mean() > 0.75
    assert found.frame.set_index("check").loc["chains", "value"] < 1.05


def test_windows_disagree_where_an_effect_ends_midway():
    random = np.random.default_rng(8)
    weeks = 156
    search = np.repeat(random.gamma(2, 1, weeks // 4), 4)
    bent = search / (search + 2 * search.mean())
    acting = np.where(np.arange(weeks) < weeks // 2, bent, bent.mean())
    outcome = 50 + 60 * acting + random.normal(0, 2, weeks)
    result = long_and_short_of(panel_of(outcome, pd.DataFrame({"search": search}), ()))
    found = diagnose(result, placebos=1)
    row = found.frame.set_index(["check", "subject"]).loc[("shifted window", MARKETING)]
    assert row["value"] < 0.01
    assert not row["passed"]
    windows = found.windows.set_index(["driver", "window"])
    first, last = (windows.loc[(MARKETING, window)] for window in ("first", "last"))
    assert first["low"] > last["high"]


@pytest.mark.parametrize("empty", [56, 95])
def test_weeks_without_any_outcome_are_not_compared(empty):
    """Refits on weeks in which nothing came are left out, and the other checks still run."""
    random = np.random.default_rng(2)
    y = random.poisson(20, 110).astype(float)
    y[:empty] = 0
    activity = pd.DataFrame(random.gamma(2, 1, (110, 2)), columns=["a", SALES])
    panel = panel_of(y, activity, ["a"])
    found = diagnose(long_and_short_of(panel), placebos=1)
    checks = set(found.frame["check"])
    assert "shifted window" not in checks
    assert "first" not in set(found.windows["window"])
    assert ("placebo date" in checks) == (empty == 56)
    assert "forecast" in checks


def test_diagnostics_say_no_where_there_is_nothing():
    random = np.random.default_rng(9)
    activity = pd.DataFrame(
        np.repeat(random.gamma(2, 1, (39, 2)), 4, axis=0), columns=["brand", "calls"]
    )
    result = long_and_short_of(panel_of(random.normal(50, 3, 156), activity, ["brand"]))
    found = diagnose(result, placebos=4)
    passed = found.frame.set_index(["check", "subject"])["passed"]
    assert not passed["placebo channel"].all()
    assert passed["placebo claim"].all()
    assert result.slow["verdict"].eq("cannot tell").all()


def test_a_shuffled_series_keeps_its_weeks():
    x = np.random.default_rng(0).random(100)
    mixed = shuffled(x, np.random.default_rng(1))
    np.testing.assert_array_equal(np.sort(mixed), np.sort(x))
    assert (mixed != x).any()
    kept = np.isin(np.diff(mixed).round(12), np.diff(np.append(x, x[0])).round(12))
    assert kept.mean() > 0.9  # neighbours stay neighbours but for the cuts


def test_arguments_are_checked():
    with pytest.raises(ArgumentError, match="data must be a Dataset"):
        long_and_short(None)
    with pytest.raises(ArgumentError, match="result must be a LongShort"):
        diagnose(None)
    moment = pd.Timestamp("2026-01-01", tz="UTC")
    nothing = Dataset(as_of=moment, observed_from=moment)
    wrong = [
        ({"replicates": 0}, "replicates must be a whole number from 1 on"),
        ({"seed": -1}, "seed must be a whole number from 0 on"),
        ({"experiments": Experiment("Search", 1, 1, 4)}, r"measured_lifts\(…\)\.experiments"),
    ]
    for options, said in wrong:
        with pytest.raises(ArgumentError, match=said):
            long_and_short(nothing, **options)
    with pytest.raises(ArgumentError, match=r"weekly_panel\(data\) gives one"):
        long_and_short_of(nothing)
    with pytest.raises(ArgumentError, match=r"weekly_panel\(data\) gives one"):
        measured_lifts(nothing, None)
