"""What marketing and sales reach only together: the game of two teams, with its honesty."""

from alignment.attribution.synergy.game import TeamGame, team_game
from alignment.attribution.synergy.indices import (
    COALITIONS,
    PlayerIndices,
    TeamIndices,
    shapley_taylor,
    teams_game,
)
from alignment.attribution.synergy.landmark import Landmark, landmark_design
from alignment.attribution.synergy.tipping import TippingPoint
from alignment.attribution.synergy.units import Kind, Outcome

__all__ = [
    "COALITIONS",
    "Kind",
    "Landmark",
    "Outcome",
    "PlayerIndices",
    "TeamGame",
    "TeamIndices",
    "TippingPoint",
    "landmark_design",
    "shapley_taylor",
    "team_game",
    "teams_game",
]
