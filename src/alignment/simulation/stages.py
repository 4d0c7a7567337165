"""The stages through which each opportunity went, row by row as the CRM logs them."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from alignment.simulation.company import Company
from alignment.simulation.identifiers import record_ids
from alignment.simulation.streams import stream
from alignment.simulation.weeks import AS_OF, Floats, Instants, add_hours

STAGES = (
    "Prospecting",
    "Qualification",
    "Proposal",
    "Negotiation",
    "Closed Won",
    "Closed Lost",
)
SPANISH_STAGES = (
    "Prospección",
    "Calificación",
    "Propuesta",
    "Negociación",
    "Cerrada ganada",
    "Cerrada perdida",
)
PROBABILITIES = (10, 25, 50, 75, 100, 0)
_OPEN_STAGES = 4
_SAME = -1
_NEVER = np.datetime64("NaT", "s")


def opportunity_history(company: Company, opportunity: pd.DataFrame) -> pd.DataFrame:
    """Return the stage history and set each opportunity's stage at the export.

    Parameters
    ----------
    company : Company
        The company.
    opportunity : pandas.DataFrame
        Its deals; `StageName` is filled in.

    Returns
    -------
    pandas.DataFrame
        One row a change of stage, amount or close date. Deals from before the first
        observed week have a row at the migration, with the stage in which they were.
    """
    random = stream(company.seed, "activities")
    deals, size = company.opportunities, len(opportunity)
    created = deals["created_at"].to_numpy().astype("datetime64[s]")
    days = np.where(deals["zombie"], 60.0, deals["days_open"].to_numpy())
    entry = _entries(deals, created, days, random)
    end = np.where(np.isnat(entry[:, _OPEN_STAGES]), AS_OF, entry[:, _OPEN_STAGES])

    deal, stage = np.nonzero(~np.isnat(entry))
    at = entry[deal, stage]
    won = deals["won"].to_numpy()
    stage = np.where(stage == _OPEN_STAGES, np.where(won[deal], 4, 5), stage)
    parts = [(deal, at, stage)]
    parts.extend(_returns(entry, random))
    parts.append(_repeats(created, end, deals["zombie"].to_numpy(), random))
    deal, at, stage = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((stage, at, deal))
    deal, at, stage = deal[order], at[order], stage[order]
    stage = _fill(stage)

    keep, at = _migrate(deal, at, company.observed_from)
    deal, at, stage = deal[keep], at[keep], stage[keep]
    last = np.r_[deal[1:] != deal[:-1], True]
    opportunity["StageName"] = np.array(STAGES)[stage[last]]
    amount = opportunity["Amount"].to_numpy()[deal]
    draft = np.round(amount * (0.8 + 0.4 * random.random(len(deal))), -2)
    history = pd.DataFrame(
        {
            "Id": record_ids("history", len(deal)),
            "OpportunityId": opportunity["Id"].to_numpy()[deal],
            "CreatedById": opportunity["OwnerId"].to_numpy()[deal],
            "CreatedDate": at,
            "StageName": np.array(STAGES)[stage],
            "Amount": np.where(last | (random.random(len(deal)) < 0.6), amount, draft),
            "CloseDate": opportunity["CloseDate"].to_numpy()[deal],
            "Probability": np.array(PROBABILITIES)[stage],
        }
    )
    assert size == int(last.sum()), "every deal has at least one row"
    return history


def _entries(
    deals: pd.DataFrame, created: Instants, days: Floats, random: np.random.Generator
) -> Instants:
    """Return when each deal entered each of four stages and closed; blank if not yet."""
    size = len(deals)
    share = np.array([0.0, 0.18, 0.45, 0.72]) + 0.12 * (random.random((size, 4)) - 0.5)
    share[:, 0] = 0.0
    entry = np.full((size, _OPEN_STAGES + 1), _NEVER)
    for stage in range(_OPEN_STAGES):
        entry[:, stage] = add_hours(created, 24 * days * share[:, stage])
    # A lost or abandoned deal gets only so far; a won one passes through all stages.
    furthest = np.searchsorted([0.25, 0.55, 0.85], random.random(size))
    furthest = np.where(deals["won"].to_numpy() & ~deals["zombie"].to_numpy(), 3, furthest)
    entry[:, :_OPEN_STAGES][np.arange(_OPEN_STAGES) > furthest[:, None]] = _NEVER
    entry[:, _OPEN_STAGES] = deals["closed_at"].to_numpy().astype("datetime64[s]")
    entry[entry >= AS_OF] = _NEVER
    return entry


Rows = tuple[npt.NDArray[np.int64], Instants, npt.NDArray[np.int64]]


def _returns(entry: Instants, random: np.random.Generator) -> list[Rows]:
    """Return the rows of deals that went back a stage for a while."""
    back = np.flatnonzero((random.random(len(entry)) < 0.2) & ~np.isnat(entry[:, 3]))
    until = np.where(np.isnat(entry[back, 4]), AS_OF, entry[back, 4])
    gap = (until - entry[back, 3]).astype(np.int64) // 3
    first = entry[back, 3] + gap.astype("timedelta64[s]")
    second = entry[back, 3] + (2 * gap).astype("timedelta64[s]")
    ones = np.ones(len(back), dtype=np.int64)
    return [(back, first, 2 * ones), (back, second, 3 * ones)]


def _repeats(
    created: Instants, end: Instants, zombie: npt.NDArray[np.bool_], random: np.random.Generator
) -> Rows:
    """Return rows that change an amount or a date and leave the stage as it is."""
    count = random.poisson(np.where(zombie, 0.5, 1.4))
    deal = np.repeat(np.arange(len(created)), count)
    span = (end - created).astype(np.int64)[deal]
    span = np.where(zombie[deal], np.minimum(span, 60 * 86_400), span)
    after = 1 + (random.random(len(deal)) * np.maximum(span - 2, 0)).astype(np.int64)
    return deal, created[deal] + after.astype("timedelta64[s]"), np.full(len(deal), _SAME)


def _fill(stage: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Give rows without a stage that of the row before; each deal's first row has one."""
    source = np.where(stage != _SAME, np.arange(len(stage)), 0)
    return np.asarray(stage[np.maximum.accumulate(source)])


def _migrate(
    deal: npt.NDArray[np.int64], at: Instants, began: np.datetime64
) -> tuple[npt.NDArray[np.bool_], Instants]:
    """Keep, of the rows before the records began, each deal's last, dated at that moment."""
    early = at < began
    last_early = early & np.r_[(deal[1:] != deal[:-1]) | ~early[1:], True]
    return ~early | last_early, np.where(early, began, at)
