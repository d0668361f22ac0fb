"""Which statements reach PostgreSQL: those of SQLAlchemy, and those that are given to the driver itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import asyncpg
import pytest
from sqlalchemy import Engine, Pool, event

_TRANSACTIONS: Final = ("BEGIN", "COMMIT", "ROLLBACK")
_INTROSPECTION: Final = ("typeinfo_tree", "current_setting('jit')")
"""In what the driver asks before it reads a type for the first time on a connection."""


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collects the text of each statement that any engine of this process sends while the context is open.

    Beginnings and ends of transactions, with what is asked in the same message, and the driver's own questions about
    types, do not count. Records copied to a table count as one COPY.
    """
    sent: list[str] = []
    connections: set[Any] = set()
    copy = asyncpg.Connection.copy_records_to_table

    def through_sqlalchemy(_: Any, __: Any, statement: str, ___: Any, ____: Any, executemany: bool) -> None:
        if not executemany:  # the driver reports that one as well
            sent.append(statement)

    def through_driver(record: Any) -> None:
        text = record.query
        if not text.startswith(_TRANSACTIONS) and not any(each in text for each in _INTROSPECTION):
            sent.append(text)

    def watch(connection: Any, _: Any, __: Any) -> None:
        connections.add(connection.driver_connection)
        connection.driver_connection.add_query_logger(through_driver)

    async def copy_counted(self: Any, table_name: str, **options: Any) -> Any:
        sent.append(f"COPY {table_name}")
        return await copy(self, table_name, **options)

    event.listen(Engine, "before_cursor_execute", through_sqlalchemy)
    event.listen(Pool, "checkout", watch)
    with pytest.MonkeyPatch.context() as patch:
        # The driver reports what it executes and fetches, but not what it copies.
        patch.setattr(asyncpg.Connection, "copy_records_to_table", copy_counted)
        try:
            yield sent
        finally:
            event.remove(Engine, "before_cursor_execute", through_sqlalchemy)
            event.remove(Pool, "checkout", watch)
            for each in connections:
                if not each.is_closed():
                    each.remove_query_logger(through_driver)
