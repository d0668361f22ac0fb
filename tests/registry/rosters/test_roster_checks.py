"""Each check of a roster's rows, with its code in the answer."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from shared.contracts.fact import encode
from shared.contracts.registry.enrolments import TraineeEnrolled
from shared.kernel.callers import Role
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_policy, trainee
from tests.support.people import identity_number


def error(answer: httpx.Response, row: int = 0) -> dict[str, Any]:
    """Why the row was refused."""
    found: dict[str, Any] = answer.json()["rows"][row]["errors"][0]
    return found


def codes(answer: httpx.Response, row: int = 0) -> list[str]:
    """Every reason for which the row was refused."""
    return [each["code"] for each in answer.json()["rows"][row]["errors"]]


async def told(school: School) -> list[TraineeEnrolled]:
    return [fact for fact in await school.registry.told() if isinstance(fact, TraineeEnrolled)]


async def execute(school: School, statement: str, **values: object) -> None:
    async with school.registry.engine.begin() as connection:
        await connection.execute(text(statement), values)


class TestRow:
    @pytest.mark.parametrize(
        ("wrong", "code", "check", "pointer"),
        [
            ({"document_number": "410102199003070010"}, "identity-wrong-check-digit", "C01", "/document_number"),
            ({"document_number": "12345678901234567X"}, "identity-placeholder", "C01", "/document_number"),
            ({"document_number": identity_number(date(1950, 1, 1), 1)}, "age-out-of-range", "C01", "/document_number"),
            ({"document_number": identity_number(date(2012, 1, 1), 1)}, "age-out-of-range", "C01", "/document_number"),
            ({"name": "N/A"}, "placeholder-name", None, "/name"),
            ({"phone": "13800000000"}, "placeholder-phone", None, "/phone"),
            ({"consent": {"on": "2199-01-01"}}, "paper-dated-ahead", None, "/consent/on"),
            ({"groups": [{"group": "veteran", "evidence": "优待证", "dated_on": "2199-01-01"}]}, "paper-dated-ahead",
             None, "/groups/0/dated_on"),
            ({"groups": [{"group": "veteran", "evidence": "N/A", "dated_on": "2025-01-01"}]}, "placeholder-evidence",
             None, "/groups/0/evidence"),
            ({"consent": {"on": "1949-12-31"}}, "paper-dated-too-early", None, "/consent/on"),
            ({"groups": [{"group": "veteran"}]}, "missing", None, "/groups/0/evidence"),
            ({"groups": [{"group": "rich", "evidence": "证", "dated_on": "2025-01-01"}]}, "enum", None,
             "/groups/0/group"),
            ({"employment": "idle"}, "enum", None, "/employment"),
            ({"draws_pension": "no"}, "bool-type", None, "/draws_pension"),
        ],
        ids=str,
    )  # fmt: skip
    async def test_that_is_wrong_is_refused_with_its_check(
        self, school: School, wrong: dict[str, object], code: str, check: str | None, pointer: str
    ) -> None:
        answer = await school.enrol(await school.file(), trainee(1, **wrong), trainee(2))

        assert (error(answer)["code"], error(answer).get("check"), error(answer)["pointer"]) == (code, check, pointer)
        assert answer.json()["rows"][1]["outcome"] == "accepted"

    async def test_of_somebody_older_who_draws_no_pension_is_taken(self, school: School) -> None:
        older = identity_number(date(1963, 1, 1), 1)

        answer = await school.enrol(await school.file(), trainee(1, document_number=older, draws_pension=False))

        assert answer.json()["accepted"] == 1

    async def test_of_a_subsidised_class_from_2026_on_names_what_is_missing(self, school: School) -> None:
        await set_policy(school.registry, "trainee.particulars_required", "yes")
        bare = {key: trainee(1)[key] for key in ("local_id", "document_number", "name")}

        answer = await school.enrol(await school.file(), bare, trainee(2))

        assert (error(answer)["code"], error(answer)["missing"]) == (
            "trainee-incomplete", ["phone", "employment", "consent"],
        )  # fmt: skip
        assert answer.json()["accepted"] == 1

    async def test_is_told_everything_that_is_wrong_at_once(self, school: School) -> None:
        await school.file()
        wrong = trainee(1, document_number="410102199003070010", name="同上", phone="13800000000", programme="S99")

        answer = await school.post(
            "enrolments", {"rows": [wrong | {"class": "unknown"}, wrong | {"class": "2025-001"}]}
        )

        faults = ["identity-wrong-check-digit", "unknown-programme", "placeholder-name", "placeholder-phone"]
        assert codes(answer) == ["roster-class-unknown", *faults]
        assert codes(answer, 1) == faults

    async def test_is_told_what_stands_in_the_database_beside_its_own_faults(self, school: School) -> None:
        class_id = await school.file()
        await school.file(local_id="2025-002", starts_on="2025-03-10", ends_on="2025-03-30")
        await school.enrol(class_id, trainee(1), trainee(2))

        answer = await school.post(
            "enrolments",
            {"rows": [trainee(1, local_id="T2", name="另名", phone="13800000000") | {"class": "2025-002"}]},
        )

        assert codes(answer) == ["placeholder-phone", "name-differs", "local-id-taken", "overlapping-class"]

    async def test_whose_form_is_wrong_says_so_in_chinese_as_well(self, school: School) -> None:
        answer = await school.enrol(await school.file(), trainee(1, phone="123", employment="idle", nickname="x"))

        told = {each["pointer"]: each for each in answer.json()["rows"][0]["errors"]}
        assert set(told) == {"/phone", "/employment", "/nickname"}
        assert (told["/phone"]["code"], told["/phone"]["expected_zh"]) == (
            "string-pattern-mismatch", "以1开头的11位数字",
        )  # fmt: skip
        assert all(each["title_zh"] and each["cure_zh"] for each in told.values())


class TestClass:
    async def test_that_is_full_is_told_with_its_check(self, school: School) -> None:
        answer = await school.enrol(await school.file(seats=1), trainee(1), trainee(2))

        assert (error(answer, 1)["code"], error(answer, 1)["check"], error(answer, 1)["seats"]) == (
            "class-full", "C18", 1,
        )  # fmt: skip

    async def test_of_an_institution_that_is_stopped_takes_nobody(self, school: School) -> None:
        class_id = await school.file()
        await execute(
            school,
            """INSERT INTO sanction (id, institution_id, step, first_on, reason, imposed_by, imposed_at, version)
            VALUES (uuidv7(), :id, 'stop', '2025-02-01', 'a reason', 'county', now(), 1)""",
            id=school.id,
        )

        one = await school.enrol(class_id, trainee(1))
        many = await school.post("enrolments", {"rows": [trainee(1, **{"class": "2025-001"})]})

        assert (one.status_code, one.json()["code"], one.json()["check"]) == (409, "institution-stopped", "C25")
        assert (many.status_code, error(many)["code"], error(many)["check"]) == (200, "institution-stopped", "C25")

    async def test_of_an_institution_that_is_not_listed_any_more_takes_nobody(self, school: School) -> None:
        class_id = await school.file()
        await execute(school, "DELETE FROM listing WHERE institution_id = :id", id=school.id)

        answer = await school.enrol(class_id, trainee(1))

        assert (answer.status_code, answer.json()["code"], answer.json()["check"]) == (
            409, "institution-not-listed", "C02",
        )  # fmt: skip


class TestMergedPerson:
    async def test_goes_on_under_the_other_key(self, school: School) -> None:
        await school.enrol(await school.file(), trainee(1), trainee(2))
        (one,) = await school.registry.rows("SELECT person FROM enrolment WHERE local_id = 'T1'")
        (two,) = await school.registry.rows("SELECT person FROM enrolment WHERE local_id = 'T2'")
        await execute(
            school,
            """INSERT INTO person_merge (id, person, into_person, region, reason, merged_by, merged_at, enrolments)
            VALUES (uuidv7(), :one, :two, '410102', 'a reason', 'county', now(), 0)""",
            one=one.person, two=two.person,
        )  # fmt: skip
        later = await school.file(local_id="2025-002", starts_on="2025-04-01", ends_on="2025-04-10")

        answer = await school.enrol(later, trainee(1, local_id="A"), trainee(2, local_id="B"))

        assert [row["outcome"] for row in answer.json()["rows"]] == ["accepted", "refused"]
        assert error(answer, 1)["code"] == "already-enrolled"
        assert (await told(school))[-1].person == two.person


class TestEntry:
    GROUPS = (
        {"group": "veteran", "evidence": "退役军人优待证 1", "dated_on": "2024-12-01"},
        {"group": "disabled", "evidence": "残疾人证 2", "dated_on": "2025-02-03"},
    )
    CONSENT = {"on": "2025-02-20", "version": "2025-1"}  # noqa: RUF012

    async def enrolled(self, school: School) -> str:
        row = trainee(1, groups=self.GROUPS, employment="unemployed", consent=self.CONSENT, draws_pension=False)
        answer = await school.enrol(await school.file(), row)
        enrolment: str = answer.json()["rows"][0]["id"]
        return enrolment

    async def get(self, school: School, enrolment: str, headers: dict[str, str]) -> httpx.Response:
        return await school.registry.http.get(f"/v1/enrolments/{enrolment}/entry", headers=headers)

    async def test_is_kept_and_shown_to_the_institution_and_its_county(self, school: School) -> None:
        enrolment = await self.enrolled(school)

        for headers in (school.headers, school.officer("410102"), school.officer("410100")):
            answer = await self.get(school, enrolment, headers)
            assert answer.status_code == 200, answer.text
            assert answer.json() == {
                "enrolment_id": enrolment, "employment": "unemployed", "groups": list(self.GROUPS),
                "draws_pension": False, "birth_date": None, "consent": self.CONSENT,
                "phones": ["13900000002"],
            }  # fmt: skip

    async def test_is_shown_to_nobody_else(self, school: School) -> None:
        enrolment = await self.enrolled(school)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        codes = [
            (await self.get(school, enrolment, headers)).json()["code"]
            for headers in (
                other.headers,
                school.officer("410103"),
                *(school.registry.tokens.of(role, region="410000") for role in (Role.PROVINCE, Role.REVIEWER)),
            )
        ]

        assert codes == ["foreign-organisation", "foreign-region", "wrong-role", "wrong-role"]

    async def test_tells_others_only_that_there_is_a_group_and_of_which_day(self, school: School) -> None:
        await self.enrolled(school)

        (fact,) = await told(school)
        assert (fact.employment, fact.priority, fact.evidence_on) == ("unemployed", True, date(2025, 2, 3))
        assert b"veteran" not in encode(fact)

    async def test_is_empty_where_nothing_was_said(self, school: School) -> None:
        bare = {key: trainee(1)[key] for key in ("local_id", "document_number", "name")}
        answer = await school.enrol(await school.file(), bare)

        entry = await self.get(school, answer.json()["rows"][0]["id"], school.headers)

        (row,) = await school.registry.rows("SELECT entry FROM enrolment")
        assert row.entry is None
        assert (entry.json()["groups"], entry.json()["consent"], entry.json()["employment"]) == ([], None, None)

    async def test_of_no_enrolment_is_not_found(self, school: School) -> None:
        answer = await self.get(school, "01980000-0000-7000-8000-000000000001", school.headers)

        assert answer.json()["code"] == "not-found"
