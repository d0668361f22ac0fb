"""Migrations that have to carry over what is stored already."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.local.postgres import Postgres
from tests.registry.school import CREDIT_CODE

ROOT = Path(__file__).parents[2]
NAME = "migrated"
ONE, OTHER = UUID(int=101), UUID(int=102)

_PEOPLE = (
    "INSERT INTO trainee (person, document_kind, sealed) VALUES (:one, 'resident_id', ''), (:other, 'passport', '')"
)
_INSTITUTION = """
INSERT INTO institution (id, credit_code, name, kind, region, reporting_region, version)
VALUES (:id, :credit_code, '郑州学校', 'training_school', '410102', '410100', 1)
"""
_CLASSES = """
INSERT INTO class (id, institution_id, local_id, programme, region, reporting_region, occupation, level, starts_on,
    ends_on, hours, seats, status, filed_by, version)
SELECT lpad(n::text, 32, '0')::uuid, :id, 'C' || n, 'S01', '410102', '410100', '4-10-01-05', 4,
    date '2025-03-01' + 30 * n, date '2025-03-20' + 30 * n, 60, 40, 'running', 'clerk', 1
FROM generate_series(1, 5) AS n
"""
_ENROLMENTS = """
INSERT INTO enrolment (id, class_id, institution_id, person, local_id, programme, tags, status, hours, effective_on,
    version, from_on, until_on, transferred_from)
SELECT lpad((10 + n)::text, 32, '0')::uuid, c.id, c.institution_id, :one, 'T' || n, 'S01', '{}', 'in_training', 0,
    c.starts_on, 1, c.starts_on, c.ends_on, CASE WHEN n = 3 THEN lpad('12', 32, '0')::uuid END
FROM generate_series(1, 5) AS n JOIN class AS c ON c.local_id = 'C' || n
"""
_MERGES = """
INSERT INTO person_merge (id, person, into_person, region, reason, merged_by, merged_at, undone_by, undone_at, moved)
VALUES (uuidv7(), :other, :one, '410102', 'r', 'o', now(), NULL, NULL, ARRAY[lpad('12', 32, '0')::uuid]),
    (uuidv7(), :other, :one, '410102', 'r', 'o', now(), 'o', now(), ARRAY[lpad('14', 32, '0')::uuid])
"""


@pytest.fixture
async def engine(postgres: Postgres) -> AsyncGenerator[AsyncEngine]:
    await postgres.create_database(NAME)
    engine = create_async_engine(postgres.url(NAME).replace("postgresql://", "postgresql+asyncpg://", 1))
    yield engine
    await engine.dispose()
    await postgres.drop_database(NAME)


async def migrate(engine: AsyncEngine, to: str) -> None:
    def run(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", str(ROOT / "services" / "registry" / "migrations"))
        config.attributes["connection"] = connection
        command.upgrade(config, to)

    async with engine.begin() as connection:
        await connection.run_sync(run)


async def test_what_a_standing_merge_moved_remembers_its_paper_with_its_transfers(engine: AsyncEngine) -> None:
    await migrate(engine, "0010")
    values = {"one": ONE, "other": OTHER, "id": UUID(int=1), "credit_code": CREDIT_CODE}
    async with engine.begin() as connection:
        for statement in (_PEOPLE, _INSTITUTION, _CLASSES, _ENROLMENTS, _MERGES):
            await connection.execute(text(statement), values)

    await migrate(engine, "head")

    async with engine.begin() as connection:
        came = await connection.execute(text("SELECT local_id, came_as FROM enrolment ORDER BY local_id"))
        counted = await connection.execute(text("SELECT enrolments FROM person_merge"))
        assert [tuple(row) for row in came] == [
            ("T1", None), ("T2", OTHER), ("T3", OTHER), ("T4", None), ("T5", None),
        ]  # fmt: skip
        assert [row.enrolments for row in counted] == [1, 1]
