"""An invented company, "Marte & Venus, S.A. de C.V.", with known truth, as raw exports.

`simulate` writes what the company's systems would export, and the truth beside it;
`simulate_company`, `truth` and `write_exports` are its steps. The company itself is in
`world` (parameters), `accounts`, `demand`, `leads`, `outcomes` and `company`; what its
systems recorded in `crm`, `campaigns`, `stages`, `activities` and `hubspot`; `dirt` puts
in the quirks of real exports; `salesforce`, `ads` and `agreements` write the files.
"""

from alignment.simulation.company import Company, simulate_company
from alignment.simulation.exporting import (
    FILES,
    SAMPLE_ACCOUNTS,
    TRUTH_FILE,
    simulate,
    write_exports,
)
from alignment.simulation.truth import truth
from alignment.simulation.world import WORLDS, World

__all__ = [
    "FILES",
    "SAMPLE_ACCOUNTS",
    "TRUTH_FILE",
    "WORLDS",
    "Company",
    "World",
    "simulate",
    "simulate_company",
    "truth",
    "write_exports",
]
