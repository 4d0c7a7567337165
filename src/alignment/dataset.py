"""The dataset: canonical tables, their ledger and the window that the exports show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import partial
from html import escape

import pandas as pd

from alignment import tables
from alignment.arguments import one_of
from alignment.errors import ArgumentError, NotMeasurable
from alignment.ledger import Ledger
from alignment.text import Text

_TABLE_WORDS: Mapping[str, Text] = {
    "accounts": Text(en="accounts", es="cuentas"),
    "leads": Text(en="leads", es="leads"),
    "lead_stages": Text(en="stage history of leads", es="historial de etapas de los leads"),
    "opportunities": Text(en="opportunities", es="oportunidades"),
    "opportunity_stages": Text(
        en="stage history of opportunities", es="historial de etapas de las oportunidades"
    ),
    "campaigns": Text(en="campaigns", es="campañas"),
    "touches": Text(
        en="dated touches (calls, meetings, e-mails, campaign responses)",
        es="interacciones fechadas (llamadas, reuniones, correos, respuestas a campañas)",
    ),
    "spend": Text(en="spend", es="inversión"),
    "capacity": Text(en="capacity", es="capacidad"),
    "holidays": Text(en="holidays", es="festivos"),
    "experiments": Text(en="experiments", es="experimentos"),
    "goals": Text(en="goals", es="objetivos"),
}

COLUMN_WORDS: Mapping[str, Text] = {
    "account_id": Text(en="an account", es="una cuenta"),
    "amount": Text(en="an amount", es="un importe"),
    "channel": Text(en="a channel", es="un canal"),
    "closed_at": Text(en="a closing date", es="una fecha de cierre"),
    "created_at": Text(en="a creation date", es="una fecha de creación"),
    "entered_at": Text(en="a date of entry", es="una fecha de entrada"),
    "expected_close_on": Text(en="a promised closing date", es="una fecha de cierre prometida"),
    "lead_id": Text(en="a lead", es="un lead"),
    "occurred_at": Text(en="a date", es="una fecha"),
    "region": Text(en="a region", es="una región"),
    "segment": Text(en="a segment", es="un segmento"),
}


@dataclass(frozen=True, repr=False)
class Dataset:
    """Canonical tables with the ledger and the window observed.

    The tables are documented in :mod:`alignment.tables`; each is an attribute.

    Parameters
    ----------
    as_of : Timestamp
        Moment of the export, in UTC: whatever is open then is censored there.
    observed_from : Timestamp
        First moment at which the export would have shown a closing, in UTC: what began before it
        is left-truncated (it enters the risk set there).
    timezone : str
        IANA zone in which calendar days are counted.
    currency : str or None
        Reporting currency (ISO 4217), in which values are added; None where there is no money.
    ledger : Ledger
        What was read, kept, merged and set aside.
    names : DataFrame or None
        Who each lead is (``load(with_names=True)``; else None): ``lead_id``, ``source_object``,
        ``source_id``, ``name``, ``company``, ``email``, ``phone``. No table, no analysis and no
        report reads it.
    """

    as_of: pd.Timestamp
    observed_from: pd.Timestamp
    timezone: str = "UTC"
    currency: str | None = None
    accounts: pd.DataFrame = field(default_factory=partial(tables.empty, "accounts"))
    leads: pd.DataFrame = field(default_factory=partial(tables.empty, "leads"))
    lead_aliases: pd.DataFrame = field(default_factory=partial(tables.empty, "lead_aliases"))
    lead_stages: pd.DataFrame = field(default_factory=partial(tables.empty, "lead_stages"))
    opportunities: pd.DataFrame = field(default_factory=partial(tables.empty, "opportunities"))
    opportunity_stages: pd.DataFrame = field(
        default_factory=partial(tables.empty, "opportunity_stages")
    )
    stages: pd.DataFrame = field(default_factory=partial(tables.empty, "stages"))
    contact_roles: pd.DataFrame = field(default_factory=partial(tables.empty, "contact_roles"))
    campaigns: pd.DataFrame = field(default_factory=partial(tables.empty, "campaigns"))
    touches: pd.DataFrame = field(default_factory=partial(tables.empty, "touches"))
    spend: pd.DataFrame = field(default_factory=partial(tables.empty, "spend"))
    exchange_rates: pd.DataFrame = field(default_factory=partial(tables.empty, "exchange_rates"))
    capacity: pd.DataFrame = field(default_factory=partial(tables.empty, "capacity"))
    holidays: pd.DataFrame = field(default_factory=partial(tables.empty, "holidays"))
    experiments: pd.DataFrame = field(default_factory=partial(tables.empty, "experiments"))
    goals: pd.DataFrame = field(default_factory=partial(tables.empty, "goals"))
    ledger: Ledger = field(default_factory=Ledger)
    names: pd.DataFrame | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        for moment in (self.as_of, self.observed_from):
            if moment.tzinfo is None:
                raise ArgumentError(
                    "as_of and observed_from must carry a time zone",
                    value=str(moment),
                    cure="Give pandas.Timestamp(…, tz=“UTC”).",
                )
        for name in tables.MODELS:
            frame = getattr(self, name)
            for column in frame.select_dtypes("datetime"):
                if str(column).endswith("_at"):
                    raise ArgumentError(
                        f"{name}.{column} must carry a time zone",
                        cure="alignment.tables.conform makes a table as it must be.",
                    )

    def __repr__(self) -> str:
        """Say in a line what the dataset holds: its window and the rows of its tables."""
        held = ", ".join(f"{row.rows:,} {row.table}" for row in self._held().itertuples())
        return f"<Dataset {self._window()}: {held or 'no rows'}>"

    def _repr_html_(self) -> str:
        table = self._held().to_html(escape=True, index=False, border=0)
        return f"<p>Dataset {escape(self._window())}</p>{table}"

    def _window(self) -> str:
        return (
            f"as of {self.as_of:%Y-%m-%d %H:%M} UTC, closings from {self.observed_from:%Y-%m-%d}, "
            f"days of {self.timezone}, {self.currency or 'no currency'}"
        )

    def _held(self) -> pd.DataFrame:
        sizes = self.sizes()
        return sizes[sizes["rows"] > 0].reset_index(drop=True)

    def table(self, name: str) -> pd.DataFrame:
        """Return a canonical table by its name."""
        if name not in tables.MODELS:
            one_of("the table", name, tables.MODELS)
        found: pd.DataFrame = getattr(self, name)
        return found

    def replace(self, **changes: object) -> Dataset:
        """Return a copy with other tables or another window."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def has(self, table: str, *columns: str) -> bool:
        """Say whether a table has rows and, in each of the columns, at least one value."""
        frame = self.table(table)
        for column in columns:
            one_of(f"a column of {table}", column, frame.columns)
        return len(frame) > 0 and all(bool(frame[c].notna().any()) for c in columns)

    def require(self, table: str, *columns: str) -> pd.DataFrame:
        """Return a table, or say plainly that the exports do not hold it.

        Raises
        ------
        NotMeasurable
            If the table has no rows, or a column no value.
        """
        word = _TABLE_WORDS.get(table, Text(en=table, es=table))
        if not len(self.table(table)):
            raise NotMeasurable(
                Text(
                    en="Not measurable: the exports hold no {table}.",
                    es="No medible: las exportaciones no contienen {table}.",
                ).format(table=word)
            )
        for column in columns:
            one_of(f"a column of {table}", column, self.table(table).columns)
            if not self.table(table)[column].notna().any():
                raise NotMeasurable(
                    Text(
                        en="Not measurable: among the {table}, none carries {column}.",
                        es="No medible: entre los registros de {table}, ninguno lleva {column}.",
                    ).format(table=word, column=COLUMN_WORDS.get(column, Text.same(column)))
                )
        return self.table(table)

    def sizes(self) -> pd.DataFrame:
        """Count the rows of each canonical table."""
        names = [f.name for f in fields(self) if f.name in tables.MODELS]
        return pd.DataFrame({"table": names, "rows": [len(self.table(n)) for n in names]})
