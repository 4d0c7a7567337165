"""Shared goals: the plan computed backwards from the goal, and the agreement that both teams sign.

To the right of the analyses: the lines that the teams sign are results of the handoff, and what
they are told of one another's targets must be the numbers of the other pages.
"""

from alignment.shared_goals.conversions import Conversions, conversions
from alignment.shared_goals.definitions import Definitions, read_definitions
from alignment.shared_goals.goal import Goal, plan_for, usual_goal
from alignment.shared_goals.lines import (
    Agreement,
    Line,
    draft_agreement,
    last_agreement,
    read_agreement,
    to_json,
)
from alignment.shared_goals.own_tables import own_problems
from alignment.shared_goals.plan import Plan, plan_goal
from alignment.shared_goals.setting import Setting, prepare
from alignment.shared_goals.targets import Targets, compare_targets
from alignment.shared_goals.templates import write_templates
from alignment.shared_goals.tracking import Tracking, track_agreement

__all__ = [
    "Agreement",
    "Conversions",
    "Definitions",
    "Goal",
    "Line",
    "Plan",
    "Setting",
    "Targets",
    "Tracking",
    "compare_targets",
    "conversions",
    "draft_agreement",
    "last_agreement",
    "own_problems",
    "plan_for",
    "plan_goal",
    "prepare",
    "read_agreement",
    "read_definitions",
    "to_json",
    "track_agreement",
    "usual_goal",
    "write_templates",
]
