"""The moment of export: closings are believed as far as they follow on from what is known."""

import pandas as pd
import pytest
from folders import loaded
from hypothesis import given
from hypothesis import strategies as st

from alignment.exports.moments import PAUSE, following

HEAD = "Id,StageName,Amount,CurrencyIsoCode,CloseDate,IsClosed,IsWon,CreatedDate\n"
KNOWN = pd.Timestamp("2026-01-01", tz="UTC")


def deals(*closings, stage="Closed Won", created="2026-01-31 10:00:00"):
    rows = (
        f"0065e000000{n:04d}AAA,{stage},100,MXN,{day},1,{int(stage == 'Closed Won')},{created}\n"
        for n, day in enumerate(closings)
    )
    return HEAD + "".join(rows)


def moments(*days):
    at = KNOWN + pd.to_timedelta(list(days), unit="D")
    return pd.Series(at, dtype="datetime64[us, UTC]")


@pytest.mark.parametrize(
    ("days", "believed"),
    [
        ([], []),
        ([-40, 0], []),  # they say nothing that is not known
        ([92], [92]),  # the longest quarter
        ([93], []),
        ([1, 93, 185], [1, 93, 185]),  # each from the one before it
        ([1, 94, 95], [1]),  # what lies beyond a pause is not believed, however much it is
        ([1, 1126, 1127, 30], [1, 30]),
    ],
)
def test_closings_are_believed_until_the_first_quarter_without_one(days, believed):
    assert sorted(following(moments(*days), KNOWN)) == list(moments(*believed))


def test_where_nothing_else_is_known_all_closings_are_believed():
    assert following(moments(1, 400), None).tolist() == list(moments(1, 400))


@given(st.lists(st.integers(-400, 400), max_size=12), st.integers(1, 4000), st.randoms())
def test_a_date_beyond_a_pause_changes_nothing_in_whatever_order(days, beyond, random):
    believed = following(moments(*days), KNOWN)
    wrong = max([0, *days]) + PAUSE.days + beyond
    more = [*days, wrong]
    random.shuffle(more)
    assert following(moments(*more), KNOWN).tolist() == believed.tolist()


WON = ("2026-02-14", "2026-05-10", "2026-07-30", "2026-09-18")


def test_one_wrong_closing_date_does_not_move_the_moment_of_export_and_is_told(tmp_path):
    data = loaded(tmp_path, {"Opportunity.csv": deals(*WON, "2029-01-31")})
    assert data.as_of == pd.Timestamp("2026-09-18", tz="UTC")
    note = data.ledger.notes.set_index("rule").loc["closed-after-export"]
    assert (note["rows"], note["example"]) == (1, "Opportunity.csv, row 6")
    for language in ("message", "message_es"):
        assert "0065e0000000004AAA 2029-01-31" in note[language]
        assert "mapping.toml: [window] as_of = 2029-02-01." in note[language]


@pytest.mark.parametrize("day", ["2036-09-17", "2099-12-31", "9999-12-31"])
def test_whatever_year_was_typed(tmp_path, day):
    data = loaded(tmp_path, {"Opportunity.csv": deals(*WON, day)})
    assert data.as_of == pd.Timestamp("2026-09-18", tz="UTC")
    told = {"closed-after-export", "implausible-date"} & set(data.ledger.notes["rule"])
    assert len(told) == 1


def test_what_the_note_says_cures_a_date_that_is_right(tmp_path):
    files = {
        "Opportunity.csv": deals(*WON, "2029-01-31"),
        "mapping.toml": "[window]\nas_of = 2029-02-01\n",
    }
    data = loaded(tmp_path, files)
    assert data.as_of == pd.Timestamp("2029-02-01", tz="UTC")
    assert "closed-after-export" not in set(data.ledger.notes["rule"])


def test_the_note_names_the_five_latest_deals(tmp_path):
    late = [f"2029-01-{day:02d}" for day in range(1, 8)]
    data = loaded(tmp_path, {"Opportunity.csv": deals(*WON, *late)})
    note = data.ledger.notes.set_index("rule").loc["closed-after-export"]
    assert note["rows"] == 7
    assert [day in note["message"] for day in late] == [False] * 2 + [True] * 5


def test_closings_move_it_as_far_as_they_follow_on(tmp_path):
    data = loaded(tmp_path, {"Opportunity.csv": deals(*WON)})
    assert data.as_of == pd.Timestamp("2026-09-18", tz="UTC")
    assert "closed-after-export" not in set(data.ledger.notes["rule"])
