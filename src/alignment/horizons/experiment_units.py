"""Who was in an experiment, when, and what was counted there by week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from alignment.dataset import Dataset
from alignment.horizons.experiment_contrast import Contrast, UnitWeeks, reached, shares
from alignment.horizons.weekly import WeeklyPanel, driver_rows
from alignment.horizons.weeks_on_record import local_day
from alignment.text import Text

Floats = NDArray[np.float64]

REGION, ACCOUNT = "region", "account"
KINDS = {
    "region": REGION,
    "regions": REGION,
    "región": REGION,
    "regiones": REGION,
    "account": ACCOUNT,
    "accounts": ACCOUNT,
    "cuenta": ACCOUNT,
    "cuentas": ACCOUNT,
}
GROUPS = 4  # into which an arm of accounts is divided, to see how much counts differ by themselves
_NOBODY = ""  # the unit of what belongs to no other


def folded(names: pd.Series) -> pd.Series:
    """Write names of units alike; missing ones are empty."""
    return names.astype("object").fillna("").astype("str").str.strip().str.casefold()


@dataclass(frozen=True)
class Round:
    """An experiment that its units began and ended on the same days.

    Parameters
    ----------
    name, kind : str
        As recorded; `kind` is ``region`` or ``account`` where it is known.
    starts_on, ends_on : Timestamp
        First and last day; `ends_on` may be missing.
    rows : DataFrame
        ``unit`` (folded) and ``arm`` (folded).
    weeks : DatetimeIndex
        Mondays of the panel.
    why : Text or None
        Why it cannot be used, as far as its rows say.
    """

    name: str
    kind: str
    starts_on: pd.Timestamp
    ends_on: pd.Timestamp
    rows: pd.DataFrame
    weeks: pd.DatetimeIndex
    why: Text | None
    units: tuple[str, ...] = field(default=(), repr=False)
    arms_of_units: tuple[str, ...] = field(default=(), repr=False)

    @property
    def arms(self) -> list[str]:
        """Names of the arms."""
        return sorted(set(self.rows["arm"]))

    def count(self, arm: str, *, same: bool) -> int:
        """Count the units of an arm, or of the other."""
        return int(((self.rows["arm"] == arm) == same).sum())

    def contrast(self, most_before: int) -> Contrast:
        """Give its arms, weeks and the weeks before it."""
        last = self.weeks + pd.Timedelta(days=6)
        end = self.ends_on if pd.notna(self.ends_on) else last[-1]
        before = np.flatnonzero(last < self.starts_on)[-most_before:]
        past = np.zeros(len(self.weeks), dtype=bool)
        past[before] = True
        arm = np.array(self.arms_of_units)
        return Contrast(
            arm == self.arms[0],
            arm == self.arms[1],
            np.asarray((self.weeks >= self.starts_on) & (last <= end)),
            past,
        )

    def oriented(
        self,
        contrast: Contrast,
        units: UnitWeeks,
        drivers: tuple[str, ...],
        held: dict[str, Floats],
        total: float,
    ) -> tuple[str, Contrast, dict[str, Floats], float]:
        """Put the arm first whose own activity moved more; the difference only turns its sign."""
        share, moved = shares(units.outcome), [0.0, 0.0]
        for name in drivers:
            z = reached(units.activity[name], share, 1.0)
            for place, arm in enumerate((contrast.changed, contrast.control)):
                own = z[:, arm] @ share[arm] / max(share[arm].sum(), 1e-12)
                moved[place] += own[contrast.window].mean() - own[contrast.before].mean()
        if abs(moved[0]) >= abs(moved[1]):
            return self.arms[0], contrast, held, total
        turned = replace(contrast, changed=contrast.control, control=contrast.changed)
        return self.arms[1], turned, {name: -part for name, part in held.items()}, -total


@dataclass(frozen=True)
class Known:
    """Rows of outcome and activity with their places, from which units are counted."""

    outcome: pd.DataFrame
    activity: pd.DataFrame
    weeks: int
    drivers: tuple[str, ...]

    def of(self, one: Round) -> UnitWeeks:
        """Count by week and unit of an experiment."""
        made = _grid(self._unit(self.outcome, one), one.units, self.weeks)
        placed = self._unit(self.activity, one)
        share, found = shares(made), {}
        for name in self.drivers:
            grid = _grid(placed[placed["driver"] == name], one.units, self.weeks)
            if one.kind == REGION:
                # What has no region reaches all regions, like their opportunities.
                grid = grid + np.multiply.outer(grid[:, -1], share)
            grid[:, -1] = 0.0
            found[name] = grid
        return UnitWeeks(made, found)

    def missing(self, one: Round) -> int:
        """Count the units of an experiment that have neither outcome nor activity."""
        column = one.kind
        known = set(self.outcome[column]) | set(self.activity[column])
        return int((~one.rows["unit"].isin(known)).sum())

    def _unit(self, rows: pd.DataFrame, one: Round) -> pd.DataFrame:
        if one.kind == REGION:
            return rows.assign(unit=rows[REGION])
        place = one.rows["arm"] + one.rows.groupby("arm").cumcount().mod(GROUPS).astype(str)
        group = dict(zip(one.rows["unit"], place, strict=True))
        return rows.assign(unit=rows[ACCOUNT].map(group).fillna(_NOBODY))


def _grid(rows: pd.DataFrame, units: Sequence[str], weeks: int) -> Floats:
    """Add up amounts by week and unit; what is of none goes to the last."""
    place = pd.Index(units).get_indexer(pd.Index(rows["unit"]))
    place = np.where(place < 0, len(units) - 1, place)
    flat = rows["week"].to_numpy(np.int64) * len(units) + place
    total = np.bincount(flat, rows["amount"].to_numpy(float), minlength=weeks * len(units))
    return total.reshape(weeks, len(units)).astype(np.float64)


def units_of(data: Dataset, panel: WeeklyPanel, activity: Sequence[str] | None) -> Known:
    """Place opportunities and activity in regions, accounts and weeks of the panel."""
    deals = data.opportunities[data.opportunities["created_at"].notna()]
    region = data.accounts.set_index("account_id")["region"]
    made = pd.DataFrame(
        {
            "day": local_day(deals["created_at"], data.timezone),
            "amount": 1.0,
            REGION: deals["account_id"].map(region),
            ACCOUNT: deals["account_id"],
        }
    )
    acted = driver_rows(data, activity)
    weeks = pd.DatetimeIndex(panel.frame["week"])
    return Known(
        _placed(made, weeks),
        _placed(acted[acted["driver"].isin(panel.names)], weeks),
        len(weeks),
        tuple(panel.names),
    )


def _placed(rows: pd.DataFrame, weeks: pd.DatetimeIndex) -> pd.DataFrame:
    week = (rows["day"] - weeks[0]).dt.days // 7 if len(rows) else pd.Series(dtype="int64")
    inside = (week >= 0) & (week < len(weeks))
    placed = rows.assign(week=week, region=folded(rows[REGION]), account=folded(rows[ACCOUNT]))
    return placed[inside].reset_index(drop=True)


def rounds(data: Dataset, panel: WeeklyPanel) -> list[Round]:
    """List the experiments of a dataset, those that began on different days apart."""
    table = data.experiments
    if not len(table):
        return []
    weeks = pd.DatetimeIndex(panel.frame["week"])
    everywhere = sorted(set(folded(data.accounts["region"])) - {_NOBODY})
    rows = table.assign(unit=folded(table["unit_id"]), arm=folded(table["arm"]))
    keys = ["experiment", "starts_on", "ends_on"]
    several = rows.drop_duplicates(keys)["experiment"].value_counts()
    found = []
    for (name, start, end), own in rows.groupby(keys, dropna=False, sort=False):
        kinds = list(dict.fromkeys(folded(own["unit_kind"]).map(lambda k: KINDS.get(k, k))))
        kept = own[["unit", "arm"]].drop_duplicates().sort_values("unit", ignore_index=True)
        why = _why(kinds, kept, panel)
        units, arms = _units_and_arms(kinds[0], kept, everywhere) if why is None else ((), ())
        told = f"{name} ({start:%Y-%m-%d})" if several[name] > 1 else str(name)
        one = Round(told, ", ".join(kinds), start, end, kept, weeks, why, units, arms)
        found.append(one)
    return sorted(found, key=lambda one: (one.starts_on, one.name))


def _units_and_arms(
    kind: str, rows: pd.DataFrame, everywhere: list[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """List the units that are counted and the arm of each, empty for those in none."""
    if kind == REGION:
        arm = dict(zip(rows["unit"], rows["arm"], strict=True))
        units = sorted({*everywhere, *arm})
        return (*units, _NOBODY), (*(arm.get(unit, "") for unit in units), "")
    arms = [(f"{arm}{n}", arm) for arm in sorted(set(rows["arm"])) for n in range(GROUPS)]
    return (*(unit for unit, _ in arms), _NOBODY), (*(arm for _, arm in arms), "")


def _why(kinds: list[str], rows: pd.DataFrame, panel: WeeklyPanel) -> Text | None:
    """Say why an experiment cannot be used, as far as its rows tell."""
    arms = set(rows["arm"])
    if panel.outcome != "opportunities":
        return Text(
            en="experiments are counted in opportunities, and this model is of the value won",
            es="los experimentos se cuentan en oportunidades, y este modelo es del valor ganado",
        )
    if len(kinds) > 1 or kinds[0] not in (REGION, ACCOUNT):
        return Text(
            en="its units are not regions or accounts, whose opportunities are counted by week",
            es="sus unidades no son regiones ni cuentas, cuyas oportunidades constan por semana",
        )
    if len(arms) != 2 or "" in arms:
        return Text(
            en="it has {n} arms that began and ended on the same days, not two",
            es="tiene {n} grupos que empezaron y terminaron los mismos días, no dos",
        ).format(n=len(arms - {""}))
    if rows["unit"].duplicated().any():
        return Text(
            en="a unit stands in both of its arms",
            es="una unidad está en sus dos grupos",
        )
    return None
