"""The tables of the stores match the migrated database, column by column."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module

import asyncpg
import pytest
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from shared.service import Service
from tests.architecture.tree import ROOT, SERVICES, modules
from tests.conftest import Database

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
TAKES = {
    "VARCHAR": {"TEXT"},
    "TEXT": {"TEXT"},
    "INTEGER": {"INTEGER", "SMALLINT"},
    "FLOAT": {"DOUBLE PRECISION"},
}
"""Types of columns by the type they are named with, where it is not the same: a number may be stored in fewer bytes."""
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped
"""


def tables_of(service: str) -> Iterator[Table]:
    for path in modules(f"services/{service}"):
        if "store" in path.relative_to(ROOT).with_suffix("").parts:
            module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
            yield from (value for value in vars(module).values() if isinstance(value, Table))


@pytest.mark.parametrize("name", SERVICES)
async def test_stores_name_columns_that_the_database_has(name: str, database: Database) -> None:
    service: Service = import_module(f"services.{name}.worker").SERVICE
    connection = await asyncpg.connect(await database(service))

    wrong = []
    for table in tables_of(name):
        stored = {row[0]: row[1].upper() for row in await connection.fetch(COLUMNS, f'"{table.name}"')}
        for column in table.c:
            named, has = column.type.compile(DIALECT), stored.get(column.name)
            if has not in TAKES.get(named, {named}):
                wrong.append(f"{table.name}.{column.name}: {named}, {has}")
    await connection.close()

    assert wrong == []
