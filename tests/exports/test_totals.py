"""A report's own totals beside the rows that were kept."""

import pandas as pd
import pytest

from alignment.exports.totals import tolerance
from alignment.loading import load

REPORT = """\
Campaign report
"July 8, 2025 - July 31, 2025"
Campaign,Day,Currency code,Cost,Impr.,Clicks
Search MX,2025-07-08,MXN,1050.25,"12,884",321
Search ES,2025-07-08,MXN,20.5,1, --
Total: Campaigns, --,MXN,{cost},"{seen}",321
Total: Account, --,MXN,{account},"13,884",330
"""


def notes(folder, **numbers):
    (folder / "report.csv").write_text(REPORT.format(**numbers), encoding="utf-8")
    found = load(folder).ledger.notes
    return found[found["rule"].str.startswith("total-")].set_index("message")


def test_rows_that_add_up_are_said_to(tmp_path):
    found = notes(tmp_path, cost="1070.75", seen="12,885", account="1,090.25")
    assert set(found["rule"]) == {"total-agrees"}
    assert len(found) == 3
    assert found["example"].unique().tolist() == ["row 6"]
    assert found.index.str.contains("1,070.75").any()
    assert found["message_es"].str.contains("suman el total").all()


def test_rows_that_do_not_add_up_are_told_with_the_difference(tmp_path):
    found = notes(tmp_path, cost="1170.75", seen="12,885", account="2,090.25")
    wrong = found[found["rule"] == "total-differs"]
    assert len(wrong) == 1
    assert "1,070.75" in wrong.index[0]
    assert "1,170.75" in wrong.index[0]
    assert "-100" in wrong.index[0]


def test_a_cent_of_rounding_is_no_difference(tmp_path):
    found = notes(tmp_path, cost="1070.76", seen="12,885", account="2,090.25")
    assert set(found["rule"]) == {"total-agrees"}


def test_another_total_of_the_file_counts_where_it_is_the_one_that_fits(tmp_path):
    found = notes(tmp_path, cost="50.00", seen="12,885", account="1070.75")
    cost = found[found.index.str.contains("Cost")]
    assert cost["rule"].tolist() == ["total-agrees"]
    assert cost["example"].tolist() == ["row 7"]


@pytest.mark.parametrize(("rows", "most"), [(2, 0.04), (1200, 0.42)])
def test_the_tolerance_grows_with_the_square_root_of_the_rows(rows, most):
    assert 0.01 < tolerance(pd.Series([0.25] * rows)) < most
