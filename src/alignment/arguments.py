"""Arguments of the library's calls: what is wrong with one, and which was probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from math import inf
from numbers import Integral, Real

from alignment.errors import ArgumentError


def nearest(value: object, known: Iterable[str]) -> str | None:
    """Return the known name that is written most like a value, if any is near it."""
    names = {name.casefold(): name for name in known}
    found = get_close_matches(str(value).casefold(), names, n=1, cutoff=0.6)
    return names[found[0]] if found else None


def one_of(name: str, value: object, known: Iterable[str]) -> None:
    """Refuse a value that is none of the known ones.

    Parameters
    ----------
    name : str
        Name of the argument.
    value : object
        What was given.
    known : iterable of str
        What may be given.

    Raises
    ------
    ArgumentError
        With the nearest of the known values, and all of them.
    """
    names = list(known)
    if isinstance(value, str) and value in names:
        return
    meant = nearest(value, names)
    listed = ", ".join(f"“{each}”" for each in names)
    raise ArgumentError(
        f"{name} must be one of {listed}",
        value=str(value),
        cure=f"Did you mean “{meant}”?" if meant else None,
    )


def of_type(name: str, value: object, kind: type, made_by: str) -> None:
    """Refuse a value that is not what an earlier step of the library gives.

    Parameters
    ----------
    name : str
        Name of the argument.
    value : object
        What was given.
    kind : type
        What it must be.
    made_by : str
        The call that gives it, such as ``alignment.load(folder)``.

    Raises
    ------
    ArgumentError
        With the type that was given and the call that gives the right one.
    """
    if isinstance(value, kind):
        return
    given = "nothing" if value is None else f"a {type(value).__name__}"
    raise ArgumentError(
        f"{name} must be a {kind.__name__}, and {given} was given", cure=f"{made_by} gives one."
    )


def within(name: str, value: object, low: float, high: float) -> None:
    """Refuse what is not a number strictly between two bounds.

    Raises
    ------
    ArgumentError
        With the bounds.
    """
    number = isinstance(value, Real) and not isinstance(value, bool)
    if number and low < float(value) < high:  # type: ignore[arg-type]
        return
    bounds = f"between {low:g} and {high:g}" if high < inf else f"a number above {low:g}"
    raise ArgumentError(f"{name} must be {bounds}", value=str(value))


def whole(name: str, value: object, low: int, high: float = inf) -> None:
    """Refuse what is not a whole number between two bounds, which may be meant.

    Raises
    ------
    ArgumentError
        With the bounds.
    """
    number = isinstance(value, Integral) and not isinstance(value, bool)
    if number and low <= int(value) <= high:  # type: ignore[call-overload]
        return
    bounds = f"from {low} to {high:g}" if high < inf else f"from {low} on"
    raise ArgumentError(f"{name} must be a whole number {bounds}", value=str(value))


def several(name: str, value: object) -> None:
    """Refuse one name where a list of names is wanted: each of its letters would be taken for one.

    Raises
    ------
    ArgumentError
        With the list that was probably meant.
    """
    if isinstance(value, str):
        raise ArgumentError(
            f"{name} must be a list of names", value=value, cure=f'Give {name}=["{value}"].'
        )


def all_within(name: str, values: object, low: float, high: float) -> None:
    """Refuse what is not one or more numbers, each of them between two bounds, which may be meant.

    Raises
    ------
    ArgumentError
        With the first value that cannot be.
    """
    given = list(values) if isinstance(values, Iterable) and not isinstance(values, str) else None
    if not given:
        raise ArgumentError(
            f"{name} must be one or more numbers", value=str(values), cure=f"Give {name}=(30, 90)."
        )
    for value in given:
        number = isinstance(value, Real) and not isinstance(value, bool)
        if not number or not low <= float(value) <= high:
            bounds = f"from {low:g} to {high:g}" if high < inf else f"from {low:g} on"
            raise ArgumentError(f"{name} must be numbers {bounds}", value=str(value))
