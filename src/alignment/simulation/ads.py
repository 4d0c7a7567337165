"""What the advertising platforms' reports say: weekly spend by campaign."""

from pathlib import Path

import numpy as np
import numpy.typing as npt

from alignment.simulation.campaigns import PLATFORMS, platform_costs
from alignment.simulation.company import Company
from alignment.simulation.streams import stream
from alignment.simulation.weeks import AS_OF, as_date
from alignment.simulation.world import REGIONS
from alignment.simulation.writing import minimal, write_text

GOOGLE_FILE = "Campaign report.csv"
LINKEDIN_FILE = "account_512345678_campaign_performance_report.csv"
META_FILE = "Marte-y-Venus-Campaigns-1-abr-2024-27-sep-2026.csv"
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
# Cost of a thousand impressions in MXN, and clicks an impression, by row of `PLATFORMS`.
_CPM = (80.0, 95.0, 210.0, 380.0)
_CTR = (0.009, 0.004, 0.045, 0.006)

# Week, campaign, campaign's number, cost, impressions, clicks.
Row = tuple[np.datetime64, str, int, float, int, int]


def write_ads(company: Company, folder: Path) -> None:
    """Write the reports of Google Ads, LinkedIn and Meta.

    Parameters
    ----------
    company : Company
        The company.
    folder : pathlib.Path
        Where the files go.
    """
    random = stream(company.seed, "ads")
    first = company.observed_from.astype("datetime64[D]")
    starts = first + 7 * np.arange(company.world.observed_weeks)
    costs = platform_costs(company)
    impressions = [
        np.rint(cost / cpm * 1_000 * np.exp(0.1 * random.standard_normal(cost.shape))).astype(
            np.int64
        )
        for cost, cpm in zip(costs, _CPM, strict=True)
    ]
    clicks = [
        random.binomial(shown, rate).astype(np.int64)
        for shown, rate in zip(impressions, _CTR, strict=True)
    ]
    for platform, write in (("Google", _google), ("LinkedIn", _linkedin), ("Meta", _meta)):
        rows: list[Row] = []
        for kind, (of, _, _, name) in enumerate(PLATFORMS):
            if of != platform:
                continue
            for region, place in enumerate(REGIONS):
                number = 1_000 * (kind + 1) + 7 * region
                for week, start in enumerate(starts):
                    figures = (costs[kind], impressions[kind], clicks[kind])
                    rows.append(
                        (
                            start,
                            name.format(region=place),
                            number,
                            float(figures[0][week, region]),
                            int(figures[1][week, region]),
                            int(figures[2][week, region]),
                        )
                    )
        rows.sort(key=lambda row: (row[0], row[2]))
        write(rows, starts, folder)


def _long_date(day: np.datetime64) -> str:
    date = as_date(day)
    return f"{_MONTHS[date.month - 1]} {date.day}, {date.year}"


def _rate(clicks: int, impressions: int) -> str:
    return f"{100 * clicks / impressions:.2f}%" if impressions else " --"


def _google(rows: list[Row], starts: npt.NDArray[np.datetime64], folder: Path) -> None:
    last = AS_OF.astype("datetime64[D]") - np.timedelta64(1, "D")
    lines = [
        "Campaign report",
        f'"{_long_date(starts[0])} - {_long_date(last)}"',
        "Week,Campaign,Campaign ID,Currency code,Cost,Impr.,Clicks,CTR",
    ]
    for start, name, number, cost, impressions, clicks in rows:
        figures = [f"{cost:.2f}", f"{impressions:,}", f"{clicks:,}", _rate(clicks, impressions)]
        identifier = str(20_100_000_000 + number)
        lines.append(minimal([str(start), name, identifier, "MXN", *figures]))
    for label in ("Campaigns", "Account", "Search"):
        part = [row for row in rows if label != "Search" or "Search" in row[1]]
        shown, clicked = sum(row[4] for row in part), sum(row[5] for row in part)
        figures = [f"{sum(row[3] for row in part):.2f}", f"{shown:,}", f"{clicked:,}"]
        lines.append(
            minimal([" --", f"Total: {label}", " --", "MXN", *figures, _rate(clicked, shown)])
        )
    write_text(folder / GOOGLE_FILE, "\n".join(lines) + "\n")


def _short_date(day: np.datetime64) -> str:
    date = as_date(day)
    return f"{date.month}/{date.day}/{date.year}"


def _linkedin(rows: list[Row], starts: npt.NDArray[np.datetime64], folder: Path) -> None:
    last = AS_OF.astype("datetime64[D]") - np.timedelta64(1, "D")
    lines = [
        "Campaign Performance Report (in UTC)",
        f"Report Start: {_long_date(starts[0])}, 12:00 AM",
        f"Report End: {_long_date(last)}, 11:59 PM",
        f"Date Generated: {_long_date(last + np.timedelta64(1, 'D'))}, 3:12 PM",
        "",
        "Start Date (in UTC)\tAccount Name\tCurrency\tCampaign Name\tCampaign ID\t"
        "Total Spent\tImpressions\tClicks",
    ]
    for start, name, number, cost, impressions, clicks in rows:
        figures = [f"{cost:.2f}", _grouped(impressions), _grouped(clicks)]
        identifier = str(190_000_000 + number)
        lines.append("\t".join([_short_date(start), "M&V", "MXN", name, identifier, *figures]))
    write_text(folder / LINKEDIN_FILE, "\ufeff" + "\n".join(lines) + "\n", "utf-16-le")


def _grouped(count: int) -> str:
    text = f"{count:,}"
    return f'"{text}"' if "," in text else text


def _meta(rows: list[Row], starts: npt.NDArray[np.datetime64], folder: Path) -> None:
    lines = [
        "Inicio del informe,Fin del informe,Nombre de la campaña,Entrega de la campaña,"
        "Importe gastado (MXN),Impresiones,Clics en el enlace"
    ]
    for start, name, _, cost, impressions, clicks in rows:
        if not cost:
            continue  # a campaign that did not run has no row
        figures = [f"{cost:.2f}", str(impressions), str(clicks)]
        end = start + np.timedelta64(6, "D")
        lines.append(minimal([str(start), str(end), name, "active", *figures]))
    write_text(folder / META_FILE, "\ufeff" + "\n".join(lines) + "\n")
