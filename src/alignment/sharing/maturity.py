"""How far the two teams have come together: undefined, defined, aligned or integrated.

The four kinds of Kotler, Rackham & Krishnaswamy 2006 (Harvard Business Review, July–August), read
from facts that the exports show. Their diagnosis asks the people; this one asks the data, so it
sees only what leaves a trace: rewards and visits to customers together do not.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.arguments import of_type
from alignment.dataset import Dataset
from alignment.moments import first
from alignment.periods import canonical
from alignment.results import About, Result
from alignment.rewind import rewound
from alignment.sharing.agreement_of_systems import Agreement
from alignment.sharing.chain import Chain
from alignment.sharing.shared_knowledge import SharedKnowledge
from alignment.text import Text

STAGES = ("undefined", "defined", "aligned", "integrated")
TIED = 0.5  # share of the deals tied to a lead, for ids to be common
KAPPA = 0.8  # agreement on stages, for definitions to be shared
ANSWERED = 0.8  # share of the leads handed over that sales answers
ANSWER_DAYS = 30
WHOLE_CHAIN = 0.5
NOTHING_LEFT = 0.05  # a gain from sharing of no more than this is as good as none

METHOD = Text(
    en=(
        "Each stage asks for facts that the exports show; a stage is reached if every fact of it "
        "and of the stages before that can be seen holds, and at least one can be seen (after "
        "Kotler, Rackham and Krishnaswamy 2006)."
    ),
    es=(
        "Cada etapa pide hechos que muestran las exportaciones; se alcanza si se cumple todo hecho "
        "suyo y de las etapas anteriores que se pueda ver, y al menos uno se puede ver (según "
        "Kotler, Rackham y Krishnaswamy 2006)."
    ),
)
ASSUMPTIONS = (
    Text(
        en="What leaves no trace in the exports is not asked: rewards, meetings, trust.",
        es="Lo que no deja rastro en las exportaciones no se pregunta: incentivos, reuniones, "
        "confianza.",
    ),
    Text(
        en="The limits are conventions; each stands beside its value.",
        es="Los límites son convenciones; cada uno está junto a su valor.",
    ),
)


@dataclass(frozen=True)
class Maturity(Result):
    """Which kind of relationship the facts show.

    Parameters
    ----------
    stage : str
        One of ``STAGES``.
    frame : DataFrame
        One row a fact: ``stage`` that asks for it, ``fact``, ``holds`` (True, False, or missing
        where it cannot be seen), ``value``, ``limit`` (missing for a yes or no), ``source``
        (tables and columns, or the analysis), ``files`` (from which they came).
    seen : int
        Facts that can be seen.
    about : About
    """

    stage: str
    frame: pd.DataFrame
    seen: int
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a fact."""
        return self.frame


def maturity(
    data: Dataset,
    *,
    chain: object = None,
    agreement: object = None,
    knowledge: object = None,
) -> Maturity:
    """Read the kind of relationship from observable facts.

    Parameters
    ----------
    data : Dataset
        The exports.
    chain, agreement, knowledge : Chain, Agreement, SharedKnowledge, optional
        Results of the other analyses of this room; anything else, such as the reason why one
        could not be measured, counts as not seen.

    Returns
    -------
    Maturity
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    data = rewound(data)
    whole = chain if isinstance(chain, Chain) else None
    agreed = agreement if isinstance(agreement, Agreement) else None
    worth = knowledge if isinstance(knowledge, SharedKnowledge) else None
    rows = [*_defined(data, whole, agreed), *_aligned(data, whole), *_integrated(data, worth)]
    columns = ["stage", "fact", "holds", "value", "limit", "source", "files"]
    frame = pd.DataFrame(rows, columns=columns).astype({"holds": "object"})
    return Maturity(
        stage=_reached(frame),
        frame=frame,
        seen=int(frame["holds"].notna().sum()),
        about=About(method=METHOD, assumptions=ASSUMPTIONS),
    )


Row = tuple[str, str, bool | None, float, float, str, str]


def _fact(stage: str, fact: str, value: float, limit: float, source: str, files: str) -> Row:
    """Give a fact that holds from a limit on; not seen where its value is missing."""
    holds = None if np.isnan(value) else bool(value >= limit)
    return stage, fact, holds, value, limit, source, files


def _yes_or_no(stage: str, fact: str, holds: bool | None, source: str, files: str) -> Row:
    return stage, fact, holds, float("nan"), float("nan"), source, files


def _files(*frames: pd.DataFrame) -> str:
    """Name the files that rows came from."""
    names = {str(name) for frame in frames for name in frame["source_file"].dropna().unique()}
    return ", ".join(sorted(names))


def _defined(data: Dataset, chain: Chain | None, agreement: Agreement | None) -> list[Row]:
    tied = float("nan")
    if chain is not None:
        row = chain.frame.set_index("link").loc["deal to lead"]
        tied = float("nan") if row["too_few"] else float(row["share"])
    kappa = float("nan")
    if agreement is not None:
        found = agreement.frame.set_index("thing")["value"]
        kappa = float(found.get("stage", float("nan")))
    stages = data.lead_stages
    handed = stages[(stages["stage"] == "mql").to_numpy(dtype=bool)]
    seen = None if not len(stages) else bool(len(handed))
    return [
        _fact(
            *("defined", "deals are tied to the leads they came from", tied, TIED),
            *("opportunities.lead_id", _files(data.opportunities)),
        ),
        _yes_or_no(
            *("defined", "the handoff is written down with its date", seen),
            *("lead_stages.stage = mql", _files(handed)),
        ),
        _fact(
            *("defined", "two systems name the same stage for the same lead", kappa, KAPPA),
            *("agreement of systems: kappa of the stage", _files(data.leads)),
        ),
    ]


def _aligned(data: Dataset, chain: Chain | None) -> list[Row]:
    whole = float("nan") if chain is None else chain.whole
    stages, goals = data.lead_stages, data.goals
    kind = stages["stage"].astype("str")
    verdicts = kind.isin(["sal", "sql", "disqualified", "recycled"]).to_numpy(dtype=bool)
    period = goals["period"].map(canonical).astype("str").fillna(goals["period"])
    teams = goals.groupby(period)["team"].agg(set)
    both = None if not len(goals) else bool(teams.map({"marketing", "sales"}.issubset).any())
    return [
        _fact(
            "aligned",
            "sales answers the leads handed over within 30 days",
            _answered(data),
            ANSWERED,
            "lead_stages.stage = sal, sql, disqualified, recycled",
            _files(stages[verdicts]),
        ),
        _fact(
            *("aligned", "what happens finds its way back to the campaign", whole, WHOLE_CHAIN),
            "chain: product of the links",
            _files(data.touches, data.opportunities, stages[verdicts]),
        ),
        _yes_or_no(
            *("aligned", "both teams have goals for the same period", both),
            *("goals.team, goals.period", _files(goals)),
        ),
    ]


def _answered(data: Dataset) -> float:
    """Give the share of the leads handed over long enough ago that got a verdict in time."""
    stages = data.lead_stages
    kind = stages["stage"].astype("str")
    handed = first(data, stages[(kind == "mql").to_numpy(dtype=bool)], "entered_at")
    verdict = kind.isin(["sal", "sql", "disqualified", "recycled"]).to_numpy(dtype=bool)
    answer = first(data, stages[verdict], "entered_at", handed)
    until = handed + pd.Timedelta(days=ANSWER_DAYS)
    internal = data.leads["is_internal"].to_numpy(dtype=bool)
    due = (until <= data.as_of).to_numpy(dtype=bool) & ~internal
    if not due.any() or not verdict.any():
        return float("nan")
    return float((answer <= until).to_numpy(dtype=bool)[due].mean())


def _integrated(data: Dataset, knowledge: SharedKnowledge | None) -> list[Row]:
    goals = data.goals
    shared = goals[(goals["team"] == "both").to_numpy(dtype=bool)]
    signed = None if not len(goals) else bool(len(shared))
    left, gain = None, float("nan")
    if knowledge is not None:
        gain = knowledge.gain
        # Between the two the interval holds both a gain and none: it cannot be said.
        if knowledge.low > 0:
            left = False
        elif knowledge.high <= NOTHING_LEFT:
            left = True
    return [
        _yes_or_no(
            *("integrated", "there is a goal that both teams signed", signed),
            *("goals.team = both", _files(shared)),
        ),
        (
            *("integrated", "joining what both teams know adds nothing more", left, gain),
            *(NOTHING_LEFT, "value of shared knowledge"),
            _files(data.leads, data.touches, data.opportunities),
        ),
    ]


def _reached(frame: pd.DataFrame) -> str:
    """Give the last stage such that what can be seen of it and of those before it holds."""
    reached = STAGES[0]
    for stage in STAGES[1:]:
        seen = frame.loc[frame["stage"] == stage, "holds"].dropna()
        if not len(seen) or not all(seen):
            break
        reached = stage
    return reached
