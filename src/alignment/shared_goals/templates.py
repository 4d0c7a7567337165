"""Commented empty files that a manager fills in: goals, capacity and definitions."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from alignment.errors import FolderError

GOALS = """\
# Goals · Objetivos. One line a target; lines that begin with # above the header are not read.
# period: 2027 or 2027-Q1 or 2027-01. team: marketing or sales or both.
# metric: leads; mql; accepted; sql; opportunities; won; revenue (in the reporting currency).
# Example · Ejemplo: 2027-Q1 | both | revenue | 6500000
period,team,metric,target
"""
CAPACITY = """\
# Capacity · Capacidad. Working hours that a team has in a week; weeks to come may be entered too.
# team: marketing or sales. week: the Monday of the week as 2027-01-04. hours: of all its people.
# Example · Ejemplo: sales | 2027-01-04 | 320
team,week,hours
"""
DEFINITIONS = """\
# Definitions · Definiciones. Take the # off a line to use it.
# Shares are written 0.95, days 2027-12-31. What is left out is measured, or left as usual.

[goal]                        # what both teams sign · lo que firman ambas áreas
# amount = 5000000            # in the reporting currency · en la moneda del informe
# since = 2027-01-01          # first day; what was won from then on counts · primer día
# by = 2027-12-31             # last day · último día
# probability = 0.80          # with which the plan is to reach it · con que debe alcanzarse

[both]
# chain_share = 0.50          # from touch to usable reason, all links · toda la cadena (página 05)

[marketing]
# acceptance_share = 0.45     # of the leads handed over, accepted by sales · aceptados
# context_share = 0.95        # handed over with channel and campaign · con canal y campaña
# brand_share = 0.30          # of spend, on brand · de la inversión, en marca

[sales]
# first_touch_hours = 24      # limit of the first touch · límite del primer contacto
# first_touch_clock = "working"   # or "calendar" · o "calendar" (reloj hábil o calendario)
# first_touch_share = 0.80    # of the leads handed over · de los leads entregados
# verdict_days = 7            # days to accept or reject · días para aceptar o rechazar
# verdict_share = 1.0
# reason_share = 0.95         # of lost deals, with a reason · de negocios perdidos, con motivo

[effort]                      # hours of sales · horas de ventas
# hours_per_lead = 1.5
# hours_per_opportunity = 20
# minutes_call = 15           # used where no hours are stated · si no se indican horas
# minutes_email = 10
# minutes_meeting = 60

[terms]                       # printed on the agreement · se imprimen en el acta
# lead = "A person who asked for something"
# accepted = "Sales took it on"
# opportunity = "A need, a budget and a date are known"
# won = "The contract is signed"
"""
TEMPLATES: Mapping[str, str] = {
    "goals.csv": GOALS,
    "capacity.csv": CAPACITY,
    "definitions.toml": DEFINITIONS,
}


def write_templates(folder: str | Path) -> dict[Path, bool]:
    """Write the empty files into a folder; none that is there is replaced.

    Parameters
    ----------
    folder : path
        The folder of exports.

    Returns
    -------
    dict of Path to bool
        Each file, and whether it was written now.

    Raises
    ------
    FolderError
        If the folder is missing, or cannot be written to.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise FolderError("is no folder", file=str(folder), cure="Name the folder of exports.")
    made = {}
    for name, content in TEMPLATES.items():
        path = folder / name
        try:
            # Exclusive creation: a file that is there stays, whoever put it there and when.
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(content)
            made[path] = True
        except FileExistsError:
            made[path] = False
        except OSError as wrong:
            raise FolderError(
                f"cannot be written there ({wrong.strerror})",
                file=str(path),
                cure="Name a folder in which you may write.",
            ) from wrong
    return made
