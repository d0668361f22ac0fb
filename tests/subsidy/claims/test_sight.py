"""Who sees which claims and budgets: the list and the single claim agree, for every role."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from services.subsidy.worker import SERVICE
from shared.kernel.callers import Role
from tests.conftest import OpenService
from tests.subsidy.assessed import of_strangers, submitted
from tests.subsidy.builders import (
    Taught,
    people,
)
from tests.subsidy.office import Office

OFFICERS = (Role.COUNTY_OFFICER, Role.REVIEWER, Role.FINANCE, Role.AUDITOR, Role.PROVINCE)
COUNTY, ELSEWHERE = "410102", "419001"
PLACES = {"410000": {COUNTY, ELSEWHERE}, "410100": {COUNTY}, "410102": {COUNTY}, "419001": {ELSEWHERE}, "410200": set()}
"""What an officer of a region sees of two claims in these places."""


async def ids(office: Office, headers: dict[str, str], query: str = "") -> list[str]:
    answer = await office.get(f"/v1/claims?{query}", headers)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["rows"]]


class TestSight:
    async def test_list_and_claim_show_an_officer_the_region_and_what_is_below(self, office: Office) -> None:
        claims = {place: await self._claim(office, place) for place in (COUNTY, ELSEWHERE)}

        for role in OFFICERS:
            for region, seen in PLACES.items():
                headers = office.service.tokens.of(role, region=region)
                if role is Role.PROVINCE and region != "410000":
                    assert (await office.get("/v1/claims", headers)).json()["code"] == "foreign-region"
                    continue
                assert await ids(office, headers) == [claims[place] for place in claims if place in seen], (
                    role,
                    region,
                )
                for place, claim_id in claims.items():
                    answer = await office.get(f"/v1/claims/{claim_id}", headers)
                    assert answer.status_code == (200 if place in seen else 403), (role, region, place)
                    assert place in seen or answer.json()["code"] == "foreign-region"

    async def test_a_token_of_nowhere_or_of_nobody_sees_nothing(self, office: Office) -> None:
        claim_id = await self._claim(office, COUNTY)
        tokens = office.service.tokens
        nowhere = tokens.of(Role.PROVINCE, region="330000")
        nobodys = [tokens.of(Role.INSTITUTION), tokens.of(Role.REVIEWER)]

        for headers, status in [(nowhere, 403), *((each, 401) for each in nobodys)]:
            for path in ("/v1/claims", f"/v1/claims/{claim_id}", "/v1/budgets"):
                assert (await office.get(path, headers)).status_code == status, path
        assert await ids(office, tokens.of(Role.INSTITUTION, organisation=uuid4())) == []

    async def test_a_region_that_does_not_exist_is_refused_and_the_provinces_code_is_everything(
        self, office: Office
    ) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)

        for headers in (office.reviewer(), office.province(), office.institution(taught)):
            unknown = await office.get("/v1/claims?region=419999", headers)
            assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-region")
            assert await ids(office, headers, "region=410000") == [claim_id]
            assert await ids(office, headers, "region=410102") == [claim_id]
        for path in ("/v1/budgets", "/v1/proposals", "/v1/duplicates"):
            assert (await office.get(f"{path}?region=419999", office.finance())).status_code == 422
            assert (await office.get(f"{path}?region=410200", office.finance())).json()["code"] == "foreign-region"
            assert (await office.get(f"{path}?region=410000", office.finance())).status_code == 200
        neighbours = await office.get("/v1/claims?region=410200", office.reviewer())
        assert (neighbours.status_code, neighbours.json()["code"]) == (403, "foreign-region")

    async def test_the_list_is_narrowed_to_a_class_and_to_an_institution_within_what_is_seen(
        self, office: Office
    ) -> None:
        first, second = Taught(people(1)), Taught(people(1))
        await office.service.hear(*first.all_finished(), *second.all_finished())
        one, two = await office.submitted(first), await office.submitted(second)

        for headers in (office.reviewer(), office.finance(), office.province()):
            assert await ids(office, headers) == [one, two]
            assert await ids(office, headers, f"class_id={first.class_id}") == [one]
            assert await ids(office, headers, f"institution_id={second.institution_id}") == [two]
            both = f"class_id={first.class_id}&institution_id={second.institution_id}"
            for nothing in (both, f"class_id={uuid4()}", f"institution_id={uuid4()}"):
                assert await ids(office, headers, nothing) == []
        own = office.institution(first)
        assert await ids(office, own, f"class_id={first.class_id}&institution_id={first.institution_id}") == [one]
        assert await ids(office, own, f"class_id={second.class_id}") == []
        assert await ids(office, own, f"institution_id={second.institution_id}") == []

    async def test_the_id_of_an_exam_is_that_of_no_class(self, office: Office) -> None:
        exam = of_strangers(1)
        await office.service.hear(exam.body(), *exam.certificates())
        claim_id = await submitted(office, exam)

        assert await ids(office, office.reviewer(), f"institution_id={exam.body_id}") == [claim_id]
        assert await ids(office, office.reviewer(), f"class_id={exam.exam_id}") == []

    async def test_nobody_decides_on_what_they_do_not_see(self, office: Office) -> None:
        claim_id = await self._claim(office, ELSEWHERE)
        reason = {"reason": "材料不全"}

        for verb, content in (("approval", None), ("return", reason), ("rejection", reason)):
            answer = await office.post(f"/v1/claims/{claim_id}/{verb}", content, office.reviewer())
            assert (answer.status_code, answer.json()["code"]) == (403, "foreign-region")

    async def test_before_the_plan_arrives_an_officer_is_told_to_come_back(self, open_service: OpenService) -> None:
        service = await open_service(SERVICE)
        institution = service.tokens.of(Role.INSTITUTION, organisation=uuid4())

        early = await service.http.get("/v1/claims", headers=service.tokens.of(Role.REVIEWER, region="410100"))

        assert (early.status_code, early.json()["code"]) == (409, "not-yet-heard")
        assert (await service.http.get("/v1/claims", headers=institution)).json()["rows"] == []

    async def test_a_claim_shows_what_people_call_its_institution_and_class(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished(), taught.institution("郑州康养职业培训学校"))
        claim_id = await office.submitted(taught)

        [row] = (await office.get("/v1/claims", office.reviewer())).json()["rows"]
        single = (await office.get(f"/v1/claims/{claim_id}", office.reviewer())).json()

        names = ("郑州康养职业培训学校", "k-1")
        assert (row["institution_name"], row["class_local_id"]) == names
        assert (single["institution_name"], single["class_local_id"]) == names

    @pytest.mark.parametrize(
        ("region", "seen"),
        [("410000", ["410100", "410200"]), ("410100", ["410100"]), ("410102", []), ("419001", [])],
    )
    async def test_budgets_are_seen_by_the_regions_that_they_belong_to(
        self, office: Office, region: str, seen: list[str]
    ) -> None:
        assert (await office.budget(1, "410200")).status_code == 200

        for role in OFFICERS[:4]:
            answer = await office.get("/v1/budgets", office.service.tokens.of(role, region=region))
            assert sorted(row["region"] for row in answer.json()["rows"]) == seen
        for role in (Role.INSTITUTION, Role.ASSESSMENT_BODY):
            answer = await office.get("/v1/budgets", office.service.tokens.of(role, organisation=UUID(int=1)))
            assert answer.json()["code"] == "wrong-role"

    async def _claim(self, office: Office, place: str) -> str:
        taught = Taught(people(1), region=place)
        await office.service.hear(*taught.all_finished())
        return await office.submitted(taught)
