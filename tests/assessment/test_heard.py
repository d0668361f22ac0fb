"""What the assessment service hears from the registry, by way of the log."""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

import pytest
from msgspec.structs import asdict, replace

from services.assessment.worker import SERVICE
from shared.contracts.assessment import CertificateCorrected
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.enrolments import EnrolmentCorrected, EnrolmentState
from shared.contracts.registry.plan import RegionListed
from shared.kernel.ids import new_id
from tests.assessment.centre import (
    Centre,
    a_class,
    an_enrolment,
    body_filing,
    deferred,
    open_centre,
    pass_row,
    person_key,
    person_row,
    plan,
    province,
    resumed,
    transferred,
)
from tests.assessment.centre import session_filing as filing
from tests.conftest import OpenService
from tests.support.persons import merged, reassigned, separated


class TestPlan:
    async def test_until_it_was_heard_the_caller_is_told_to_try_again(self, open_service: OpenService) -> None:
        service = await open_service(SERVICE)

        early = await service.http.post("/v1/bodies", json=body_filing(), headers=province(service))
        await service.hear(*plan())
        late = await service.http.post("/v1/bodies", json=body_filing(), headers=province(service))

        assert (early.status_code, early.json()["code"]) == (409, "not-yet-heard")
        assert early.headers["Retry-After"] == "1"
        assert late.status_code == 201

    async def test_a_region_that_is_listed_anew_counts_as_listed_last(self, open_service: OpenService) -> None:
        service = await open_service(SERVICE)
        await service.hear(*plan())
        centre = await open_centre(service)
        county = next(fact for fact in plan() if fact.subject == "regions/410102")
        assert isinstance(county, RegionListed)

        await service.hear(replace(county, version=2, valid_to=date(2025, 1, 31), replaced_by="410103"))

        answer = await centre.post("/sessions", filing())
        assert (answer.json()["code"], answer.json()["replaced_by"]) == ("ended-region", "410103")


class TestClass:
    async def test_a_class_must_have_been_heard_of_and_train_for_the_same(self, centre: Centre) -> None:
        class_id = new_id()
        of_class = filing(class_id=str(class_id))

        unheard = await centre.post("/sessions", of_class)
        await centre.service.hear(a_class(class_id, level=3))
        differs = await centre.post("/sessions", of_class)

        assert (unheard.status_code, unheard.json()["code"]) == (409, "not-yet-heard")
        assert (differs.status_code, differs.json()["code"]) == (422, "class-differs")
        assert (await centre.post("/sessions", of_class | {"level": "L3"})).status_code == 201

    async def test_the_newest_fact_of_a_class_counts_also_within_one_batch(self, centre: Centre) -> None:
        class_id = new_id()

        await centre.service.hear(
            a_class(class_id),
            a_class(class_id, version=2, status=ClassStatus.APPROVED),
            a_class(class_id, version=3, status=ClassStatus.CANCELLED),
        )

        answer = await centre.post("/sessions", filing(class_id=str(class_id)))
        assert (answer.status_code, answer.json()["code"]) == (409, "class-was-cancelled")


class TestEnrolment:
    async def test_the_newest_programme_and_withdrawal_are_kept(self, centre: Centre) -> None:
        class_id, first, second = new_id(), new_id(), new_id()
        persons = [person_key(centre.service, order) for order in (1, 2)]

        await centre.service.hear(
            an_enrolment(first, class_id, persons[0], programme="S02-1"),
            an_enrolment(first, class_id, persons[0], version=2, programme="S07"),
            an_enrolment(second, class_id, persons[1], programme="S08"),
        )
        await centre.service.hear(
            an_enrolment(second, class_id, persons[1], version=2, programme="S08"),
            an_enrolment(second, class_id, persons[1], version=3, programme="S08"),
        )

        rows: list[Any] = list(await centre.service.rows("SELECT person, programme, has_left FROM heard_enrolment"))
        assert {tuple(row) for row in rows} == {(persons[0], "S07", False), (persons[1], "S08", True)}

    async def test_every_step_is_heard_and_who_went_on_elsewhere_has_left(self, centre: Centre) -> None:
        class_id, persons = new_id(), [person_key(centre.service, order) for order in (1, 2)]
        first, second = (an_enrolment(new_id(), class_id, person, programme="S02-1") for person in persons)

        await centre.service.hear(first, interrupted := deferred(first), resumed(interrupted))
        await centre.service.hear(second, transferred(second))

        rows = await centre.service.rows("SELECT person, has_left FROM heard_enrolment")
        assert {tuple(row) for row in rows} == {(persons[0], False), (persons[1], True)}


class TestCertificates:
    """They count to what the trainings of their holders count to, also when these are put right afterwards."""

    async def test_follow_a_correction_of_the_training(self, centre: Centre) -> None:
        class_id, person = new_id(), person_key(centre.service, 1)
        enrolled = an_enrolment(new_id(), class_id, person, programme="S02-1")
        await centre.service.hear(a_class(class_id), enrolled)
        await centre.conclude(await centre.examined(pass_row(1), pass_row(2), class_id=str(class_id)))

        await centre.service.hear(corrected(enrolled, "S07"))
        told = await centre.service.told()
        await centre.service.hear(corrected(enrolled, "S07", version=3))

        rows = await centre.service.rows("SELECT person, programme, version FROM certificate ORDER BY number")
        assert [tuple(row)[1:] for row in rows] == [("S07", 2), ("S08", 1)]
        [fact] = [each for each in told if isinstance(each, CertificateCorrected)]
        assert (fact.person, fact.programme, fact.version) == (person, "S07", 2)
        assert await centre.service.told() == []

    async def test_do_so_under_another_key_of_the_same_human(self, centre: Centre) -> None:
        class_id, keys = new_id(), [person_key(centre.service, order) for order in (1, 2)]
        enrolled = an_enrolment(new_id(), class_id, keys[1], programme="S02-1")
        await centre.service.hear(a_class(class_id), enrolled, merged(keys[1], keys[0]))
        await centre.conclude(await centre.examined(pass_row(1), class_id=str(class_id)))

        await centre.service.hear(corrected(enrolled, "S07"))

        assert [row.programme for row in await centre.service.rows("SELECT programme FROM certificate")] == ["S07"]

    async def test_keep_what_they_counted_to_once_the_trainee_has_left(self, centre: Centre) -> None:
        class_id, person = new_id(), person_key(centre.service, 1)
        enrolled = an_enrolment(new_id(), class_id, person, programme="S07")
        await centre.service.hear(a_class(class_id), enrolled)
        await centre.conclude(await centre.examined(pass_row(1), class_id=str(class_id)))

        await centre.service.hear(transferred(enrolled))

        assert [row.programme for row in await centre.service.rows("SELECT programme FROM certificate")] == ["S07"]


def corrected(enrolled: EnrolmentState, programme: str, *, version: int = 2) -> EnrolmentCorrected:
    return EnrolmentCorrected(**asdict(enrolled) | {"version": version, "programme": programme})


class TestMergedPersons:
    """Two documents, of persons 1 and 2, turned out to be one human's."""

    async def test_are_refused_as_candidates_for_what_either_is_certified_for(self, centre: Centre) -> None:
        await centre.conclude(await centre.examined(pass_row(2)))
        other = await centre.session(local_id="E2")
        keys = [person_key(centre.service, order) for order in (1, 2)]

        await centre.service.hear(merged(keys[1], keys[0]))
        [into] = await centre.batch(f"/sessions/{other}/candidates", [person_row(1)])
        await centre.service.hear(separated(keys[1], keys[0]), merged(keys[0], keys[1]))
        [gone] = await centre.batch(f"/sessions/{other}/candidates", [person_row(1)])
        await centre.service.hear(separated(keys[0], keys[1]))
        [apart] = await centre.batch(f"/sessions/{other}/candidates", [person_row(1)])

        assert [row["errors"][0]["code"] for row in (into, gone)] == ["already-certified"] * 2
        assert apart["outcome"] == "accepted"

    async def test_are_one_candidate(self, centre: Centre) -> None:
        keys = [person_key(centre.service, order) for order in (1, 2)]
        session_id = await centre.session()
        await centre.service.hear(merged(keys[1], keys[0]))

        rows = await centre.batch(f"/sessions/{session_id}/candidates", [person_row(2), person_row(1)])

        assert rows[0]["outcome"] == "accepted"
        assert (rows[1]["errors"][0]["code"], rows[1]["errors"][0]["local_id"]) == ("already-candidate", "2")

    async def test_who_were_both_examined_get_one_certificate(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1), pass_row(2), pass_row(3))
        keys = [person_key(centre.service, order) for order in (1, 2)]
        await centre.service.hear(merged(keys[0], keys[1]))

        answer = (await centre.conclude(session_id)).json()

        assert (answer["certificates"], answer["already_certified"]) == (2, ["2"])

    async def test_are_not_both_certified_by_two_bodies_at_once(self, centre: Centre) -> None:
        other = await open_centre(centre.service, 124)
        sessions = [await centre.examined(pass_row(1)), await other.examined(pass_row(2))]
        keys = [person_key(centre.service, order) for order in (1, 2)]
        await centre.service.hear(merged(keys[0], keys[1]))

        answers = await asyncio.gather(centre.conclude(sessions[0]), other.conclude(sessions[1]))

        assert sorted(answer.json()["certificates"] for answer in answers) == [0, 1]

    async def test_who_were_separated_again_get_what_they_are_owed(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1), pass_row(2))
        keys = [person_key(centre.service, order) for order in (1, 2)]
        await centre.service.hear(merged(keys[1], keys[0]))
        concluded = (await centre.conclude(session_id)).json()

        while_merged = await centre.post(f"/sessions/{session_id}/certificates", None)
        await centre.service.hear(separated(keys[1], keys[0]))
        apart = await centre.post(f"/sessions/{session_id}/certificates", None)
        again = await centre.post(f"/sessions/{session_id}/certificates", None)

        assert concluded["certificates"] == 1
        assert [each.json()["certificates"] for each in (while_merged, apart, again)] == [0, 1, 0]
        rows = await centre.service.rows("SELECT person FROM certificate WHERE status = 'valid'")
        assert {row.person for row in rows} == set(keys)

    async def test_nothing_is_owed_before_the_conclusion(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))

        answer = await centre.post(f"/sessions/{session_id}/certificates", None)

        assert (answer.status_code, answer.json()["code"]) == (409, "session-not-concluded")

    @pytest.mark.parametrize("reassigned_too", [True, False])
    async def test_count_to_the_enrolment_of_either(self, centre: Centre, reassigned_too: bool) -> None:
        class_id, keys = new_id(), [person_key(centre.service, order) for order in (1, 2)]
        enrolled = an_enrolment(new_id(), class_id, keys[0], programme="S07")
        await centre.service.hear(a_class(class_id), enrolled, merged(keys[0], keys[1]))
        if reassigned_too:
            await centre.service.hear(reassigned(enrolled, keys[1]))

        by_one = await centre.examined(pass_row(1), class_id=str(class_id))
        by_other = await centre.examined(pass_row(2), class_id=str(class_id), local_id="E2")
        for session_id in (by_one, by_other):
            rows = (await centre.get(f"/sessions/{session_id}/candidates")).json()["rows"]
            assert [row["programme"] for row in rows] == ["S07"]
