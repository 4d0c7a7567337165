"""What ``alignment check`` says: in words for a terminal, in JSON, and in a spreadsheet."""

from alignment.check.described import Checked, describe
from alignment.check.machine import as_json
from alignment.check.needs import runnable
from alignment.check.printed import render
from alignment.check.spreadsheet import write_names, write_set_aside
from alignment.check.traced import TracedValue, traced_value

__all__ = [
    "Checked",
    "TracedValue",
    "as_json",
    "describe",
    "render",
    "runnable",
    "traced_value",
    "write_names",
    "write_set_aside",
]
