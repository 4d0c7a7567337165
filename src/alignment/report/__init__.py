"""The report: run the notebooks, render them for readers, and put an index in front.

A notebook is the only input of a page; this room knows nothing of any analysis.
"""

from alignment.report.build import build
from alignment.report.notebooks import notebooks_folder

__all__ = ["build", "notebooks_folder"]
