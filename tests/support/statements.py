"""Which statements reach PostgreSQL: those of SQLAlchemy, and those that are given to the driver itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Engine, Pool, event

_NOT_COUNTED: Final = ("BEGIN", "COMMIT", "ROLLBACK")
_INTROSPECTION: Final = ("typeinfo_tree", "set_config('jit'")
"""In the queries by which the driver learns a type, once for each connection that meets it."""


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collects the text of each statement that any engine of this process sends while the context is open.

    The beginning and the end of transactions and the driver's own questions about types do not count.
    """
    sent: list[str] = []
    drivers: set[Any] = set()

    def through_sqlalchemy(_: Any, __: Any, statement: str, ___: Any, ____: Any, executemany: bool) -> None:
        if not executemany:  # that one goes through the driver's logger as well
            sent.append(statement)

    def through_driver(record: Any) -> None:
        if not record.query.startswith(_NOT_COUNTED) and not any(each in record.query for each in _INTROSPECTION):
            sent.append(record.query)

    def watch(connection: Any, _: Any, __: Any) -> None:
        drivers.add(connection.driver_connection)
        connection.driver_connection.add_query_logger(through_driver)

    event.listen(Engine, "before_cursor_execute", through_sqlalchemy)
    event.listen(Pool, "checkout", watch)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", through_sqlalchemy)
        event.remove(Pool, "checkout", watch)
        for driver in drivers:
            if not driver.is_closed():
                driver.remove_query_logger(through_driver)
