"""Independent random streams, one for each part of the company, from one seed."""

import numpy as np

# A key, once given, keeps its number: a new part takes the next one.
_KEYS = {
    "demand": 0,
    "spend": 1,
    "dark": 2,
    "accounts": 3,
    "market": 4,
    "inquiries": 5,
    "leads": 6,
    "names": 7,
    "records": 8,
    "activities": 9,
    "stages": 10,
    "ads": 11,
    "hubspot": 12,
    "agreements": 13,
    "dirt": 14,
    "campaigns": 15,
}


def stream(seed: int, part: str) -> np.random.Generator:
    """Return the generator of one part of the company.

    Parameters
    ----------
    seed : int
        The seed of the whole company.
    part : str
        The part; parts do not share random numbers, so that a change in one
        leaves the others as they were.

    Returns
    -------
    numpy.random.Generator
        A fresh generator, the same for the same seed and part.
    """
    return np.random.Generator(
        np.random.PCG64(np.random.SeedSequence(seed, spawn_key=(_KEYS[part],)))
    )
