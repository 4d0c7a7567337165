"""The harvest: whether a deal that sales works is won more surely where brand stock is high."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.horizons.harvest_fit import HarvestFit, fit_harvest
from alignment.horizons.panel_fit import saturated, stock
from alignment.horizons.region_weeks import RegionWeeks, region_weeks
from alignment.moments import own_touches
from alignment.results import LEVEL, About, Result
from alignment.rewind import rewound
from alignment.text import Text

MINIMUM_WINS = 50
WORKED_DAYS = 28
HALF_LIFE = 22.0  # weeks: that of a retention of .97; Leone 1995 finds 6 to 9 months of carry-over
OTHER_HALF_LIVES = (8.0, 52.0)

METHOD = Text(
    en="Chance that an open deal is won in a week (logistic hazard by age, region and quarter), "
    "with sales work, brand stock of the region and their product; chances standardised over all "
    "deals and weeks, intervals by account.",
    es="Probabilidad de que un negocio abierto se gane en una semana (riesgo logístico por edad, "
    "región y trimestre), con trabajo de ventas, capital de marca de la región y su producto; "
    "estandarizada sobre todos los negocios y semanas, intervalos por cuenta.",
)
ASSUMPTIONS = (
    Text(
        en="Which deals sales chooses to work does not depend on brand stock, beyond age, region "
        "and quarter.",
        es="Qué negocios decide trabajar ventas no depende del capital de marca, más allá de "
        "edad, región y trimestre.",
    ),
    Text(
        en="A deal counts as worked in a week if sales touched its lead, its account or itself in "
        "the 28 days before the week: a touch that sales made is a touch that sales logged.",
        es="Un negocio cuenta como trabajado en una semana si ventas tocó su lead, su cuenta o el "
        "negocio en los 28 días anteriores: una interacción hecha es una interacción registrada.",
    ),
    Text(
        en="Brand stock is taken to fade by half in 22 weeks, as published studies find, not as "
        "measured here; the table also shows 8 and 52.",
        es="Se supone que el capital de marca cae a la mitad en 22 semanas, según estudios "
        "publicados y no según estos datos; la tabla muestra también 8 y 52.",
    ),
)


@dataclass(frozen=True)
class Harvest(Result):
    """Chances of winning by brand stock and sales work.

    Parameters
    ----------
    frame : DataFrame
        ``stock`` (category: low, high: the quarters below and above of all deals and weeks),
        ``worked`` (bool), ``chance``, ``low``, ``high`` (float64: that an open deal is won in a
        week).
    worth : DataFrame
        ``half_life`` (float64, weeks), ``at_low``, ``at_low_low``, ``at_low_high``, ``at_high``,
        ``at_high_low``, ``at_high_high`` (chance with work minus without), ``difference``,
        ``low``, ``high`` (of the two), ``odds_ratio``, ``odds_low``, ``odds_high`` (by how much
        the odds ratio of work is multiplied): the first row is the main one.
    deals, wins, deal_weeks : int
    about : About
    """

    frame: pd.DataFrame
    worth: pd.DataFrame
    deals: int
    wins: int
    deal_weeks: int
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the chances."""
        return self.frame


def harvest(data: Dataset, *, half_life: float = HALF_LIFE, level: float = LEVEL) -> Harvest:
    """Estimate what sales work is worth at low and at high brand stock.

    Parameters
    ----------
    data : Dataset
        Needs ``opportunities`` with dates, touches of sales, and spend on brand by region.
    half_life : float
        Weeks in which brand stock fades by half, such as a :class:`Panel` tells.
    level : float
        Level of the intervals.

    Returns
    -------
    Harvest

    Raises
    ------
    NotMeasurable
        If one of these is missing, if the stock is the same everywhere, or if fewer than 50 deals
        were won in the weeks observed.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("level", level, 0, 1)
    within("half_life", half_life, 0, np.inf)
    seen = rewound(data)
    seen.require("touches", "occurred_at")
    found = region_weeks(seen, "opportunities")
    rows, left_out = deal_weeks(seen, found)
    _enough(rows)
    reached = saturated(found.spend["brand"])
    fitted = []
    lives = (half_life, *(each for each in OTHER_HALF_LIVES if each != half_life))
    for each in lives:
        levels = stock(reached, each)
        place = (rows["week"].to_numpy(), rows["region"].to_numpy())
        fitted.append(fit_harvest(rows.assign(stock=levels[place]), level))
    return Harvest(
        frame=_frame(fitted[0]),
        worth=_worth(lives, fitted),
        deals=int(rows["deal"].nunique()),
        wins=int(rows["won"].sum()),
        deal_weeks=len(rows),
        about=About(METHOD, level, ASSUMPTIONS, left_out | dict(found.left_out)),
    )


def _enough(rows: pd.DataFrame) -> None:
    wins = int(rows["won"].sum())
    if wins < MINIMUM_WINS:
        raise NotMeasurable(
            Text(
                en="Not measurable: {n} deals were won in the weeks with brand spend by region; "
                "the harvest needs at least 50.",
                es="No medible: se ganaron {n} negocios en las semanas con inversión de marca por "
                "región; la cosecha necesita al menos 50.",
            ).format(n=Text.same(str(wins)))
        )
    if rows["worked"].all() or not rows["worked"].any():
        raise NotMeasurable(
            Text(
                en="Not measurable: sales worked all open deals in every week, or none: there is "
                "nothing to compare.",
                es="No medible: ventas trabajó todos los negocios abiertos cada semana, o ninguno: "
                "no hay qué comparar.",
            )
        )


def deal_weeks(data: Dataset, found: RegionWeeks) -> tuple[pd.DataFrame, dict[str, int]]:
    """List each deal in each week in which it was open.

    Returns
    -------
    rows : DataFrame
        ``deal`` (place in ``data.opportunities``), ``week``, ``region`` (places in `found`),
        ``age`` (weeks since creation), ``quarter``, ``account``, ``worked``, ``won`` (bool).
    left_out : dict
        Deals not used, by reason.
    """
    deals = data.opportunities
    region = data.accounts.set_index("account_id")["region"].reindex(pd.Index(deals["account_id"]))
    column = pd.Index(found.regions).get_indexer(pd.Index(region))
    start, end = (
        _week(deals[name].where(deals[name].notna(), other), found, data.timezone)
        for name, other in (("created_at", pd.NaT), ("closed_at", data.as_of))
    )
    closed = (deals["status"] != "open").to_numpy()
    dated = deals["created_at"].notna().to_numpy() & ~(
        closed & deals["closed_at"].isna().to_numpy()
    )
    usable = (column >= 0) & dated & (end >= 0) & (start < len(found.weeks)) & (start <= end)
    first = np.where(usable, np.maximum(start, 0), 0)
    last = np.where(usable, np.minimum(end, len(found.weeks) - 1), -1)
    length = np.maximum(last - first + 1, 0)
    deal = np.repeat(np.arange(len(deals)), length)
    offset = np.arange(len(deal)) - np.repeat(np.cumsum(length) - length, length)
    week = first[deal] + offset
    account = deals["account_id"].where(deals["account_id"].notna(), deals["opportunity_id"])
    won = (deals["status"] == "won").to_numpy()
    rows = pd.DataFrame(
        {
            "deal": deal,
            "week": week,
            "region": column[deal],
            "age": week - start[deal],
            "quarter": found.weeks[week].to_period("Q").astype("str"),
            "account": account.to_numpy()[deal],
            "worked": _worked(data, deal, found.weeks[week]),
            "won": won[deal] & (week == end[deal]),
        }
    )
    left_out = {
        "deals without a region that has spend": int((column < 0).sum()),
        "deals without a date": int((~dated).sum()),
        "deals outside the weeks with spend": int(((column >= 0) & dated & ~usable).sum()),
    }
    return rows, {reason: count for reason, count in left_out.items() if count}


def _week(moments: pd.Series, found: RegionWeeks, timezone: str) -> NDArray[np.int64]:
    """Give the place of each moment's week; a missing one lies after all."""
    day = moments.dt.tz_convert(timezone).dt.tz_localize(None).dt.normalize()
    days = (day - found.weeks[0]).dt.days
    weeks = np.floor_divide(days.fillna(7 * 10**6), 7)
    return np.asarray(weeks.to_numpy(dtype=np.int64))


def _worked(data: Dataset, deal: NDArray[np.int64], week: pd.DatetimeIndex) -> NDArray[np.bool_]:
    """Say whether sales touched each deal in the 28 days before each week."""
    touches = own_touches(data, "sales")
    deals = data.opportunities.assign(deal=np.arange(len(data.opportunities)))
    pairs = pd.concat(
        [
            touches[[key, "occurred_at"]]
            .dropna()
            .merge(deals[[key, "deal"]].dropna(), on=key)[["deal", "occurred_at"]]
            for key in ("opportunity_id", "lead_id", "account_id")
        ]
    )
    far = np.int64(2**33)  # seconds, beyond any date: keeps the deals apart
    local = pairs["occurred_at"].dt.tz_convert(data.timezone).dt.tz_localize(None)
    at = _seconds(local.to_numpy()) + pairs["deal"].to_numpy(dtype=np.int64) * far
    ordered = np.sort(at)
    until = _seconds(week.to_numpy()) + deal * far
    since = until - WORKED_DAYS * 86_400
    count = np.searchsorted(ordered, until) - np.searchsorted(ordered, since)
    return np.asarray(count > 0)


def _seconds(moments: NDArray[np.datetime64]) -> NDArray[np.int64]:
    return moments.astype("datetime64[s]").astype(np.int64)


def _frame(fitted: HarvestFit) -> pd.DataFrame:
    table = pd.DataFrame(
        [
            (name, bool(work), *fitted.chances[b, work])
            for b, name in enumerate(("low", "high"))
            for work in (0, 1)
        ],
        columns=["stock", "worked", "chance", "low", "high"],
    )
    return table.astype({"stock": pd.CategoricalDtype(["low", "high"])})


def _worth(lives: tuple[float, ...], fitted: list[HarvestFit]) -> pd.DataFrame:
    names = ["half_life"]
    for part in ("at_low", "at_high"):
        names += [part, f"{part}_low", f"{part}_high"]
    names += ["difference", "low", "high", "odds_ratio", "odds_low", "odds_high"]
    rows = [
        (life, *one.worth[0], *one.worth[1], *one.difference, *one.odds_ratio)
        for life, one in zip(lives, fitted, strict=True)
    ]
    return pd.DataFrame(rows, columns=names)
