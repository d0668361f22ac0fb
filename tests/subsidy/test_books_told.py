"""What is told of the subsidy's tables is what they hold, whoever wrote to them and however."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from hashlib import md5
from typing import Any, Final

import pytest
from sqlalchemy import text

from services.subsidy.books.store import BOOK
from shared.books.telling import SUMMED_WITHIN, Teller
from tests.subsidy.builders import Taught, people
from tests.subsidy.office import Office

AT: Final = datetime(2025, 6, 1, 8, tzinfo=UTC)
STEPS: Final = 40
# What becomes of a line or of its claim, past the service and past its history.
CHANGES: Final = (
    "UPDATE claim_line SET recovered_on = trained_on, recovered_part_fen = :part, live = true WHERE amount_fen > 0 AND",
    "UPDATE claim_line SET recovered_on = trained_on, recovered_part_fen = NULL, live = false WHERE",
    "UPDATE claim_line SET recovered_on = NULL, recovered_part_fen = NULL WHERE",
    "UPDATE claim_line SET amount_fen = amount_fen + :part WHERE amount_fen > 0 AND",
    "UPDATE claim_line SET amount_fen = 0, refusal = 'no_certificate' WHERE recovered_on IS NULL AND",
    "UPDATE claim_line SET amount_fen = 150000, refusal = NULL WHERE amount_fen = 0 AND",
    "UPDATE claim_line SET owed = '{}' WHERE",
    "UPDATE claim_line SET owed = NULL WHERE",
    "UPDATE claim_line SET programme = 'S03-1' WHERE",
    "UPDATE claim_line SET programme = 'S02-1' WHERE",
    "UPDATE claim SET version = version + 1 FROM claim_line WHERE id = claim_id AND",
    "UPDATE claim SET kind = 'assessment' FROM claim_line WHERE id = claim_id AND",
    "UPDATE claim SET kind = 'training' FROM claim_line WHERE id = claim_id AND",
    "UPDATE claim SET reporting_region = '410200' FROM claim_line WHERE id = claim_id AND",
    "UPDATE claim SET starts_on = '2024-12-31' FROM claim_line WHERE id = claim_id AND",
    "UPDATE claim SET paid_on = NULL FROM claim_line WHERE id = claim_id AND",
    "UPDATE claim SET paid_on = approved_on FROM claim_line WHERE id = claim_id AND",
    "DELETE FROM claim_line WHERE",
)
HELD: Final = """
SELECT c.id, c.version, c.reporting_region, extract(year FROM c.starts_on)::integer AS year, c.kind, c.approved_on,
    c.paid_on, l.programme, l.amount_fen, l.recovered_on, l.recovered_part_fen, l.owed
FROM claim AS c JOIN claim_line AS l ON l.claim_id = c.id
"""
CLAIM: Final = """
INSERT INTO claim (id, institution_id, local_id, class_id, region, reporting_region, fund_source, occupation, level,
    starts_on, status, submitted_by, submitted_on, approved_by, approved_on, amount_fen, recovered_fen, version)
SELECT uuidv7(), uuidv7(), 'c', uuidv7(), '410102', '410100', 'employment_fund', '4-10-01-05', 4, '2025-03-01',
    'approved', 'clerk', '2025-06-01', 'reviewer', '2025-06-02', 200000, 0, 4
"""
LINE: Final = """
INSERT INTO claim_line (claim_id, line, enrolment_id, person, programme, occupation, level, year, trained_on,
    amount_fen, live)
SELECT id, 1, uuidv7(), uuidv7(), 'S02-1', occupation, level, 2025, '2025-03-21', amount_fen, true FROM claim
"""
TOLD: Final = "SELECT programme, reporting_region, plan_year, entries FROM book WHERE entries <> '[]'"
Cells = dict[tuple[str, str, int, str], tuple[int, int, str]]


class Desk:
    """An office with claims in several states, its teller, and someone who writes to its tables."""

    def __init__(self, office: Office) -> None:
        self.office, self.teller = office, Teller(office.service.engine, BOOK)

    async def open(self) -> None:
        classes = [Taught(people(3)) for _ in range(3)]
        await self.office.service.hear(*(fact for taught in classes for fact in taught.all_finished()))
        await self.office.submitted(classes[1], "c-2")
        approved = await self.office.submitted(classes[2], "c-3")
        assert (await self.office.approve(approved)).status_code == 200
        await self.office.paid(classes[0])

    async def write(self, statement: str, **values: Any) -> int:
        """Rows written, which the database has counted."""
        async with self.office.service.engine.begin() as connection:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
            written = (await connection.execute(text(statement), values)).rowcount
            await connection.execute(text("SELECT pg_stat_force_next_flush()"))
        return written

    async def told(self) -> Cells:
        return {
            (row.programme, row.reporting_region, row.plan_year, entry["measure"]): (
                entry["records"], entry["amount"], entry["checksum"],
            )
            for row in await self.office.service.rows(TOLD)
            for entry in row.entries
        }  # fmt: skip

    async def held(self) -> Cells:
        """The cells that the tables come to, line by line."""
        counted = defaultdict[tuple[str, str, int, str], list[tuple[str, int]]](list)
        for line in await self.office.service.rows(HELD):
            part = line.amount_fen if line.recovered_part_fen is None else line.recovered_part_fen
            recovered = 0 if line.recovered_on is None else part
            is_kept = line.amount_fen > 0 and recovered == 0 and line.owed is None
            amounts = {
                "approved_fen": line.amount_fen if line.approved_on else 0,
                "paid_fen": line.amount_fen if line.paid_on else 0,
                "recovered_fen": recovered,
                "subsidised_trainings": int(bool(line.approved_on) and line.kind == "training" and is_kept),
            }
            for measure, amount in amounts.items():
                if amount:
                    cell = (line.programme, line.reporting_region, line.year, measure)
                    counted[cell].append((f"claims/{line.id}@{line.version}", amount))
        return {cell: _sums(lines) for cell, lines in counted.items()}


def _sums(lines: list[tuple[str, int]]) -> tuple[int, int, str]:
    hashes = [md5(event.encode(), usedforsecurity=False).hexdigest()[:16] for event in {event for event, _ in lines}]
    return len(lines), sum(amount for _, amount in lines), f"{sum(int(each, 16) for each in hashes) % 2**63:016x}"


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_what_is_told_after_a_change_of_the_tables_is_what_they_hold(office: Office, seed: int) -> None:
    desk, chance = Desk(office), random.Random(seed)
    await desk.open()
    await desk.teller.look(AT)
    cells = set((await desk.held()).items())

    for _ in range(STEPS):
        change, lines = chance.choice(CHANGES), await office.service.rows("SELECT claim_id, line FROM claim_line")
        claim_id, line = chance.choice(lines)
        values = {"part": chance.randint(1, 100_000)} if ":part" in change else {}
        where = "claim_line.claim_id = :claim_id AND claim_line.line = :line"
        await desk.write(f"{change} {where}", claim_id=claim_id, line=line, **values)

        await desk.teller.look(AT)

        assert await desk.told() == await desk.held(), (seed, change)
        cells |= set((await desk.held()).items())
    assert len(cells) > STEPS // 2, "the walk leads somewhere"


class TestLooking:
    @pytest.fixture
    async def desk(self, office: Office) -> Desk:
        """One that has told of a claim that nothing but the test wrote, so that the database has counted it."""
        found = Desk(office)
        await found.write(CLAIM)
        await found.write(LINE)
        assert await found.teller.look(AT) == 1
        return found

    async def test_sums_nothing_while_nothing_is_written_to_the_tables(self, desk: Desk) -> None:
        await desk.write("UPDATE book SET entries = '[]'")

        assert await desk.teller.look(AT) is None
        assert await desk.teller.look(AT + SUMMED_WITHIN - timedelta(seconds=1)) is None
        assert await desk.told() == {}

    async def test_sums_within_the_hour_what_was_never_counted(self, desk: Desk) -> None:
        await desk.write("UPDATE book SET entries = '[]'")

        assert await desk.teller.look(AT + SUMMED_WITHIN) == 1
        assert await desk.told() == await desk.held() != {}

    @pytest.mark.parametrize("change", ["UPDATE claim SET paid_on = '2025-06-03'", "DELETE FROM claim_line"])
    async def test_sums_what_was_written_past_the_service(self, desk: Desk, change: str) -> None:
        await desk.write(change)

        assert await desk.teller.look(AT) == 1
        assert await desk.told() == await desk.held()

    async def test_goes_on_while_another_tells(self, desk: Desk) -> None:
        await desk.write("UPDATE claim SET paid_on = '2025-06-03'")
        async with desk.office.service.engine.begin() as other:
            await other.execute(text("SELECT pg_advisory_xact_lock(hashtext('books'))"))

            meanwhile = await desk.teller.look(AT)

        assert (meanwhile, await desk.teller.look(AT)) == (None, 1)
