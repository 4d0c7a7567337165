"""Horizons: what was sown when, and how long it takes to be won.

Imports nothing from the other analyses.
"""

from alignment.horizons.won_by_age import WonByAge, won_by_age

__all__ = ["WonByAge", "won_by_age"]
