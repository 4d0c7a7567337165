"""Whose touch it is, tried another way: teams reassigned by channel or kind."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from alignment.arguments import nearest
from alignment.dataset import Dataset
from alignment.errors import AlignmentError
from alignment.tables import TEAMS


def with_teams(data: Dataset, teams: Mapping[str, str] | None) -> Dataset:
    """Give the touches of some channels or kinds to another team.

    What `mapping.toml` says under ``[teams]`` holds for everybody; this is for trying out what
    another assignment would change.

    Parameters
    ----------
    data : Dataset
        With touches.
    teams : mapping of str to str, or None
        Team (``marketing`` or ``sales``) by channel, or by kind where no channel has that name.
        None or nothing changes nothing.

    Returns
    -------
    Dataset
        With the column ``team`` of the touches changed.

    Raises
    ------
    AlignmentError
        If no touch has that channel or kind, or there is no such team.
    """
    if not teams:
        return data
    touches = data.touches
    team = touches["team"].astype("str")
    columns = [touches[name].astype("str") for name in ("channel", "kind")]
    for word, chosen in teams.items():
        if chosen not in TEAMS:
            raise AlignmentError(
                "no such team", value=str(chosen), cure=f"There are {', '.join(TEAMS)}."
            )
        found = next((c == word for c in columns if (c == word).any()), None)
        if found is None:
            raise AlignmentError(
                "no touch has this channel or kind", value=str(word), cure=_cure(word, columns)
            )
        team = team.where(~found, chosen)
    given = pd.Categorical(team, categories=touches["team"].cat.categories)
    return data.replace(touches=touches.assign(team=given))


def _cure(word: str, columns: list[pd.Series]) -> str:
    known = sorted({str(name) for c in columns for name in c.dropna().unique()})
    meant = nearest(word, known)
    return f"Did you mean “{meant}”?" if meant else f"There are {', '.join(known)}."
