"""Bodies over HTTP, on a real database."""

from __future__ import annotations

from uuid import uuid4

from shared.contracts.assessment import BodyFiled
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.assessment.centre import body_filing, open_centre, province
from tests.support.services import ServiceUnderTest

WRONG_FILINGS: list[tuple[dict[str, object], str]] = [
    ({"credit_code": "52410000MJ0012345X"}, "credit-code-wrong-check"),
    ({"region": "999999"}, "unknown-region"),
    ({"region": "410306"}, "ended-region"),
    ({"region": "410000"}, "province-is-no-place"),
    ({"number_prefix": "S000042000123"}, "wrong-number-prefix"),
    ({"number_prefix": "Y000041000123"}, "wrong-prefix-letter"),
    ({"scope": [{"occupation": "nurse", "level": "L4"}]}, "malformed-occupation"),
    ({"scope": [{"occupation": "4-10-01-05", "level": "L9"}]}, "unknown-level"),
    ({"scope": [{"occupation": "4-10-01-05"}]}, "award-missing"),
    ({"scope": [{"occupation": "4-10-01-05", "award": "L4", "level": "L5"}]}, "award-contradicts-level"),
    ({"scope": [{"occupation": "4-10-01-05", "award": "pre_job"}]}, "shown-otherwise"),
    ({"scope": [{"occupation": "4-10-01-05", "level": "L7"}]}, "employers-only"),
    ({"scope": [{"occupation": "4-10-01-05", "level": "L4", "last_on": "2019-01-01"}]}, "period-ends-before-start"),
    ({"scope": []}, "malformed-request"),
    ({"kind": "club"}, "malformed-request"),
]


class TestFile:
    async def test_a_body_is_stored_and_told_once_however_often_it_is_filed(self, assessment: ServiceUnderTest) -> None:
        first = await open_centre(assessment)
        again = await open_centre(assessment)

        assert again.body == first.body
        assert first.body["reporting_region"] == "410100"
        [told] = await assessment.told()
        assert isinstance(told, BodyFiled)
        assert (told.version, str(told.body_id)) == (1, first.body["id"])

    async def test_a_body_is_filed_again_as_it_was_and_never_with_more(self, assessment: ServiceUnderTest) -> None:
        first = await open_centre(assessment)
        narrow = await open_centre(assessment, scope=[{"occupation": "4-10-01-05", "level": "L4"}])
        wider = body_filing(scope=[{"occupation": "4-10-01-05", "level": "L6"}])

        refused = await assessment.http.post("/v1/bodies", json=wider, headers=province(assessment))

        assert narrow.body == first.body
        assert (refused.status_code, refused.json()["code"]) == (409, "scope-differs")
        assert refused.json()["pointer"] == "/scope/0"
        assert len(await assessment.told()) == 1

    async def test_other_particulars_of_a_known_credit_code_are_refused(self, assessment: ServiceUnderTest) -> None:
        await open_centre(assessment)
        changed = body_filing(name="洛阳评价中心")

        answer = await assessment.http.post("/v1/bodies", json=changed, headers=province(assessment))

        assert (answer.status_code, answer.json()["code"]) == (409, "body-credit-code-taken")

    async def test_a_prefix_is_allotted_once(self, assessment: ServiceUnderTest) -> None:
        await open_centre(assessment)
        rival = body_filing(124, number_prefix="S000041000123")

        answer = await assessment.http.post("/v1/bodies", json=rival, headers=province(assessment))

        assert (answer.status_code, answer.json()["code"]) == (409, "number-prefix-taken")

    async def test_what_is_wrong_in_a_filing_is_said_and_nothing_is_stored(self, assessment: ServiceUnderTest) -> None:
        for changes, code in WRONG_FILINGS:
            filing = body_filing() | changes
            answer = await assessment.http.post("/v1/bodies", json=filing, headers=province(assessment))
            assert (answer.status_code, answer.json()["code"]) == (422, code), changes
            assert answer.json()["title"]

        assert await assessment.told() == []

    async def test_only_the_authority_of_the_region_files_bodies(self, assessment: ServiceUnderTest) -> None:
        callers = {
            "wrong-role": assessment.tokens.of(Role.INSTITUTION, organisation=uuid4()),
            "foreign-region": assessment.tokens.of(Role.COUNTY_OFFICER, region="410300"),
        }
        for code, headers in callers.items():
            answer = await assessment.http.post("/v1/bodies", json=body_filing(), headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, code)
        # The county files ranks 2 to 4; 5 and 6 take the prefecture.
        own = assessment.tokens.of(Role.COUNTY_OFFICER, region="410102")
        above = await assessment.http.post("/v1/bodies", json=body_filing(), headers=own)
        assert (above.status_code, above.json()["code"]) == (403, "higher-authority-files")
        assert (above.json()["authority"], above.json()["pointer"]) == ("prefecture", "/scope/3/award")
        lower = body_filing(scope=[{"occupation": "4-10-01-05", "level": level} for level in ("L2", "L3", "L4")])
        assert (await assessment.http.post("/v1/bodies", json=lower, headers=own)).status_code == 201
        city = assessment.tokens.of(Role.COUNTY_OFFICER, region="410100")
        other = body_filing(124, region="410100")
        assert (await assessment.http.post("/v1/bodies", json=other, headers=city)).status_code == 201


class TestList:
    async def test_a_region_narrows_the_list_to_its_counties(self, assessment: ServiceUnderTest) -> None:
        centre = await open_centre(assessment)
        there = await open_centre(assessment, 124, region="410308")

        async def listed(query: str) -> list[str]:
            return [row["id"] for row in (await centre.get(f"/bodies?{query}", centre.province)).json()["rows"]]

        assert await listed("") == [centre.body["id"], there.body["id"]]
        assert await listed("region=410102") == await listed("region=410100") == [centre.body["id"]]
        assert await listed("region=410300") == [there.body["id"]]
        assert await listed(f"credit_code={there.body['credit_code']}") == [there.body["id"]]

    async def test_list_and_body_show_a_body_itself_and_officers_their_region(
        self, assessment: ServiceUnderTest
    ) -> None:
        centre = await open_centre(assessment)
        there = await open_centre(assessment, 124, region="410308")
        places = {"410000": [centre, there], "410100": [centre], "410102": [centre], "410300": [there], "419001": []}
        callers = [
            (assessment.tokens.of(role, region=region), seen)
            for role in (Role.COUNTY_OFFICER, Role.REVIEWER, Role.FINANCE)
            for region, seen in places.items()
        ]

        for headers, seen in [
            *callers,
            (centre.province, [centre, there]),
            (centre.own, [centre]),
            (there.own, [there]),
        ]:
            listed = (await centre.get("/bodies", headers)).json()["rows"]
            assert [row["id"] for row in listed] == [each.body["id"] for each in seen]
            for each in (centre, there):
                path = f"/bodies?credit_code={each.body['credit_code']}"
                assert len((await centre.get(path, headers)).json()["rows"]) == (each in seen)
                single = await centre.get(f"/bodies/{each.body['id']}", headers)
                assert single.status_code == (200 if each in seen else 403)

        tokens = assessment.tokens
        refused = {
            "wrong-role": tokens.of(Role.INSTITUTION, organisation=new_id()),
            "unauthenticated": tokens.of(Role.ASSESSMENT_BODY),
            "foreign-region": tokens.of(Role.PROVINCE, region="330000"),
        }
        for code, headers in refused.items():
            for path in ("/bodies", f"/bodies/{centre.body['id']}"):
                assert (await centre.get(path, headers)).json()["code"] == code
        unknown = await centre.get("/bodies?region=419999", centre.province)
        assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-region")
        everything = await centre.get("/bodies?region=410000", tokens.of(Role.REVIEWER, region="410300"))
        assert [row["id"] for row in everything.json()["rows"]] == [there.body["id"]]
