"""What each team knew of a lead by a fixed day: columns by origin, nothing that came later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from alignment.dataset import Dataset
from alignment.moments import ACCOUNT_COLUMNS, column_of_leads, first, places
from alignment.shares import difference
from alignment.sharing.draws import Flags, Floats, Integers
from alignment.text import Text

# Whose knowledge each column is, unless the caller says otherwise.
ORIGIN: Mapping[str, str] = {
    "channel": "marketing",
    "score": "marketing",
    "marketing touches": "marketing",
    "answers to marketing": "marketing",
    "sales touches": "sales",
    "calls of the buyer": "sales",
    "verdict of sales": "sales",
    **dict.fromkeys(ACCOUNT_COLUMNS, "sales"),
}
MINIMUM_LEVEL = 20  # leads with a word, for the word to have a column of its own
MOST_LEVELS = 8
GUARD = 0.99  # confidence at which a column counts as filled in after the outcome
VERDICT_STAGES = ("working", "sal", "sql", "disqualified", "recycled")

FILLED_LATER = Text(
    en="filled in more often, or less, where the outcome came: perhaps after it",
    es="se llenó más, o menos, donde hubo desenlace: quizá después de él",
)


@dataclass(frozen=True)
class Knowledge:
    """Columns of numbers by what they tell, and the columns that were kept out.

    Parameters
    ----------
    columns : mapping of str to array (n, p)
        What was known of each lead, by the name of what it tells.
    origin : mapping of str to str
        Team that knows it.
    guarded : tuple of str
        Columns left out, because whether they are filled depends on the outcome.
    """

    columns: Mapping[str, Floats]
    origin: Mapping[str, str]
    guarded: tuple[str, ...] = field(default=())

    def of(self, *teams: str) -> list[str]:
        """Name what these teams know."""
        return [name for name in self.columns if self.origin[name] in teams]


def known_by(
    data: Dataset,
    place: Integers,
    landmark: pd.Series,
    outcome: Flags,
    train: Flags,
    origin: Mapping[str, str],
) -> Knowledge:
    """Gather what both teams had on record of each lead at its landmark.

    Touches and stages count up to the landmark. The score counts for leads handed over by then.
    Facts without a date (channel, facts of the account) count as they stand in the export, those
    of an account only if it existed; one that is filled in for another share of the leads with
    the outcome than of the others, among those to learn from, is left out: somebody may have
    filled it in afterwards.

    Parameters
    ----------
    data : Dataset
        As known at the export.
    place : array of int (n,)
        Places in ``data.leads``.
    landmark : Series of UTC (n,)
        One moment a lead.
    outcome, train : array of bool (n,)
        Whether the outcome came, and whether the lead is one to learn from.
    origin : mapping of str to str
        Team by column.

    Returns
    -------
    Knowledge
        Without columns that do not vary among the leads to learn from.
    """
    found: dict[str, Floats] = {}
    guarded: list[str] = []
    for name, values in _undated(data, place, landmark).items():
        if _filled_later(values.notna().to_numpy(dtype=bool)[train], outcome[train]):
            guarded.append(name)
        else:
            found[name] = _dummies(values, train)
    handed = first(data, data.lead_stages.query("stage == 'mql'"), "entered_at").iloc[place]
    by_then = (handed.set_axis(landmark.index) <= landmark).to_numpy(dtype=bool)
    score = data.leads["score_at_mql"].iloc[place].to_numpy(dtype=np.float64)
    scored = by_then & ~np.isnan(score)
    if _filled_later(~np.isnan(score)[train & by_then], outcome[train & by_then]):
        guarded.append("score")
    else:
        found["score"] = np.column_stack([by_then, scored, np.where(scored, score, 0.0)])
    found |= _touched(data, place, landmark, train)
    found["verdict of sales"] = _verdicts(data, place, landmark)
    varied = {name: _varying(values, train) for name, values in found.items()}
    return Knowledge(
        columns={name: values for name, values in varied.items() if values.shape[1]},
        origin={**ORIGIN, **origin},
        guarded=tuple(guarded),
    )


def _undated(
    data: Dataset,
    place: Integers,
    landmark: pd.Series,
) -> dict[str, pd.Series]:
    """Give the facts without a date of their own that any lead carries."""
    account = data.accounts.drop_duplicates("account_id").set_index("account_id")
    since = account["created_at"].reindex(pd.Index(data.leads["account_id"].iloc[place]))
    young = (since.reset_index(drop=True) > landmark.reset_index(drop=True)).to_numpy(dtype=bool)
    found = {}
    for name in ("channel", *ACCOUNT_COLUMNS):
        values = column_of_leads(data, place, name)
        if values is None or not values.notna().any():
            continue
        on_lead = name in data.leads and data.leads[name].notna().any()
        found[name] = values if on_lead else values.where(~young)
    return found


def _filled_later(filled: Flags, outcome: Flags) -> bool:
    """Say whether a column is filled for another share of the leads with the outcome."""
    counts = [int(filled[side].sum()) for side in (outcome, ~outcome)]
    totals = [int(side.sum()) for side in (outcome, ~outcome)]
    if not all(totals):
        return False
    _, low, high = difference(counts[0], totals[0], counts[1], totals[1], GUARD)
    return low > 0 or high < 0


def _dummies(values: pd.Series, train: Flags) -> Floats:
    """Give each frequent word a column; rare words and missing ones share the baseline."""
    said = values.astype("str").where(values.notna(), "")
    counts = said[train].value_counts()
    words = [w for w, n in counts.items() if w and n >= MINIMUM_LEVEL][:MOST_LEVELS]
    columns = [(said == word).to_numpy(dtype=np.float64) for word in sorted(map(str, words))]
    return np.column_stack(columns) if columns else np.zeros((len(said), 0))


def _touched(
    data: Dataset,
    place: Integers,
    landmark: pd.Series,
    train: Flags,
) -> dict[str, Floats]:
    """Count the touches of each lead up to its landmark, by team, initiator and kind."""
    touches = data.touches
    row = np.full(len(data.leads) + 1, -1)
    row[place] = np.arange(len(place))
    of = row[places(touches["lead_id"], data.leads["lead_id"])]
    until = landmark.reset_index(drop=True).iloc[np.maximum(of, 0)]
    early = (touches["occurred_at"].reset_index(drop=True) <= until.reset_index(drop=True)) & (
        of >= 0
    )
    kept, of = touches[early.to_numpy(dtype=bool)], of[early.to_numpy(dtype=bool)]
    kind = kept["kind"].astype("str").to_numpy()
    found = {}
    for name, team, initiator in (
        ("marketing touches", "marketing", "firm"),
        ("answers to marketing", "marketing", "buyer"),
        ("sales touches", "sales", "firm"),
        ("calls of the buyer", "sales", "buyer"),
    ):
        own = ((kept["team"] == team) & (kept["initiator"] == initiator)).to_numpy(dtype=bool)
        columns = []
        for one in sorted(set(kind[own])):
            counts = np.bincount(of[own & (kind == one)], minlength=len(place))
            if (counts[train] > 0).sum() >= MINIMUM_LEVEL:
                columns.append(np.log1p(counts))
        found[name] = np.column_stack(columns) if columns else np.zeros((len(place), 0))
    return found


def _verdicts(
    data: Dataset,
    place: Integers,
    landmark: pd.Series,
) -> Floats:
    columns = []
    for stage in VERDICT_STAGES:
        rows = data.lead_stages[(data.lead_stages["stage"] == stage).to_numpy(dtype=bool)]
        at = first(data, rows, "entered_at").iloc[place].set_axis(landmark.index)
        columns.append((at <= landmark).to_numpy(dtype=np.float64))
    return np.column_stack(columns)


def _varying(values: Floats, train: Flags) -> Floats:
    seen = values[train]
    return values[:, np.ptp(seen, axis=0) > 0] if len(seen) else values[:, :0]
