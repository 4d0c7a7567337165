"""Which weeks an export holds whole: all that the weekly model needs, from the same week on."""

from __future__ import annotations

import pandas as pd

from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.horizons.model import MINIMUM_WEEKS
from alignment.text import Text

COMPLETE = 0.95  # share of the opportunities of leads by whose age a week counts as complete
MINIMUM_LAGS = 30  # opportunities whose lead is on record; with fewer, their ages say little
STRAY = 0.005  # share of leads of which those long before the others may be wrongly dated
_DAYS = 7


def local_day(moments: pd.Series, zone: str) -> pd.Series:
    """Give the day of moments in a zone, without the zone."""
    return moments.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()


def weeks_on_record(
    data: Dataset, spent: pd.DataFrame, effort: pd.Series
) -> tuple[pd.Timestamp, pd.Timestamp, int]:
    """Give the first and last whole week, by their Mondays, and how many were cut off.

    Weeks count from the latest beginning of what is needed (deals, spend, sales effort): before
    it, a missing row is no zero. The week of the export is not over.

    Parameters
    ----------
    data : Dataset
    spent : DataFrame
        Spend by ``day`` (datetime64).
    effort : Series of datetime64
        Days of the touches of sales.

    Raises
    ------
    NotMeasurable
        If less than a year is left.
    """
    starts = [part.min() for part in (spent["day"], effort) if len(part)]
    created = local_day(data.opportunities["created_at"].dropna(), data.timezone)
    moments = pd.Series([data.observed_from, data.as_of])
    shown, exported = local_day(moments, data.timezone)
    begin = max([shown, *starts, *_complete_from(data)])
    first = begin + pd.Timedelta(days=int(-begin.weekday()) % _DAYS)
    ends = [exported]
    if len(spent):  # billed only up to some day: later weeks are not empty, they are missing
        ends.append(spent["day"].max() + pd.Timedelta(days=1))
    end = min(ends)
    last = end - pd.Timedelta(days=int(end.weekday()) + _DAYS)
    whole = (last - first).days // _DAYS + 1
    if whole < MINIMUM_WEEKS:
        raise NotMeasurable(
            Text(
                en="Not measurable: deals, spend and sales effort are together on record for "
                "{weeks} whole weeks; the weekly model needs at least {least}.",
                es="No medible: negocios, inversión y esfuerzo de ventas constan juntos en "
                "{weeks} semanas completas; el modelo semanal necesita al menos {least}.",
            ).format(weeks=max(whole, 0), least=MINIMUM_WEEKS)
        )
    seen = min([created.min(), *starts]), exported
    total = (seen[1] - (seen[0] - pd.Timedelta(days=seen[0].weekday()))).days // _DAYS + 1
    return first, last, int(total - whole)


def _complete_from(data: Dataset) -> list[pd.Timestamp]:
    """Give the day from which opportunities of leads are all on record, if it is not the first.

    An export of the leads of some years holds no opportunity of leads that came before them: its
    first weeks rise from nothing, which no activity did. It is one where the opportunities of
    those weeks come from leads on record as often as later ones do; in a complete export, those
    of earlier leads would stand there without a lead.
    """
    deals = data.opportunities[data.opportunities["created_at"].notna()]
    if not len(data.leads) or not len(deals):
        return []
    came = deals["lead_id"].map(data.leads.set_index("lead_id")["created_at"])
    days = (deals["created_at"] - came).dt.total_seconds() / 86_400
    lag = days[days >= 0]
    if len(lag) < MINIMUM_LAGS:
        return []
    first, reach = _first_leads(data.leads["created_at"]), float(lag.quantile(COMPLETE))
    if reach == 0:  # deals begin with their leads: no week lacks those of earlier ones
        return []
    age = (deals["created_at"] - first).dt.total_seconds() / 86_400
    early, later = days[(age >= 0) & (age < reach)], days[age >= reach]
    missing = float(lag.clip(upper=reach).mean()) / reach  # of the first weeks' opportunities
    usual = float(later.isna().mean())
    if usual > 0.5 or (len(early) and early.isna().mean() > usual + (1 - usual) * missing / 2):
        return []
    day = local_day(pd.Series([first + pd.Timedelta(days=reach)]), data.timezone)
    return [day.iloc[0]]


def _first_leads(created: pd.Series) -> pd.Timestamp:
    """Give the moment of the first lead, but for a few a quarter or more before the others."""
    usual = created.quantile(STRAY, interpolation="lower")
    return created[created >= usual - pd.Timedelta(weeks=13)].min()
