"""What the assessment service hears from the registry, by way of the log."""

from __future__ import annotations

from datetime import date
from typing import Any

from services.assessment.worker import SERVICE
from shared.contracts.registry import ClassStatus, RegionListed
from shared.kernel.ids import new_id
from tests.assessment.centre import Centre, a_class, an_enrolment, body_filing, open_centre, person_key, plan, province
from tests.assessment.centre import session_filing as filing
from tests.conftest import OpenService


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

        await service.hear(
            county.model_copy(update={"version": 2, "valid_to": date(2025, 1, 31), "replaced_by": "410103"})
        )

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

        rows: list[Any] = list(await centre.service.rows("SELECT person, programme, withdrawn FROM heard_enrolment"))
        assert {tuple(row) for row in rows} == {(persons[0], "S07", False), (persons[1], "S08", True)}
