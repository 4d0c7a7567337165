"""What each quarter of first touches has won so far and, by its open deals, is still to win."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.horizons.followed import followed
from alignment.horizons.quarters import last_full_quarter
from alignment.journeys import Journeys
from alignment.journeys import deals as deals_of
from alignment.results import LEVEL, About, Result
from alignment.text import Text

ALL = "all"
MOST_RESAMPLED = 1000  # amounts; of more, the mean is known well enough
_COLUMNS = ("opportunity_id", "period", "probability", "low", "high", "amount")

METHOD = Text(
    en="Won deals by their own date; open deals as probability times amount, from the forecast of "
    "the open pipeline. The interval draws each deal, the amount of one that has none, and the "
    "error of the probabilities as one shared by all deals. What is expected is a mean: where "
    "nearly all futures bring nothing, the interval is 0 to 0 beside a small mean.",
    es="Los negocios ganados, en su propia fecha; los abiertos, como probabilidad por importe, "
    "según el pronóstico de los negocios abiertos. El intervalo sortea cada negocio y el importe "
    "del que no lo tiene, y toma el error de las probabilidades como común a todos. Lo esperado es "
    "una media: donde casi todos los futuros quedan en nada, el intervalo es 0 a 0 junto a una "
    "media pequeña.",
)
ASSUMPTIONS = (
    Text(
        en="Open deals will close at the amounts recorded today; one without an amount is taken at "
        "the mean of those won.",
        es="Los negocios abiertos cerrarán por el importe que hoy consta; uno sin importe se toma "
        "por la media de los ganados.",
    ),
    Text(
        en="Open deals go on being won as in the past: the interval does not hold a win rate that "
        "changes after the export.",
        es="Los negocios abiertos se seguirán ganando como hasta hoy: el intervalo no cubre una "
        "tasa de éxito que cambie después de la exportación.",
    ),
    Text(
        en="Of two deals of one stage and age neither is more likely to be won, whoever touched "
        "first and however large it is: where a team's deals, or large ones, are won more often, "
        "that sum is too low and its interval holds less often than it says.",
        es="De dos negocios de igual etapa y edad ninguno es más probable, sea cual sea su importe "
        "y quien interactuó primero: donde los de un área, o los grandes, se ganan más, esa suma "
        "queda corta y su intervalo cubre menos de lo que dice.",
    ),
    Text(
        en="Leads that have no deal yet are counted, not valued: what they bring comes on top.",
        es="Los leads que aún no tienen negocio se cuentan, no se valoran: lo que traigan se suma.",
    ),
    Text(
        en="The quarter of the first touch says when a lead was first touched, not what the touch "
        "achieved.",
        es="El trimestre de la primera interacción dice cuándo se tocó un lead, no qué logró esa "
        "interacción.",
    ),
)


@dataclass(frozen=True)
class Sown(Result):
    """What quarters of first touches have won and are still to win.

    Parameters
    ----------
    frame : DataFrame
        ``quarter`` (str, of first touch), ``group`` (str: all, then the groups), ``leads``,
        ``wins``, ``open_deals`` (int64), ``open_leads`` (int64: open leads without an open deal),
        ``won``, ``expected``, ``low``, ``high`` (float64, in `currency`: won so far, expected of
        the open deals by the end of `until`, and its predictive interval), ``expected_deals``,
        ``later_share``, ``later_low``, ``later_high`` (expected over won and expected).
    by_period : DataFrame
        ``quarter``, ``group``, ``period`` (str), ``expected`` (float64): in which period the
        open deals are expected to be won.
    quarter : str or None
        The last full quarter, that of the finding.
    until : str
        Period at whose end the probabilities stand.
    currency : str or None
    about : About
    """

    frame: pd.DataFrame
    by_period: pd.DataFrame
    quarter: str | None
    until: str
    currency: str | None
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the quarters by group."""
        return self.frame


def coming_quarters(data: Dataset, number: int = 4) -> tuple[str, ...]:
    """Name this quarter and those that follow, as periods of a forecast."""
    within("number", number, 0, 41)
    today = data.as_of.tz_convert(data.timezone).tz_localize(None)
    first = today.to_period("Q")
    return tuple(str(first + step).replace("Q", "-Q") for step in range(int(number)))


def sown(
    data: Dataset,
    journeys: Journeys,
    pipeline: pd.DataFrame,
    *,
    by: str = "first_team",
    pipeline_level: float = 0.80,
    level: float = LEVEL,
    draws: int = 2000,
    seed: int = 0,
) -> Sown:
    """Add up, by quarter of first touch, what is won and what the open deals are expected to win.

    Parameters
    ----------
    data : Dataset
        The data that the journeys were built from.
    journeys : Journeys
        Best without a lookback window and without the buyer's own touches.
    pipeline : DataFrame
        The open deals of a forecast, one row a deal and period: ``opportunity_id``, ``period``,
        ``probability`` (won by the period's end), ``low``, ``high``, ``amount`` (in the
        currency of the journeys): ``alignment.lead_to_close.open_pipeline(data).deals``.
    by : str
        Column of ``journeys.journeys`` to group by, or ``"objective"``.
    pipeline_level : float
        Level of the intervals in `pipeline`.
    level : float
        Level of the predictive intervals.
    draws, seed : int
        Size and seed of the simulation.

    Returns
    -------
    Sown

    Raises
    ------
    NotMeasurable
        If no journey has a touch, no open deal belongs to one that has, or neither these nor any
        won deal carry an amount above 0.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    of_type("journeys", journeys, Journeys, "alignment.build_journeys(data)")
    of_type("pipeline", pipeline, pd.DataFrame, "open_pipeline(data).deals")
    within("level", level, 0, 1)
    within("pipeline_level", pipeline_level, 0, 1)
    pipeline[list(_COLUMNS)]  # a KeyError here names the column
    table, won = followed(data, journeys, by)
    opened = _open_deals(data, journeys, table, won, pipeline)
    touched = table[table["first_day"].notna()]
    if not len(touched) or not opened["quarter"].notna().any():
        raise NotMeasurable(
            Text(
                en="Not measurable: no open deal belongs to a lead with a touch, so nothing sown "
                "is on its way.",
                es="No medible: ningún negocio abierto es de un lead con interacción; no hay nada "
                "sembrado en camino.",
            )
        )
    if not (opened["worth"] > 0)[opened["quarter"].notna()].any():
        raise NotMeasurable(
            Text(
                en="Not measurable: no open deal of a lead with a touch carries an amount above 0, "
                "nor does any won deal lend it one.",
                es="No medible: ningún negocio abierto de un lead con interacción lleva un importe "
                "mayor que 0, y tampoco hay uno ganado que se lo preste.",
            )
        )
    last = pipeline["period"].iloc[-1]
    final = opened[opened["period"] == last]
    drawn = _draws(final, _amounts(won), pipeline_level, draws, seed)
    quarter = last_full_quarter(data)
    return Sown(
        frame=_table(touched, won, final, drawn, level),
        by_period=_by_period(opened),
        quarter=None if quarter is None else str(quarter),
        until=str(last),
        currency=journeys.currency,
        about=About(METHOD, level, ASSUMPTIONS, _left_out(opened, last)),
    )


def _open_deals(
    data: Dataset,
    journeys: Journeys,
    table: pd.DataFrame,
    won: pd.DataFrame,
    pipeline: pd.DataFrame,
) -> pd.DataFrame:
    """Give each open deal and period its journey's quarter and group, and what it is worth."""
    known = deals_of(data, journeys).set_index("opportunity_id")["journey"]
    journey = known.reindex(pipeline["opportunity_id"]).to_numpy()
    of = table.reindex(journey)
    amounts = _amounts(won)
    mean = float(amounts.mean()) if len(amounts) else 0.0
    before = pipeline.groupby("opportunity_id")["probability"].shift(fill_value=0.0)
    return pipeline[list(_COLUMNS)].assign(
        journey=journey,
        quarter=of["first_quarter"].to_numpy(),
        group=of["group"].to_numpy(),
        worth=pipeline["amount"].fillna(mean).to_numpy(dtype=np.float64),
        guessed=pipeline["amount"].isna().to_numpy(),
        within=(pipeline["probability"] - before).clip(lower=0).to_numpy(),
    )


def _amounts(won: pd.DataFrame) -> NDArray[np.float64]:
    """Give the amounts of the won deals that have one."""
    return np.asarray(won.loc[won["value"] > 0, "value"], dtype=np.float64)


def _draws(
    opened: pd.DataFrame,
    amounts: NDArray[np.float64],
    pipeline_level: float,
    draws: int,
    seed: int,
) -> NDArray[np.float64]:
    """Draw what each open deal wins, (draws, deals): its chance moves with that of all others.

    An amount that is missing is drawn from those won, which are resampled in each draw unless they
    are so many that their mean is well known.
    """
    random = np.random.default_rng(seed)
    chance, low, high = (
        opened[name].to_numpy(dtype=np.float64) for name in ("probability", "low", "high")
    )
    shift = random.standard_normal((draws, 1)) / ndtri(0.5 + pipeline_level / 2)
    moved = chance + np.where(shift < 0, shift * (chance - low), shift * (high - chance))
    won = random.random((draws, len(opened))) < np.clip(moved, 0.0, 1.0)
    worth = np.broadcast_to(opened["worth"].to_numpy(dtype=np.float64), won.shape)
    guessed = opened["guessed"].to_numpy(dtype=bool)
    if guessed.any() and len(amounts):
        random, size = np.random.default_rng([seed, 1]), len(amounts)
        place = random.integers(0, size, (draws, int(guessed.sum())))
        if size <= MOST_RESAMPLED:
            sample = random.integers(0, size, (draws, size))
            place = np.take_along_axis(sample, place, axis=1)
        worth = worth.copy()
        worth[:, guessed] = amounts[place]
    return np.asarray(won * worth)


def _table(
    touched: pd.DataFrame,
    won: pd.DataFrame,
    opened: pd.DataFrame,
    drawn: NDArray[np.float64],
    level: float,
) -> pd.DataFrame:
    """Tabulate every quarter of every group."""
    won = won[won["age"].notna()]
    has_open = pd.Index(opened["journey"].dropna())
    waiting = touched[(touched["outcome"] == "open") & ~touched.index.isin(has_open)]
    quarters = pd.period_range(touched["first_quarter"].min(), touched["first_quarter"].max())
    rows = []
    for group in (ALL, *sorted(set(touched["group"].astype("str")))):
        leads, wins, still = (
            frame if group == ALL else frame[frame["group"] == group]
            for frame in (touched, won, waiting)
        )
        mine = np.ones(len(opened), dtype=bool) if group == ALL else opened["group"] == group
        for quarter in quarters:
            here = np.asarray(mine & (opened["quarter"] == quarter), dtype=bool)
            of_won = wins.loc[wins["first_quarter"] == quarter, "value"]
            row = {
                "quarter": str(quarter),
                "group": group,
                "leads": int((leads["first_quarter"] == quarter).sum()),
                "wins": len(of_won),
                "open_deals": int(here.sum()),
                "open_leads": int((still["first_quarter"] == quarter).sum()),
            }
            rows.append(row | _to_come(float(of_won.sum()), opened[here], drawn[:, here], level))
    return pd.DataFrame(rows).astype({"quarter": "str", "group": "str"})


def _to_come(
    won: float, opened: pd.DataFrame, drawn: NDArray[np.float64], level: float
) -> dict[str, float]:
    """Set what some open deals are expected to win beside what is won."""
    tails = [(1 - level) / 2, (1 + level) / 2]
    total = drawn.sum(axis=1)
    low, high = np.quantile(total, tails)
    expected = float(opened["probability"] @ opened["worth"])
    known = total + won > 0
    shares = total[known] / (total[known] + won)
    share_low, share_high = np.quantile(shares, tails) if len(shares) else (np.nan, np.nan)
    return {
        "won": won,
        "expected": expected,
        "low": float(low),
        "high": float(high),
        "expected_deals": float(opened["probability"].sum()),
        "later_share": expected / (expected + won) if expected + won > 0 else np.nan,
        "later_low": float(share_low),
        "later_high": float(share_high),
    }


def _by_period(opened: pd.DataFrame) -> pd.DataFrame:
    """Add up in which period the open deals of each quarter are expected to be won."""
    known = opened[opened["quarter"].notna()]
    parts = known.assign(expected=known["within"] * known["worth"])
    parts = pd.concat([parts.assign(group=ALL), parts], ignore_index=True)
    sums = parts.groupby(["quarter", "group", "period"], sort=True)["expected"].sum()
    return sums.reset_index().astype({"quarter": "str", "group": "str", "period": "str"})


def _left_out(opened: pd.DataFrame, last: str) -> dict[str, int]:
    final = opened[opened["period"] == last]
    counts = {
        "open deals of leads without a touch": int(final["quarter"].isna().sum()),
        "open deals without an amount, taken at the mean of those won": int(
            (final["guessed"] & final["quarter"].notna()).sum()
        ),
    }
    return {reason: count for reason, count in counts.items() if count}
