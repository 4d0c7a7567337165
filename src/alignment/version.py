"""The version of the library, as installed."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    """Return the installed version, or “sources” where the library was never installed."""
    try:
        return metadata.version("alignment")
    except metadata.PackageNotFoundError:
        return "sources"
