"""Record ids as Salesforce makes them: 15 case-sensitive characters and a check of 3."""

import numpy as np
import numpy.typing as npt

NO_ID = "000000000000000AAA"

_DIGITS = np.array(list("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"))
_CHECK = np.array(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"))
_INSTANCE = "5e0000"
_PREFIXES = {
    "account": "001",
    "contact": "003",
    "user": "005",
    "opportunity": "006",
    "history": "008",
    "lead": "00Q",
    "task": "00T",
    "event": "00U",
    "campaign": "701",
}


def record_ids(kind: str, size: int, start: int = 0) -> npt.NDArray[np.str_]:
    """Return consecutive 18-character record ids.

    Parameters
    ----------
    kind : str
        Kind of record, which sets the first three characters.
    size : int
        How many.
    start : int, default 0
        Number of the first one.

    Returns
    -------
    numpy.ndarray
        Ids with a correct check suffix.
    """
    number = np.arange(start, start + size) * 7 + 4_051  # gaps, as in an org that is in use
    places = 62 ** np.arange(5, -1, -1)
    digits = _DIGITS[(number[:, None] // places) % 62]
    head = np.array(list(_PREFIXES[kind] + _INSTANCE))
    letters = np.concatenate([np.broadcast_to(head, (size, len(head))), digits], axis=1)
    upper = (letters >= "A") & (letters <= "Z")
    bits = upper.reshape(size, 3, 5) @ (2 ** np.arange(5))
    letters = np.concatenate([letters, _CHECK[bits]], axis=1)
    return np.array(["".join(row) for row in letters.tolist()])
