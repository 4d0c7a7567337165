"""What shared knowledge is worth: wins in the worklist with both teams' columns, and with one's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.arguments import of_type, one_of, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.moments import first, own_touches
from alignment.regression import fit
from alignment.resampling import effective_size, expanded_percentile
from alignment.results import LEVEL, About, Result
from alignment.rewind import rewound
from alignment.sharing.draws import (
    REPLICATES,
    Flags,
    Floats,
    Integers,
    account_codes,
    account_draws,
)
from alignment.sharing.knowledge import Knowledge, known_by
from alignment.tables import TEAMS
from alignment.text import Text

OUTCOMES = ("won", "opportunity")
DAYS = 14
HORIZON = {"won": 180, "opportunity": 90}
CAPACITY = 0.20  # where no touch of sales says how many leads it can take
RIDGE = 5.0
MINIMUM_OUTCOMES = 20
TOGETHER = "together"
_GRID = np.linspace(0, 1, 41)
_DAY = pd.Timedelta(days=1)

Bytes = NDArray[np.uint8]

METHOD = Text(
    en=(
        "Three ridge logistic scores from what marketing, sales and both had on record by a fixed "
        "day, learnt from earlier leads and tried on later ones; the worklist holds as many leads "
        "as sales touched in the earlier period; intervals from draws of accounts of the later "
        "leads."
    ),
    es=(
        "Tres puntajes logísticos (ridge) con lo que marketing, ventas y ambas tenían registrado "
        "hasta un día fijo, aprendidos de leads anteriores y probados en posteriores; en la lista "
        "caben tantos leads como ventas contactó en el periodo anterior; intervalos por sorteo de "
        "cuentas de los leads posteriores."
    ),
)
ASSUMPTIONS = (
    Text(
        en="What each team knows is what its columns hold: what is only in somebody's head does "
        "not count.",
        es="Lo que sabe cada área es lo que contienen sus columnas: lo que alguien solo tiene en "
        "la cabeza no cuenta.",
    ),
    Text(
        en="A touch or a stage counts only up to that day. Facts without a date count as exported "
        "unless they are filled in at another rate where the outcome came.",
        es="Una interacción o una etapa cuenta solo hasta ese día. Los datos sin fecha cuentan "
        "como se exportaron, salvo si se llenaron con otra frecuencia donde hubo desenlace.",
    ),
    Text(
        en="The interval is that of trying these scores on other leads; learning them again would "
        "move them too. The best team alone is chosen on the later leads, in its favour.",
        es="El intervalo es el de probar estos puntajes en otros leads; aprenderlos de nuevo "
        "también los movería. La mejor área por separado se elige en los leads posteriores, a "
        "su favor.",
    ),
    Text(
        en="Leads worked by sales had better chances for that very reason: a column of sales may "
        "owe part of its worth to that.",
        es="Los leads trabajados por ventas tuvieron mejores posibilidades por eso mismo: una "
        "columna de ventas puede deberle parte de su valor.",
    ),
)


@dataclass(frozen=True)
class SharedKnowledge(Result):
    """Outcomes caught by the worklists of one team, of the other, and of both together.

    Parameters
    ----------
    frame : DataFrame
        One row a score (``marketing``, ``sales``, ``together``): ``knowledge``, ``captured``
        (share of the outcomes that its worklist holds), ``low``, ``high``.
    gain, low, high : float
        Captured together minus by the better team alone.
    best : str
        The better team alone.
    columns : DataFrame
        One row a column of the other team: ``column``, ``team``, ``gain`` of the better team's
        score with that column added, ``low``, ``high``.
    curve : DataFrame
        ``knowledge``, ``worked`` (share of the leads in the worklist), ``captured``.
    guarded : tuple of str
        Columns left out because they may have been filled in after the outcome.
    outcome : str
        ``won`` or ``opportunity``.
    days, horizon : int
        Day at which leads are scored, and days within which the outcome counts after it.
    capacity : float
        Share of the leads that the worklist holds.
    leads, outcomes : tuple of int
        Learnt from, and tried on.
    quarters : float
        Length of the period of the leads tried on, in quarters.
    about : About
    """

    frame: pd.DataFrame
    gain: float
    low: float
    high: float
    best: str
    columns: pd.DataFrame
    curve: pd.DataFrame
    guarded: tuple[str, ...]
    outcome: str
    days: int
    horizon: int
    capacity: float
    leads: tuple[int, int]
    outcomes: tuple[int, int]
    quarters: float
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a score."""
        return self.frame


@dataclass(frozen=True)
class _Units:
    """Leads at their landmark."""

    place: Integers
    landmark: pd.Series
    outcome: Flags
    train: Flags
    test: Flags
    quarters: float


def shared_knowledge(
    data: Dataset,
    *,
    outcome: str = "won",
    days: int = DAYS,
    horizon: int | None = None,
    capacity: float | None = None,
    origin: Mapping[str, str] | None = None,
    replicates: int = REPLICATES,
    seed: int = 0,
    level: float = LEVEL,
) -> SharedKnowledge:
    """Measure what one team's columns add to the other's in choosing whom to work on.

    Parameters
    ----------
    data : Dataset
        Needs leads, touches and opportunities with their lead.
    outcome : {"won", "opportunity"}
        What the worklist should catch.
    days : int
        Days after its creation at which a lead is scored.
    horizon : int, optional
        Days after that within which the outcome counts; 180 for wins, 90 for opportunities.
    capacity : float, optional
        Share of the leads that can be worked; by default the share that sales touched by the
        day of scoring, in the earlier period.
    origin : mapping of str to str, optional
        Team by column, where it is another than in ``knowledge.ORIGIN``.
    replicates, seed : int
        Draws of accounts.
    level : float
        Confidence level.

    Returns
    -------
    SharedKnowledge

    Raises
    ------
    NotMeasurable
        With fewer than 20 outcomes to learn from or to try on, or if one team has no column.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    one_of("outcome", outcome, OUTCOMES)
    within("level", level, 0, 1)
    if capacity is not None:
        within("capacity", capacity, 0, 1)
    data = rewound(data)
    data.require("leads", "created_at")
    data.require("touches", "occurred_at", "lead_id")
    data.require("opportunities", "lead_id")
    horizon = HORIZON[outcome] if horizon is None else horizon
    units, left_out = _units(data, outcome, days, horizon)
    known = known_by(data, units.place, units.landmark, units.outcome, units.train, origin or {})
    share = _capacity(data, units) if capacity is None else capacity
    return _tried(
        data, units, known, share, (outcome, days, horizon), (replicates, seed, level), left_out
    )


def _units(data: Dataset, outcome: str, days: int, horizon: int) -> tuple[_Units, dict[str, int]]:
    """Choose the leads, and cut the time in two halves that know nothing of each other."""
    deals = data.opportunities
    if outcome == "won":
        deals = deals[(deals["status"] == "won").to_numpy(dtype=bool)]
    ended = first(data, deals, "closed_at" if outcome == "won" else "created_at")
    landmark = data.leads["created_at"].reset_index(drop=True) + days * _DAY
    until = landmark + horizon * _DAY
    reasons = {
        "internal leads": data.leads["is_internal"].to_numpy(dtype=bool),
        "leads from before closings are on record": (
            data.leads["created_at"] < data.observed_from
        ).to_numpy(dtype=bool),
        "not yet followed to the horizon": (until > data.as_of).to_numpy(dtype=bool),
        "converted before the landmark": (ended <= landmark).to_numpy(dtype=bool),
    }
    kept = np.ones(len(data.leads), dtype=bool)
    left_out = {}
    for why, out in reasons.items():
        if (kept & out).any():
            left_out[why] = int((kept & out).sum())
        kept &= ~out
    place = np.flatnonzero(kept)
    at = landmark.iloc[place].reset_index(drop=True)
    came = (ended.iloc[place].set_axis(at.index) <= at + horizon * _DAY).to_numpy(dtype=bool)
    if not len(place):
        raise NotMeasurable(_too_few(0, 0))
    # Nothing is learnt that was not known when the first lead of the later half was scored.
    cut = at.min() + (at.max() - at.min() + horizon * _DAY) / 2
    train = (at + horizon * _DAY <= cut).to_numpy(dtype=bool)
    test = (at > cut).to_numpy(dtype=bool)
    counts = int(came[train].sum()), int(came[test].sum())
    if min(counts) < MINIMUM_OUTCOMES:
        raise NotMeasurable(_too_few(*counts))
    left_out["between learning and trying"] = int((~train & ~test).sum())
    quarters = float((at.max() - cut) / (91.3125 * _DAY))
    return _Units(place, at, came, train, test, quarters), left_out


def _too_few(train: int, test: int) -> Text:
    return Text(
        en="Not measurable: {train} outcomes to learn from and {test} to try on; each must be "
        "{n} or more.",
        es="No medible: {train} desenlaces para aprender y {test} para probar; hacen falta {n} o "
        "más de cada uno.",
    ).format(train=train, test=test, n=MINIMUM_OUTCOMES)


def _capacity(data: Dataset, units: _Units) -> float:
    """Give the share of the earlier leads that sales had touched when they were scored."""
    at = first(data, own_touches(data, "sales"), "occurred_at").iloc[units.place]
    by_then = (at.set_axis(units.landmark.index) <= units.landmark).to_numpy(dtype=bool)
    share = float(by_then[units.train].mean())
    return share if 0 < share < 1 else CAPACITY


def _tried(
    data: Dataset,
    units: _Units,
    known: Knowledge,
    capacity: float,
    asked: tuple[str, int, int],
    draws: tuple[int, int, float],
    left_out: dict[str, int],
) -> SharedKnowledge:
    replicates, seed, level = draws
    names = {team: known.of(team) for team in TEAMS} | {TOGETHER: list(known.columns)}
    for team in TEAMS:
        if not names[team]:
            raise NotMeasurable(_UNKNOWN[team])
    account = account_codes(data.leads["account_id"].iloc[units.place[units.test]])
    came = units.outcome[units.test].astype(np.float64)
    accounts = int(account.max()) + 1
    # How often an account is drawn fits in a byte; of many leads the weights take much room.
    weights = [
        np.ones((1, len(came)), dtype=np.uint8),
        *(d[:, account].astype(np.uint8) for d in account_draws(accounts, replicates, seed)),
    ]
    scores = {name: _score(known, units, columns) for name, columns in names.items()}
    caught = {name: _captured(score, came, weights, capacity) for name, score in scores.items()}
    best = max(TEAMS, key=lambda team: caught[team][0])
    other = next(team for team in TEAMS if team != best)
    alone = np.maximum(caught["marketing"], caught["sales"])
    size = effective_size(np.bincount(account, came))
    added = {
        column: _captured(_score(known, units, [*names[best], column]), came, weights, capacity)
        - caught[best]
        for column in names[other]
    }
    interval = _interval(caught[TOGETHER] - alone, level, size)
    rows = [(name, *_interval(values, level, size)) for name, values in caught.items()]
    gains = [(name, other, *_interval(values, level, size)) for name, values in added.items()]
    columns = pd.DataFrame(gains, columns=["column", "team", "gain", "low", "high"])
    outcome, days, horizon = asked
    return SharedKnowledge(
        frame=pd.DataFrame(rows, columns=["knowledge", "captured", "low", "high"]),
        gain=interval[0],
        low=interval[1],
        high=interval[2],
        best=best,
        columns=columns.sort_values("gain", ascending=False, kind="stable", ignore_index=True),
        curve=_curves(scores, came),
        guarded=known.guarded,
        outcome=outcome,
        days=days,
        horizon=horizon,
        capacity=capacity,
        leads=(int(units.train.sum()), int(units.test.sum())),
        outcomes=(int(units.outcome[units.train].sum()), int(came.sum())),
        quarters=units.quarters,
        about=About(method=METHOD, level=level, assumptions=ASSUMPTIONS, left_out=left_out),
    )


_UNKNOWN = {
    "marketing": Text(
        en="Not measurable: the exports hold nothing that marketing knew of a lead by then.",
        es="No medible: las exportaciones no contienen nada que marketing supiera de un lead para "
        "entonces.",
    ),
    "sales": Text(
        en="Not measurable: the exports hold nothing that sales knew of a lead by then.",
        es="No medible: las exportaciones no contienen nada que ventas supiera de un lead para "
        "entonces.",
    ),
}


def _interval(values: Floats, level: float, size: float) -> tuple[float, float, float]:
    low, high = expanded_percentile(values[1:, None], level, size)
    return float(values[0]), float(low[0]), float(high[0])


def _score(known: Knowledge, units: _Units, names: Sequence[str]) -> Floats:
    """Learn a score from the earlier leads and give it to the later ones (log-odds)."""
    values = np.column_stack([np.ones(len(units.place)), *(known.columns[n] for n in names)])
    came = units.outcome[units.train]
    counts = np.column_stack([~came, came]).astype(np.float64)
    learnt = fit(values[units.train], counts, ridge=RIDGE, tolerance=1e-6)
    # Rounded, so that leads of whom the same is known stay tied whatever the order of sums.
    return np.asarray(np.round(values[units.test] @ learnt.coefficients[0], 9))


def _captured(score: Floats, came: Floats, weights: Sequence[Bytes], share: float) -> Floats:
    """Give the share of the outcomes among the leads with the highest scores.

    Of leads with the same score at the edge of the worklist, as many are taken as have room,
    with the average of their outcomes.
    """
    order = np.argsort(-score, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(score[order]) != 0])
    parts = []
    for drawn in weights:
        ordered = drawn[:, order].astype(np.float64)
        weight = np.add.reduceat(ordered, starts, axis=1)
        hits = np.add.reduceat(ordered * came[order], starts, axis=1)
        parts.append(_hits_within(weight, hits, share))
    return np.concatenate(parts)


def _hits_within(weight: Floats, hits: Floats, share: float) -> Floats:
    until, caught = weight.cumsum(axis=1), hits.cumsum(axis=1)
    room = share * until[:, -1]
    edge = np.minimum((until < room[:, None]).sum(axis=1), weight.shape[1] - 1)
    row = np.arange(len(weight))
    before, inside = until[row, edge] - weight[row, edge], weight[row, edge]
    part = np.where(inside > 0, (room - before) / np.where(inside > 0, inside, 1), 0.0)
    found = caught[row, edge] - hits[row, edge] * (1 - part)
    total = caught[:, -1]
    return np.asarray(np.where(total > 0, found / np.where(total > 0, total, 1), np.nan))


def _curves(scores: Mapping[str, Floats], came: Floats) -> pd.DataFrame:
    one = [np.ones((1, len(came)), dtype=np.uint8)]
    return pd.DataFrame(
        [
            (name, share, _captured(score, came, one, share)[0] if share else 0.0)
            for name, score in scores.items()
            for share in _GRID
        ],
        columns=["knowledge", "worked", "captured"],
    )
