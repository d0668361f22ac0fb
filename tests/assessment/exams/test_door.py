"""At the door over HTTP: the route that admits, certificates on record, and names that differ."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from services.assessment.persons.rules import NameQuestionStatus
from services.assessment.standards import usecases as standards
from tests.assessment.centre import Centre, pass_row, person_row
from tests.assessment.exams.ahead import Ahead, ahead
from tests.assessment.standards.test_standards import AT, CAREGIVERS

WHY = {"reason": "已查验证件"}


@pytest.fixture
async def here(centre: Centre) -> Ahead:
    async with centre.service.engine.begin() as connection:
        await standards.load(connection, CAREGIVERS, at=AT)
    return await ahead(centre)


async def post(here: Ahead, session_id: str, *rows: dict[str, object]) -> list[dict[str, Any]]:
    return await here.centre.batch(f"/sessions/{session_id}/candidates", rows)


class TestRoutes:
    async def test_the_route_that_admits_is_kept_with_the_facts_used(self, here: Ahead) -> None:
        examined = await here.centre.examined(pass_row(1), level="L3", local_id="2025-L3", held_on="2021-06-30")
        assert (await here.centre.conclude(examined)).json()["certificates"] == 1
        (issued,) = await here.centre.certificates(examined)
        presented = {"level": "L3", "number": "S000041999999205000001", "issued_on": "2020-05-01"}
        session_id = await here.filed()

        rows = await post(
            here, session_id, person_row(1, years_of_work=4), person_row(2, years_of_work=9),
            person_row(3, years_of_work=10), person_row(4, years_of_work=5, certificates=[presented]),
            person_row(5, years_of_work=5, certificates=[presented | {"number": "S000041999999204000001"}]),
            person_row(6, years_of_work=5, certificates=[presented | {"number": issued["number"]}]),
        )  # fmt: skip

        # The certificate of the first was issued today, which is not four years ago.
        codes = [row.get("errors", [{}])[0].get("code") for row in rows]
        assert codes[:3] == ["not-eligible", "not-eligible", None]
        assert codes[3:] == ["presented-certificate-differs", None, "presented-certificate-differs"]
        first = rows[0]["errors"][0]
        assert (first["route"], first["lacking"]) == ("E4-2", ["4 years since L3 (4 missing)"])
        answer = (await here.centre.get(f"/candidates/{rows[4]['id']}")).json()["admission"]
        assert (answer["route"], answer["standard"]) == ("E4-2", "standard:4-10-01-05/2023@1")
        assert answer["facts"]["certificate"] == {
            "award": "L3", "number": "…0001", "issued_on": "2020-05-01", "recorded": False,
        }  # fmt: skip
        [[facts]] = await here.centre.service.rows("SELECT facts FROM candidate_admission WHERE route = 'E4-2'")
        assert b"S000041999999" not in bytes(facts)

    async def test_before_2026_nobody_is_refused_and_a_route_that_admits_is_kept(self, here: Ahead) -> None:
        session_id = await here.centre.session(held_on="2025-12-30")

        rows = await post(here, session_id, person_row(1), person_row(2, years_of_work=10))

        assert {row["outcome"] for row in rows} == {"accepted"}
        admissions = [(await here.centre.get(f"/candidates/{row['id']}")).json()["admission"] for row in rows]
        assert [each and each["route"] for each in admissions] == [None, "E4-1"]


class TestRelatedOccupations:
    async def test_a_certificate_of_an_occupation_that_the_standard_lists_counts(
        self, here: Ahead, tmp_path: Path
    ) -> None:
        text = CAREGIVERS.read_text(encoding="utf-8")
        file = tmp_path / "standard.toml"
        file.write_text(text.replace("source =", 'related = ["4-10-01-02"]\nsource =', 1), encoding="utf-8")
        async with here.centre.service.engine.begin() as connection:
            loaded = await standards.load(connection, file, at=AT)
        session_id = await here.filed()
        presented = {"level": "L3", "number": "S000041999999205000001", "issued_on": "2020-05-01"}

        rows = await post(
            here, session_id,
            person_row(1, years_of_work=5, certificates=[presented | {"number": "S000041999999204000001"}]),
            person_row(2, years_of_work=5, certificates=[
                presented | {"number": "S000041999999204000002", "occupation": "4-10-01-02"},
            ]),
            person_row(3, years_of_work=5, certificates=[
                presented | {"number": "S000041999999204000003", "occupation": "4-03-02-01"},
            ]),
        )  # fmt: skip

        assert [(each.place, each.after) for each in loaded.differences] == [("related.4-10-01-02", True)]
        assert [row["outcome"] for row in rows] == ["accepted", "accepted", "refused"]
        assert rows[2]["errors"][0]["code"] == "occupation-unrelated"
        admission = (await here.centre.get(f"/candidates/{rows[1]['id']}")).json()["admission"]
        assert admission["facts"]["certificate"]["occupation"] == "4-10-01-02"
        [listed] = (await here.centre.get("/standards?occupation=4-10-01-05")).json()
        assert listed["related"] == ["4-10-01-02"]


class TestNames:
    async def test_another_name_is_told_and_an_officer_settles_it_by_the_document(self, here: Ahead) -> None:
        first, second = await here.centre.session(held_on="2025-12-30"), await here.centre.session(local_id="E2")
        await post(here, first, person_row(1))

        (row,) = await post(here, second, person_row(1, name="王晓明"))

        assert (row["outcome"], [each["code"] for each in row["warnings"]]) == ("accepted", ["name-differs"])
        (question,) = (await here.centre.get("/name-questions?status=open")).json()["rows"]
        assert (question["name"], question["given"], question["candidate_id"]) == ("王**", "王**", row["id"])
        path, officer = f"/name-questions/{question['id']}", here.centre.officer()
        own = await here.centre.post(f"{path}/settlement", WHY | {"name": "王晓明"})
        neither = await here.centre.post(f"{path}/settlement", WHY | {"name": "李晓明"}, officer)
        settled = await here.centre.post(f"{path}/settlement", WHY | {"name": "王晓明"}, officer)
        assert [own.json()["code"], neither.json()["code"]] == ["wrong-role", "neither-name"]
        assert settled.json()["status"] == NameQuestionStatus.CORRECTED
        # From now on the corrected name is the known one.
        third = await here.centre.session(local_id="E3")
        (again,) = await post(here, third, person_row(1, name="王晓明"))
        assert again.get("warnings") is None

        reopened = await here.centre.post(f"{path}/reopening", WHY, officer)
        kept = await here.centre.post(f"{path}/settlement", WHY | {"name": "王小明"}, officer)
        assert (reopened.json()["status"], kept.json()["status"]) == ("open", "kept"), kept.text
        (count,) = await here.centre.service.rows("SELECT count(*) FROM replaced_name")
        assert count[0] == 2

    async def test_a_dry_run_warns_and_asks_nothing(self, here: Ahead) -> None:
        first, second = await here.centre.session(held_on="2025-12-30"), await here.centre.session(local_id="E2")
        await post(here, first, person_row(1))

        rows = {"rows": [person_row(1, name="王晓明")]}
        answer = await here.centre.post(f"/sessions/{second}/candidates?mode=validate", rows)

        assert [each["code"] for each in answer.json()["rows"][0]["warnings"]] == ["name-differs"]
        assert (await here.centre.get("/name-questions")).json()["rows"] == []
