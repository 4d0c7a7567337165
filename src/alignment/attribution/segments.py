"""Credit within each segment of customers: every model fitted to the segment's own journeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from alignment.attribution.credit import attribute
from alignment.attribution.milestones import Milestones
from alignment.attribution.paths import Flags
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.journeys import Journeys
from alignment.results import About, Result
from alignment.text import Text

MISSING = "(missing)"
SegmentColumn = Literal["segment", "industry", "region", "country"]


@dataclass(frozen=True)
class SegmentCredit(Result):
    """Credit by segment, model and key.

    Parameters
    ----------
    frame : DataFrame
        The frame of :class:`alignment.attribution.Credit` with ``segment`` before it; ``share``
        and its interval are of what the segment won.
    segments : DataFrame
        One row a segment, ``(missing)`` last: ``segment``, ``journeys``, ``wins``, ``value`` and
        ``reliability`` (missing where the segment is not measured). The values add up to what
        was won.
    not_measured : mapping of str to Text
        Why a segment has no credit.
    about : About
        As of the credit.
    """

    frame: pd.DataFrame
    segments: pd.DataFrame
    not_measured: Mapping[str, Text]
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the credit by segment, model and key."""
        return self.frame


def attribute_by_segment(
    data: Dataset,
    journeys: Journeys,
    *,
    column: SegmentColumn = "segment",
    milestones: Milestones | None = None,
    **options: Any,
) -> SegmentCredit:
    """Attribute within each segment of the accounts.

    Parameters
    ----------
    data : Dataset
        With accounts.
    journeys : Journeys
        From :func:`alignment.journeys.build_journeys` on the same data.
    column : {"segment", "industry", "region", "country"}
        What tells the segments apart.
    milestones : Milestones, optional
        Of these journeys.
    **options
        Of :func:`alignment.attribution.attribute`.

    Raises
    ------
    NotMeasurable
        Without accounts that carry a segment, or if no segment can be measured.
    """
    accounts = data.require("accounts", column)
    of_account = accounts.set_index("account_id")[column]
    segment = journeys.journeys["account_id"].map(of_account).fillna(MISSING).astype("str")
    parts, rows, reasons, about = [], [], {}, None
    for name in sorted(segment.unique(), key=lambda one: (one == MISSING, one)):
        mine = np.asarray(segment == name)
        some, moments = _only(journeys, milestones, mine)
        won = some.journeys["outcome"] == "won"
        row = [name, len(won), int(won.sum()), float(some.journeys["value"].sum()), None]
        try:
            found = attribute(some, milestones=moments, **options)
        except NotMeasurable as refused:
            reasons[name] = refused.reason
        else:
            row[4] = found.reliability
            about = about or found.about
            parts.append(found.frame.astype({"key": "str"}).assign(segment=name))
        rows.append(row)
    if about is None:
        raise NotMeasurable(next(iter(reasons.values())))
    names = ["segment", "journeys", "wins", "value", "reliability"]
    frame = pd.concat(parts, ignore_index=True)
    return SegmentCredit(
        frame=frame[["segment", *(name for name in frame if name != "segment")]],
        segments=pd.DataFrame(rows, columns=names),
        not_measured=reasons,
        about=about,
    )


def _only(
    journeys: Journeys, milestones: Milestones | None, mine: Flags
) -> tuple[Journeys, Milestones | None]:
    """Keep some journeys, with their touches and moments, under new numbers."""
    number = np.cumsum(mine) - 1
    of = journeys.touches["journey"].to_numpy(dtype=np.int64)
    touches = journeys.touches[mine[of]].reset_index(drop=True)
    some = replace(
        journeys,
        touches=touches.assign(journey=number[of[mine[of]]]),
        journeys=journeys.journeys[mine].reset_index(drop=True).rename_axis("journey"),
    )
    if milestones is None:
        return some, None
    moments = milestones.moments[mine].reset_index(drop=True)
    pipeline = milestones.pipeline[mine].reset_index(drop=True)
    return some, replace(milestones, moments=moments, pipeline=pipeline)
