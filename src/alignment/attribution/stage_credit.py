"""Credit step by step: each advance is worth what it added to the chance of winning.

With p the chance of winning among journeys that reached a milestone, and V the value of a journey,
the step to the next milestone is worth V times the rise of p, and the touches in that step share
it. The steps of a won journey add up to V. Those of a lost journey add up to V times the chance it
last had, which is taken back in one row of its own rather than charged to the touches; those of an
open journey stay as what can be expected of it. So pipeline and revenue are one ledger.

The chances are cumulative incidences of winning at the end of follow-up, with loss as the
competing end and open journeys censored (Aalen & Johansen 1978). A milestone that is not dated, or
dated after a later one, is skipped, and its rise belongs to the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.attribution.credit import gate
from alignment.attribution.credit_tables import NO_TOUCH
from alignment.attribution.milestones import MILESTONES, Milestones, by_then
from alignment.attribution.paths import By, Flags, Floats, Integers, encode
from alignment.journeys import Journeys
from alignment.journeys.codes import DAY, NEVER, instants
from alignment.results import About, Result
from alignment.text import Text

LOST = "(lost again)"


@dataclass(frozen=True)
class StageCredit(Result):
    """Credit of the touches in each step.

    Parameters
    ----------
    frame : DataFrame
        ``key`` (then ``(no touch recorded)`` for steps without a touch, and ``(lost again)``),
        ``step`` (category: lead, qualified, opportunity, won: the milestone that the step leads
        to; missing for what was lost again) and ``credit`` in `currency`. The credits add up to
        `won` plus `expected`.
    chances : DataFrame
        ``milestone``, ``chance`` of winning once it is reached, and ``journeys`` that reached it.
    won, expected : float
        Value won, and value times chance of the open journeys.
    currency : str or None
        ISO 4217 currency.
    about : About
        Method and assumptions.
    """

    frame: pd.DataFrame
    chances: pd.DataFrame
    won: float
    expected: float
    currency: str | None
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the credit by key and step."""
        return self.frame


def stage_credit(journeys: Journeys, found: Milestones, *, by: By = "channel") -> StageCredit:
    """Credit each step of the journeys with what it added to the chance of winning.

    Parameters
    ----------
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys`.
    found : Milestones
        From :func:`alignment.attribution.milestones`.
    by : {"channel", "team", "campaign"}
        What gets the credit. The touches of a step share it evenly.

    Returns
    -------
    StageCredit

    Raises
    ------
    NotMeasurable
        If there is no touch, no win or no won value.
    """
    gate(journeys, "value")
    paths = encode(journeys, by=by)
    at = _in_order(found)
    chances = _chances(journeys, found, at)
    value = _values(journeys, found)
    rise = _rises(at, chances["chance"].to_numpy(dtype=float), paths.won)
    worth = rise * value  # (steps, journeys)
    step = _steps(journeys, found, at, paths.won)
    mine = np.flatnonzero(step >= 0)
    pair = step[mine] * len(paths.length) + paths.journey[mine]
    times = np.bincount(pair, minlength=worth.size)
    place = paths.code[mine].astype(np.int64) * len(MILESTONES) + step[mine]
    shared = np.bincount(
        place,
        worth.reshape(-1)[pair] / times[pair],
        minlength=len(paths.keys) * len(MILESTONES),
    )
    untouched = np.where(times.reshape(worth.shape) == 0, worth, 0.0).sum(axis=1)
    lost = np.asarray(journeys.journeys["outcome"] == "lost")
    given = np.concatenate([shared, untouched, [-worth[:, lost].sum()]])
    keys = [*np.repeat([*paths.keys, NO_TOUCH], len(MILESTONES)), LOST]
    steps = [*(list(MILESTONES) * (len(paths.keys) + 1)), None]
    frame = pd.DataFrame({"key": keys, "step": steps, "credit": given})
    still_open = np.asarray(journeys.journeys["outcome"] == "open")
    return StageCredit(
        frame=frame.assign(step=frame["step"].astype(pd.CategoricalDtype(list(MILESTONES)))),
        chances=chances,
        won=float(paths.value.sum()),
        expected=float(worth[:, still_open].sum()),
        currency=journeys.currency,
        about=_about(journeys),
    )


def _in_order(found: Milestones) -> Mapping[str, Integers]:
    """Give the moments, without those that lie after a later milestone."""
    at: dict[str, Integers] = {name: instants(found.moments[name]) for name in MILESTONES}
    following = np.full(len(found.moments), np.iinfo(np.int64).max)
    for name in reversed(MILESTONES):
        late = at[name] > following
        at[name] = np.where(late, NEVER, at[name])
        following = np.where(at[name] == NEVER, following, at[name])
    return at


def _chances(journeys: Journeys, found: Milestones, at: Mapping[str, Integers]) -> pd.DataFrame:
    """Give the chance of winning among the journeys that reached each milestone."""
    frame = journeys.journeys
    outcome = frame["outcome"].astype("str").to_numpy(dtype=object)
    ended = instants(frame["ended_at"])
    as_of = instants(pd.Series([found.as_of]))[0]
    rows = []
    for name in MILESTONES[:-1]:
        there = at[name] != NEVER
        dated = there & ((outcome == "open") | (ended != NEVER))
        end = np.where(outcome == "open", as_of, ended)[dated]
        days = np.maximum(end - at[name][dated], 0) // DAY
        rows.append((name, _incidence(days, outcome[dated]), int(there.sum())))
    won = int((outcome == "won").sum())
    return pd.DataFrame([*rows, ("won", 1.0, won)], columns=["milestone", "chance", "journeys"])


def _incidence(days: Integers, outcome: np.ndarray) -> float:
    """Give the cumulative incidence of winning at the end of follow-up (Aalen-Johansen)."""
    longest = int(days.max(initial=0))
    counts = [
        np.bincount(days[outcome == end], minlength=longest + 1) for end in ("won", "lost", "open")
    ]
    at_risk = np.sum(counts, axis=0)[::-1].cumsum()[::-1]
    safe = np.maximum(at_risk, 1)
    stays = np.cumprod(1.0 - (counts[0] + counts[1]) / safe)
    before = np.concatenate([[1.0], stays[:-1]])
    return float((before * counts[0] / safe).sum())


def _values(journeys: Journeys, found: Milestones) -> Floats:
    """Give what each journey won, else its pipeline, else what a won one was worth on average."""
    value = journeys.journeys["value"].to_numpy(dtype=float)
    won = np.asarray(journeys.journeys["outcome"] == "won")
    pipeline = found.pipeline.to_numpy(dtype=float)
    priced = value[won & (value > 0)]
    mean = float(priced.mean()) if len(priced) else 0.0
    return np.where(won, value, np.where(pipeline > 0, pipeline, mean))


def _rises(at: Mapping[str, Integers], chance: Floats, won: Flags) -> Floats:
    """Give the rise of the chance at each milestone, (steps, journeys); skipped ones are 0."""
    before = np.zeros(len(won))
    rises = []
    for name, now in zip(MILESTONES, chance, strict=True):
        there = won if name == "won" else at[name] != NEVER
        rises.append(np.where(there, now - before, 0.0))
        before = np.where(there, now, before)
    return np.stack(rises)


def _steps(
    journeys: Journeys, found: Milestones, at: Mapping[str, Integers], won: Flags
) -> Integers:
    """Give the step of each touch: the first milestone at or before which it lies; -1 if none."""
    of = journeys.touches["journey"].to_numpy(dtype=np.int64)
    touched = instants(journeys.touches["occurred_at"])
    step = np.where(won[of], len(MILESTONES) - 1, -1)
    for place in reversed(range(len(MILESTONES) - 1)):
        within = by_then(touched, at[MILESTONES[place]][of], found.timezone)
        step = np.where(within, place, step)
    return step


def _about(journeys: Journeys) -> About:
    return About(
        method=Text(
            en="Each step is worth the value times the rise of the chance of winning "
            "(Aalen-Johansen incidence at the end of follow-up, loss competing, open journeys "
            "censored); its touches share it evenly.",
            es="Cada paso vale el importe por lo que sube la probabilidad de ganar (incidencia de "
            "Aalen-Johansen al final del seguimiento, con la pérdida como fin competidor y los "
            "recorridos abiertos censurados); sus interacciones lo comparten por igual.",
        ),
        assumptions=(
            Text(
                en="One chance holds for all journeys at a milestone, and open ones are cut off "
                "at random; the value of those not won is their pipeline, or the mean of those "
                "won.",
                es="Una misma probabilidad vale para todos los recorridos en un hito, y los "
                "abiertos quedan cortados al azar; el valor de los no ganados es el de sus "
                "oportunidades, o la media de los ganados.",
            ),
            Text(
                en="A convention for sharing out what was won and what is expected, not what a "
                "channel or a team brought about.",
                es="Una convención para repartir lo ganado y lo esperado, no lo que un canal o un "
                "área haya logrado.",
            ),
        ),
        left_out=dict(journeys.left_out),
    )
