"""Journeys as integer codes: what every credit model reads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from alignment.journeys import OUTCOMES, Journeys
from alignment.tables import INITIATORS, TEAMS

By = Literal["channel", "team"]
Weight = Literal["value", "wins"]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PATH_COLUMNS = ("path", "total_conversions", "total_conversion_value", "total_null")


@dataclass(frozen=True)
class Paths:
    """The touches of all journeys, end to end, as codes of their keys.

    Parameters
    ----------
    keys : tuple of str
        The channels (or teams), sorted; a code is a place in it.
    code : int array, one a touch
        Key of the touch; journeys stand one after the other, each in order of time.
    journey : int array, one a touch
        Journey of the touch.
    days : float array, one a touch
        Days before the end; missing while open.
    length : int array, one a journey
        Touches.
    won : bool array, one a journey
        Whether it was won.
    value : float array, one a journey
        What credit is given of: the value won, or 1 a win; 0 unless won.
    cluster : int array, one a journey
        The account: the unit that is independent of the others.
    """

    keys: tuple[str, ...]
    code: Integers
    journey: Integers
    days: Floats
    length: Integers
    won: Flags
    value: Floats
    cluster: Integers

    @property
    def first(self) -> Integers:
        """Give, for each journey, where its touches start."""
        return np.cumsum(self.length) - self.length

    @property
    def place(self) -> Integers:
        """Give, for each touch, its place in its journey, from 0."""
        place: Integers = np.arange(len(self.code)) - self.first[self.journey]
        return place

    def of_won(self) -> Paths:
        """Keep the touches of won journeys only; the journeys themselves all stay."""
        kept = self.won[self.journey]
        return Paths(
            keys=self.keys,
            code=self.code[kept],
            journey=self.journey[kept],
            days=self.days[kept],
            length=np.where(self.won, self.length, 0),
            won=self.won,
            value=self.value,
            cluster=self.cluster,
        )


@dataclass(frozen=True)
class Statistics:
    """Sums over journeys from which a model computes its credit, and how.

    All models here depend on the journeys only through sums. That is what makes the bootstrap
    cheap: weighting the accounts weights the sums.

    Parameters
    ----------
    journey, column : int arrays
        Where each term belongs: its journey, and the sum it enters.
    amount : float array
        The terms.
    width : int
        How many sums there are.
    credit : callable
        From sums, shape (replicates, width), to credit by key, shape (replicates, keys).
    """

    journey: Integers
    column: Integers
    amount: Floats
    width: int
    credit: Callable[[Floats], Floats]

    def total(self) -> Floats:
        """Add the terms up over all journeys, shape (1, width)."""
        sums = np.bincount(self.column, self.amount, minlength=self.width)
        return sums[np.newaxis, :].astype(np.float64)


def encode(journeys: Journeys, *, by: By = "channel", weight: Weight = "value") -> Paths:
    """Turn journeys into codes.

    Parameters
    ----------
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys` or :func:`read_paths`.
    by : {"channel", "team"}
        What gets the credit. Keys are recoded before any model sees them: for ``team``, Markov
        and Shapley are those of the teams, not sums over their channels.
    weight : {"value", "wins"}
        What the credit is of.
    """
    touches, frame = journeys.touches, journeys.journeys
    used = touches[by].cat.remove_unused_categories().cat
    keys = tuple(str(key) for key in used.categories)
    order = np.argsort(np.array(keys, dtype=object)) if keys else np.zeros(0, dtype=np.int64)
    rank = np.empty(len(keys), dtype=np.int64)
    rank[order] = np.arange(len(keys))
    codes = used.codes.to_numpy().astype(np.int64)
    if len(codes) and codes.min() < 0:
        raise ValueError(f"a touch has no {by}")
    won = np.asarray(frame["outcome"] == "won", dtype=bool)
    value = frame["value"].to_numpy(dtype=float) if weight == "value" else won.astype(float)
    return Paths(
        keys=tuple(keys[place] for place in order),
        code=rank[codes] if len(keys) else codes,
        journey=touches["journey"].to_numpy(dtype=np.int64),
        days=touches["days_before_end"].to_numpy(dtype=float),
        length=frame["touches"].to_numpy(dtype=np.int64),
        won=won,
        value=np.where(won, value, 0.0),
        cluster=_clusters(frame["account_id"]),
    )


def _clusters(accounts: pd.Series) -> Integers:
    """Give each account a number; a journey without an account is independent of all others."""
    codes, levels = pd.factorize(accounts)
    alone = codes < 0
    clusters: Integers = codes.astype(np.int64)
    clusters[alone] = len(levels) + np.arange(int(alone.sum()))
    return clusters


def read_paths(
    frame: pd.DataFrame, *, separator: str = " > ", currency: str | None = None
) -> Journeys:
    """Read the path format that attribution tools share into journeys.

    Paths know no times, teams, leads or accounts: days before the end are missing (so that there
    is no time decay), and each journey counts as independent. The value of a path is spread
    evenly over its conversions.

    Parameters
    ----------
    frame : DataFrame
        ``path`` (channels joined by `separator`), ``total_conversions``,
        ``total_conversion_value`` and ``total_null``.
    separator : str
        What stands between two channels.
    currency : str, optional
        ISO 4217 currency of the values.

    Returns
    -------
    Journeys
        One journey a conversion and a null.
    """
    missing = [column for column in PATH_COLUMNS if column not in frame]
    if missing:
        raise ValueError(f"no column {', '.join(missing)}")
    wins = frame["total_conversions"].to_numpy(dtype=np.int64)
    nulls = frame["total_null"].to_numpy(dtype=np.int64)
    paths = [str(path).split(separator) if path else [] for path in frame["path"].fillna("")]
    row = np.repeat(np.arange(len(frame)), wins + nulls)
    place = np.arange(len(row)) - np.repeat(np.cumsum(wins + nulls) - (wins + nulls), wins + nulls)
    won = place < wins[row]
    each = frame["total_conversion_value"].to_numpy(dtype=float) / np.maximum(wins, 1)

    length = np.array([len(path) for path in paths], dtype=np.int64)
    flat = np.array([channel for path in paths for channel in path], dtype=object)
    code, channels = pd.factorize(flat, sort=True)
    journey = np.repeat(np.arange(len(row)), length[row])
    position = np.arange(len(journey)) - np.repeat(
        np.cumsum(length[row]) - length[row], length[row]
    )
    touch = (np.cumsum(length) - length)[row][journey] + position
    return _untimed(
        row,
        won,
        np.where(won, each[row], 0.0),
        length[row],
        journey,
        position,
        code[touch],
        [str(c) for c in channels],
        currency,
    )


def _untimed(
    row: Integers,
    won: Flags,
    value: Floats,
    length: Integers,
    journey: Integers,
    position: Integers,
    code: Integers,
    channels: Sequence[str],
    currency: str | None,
) -> Journeys:
    """Give journeys that have an order but no times."""
    never = pd.Series(pd.NaT, index=range(len(row))).dt.tz_localize("UTC").dt.as_unit("us")
    levels = pd.CategoricalDtype(list(channels))
    channel = pd.Series(pd.Categorical.from_codes(code, dtype=levels))
    firsts = pd.Series(channel[position == 0].array, index=journey[position == 0])
    frame = pd.DataFrame(
        {
            "journey_id": pd.Series(np.arange(1, len(row) + 1)).astype("str"),
            "account_id": pd.Series(None, index=range(len(row)), dtype="str"),
            "started_at": never,
            "outcome": pd.Categorical(np.where(won, "won", "lost"), categories=list(OUTCOMES)),
            "ended_at": never,
            "value": value,
            "first_team": pd.Categorical([None] * len(row), categories=list(TEAMS)),
            "first_channel": firsts.reindex(range(len(row))),
            "touches": length,
            "linked": np.ones(len(row), dtype=bool),
        }
    ).rename_axis("journey")
    count = len(journey)
    touches = pd.DataFrame(
        {
            "journey": journey,
            "touch_id": pd.Series(np.arange(1, count + 1)).astype("str"),
            "occurred_at": pd.Series(pd.NaT, index=range(count))
            .dt.tz_localize("UTC")
            .dt.as_unit("us"),
            "team": pd.Categorical.from_codes(np.full(count, -1), categories=list(TEAMS)),
            "channel": channel,
            "kind": pd.Series(None, index=range(count), dtype="str"),
            "initiator": pd.Categorical.from_codes(np.full(count, -1), categories=list(INITIATORS)),
            "campaign_id": pd.Series(None, index=range(count), dtype="str"),
            "position": position,
            "days_before_end": np.full(count, np.nan),
        }
    )
    return Journeys(
        touches=touches,
        journeys=frame,
        currency=currency,
        unit="lead",
        lookback_days=None,
        left_out={},
        notes={},
    )
