"""Net warmth: how interested a lead looked, without the points that marketing's own touches gave.

The raw score is a poor control: marketing's touches raise it, so that holding it fixed hides part
of what they do, and makes the touched look colder than the untouched of the same score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from alignment.attribution.paths import Flags, Floats

Source = Literal["points", "residual", "none"]
_FEWEST = 0.2  # of the units must carry a score


@dataclass(frozen=True)
class Warmth:
    """Net warmth of each unit.

    Parameters
    ----------
    source : {"points", "residual", "none"}
        The score less the exported points of marketing; the residual of the score on marketing's
        touches within the covariates; or no score at all.
    value : array (units,)
        In standard deviations, 0 where missing.
    known : bool array (units,)
        Who carries a score.
    score : array (units,)
        The raw score in the same unit as `value` (not centred on its own mean).
    gain : array (units,)
        What marketing's touches added to it, in that unit.
    """

    source: Source
    value: Floats
    known: Flags
    score: Floats
    gain: Floats

    @property
    def columns(self) -> Floats:
        """Warmth, its square and, where some have none, who has one."""
        if self.source == "none":
            return np.zeros((len(self.value), 0))
        parts = [self.value, (self.value**2 - 1) * self.known]
        if not self.known.all():
            parts.append(self.known.astype(float))
        return np.column_stack(parts)


def find_warmth(frame: pd.DataFrame, marketing: Flags, covariates: Floats) -> Warmth:
    """Take marketing's part out of the score.

    Parameters
    ----------
    frame : DataFrame
        ``score`` and ``points`` of each unit.
    marketing : bool array (units, channels)
        Marketing's touches.
    covariates : array (units, columns)
        What is known at the landmark.

    Returns
    -------
    Warmth
        Of source ``none`` where fewer than a fifth of the units carry a score.
    """
    score = frame["score"].to_numpy(dtype=float)
    points = frame["points"].to_numpy(dtype=float)
    known = np.isfinite(score)
    nothing = np.zeros(len(score))
    if not len(score) or known.mean() < _FEWEST or np.ptp(score[known]) == 0:
        return Warmth("none", nothing, np.zeros(len(score), dtype=bool), nothing, nothing)
    source: Source
    if np.isfinite(points[known]).mean() > 0.5:
        source, gain = "points", np.where(np.isfinite(points), points, 0.0)
    else:
        source, gain = "residual", _gain(score, known, marketing, covariates)
    net = score - gain
    middle, spread = float(net[known].mean()), float(net[known].std()) or 1.0

    def scaled(values: Floats) -> Floats:
        return np.where(known, (values - middle) / spread, 0.0)

    return Warmth(source, scaled(net), known, scaled(score), np.where(known, gain / spread, 0.0))


def _gain(score: Floats, known: Flags, marketing: Flags, covariates: Floats) -> Floats:
    """Estimate by least squares what each marketing channel adds to the score."""
    rows = np.column_stack([np.ones(len(score)), marketing.astype(float), covariates])
    effect = np.linalg.lstsq(rows[known], score[known], rcond=None)[0]
    return np.asarray(marketing.astype(float) @ effect[1 : 1 + marketing.shape[1]])
