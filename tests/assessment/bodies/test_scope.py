"""What bodies are filed for, over HTTP: dated entries with their authority, and the way back."""

from __future__ import annotations

import asyncio
from datetime import date

from shared.contracts.assessment import BodyFiled
from shared.kernel.callers import Role
from tests.assessment.centre import Centre, body_filing, open_centre, session_filing
from tests.support.services import ServiceUnderTest

COOKS = "4-03-02-01"


def cooks(level: str = "L3", first_on: str = "2025-03-01", **changes: object) -> dict[str, object]:
    return {"occupation": COOKS, "level": level, "first_on": first_on} | changes


class TestOpen:
    async def test_an_entry_holds_from_its_first_day_and_is_told_with_the_whole_scope(self, centre: Centre) -> None:
        path = f"/bodies/{centre.body['id']}/scope"
        county = centre.officer("zoe", "410102")

        opened = await centre.post(path, cooks(last_on="2025-12-31"), county)
        again = await centre.post(path, cooks(last_on="2025-12-31"), county)
        sessions = [
            await centre.post("/sessions", session_filing(local_id=day, held_on=day, occupation=COOKS, level="L3"))
            for day in ("2025-02-28", "2025-03-01", "2025-12-31", "2026-01-01")
        ]

        assert opened.status_code == again.status_code == 201, opened.text
        assert opened.json() == again.json()
        assert (opened.json()["opened_by"], opened.json()["last_on"]) == ("zoe", "2025-12-31")
        assert [each.status_code for each in sessions] == [422, 201, 201, 422]
        assert (sessions[0].json()["code"], sessions[0].json()["check"]) == ("outside-scope", "C03")
        assert (sessions[0].json()["day"], sessions[0].json()["levels_filed"]) == ("2025-02-28", ["L4"])
        told = [each for each in await centre.service.told() if isinstance(each, BodyFiled)]
        assert [each.version for each in told] == [1, 2]
        # What ended before today is not in the fact any more, but in the list.
        assert len(told[1].scope) == 5
        assert {item.first_on for item in told[1].scope} == {date(2020, 1, 1)}
        listed = (await centre.get(path)).json()["rows"]
        assert [row for row in listed if row["occupation"] == COOKS and row["level"] == "L3"] == [opened.json()]

    async def test_ranks_5_and_6_take_the_prefecture_and_7_and_8_the_province(
        self, assessment: ServiceUnderTest
    ) -> None:
        works = await open_centre(assessment, kind="employer", number_prefix="Y000041000123")
        path = f"/bodies/{works.body['id']}/scope"
        county, city = works.officer(region="410102"), works.officer(region="410100")

        answers = {
            (level, who): await works.post(path, cooks(level), headers)
            for level, who, headers in (
                ("L8", "too early", works.province),
                ("L6", "county", county),
                ("L6", "city", city),
                ("L7", "city", city),
                ("L7", "province", works.province),
                ("L8", "province", works.province),
                ("L1", "county", county),
            )
        }

        codes = {key: answer.json().get("code", answer.status_code) for key, answer in answers.items()}
        assert codes == {
            ("L8", "too early"): "special-grade-first",
            ("L6", "county"): "higher-authority-files",
            ("L6", "city"): 201,
            ("L7", "city"): "higher-authority-files",
            ("L7", "province"): 201,
            ("L8", "province"): 201,
            ("L1", "county"): 201,
        }
        assert answers["L7", "city"].json()["authority"] == "province"

    async def test_a_place_without_a_prefecture_above_it_files_ranks_5_and_6_itself(
        self, assessment: ServiceUnderTest
    ) -> None:
        own = assessment.tokens.of(Role.COUNTY_OFFICER, region="419001")

        answer = await assessment.http.post("/v1/bodies", json=body_filing(region="419001"), headers=own)

        assert answer.status_code == 201, answer.text

    async def test_one_of_fifty_at_once_opens_it(self, centre: Centre) -> None:
        path = f"/bodies/{centre.body['id']}/scope"

        answers = await asyncio.gather(
            *(centre.post(path, cooks(first_on=f"2025-03-{day:02}"), centre.officer()) for day in range(1, 21))
        )

        assert sorted(each.status_code for each in answers) == [201] + [409] * 19
        assert {each.json()["code"] for each in answers if each.status_code == 409} == {"scope-overlaps"}


class TestEnd:
    async def test_an_ended_entry_names_who_ended_it_and_can_be_taken_back(self, centre: Centre) -> None:
        path = f"/bodies/{centre.body['id']}/scope"
        (entry,) = [row for row in (await centre.get(path)).json()["rows"] if row["occupation"] == COOKS]
        filed = await centre.session(occupation=COOKS)

        ended = await centre.post(
            f"{path}/{entry['id']}/ending", {"from_on": "2025-06-01", "reason": "场地撤除"}, centre.officer("zoe")
        )
        again = await centre.post(
            f"{path}/{entry['id']}/ending", {"from_on": "2025-07-01", "reason": "场地撤除"}, centre.officer("zoe")
        )
        refused = await centre.post("/sessions", session_filing(local_id="E2", occupation=COOKS))
        kept = await centre.batch(
            f"/sessions/{filed}/candidates", [{"local_id": "1", "document_number": "x", "name": "王"}]
        )
        back = await centre.post(f"{path}/{entry['id']}/reinstatement", {"reason": "误办"}, centre.officer("yan"))
        twice = await centre.post(f"{path}/{entry['id']}/reinstatement", {"reason": "误办"}, centre.officer("yan"))

        assert (ended.json()["ended_by"], ended.json()["last_on"]) == ("zoe", "2025-05-31")
        assert (again.status_code, again.json()["code"]) == (409, "scope-ended")
        assert (refused.status_code, refused.json()["code"]) == (422, "outside-scope")
        # The session keeps the scope of its filing: its row is read and refused for what is wrong with it.
        assert kept[0]["outcome"] == "refused"
        assert (back.status_code, back.json()["last_on"], back.json()["ended_by"]) == (200, None, None)
        assert (twice.status_code, twice.json()["code"]) == (409, "not-ended")
        assert (await centre.post("/sessions", session_filing(local_id="E2", occupation=COOKS))).status_code == 201

    async def test_technicians_are_ended_by_the_prefecture(self, centre: Centre) -> None:
        path = f"/bodies/{centre.body['id']}/scope"
        (entry,) = [row for row in (await centre.get(path)).json()["rows"] if row["level"] == "L5"]

        answers = [
            await centre.post(f"{path}/{entry['id']}/ending", {"reason": "停办"}, centre.officer(region=region))
            for region in ("410102", "410300", "410100")
        ]

        assert [each.json().get("code") for each in answers] == ["higher-authority-files", "foreign-region", None]
