"""What comes back: touch to campaign to lead to deal to a reason that can be used."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.moments import places
from alignment.resampling import expanded_percentile
from alignment.results import LEVEL, About, Result
from alignment.rewind import rewound
from alignment.shares import wilson
from alignment.sharing.draws import REPLICATES, Flags, Floats, account_codes, drawn_counts
from alignment.text import Text
from alignment.usable_reasons import usable

LINKS = ("touch to campaign", "campaign to lead", "deal to lead", "outcome to reason")
OUTCOMES = ("rejected leads", "recycled leads", "lost deals")
MINIMUM_RECORDS = 20

METHOD = Text(
    en=(
        "Each link is a share with Wilson's interval; the whole chain is their product "
        "(information sharing index), with an interval from draws of accounts."
    ),
    es=(
        "Cada eslabón es una proporción con intervalo de Wilson; la cadena completa es su producto "
        "(índice de información compartida), con un intervalo por sorteo de cuentas."
    ),
)
ASSUMPTIONS = (
    Text(
        en="Only touches of marketing are asked for a campaign: a call of sales has none.",
        es="Solo a las interacciones de marketing se les pide campaña: una llamada de ventas no "
        "la tiene.",
    ),
    Text(
        en="A usable reason says something: blank, “Other” and “N/A” do not count.",
        es="Un motivo útil dice algo: vacío, «Otro» y «N/A» no cuentan.",
    ),
    Text(
        en="The product takes the links as independent; a join that ties too much, such as one by "
        "e-mail, makes the chain look better than it is.",
        es="El producto toma los eslabones como independientes; una unión que liga de más, como la "
        "de correo, hace ver la cadena mejor de lo que es.",
    ),
)


@dataclass(frozen=True)
class Chain(Result):
    """How much of what happens finds its way back to where it began.

    Parameters
    ----------
    frame : DataFrame
        One row a link: ``link`` (of ``LINKS``), ``records``, ``kept``, ``share``, ``low``,
        ``high``, ``too_few``.
    whole : float
        Product of the shares (information sharing index, ISI), 0 to 1; missing where a link has
        no record.
    low, high : float
        Its interval.
    weakest : str or None
        The link with the lowest share among those with enough records.
    clear : bool
        Whether its interval lies below those of all other links.
    outcomes : DataFrame
        One row a kind of outcome that asks for a reason: ``outcome``, ``records``, ``recorded``,
        ``usable``, ``share``, ``low``, ``high``.
    about : About
    """

    frame: pd.DataFrame
    whole: float
    low: float
    high: float
    weakest: str | None
    clear: bool
    outcomes: pd.DataFrame
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a link."""
        return self.frame


def chain(
    data: Dataset, *, replicates: int = REPLICATES, seed: int = 0, level: float = LEVEL
) -> Chain:
    """Follow what happens back to its campaign, link by link.

    Parameters
    ----------
    data : Dataset
        Needs touches and opportunities.
    replicates, seed : int
        Draws of accounts for the interval of the whole chain.
    level : float
        Confidence level.

    Returns
    -------
    Chain

    Raises
    ------
    NotMeasurable
        If the exports hold no touches, no opportunities, or no link with enough records.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("level", level, 0, 1)
    data = rewound(data)
    data.require("touches", "occurred_at")
    data.require("opportunities", "created_at")
    records, left_out = _records(data)
    cell = 2 * records["link"].to_numpy() + records["kept"].to_numpy(dtype=np.int64)
    account = account_codes(records["account_id"])
    counts, draws = drawn_counts(account, cell, 8, replicates=replicates, seed=seed)
    frame = _links(counts, level)
    if frame["too_few"].all():
        raise NotMeasurable(
            Text(
                en="Not measurable: no link of the chain has {n} records.",
                es="No medible: ningún eslabón de la cadena tiene {n} registros.",
            ).format(n=MINIMUM_RECORDS)
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = draws[:, 1::2] / (draws[:, ::2] + draws[:, 1::2])
    low, high = expanded_percentile(shares.prod(axis=1)[:, None], level, len(np.unique(account)))
    weakest, clear = _weakest(frame)
    return Chain(
        frame=frame,
        whole=float(frame["share"].prod(skipna=False)),
        low=float(low[0]),
        high=float(high[0]),
        weakest=weakest,
        clear=clear,
        outcomes=_outcomes(records, level),
        about=About(method=METHOD, level=level, assumptions=ASSUMPTIONS, left_out=left_out),
    )


def _records(data: Dataset) -> tuple[pd.DataFrame, dict[str, int]]:
    """Put the records that each link asks under each other: link, kept, account, outcome."""
    place = places(data.touches["lead_id"], data.leads["lead_id"])
    internal = np.append(data.leads["is_internal"].to_numpy(dtype=bool), False)
    touches, there = data.touches[~internal[place]], place[~internal[place]] >= 0
    marketing = (touches["team"] == "marketing").to_numpy(dtype=bool)
    tied = touches["campaign_id"].notna().to_numpy(dtype=bool)
    of_lead = places(data.opportunities["lead_id"], data.leads["lead_id"])
    # A deal without a date, like one that was imported, may be older than any lead on record.
    early = ~(data.opportunities["created_at"] >= data.observed_from).to_numpy(dtype=bool)
    own = ~early & ~internal[of_lead]
    parts = [
        _part(0, tied[marketing], touches["account_id"][marketing]),
        _part(1, there[marketing & tied], touches["account_id"][marketing & tied]),
        _part(2, of_lead[own] >= 0, data.opportunities["account_id"][own]),
        *_reasoned(data, internal),
    ]
    left_out = {
        "touches of internal leads": int(internal[place].sum()),
        "opportunities of internal leads": int(internal[of_lead].sum()),
        "opportunities from before closings were recorded": int((early & ~internal[of_lead]).sum()),
    }
    return pd.concat(parts, ignore_index=True), {why: n for why, n in left_out.items() if n}


def _part(link: int, kept: object, account: pd.Series, outcome: str = "") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "link": link,
            "kept": np.asarray(kept, dtype=bool),
            "account_id": account.astype("object").to_numpy(),
            "outcome": outcome,
            "recorded": False,
        }
    )


def _reasoned(data: Dataset, internal: Flags) -> list[pd.DataFrame]:
    """Give the outcomes that ask for a reason: the last rejection of a lead, and lost deals."""
    parts = []
    stages = data.lead_stages.sort_values("entered_at", kind="stable")
    for outcome, stage in (("rejected leads", "disqualified"), ("recycled leads", "recycled")):
        rows = stages[(stages["stage"] == stage).to_numpy(dtype=bool)]
        rows = rows.drop_duplicates("lead_id", keep="last")
        of = places(rows["lead_id"], data.leads["lead_id"])
        rows, of = rows[(of >= 0) & ~internal[of]], of[(of >= 0) & ~internal[of]]
        # A recycled lead goes on; it asks for a reason only where the company records any.
        if stage == "recycled" and not rows["reason"].notna().any():
            continue
        account = data.leads["account_id"].iloc[of]
        parts.append(_part(3, usable(rows["reason"]), account, outcome))
        parts[-1]["recorded"] = rows["reason"].notna().to_numpy(dtype=bool)
    deals = data.opportunities
    of = places(deals["lead_id"], data.leads["lead_id"])
    lost = deals[(deals["status"] == "lost").to_numpy(dtype=bool) & ~internal[of]]
    parts.append(_part(3, usable(lost["lost_reason"]), lost["account_id"], "lost deals"))
    parts[-1]["recorded"] = lost["lost_reason"].notna().to_numpy(dtype=bool)
    return parts


def _links(counts: Floats, level: float) -> pd.DataFrame:
    kept, total = counts[1::2].astype(np.int64), (counts[::2] + counts[1::2]).astype(np.int64)
    share, low, high = wilson(kept, total, level)
    return pd.DataFrame(
        {
            "link": LINKS,
            "records": total,
            "kept": kept,
            "share": share,
            "low": low,
            "high": high,
            "too_few": total < MINIMUM_RECORDS,
        }
    )


def _weakest(frame: pd.DataFrame) -> tuple[str | None, bool]:
    rows = frame[~frame["too_few"]].sort_values("share", kind="stable")
    if not len(rows):
        return None, False
    first, rest = rows.iloc[0], rows.iloc[1:]
    return str(first["link"]), bool(len(rest) and first["high"] < rest["low"].min())


def _outcomes(records: pd.DataFrame, level: float) -> pd.DataFrame:
    rows = records[records["link"] == 3]
    table = (
        rows.groupby("outcome", sort=False)
        .agg(records=("kept", "size"), recorded=("recorded", "sum"), usable=("kept", "sum"))
        .reset_index()
    )
    share, low, high = wilson(table["usable"].to_numpy(), table["records"].to_numpy(), level)
    return table.assign(share=share, low=low, high=high)
