"""Quotes over HTTP, on a real database."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.contracts.registry.classes import ClassState
from shared.kernel.identity import DocumentKind
from shared.persons import Persons
from tests.subsidy.builders import (
    CAREGIVER,
    L4_FEN,
    STARTS_ON,
    TODAY,
    Taught,
    amounts,
    people,
)
from tests.subsidy.office import Office
from tests.support.services import ServiceUnderTest

NUMBER = "11010519491231002X"


async def quote(office: Office, taught: Taught, **asked: object) -> httpx.Response:
    content = {"class_id": str(taught.class_id)} | asked
    return await office.post("/v1/quotes", content, office.institution(taught))


def key_of(service: ServiceUnderTest) -> Any:
    persons = Persons.load(service.settings.keys_directory)
    return persons.recognise(DocumentKind.RESIDENT_ID, NUMBER, today=TODAY)[0]


class TestForAClass:
    async def test_before_it_ends_it_says_what_the_claim_will_pay_by_which_row(self, office: Office) -> None:
        persons = people(3)
        earlier, taught = Taught(persons[:1]), Taught(persons)
        await office.service.hear(*earlier.all_finished())
        await office.paid(earlier)
        started: ClassState = taught.started()
        await office.service.hear(started, *(taught.enrolled(place) for place in range(3)))

        answer = await quote(office, taught)
        quoted = answer.json()
        finished = [taught.finished(place, version=2) for place in range(3)]
        certified = [taught.certified(place) for place in range(3)]
        await office.service.hear(*finished, *certified, taught.completed(version=2))
        claim = (await office.draft(taught)).json()

        assert answer.status_code == 201, answer.text
        assert sorted(amounts(quoted)) == sorted(amounts(claim)) == [(0, "C09"), (L4_FEN, None), (L4_FEN, None)]
        assert (quoted["policy_row"], quoted["amount_fen"]) == ("HN-T-L4", 2 * L4_FEN)
        [paid_before] = [line for line in quoted["lines"] if line["refusal"]]
        assert (paid_before["used_in_year"], paid_before["in_year_max"]) == (1, 3)
        assert [(each["status"], each["paid_on"]) for each in paid_before["held"]] == [("paid", TODAY.isoformat())]

    async def test_a_later_row_changes_nothing_of_what_was_quoted(self, office: Office) -> None:
        quoted_one, other = Taught(people(1)), Taught(people(1))
        for taught in (quoted_one, other):
            await office.service.hear(taught.started(), taught.enrolled(0))
        assert (await quote(office, quoted_one)).json()["valid_until"] is not None

        lower = {
            "kind": "training", "payee": "institution", "item": "L4", "amount_fen": 100_000, "jurisdiction": "410000",
            "valid_from": STARTS_ON.isoformat(), "source": "文件", "reason": "调整标准",
        }  # fmt: skip
        entered = await office.post("/v1/policy-rows", lower, office.province())
        approved = await office.post(
            f"/v1/policy-rows/{entered.json()['id']}/approval", None, office.province("second")
        )
        assert approved.is_success, approved.text
        claims = []
        for number, taught in enumerate((quoted_one, other)):
            finished, certified = taught.finished(0, version=2), taught.certified(0)
            await office.service.hear(finished, certified, taught.completed(version=2))
            claim_id = await office.submitted(taught, f"c-{number}")
            claims.append((await office.approve(claim_id)).json())

        assert [amounts(claim) for claim in claims] == [[(L4_FEN, None)], [(100_000, None)]]

    async def test_only_its_own_institution_and_officers_of_its_region_are_told(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(taught.started(), taught.enrolled(0))

        foreign = await office.post("/v1/quotes", {"class_id": str(taught.class_id)}, office.institution(Taught([])))
        reviewer = await office.post("/v1/quotes", {"class_id": str(taught.class_id)}, office.reviewer())

        assert (foreign.status_code, reviewer.status_code) == (403, 201)


class TestForAPerson:
    async def test_by_the_number_it_tells_what_was_paid_and_what_is_left_of_the_year(self, office: Office) -> None:
        earlier = Taught([key_of(office.service)])
        await office.service.hear(*earlier.all_finished())
        await office.paid(earlier)
        person = {"document_kind": "resident_id", "document_number": NUMBER}
        training = {"occupation": CAREGIVER, "region": "410102", "starts_on": STARTS_ON.isoformat()}

        same = await quote(office, earlier, class_id=None, person=person, training=training | {"award": "L4"})
        higher = await quote(office, earlier, class_id=None, person=person, training=training | {"award": "L3"})

        [line] = same.json()["lines"]
        assert (line["amount_fen"], line["refusal"], line["used_in_year"], line["enrolment_id"]) == (0, "C09", 1, None)
        assert line["held"][0]["paid_on"] == TODAY.isoformat()
        assert (same.json()["valid_until"], same.json()["class_id"]) == (None, None)
        assert higher.json()["lines"][0]["refusal"] in (None, "C10")
        assert NUMBER not in same.text

    @pytest.mark.parametrize("asked", [{"class_id": None}, {"training": {}}])
    async def test_it_needs_a_class_or_a_person_with_a_training(self, office: Office, asked: dict[str, object]) -> None:
        training = {"occupation": CAREGIVER, "award": "L4", "region": "410102", "starts_on": STARTS_ON.isoformat()}
        asked = {name: training if value == {} else value for name, value in asked.items()}

        answer = await quote(office, Taught(people(1)), **asked)

        assert (answer.status_code, answer.json()["code"]) == (422, "quote-unspecific")
