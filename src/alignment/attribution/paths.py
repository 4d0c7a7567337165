"""Journeys as integer codes: what every credit model reads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from alignment.arguments import one_of
from alignment.errors import AlignmentError
from alignment.journeys import OUTCOMES, Journeys
from alignment.journeys.codes import category
from alignment.tables import INITIATORS, TEAMS

By = Literal["channel", "team", "campaign"]
Weight = Literal["value", "wins"]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

_STRETCH = 1 << 17
NO_CAMPAIGN = "(no campaign)"
PATH_COLUMNS = ("path", "total_conversions", "total_conversion_value", "total_null")


@dataclass(frozen=True)
class Paths:
    """The touches of all journeys, end to end, as codes of their keys.

    Parameters
    ----------
    keys : tuple of str
        The channels (teams, campaigns), sorted; a code is a place in it.
    code : int array, one a touch
        Key of the touch, in whatever width of integers; journeys stand one after the other, each
        in order of time.
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
    account : Series of str, one a journey
        The account: the unit that is independent of the others; missing where unknown.
    direct : bool array, one a touch, optional
        Whether it came by a direct channel.
    anchors : mapping of str to int array, optional
        For each milestone and journey, the place of the touch that led to it; -1 without one.
    weight : float array, one a journey, optional
        How many journeys each stands for in the models that read those not won: inverse
        probabilities of not being censored. None for one each.
    """

    keys: tuple[str, ...]
    code: Integers
    journey: Integers
    days: Floats
    length: Integers
    won: Flags
    value: Floats
    account: pd.Series
    direct: Flags | None = None
    anchors: Mapping[str, Integers] | None = None
    weight: Floats | None = None

    @cached_property
    def first(self) -> Integers:
        """Give, for each journey, where its touches start."""
        return np.cumsum(self.length) - self.length

    @cached_property
    def place(self) -> Integers:
        """Give, for each touch, its place in its journey, from 0."""
        place: Integers = np.arange(len(self.code)) - self.first[self.journey]
        return place

    @cached_property
    def cluster(self) -> Integers:
        """Give each journey the number of its account; without one it is independent."""
        return _clusters(self.account)

    @cached_property
    def weights(self) -> Floats:
        """Give how many journeys each stands for."""
        return np.ones(len(self.length)) if self.weight is None else self.weight

    @cached_property
    def won_rows(self) -> Integers:
        """Give the journeys that were won: the journeys of :attr:`of_won`, in this order."""
        return np.flatnonzero(self.won)

    @cached_property
    def of_won(self) -> Paths:
        """Keep the won journeys only, under new numbers."""
        rows = self.won_rows
        length = self.length[rows]
        kept = stretches(self.first[rows], length)
        return Paths(
            keys=self.keys,
            code=self.code[kept],
            journey=np.repeat(np.arange(len(rows)), length),
            days=self.days[kept],
            length=length,
            won=np.ones(len(rows), dtype=bool),
            value=self.value[rows],
            account=self.account.iloc[rows],
            direct=None if self.direct is None else self.direct[kept],
            anchors=self.anchors and {name: at[rows] for name, at in self.anchors.items()},
            weight=None if self.weight is None else self.weight[rows],
        )

    def collapsed(self) -> Paths:
        """Keep of touches that repeat the key before them only the first (order, never time)."""
        kept = np.ones(len(self.code), dtype=bool)
        kept[1:] = (self.code[1:] != self.code[:-1]) | (self.journey[1:] != self.journey[:-1])
        return replace(
            self,
            code=self.code[kept],
            journey=self.journey[kept],
            days=self.days[kept],
            length=np.bincount(self.journey[kept], minlength=len(self.length)),
            direct=None if self.direct is None else self.direct[kept],
            anchors=None,
        )


def stretches(first: Integers, length: Integers) -> Integers:
    """Give the places of stretches that start at `first` and are `length` long, one by one."""
    before = np.cumsum(length) - length
    places: Integers = np.repeat(first - before, length) + np.arange(int(length.sum()))
    return places


def counted(codes: Callable[[slice], npt.NDArray[np.integer]], size: int, width: int) -> Integers:
    """Count codes from 0 to `width` made of stretches of an array of `size`.

    A stretch at a time stays in the cache of the processor, and costs a third of all at once.
    """
    total = np.zeros(width, dtype=np.int64)
    for start in range(0, size, _STRETCH):
        total += np.bincount(codes(slice(start, min(start + _STRETCH, size))), minlength=width)
    return total


@dataclass(frozen=True)
class Statistics:
    """Sums over journeys from which a model computes its credit, and how.

    All models here depend on the journeys only through sums. That is what makes the bootstrap
    cheap: weighting the accounts weights the sums.

    Parameters
    ----------
    width : int
        How many sums there are.
    credit : callable
        From sums, shape (replicates, width), to credit by key, shape (replicates, keys).
    terms : callable
        Gives the terms of the sums: the journey of each, the sum it enters, its amount. Only the
        bootstrap needs them, so that they are made only there.
    sums : callable, optional
        A quicker way to the sums over all journeys, shape (width,).
    """

    width: int
    credit: Callable[[Floats], Floats]
    terms: Callable[[], tuple[Integers, Integers, Floats]]
    sums: Callable[[], Floats] | None = None

    @cached_property
    def _terms(self) -> tuple[Integers, Integers, Floats]:
        journey, column, amount = self.terms()
        return journey, column.astype(np.int64, copy=False), amount

    @property
    def journey(self) -> Integers:
        """Give the journey of each term."""
        return self._terms[0]

    @property
    def column(self) -> Integers:
        """Give the sum that each term enters."""
        return self._terms[1]

    @property
    def amount(self) -> Floats:
        """Give the terms."""
        return self._terms[2]

    def total(self) -> Floats:
        """Add the terms up over all journeys, shape (1, width)."""
        if self.sums is not None:
            return self.sums()[np.newaxis, :]
        sums = np.bincount(self.column, self.amount, minlength=self.width)
        return sums[np.newaxis, :].astype(np.float64)


def refuse_buyers(journeys: Journeys) -> None:
    """Refuse to credit a team with what the buyer did.

    Raises
    ------
    AlignmentError
        If a touch was started by the buyer.
    """
    count = int((journeys.touches["initiator"] == "buyer").sum())
    if count:
        raise AlignmentError(
            f"{count} touches were started by the buyer, so no team made them",
            cure="Compare teams on build_journeys(data, include_buyer=False); channels may be "
            "compared on all touches.",
        )


def encode(
    journeys: Journeys,
    *,
    by: By = "channel",
    weight: Weight = "value",
    direct: Collection[str] | None = None,
) -> Paths:
    """Turn journeys into codes.

    Parameters
    ----------
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys` or :func:`read_paths`.
    by : {"channel", "team", "campaign"}
        What gets the credit. Keys are recoded before any model sees them: for ``team``, Markov
        and Shapley are those of the teams, not sums over their channels. Touches without a
        campaign share the key :data:`NO_CAMPAIGN`.
    weight : {"value", "wins"}
        What the credit is of.
    direct : collection of str, optional
        Channels that count as direct, in any case of letters.

    Raises
    ------
    AlignmentError
        If teams are to be credited with touches that the buyer started.
    ArgumentError
        If `by` or `weight` is none of those that may be given.
    """
    one_of("by", by, get_args(By))
    one_of("weight", weight, get_args(Weight))
    if by == "team":
        refuse_buyers(journeys)
    touches, frame = journeys.touches, journeys.journeys
    keys, code = _keyed(touches, by)
    won = np.asarray(frame["outcome"] == "won", dtype=bool)
    value = frame["value"].to_numpy(dtype=float) if weight == "value" else won.astype(float)
    return Paths(
        keys=keys,
        code=code,
        journey=touches["journey"].to_numpy(dtype=np.int64),
        days=touches["days_before_end"].to_numpy(dtype=float),
        length=frame["touches"].to_numpy(dtype=np.int64),
        won=won,
        value=np.where(won, value, 0.0),
        account=frame["account_id"],
        direct=None if direct is None else _is_direct(touches["channel"], direct),
    )


def _keyed(touches: pd.DataFrame, by: By) -> tuple[tuple[str, ...], Integers]:
    """Give the keys in use, sorted, and the code of each touch."""
    column = "campaign_id" if by == "campaign" else by
    values = touches[column]
    if by == "campaign":
        values = category(values.fillna(NO_CAMPAIGN).astype("str"))
    levels = values.cat.categories
    codes = values.cat.codes.to_numpy()
    used = counted(lambda part: codes[part].astype(np.int64) + 1, len(codes), len(levels) + 1)
    if used[0]:
        raise ValueError(f"a touch has no {by}")
    places = np.flatnonzero(used[1:])
    names = np.array([str(levels[place]) for place in places], dtype=object)
    order = np.argsort(names) if len(names) else np.zeros(0, dtype=np.int64)
    rank = np.full(len(levels) + 1, -1, dtype=codes.dtype)
    rank[places[order]] = np.arange(len(places))
    same = np.array_equal(rank[:-1], np.arange(len(levels)))
    return tuple(names[order]), codes if same else rank[codes]


def _is_direct(channels: pd.Series, direct: Collection[str]) -> Flags:
    """Say which touches came by a direct channel."""
    names = {name.casefold() for name in direct}
    levels = [str(level).casefold() in names for level in channels.cat.categories]
    direct_touch: Flags = np.array([*levels, False], dtype=bool)[channels.cat.codes.to_numpy()]
    return direct_touch


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
