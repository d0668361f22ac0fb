"""Claims drafted from what was heard, and looked at, over HTTP on a real database."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from shared.contracts.dimensions import FundSource
from shared.kernel.awards import Award
from shared.kernel.callers import Role
from tests.subsidy.builders import (
    L4_FEN,
    STARTS_ON,
    TODAY,
    Taught,
    amounts,
    people,
    revoked,
)
from tests.subsidy.office import Office


class TestDraft:
    async def test_a_class_nobody_told_of_is_to_be_asked_for_again_later(self, office: Office) -> None:
        answer = await office.draft(Taught(people(1)))

        assert (answer.status_code, answer.json()["code"]) == (409, "not-yet-heard")
        assert answer.headers["retry-after"] == "1"

    async def test_a_class_that_still_runs_is_refused_with_its_state(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(taught.started(), taught.finished(0), taught.certified(0))

        answer = await office.draft(taught)

        assert (answer.status_code, answer.json()["code"]) == (409, "claim-before-completion")
        assert answer.json()["state"] == "running"

    async def test_a_class_without_fund_source_is_refused(self, office: Office) -> None:
        taught = Taught(people(1), fund_source=None)
        await office.service.hear(*taught.all_finished())

        assert (await office.draft(taught)).json()["code"] == "not-subsidised"

    async def test_enrolments_and_outcomes_that_have_not_come_yet_are_waited_for(self, office: Office) -> None:
        taught = Taught(people(3))
        await office.service.hear(taught.completed(), taught.finished(0), taught.enrolled(1))

        answer = await office.draft(taught)
        assert (answer.json()["code"], answer.json()["missing"]) == ("not-yet-heard", 2)

        await office.service.hear(taught.finished(1, version=2), taught.finished(2))
        assert (await office.draft(taught)).status_code == 201

    async def test_each_trainee_has_a_line_with_an_amount_or_the_check_that_refused_it(self, office: Office) -> None:
        taught = Taught(people(6))
        before, late = STARTS_ON - timedelta(days=1), TODAY - timedelta(days=400)
        await office.service.hear(
            taught.completed(),
            *(taught.finished(place) for place in (0, 1, 2, 3)),
            taught.failed(4),
            taught.withdrawn(5),
            taught.certified(0),
            taught.certified(1, issued_on=before),
            revoked_one := taught.certified(2),
            revoked(revoked_one),
        )
        old = Taught(taught.persons[3:4], starts_on=late - timedelta(days=30), occupation="6-04-02-05")
        await office.service.hear(old.finished(0), old.certified(0, issued_on=late), old.completed())

        drafted = (await office.draft(taught)).json()
        drafted_late = (await office.draft(old)).json()

        codes = [None, "C12", "C12", "C12", "C14", "WITHDRAWN"]
        assert [refusal for _, refusal in amounts(drafted)] == codes
        assert [line["enrolment_id"] for line in drafted["lines"]] == [str(each) for each in taught.enrolments]
        assert drafted["amount_fen"] == L4_FEN
        assert amounts(drafted_late) == [(0, "C13")]
        assert drafted_late["lines"][0]["refusal_zh"]

    async def test_a_level_without_policy_row_gets_nothing(self, office: Office) -> None:
        taught = Taught(people(1), award=Award.SPECIAL_GRADE_TECHNICIAN)
        await office.service.hear(*taught.all_finished())

        assert amounts((await office.draft(taught)).json()) == [(0, "POLICY")]

    async def test_the_same_post_twice_answers_the_same_claim(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())

        first, second = await office.draft(taught), await office.draft(taught)

        assert first.json() == second.json()
        assert len(await office.service.told()) == 1

    async def test_a_second_claim_for_the_class_is_refused_until_the_first_is_rejected(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        first = await office.submitted(taught)

        refused = await office.draft(taught, "c-2")
        assert (refused.json()["code"], refused.json()["claim_id"]) == ("class-already-claimed", first)

        reason = {"reason": "材料不全"}
        assert (await office.post(f"/v1/claims/{first}/rejection", reason, office.reviewer())).status_code == 200
        again = await office.draft(taught, "c-2")
        assert (again.status_code, again.json()["amount_fen"]) == (201, L4_FEN)

    async def test_a_local_id_names_one_class_only(self, office: Office) -> None:
        taught = Taught(people(1))
        other = Taught(people(1), institution_id=taught.institution_id)
        await office.service.hear(*taught.all_finished(), *other.all_finished())
        await office.draft(taught)

        assert (await office.draft(other)).json()["code"] == "local-id-taken"

    async def test_another_institution_cannot_claim_for_the_class(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        content = {"class_id": str(taught.class_id), "local_id": "c-1"}

        answer = await office.post("/v1/claims", content, office.institution(Taught([])))

        assert (answer.status_code, answer.json()["code"]) == (403, "foreign-organisation")

    async def test_a_person_is_subsidised_once_per_occupation_and_level_and_not_below(self, office: Office) -> None:
        [person] = people(1)
        first, same = Taught([person]), Taught([person])
        lower = Taught([person], award=Award.INTERMEDIATE_WORKER)
        higher = Taught([person], award=Award.TECHNICIAN)
        for each in (first, same, lower, higher):
            await office.service.hear(*each.all_finished())
        # Four certificates of one person by several bodies are a burst, which a reviewer has looked at.
        [burst] = (await office.get("/v1/patterns", office.reviewer())).json()["rows"]
        dismissal = {"verdict": "dismiss", "reason": "逐一核对，均为本人取得"}
        await office.post(f"/v1/patterns/{burst['id']}/settlement", dismissal, office.reviewer())
        claim_id = await office.paid(first)

        assert amounts((await office.draft(same)).json()) == [(0, "C09")]
        assert amounts((await office.draft(lower)).json()) == [(0, "C10")]
        assert amounts((await office.draft(higher)).json()) == [(400_000, None)]
        await office.recover(claim_id)
        again = await office.service.http.get(
            "/v1/claims", params={"status": "draft"}, headers=office.institution(same)
        )
        rebuilt = await office.post(
            f"/v1/claims/{again.json()['rows'][0]['id']}/rebuild", None, office.institution(same)
        )
        assert amounts(rebuilt.json()) == [(0, "C10")]


class TestLookAt:
    async def test_an_institution_sees_its_own_claims_and_an_officer_those_of_the_region(self, office: Office) -> None:
        one, other = Taught(people(1)), Taught(people(1), region="419001", fund_source=FundSource.OTHER)
        await office.service.hear(*one.all_finished(), *other.all_finished())
        first, second = (await office.draft(one)).json()["id"], (await office.draft(other)).json()["id"]
        http = office.service.http

        async def ids(headers: dict[str, str], **params: str) -> list[str]:
            answer = await http.get("/v1/claims", params=params, headers=headers)
            return [row["id"] for row in answer.json()["rows"]]

        assert await ids(office.institution(one)) == [first]
        assert await ids(office.reviewer()) == [first]
        assert await ids(office.reviewer(region="410000")) == [first, second]
        assert await ids(office.reviewer(region="410000"), region="419001") == [second]
        assert await ids(office.reviewer(), status="paid") == []
        assert (await http.get(f"/v1/claims/{first}", headers=office.institution(other))).status_code == 403
        assert (await http.get(f"/v1/claims/{uuid4()}", headers=office.reviewer())).status_code == 404
        body = office.service.tokens.of(Role.ASSESSMENT_BODY, organisation=uuid4())
        assert await ids(body) == []

    async def test_a_page_ends_with_a_cursor_for_the_next(self, office: Office) -> None:
        classes = [Taught(people(1)) for _ in range(3)]
        for each in classes:
            await office.service.hear(*each.all_finished())
            await office.draft(each)

        first = (await office.service.http.get("/v1/claims?size=2", headers=office.reviewer())).json()
        params = {"size": "2", "cursor": first["next"]}
        second = (await office.service.http.get("/v1/claims", params=params, headers=office.reviewer())).json()

        assert [len(first["rows"]), len(second["rows"]), second["next"]] == [2, 1, None]
