"""First moments, from a moment on; whose touches; and the end of a day in a zone."""

from __future__ import annotations

import pandas as pd
import pytest

from alignment import tables
from alignment.dataset import Dataset
from alignment.errors import NotMeasurable
from alignment.moments import column_of_leads, first, handed_at, own_touches, places, sales_touches


def at(*moments):
    return pd.Series(pd.to_datetime(list(moments), utc=True)).dt.as_unit("us")


def folder(touches=None, stages=None, as_of="2026-12-31", zone="Europe/Madrid"):
    more = {}
    if touches is not None:
        calls = pd.DataFrame(touches, columns=["lead_id", "occurred_at", "team", "precision"])
        calls = calls.assign(
            occurred_at=at(*calls["occurred_at"]),
            touch_id=[str(i) for i in range(len(calls))],
            channel="Call",
            kind="call",
        )
        more["touches"] = tables.conform("touches", calls)
    if stages is not None:
        moves = pd.DataFrame(stages, columns=["lead_id", "entered_at", "stage"])
        moves["entered_at"] = at(*moves["entered_at"])
        more["lead_stages"] = tables.conform("lead_stages", moves)
    people = {
        "lead_id": ["a", "b"],
        "created_at": at("2026-01-01", "2026-01-01"),
        "account_id": ["A", None],
    }
    return Dataset(
        as_of=pd.Timestamp(as_of, tz="UTC"),
        observed_from=pd.Timestamp("2026-01-01", tz="UTC"),
        timezone=zone,
        leads=tables.conform("leads", people),
        accounts=tables.conform("accounts", {"account_id": ["A"], "region": ["North"]}),
        **more,
    )


def test_the_first_moment_from_another_on():
    rows = [("a", f"2026-0{month}-01", "sal") for month in (2, 4, 6)] + [("b", "2026-05-01", "sal")]
    data = folder(stages=rows, as_of="2026-05-15")
    ever = first(data, data.lead_stages, "entered_at")
    assert ever.tolist() == at("2026-02-01", "2026-05-01").tolist()
    since = first(data, data.lead_stages, "entered_at", at("2026-04-01", "2026-05-02"))
    assert since[0] == at("2026-04-01")[0]
    assert pd.isna(since[1])
    late = first(data, data.lead_stages, "entered_at", at("2026-04-02", None))
    assert late.isna().all()  # June came after the export; without a moment nothing counts


def test_a_day_ends_where_it_is_known():
    # In Madrid the clock goes forward on 29 March 2026, a day of 23 hours, and back on 25 October.
    days = ["2026-03-28T23:00", "2026-10-24T22:00", "2026-07-01T22:00"]
    data = folder([("a", day, "sales", "day") for day in days])
    ends = sales_touches(data)["occurred_at"]
    assert (
        ends.tolist()
        == at("2026-03-29T21:59:59", "2026-10-25T22:59:59", "2026-07-02T21:59:59").tolist()
    )
    cut = sales_touches(folder([("a", days[0], "sales", "day")], as_of="2026-03-29T10:00"))
    assert cut["occurred_at"].tolist() == at("2026-03-29T10:00").tolist()
    known = sales_touches(folder([("a", days[0], "sales", "instant")]))
    assert known["occurred_at"].tolist() == at(days[0]).tolist()


def test_each_team_has_its_own_touches():
    data = folder(
        [("a", "2026-03-01", "sales", "instant"), ("a", "2026-03-02", "marketing", "day")]
    )
    assert own_touches(data, "marketing")["team"].tolist() == ["marketing"]
    initiator = data.touches["initiator"]
    buyers = initiator.mask(initiator.notna(), "buyer")
    bought = data.replace(touches=data.touches.assign(initiator=buyers))
    assert not len(own_touches(bought, "sales"))
    with pytest.raises(NotMeasurable, match="no touch that sales started"):
        sales_touches(bought)


def test_who_was_handed_over():
    data = folder(stages=[("a", "2026-03-01", "mql"), ("b", "2026-03-02", "sal")])
    assert handed_at(data).notna().tolist() == [True, False]
    with pytest.raises(NotMeasurable, match="handed over"):
        handed_at(folder(stages=[("a", "2026-03-01", "sal")]))


def test_a_label_comes_from_the_lead_or_its_account():
    data = folder()
    assert places(pd.Series(["b", None, "x"]), data.leads["lead_id"]).tolist() == [1, -1, -1]
    region = column_of_leads(data, [1, 0], "region")
    assert region.isna().tolist() == [True, False]
    assert region[1] == "North"
    assert column_of_leads(data, [0], "nothing") is None
