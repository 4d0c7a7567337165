"""Whether the two teams' targets imply the same revenue, and whether periods are on track."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from alignment.arguments import nearest
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.lead_to_close.pipeline import OpenPipeline, open_pipeline
from alignment.lead_to_close.pipeline_periods import last_forecast_day
from alignment.periods import canonical, period_of
from alignment.results import LEVEL, About, Result
from alignment.shared_goals.cohorts import Floats, curves
from alignment.shared_goals.horizon import LONGEST, today_of
from alignment.shared_goals.seeking import plan_chance
from alignment.shared_goals.setting import Setting, prepare, won_between
from alignment.text import Text

# What goals.csv may count, by the words in use; the currency may follow, as in bookings_mxn.
METRICS: Mapping[str, tuple[str, ...]] = {
    "lead": ("leads", "lead", "new_leads"),
    "mql": ("mql", "mqls"),
    "accepted": ("accepted", "accepted_leads", "sal", "sals", "aceptados"),
    "sql": ("sql", "sqls"),
    "opportunity": ("opportunities", "opportunity", "oportunidades"),
    "won": ("won", "wins", "won_deals", "deals_won", "ganados"),
    "revenue": ("bookings", "revenue", "won_value", "value_won", "ingresos", "ventas"),
}
NO_GOALS = Text(
    en="Not measurable: goals.csv holds no target of a period that can be compared.",
    es="No medible: goals.csv no contiene objetivos de un periodo que se puedan comparar.",
)
METHOD = Text(
    en="Each target is brought to revenue with the conversions and the mean amount measured; "
    "intervals resample cohort months and amounts. Chances of periods are shares of draws.",
    es="Cada objetivo se lleva a ingresos con las conversiones y el importe medio medidos; los "
    "intervalos remuestrean meses de cohorte e importes. Las probabilidades de los periodos son "
    "partes de sorteos.",
)
IN_THE_END = Text(
    en="A target counts what its leads bring in the end, even if they are won after the period.",
    es="Un objetivo cuenta lo que sus leads traen al final, aunque se gane después del periodo.",
)
BY_DEALS = Text(
    en="The chance of a period that ends by the end of the next quarter is that of the forecast on "
    "the page from interest to close: deal by deal, from stage and age.",
    es="La probabilidad de un periodo que termina a más tardar con el próximo trimestre es la del "
    "pronóstico de la página del interés al cierre: negocio por negocio, según etapa y edad.",
)
BY_COHORTS = Text(
    en="The chance of {later} counts by cohort, as the plan does, at the pace of the last "
    "twelve months.",
    es="La probabilidad de {later} cuenta por cohorte, como el plan, al ritmo de los "
    "últimos doce meses.",
)
LATER = Text(en="a later period", es="un periodo posterior")
ANY = Text(en="a period", es="un periodo")


@dataclass(frozen=True)
class Targets(Result):
    """What the signed targets imply.

    Parameters
    ----------
    frame : DataFrame
        One row a team and metric, summed over `periods`: ``team``, ``metric`` (a key of
        :data:`METRICS`), ``target``, ``implied`` revenue, ``low``, ``high``, and ``ratio`` of it
        to the revenue signed by both, with ``ratio_low``, ``ratio_high`` (missing without one).
    gap : DataFrame
        One row a target of marketing, against sales' target of what is won (or its nearest):
        ``metric``, ``against``, ``ratio`` of the revenue implied, ``low``, ``high``; what a win is
        worth cancels out.
    track : DataFrame
        One row a period with a revenue goal that has not ended: ``period``, ``goal``, ``won`` so
        far, ``chance`` of the goal at today's pace, ``low`` and ``high`` of what the period will
        have won (central 80 %), and ``forecast``: *deals*, the draws of
        :func:`~alignment.lead_to_close.pipeline.open_pipeline`, for a period that ends by the end
        of the next quarter, else (or where open deals cannot be forecast) *cohorts*, the plan's.
    periods : tuple of str
        The periods summed: the last ones with the same targets, up to a year.
    currency : str
    about : About
    """

    frame: pd.DataFrame
    gap: pd.DataFrame
    track: pd.DataFrame
    periods: tuple[str, ...]
    currency: str
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a team and metric."""
        return self.frame


def metric_of(name: str) -> str | None:
    """Say what a metric of goals.csv counts; None if it is not known.

    A word after the last underscore that looks like a currency is left out.
    """
    plain = name.strip().casefold().replace(" ", "_").replace("-", "_")
    stem, _, end = plain.rpartition("_")
    for tried in (plain, stem if len(end) == 3 else plain):
        for metric, words in METRICS.items():
            if tried in words:
                return metric
    return None


def currency_of(name: str) -> str | None:
    """Say in which currency a metric of goals.csv is, where its name says so: MXN of bookings_mxn.

    None where it does not, or where the metric counts no money.
    """
    plain = name.strip().casefold().replace(" ", "_").replace("-", "_")
    stem, _, end = plain.rpartition("_")
    return end.upper() if stem in METRICS["revenue"] and len(end) == 3 else None


def comparable(goals: pd.DataFrame, currency: str | None) -> pd.DataFrame:
    """Keep the targets that can be compared, with ``kind``: known, above 0, and in the currency.

    Their periods are named canonically: 2027, 2027-Q1, 2027-01. Of two that say the same in other
    words the first is kept, and of two that say unlike things, such as 4 million of revenue and 9
    of bookings, neither: nobody knows which holds.
    """
    money = goals["metric"].map(currency_of)
    known = goals.assign(
        kind=goals["metric"].map(metric_of), period=goals["period"].map(canonical).astype("str")
    )
    own = money.isna() | (money == (currency or ""))
    usable = known["kind"].notna() & known["period"].notna() & (known["target"] > 0) & own
    known, key = known[usable.to_numpy(dtype=bool)], ["period", "team", "kind"]
    alike = known.groupby(key)["target"].transform("nunique") == 1
    return known[alike.to_numpy(dtype=bool)].drop_duplicates(key)


def meant_metric(name: str) -> str | None:
    """Give the known metric that is written most like a name."""
    return nearest(name, [word for words in METRICS.values() for word in words])


def compare_targets(data: Dataset | Setting, *, level: float = LEVEL) -> Targets:
    """Bring the signed targets of both teams to revenue, and say which periods are on track.

    Parameters
    ----------
    data : Dataset or Setting
        Needs ``goals`` beside what a plan needs.
    level : float
        Confidence level.

    Returns
    -------
    Targets

    Raises
    ------
    NotMeasurable
        If there are no targets, or the exports cannot carry a plan.
    """
    setting = data if isinstance(data, Setting) else prepare(data)
    goals = setting.data.require("goals")
    known = comparable(goals, setting.data.currency)
    periods = _last_year(known)
    if not periods:
        raise NotMeasurable(NO_GOALS)
    summed = known[known["period"].isin(periods)].groupby(["team", "kind"])["target"].sum()
    worth, tails = _worth(setting), [0.5 - level / 2, 0.5 + level / 2]
    signed = float(summed.get(("both", "revenue"), summed.get(("sales", "revenue"), np.nan)))
    rows = []
    for (team, kind), target in summed.items():
        drawn = float(target) * worth[kind]
        low, high = np.quantile(drawn[1:], tails)
        rows.append((team, kind, float(target), float(drawn[0]), float(low), float(high)))
    frame = pd.DataFrame(rows, columns=["team", "metric", "target", "implied", "low", "high"])
    frame["order"] = frame["metric"].map({name: i for i, name in enumerate(METRICS)})
    frame = frame.sort_values("order", kind="stable", ignore_index=True).drop(columns="order")
    for end in ("", "_low", "_high"):
        frame[f"ratio{end}"] = frame[end.removeprefix("_") or "implied"] / signed
    strange = goals["metric"].map(metric_of).isna()
    dateless = ~strange & goals["period"].map(canonical).isna()
    others = len(goals) - int(strange.sum()) - int(dateless.sum()) - len(known)
    counts = {
        "targets of a metric that is not known": int(strange.sum()),
        "targets of a period that cannot be read": int(dateless.sum()),
        "targets of 0 or less, in another currency, or signed twice": others,
    }
    left_out = {reason: count for reason, count in counts.items() if count}
    tracked, unused = track(setting, known)
    return Targets(
        frame=frame,
        gap=_gap(summed, worth, tails),
        track=tracked,
        periods=periods,
        currency=str(setting.data.currency),
        about=About(METHOD, level, _assumptions(tracked), left_out | dict(unused)),
    )


def _assumptions(tracked: pd.DataFrame) -> tuple[Text, ...]:
    """Say from which forecast the chances of the periods come."""
    kinds = set(tracked["forecast"])
    said = [IN_THE_END]
    if "deals" in kinds:
        said.append(BY_DEALS)
    if "cohorts" in kinds:
        said.append(BY_COHORTS.format(later=LATER if "deals" in kinds else ANY))
    return tuple(said)


def _gap(summed: pd.Series, worth: Mapping[str, Floats], tails: list[float]) -> pd.DataFrame:
    """Set each target of marketing against the deepest one of sales, sample by sample."""
    rows = []
    deep = [m for m in reversed(list(METRICS)) if ("sales", m) in summed.index]
    if deep:
        of_sales = float(summed["sales", deep[0]]) * worth[deep[0]]
        for metric in METRICS:
            if ("marketing", metric) in summed.index and np.all(of_sales > 0):
                drawn = float(summed["marketing", metric]) * worth[metric] / of_sales
                low, high = np.quantile(drawn[1:], tails)
                rows.append((metric, deep[0], float(drawn[0]), float(low), float(high)))
    return pd.DataFrame(rows, columns=["metric", "against", "ratio", "low", "high"])


def _worth(setting: Setting) -> dict[str, Floats]:
    """Give the revenue that one of each metric brings in the end, a number a sample."""
    found, weights = setting.found, setting.curves.weights
    amount = found.amounts[setting.random.amount].mean(axis=1)
    share = {name: curves(counted, weights).share for name, counted in found.cohorts.items()}
    lead = share["opportunity"] * share["won"]
    return {
        "lead": lead * amount,
        "mql": share["mql_won"] * amount,
        "accepted": lead / np.maximum(share["accepted"], 1e-12) * amount,
        "sql": share["sql_won"] * amount,
        "opportunity": share["won"] * amount,
        "won": amount,
        "revenue": np.ones_like(amount),
    }


def _last_year(known: pd.DataFrame) -> tuple[str, ...]:
    """Choose the last periods of one length, up to a year, for which both teams signed."""
    read = {str(name): period_of(name) for name in known["period"].unique()}
    spans = {name: span for name, span in read.items() if span is not None}
    teams = known.groupby("period")["team"].nunique()
    both = [name for name in spans if teams[name] > 1]
    if not both:
        return ()
    last = max(both, key=lambda name: spans[name].end_time)
    alike = [name for name in both if spans[name].freqstr == spans[last].freqstr]
    first = spans[last].end_time - pd.DateOffset(years=1)
    return tuple(sorted(name for name in alike if spans[name].start_time > first))


def track(setting: Setting, known: pd.DataFrame) -> tuple[pd.DataFrame, Mapping[str, int]]:
    """Tell the chance of each running or coming period's revenue goal at today's pace.

    Parameters
    ----------
    known : DataFrame
        Of :func:`comparable`.

    Returns
    -------
    tuple of DataFrame and Mapping of str to int
        ``track`` of :class:`Targets`, and the rows that the forecast of open deals leaves out.
    """
    table = _signed_periods(setting, known)
    near = table["end"] <= last_forecast_day(setting.data)
    forecast = forecasts(setting, table.loc[near, "period"])
    told = [_told(setting, row, forecast) for row in table.itertuples()]
    columns = ["won", "chance", "low", "high", "forecast"]
    table = (
        table.assign(**dict(zip(columns, zip(*told, strict=True), strict=True)))
        if told
        else (table.reindex(columns=[*table.columns, *columns]))
    )
    left_out = next(iter(forecast.values())).about.left_out if forecast else {}
    return table.drop(columns=["begins", "end"]), left_out


def forecasts(setting: Setting, periods: Iterable[str]) -> dict[str, OpenPipeline]:
    """Forecast periods deal by deal, with the draws of the page from interest to close.

    Returns
    -------
    dict of str to OpenPipeline
        By period; empty where the open deals cannot be forecast.
    """
    random = setting.random
    draw = partial(
        open_pipeline,
        setting.data,
        replicates=len(random.amount) - 1,
        draws=len(random.sample),
        seed=random.seed,
    )
    names = list(periods)
    if not names:
        return {}
    try:
        # First the periods that this page tells by default: other days would be other draws.
        usual = draw()
        found = {name: usual for name in names if name in usual.totals}
        others = [name for name in names if name not in found]
        return found | (dict.fromkeys(others, draw(by=others)) if others else {})
    except NotMeasurable:
        return {}


def _told(
    setting: Setting, row: Any, forecast: Mapping[str, OpenPipeline]
) -> tuple[float, float, float, float, str]:
    """Give what is won, the chance, the interval at the period's end, and the forecast's kind."""
    if row.period in forecast:
        found = forecast[row.period]
        total = found.part(row.period)
        won = float(found.part(row.period, "won")["value"])
        low, high = float(total["value_low"]), float(total["value_high"])
        return won, found.chance(row.period, row.goal), low, high, "deals"
    won = won_between(setting.data, row.begins, today_of(setting.data))
    chance, low, high = plan_chance(setting, row.goal - won, row.begins, row.end)
    return won, chance, won + low, won + high, "cohorts"


def _signed_periods(setting: Setting, known: pd.DataFrame) -> pd.DataFrame:
    """List the next periods with a revenue goal that have not ended, those that end first."""
    today, rows = today_of(setting.data), []
    goals = known[(known["kind"] == "revenue") & known["team"].isin(["both", "sales"])]
    for name in goals["period"].unique():
        span = period_of(name)
        if span is None or span.end_time.normalize() <= today:
            continue
        if span.end_time.normalize() > today + pd.DateOffset(months=LONGEST - 1):
            continue  # no plan reaches so far
        own = goals[goals["period"] == name].set_index("team")["target"]
        goal = float(own.get("both", own.iloc[0]))
        rows.append((name, goal, span.start_time.normalize(), span.end_time.normalize()))
    # A period that has not begun still ends with all that is won in it.
    table = pd.DataFrame(rows, columns=["period", "goal", "begins", "end"])
    return table.sort_values("end", ignore_index=True).head(4)
