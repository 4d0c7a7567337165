"""The two systems that know most leads, each loaded on its own, to compare what they say."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pandas as pd

from alignment.dataset import Dataset
from alignment.errors import AlignmentError, NotMeasurable
from alignment.loading import load
from alignment.text import Text

# What a comparison of leads and deals does not need is not read again.
_TABLES = (
    *("accounts", "leads", "lead_stages", "opportunities", "opportunity_stages"),
    *("contact_roles", "stages", "exchange_rates", "users"),
)
_MAPPING = "mapping.toml"


def load_apart(
    folder: str | Path, data: Dataset, *, mapping: str | Path | None = None
) -> tuple[Dataset, Dataset]:
    """Load each of the two systems that know most leads as if the other did not exist.

    Joined, two systems leave one value of each fact; apart, each still says its own.

    Parameters
    ----------
    folder : str or Path
        The folder of exports.
    data : Dataset
        What ``load(folder)`` gave: its ledger says which file is of which system, and its zone
        and currency are used again.
    mapping : str or Path, optional
        As for ``load``.

    Returns
    -------
    tuple of Dataset
        The one with most leads first; touches and spend are not read.

    Raises
    ------
    NotMeasurable
        If fewer than two systems know leads, or one cannot be read on its own.
    """
    known = data.lead_aliases.groupby("source_system")["lead_id"].nunique()
    names = list(known.sort_values(ascending=False, kind="stable").index[:2])
    if len(names) < 2:
        raise NotMeasurable(
            Text(
                en="Not measurable: only one system's exports hold leads. With those of a second "
                "one in the folder, what both say can be compared.",
                es="No medible: solo las exportaciones de un sistema contienen leads. Con las de "
                "un segundo en la carpeta se puede comparar lo que dicen ambos.",
            )
        )
    first, second = (_one(Path(folder), data, str(name), mapping) for name in names)
    return first, second


def _one(folder: Path, data: Dataset, system: str, mapping: str | Path | None) -> Dataset:
    files = data.ledger.files
    own = files[(files["system"] == system) & files["table"].isin(_TABLES)]
    stated = Path(mapping) if mapping is not None else folder / _MAPPING
    with tempfile.TemporaryDirectory() as place:
        _bring(folder, Path(place), own["file"])
        try:
            return load(
                place,
                currency=data.currency,
                timezone=data.timezone,
                mapping=stated if stated.is_file() else None,
            )
        except AlignmentError as problem:
            raise NotMeasurable(
                Text(
                    en="Not measurable: the exports of {system} cannot be read on their own.",
                    es="No medible: las exportaciones de {system} no se pueden leer por separado.",
                ).format(system=system)
            ) from problem


def _bring(folder: Path, place: Path, names: pd.Series) -> None:
    """Put the named files of a folder into another one: a link where the system makes them."""
    for name in names:
        target = place / str(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            target.symlink_to((folder / str(name)).resolve())
        except OSError:
            shutil.copyfile(folder / str(name), target)
