"""The cohort triangle: cells counted by hand, and young cohorts that only look fast."""

import numpy as np
import pytest
from statsmodels.stats.proportion import confint_proportions_2indep

from alignment.errors import ArgumentError, NotMeasurable
from alignment.lead_to_close import cohort_triangle, find_clocks


def sold(company, leads, *, as_of, observed_from=0):
    """Build a company from (how many, day created, day won or None); day 0 is 1 January 2025."""
    people, deals = [], []
    for count, created, won in leads:
        for _ in range(count):
            name = f"L{len(people)}"
            people.append({"lead_id": name, "created_at": created})
            if won is not None:
                deals.append(
                    {
                        "opportunity_id": name,
                        "lead_id": name,
                        "created_at": created,
                        "closed_at": won,
                        "status": "won",
                    }
                )
    return company(people, deals, as_of=as_of, observed_from=observed_from)


def triangle(data, group="cohort"):
    return cohort_triangle(find_clocks(data, start="lead", end="won", group=group))


def test_whole_cells_are_plain_counts_and_the_others_are_empty(company):
    data = sold(
        company,
        [
            (1, 0, 50),
            (1, 10, 110),
            (2, 30, None),
            (1, 95, 186),  # won on day 91 of its own, the last of its first quarter
            (1, 100, None),
            (1, 175, None),
            (1, 360, None),
        ],
        as_of=364,
    )
    cells = triangle(data).to_frame().set_index(["cohort", "age"])
    assert cells["day"].unique().tolist() == [91, 183, 274]  # none is a year old
    first, second = cells.loc["2025Q1"], cells.loc["2025Q2"]
    assert first["state"].tolist() == ["whole"] * 3
    assert first["estimate"].tolist() == pytest.approx([1 / 4, 2 / 4, 2 / 4])
    assert first["events"].tolist() == [1, 2, 2]
    assert first["leads"].tolist() == [4] * 3
    assert second["state"].tolist() == ["whole", "whole", "missing"]
    assert second["estimate"].iloc[0] == pytest.approx(1 / 3)
    assert cells.loc["2025Q4", "state"].tolist() == ["missing"] * 3


def test_a_cell_that_is_not_fully_followed_counts_the_young_while_they_were(company):
    """By hand: 6 of 80 end on day 60, 38 leave on day 70, and 4 of the 36 left end on day 80."""
    data = sold(
        company,
        [(4, 0, 60), (4, 0, 80), (32, 0, None), (2, 80, 140), (38, 80, None)],
        as_of=150,
    )
    cell = triangle(data).to_frame().iloc[0]
    assert cell["state"] == "partial"
    assert cell["estimate"] == pytest.approx(1 - (74 / 80) * (32 / 36))
    assert (cell["leads"], cell["events"], cell["at_risk"]) == (80, 10, 32)


def test_cohorts_that_were_not_seen_from_the_start_are_not_whole(company):
    leads = [(60, 0, None), (40, 30, 80), (60, 30, None), (40, 100, 140), (60, 100, None)]
    data = sold(company, leads, as_of=364, observed_from=20)
    cells = triangle(data).to_frame().set_index(["cohort", "age"])["state"]
    assert cells.loc["2025Q1"].unique().tolist() == ["partial"]
    assert cells.loc["2025Q2"].iloc[0] == "whole"


def test_recent_and_earlier_are_compared_at_the_longest_age_of_both(company):
    leads = [(20, 0, 50), (80, 0, None), (40, 100, 150), (60, 100, None)]
    result = triangle(sold(company, leads, as_of=300))
    assert result.common_day == 183  # the recent have been followed for 200 days
    assert result.compared["which"].tolist() == ["recent", "earlier"]
    assert result.compared["first"].tolist() == ["2025Q2", "2025Q1"]
    assert result.compared["estimate"].tolist() == pytest.approx([0.4, 0.2])
    assert result.compared["mean_days"].tolist() == [50, 50]
    assert result.difference == pytest.approx(0.2)
    low, high = confint_proportions_2indep(40, 100, 20, 100, method="newcomb", alpha=0.1)
    assert (result.low, result.high) == pytest.approx((low, high), abs=0.006)


def test_young_cohorts_look_fast_and_are_not(seeded_company):
    result = triangle(seeded_company(n=6000))
    recent, earlier = result.compared["mean_days"]
    assert recent < 0.75 * earlier  # one pace for all: the dashboard sees a quarter less
    assert result.low < 0 < result.high
    # Down a column, each cohort holds the truth: won before lost, by its 91st day.
    time = np.arange(0, 91.5, 0.05)
    density = np.gradient(-np.exp(-((time / 120) ** 1.3)), 0.05) * np.exp(-((time / 90) ** 0.9))
    cells = result.to_frame().query("age == 1 and state == 'whole'")
    assert len(cells) == 3
    assert (cells["low"] < density.sum() * 0.05).all()
    assert (cells["high"] > density.sum() * 0.05).all()


def test_months_work_too(company):
    leads = [(3, 0, 5), (7, 10, None), (10, 40, None)]
    result = triangle(sold(company, leads, as_of=100), "cohort by month")
    cells = result.to_frame().set_index(["cohort", "day"])
    assert result.period == "month"
    assert cells.loc[("2025-01", 30), "estimate"] == pytest.approx(0.3)
    assert cells.loc[("2025-01", 61), "state"] == "whole"  # the month ended 69 days ago
    assert cells.loc[("2025-01", 91), "state"] == "missing"


def test_what_is_no_cohort_or_too_young_is_refused(company):
    data = sold(company, [(2, 0, 20)], as_of=60)
    with pytest.raises(ArgumentError):
        cohort_triangle(find_clocks(data, start="lead", end="won"))
    with pytest.raises(NotMeasurable, match="no cohort is old enough"):
        triangle(data)
