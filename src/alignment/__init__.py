"""How marketing and sales win together, measured from their own exported CSVs.

The calls an analyst starts with are here; each room holds the rest::

    import alignment

    data = alignment.load("data/private")
    journeys = alignment.build_journeys(data)
    alignment.attribute(journeys, by="team")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alignment.attribution.credit import attribute
    from alignment.attribution.flow import flow
    from alignment.attribution.milestones import milestones
    from alignment.attribution.overlap import overlap
    from alignment.attribution.returns import returns
    from alignment.attribution.segments import attribute_by_segment
    from alignment.attribution.stage_credit import stage_credit
    from alignment.attribution.synergy import team_game
    from alignment.dataset import Dataset
    from alignment.errors import AlignmentError, NotMeasurable
    from alignment.exhibits import assumptions, measure, show
    from alignment.horizons.diagnostics import diagnose
    from alignment.horizons.harvest import harvest
    from alignment.horizons.lead_lag import lead_lag
    from alignment.horizons.long_short import long_and_short
    from alignment.horizons.panel import panel
    from alignment.horizons.sown import sown
    from alignment.horizons.won_by_age import won_by_age
    from alignment.journeys import build_journeys
    from alignment.loading import load
    from alignment.teams import with_teams

# Found on first use, so that `alignment --help` does not wait for pandas and matplotlib.
_HOMES = {
    "AlignmentError": "errors",
    "Dataset": "dataset",
    "NotMeasurable": "errors",
    "assumptions": "exhibits",
    "attribute": "attribution",
    "attribute_by_segment": "attribution",
    "build_journeys": "journeys",
    "diagnose": "horizons",
    "flow": "attribution",
    "harvest": "horizons",
    "lead_lag": "horizons",
    "load": "loading",
    "long_and_short": "horizons",
    "measure": "exhibits",
    "milestones": "attribution",
    "overlap": "attribution",
    "panel": "horizons",
    "returns": "attribution",
    "show": "exhibits",
    "sown": "horizons",
    "stage_credit": "attribution",
    "team_game": "attribution",
    "with_teams": "teams",
    "won_by_age": "horizons",
}

__all__ = [
    "AlignmentError",
    "Dataset",
    "NotMeasurable",
    "assumptions",
    "attribute",
    "attribute_by_segment",
    "build_journeys",
    "diagnose",
    "flow",
    "harvest",
    "lead_lag",
    "load",
    "long_and_short",
    "measure",
    "milestones",
    "overlap",
    "panel",
    "returns",
    "show",
    "sown",
    "stage_credit",
    "team_game",
    "with_teams",
    "won_by_age",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its room when it is first asked for."""
    if name == "__version__":
        return import_module("alignment.version").version()
    if name not in _HOMES:
        raise AttributeError(f"module “alignment” has no name “{name}”")
    return getattr(import_module(f"alignment.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
