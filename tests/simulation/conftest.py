import csv
import json
from pathlib import Path

import pytest

from alignment.simulation import Company, simulate, simulate_company

SEED = 20_260_928


@pytest.fixture(scope="session")
def base() -> Company:
    """The base world at full size."""
    return simulate_company(SEED, "base")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default sample as files."""
    out = tmp_path_factory.mktemp("sample")
    simulate(out, SEED)
    return out


@pytest.fixture(scope="session")
def known(sample: Path) -> dict:
    return json.loads((sample / "truth.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def read(sample: Path):
    """Read one Salesforce file of the sample as a list of rows."""
    tables: dict[str, list[dict[str, str]]] = {}

    def rows(name: str) -> list[dict[str, str]]:
        if name not in tables:
            encoding = "iso-8859-1" if name == "Account" else "utf-8"
            path = sample / "salesforce" / f"{name}.csv"
            with path.open(encoding=encoding, newline="") as file:
                tables[name] = list(csv.DictReader(file))
        return tables[name]

    return rows
