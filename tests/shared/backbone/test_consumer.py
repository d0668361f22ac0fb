"""Events that cannot be applied: each stops its own subject, is parked with the reason, and can be retried."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.backbone import consumer
from shared.backbone.consumer import TooManyParked
from shared.backbone.log import LogTruncated
from shared.backbone.partitioner import partition_of
from shared.contracts.fact import encode
from shared.faults import is_passing
from tests.shared.backbone.ledger import Ledger, Posted, Zombie, until


@asynccontextmanager
async def consuming(ledger: Ledger) -> AsyncGenerator[asyncio.Task[None]]:
    """The ledger's consumer at work for ever, as the worker runs it."""
    task = asyncio.create_task(consumer.consume(ledger.consumer, engine=ledger.engine, event_log=ledger.log))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def accounts(ledger: Ledger, names: Collection[str], versions: int) -> list[Posted]:
    return [ledger.posted(name, version) for version in range(1, versions + 1) for name in names]


class TestPark:
    async def test_a_refused_event_stops_only_its_own_subject(self, ledger_on_each_log: Ledger) -> None:
        ledger = ledger_on_each_log
        await ledger.freeze("2")
        await ledger.append(*accounts(ledger, "12345", 4))

        await ledger.catch_up()

        assert await ledger.entries() == {name: [1, 2, 3, 4] for name in "1345"}
        assert await ledger.parked() == {"2": (4, "AccountFrozen: account-frozen")}

    async def test_later_versions_join_those_that_wait(self, ledger: Ledger) -> None:
        await ledger.freeze("1")
        await ledger.append(ledger.posted("1", 1))
        await ledger.catch_up()
        await ledger.thaw()

        await ledger.append(ledger.posted("1", 2), ledger.posted("2", 1))
        await ledger.catch_up()

        assert await ledger.entries() == {"2": [1]}
        assert await ledger.parked() == {"1": (2, "AccountFrozen: account-frozen")}

    async def test_versions_before_the_one_at_fault_are_applied(self, ledger: Ledger) -> None:
        await ledger.append(ledger.posted("1", 1), ledger.posted("1", 2, amount=-1), ledger.posted("1", 3))

        await ledger.catch_up()

        assert await ledger.entries() == {"1": [1]}
        assert await ledger.parked() == {"1": (2, "CheckViolationError: entry_amount")}

    async def test_bytes_that_are_no_event_are_parked_and_what_follows_is_behind_a_gap(self, ledger: Ledger) -> None:
        await ledger.append_bytes("1", b"{")
        await ledger.append_bytes("2", encode(ledger.posted("2", 1)).replace(b'"amount":1', b'"amount":"4101021990x"'))
        await ledger.append(ledger.posted("1", 2), ledger.posted("3", 1))

        await ledger.catch_up()

        assert await ledger.entries() == {"3": [1]}
        parked = await ledger.parked()
        assert parked["1"] == (2, "not an event: DecodeError")
        assert parked["2"] == (1, f"{ledger.fact.type}: $.data.amount: Expected `int`, got `str`")
        assert "4101021990" not in str(parked)

    async def test_a_value_that_the_database_cannot_hold_is_the_events_own_fault(self, ledger: Ledger) -> None:
        await ledger.append(ledger.posted("1", 1, amount=2**40), ledger.posted("2", 1))

        await ledger.catch_up()

        assert await ledger.parked() == {"1": (1, "DataError")}
        assert await ledger.entries() == {"2": [1]}

    async def test_an_event_of_an_unknown_type_is_passed_over(self, ledger: Ledger) -> None:
        unknown = encode(ledger.posted("1", 1)).replace(b".posted.v1", b".posted.v2")
        await ledger.append_bytes("1", unknown)
        await ledger.append(ledger.posted("2", 1))

        await ledger.catch_up()

        assert await ledger.entries() == {"2": [1]}
        assert not await ledger.parked()

    async def test_an_event_read_again_is_parked_once(self, ledger: Ledger) -> None:
        await ledger.freeze("1")
        await ledger.append(ledger.posted("1", 1), ledger.posted("1", 1), ledger.posted("1", 2))
        await ledger.catch_up()
        await ledger.execute("DELETE FROM position")

        await ledger.catch_up()

        assert await ledger.parked() == {"1": (2, "AccountFrozen: account-frozen")}

    async def test_many_versions_of_one_bad_subject_do_not_stop_the_consumer(self, ledger: Ledger) -> None:
        ledger = replace(ledger, parked_in_a_row_max=5)
        await ledger.freeze("1")
        await ledger.append(*accounts(ledger, "1", 50))

        await ledger.catch_up()

        assert (await ledger.parked())["1"][0] == 50
        assert await ledger.retry("1") == (0, 50)

    async def test_too_many_subjects_at_once_stop_the_consumer_and_nothing_is_kept(self, ledger: Ledger) -> None:
        ledger = replace(ledger, parked_in_a_row_max=5)
        names = [str(number) for number in range(6)]
        await ledger.freeze(*names)
        await ledger.append(*accounts(ledger, names, 2))

        with pytest.raises(TooManyParked):
            await ledger.catch_up()

        assert not await ledger.parked()
        assert await ledger.position() == 0
        await ledger.thaw()
        await ledger.catch_up()
        assert await ledger.entries() == {name: [1, 2] for name in names}

    async def test_a_trickle_of_subjects_that_all_fail_stops_the_consumer_too(self, ledger: Ledger) -> None:
        ledger = replace(ledger, parked_in_a_row_max=3)
        names = in_one_partition(4)
        await ledger.freeze(*names)
        await ledger.append(*accounts(ledger, names, 1))

        with pytest.raises(TooManyParked):
            await ledger.catch_up(limit=1)

        # The three before were parked in batches of their own, and stay; the fourth was one too many.
        assert set(await ledger.parked()) == set(names[:3])

    async def test_one_that_can_be_applied_ends_the_streak(self, ledger: Ledger) -> None:
        ledger = replace(ledger, parked_in_a_row_max=3)
        names = in_one_partition(6)
        await ledger.freeze(*names[:2], *names[3:])
        await ledger.append(*accounts(ledger, names, 1))

        await ledger.catch_up(limit=1)

        assert len(await ledger.parked()) == 5
        assert await ledger.entries() == {names[2]: [1]}


def in_one_partition(count: int) -> list[str]:
    """Accounts whose facts come one after the other, in this order."""
    place = partition_of("accounts/0")
    return [name for name in map(str, range(1000)) if partition_of(f"accounts/{name}") == place][:count]


class TestRetry:
    async def test_applies_in_order_once_the_cause_is_mended(self, ledger: Ledger) -> None:
        await ledger.append(ledger.posted("1", 1), ledger.posted("1", 2, amount=-5), ledger.posted("1", 3))
        await ledger.catch_up()
        await ledger.append(ledger.posted("1", 4))
        await ledger.catch_up()
        await ledger.execute("ALTER TABLE entry DROP CONSTRAINT entry_amount")

        assert await ledger.retry("1") == (3, 0)

        await ledger.append(ledger.posted("1", 5))
        await ledger.catch_up()
        assert await ledger.entries() == {"1": [1, 2, 3, 4, 5]}
        assert not await ledger.parked()

    async def test_keeps_what_fails_again(self, ledger: Ledger) -> None:
        await ledger.append(ledger.posted("1", 1, amount=-5), ledger.posted("1", 2))
        await ledger.catch_up()

        assert await ledger.retry("1") == (0, 2)

        assert await ledger.parked() == {"1": (2, "CheckViolationError: entry_amount")}
        assert await ledger.entries() == {}

    async def test_keeps_what_is_no_event(self, ledger: Ledger) -> None:
        await ledger.append_bytes("1", b"[]")
        await ledger.append(ledger.posted("1", 2))
        await ledger.catch_up()

        assert await ledger.retry("1") == (0, 2)

        assert await ledger.parked() == {"1": (2, "not an event: ValidationError")}

    async def test_of_a_subject_that_does_not_wait_does_nothing(self, ledger: Ledger) -> None:
        assert await ledger.retry("1") == (0, 0)


class TestPassingFaults:
    async def test_a_lost_connection_parks_nothing_and_the_batch_is_applied_once(self, ledger: Ledger) -> None:
        async def lose(connection: AsyncConnection) -> None:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        ledger.interruptions.append(lose)
        await ledger.append(*accounts(ledger, "123", 3))

        with pytest.raises(Exception) as lost:  # noqa: PT011  (which class depends on the moment the driver notices)
            await ledger.catch_up()

        assert is_passing(lost.value)
        assert await ledger.position() == 0
        assert not await ledger.parked()
        await ledger.catch_up()
        assert await ledger.entries() == {name: [1, 2, 3] for name in "123"}

    async def test_a_worker_goes_on_by_itself(self, ledger: Ledger) -> None:
        async def lose(connection: AsyncConnection) -> None:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        ledger.interruptions.extend([lose, lose])
        await ledger.append(*accounts(ledger, "123", 3))

        async def applied() -> bool:
            return await ledger.position() == 9

        async with consuming(ledger):
            await until(applied)

        assert await ledger.entries() == {name: [1, 2, 3] for name in "123"}
        assert not await ledger.parked()

    async def test_a_position_put_back_is_noticed_and_everything_read_again(self, ledger_on_each_log: Ledger) -> None:
        ledger = ledger_on_each_log

        async def applied() -> bool:
            return sum(map(len, (await ledger.entries()).values())) == count

        async with consuming(ledger):
            count = 9
            await ledger.append(*accounts(ledger, "123", 3))
            await until(applied)
            async with ledger.engine.begin() as connection:
                for table in ("position", "inbox", "entry"):
                    await connection.execute(text(f"DELETE FROM {table}"))
            count = 10
            await ledger.append(ledger.posted("1", 4))
            await until(applied)

        assert await ledger.entries() == {"1": [1, 2, 3, 4], "2": [1, 2, 3], "3": [1, 2, 3]}
        assert not await ledger.parked()

    async def test_a_log_that_lost_records_stops_the_worker(self, ledger_on_each_log: Ledger) -> None:
        ledger = ledger_on_each_log
        await ledger.append(*accounts(ledger, "123", 3))
        await ledger.catch_up()
        await ledger.execute("UPDATE position SET next_offset = next_offset + 1")

        async with consuming(ledger) as worker:
            with pytest.raises(LogTruncated):
                await asyncio.wait_for(worker, 20)


class TestRivals:
    async def test_two_of_one_group_apply_everything_once(self, ledger_on_each_log: Ledger) -> None:
        ledger = ledger_on_each_log
        names = [str(number) for number in range(60)]
        await ledger.append(*accounts(ledger, names, 5))

        await asyncio.gather(ledger.catch_up(limit=40), ledger.catch_up(limit=25))

        assert await ledger.entries() == {name: [1, 2, 3, 4, 5] for name in names}

    async def test_a_zombie_that_reads_the_same_places_changes_nothing(self, ledger_on_each_log: Ledger) -> None:
        ledger = ledger_on_each_log
        names = [str(number) for number in range(60)]
        await ledger.append(*accounts(ledger, names, 5))

        await asyncio.gather(ledger.catch_up(limit=40), ledger.catch_up(Zombie(ledger.log), limit=25))

        assert await ledger.entries() == {name: [1, 2, 3, 4, 5] for name in names}
        assert not await ledger.parked()
