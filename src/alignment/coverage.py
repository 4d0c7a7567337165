"""What the exports cover: events by month, and how far a won deal can be traced back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.journeys import SENT_COUNTS, build_journeys
from alignment.results import LEVEL, About, Result
from alignment.rewind import closed_later, rewound
from alignment.shares import wilson
from alignment.text import Text

STEPS = ("won", "lead", "touch", "marketing", "sales", "both")
ASSUMPTIONS = (
    Text(
        en="A deal is traced through its lead and through what was logged on it; only touches "
        "before the closing count. A lead that won several deals counts once, with its first.",
        es="Un negocio se rastrea por su lead y por lo registrado en él; solo cuentan las "
        "interacciones anteriores al cierre. Un lead que ganó varios negocios cuenta una vez, "
        "con el primero.",
    ),
    Text(
        en="Only what the firm did counts as a team's touch: a form or a call of the buyer does "
        "not. The pages on credit and on the long and short count in the same way.",
        es="Solo lo que hizo la empresa cuenta como interacción de un área: un formulario o una "
        "llamada del comprador, no. Las páginas de crédito y de largo y corto plazo cuentan igual.",
    ),
    SENT_COUNTS,
)


@dataclass(frozen=True)
class Coverage(Result):
    """How much of the company's story the exports hold.

    Parameters
    ----------
    months : DataFrame
        ``what`` (leads, opportunities, closings; marketing and sales, what the firm did; buyer,
        what the buyer did; spend), ``month`` (first day, in the data set's time zone), ``rows``.
    trace : DataFrame
        One row a step of :data:`STEPS`: ``step``, ``won`` (won journeys that reach it), ``share``,
        ``low``, ``high`` (Wilson).
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
    buyer = touches["initiator"] == "buyer"
    by = {team: ~buyer & (touches["team"] == team) for team in ("marketing", "sales")}
    parts = [
        _by_month("leads", data.leads["created_at"], zone),
        _by_month("opportunities", data.opportunities["created_at"], zone),
        _by_month("closings", data.opportunities["closed_at"], zone),
        _by_month("marketing", touches.loc[by["marketing"], "occurred_at"], zone),
        _by_month("sales", touches.loc[by["sales"], "occurred_at"], zone),
        _by_month("buyer", touches.loc[buyer, "occurred_at"], zone),
        _by_month("spend", data.spend["starts_on"], zone),
    ]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def _reached(data: Dataset) -> dict[str, int]:
    """Count the won journeys that reach each step: the journeys of the firm's own touches.

    Amounts play no part, so that a currency without a rate stops nothing here.
    """
    try:
        built = build_journeys(data.replace(currency=None), include_buyer=False)
    except NotMeasurable:
        return dict.fromkeys(STEPS, 0)
    won = np.asarray(built.journeys["outcome"] == "won", dtype=bool)
    marketing, sales = (built.touched_by(team)[won] for team in ("marketing", "sales"))
    return {
        "won": int(won.sum()),
        "lead": int(built.journeys["linked"].to_numpy(dtype=bool)[won].sum()),
        "touch": int((marketing | sales).sum()),
        "marketing": int(marketing.sum()),
        "sales": int(sales.sum()),
        "both": int((marketing & sales).sum()),
    }


def coverage(data: Dataset, *, level: float = LEVEL) -> Coverage:
    """Count events by month and trace what was won back to its touches.

    A won deal is a journey won, as :func:`alignment.journeys.build_journeys` builds it with
    ``include_buyer=False``: a lead counts once, with its first win, and a deal without a known
    lead by itself.

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
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("level", level, 0, 1)
    seen = rewound(data)
    reached = _reached(seen)
    counts = np.array([reached[step] for step in STEPS])
    share, low, high = wilson(counts, np.full(len(STEPS), reached["won"]), level)
    trace = pd.DataFrame(
        {"step": STEPS, "won": counts.astype(int), "share": share, "low": low, "high": high}
    )
    about = About(
        method=Text(
            en="Counts; intervals of shares after Wilson (1927).",
            es="Conteos; intervalos de las proporciones según Wilson (1927).",
        ),
        level=level,
        assumptions=ASSUMPTIONS,
        left_out={"closings after the export": int(closed_later(data).sum())},
    )
    return Coverage(
        _months(seen), trace, data.ledger.totals, data.ledger.files.file.nunique(), about
    )
