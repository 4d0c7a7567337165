"""A measured lift, as the weekly model takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from numbers import Real

import numpy as np
from numpy.typing import NDArray

from alignment.arguments import of_type, whole, within
from alignment.errors import ArgumentError

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Experiment:
    """A measured lift: what one average week of a driver brought within some weeks.

    Parameters
    ----------
    driver : str
        The driver; with `parts`, any name.
    lift, error : float
        Estimate and its standard error, in units of the outcome for one average week.
    weeks : int
        Weeks within which it was measured, the week of the activity included.
    parts : mapping of str to tuple of float
        What the lift holds of each driver's effect, by weeks after its activity; by default all of
        `driver`'s within `weeks`. A change that lasts W weeks and is counted over them holds all
        of the first week's effect, (W − 1)/W of the second's, and so on: of an average week of
        it, that much falls within them.
    """

    driver: str
    lift: float
    error: float
    weeks: int
    parts: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def held(self) -> dict[str, Floats]:
        """Give what the lift holds of each driver's effect, by weeks after its activity."""
        parts = self.parts or {self.driver: (1.0,) * self.weeks}
        return {name: np.asarray(part, dtype=np.float64) for name, part in parts.items()}


def check_experiments(experiments: object) -> None:
    """Refuse what is not several measured lifts, each with a finite number and its error.

    Raises
    ------
    ArgumentError
        With what is wrong.
    """
    if isinstance(experiments, str) or not isinstance(experiments, Sequence):
        kind = type(experiments).__name__
        raise ArgumentError(
            f"experiments must be a list of Experiment, and a {kind} was given",
            cure="Give measured_lifts(…).experiments, a list of your own, or () for none.",
        )
    for one in experiments:
        made_by = "Experiment(driver, lift, error, weeks)"
        of_type("each of experiments", one, Experiment, made_by)
        if not (isinstance(one.lift, Real) and np.isfinite(float(one.lift))):
            raise ArgumentError("the lift of an experiment must be a number", value=str(one.lift))
        within("the error of an experiment", one.error, 0, np.inf)
        whole("the weeks of an experiment", one.weeks, 1)
        for name, part in one.parts.items():
            held = np.asarray(part)
            if held.ndim != 1 or not held.size or not np.isfinite(held).all():
                raise ArgumentError(
                    "the parts of an experiment must be numbers by weeks, one or more a driver",
                    value=f"{name}: {part}",
                )
