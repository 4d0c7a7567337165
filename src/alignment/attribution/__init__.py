"""Credit for what was won, by channel and by team, and who touched what."""

from alignment.attribution.credit import Credit, attribute
from alignment.attribution.credit_tables import NO_TOUCH
from alignment.attribution.flow import Flow, flow
from alignment.attribution.markov_order import compare_orders
from alignment.attribution.milestones import MILESTONES, Milestones, milestones
from alignment.attribution.models import DEFAULT_MODELS, MILESTONE_MODELS, MODELS, READS_ALL
from alignment.attribution.overlap import TOUCHED_BY, Overlap, overlap
from alignment.attribution.paths import NO_CAMPAIGN, read_paths
from alignment.attribution.returns import MATCHES, Returns, returns
from alignment.attribution.rules import DIRECT, PRESETS, AnchorWeights
from alignment.attribution.segments import SegmentCredit, attribute_by_segment
from alignment.attribution.shapley import ordered_shapley
from alignment.attribution.stage_credit import StageCredit, stage_credit
from alignment.attribution.synergy import TeamGame, team_game
from alignment.attribution.texts import title

__all__ = [
    "DEFAULT_MODELS",
    "DIRECT",
    "MATCHES",
    "MILESTONES",
    "MILESTONE_MODELS",
    "MODELS",
    "NO_CAMPAIGN",
    "NO_TOUCH",
    "PRESETS",
    "READS_ALL",
    "TOUCHED_BY",
    "AnchorWeights",
    "Credit",
    "Flow",
    "Milestones",
    "Overlap",
    "Returns",
    "SegmentCredit",
    "StageCredit",
    "TeamGame",
    "attribute",
    "attribute_by_segment",
    "compare_orders",
    "flow",
    "milestones",
    "ordered_shapley",
    "overlap",
    "read_paths",
    "returns",
    "stage_credit",
    "team_game",
    "title",
]
