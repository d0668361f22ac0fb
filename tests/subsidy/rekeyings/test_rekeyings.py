"""Trainings that the registry re-keyed to another human: before a claim, under review, approved and paid."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
from msgspec.structs import asdict

from shared.contracts.registry.enrolments import EnrolmentCorrected
from tests.subsidy.builders import (
    L4_FEN,
    Taught,
    amounts,
    people,
)
from tests.subsidy.office import Office
from tests.support.persons import merged, rekeyed


async def owed(office: Office, **request: Any) -> list[tuple[str, int, str, int]]:
    request = {"headers": office.finance()} | request
    answer = await office.service.http.get("/v1/rekeyed-lines", **request)
    assert answer.status_code == 200, answer.text
    return [(row["claim_id"], row["line"], row["status"], row["amount_fen"]) for row in answer.json()["rows"]]


async def persons(office: Office) -> list[UUID]:
    rows = await office.service.rows("SELECT person FROM claim_line WHERE refusal IS NULL ORDER BY person")
    return [row.person for row in rows]


def of_another(taught: Taught, person: UUID) -> Taught:
    """The same class as it would be told if the first trainee had been `person` from the beginning."""
    return replace(taught, persons=[person, *taught.persons[1:]])


class TestBeforeTheClaim:
    async def test_the_certificate_of_the_right_person_counts(self, office: Office) -> None:
        wrong, right = people(2)
        taught = Taught([wrong])
        await office.service.hear(taught.finished(0), taught.completed(), of_another(taught, right).certified(0))
        before = await office.draft(taught)

        await office.service.hear(rekeyed(taught.finished(0), right))
        claim_id = before.json()["id"]
        after = await office.post(f"/v1/claims/{claim_id}/rebuild", None, office.institution(taught))

        assert amounts(before.json()) == [(0, "C12")]
        assert amounts(after.json()) == [(L4_FEN, None)]
        assert await persons(office) == [right]
        assert await owed(office) == []


class TestAfterTheApproval:
    async def test_a_paid_line_stays_with_who_was_paid_and_is_owed_until_it_is_recovered(self, office: Office) -> None:
        wrong, right = people(2)
        taught = Taught([wrong])
        await office.service.hear(*taught.all_finished())
        claim_id = await office.paid(taught)
        fact = rekeyed(taught.finished(0), right)

        await office.service.hear(fact)
        found = await owed(office)
        # What is corrected later does not change it silently either.
        await office.service.hear(EnrolmentCorrected(
            **{name: value for name, value in asdict(fact).items() if name != "former"} | {"version": fact.version + 1}
        ))  # fmt: skip
        later = await owed(office)
        recovered = await office.recover(claim_id)

        assert found == later == [(claim_id, 1, "paid", L4_FEN)]
        assert await persons(office) == [wrong]
        assert recovered.status_code in (200, 201), recovered.text

    async def test_an_approved_claim_is_not_paid_before_it_is_returned(self, office: Office) -> None:
        wrong, right = people(2)
        taught = Taught([wrong])
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        await office.approve(claim_id)
        await office.service.hear(rekeyed(taught.finished(0), right))

        refused = await office.pay(claim_id)

        assert (refused.status_code, refused.json()["code"], refused.json()["lines"]) == (409, "lines-rekeyed", [1])
        assert await owed(office) == [(claim_id, 1, "approved", L4_FEN)]

    async def test_re_keyed_back_nothing_is_owed(self, office: Office) -> None:
        wrong, right = people(2)
        taught = Taught([wrong])
        await office.service.hear(*taught.all_finished())
        await office.paid(taught)
        there = rekeyed(taught.finished(0), right)

        await office.service.hear(there, rekeyed(there, wrong))

        assert await owed(office) == []
        assert await persons(office) == [wrong]

    async def test_another_key_of_the_same_human_is_nobody_else(self, office: Office) -> None:
        wrong, right = people(2)
        taught = Taught([wrong])
        await office.service.hear(*taught.all_finished())
        await office.paid(taught)

        await office.service.hear(rekeyed(taught.finished(0), right), merged(wrong, right))

        assert await owed(office) == []


class TestList:
    async def test_is_for_finance_and_officers_of_the_region_and_above(self, office: Office) -> None:
        wrong, right = people(2)
        taught = Taught([wrong])
        await office.service.hear(*taught.all_finished())
        await office.paid(taught)
        await office.service.hear(rekeyed(taught.finished(0), right))

        seen = [len(await owed(office, headers=office.finance(region=region)))
                for region in ("410102", "410100", "410000", "410200", "419001")]  # fmt: skip
        by_school: httpx.Response = await office.service.http.get(
            "/v1/rekeyed-lines", headers=office.institution(taught)
        )

        assert seen == [1, 1, 1, 0, 0]
        assert by_school.status_code == 403
