"""What the exports cover: events by month, and how far a won deal can be traced back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.stats.proportion import proportion_confint

from alignment.dataset import Dataset
from alignment.results import About, Result
from alignment.text import Text

STEPS = ("won", "lead", "touch", "marketing", "sales", "both")


@dataclass(frozen=True)
class Coverage(Result):
    """How much of the company's story the exports hold.

    Parameters
    ----------
    months : DataFrame
        ``what`` (leads, opportunities, closings, marketing, sales, spend), ``month`` (first day,
        in the data set's time zone), ``rows``.
    trace : DataFrame
        One row a step of :data:`STEPS`: ``step``, ``won`` (won opportunities that reach it),
        ``share``, ``low``, ``high`` (Wilson).
    ledger : Series
        Rows read, kept, merged, set aside.
    files : int
        Files read.
    about : About
        Method, level and what was left out.
    """

    months: pd.DataFrame
    trace: pd.DataFrame
    ledger: pd.Series
    files: int
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return the trace, one row a step."""
        return self.trace


def _by_month(what: str, moments: pd.Series, zone: str) -> pd.DataFrame:
    local = moments.dropna()
    if isinstance(local.dtype, pd.DatetimeTZDtype):
        local = local.dt.tz_convert(zone).dt.tz_localize(None)
    months = local.dt.to_period("M").dt.to_timestamp().dt.as_unit("us")
    counted = months.value_counts(sort=False).sort_index()
    return pd.DataFrame({"what": what, "month": counted.index, "rows": counted.to_numpy()})


def _months(data: Dataset) -> pd.DataFrame:
    touches, zone = data.touches, data.timezone
    parts = [
        _by_month("leads", data.leads["created_at"], zone),
        _by_month("opportunities", data.opportunities["created_at"], zone),
        _by_month("closings", data.opportunities["closed_at"], zone),
        _by_month("marketing", touches.loc[touches["team"] == "marketing", "occurred_at"], zone),
        _by_month("sales", touches.loc[touches["team"] == "sales", "occurred_at"], zone),
        _by_month("spend", data.spend["starts_on"], zone),
    ]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _touched_before_closing(data: Dataset, won: pd.DataFrame) -> pd.DataFrame:
    """Say for each won opportunity which teams touched its lead before it closed."""
    pairs = won[["opportunity_id", "lead_id", "closed_at"]].merge(
        data.touches.loc[data.touches["lead_id"].notna(), ["lead_id", "occurred_at", "team"]],
        on="lead_id",
    )
    direct = won[["opportunity_id", "closed_at"]].merge(
        data.touches.loc[
            data.touches["opportunity_id"].notna(), ["opportunity_id", "occurred_at", "team"]
        ],
        on="opportunity_id",
    )
    touched = pd.concat([pairs.drop(columns="lead_id"), direct], ignore_index=True)
    touched = touched[touched["occurred_at"] < touched["closed_at"]]
    ids = won["opportunity_id"]
    return pd.DataFrame(
        {
            team: ids.isin(touched.loc[touched["team"] == team, "opportunity_id"])
            for team in ("marketing", "sales")
        }
    )


def coverage(data: Dataset, *, level: float = 0.95) -> Coverage:
    """Count events by month and trace each won opportunity back to its touches.

    Parameters
    ----------
    data : Dataset
        Needs opportunities for the trace; without won ones its shares are missing.
    level : float
        Confidence level of the Wilson intervals.

    Returns
    -------
    Coverage
        See there.

    References
    ----------
    Wilson, E. B. (1927). Probable inference. JASA 22, 209–212.
    """
    won = data.opportunities[data.opportunities["status"] == "won"].reset_index(drop=True)
    teams = _touched_before_closing(data, won)
    known = won["lead_id"].isin(data.leads["lead_id"])
    marketing, sales = teams["marketing"], teams["sales"]
    reached = {
        "won": len(won),
        "lead": int(known.sum()),
        "touch": int((marketing | sales).sum()),
        "marketing": int(marketing.sum()),
        "sales": int(sales.sum()),
        "both": int((marketing & sales).sum()),
    }
    counts = np.array([reached[step] for step in STEPS], dtype=float)
    n = len(won)
    if n:
        low, high = proportion_confint(counts, n, alpha=1 - level, method="wilson")
        share = counts / n
    else:
        share = low = high = np.full(len(STEPS), np.nan)
    trace = pd.DataFrame(
        {"step": STEPS, "won": counts.astype(int), "share": share, "low": low, "high": high}
    )
    about = About(
        method=Text(
            en="Counts; intervals of shares after Wilson (1927).",
            es="Conteos; intervalos de las proporciones según Wilson (1927).",
        ),
        level=level,
        assumptions=(
            Text(
                en="A deal is traced through its lead and through what was logged on it; "
                "only touches before the closing count.",
                es="Un negocio se rastrea por su lead y por lo registrado en él; "
                "solo cuentan los contactos anteriores al cierre.",
            ),
        ),
    )
    return Coverage(
        _months(data), trace, data.ledger.totals, data.ledger.files.file.nunique(), about
    )
