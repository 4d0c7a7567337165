"""Run a notebook in a kernel of this interpreter, apart from the user's own Jupyter settings."""

from __future__ import annotations

import asyncio
import os
import sys
import sysconfig
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from traitlets import default

from alignment import errors
from alignment.errors import ReportError


class _ThisInterpreter(KernelSpecManager):
    """Knows one kernel, this Python, whether or not a kernel was ever installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        launch = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=launch, display_name="Python 3", language="python")


class _Manager(AsyncKernelManager):
    @default("kernel_spec_manager")
    def _own_specs(self) -> KernelSpecManager:
        return _ThisInterpreter()


def _environment(scratch: Path) -> dict[str, str]:
    """Give the kernel this package, and an empty IPython profile: no startup files, no history."""
    environment = dict(os.environ)
    environment["IPYTHONDIR"] = str(scratch / "ipython")
    environment["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"
    package = str(Path(__file__).resolve().parents[2])
    if package not in (sysconfig.get_path("purelib"), sysconfig.get_path("platlib")):
        before = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = package if not before else f"{package}{os.pathsep}{before}"
    return environment


def run(notebook: NotebookNode, name: str, scratch: Path) -> NotebookNode:
    """Execute a notebook from top to bottom.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook, which receives its outputs in place.
    name : str
        File name, for the message.
    scratch : Path
        An empty folder: the working directory of the kernel.

    Raises
    ------
    ReportError
        Names the notebook, the cell (counted over code cells, as Jupyter's ``[n]``, with its
        first line) and the cause.
    """
    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        kernel_manager_class=_Manager,
        record_timing=False,
        extra_arguments=["--IPKernelApp.log_level=ERROR"],
        resources={"metadata": {"path": str(scratch)}},
    )
    started = client.async_execute(env=_environment(scratch))
    try:
        return asyncio.run(started)
    except CellExecutionError as problem:
        raise _failure(notebook, name, problem) from None
    except DeadKernelError as problem:
        raise ReportError(
            "its Python process ended before the notebook did",
            file=name,
            cure="Memory may have run out; close other programs, or try fewer rows.",
        ) from problem


def _failure(notebook: NotebookNode, name: str, problem: CellExecutionError) -> ReportError:
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    failed = next(
        (i for i, cell in enumerate(code) if any(o.output_type == "error" for o in cell.outputs)),
        len(code) - 1,
    )
    lines = [line.strip() for line in code[failed].source.splitlines() if line.strip()]
    cause = problem.evalue if _is_ours(problem.ename) else f"{problem.ename}: {problem.evalue}"
    return ReportError(
        f"code cell {failed + 1} (“{lines[0][:80]}”) failed: {cause}",
        file=name,
    )


def _is_ours(error: str) -> bool:
    known: Any = getattr(errors, error, None)
    return isinstance(known, type) and issubclass(known, errors.AlignmentError)
