"""The columns of dated entries, and conditions on their days."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Date,
    Function,
    Integer,
    Table,
    Text,
    Uuid,
    and_,
    func,
    literal_column,
    or_,
)

from shared.tables import Instant, fixed

_NEVER: Final = literal_column("'infinity'", Date)


def columns(*, opened: str, ended: str, ending: str) -> list[Column[Any]]:
    """The columns of an entry, named with the words of its table: "opened_by", "closed_by", "closing_reason"."""
    return [
        fixed("id", Uuid),
        fixed("first_on", Date),
        Column("last_on", Date),
        fixed(f"{opened}_by", Text, key="opened_by"),
        fixed(f"{opened}_at", Instant, key="opened_at"),
        Column(f"{ended}_by", Text, key="ended_by"),
        Column(f"{ended}_at", Instant, key="ended_at"),
        Column(f"{ending}_reason", Text, key="ending_reason"),
        Column("version", Integer),
    ]


def stand_on(table: Table, day: date) -> ColumnElement[bool]:
    """Condition: the entry holds on `day`."""
    return and_(table.c.first_on <= day, or_(table.c.last_on.is_(None), table.c.last_on >= day))


def stand_since(table: Table, day: date) -> ColumnElement[bool]:
    """Condition: the entry holds on `day` or on a later day."""
    return or_(table.c.last_on.is_(None), table.c.last_on >= func.greatest(table.c.first_on, day))


def end(table: Table) -> Function[Any]:
    """The last day of an entry as the indexes sort it: open-ended entries come last."""
    return func.coalesce(table.c.last_on, _NEVER)
