"""Credit for what was won, by channel and by team, and who touched what."""

from alignment.attribution.credit import DEFAULT_MODELS, MODELS, NO_TOUCH, Credit, attribute
from alignment.attribution.overlap import TOUCHED_BY, Overlap, overlap
from alignment.attribution.paths import read_paths

__all__ = [
    "DEFAULT_MODELS",
    "MODELS",
    "NO_TOUCH",
    "TOUCHED_BY",
    "Credit",
    "Overlap",
    "attribute",
    "overlap",
    "read_paths",
]
