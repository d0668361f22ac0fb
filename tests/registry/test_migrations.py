"""Migrations that have to carry over what is stored already."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from deploy.local.postgres import Postgres
from services.registry.plan.store import rulebook
from shared.database import driver
from shared.dated_rules.figures import nearest
from shared.file_jobs import store
from shared.file_jobs.rules import Posting, Tally
from shared.migrations.file_jobs import FILE_JOB_NAMES, FILE_JOBS
from tests.registry.school import CREDIT_CODE
from tests.support.clock import now

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

_ROSTER_FILE = """
INSERT INTO roster_file (id, institution_id, class_id, form, dry_run, sealed, digest, status, posted_by, posted_at,
    rows_total, accepted, refused)
VALUES (uuidv7(), :id, lpad('1', 32, '0')::uuid, 'xlsx', false, 'sealed', uuidv7(), 'working', 'clerk', now(), 9, 1, 1)
"""
_REFUSED_ROW = "INSERT INTO roster_file_row SELECT id, :row, 'T2', '[]', 'cells' FROM roster_file"
_WORK_OF_BEFORE = """
SELECT id FROM roster_file AS f WHERE status IN ('waiting', 'working') AND held_until IS NULL
ORDER BY (SELECT max(served_at) FROM roster_file AS s WHERE s.institution_id = f.institution_id) NULLS FIRST, id
LIMIT 1 FOR UPDATE SKIP LOCKED
"""
_SHAPE = """
SELECT 'column', attname::text, format_type(atttypid, atttypmod), attnotnull::text, attstorage::text
FROM pg_attribute WHERE attrelid IN ('file_job'::regclass, 'file_job_row'::regclass) AND attnum > 0
UNION ALL SELECT 'constraint', conname::text, pg_get_constraintdef(oid), '', '' FROM pg_constraint
WHERE conrelid IN ('file_job'::regclass, 'file_job_row'::regclass) AND contype <> 'n'
UNION ALL SELECT 'index', indexname::text, indexdef, '', '' FROM pg_indexes
WHERE tablename IN ('file_job', 'file_job_row')
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


async def test_roster_files_in_flight_go_on_as_file_jobs_and_the_version_before_still_finds_them(
    engine: AsyncEngine,
) -> None:
    await migrate(engine, "0022")
    values = {"id": UUID(int=1), "credit_code": CREDIT_CODE, "row": 3}
    async with engine.begin() as connection:
        for statement in (_INSTITUTION, _CLASSES, _ROSTER_FILE, _REFUSED_ROW):
            await connection.execute(text(statement), values)

    await migrate(engine, "head")

    async with engine.begin() as connection:
        file = await store.lock_next(connection, ["roster"], at=now())
        assert file is not None
        assert file.posting == Posting(UUID(int=1), UUID(int=1), "clerk", dry_run=False, file_id=file.id)
        assert (file.tally, await store.content(connection, file.id)) == (Tally(1, 0, 1), b"sealed")
        assert [row.row for row in await store.rows(connection, file.id, after=0, limit=9)] == [3]
    async with engine.begin() as connection:
        # As workers and routes of the version before do.
        assert await connection.scalar(text(_WORK_OF_BEFORE)) == file.id
        await connection.execute(text(_ROSTER_FILE), values)
        await (await driver(connection)).copy_records_to_table(
            "roster_file_row",
            columns=["file_id", "row", "row_id", "errors", "sealed"],
            records=[(file.id, 4, None, "[]", b"cells")],
        )
        assert [row.row for row in await store.rows(connection, file.id, after=0, limit=9)] == [3, 4]
        assert await store.standing(connection, "roster", UUID(int=1)) == 2


async def test_the_registrys_file_jobs_have_the_shape_that_is_shared(engine: AsyncEngine) -> None:
    await migrate(engine, "head")
    async with engine.begin() as connection:
        migrated = {tuple(row) for row in await connection.execute(text(_SHAPE))}
        dropped = ("DROP VIEW roster_file, roster_file_row", "DROP TABLE file_job_row, file_job")
        for statement in (*dropped, *FILE_JOBS, *FILE_JOB_NAMES):
            await connection.execute(text(statement))

        assert migrated == {tuple(row) for row in await connection.execute(text(_SHAPE))}


_RULES_OF_BEFORE = (
    """
    INSERT INTO policy_row (key, region, validity, value, status, source)
    VALUES ('class.seats_max', '410000', '[2025-01-01,)', '60', 'assumption', 'rules §5.2')
    """,
    "INSERT INTO project (code, version) VALUES ('P-L4', 3)",
    """
    INSERT INTO project_term (project, listed, name_zh, name_en, edition, occupation, level, category, hours_min,
        is_scarce, is_needed, put_by)
    VALUES ('P-L4', '[2025-01-01,2026-01-01)', '项目', 'P', '2022', '4-10-01-05', 4, '养老', 56, false, true, NULL),
        ('P-L4', '[2026-01-01,)', '项目', 'P', '2022', '4-10-01-05', 4, '养老', 80, false, true, 'somebody')
    """,
    """
    INSERT INTO plan_entry (subject, version, content)
    VALUES ('regions/410000', 1, '{"code": "410000", "parent": null}'),
        ('calendar/2025-01-26', 1, '{"day": "2025-01-26", "working": true, "name_zh": "春节调休上班"}')
    """,
)
_A_ROW_BY_THE_VERSION_BEFORE = (
    "DELETE FROM policy_row WHERE key = 'class.seats_max' AND region = '410000' AND lower(validity) = '2026-01-01'",
    """
    UPDATE policy_row SET validity = daterange(lower(validity), '2026-01-01')
    WHERE key = 'class.seats_max' AND validity @> date '2026-01-01' AND upper_inf(validity)
    """,
    """
    INSERT INTO policy_row (key, region, validity, value, status, source)
    VALUES ('class.seats_max', '410000', '[2026-01-01,)', '50', 'sourced', 'a document')
    """,
)


async def test_rules_of_before_are_known_from_their_first_days_and_the_version_before_still_enters_some(
    engine: AsyncEngine,
) -> None:
    await migrate(engine, "0028")
    async with engine.begin() as connection:
        for statement in _RULES_OF_BEFORE:
            await connection.exec_driver_sql(statement)

    await migrate(engine, "head")

    async with engine.begin() as connection:
        book = await rulebook.current(connection)
        for statement in _A_ROW_BY_THE_VERSION_BEFORE:
            await connection.exec_driver_sql(statement)
        later = await rulebook.current(connection)
    assert book.calendar.listed == {date(2025, 1, 26): True}
    terms = book.catalogue["P-L4"]
    assert [(each.hours_min, each.listed.last, each.version) for each in terms] == [
        (56, date(2025, 12, 31), 3), (80, None, 3),
    ]  # fmt: skip
    assert [each.provenance.entered_by for each in terms] == ["load-plan", "somebody"]
    (seats,) = [each for each in book.policy_rows if each.key == "class.seats_max"]
    assert (seats.provenance.sequence, seats.provenance.decided_at) == (0, datetime(2024, 12, 31, 16, tzinfo=UTC))
    held = [
        nearest(later.policy_rows, day=day, region_and_above=["410000"])["class.seats_max"].value
        for day in (date(2025, 12, 31), date(2026, 1, 1))
    ]
    assert held == ["60", "50"]
