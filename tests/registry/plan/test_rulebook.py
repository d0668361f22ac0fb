"""The rulebook in memory: it is read once, and no transaction ever goes by another one than it would have read."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.plan.rules.rulebook import Rulebook
from services.registry.plan.store import rulebook as store
from services.registry.worker import SERVICE
from shared.service import worker_engine
from tests.conftest import Database
from tests.registry.school import SET_POLICY, set_projects_statement
from tests.support.services import ServiceUnderTest
from tests.support.statements import statements

WRITES = {
    "plan_entry": "UPDATE plan_entry SET content = content || '{\"parent\": null}' WHERE subject = 'regions/410102'",
    "policy_row (added)": """
        INSERT INTO policy_row (key, region, validity, value, status, source)
        VALUES ('class.seats_max', '410102', '[2025-01-01,)', '7', 'sourced', 'somewhere')
    """,
    "policy_row (emptied)": "TRUNCATE policy_row",
    "policy_row (decided)": """
        WITH proposal AS (SELECT * FROM policy_row WHERE key = 'class.seats_max')
        INSERT INTO policy_row (key, region, validity, value, status, source, state, decided_by, decided_at, sequence)
        SELECT key, region, validity, '7', status, source, 'proposed', NULL, NULL, NULL FROM proposal
    """,
    "project_term (added)": """
        INSERT INTO project_term (project, listed, name_zh, name_en, edition, occupation, level, category, hours_min,
            is_scarce, is_needed)
        SELECT project, listed, name_zh, name_en, edition, occupation, level, category, 7, is_scarce, is_needed
        FROM project_term
    """,
    "project_term (emptied)": "TRUNCATE project_term",
}
MARCH = date(2026, 3, 1)


async def current(registry: ServiceUnderTest) -> Rulebook:
    """The rulebook of a transaction of its own."""
    async with registry.engine.begin() as connection:
        return await store.current(connection)


async def write(connection: AsyncConnection, value: int) -> None:
    """Another figure in the policy, and the same in the catalogue."""
    for statement in (SET_POLICY, set_projects_statement("true", "hours_min")):
        values = {"key": "class.seats_max", "value": str(value), "hours_min": value}
        names = [name for name in values if f":{name}" in statement]
        await connection.execute(text(statement), {name: values[name] for name in names})


def written(rulebook: Rulebook) -> tuple[set[int], set[int]]:
    """The figures that `write` writes, as policy and as catalogue."""
    seats = {rulebook.policy(MARCH, "410000").class_seats_max}
    return seats, {term.hours_min for terms in rulebook.catalogue.values() for term in terms}


class TestMemory:
    async def test_what_did_not_change_is_not_read_again(self, registry: ServiceUnderTest) -> None:
        first = await current(registry)

        with statements() as sent:
            again = await current(registry)

        assert again is first
        assert len(sent) == 1

    @pytest.mark.parametrize("statement", WRITES.values(), ids=WRITES)
    async def test_every_write_is_seen_by_the_next_transaction(
        self, registry: ServiceUnderTest, statement: str
    ) -> None:
        before = await current(registry)

        async with registry.engine.begin() as connection:
            await connection.execute(text(statement))

        assert await current(registry) != before

    async def test_a_transaction_sees_what_it_has_written_itself(self, registry: ServiceUnderTest) -> None:
        async with registry.engine.begin() as connection:
            for value in (7, 8):
                await write(connection, value)
                assert written(await store.current(connection)) == ({value}, {value})

    async def test_what_is_not_committed_is_seen_by_nobody_else(self, registry: ServiceUnderTest) -> None:
        before = await current(registry)

        async with registry.engine.connect() as writer:
            await write(writer, 7)
            assert written(await store.current(writer)) == ({7}, {7})
            meanwhile = await current(registry)
            await writer.rollback()

        assert meanwhile == before
        assert await current(registry) == before

    async def test_what_was_rolled_back_never_stands_for_what_is_written_next(self, registry: ServiceUnderTest) -> None:
        async with registry.engine.connect() as writer:
            await write(writer, 7)
            await store.current(writer)
            await writer.rollback()
            await write(writer, 8)
            await writer.commit()

        assert written(await current(registry)) == ({8}, {8})

    async def test_what_went_back_to_a_savepoint_is_forgotten(self, registry: ServiceUnderTest) -> None:
        async with registry.engine.begin() as connection:
            savepoint = await connection.begin_nested()
            await write(connection, 7)
            await store.current(connection)
            await savepoint.rollback()
            await write(connection, 8)

            assert written(await store.current(connection)) == ({8}, {8})

    async def test_copies_of_one_database_do_not_see_each_others_changes(
        self, registry: ServiceUnderTest, database: Database
    ) -> None:
        settings = SERVICE.settings(
            database_url=await database(SERVICE), SKILLS_KEYS_DIRECTORY=registry.settings.keys_directory
        )
        other = worker_engine(SERVICE, settings)
        try:
            for engine, value in ((registry.engine, 7), (other, 8)):
                async with engine.begin() as connection:
                    await write(connection, value)
            async with other.begin() as connection:
                elsewhere = await store.current(connection)
        finally:
            await other.dispose()

        assert written(elsewhere) == ({8}, {8})
        assert written(await current(registry)) == ({7}, {7})


class TestRaces:
    async def test_readers_see_one_whole_state_and_never_one_that_was_over_when_they_began(
        self, registry: ServiceUnderTest
    ) -> None:
        committed = 100

        async def write_states() -> None:
            nonlocal committed
            for value in range(101, 116):
                async with registry.engine.begin() as connection:
                    await write(connection, value)
                committed = value

        async def read_states() -> None:
            while committed < 115:
                least = committed
                seats, hours = written(await current(registry))
                assert seats == hours, "a mixture of two states"
                assert len(seats) == 1
                assert min(seats) >= least, "a state that was over"

        async with registry.engine.begin() as connection:
            await write(connection, 100)
        await asyncio.gather(write_states(), *(read_states() for _ in range(3)))

        assert written(await current(registry)) == ({115}, {115})
