"""``alignment check``: what was recognised, what each notebook needs, in 100 columns."""

import io
from pathlib import Path

import pandas as pd
import pytest
from rich.console import Console

from alignment.check import describe, render, runnable
from alignment.dataset import Dataset
from alignment.loading import load
from alignment.mapping import read_mapping
from alignment.tables import conform

NOW = pd.Timestamp("2026-09-28", tz="UTC")
DEAL = {
    "opportunity_id": ["d1"],
    "created_at": [NOW - pd.Timedelta(days=9)],
    "closed_at": [NOW],
    "status": ["won"],
    "lead_id": ["p1"],
    "amount": [5.0],
}
TOUCH = {
    "touch_id": ["t1"],
    "lead_id": ["p1"],
    "occurred_at": [NOW],
    "team": ["sales"],
    "channel": ["Call"],
    "kind": ["call"],
}
SPEND = {
    "platform": ["meta_ads"],
    "campaign_id": ["c"],
    "channel": ["Meta"],
    "starts_on": [pd.Timestamp("2026-09-01")],
    "ends_on": [pd.Timestamp("2026-09-01")],
    "currency": ["MXN"],
    "cost": [1.0],
}


def dataset(**frames):
    return Dataset(NOW, NOW, **{name: conform(name, frame) for name, frame in frames.items()})


def able(data):
    return {name for name, need in runnable(data).items() if need is None}


def test_each_notebook_says_what_it_needs():
    assert able(dataset()) == {"00_data"}
    whole = dataset(opportunities=DEAL, touches=TOUCH)
    assert able(whole) == {
        *("00_data", "02_lead_to_close", "03_attribution", "04_long_and_short"),
        "05_sharing",
    }
    assert able(dataset(opportunities=DEAL)) == {"00_data", "02_lead_to_close"}
    spent = dataset(opportunities=DEAL, spend=SPEND)
    assert able(spent) == {"00_data", "02_lead_to_close", "04_long_and_short"}
    lost = dataset(opportunities={**DEAL, "status": ["lost"]}, touches=TOUCH)
    assert able(lost) == {"00_data", "02_lead_to_close", "05_sharing"}
    worthless = dataset(opportunities={**DEAL, "amount": [None]}, touches=TOUCH)
    assert able(worthless) == {"00_data", "02_lead_to_close", "03_attribution", "05_sharing"}
    lead = {"lead_id": ["L"], "created_at": [NOW]}
    linked = dataset(opportunities={**DEAL, "lead_id": ["L"]}, leads=lead)
    assert "06_shared_goals" not in able(linked)  # an amount without a currency plans nothing
    assert "06_shared_goals" in able(linked.replace(currency="EUR"))
    still_open = {**DEAL, "status": ["open"], "closed_at": [pd.NaT]}
    assert able(dataset(opportunities=still_open, touches=TOUCH)) == {"00_data", "05_sharing"}
    for need in runnable(dataset()).values():
        if need is not None:
            assert need.en.endswith(".")
            assert need.es.endswith(".")
            assert need.en.count(". ") == 0


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "Opportunity.csv").write_text(
        "Id,StageName,Amount,CurrencyIsoCode,CloseDate,IsClosed,IsWon,CreatedDate\n"
        "0065e00000000aaAAA,Closed Won,100,MXN,2026-02-01,1,1,2026-01-31 10:00:00\n"
        "0065e00000000abAAA,Closed Won\n"
    )
    (tmp_path / "[red]odd[red] *name*.csv").write_text(
        "mql_id,first_contact_date,origin\n1,2026-01-01,social\n2,2026-01-02,email\n"
    )
    return tmp_path


def printed(data, language="en"):
    out = io.StringIO()
    able = render(data, Console(file=out, markup=False, highlight=False, soft_wrap=True), language)
    return able, out.getvalue()


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_prints_files_rows_reasons_and_needs_within_100_columns(folder, language):
    data = load(folder, timezone="UTC")
    can_run, text = printed(data, language)
    assert can_run
    lines = text.splitlines()
    drafts = next(i for i, line in enumerate(lines) if line.startswith("[[file]]"))
    assert max(len(line.rstrip()) for line in lines[:drafts]) <= 100
    assert "salesforce Opportunity" in text
    ragged = {"en": "2 cells where the header has 8", "es": "2 celdas"}
    assert ragged[language] in text
    assert "[red]odd[red]" in text
    assert "02_lead_to_close" in text
    spoken = {"en": ("Can run.", "set aside"), "es": ("Puede ejecutarse.", "apartadas")}
    for words in spoken[language]:
        assert words in text


def test_it_prints_the_beginning_of_a_mapping_that_is_one(folder, tmp_path):
    drafts = describe(load(folder, timezone="UTC")).drafts
    (draft,) = drafts.values()
    path = tmp_path / "drafted.toml"
    path.write_text(draft, encoding="utf-8")
    (block,) = read_mapping(path).files
    assert block.profile.table == "leads"
    read = {f.name: f.headers[0] for f in block.profile.fields}
    assert read == {"lead_id": "mql_id", "created_at": "first_contact_date", "channel": "origin"}
    data = load(folder, mapping=path, timezone="UTC")
    # The name holds brackets, which a glob takes for its own: it still means this file.
    assert len(data.leads) == 2


def test_it_says_so_when_no_analysis_can_run(tmp_path):
    Path(tmp_path / "goals.csv").write_text("period,team,metric,target\n2026,sales,won,3\n")
    Path(tmp_path / "mapping.toml").write_text("[window]\nas_of = 2026-09-28\n")
    can_run, text = printed(load(tmp_path))
    assert not can_run
    assert "Not measurable" in text
