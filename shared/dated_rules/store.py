"""Rows of rules in the database: read, added, decided; their content never changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Final, Generic

from sqlalchemy import BigInteger, Column, ColumnElement, MetaData, Table, Text, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from shared import tables
from shared.dated_rules.rules import Provenance, R, RowState
from shared.kernel.refusals import NotFound, Stale
from shared.tables import Choice, Days, Instant

_PROVENANCE: Final = [field.name for field in fields(Provenance)]
_DECIDED: Final = ("state", "decided_by", "decided_at", "decision_reason", "sequence")
# Whoever enters or decides waits here, so numbers are given in the order of the commits, and what was read stays true.
_LOCK: Final = text("SELECT sequence FROM rule_sequence FOR UPDATE")
_NEXT: Final = text("UPDATE rule_sequence SET sequence = sequence + 1 RETURNING sequence")


def provenance_columns() -> list[Column[Any]]:
    """The columns of a table of rows that hold their provenance."""
    types: dict[str, Any] = {"state": Choice(RowState), "sequence": BigInteger}
    types |= dict.fromkeys(("entered_at", "decided_at"), Instant)
    return [Column(name, types.get(name, Text)) for name in _PROVENANCE]


def figure_table(name: str) -> Table:
    """A table of figures (shared.dated_rules.figures)."""
    texts = [Column(each, Text) for each in ("id", "key", "value", "region", "status", "source", "note")]
    return Table(name, MetaData(), *texts, Column("validity", Days), *provenance_columns())


async def lock(connection: AsyncConnection) -> None:
    """Lock the rules of the service against new rows and decisions until the transaction ends; readers go on."""
    await connection.execute(_LOCK)


async def next_sequence(connection: AsyncConnection) -> int:
    """The number of the next approval; the rules are locked as by `lock`."""
    sequence: int = (await connection.execute(_NEXT)).scalar_one()
    return sequence


@dataclass(frozen=True)
class RuleTable(Generic[R]):
    """A table of rows. `make` makes a row from the columns by their keys, with the provenance as one value."""

    table: Table
    make: Callable[..., R]

    async def entered_rows(self, connection: AsyncConnection, *asked: ColumnElement[bool]) -> list[R]:
        """The rows that meet every condition, in whatever state, by id."""
        statement = select(self.table).where(*asked).order_by(self.table.c.id)
        return await tables.fetch_all(connection, statement, self._row)

    async def load_row(self, connection: AsyncConnection, row_id: str) -> R:
        """Raises NotFound."""
        statement = select(self.table).where(self.table.c.id == row_id)
        row = await tables.fetch_one(connection, statement, self._row)
        if row is None:
            raise NotFound(what="rule row", id=row_id)
        return row

    async def add_rows(self, connection: AsyncConnection, rows: Sequence[R]) -> None:
        await tables.add_all(connection, self.table, [_Columns(row) for row in rows])

    async def keep_decision(self, connection: AsyncConnection, row: R) -> None:
        """Store the decision about a proposal. Raises Stale if there was one already."""
        decided = {name: getattr(row.provenance, name) for name in _DECIDED}
        proposal = (self.table.c.id == row.id, self.table.c.state == RowState.PROPOSED)
        if (await connection.execute(update(self.table).where(*proposal).values(decided))).rowcount == 0:
            raise Stale

    def _row(self, **columns: Any) -> R:
        """The row with these columns."""
        provenance = Provenance(**{name: columns.pop(name) for name in _PROVENANCE})
        return self.make(**columns, provenance=provenance)


class _Columns:
    """A row as a table has it: the fields of its provenance beside its own."""

    def __init__(self, row: Any) -> None:
        vars(self).update({name: getattr(row, name) for name in row.__dataclass_fields__} | asdict(row.provenance))
