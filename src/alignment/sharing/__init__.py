"""Sharing, boundaries, learning: what comes back, what it is worth, and where the teams collide.

Imports nothing from the other analyses.
"""

from alignment.sharing.activities import Activities, activities
from alignment.sharing.agreement_of_systems import (
    Agreement,
    agreement_of_systems,
)
from alignment.sharing.chain import Chain, chain
from alignment.sharing.collisions import Collisions, collisions
from alignment.sharing.feedback import Feedback, feedback
from alignment.sharing.maturity import Maturity, maturity
from alignment.sharing.shared_knowledge import SharedKnowledge, shared_knowledge
from alignment.sharing.tone import Tone, tone

__all__ = [
    "Activities",
    "Agreement",
    "Chain",
    "Collisions",
    "Feedback",
    "Maturity",
    "SharedKnowledge",
    "Tone",
    "activities",
    "agreement_of_systems",
    "chain",
    "collisions",
    "feedback",
    "maturity",
    "shared_knowledge",
    "tone",
]
