"""Patterns across institutions and people: found when they can be seen, hold until settled, counted by rule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from shared.contracts.dimensions import SanctionStep
from shared.contracts.registry.directory import SanctionImposed
from shared.kernel.awards import Award
from tests.subsidy.assessed import Assessed
from tests.subsidy.builders import CERTIFIED_ON, NOW, TODAY, Taught, people
from tests.subsidy.office import Office
from tests.subsidy.payees.accounts import account_of
from tests.support.persons import merged


async def patterns(office: Office, asked: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (await office.get(f"/v1/patterns{asked}", office.reviewer())).json()["rows"]
    return rows


async def confirmed(office: Office, taught: Taught, **changes: Any) -> str:
    """The id of the account of the class's institution, entered and confirmed."""
    await office.service.hear(taught.institution("甲校"), *taught.all_finished())
    entered = (await office.post("/v1/payee-accounts", account_of(taught, **changes), office.finance())).json()
    path = f"/v1/proposals/{entered['proposal_id']}/confirmation"
    assert (await office.post(path, None, office.finance("second"))).is_success
    account_id: str = entered["id"]
    return account_id


async def settle(office: Office, finding: dict[str, Any], verdict: str) -> dict[str, Any]:
    content = {"verdict": verdict, "reason": "核查情况属实"}
    answer = await office.post(f"/v1/patterns/{finding['id']}/settlement", content, office.reviewer())
    assert answer.status_code == 200, answer.text
    settled: dict[str, Any] = answer.json()
    return settled


def blacklisted(taught: Taught) -> SanctionImposed:
    sanction_id = uuid4()
    return SanctionImposed(
        subject=f"sanctions/{sanction_id}", version=1, at=NOW, sanction_id=sanction_id,
        institution_id=taught.institution_id, region="410102", reporting_region="410100",
        step=SanctionStep.BLACKLIST, first_on=TODAY - timedelta(days=1), last_on=None,
    )  # fmt: skip


class TestAccounts:
    async def test_an_account_of_two_institutions_holds_the_later_one_until_it_is_dismissed(
        self, office: Office
    ) -> None:
        first, second = Taught(people(1)), Taught(people(1))
        one = await confirmed(office, first)
        assert await patterns(office) == []
        two = await confirmed(office, second)
        claim_id = await office.submitted(second)

        [finding] = await patterns(office, "?status=open&rule=shared_account")
        held = await office.approve(claim_id)
        late = await patterns(office, "?overdue=true")
        upheld = await settle(office, finding, "uphold")
        still = await office.approve(claim_id)
        dismissed = await settle(office, finding, "dismiss")
        free = await office.approve(claim_id)
        [rate] = (await office.get("/v1/pattern-rates", office.reviewer())).json()

        assert (finding["institution_id"], finding["check"]) == (str(second.institution_id), "C16")
        assert finding["evidence"]["accounts"] == [two, one]
        assert finding["due_on"] == (TODAY + timedelta(days=14)).isoformat()
        assert (held.json()["code"], still.json()["code"]) == ("flags-open", "flags-upheld")
        assert late == []
        assert (upheld["status"], dismissed["status"], free.status_code) == ("upheld", "dismissed", 200)
        assert (rate["found"], rate["dismissed"], rate["hit_percent"]) == (1, 1, 0.0)

    async def test_a_banned_party_is_found_behind_another_name_in_either_order(self, office: Office) -> None:
        banned, back = Taught(people(1)), Taught(people(1))
        other, later = (Taught(people(1)) for _ in range(2))
        await confirmed(office, banned)
        await office.service.hear(blacklisted(banned))
        await confirmed(office, back)
        await confirmed(office, other, number="6217000012345678")
        await confirmed(office, later, number="6217000012345678")
        await office.service.hear(blacklisted(other))

        found = await patterns(office, "?rule=banned_party_back")

        assert [each["institution_id"] for each in found] == [str(back.institution_id), str(later.institution_id)]
        assert {each["check"] for each in found} == {"C25"}


class TestCertificates:
    async def test_many_certificates_of_one_human_by_several_bodies_are_one_burst(self, office: Office) -> None:
        [person, key] = people(2)
        await office.service.hear(merged(key, person))
        exams = [
            Assessed([key if number % 2 else person], occupation=f"6-18-02-0{number}", award=Award.SENIOR_WORKER,
                     issued_on=CERTIFIED_ON + timedelta(days=number))
            for number in range(1, 6)
        ]  # fmt: skip
        one_body = Assessed(people(1) * 5)

        for exam in exams[:3]:
            await office.service.hear(*exam.certificates())
        few = await patterns(office)
        for exam in (*exams[3:], one_body):
            await office.service.hear(*exam.certificates())
        [burst] = await patterns(office)

        assert few == []
        assert (burst["rule"], burst["person"], burst["check"]) == ("certificate_burst", str(person), "C19")
        assert len(burst["evidence"]["certificates"]) == 4
