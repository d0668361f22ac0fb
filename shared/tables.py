"""Tables as stores name them for SQLAlchemy Core, and what they do with single rows.

A store names each of its tables once. A column's key is the name of the field that holds it, so that a value is a row
and a row is the value's keyword arguments. Text stays where SQL is the point: COPY, MERGE, sets of arrays, LATERAL.
Its lists of columns come from the same table (`names`, `unnest`, `arrays`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from enum import IntEnum, StrEnum
from functools import cache
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Column,
    ColumnElement,
    DateTime,
    Dialect,
    Select,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    Update,
    any_,
    bindparam,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from shared.kernel.periods import Period
from shared.kernel.refusals import Stale

T = TypeVar("T")

Instant: Final = DateTime(timezone=True)
Texts: Final = postgresql.ARRAY(Text, as_tuple=True)
Json: Final = postgresql.JSONB(none_as_null=True)
_POSTGRESQL: Final = postgresql.dialect()  # type: ignore[no-untyped-call]
_FIXED: Final = "fixed"


class Choice(TypeDecorator[Any]):
    """A member of an enumeration: as text, or as a small integer if it has an order."""

    impl = Text
    cache_ok = True

    def __init__(self, of: type[StrEnum | IntEnum]) -> None:
        super().__init__()
        self.of = of
        # Looked up, not called: lists turn some hundred values of a page into members.
        self._members: dict[Any, Any] = {None: None} | {member.value: member for member in of}

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(SmallInteger() if issubclass(self.of, IntEnum) else Text())

    def process_result_value(self, value: Any, _: Dialect) -> Any:
        return self._members[value]


class Days(TypeDecorator[Period]):
    """A period of days, as a range."""

    impl = postgresql.DATERANGE
    cache_ok = True

    def process_bind_param(self, value: Period | None, _: Dialect) -> postgresql.Range[date] | None:
        return None if value is None else postgresql.Range(value.first, value.last, bounds="[]")

    def process_result_value(self, value: postgresql.Range[date] | None, _: Dialect) -> Period | None:
        # The database gives every range without its upper bound.
        if value is None or value.lower is None:
            return None
        return Period(value.lower, None if value.upper is None else value.upper - timedelta(days=1))


def fixed(name: str, type_: TypeEngine[Any] | type[TypeEngine[Any]], *, key: str | None = None) -> Column[Any]:
    """A column that `save` leaves as it is."""
    return Column(name, type_, key=key or name, info={_FIXED: True})


def matches(table: Table, **asked: object) -> list[ColumnElement[bool]]:
    """Conditions: the columns have the values `asked`, of a tuple one of them; None means no condition.

    A statement has only the conditions it needs, so that each combination is planned with its own index.
    """
    return [
        one_of(table.c[name], value) if isinstance(value, tuple) else table.c[name] == value
        for name, value in asked.items()
        if value is not None
    ]


def one_of(column: Column[Any], values: Collection[object]) -> ColumnElement[bool]:
    """Condition: the column has one of `values`, sent as one array so that the statement stays the same."""
    return column == any_(literal(list(values), ARRAY(column.type)))


async def fetch_all(connection: AsyncConnection, statement: Select[Any], of: Callable[..., T], **given: Any) -> list[T]:
    """The rows as values; `of` takes a row's columns by their keys, `given` are the statement's parameters."""
    keys: list[Any] = [column.key for column in statement.inner_columns]
    return [of(**dict(zip(keys, row, strict=True))) for row in await connection.execute(statement, given)]


async def fetch_page(
    connection: AsyncConnection,
    table: Table,
    of: Callable[..., T],
    asked: Iterable[ColumnElement[bool]],
    *,
    after: UUID,
    limit: int,
) -> list[T]:
    """The rows that meet every condition `asked`, in the order of their ids, after the id `after`."""
    statement = select(table).where(table.c.id > after, *asked).order_by(table.c.id).limit(limit)
    return await fetch_all(connection, statement, of)


async def fetch_one(
    connection: AsyncConnection, statement: Select[Any], of: Callable[..., T], **given: Any
) -> T | None:
    """The only row as a value; None if there is none."""
    found = await fetch_all(connection, statement, of, **given)
    assert len(found) <= 1, "more than one row"
    return found[0] if found else None


def values_of(table: Table, value: object, **beside: Any) -> dict[str, Any]:
    """The table's columns with the fields of `value` and the further values `beside`."""
    return {key: beside[key] if key in beside else getattr(value, key) for key in table.c.keys()}  # noqa: SIM118


async def add(connection: AsyncConnection, table: Table, value: object, **beside: Any) -> None:
    """Store a new row: see `values_of`."""
    await connection.execute(insert(table), values_of(table, value, **beside))


async def add_all(connection: AsyncConnection, table: Table, values: Sequence[object]) -> None:
    """Store a new row for each of `values`."""
    if values:
        await connection.execute(insert(table), [values_of(table, value) for value in values])


async def save(connection: AsyncConnection, table: Table, value: Any, *, expected: int) -> None:
    """Store what can change of the row with the id of `value`. Raises Stale unless its version was `expected`."""
    changed = {column.key: getattr(value, column.key) for column in changing(table)}
    stored = {"stored_id": value.id, "stored_version": expected}
    if (await connection.execute(_update(table), changed | stored)).rowcount == 0:
        raise Stale


def changing(table: Table) -> list[Column[Any]]:
    """The columns that are not `fixed`."""
    return [column for column in table.c if not column.info.get(_FIXED)]


def names(columns: Iterable[Column[Any]]) -> str:
    """The columns' names for a statement: "id, code"."""
    return ", ".join(column.name for column in columns)


def unnest(columns: Iterable[Column[Any]], *, first: int = 1) -> str:
    """A set of rows from one array for each column: "unnest($1::uuid[], $2::text[]) AS given (id, code)".

    `first` is the number of the first parameter; `arrays` gives their values.
    """
    columns = list(columns)
    parameters = (
        f"${number}::{column.type.compile(_POSTGRESQL)}[]" for number, column in enumerate(columns, start=first)
    )
    return f"unnest({', '.join(parameters)}) AS given ({names(columns)})"


def arrays(columns: Iterable[Column[Any]], rows: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """The values of `rows`, one list for each column, in the driver's types."""
    return [[row[column.key] for row in rows] for column in columns]


def excluded(columns: Iterable[Column[Any]]) -> str:
    """The SET clause of ON CONFLICT DO UPDATE that replaces an existing row: "code = excluded.code"."""
    return ", ".join(f"{column.name} = excluded.{column.name}" for column in columns)


@cache
def _update(table: Table) -> Update:
    # Cached: building a statement takes longer than everything else here.
    return update(table).where(table.c.id == bindparam("stored_id"), table.c.version == bindparam("stored_version"))
