"""The company's campaigns: advertising by region, and the programmes that touch leads."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from alignment.simulation.company import Company
from alignment.simulation.identifiers import record_ids
from alignment.simulation.leads import SOURCES
from alignment.simulation.weeks import as_date
from alignment.simulation.world import MARKETING_CHANNELS, REGIONS

QUARTER_WEEKS = 13

# Platform, spend channel, share of the region's spend in that channel, and how its
# campaigns are named.
PLATFORMS = (
    ("Meta", "brand", 0.6, "Marca | {region} | Historias"),
    ("Google", "brand", 0.4, "MX_{region}_Marca_YouTube"),
    ("Google", "activation", 0.6, "MX_{region}_Search_Demo"),
    ("LinkedIn", "activation", 0.4, "{region} - Lead Gen Form"),
)

# Where an inquiry of each source is recorded: an advertising row of `PLATFORMS`, or the
# name of a programme.
_SOURCE_PROGRAMMES: dict[str, int | str] = {
    "Paid Search": 2,
    "Paid Social": 0,
    "LinkedIn": 3,
    "Organic Search": "Blog y SEO",
    "Webinar": "<b>Webinar</b> Q3",
    "Trade Show": "Expo Manufactura, Stand 14",
    "Referral": 'Programa "Recomienda y gana"',
    "Website": "=Formulario web (contacto)",
}
# Names that are plausible and yet hostile to whoever pastes them into HTML or a sheet.
_ODD_NAMES = {
    ("nurture", 2, 0): "Ahorra $50 & gana $20",
    ("nurture", 4, 1): "=SUM(ahorros) explicado",
    ("retargeting", 1, 0): "¿Todavía lo piensas? | *Última* llamada",
    ("retargeting", 5, 1): "+30% ROI_comprobado_",
    ("event", 3, 0): "Marte 'n' Venus <Live>",
    ("event", 6, 1): "@Expo; mesa redonda",
}
_TYPES = {"nurture": "Email", "retargeting": "Retargeting", "event": "Event"}
_TITLES = {"nurture": "Nurture", "retargeting": "Retargeting", "event": "Desayuno"}
_APPEALS = ("emotional", "rational")
_APPEAL_TITLES = ("Historias de clientes", "Cifras y casos")


def campaign_table(company: Company) -> pd.DataFrame:
    """Return all campaigns as the CRM has them.

    Parameters
    ----------
    company : Company
        The company.

    Returns
    -------
    pandas.DataFrame
        First the advertising ones (platforms by regions), then those of the sources,
        then the programmes that touch leads: channel by quarter by appeal.
    """
    first = company.observed_from.astype("datetime64[D]")
    quarters = company.world.observed_weeks // QUARTER_WEEKS
    last = first + np.timedelta64(7 * company.world.observed_weeks - 1, "D")
    rows: list[tuple[object, ...]] = []
    for (platform, objective, _, name), cost in zip(
        PLATFORMS, platform_costs(company), strict=True
    ):
        for region, total in zip(REGIONS, cost.sum(axis=0), strict=True):
            title = name.format(region=region)
            appeal = "emotional" if objective == "brand" else "rational"
            what = (title, "Advertisement", platform, objective, appeal, region)
            rows.append((*what, first, last, round(float(total), 2)))
    for source in SOURCES:
        programme = _SOURCE_PROGRAMMES[source]
        if isinstance(programme, str):
            kind = "Webinar" if source == "Webinar" else "Other"
            rows.append((programme, kind, "", "activation", "", "", first, last, 0.0))
    for channel in MARKETING_CHANNELS:
        for quarter in range(quarters):
            start = first + np.timedelta64(7 * QUARTER_WEEKS * quarter, "D")
            end = start + np.timedelta64(7 * QUARTER_WEEKS - 1, "D")
            for side, appeal in enumerate(_APPEALS):
                # The 13 weeks drift against the calendar: their middle names the quarter.
                month = as_date(start + np.timedelta64(45, "D"))
                label = f"{month.year}-Q{(month.month + 2) // 3}"
                usual = f"{_TITLES[channel]} {label} · {_APPEAL_TITLES[side]}"
                title = _ODD_NAMES.get((channel, quarter, side), usual)
                price = 45_000.0 if channel == "event" else 6_000.0
                what = (title, _TYPES[channel], "", "activation", appeal, "")
                rows.append((*what, start, end, price))
    columns = ["Name", "Type", "Platform__c", "Objective__c", "Appeal__c", "Region__c"]
    table = pd.DataFrame(rows, columns=[*columns, "StartDate", "EndDate", "ActualCost"])
    for column in ("StartDate", "EndDate"):
        table[column] = table[column].to_numpy().astype("datetime64[s]")
    table.insert(0, "Id", record_ids("campaign", len(table)))
    table.insert(1, "IsDeleted", False)
    over = table["EndDate"].to_numpy() < last.astype("datetime64[s]")
    table["Status"] = np.where(over, "Completed", "Active")
    table["CurrencyIsoCode"] = "MXN"
    return table


def platform_costs(company: Company) -> list[npt.NDArray[np.float64]]:
    """Return what each row of `PLATFORMS` cost, in MXN: weeks by regions.

    Parameters
    ----------
    company : Company
        The company.

    Returns
    -------
    list of numpy.ndarray
        To the cent; the platforms of a spend channel add up to its spend.
    """
    spend = 1_000 * company.market.spend[company.world.burn_in_weeks :]
    total = np.round(spend, 2)
    brand = np.round(PLATFORMS[0][2] * total[:, :, 0], 2)
    activation = np.round(PLATFORMS[2][2] * total[:, :, 1], 2)
    return [
        brand,
        np.round(total[:, :, 0] - brand, 2),
        activation,
        np.round(total[:, :, 1] - activation, 2),
    ]


def source_campaigns(company: Company, campaign: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Return the id of the campaign to which each lead's inquiry belongs."""
    ids = campaign["Id"].to_numpy()
    table = np.zeros((len(SOURCES), len(REGIONS)), dtype=np.int64)
    following = len(PLATFORMS) * len(REGIONS)
    for position, source in enumerate(SOURCES):
        programme = _SOURCE_PROGRAMMES[source]
        if isinstance(programme, str):
            table[position] = following
            following += 1
        else:
            table[position] = programme * len(REGIONS) + np.arange(len(REGIONS))
    return np.asarray(ids[table[company.draws.source, company.draws.region]], dtype=np.str_)


def exposure_campaigns(company: Company, campaign: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Return the ids of the campaigns of each lead's touches: leads by channels."""
    ids = campaign["Id"].to_numpy()
    quarters = company.world.observed_weeks // QUARTER_WEEKS
    first = len(ids) - len(MARKETING_CHANNELS) * quarters * len(_APPEALS)
    week = company.draws.week - company.world.burn_in_weeks
    quarter = np.minimum(week // QUARTER_WEEKS, quarters - 1)
    channel = np.arange(len(MARKETING_CHANNELS))
    place = (channel * quarters + quarter[:, None]) * len(_APPEALS) + company.draws.rational
    return np.asarray(ids[first + place], dtype=np.str_)
