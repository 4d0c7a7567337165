"""What a notebook shows: findings, tables and figures that display themselves safely.

No analysis happens here. Each exhibit escapes what came from the data and says the same in HTML
and in plain text, so that a comparison of outputs notices a changed number even in a picture.
"""

from alignment.exhibits.figure import Drawing, Figure, drawing
from alignment.exhibits.finding import FINDING_TYPE, Finding, ShownFinding, anchor
from alignment.exhibits.folded import Folded, Note
from alignment.exhibits.showing import NotMeasured, assumptions, measure, show
from alignment.exhibits.table import Table

__all__ = [
    "FINDING_TYPE",
    "Drawing",
    "Figure",
    "Finding",
    "Folded",
    "NotMeasured",
    "Note",
    "ShownFinding",
    "Table",
    "anchor",
    "assumptions",
    "drawing",
    "measure",
    "show",
]
