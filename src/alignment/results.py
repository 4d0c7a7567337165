"""What every result has: frames, method, assumptions, what was left out, and a safe display."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from alignment.text import Text

LEVEL = 0.90  # of all intervals, on all pages, unless another is asked for


@dataclass(frozen=True)
class About:
    """How a result came to be.

    Parameters
    ----------
    method : Text
        The estimator and its source, in a sentence.
    level : float or None
        Confidence level of the intervals; None where the result is an exact count.
    assumptions : tuple of Text
        What must hold for the numbers to mean what they say.
    left_out : Mapping of str to int
        Rows that the analysis did not use, by reason (English, machine-stable).
    """

    method: Text
    level: float | None = None
    assumptions: tuple[Text, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)


class Result:
    """Base of the frozen results: a tidy main frame and a plain, escaped display."""

    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the main table, tidy."""
        raise TypeError(f"{type(self).__name__} does not say which table is its main one")

    def _repr_html_(self) -> str:
        # pandas escapes cells, index and columns here; its Styler would not.
        return str(self.to_frame().to_html(escape=True, index=False, border=0))
