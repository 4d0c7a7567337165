"""From a seed to a folder of exports and the truth about them."""

import dataclasses
import json
from pathlib import Path
from typing import Any

from alignment.simulation import agreements, salesforce
from alignment.simulation.ads import GOOGLE_FILE, LINKEDIN_FILE, META_FILE, write_ads
from alignment.simulation.agreements import write_agreements
from alignment.simulation.company import Company, simulate_company
from alignment.simulation.crm import build_records
from alignment.simulation.dirt import add_dirt
from alignment.simulation.hubspot import FILE_NAME
from alignment.simulation.salesforce import write_salesforce
from alignment.simulation.truth import truth
from alignment.simulation.world import World, find_world
from alignment.simulation.writing import quoted, write_text

# What an analyst of the company would write beside the exports: HubSpot's carry no zone.
MAPPING = """\
# What the exports do not say themselves.
timezone = "America/Mexico_City"
currency = "MXN"
"""

# As many as fit a sample of less than 8 MB, whatever the seed.
SAMPLE_ACCOUNTS = 2_350

TRUTH_FILE = "truth.json"
# All that `write_exports` writes, and so all that it may write over.
FILES: frozenset[str] = frozenset(
    [
        *(f"salesforce/{name}" for name in salesforce.FILES),
        f"hubspot/{FILE_NAME}",
        *(f"ads/{name}" for name in (GOOGLE_FILE, LINKEDIN_FILE, META_FILE)),
        *agreements.FILES,
        "mapping.toml",
    ]
)


def write_exports(company: Company, out: Path, dirty: bool = True) -> list[dict[str, Any]]:
    """Write a company's exports: `salesforce/`, `hubspot/`, `ads/`, tables and `mapping.toml`.

    Parameters
    ----------
    company : Company
        From `simulate_company`.
    out : pathlib.Path
        A folder; it is made if need be.
    dirty : bool, default True
        Whether the quirks of real exports are put in.

    Returns
    -------
    list of dict
        The quirks: see `alignment.simulation.dirt.add_dirt`.
    """
    records = build_records(company)
    log: list[dict[str, Any]] = []
    if dirty:
        records, log = add_dirt(company, records)
    write_salesforce(records, out / "salesforce")
    write_text(out / "hubspot" / FILE_NAME, quoted(records.hubspot))
    write_ads(company, out / "ads")
    write_agreements(company, out)
    write_text(out / "mapping.toml", MAPPING)
    return log


def simulate(
    out: Path,
    seed: int,
    world: World | str = "base",
    accounts: int | None = None,
    truth_path: Path | None = None,
) -> None:
    """Invent a company and write its exports and the truth about it.

    Parameters
    ----------
    out : pathlib.Path
        Folder for the exports.
    seed : int
        The same seed gives the same files, byte for byte.
    world : World or str, default "base"
        The company's parameters, or the name of one of `WORLDS`.
    accounts : int, optional
        Number of target accounts; by default `SAMPLE_ACCOUNTS`, or the world's own
        number if that is smaller.
    truth_path : pathlib.Path, optional
        Where the truth goes, by default ``out / "truth.json"``.
    """
    parameters = find_world(world)
    size = min(SAMPLE_ACCOUNTS, parameters.accounts) if accounts is None else accounts
    company = simulate_company(seed, dataclasses.replace(parameters, accounts=size))
    known = truth(company)
    known["dirt"] = write_exports(company, out)
    text = json.dumps(known, indent=1, ensure_ascii=False, sort_keys=False)
    write_text(truth_path or out / TRUTH_FILE, text + "\n")
