"""Claim lines are updated when the registry corrects a training's person or programme."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import asdict

from shared.contracts.registry.enrolments import EnrolmentCorrected, EnrolmentReinstated
from shared.contracts.subsidy.claims import ClaimCorrected, ClaimStatus
from tests.subsidy.builders import (
    L4_FEN,
    Taught,
    amounts,
    people,
)
from tests.subsidy.office import Office
from tests.support.persons import merged, reassigned, separated


def corrected(taught: Taught, programme: str, *, version: int = 2) -> EnrolmentCorrected:
    return EnrolmentCorrected(**asdict(taught.finished(0)) | {"version": version, "programme": programme})


async def lines(office: Office) -> list[Any]:
    return [tuple(row) for row in await office.service.rows("SELECT person, programme FROM claim_line ORDER BY 1")]


async def told(office: Office) -> list[ClaimCorrected]:
    return [fact for fact in await office.service.told() if isinstance(fact, ClaimCorrected)]


async def test_a_withdrawal_that_is_taken_back_returns_the_line_on_its_old_day(office: Office) -> None:
    taught = Taught(people(1))
    left = taught.withdrawn(0)
    await office.service.hear(left, taught.completed(), taught.certified(0))
    before = await office.draft(taught)

    back = asdict(taught.finished(0)) | {"version": left.version + 1}
    await office.service.hear(EnrolmentReinstated(**back))
    path = f"/v1/claims/{before.json()['id']}/rebuild"
    after = await office.post(path, None, office.institution(taught))

    assert amounts(before.json()) == [(0, "WITHDRAWN")]
    assert amounts(after.json()) == [(L4_FEN, None)]
    assert after.json()["lines"][0]["trained_on"] == f"{taught.finished(0).effective_on}"


class TestProgramme:
    async def test_is_that_of_the_training_also_after_the_payment(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.paid(taught)
        await office.service.settle()

        await office.service.hear(corrected(taught, "S07"))

        assert await lines(office) == [(taught.persons[0], "S07")]
        [fact] = [fact for fact in await told(office) if isinstance(fact, ClaimCorrected)]
        assert (fact.status, fact.amount_fen, fact.lines[0].programme) == (ClaimStatus.PAID, L4_FEN, "S07")
        answer = await office.service.http.get(f"/v1/claims/{claim_id}", headers=office.reviewer())
        assert [(each["verb"], each["done_by"]) for each in answer.json()["history"]][-1] == ("correct", "registry")

    async def test_a_correction_of_something_else_changes_no_claim(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        await office.submitted(taught)

        await office.service.hear(corrected(taught, "S02-1"))

        assert await told(office) == []

    async def test_a_submitted_claim_can_be_approved_and_recovered_after_it(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)

        await office.service.hear(corrected(taught, "S07"))

        assert (await office.approve(claim_id)).status_code == 200
        assert (await office.pay(claim_id)).status_code == 200
        assert (await office.recover(claim_id)).json()["status"] == "recovered"


class TestPerson:
    async def test_a_merge_does_not_outdate_a_submitted_claim(self, office: Office) -> None:
        one, other = people(2)
        taught = Taught([other])
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)

        await office.service.hear(merged(other, one), reassigned(taught.finished(0), one))

        assert (await office.approve(claim_id)).status_code == 200
        assert await lines(office) == [(one, "S02-1")]

    @pytest.mark.parametrize("reassigned_first", [True, False])
    async def test_who_was_paid_while_merged_is_who_was_paid_after_the_separation(
        self, office: Office, reassigned_first: bool
    ) -> None:
        one, other = people(2)
        paid, theirs, own = Taught([other]), Taught([other]), Taught([one])
        await office.service.hear(*paid.all_finished(), *theirs.all_finished(), *own.all_finished())
        moved = reassigned(paid.finished(0), one)
        await office.service.hear(merged(other, one), moved)
        await office.paid(paid)

        facts = [separated(other, one), reassigned(moved, other)]
        await office.service.hear(*(reversed(facts) if reassigned_first else facts))

        assert await lines(office) == [(other, "S02-1")]
        assert amounts((await office.draft(own)).json()) == [(L4_FEN, None)]
        assert amounts((await office.draft(theirs)).json()) == [(0, "C09")]

    async def test_who_was_paid_twice_under_two_keys_stays_to_be_seen(self, office: Office) -> None:
        one, other = people(2)
        first, second = Taught([one]), Taught([other])
        await office.service.hear(*first.all_finished(), *second.all_finished())
        await office.paid(first)
        await office.paid(second)

        await office.service.hear(merged(other, one), reassigned(second.finished(0), one))

        assert {person for person, _ in await lines(office)} == {one, other}
        assert await office.service.rows("SELECT 1 FROM dead_letter") == []

    async def test_two_keys_in_one_class_stay_two_lines(self, office: Office) -> None:
        persons: list[UUID] = people(2)
        into = people(1)[0]
        taught = Taught(persons)
        await office.service.hear(*taught.all_finished())
        await office.submitted(taught)

        await office.service.hear(
            *(fact for place in (0, 1) for fact in (merged(persons[place], into), self._into(taught, place, into)))
        )

        assert {person for person, _ in await lines(office)} in ({into, persons[1]}, {into, persons[0]})
        assert await office.service.rows("SELECT 1 FROM dead_letter") == []

    @staticmethod
    def _into(taught: Taught, place: int, into: UUID) -> Any:
        return reassigned(taught.finished(place), into)
