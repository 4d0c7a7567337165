"""Whether emotional touches pay later than rational ones, where campaigns carry a tagged appeal.

The appeal comes from the tag alone; it is never guessed from the name of a campaign or a channel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from alignment.arguments import of_type, within
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.moments import first, own_touches, places
from alignment.resampling import expanded_percentile
from alignment.results import LEVEL, About, Result
from alignment.rewind import rewound
from alignment.sharing.draws import REPLICATES, Floats, account_codes
from alignment.sharing.strata import Compared, compare
from alignment.text import Text

# What is looked for, and between which days after the touch.
HORIZONS = {
    "answer": (0, 7),
    "opportunity, first 90 days": (0, 90),
    "won, first 90 days": (0, 90),
    "won, days 91 to 365": (90, 365),
}
EARLY, LATE = "won, first 90 days", "won, days 91 to 365"
APPEALS = ("emotional", "rational")
MINIMUM_LEADS = 20
MINIMUM_EVENTS = 10  # of each appeal
_DAY = pd.Timedelta(days=1)

METHOD = Text(
    en=(
        "Leads by the appeal of the first tagged touch; ratio of the shares that came to something "
        "by horizon, emotional over rational, within channel and quarter (Mantel–Haenszel); "
        "intervals from draws of accounts."
    ),
    es=(
        "Leads según el tono de la primera interacción etiquetada; razón de las partes que "
        "llegaron a algo por horizonte, emocional sobre racional, dentro de canal y trimestre "
        "(Mantel–Haenszel); intervalos por sorteo de cuentas."
    ),
)
ASSUMPTIONS = (
    Text(
        en="The tags mean what they say: have two people tag 100 campaigns each without talking; "
        "they should agree (kappa of 0.6 or more).",
        es="Las etiquetas significan lo que dicen: que dos personas etiqueten 100 campañas sin "
        "hablarse; deberían coincidir (kappa de 0,6 o más).",
        es_mx="Las etiquetas significan lo que dicen: que dos personas etiqueten 100 campañas sin "
        "hablarse; deberían coincidir (kappa de 0.6 o más).",
    ),
    Text(
        en="Within a channel and a quarter the people shown one appeal are like those shown the "
        "other.",
        es="Dentro de un canal y un trimestre, las personas que vieron un tono se parecen a las "
        "que vieron el otro.",
    ),
    Text(
        en="Campaigns tagged as mixed are left out.",
        es="Las campañas etiquetadas como mixtas se dejan fuera.",
    ),
)
UNTAGGED = Text(
    en=(
        "Not measurable: no touch belongs to a campaign tagged with an appeal. Tag each campaign "
        "as emotional, rational or mixed in a column “Appeal” of the campaign export (Salesforce: "
        "Appeal__c), or in a campaigns table of your own."
    ),
    es=(
        "No medible: ninguna interacción es de una campaña etiquetada con su tono. Etiqueta cada "
        "campaña como emotional, rational o mixed en una columna «Appeal» de la exportación de "
        "campañas (Salesforce: Appeal__c), o en una tabla propia de campañas."
    ),
)


@dataclass(frozen=True)
class Tone(Result):
    """Emotional against rational touches by horizon.

    Parameters
    ----------
    frame : DataFrame
        One row a horizon: ``horizon``, ``from_day``, ``to_day``; ``emotional``, ``rational``
        (leads followed so long), ``emotional_events``, ``rational_events``; ``ratio`` (above 1:
        emotional more), ``low``, ``high``; ``too_few``.
    crossover, low, high : float
        Logarithm of the ratio of wins in days 91 to 365 minus that of the first 90 days: above
        0, emotional touches pay later. Missing with too few.
    campaigns : tuple of int
        Tagged, and in all.
    about : About
    """

    frame: pd.DataFrame
    crossover: float
    low: float
    high: float
    campaigns: tuple[int, int]
    about: About

    def to_frame(self) -> pd.DataFrame:
        """Return one row a horizon."""
        return self.frame


def tone(
    data: Dataset, *, replicates: int = REPLICATES, seed: int = 0, level: float = LEVEL
) -> Tone:
    """Compare what follows emotional and rational touches, by horizon.

    Parameters
    ----------
    data : Dataset
        Needs touches with a campaign, and ``campaigns.appeal``.
    replicates, seed : int
        Draws of accounts.
    level : float
        Confidence level.

    Returns
    -------
    Tone

    Raises
    ------
    NotMeasurable
        If no touch belongs to a tagged campaign, or too few leads met either appeal.
    """
    of_type("data", data, Dataset, "alignment.load(folder)")
    within("level", level, 0, 1)
    data = rewound(data)
    data.require("touches", "occurred_at", "lead_id")
    leads, left_out = _first_tagged(data)
    if min((leads["appeal"] == appeal).sum() for appeal in APPEALS) < MINIMUM_LEADS:
        raise NotMeasurable(
            Text(
                en="Not measurable: fewer than {n} leads met each appeal first.",
                es="No medible: menos de {n} leads se encontraron primero con cada tono.",
            ).format(n=MINIMUM_LEADS)
        )
    found = {name: _compared(data, leads, name, replicates, seed, level) for name in HORIZONS}
    rows = [_row(name, one) for name, one in found.items()]
    frame = pd.DataFrame(rows)
    at, low, high = (float("nan"),) * 3
    both = frame.set_index("horizon").loc[[EARLY, LATE]]
    early, late = found[EARLY], found[LATE]
    if early is not None and late is not None and not both["too_few"].any():
        # Both horizons draw the same accounts in the same order.
        draws = late.log_ratio_draws - early.log_ratio_draws
        at = float(np.log(both["ratio"]).diff().iloc[-1])
        ends = expanded_percentile(draws[:, None], level)
        low, high = float(ends[0][0]), float(ends[1][0])
    tagged = data.campaigns["appeal"].notna()
    return Tone(
        frame=frame,
        crossover=at,
        low=low,
        high=high,
        campaigns=(int(tagged.sum()), len(tagged)),
        about=About(method=METHOD, level=level, assumptions=ASSUMPTIONS, left_out=left_out),
    )


def _first_tagged(data: Dataset) -> tuple[pd.DataFrame, dict[str, int]]:
    """Give each lead its first touch of a campaign tagged emotional or rational."""
    campaigns = data.campaigns.dropna(subset=["appeal"])
    campaigns = campaigns.drop_duplicates("campaign_id").set_index("campaign_id")
    rows = own_touches(data, "marketing")
    of = places(rows["lead_id"], data.leads["lead_id"])
    appeal = campaigns["appeal"].astype("object").reindex(pd.Index(rows["campaign_id"]))
    table = pd.DataFrame(
        {
            "place": of,
            "at": rows["occurred_at"].to_numpy(),
            "appeal": appeal.to_numpy(),
            "channel": rows["channel"].astype("str").to_numpy(),
            "internal": data.leads["is_internal"].to_numpy(dtype=bool)[np.maximum(of, 0)],
        }
    )
    table["at"] = rows["occurred_at"].reset_index(drop=True)
    table = table[(table["place"] >= 0) & ~table["internal"]]
    if not table["appeal"].isin(APPEALS).any():
        raise NotMeasurable(UNTAGGED)
    left_out = {
        "touches of campaigns without an appeal": int(table["appeal"].isna().sum()),
        "touches of campaigns of mixed appeal": int((table["appeal"] == "mixed").sum()),
    }
    table = table[table["appeal"].isin(APPEALS)].sort_values(["place", "at"], kind="stable")
    table = table.drop_duplicates("place").reset_index(drop=True)
    quarter = table["at"].dt.tz_localize(None).dt.to_period("Q").astype("str")
    table["stratum"] = pd.factorize(table["channel"] + " " + quarter)[0]
    return table, {why: n for why, n in left_out.items() if n}


def _compared(
    data: Dataset, leads: pd.DataFrame, name: str, replicates: int, seed: int, level: float
) -> Compared | None:
    """Compare the appeals among the leads followed to a horizon and still without the event."""
    start, end = HORIZONS[name]
    moment = _events(data, leads, name)
    since = ((moment - leads["at"]) / _DAY).to_numpy(dtype=np.float64)
    followed = (leads["at"] + end * _DAY <= data.as_of).to_numpy(dtype=bool)
    # Whoever had it before the window opens, or before the touch, can no longer have it in it.
    kept = followed & ~(since <= start)
    if not kept.any():
        return None
    event = (since[kept] > start) & (since[kept] <= end)
    own = leads[kept]
    # Accounts are numbered among all leads, so that each draw is the same at every horizon.
    account = account_codes(data.leads["account_id"].iloc[leads["place"]])
    return compare(
        (own["appeal"] == "emotional").to_numpy(dtype=bool),
        event,
        own["stratum"].to_numpy(dtype=np.int64),
        account[kept],
        replicates=replicates,
        seed=seed,
        level=level,
        accounts=int(account.max()) + 1,
    )


def _events(data: Dataset, leads: pd.DataFrame, name: str) -> pd.Series:
    """Give each lead the moment of what a horizon looks for, after its touch where it repeats."""
    if name == "answer":
        touches = data.touches
        bought = touches[(touches["initiator"] == "buyer").to_numpy(dtype=bool)]
        since = pd.Series(pd.NaT, index=range(len(data.leads)), dtype="datetime64[us, UTC]")
        since.iloc[leads["place"]] = (leads["at"] + pd.Timedelta(seconds=1)).array
        moment = first(data, bought, "occurred_at", since)
    elif name.startswith("won"):
        won = data.opportunities[(data.opportunities["status"] == "won").to_numpy(dtype=bool)]
        moment = first(data, won, "closed_at")
    else:
        moment = first(data, data.opportunities, "created_at")
    return moment.iloc[leads["place"]].reset_index(drop=True)


def _row(name: str, found: Compared | None) -> dict[str, object]:
    start, end = HORIZONS[name]
    leads = found.leads if found else np.zeros(2, dtype=np.int64)
    events = found.events if found else np.zeros(2, dtype=np.int64)
    few = bool(events.min() < MINIMUM_EVENTS)
    ratio: tuple[float, float, float] | Floats = found.ratio if found else np.full(3, np.nan)
    return {
        "horizon": name,
        "from_day": start,
        "to_day": end,
        "emotional": int(leads[1]),
        "rational": int(leads[0]),
        "emotional_events": int(events[1]),
        "rational_events": int(events[0]),
        "ratio": float(ratio[0]),
        "low": float(ratio[1]),
        "high": float(ratio[2]),
        "too_few": few,
    }
