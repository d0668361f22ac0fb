"""The books of the subsidy equal the totals, and what is lost, doubled or flipped behind a total is named."""

from __future__ import annotations

from datetime import timedelta
from hashlib import md5
from typing import Any, NamedTuple

import pytest
from sqlalchemy import text

from services.metrics.worker import SERVICE as METRICS
from services.subsidy.books.store import BOOK
from shared.books.telling import tell
from tests.conftest import OpenService
from tests.subsidy.builders import L4_FEN, STARTS_ON, Taught, people
from tests.subsidy.office import Office
from tests.support.books import compared
from tests.support.clock import now
from tests.support.services import ServiceUnderTest

MINUTE = timedelta(seconds=61)
DOUBLED = """
INSERT INTO contribution (subject, part, version, measure, combination, kind, day, amount)
SELECT {subject}, part + {parts}, version, measure, combination, kind, day, amount
FROM contribution WHERE measure = 'paid_fen' LIMIT 1
"""
SHOWN = "UPDATE cell SET amount = amount + :amount WHERE measure = 'paid_fen'"


class Sides(NamedTuple):
    """An owner and metrics on one log, after a claim of two lines was paid and one of them came back in part."""

    office: Office
    metrics: ServiceUnderTest
    claim_id: str

    async def compare(self, *, ago: timedelta = timedelta()) -> dict[str, Any]:
        return await compared(self.metrics, (self.office.service, BOOK), ago=ago)

    async def tamper(self, statement: str, *, shown: int = 0) -> None:
        """Damage what lies behind the totals; `shown` is added to the paid amount that they show."""
        async with self.metrics.engine.begin() as connection:
            await connection.execute(text(statement))
            await connection.execute(text(SHOWN), {"amount": shown})

    async def alarms(self) -> int:
        unequal: int = (await self.metrics.http.get("/health/backlog")).json()["unequal_books"]
        return unequal


@pytest.fixture
async def sides(office: Office, open_service: OpenService) -> Sides:
    taught = Taught(people(2))
    await office.service.hear(*taught.all_finished())
    claim_id = await office.paid(taught)
    proposed = await office.post(
        f"/v1/claims/{claim_id}/recovery",
        {"amounts": [{"line": 1, "amount_fen": 60_000}], "cause": "overpaid", "reason": "核查结论"},
        office.finance(),
    )
    await office.confirm(proposed, office.finance("second"))
    metrics = await open_service(METRICS)
    return Sides(office, metrics, claim_id)


class TestEqual:
    async def test_the_books_hold_what_was_decided_paid_and_recovered(self, sides: Sides) -> None:
        answer = await sides.compare()

        assert (answer["light"], answer["unequal"], answer["cells"]) == ("green", 0, [])
        assert answer["differences"] == dict.fromkeys(
            (
                *("trainings", "in_training", "certificates"),
                *("subsidised_trainings", "approved_fen", "paid_fen", "recovered_fen"),
            ),
            0,
        )
        assert [(each["owner"], each["cells"]) for each in answer["books"]] == [
            ("registry", 0), ("assessment", 0), ("subsidy", 1),
        ]  # fmt: skip
        [(content, version)] = await sides.metrics.rows(
            "SELECT content, (SELECT max(version) FROM contribution WHERE measure = 'paid_fen') FROM listed"
            " WHERE starts_with(subject, 'claim-books/')"
        )
        event = f"claims/{sides.claim_id}@{version}".encode()
        checksum = f"{int(md5(event, usedforsecurity=False).hexdigest()[:16], 16) % 2**63:016x}"
        assert (content["programme"], content["reporting_region"], content["plan_year"]) == (
            "S02-1", "410100", STARTS_ON.year,
        )  # fmt: skip
        assert {each["measure"]: (each["records"], each["amount"]) for each in content["entries"]} == {
            "approved_fen": (2, 2 * L4_FEN),
            "paid_fen": (2, 2 * L4_FEN),
            "recovered_fen": (1, 60_000),
            "subsidised_trainings": (1, 1),
        }
        assert {each["checksum"] for each in content["entries"]} == {checksum}
        assert content["outbox_position"] > 0

    async def test_only_what_changed_is_told_again(self, sides: Sides) -> None:
        engine, at = sides.office.service.engine, now()

        first, again = await tell(engine, BOOK, at=at), await tell(engine, BOOK, at=at)
        await sides.office.confirm(
            await sides.office.post(
                f"/v1/claims/{sides.claim_id}/recovery",
                {"lines": [2], "cause": "audit", "reason": "核查结论"},
                sides.office.finance(),
            ),
            sides.office.finance("second"),
        )

        assert (first, again, await tell(engine, BOOK, at=now())) == (1, 0, 1)
        assert (await sides.compare())["differences"]["recovered_fen"] == 0

    async def test_totals_that_are_behind_are_amber_until_their_facts_arrive(self, sides: Sides) -> None:
        await sides.compare()
        [(subject, content)] = await sides.metrics.rows(
            "SELECT subject, content FROM listed WHERE starts_with(subject, 'claim-books/')"
        )
        newer = "UPDATE listed SET content = jsonb_set(content, '{entries,1,checksum}', '\"0000000000000001\"')"
        await sides.tamper(f"{newer} WHERE subject = '{subject}'")

        behind = await compared(sides.metrics)

        assert (behind["light"], behind["unequal"], await sides.alarms()) == ("amber", 1, 0)
        assert (behind["cells"][0]["measure"], behind["cells"][0]["difference"]) == ("paid_fen", 0)
        assert content["entries"][1]["measure"] == "paid_fen"

    async def test_nobody_who_has_compared_says_nothing(self, sides: Sides) -> None:
        assert (await sides.metrics.http.get("/v1/books")).json()["light"] == "unknown"
        assert (await sides.compare(ago=timedelta(hours=1)))["light"] == "unknown"


class TestUnequal:
    async def test_a_flipped_amount_is_red_at_once(self, sides: Sides) -> None:
        await sides.compare()
        await sides.tamper("UPDATE contribution SET amount = amount + 1 WHERE measure = 'recovered_fen'")

        answer = await sides.compare()

        assert (answer["light"], answer["differences"]["recovered_fen"], await sides.alarms()) == ("red", 1, 1)
        [cell] = answer["cells"]
        assert (cell["programme"], cell["region"], cell["measure"]) == ("S02-1", "410100", "recovered_fen")
        assert (cell["books"]["amount"], cell["counted"]["amount"], cell["difference"]) == (60_000, 60_001, -1)
        assert cell["books"]["checksum"] == cell["counted"]["checksum"]

    async def test_a_total_that_does_not_show_what_is_counted_is_red_at_once(self, sides: Sides) -> None:
        await sides.compare()
        await sides.tamper("SELECT", shown=-1)

        answer = await sides.compare()

        assert (answer["light"], answer["differences"]["paid_fen"], await sides.alarms()) == ("red", 1, 1)
        [cell] = answer["cells"]
        assert (cell["books"], cell["totals"]) == (cell["counted"], 2 * L4_FEN - 1)

    async def test_a_line_that_is_doubled_behind_one_event_is_red_at_once(self, sides: Sides) -> None:
        await sides.compare()
        await sides.tamper(DOUBLED.format(subject="subject", parts=1000), shown=L4_FEN)

        answer = await sides.compare()

        assert (answer["light"], answer["differences"]["paid_fen"]) == ("red", L4_FEN)
        assert [(each["measure"], each["counted"]["records"]) for each in answer["cells"]] == [("paid_fen", 3)]

    @pytest.mark.parametrize(
        ("statement", "difference"),
        [
            ("DELETE FROM contribution WHERE measure = 'paid_fen'", 2 * L4_FEN),
            (DOUBLED.format(subject="uuidv7()", parts=0), -L4_FEN),
        ],
        ids=["lost", "doubled"],
    )
    async def test_what_is_lost_or_doubled_is_red_after_a_minute(
        self, sides: Sides, statement: str, difference: int
    ) -> None:
        await sides.compare()
        await sides.tamper(statement, shown=-difference)

        amber = await sides.compare()
        again = await sides.compare()
        await sides.tamper(f"UPDATE book_difference SET red_from = red_from - interval '{MINUTE.seconds} s'")
        red = await sides.compare()

        assert (amber["light"], again["light"], red["light"], await sides.alarms()) == ("amber", "amber", "red", 1)
        assert amber["cells"][0]["since"] == red["cells"][0]["since"]
        [cell] = red["cells"]
        assert (cell["measure"], cell["difference"]) == ("paid_fen", difference)
        assert red["differences"]["paid_fen"] == abs(difference)

    async def test_a_difference_ends_when_both_sides_meet(self, sides: Sides) -> None:
        await sides.compare()
        await sides.tamper("UPDATE contribution SET amount = amount + 1 WHERE measure = 'recovered_fen'")
        await sides.compare()
        await sides.tamper("UPDATE contribution SET amount = amount - 1 WHERE measure = 'recovered_fen'")

        answer = await sides.compare()

        assert (answer["light"], answer["cells"], await sides.alarms()) == ("green", [], 0)
