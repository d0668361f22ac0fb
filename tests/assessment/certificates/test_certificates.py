"""Certificates over HTTP, from the conclusion of a session to revocation, on a real database."""

from __future__ import annotations

import asyncio
from collections import Counter

from services.assessment.numbers.rules.numbers import parse
from shared.contracts.assessment import CertificateIssued, ResultRecorded, SessionConcluded
from shared.contracts.fact import encode
from shared.kernel.awards import Award
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from tests.assessment.centre import (
    BORN,
    Centre,
    a_class,
    an_enrolment,
    fail_row,
    open_centre,
    pass_row,
    person_key,
    person_row,
)
from tests.support.clock import now
from tests.support.people import identity_number

ABSENT = {"local_id": "3", "absent": True}
REASON = {"reason": "评分有误"}


class TestConclude:
    async def test_who_passed_gets_a_certificate_and_everything_is_told(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1), fail_row(2), ABSENT, pass_row(4))

        answer = (await centre.conclude(session_id)).json()

        counted = {name: answer[name] for name in ("candidates", "passed", "failed", "absent", "certificates")}
        assert counted == {"candidates": 4, "passed": 2, "failed": 1, "absent": 1, "certificates": 2}
        assert (answer["status"], answer["version"], answer["already_certified"]) == ("concluded", 2, [])
        rows = await centre.certificates(session_id)
        numbers = [parse(row["number"]) for row in rows]
        year = business_day(now()).year % 100
        assert [(number.prefix, number.year, number.award) for number in numbers] == [
            ("S000041000123", year, Award.SENIOR_WORKER)
        ] * 2
        assert [number.serial for number in numbers] == [1, 2]
        assert {row["name"] for row in rows} == {"王**"}
        told = await centre.service.told()
        kinds = Counter(type(fact) for fact in told)
        assert (kinds[ResultRecorded], kinds[SessionConcluded], kinds[CertificateIssued]) == (3, 1, 2)
        issued = [fact for fact in told if isinstance(fact, CertificateIssued)]
        assert [fact.number for fact in issued] == [row["number"] for row in rows]
        assert {fact.person for fact in issued} == {person_key(centre.service, 1), person_key(centre.service, 4)}
        assert {(fact.programme, fact.region, fact.reporting_region, fact.level) for fact in issued} == {
            ("S08", "410102", "410100", 4)
        }

    async def test_no_fact_carries_a_number_or_a_name_of_a_person(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1), fail_row(2))
        await centre.conclude(session_id)

        told = b"".join(encode(fact) for fact in await centre.service.told()).decode()

        assert "王小明" not in told
        assert not [order for order in (1, 2) if identity_number(BORN, order) in told]

    async def test_every_candidate_needs_a_result_first(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        await centre.batch(f"/sessions/{session_id}/candidates", [person_row(2)])

        answer = await centre.conclude(session_id)

        assert (answer.status_code, answer.json()["code"]) == (409, "results-missing")
        assert answer.json()["without_result"] == 1
        assert await centre.certificates(session_id) == []

    async def test_two_conclusions_at_once_issue_once(self, centre: Centre) -> None:
        session_id = await centre.examined(*(pass_row(order) for order in range(1, 21)))

        answers = await asyncio.gather(*(centre.conclude(session_id) for _ in range(4)))

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        assert [parse(row["number"]).serial for row in await centre.certificates(session_id)] == list(range(1, 21))

    async def test_serials_go_on_over_sessions_and_levels_of_a_body(self, centre: Centre) -> None:
        first = await centre.examined(pass_row(1))
        second = await centre.examined(pass_row(2), local_id="E2", level="L3")
        other = await open_centre(centre.service, 124)
        third = await other.examined(pass_row(3))

        for each, session_id in ((centre, first), (centre, second), (other, third)):
            assert (await each.conclude(session_id)).status_code == 200

        serials = [parse((await centre.certificates(each))[0]["number"]).serial for each in (first, second)]
        assert serials == [1, 2]
        assert parse((await other.certificates(third))[0]["number"]).serial == 1

    async def test_a_body_without_numbers_left_is_told_and_nothing_is_half_done(self, centre: Centre) -> None:
        first = await centre.examined(pass_row(1))
        await centre.conclude(first)
        async with centre.service.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE certificate_serial SET last_serial = 999998")
        second = await centre.examined(pass_row(2), pass_row(3), local_id="E2")

        answer = await centre.conclude(second)

        assert (answer.status_code, answer.json()["code"]) == (409, "certificate-numbers-exhausted")
        assert (await centre.get(f"/sessions/{second}")).json()["status"] == "filed"
        assert await centre.certificates(second) == []

    async def test_a_certificate_counts_to_the_enrolments_programme_if_its_holder_sat_in_the_class(
        self, centre: Centre
    ) -> None:
        class_id, person = new_id(), [person_key(centre.service, order) for order in range(4)]
        enrolled, corrected, withdrawn = new_id(), new_id(), new_id()
        await centre.service.hear(
            a_class(class_id),
            an_enrolment(enrolled, class_id, person[1], programme="S02-1"),
            an_enrolment(corrected, class_id, person[2], programme="S02-1"),
            an_enrolment(corrected, class_id, person[2], version=2, programme="S07"),
            an_enrolment(withdrawn, class_id, person[3], programme="S02-1"),
            an_enrolment(withdrawn, class_id, person[3], version=2, programme="S02-1"),
            an_enrolment(withdrawn, class_id, person[3], version=3, programme="S02-1"),
        )
        session_id = await centre.examined(*(pass_row(order) for order in range(1, 5)), class_id=str(class_id))

        await centre.conclude(session_id)

        rows = await centre.certificates(session_id)
        assert [row["programme"] for row in rows] == ["S02-1", "S07", "S08", "S08"]
        assert {row["class_id"] for row in rows} == {str(class_id)}


class TestOnePerPerson:
    async def test_who_holds_a_valid_one_is_refused_as_a_candidate_of_any_body(self, centre: Centre) -> None:
        await centre.conclude(await centre.examined(pass_row(1)))
        other = await open_centre(centre.service, 124)
        same, next_level = await other.session(), await other.session(local_id="E2", level="L5")

        [refused] = await other.batch(f"/sessions/{same}/candidates", [person_row(1)])
        [accepted] = await other.batch(f"/sessions/{next_level}/candidates", [person_row(1)])

        assert refused["errors"][0]["code"] == "already-certified"
        assert accepted["outcome"] == "accepted"

    async def test_who_was_certified_meanwhile_passes_without_a_second_certificate(self, centre: Centre) -> None:
        first = await centre.examined(pass_row(1))
        second = await centre.examined(pass_row(1), pass_row(2), local_id="E2")
        await centre.conclude(first)

        answer = (await centre.conclude(second)).json()

        assert (answer["passed"], answer["certificates"], answer["already_certified"]) == (2, 1, ["1"])

    async def test_sessions_of_rival_bodies_that_end_at_once_certify_a_person_once(self, centre: Centre) -> None:
        rivals = [centre, await open_centre(centre.service, 124), await open_centre(centre.service, 125)]
        orders = range(1, 31)
        sessions = [await rival.examined(*(pass_row(order) for order in orders)) for rival in rivals]

        answers = await asyncio.gather(
            *(rival.conclude(session_id) for rival, session_id in zip(rivals, sessions, strict=True))
        )

        assert [answer.status_code for answer in answers] == [200, 200, 200]
        assert sorted(answer.json()["certificates"] for answer in answers) == [0, 0, 30]
        assert sorted(len(answer.json()["already_certified"]) for answer in answers) == [0, 30, 30]


class TestList:
    async def test_a_body_sees_its_own_certificates_and_the_province_sees_all(self, centre: Centre) -> None:
        other = await open_centre(centre.service, 124)
        for each, order in ((centre, 1), (other, 2)):
            await each.conclude(await each.examined(pass_row(order)))

        seen = [len((await each.get("/certificates")).json()["rows"]) for each in (centre, other)]

        assert seen == [1, 1]
        assert len((await centre.get("/certificates", centre.province)).json()["rows"]) == 2
        institution = centre.service.tokens.of(Role.INSTITUTION, organisation=new_id())
        assert (await centre.get("/certificates", institution)).json()["rows"] == []

    async def test_pages_follow_each_other_without_a_gap(self, centre: Centre) -> None:
        session_id = await centre.examined(*(pass_row(order) for order in range(1, 6)))
        await centre.conclude(session_id)

        first = (await centre.get(f"/certificates?session_id={session_id}&size=3")).json()
        second = (await centre.get(f"/certificates?session_id={session_id}&size=3&cursor={first['next']}")).json()

        serials = [parse(row["number"]).serial for row in [*first["rows"], *second["rows"]]]
        assert serials == [1, 2, 3, 4, 5]
        assert second["next"] is None
