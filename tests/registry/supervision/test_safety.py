"""Safety documents over HTTP: versions that stay, content that is what it says, and nobody else's eyes."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from typing import Any

import httpx
import pytest

from services.registry.supervision.rules.contents import CONTENT_BYTES_MAX
from shared.contracts.registry.supervision import SafetyVersionAdded
from shared.kernel.callers import Role
from tests.registry.directory.directory import OWNER, province, rows
from tests.registry.enrolling import code
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_policy, trainee
from tests.registry.supervising import read
from tests.registry.test_privacy import dump

PLAN = "疏散集合点：东门操场".encode()
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
STRANGER = "01980000-0000-7000-8000-000000000001"


def document(content: bytes = PLAN, /, **changes: object) -> dict[str, object]:
    return {
        "kind": "emergency_plan", "local_id": "plan", "title": "应急预案", "media_type": "text/plain",
        "content": b64encode(content).decode(),
    } | changes  # fmt: skip


LESSON = {"kind": "safety_lesson", "local_id": "lesson", "title": "消防课", "topics": ["消防安全"], "hours": 2}


async def post(school: School, content: bytes = PLAN, /, **changes: object) -> httpx.Response:
    return await school.post(f"institutions/{school.id}/safety-documents", document(content, **changes))


async def told(school: School) -> list[SafetyVersionAdded]:
    return [fact for fact in await school.registry.told() if isinstance(fact, SafetyVersionAdded)]


class TestPost:
    async def test_is_stored_and_told(self, school: School) -> None:
        answer = await post(school, PDF, **LESSON, media_type="application/pdf")

        assert answer.status_code == 201
        assert await rows(school, "safety-documents") == [answer.json()]
        latest = answer.json()["latest"]
        digest = hashlib.sha256(PDF).hexdigest()
        assert (latest["version"], latest["topics"], latest["hours"], latest["bytes_long"], latest["digest"]) == (
            1, ["消防安全"], 2, len(PDF), digest,
        )  # fmt: skip
        (fact,) = await told(school)
        assert (str(fact.safety_id), fact.version, fact.hours, fact.digest, fact.safety_kind.value) == (
            answer.json()["id"], 1, 2, digest, "safety_lesson",
        )  # fmt: skip
        assert (fact.region, fact.reporting_region) == ("410102", "410100")

    async def test_the_same_again_even_at_once_answers_the_version_that_exists(self, school: School) -> None:
        answers = await asyncio.gather(*(post(school) for _ in range(4)))

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert len(await told(school)) == 1

    @pytest.mark.parametrize(
        "change",
        [{"title": "应急预案（修订）"}, {"topics": ["用电安全"]}, {"content": b64encode(PLAN + b"!").decode()}],
        ids=str,
    )
    async def test_anything_else_is_the_next_version_and_the_first_stays(
        self, school: School, change: dict[str, Any]
    ) -> None:
        first = (await post(school)).json()

        second = (await post(school, **change)).json()

        assert (second["id"], second["latest"]["version"]) == (first["id"], 2)
        shown = (await read(school, f"safety-documents/{first['id']}")).json()
        assert shown["versions"] == [first["latest"], second["latest"]]
        assert shown["latest"] == second["latest"]
        assert [fact.version for fact in await told(school)] == [1, 2]
        assert len(await rows(school, "safety-documents")) == 1

    async def test_what_was_said_before_the_latest_is_a_version_again(self, school: School) -> None:
        for content in (b"a plan", b"another plan", b"a plan"):
            answer = await post(school, content)

        assert answer.json()["latest"]["version"] == 3

    async def test_different_ones_at_once_are_versions_one_after_the_other(self, school: School) -> None:
        contents = [f"plan {number}".encode() for number in range(4)]

        answers = await asyncio.gather(*(post(school, content) for content in contents))

        assert sorted(answer.json()["latest"]["version"] for answer in answers) == [1, 2, 3, 4]
        assert [fact.version for fact in await told(school)] == [1, 2, 3, 4]
        for answer, content in zip(answers, contents, strict=True):
            version = answer.json()["latest"]["version"]
            path = f"safety-documents/{answer.json()['id']}/versions/{version}/content"
            assert (await read(school, path)).content == content

    async def test_a_document_keeps_its_kind(self, school: School) -> None:
        await post(school)

        answer = await post(school, **LESSON | {"local_id": "plan"})

        assert (code(answer), answer.json()["kind"]) == ((409, "safety-kind-fixed"), "emergency_plan")

    @pytest.mark.parametrize(
        ("wrong", "refused"),
        [
            ({"hours": 1}, "safety-hours-wrong"),
            (LESSON | {"hours": 0}, "safety-hours-wrong"),
            (LESSON | {"topics": []}, "safety-topics-missing"),
            (LESSON | {"hours": 2001}, "malformed-request"),
            (LESSON | {"hours": "two"}, "malformed-request"),
            ({"topics": ["x"] * 21}, "malformed-request"),
            ({"title": " "}, "malformed-request"),
            ({"kind": "menu"}, "malformed-request"),
            ({"local_id": OWNER["document_number"]}, "malformed-request"),
            ({"media_type": "text/html"}, "malformed-request"),
            ({"media_type": "application/pdf"}, "content-not-of-type"),
            ({"content": b64encode(PDF).decode()}, "content-not-of-type"),
            ({"content": ""}, "content-empty"),
            ({"content": "计划"}, "content-not-base64"),
            ({"content": "data:text/plain;base64,cGxhbg=="}, "content-not-base64"),
            ({"content": "cGxhbg"}, "content-not-base64"),
        ],
        ids=lambda value: str(value)[:60],
    )
    async def test_a_wrong_one_is_refused_and_nothing_is_kept(
        self, school: School, wrong: dict[str, Any], refused: str
    ) -> None:
        answer = await post(school, **wrong)

        assert code(answer) == (422, refused)
        assert await rows(school, "safety-documents") == []

    async def test_content_is_five_megabytes_at_most(self, school: School) -> None:
        most = b"%PDF-".ljust(CONTENT_BYTES_MAX, b"x")

        answers = [await post(school, most + more, media_type="application/pdf") for more in (b"x", b"x" * 9, b"")]

        assert [code(answer) for answer in answers] == [(422, "content-too-large")] * 2 + [(201, None)]
        path = f"safety-documents/{answers[-1].json()['id']}/versions/1/content"
        assert (await read(school, path)).content == most

    async def test_is_for_the_institution_itself(self, school: School) -> None:
        stranger = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        path = f"institutions/{school.id}/safety-documents"

        answers = [
            await school.post(path, document(), headers=headers) for headers in (stranger.headers, school.officer())
        ]

        assert [code(answer) for answer in answers] == [(403, "foreign-organisation"), (403, "wrong-role")]

    async def test_the_content_lies_sealed(self, school: School) -> None:
        await post(school, PLAN + OWNER["document_number"].encode())

        stored = await dump(school.registry.settings.database_url)

        assert "应急预案".encode() in stored
        for secret in (OWNER["document_number"].encode(), PLAN, PLAN.hex().encode()):
            assert secret not in stored


class TestRead:
    @pytest.mark.parametrize(
        ("content", "media_type", "told_type", "extension"),
        [
            (PDF, "application/pdf", "application/pdf", "pdf"),
            (b"<script>alert(1)</script>", "text/plain", "text/plain; charset=utf-8", "txt"),
        ],
    )
    async def test_the_content_comes_back_as_a_file_to_keep(
        self, school: School, content: bytes, media_type: str, told_type: str, extension: str
    ) -> None:
        document_id = (await post(school, content, media_type=media_type)).json()["id"]

        answer = await read(school, f"safety-documents/{document_id}/versions/1/content")

        assert (answer.status_code, answer.content) == (200, content)
        assert answer.headers["content-type"] == told_type
        assert answer.headers["content-disposition"] == f'attachment; filename="{document_id}-1.{extension}"'
        assert answer.headers["x-content-type-options"] == "nosniff"

    async def test_is_for_the_institution_and_officers_of_its_region(self, school: School) -> None:
        document_id = (await post(school)).json()["id"]
        stranger = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        seen_by = {
            "own": school.headers,
            "county": school.officer(),
            "city": school.officer("410100"),
            "province": province(school.registry),
            "stranger": stranger.headers,
            "neighbour": school.officer("410103"),
            "body": school.registry.tokens.of(Role.ASSESSMENT_BODY, organisation=school.id),
        }

        for path in (
            f"institutions/{school.id}/safety-documents",
            f"safety-documents/{document_id}",
            f"safety-documents/{document_id}/versions/1/content",
        ):
            answers = {who: await read(school, path, headers=headers) for who, headers in seen_by.items()}

            assert {who: answer.status_code for who, answer in answers.items()} == {
                "own": 200, "county": 200, "city": 200, "province": 200, "stranger": 403, "neighbour": 403, "body": 403,
            }  # fmt: skip

    @pytest.mark.parametrize(
        ("path", "refused"),
        [
            (f"safety-documents/{STRANGER}", (404, "not-found")),
            (f"safety-documents/{STRANGER}/versions/1/content", (404, "not-found")),
            (f"institutions/{STRANGER}/safety-documents", (404, "not-found")),
            ("safety-documents/{id}/versions/2/content", (404, "not-found")),
            ("safety-documents/{id}/versions/0/content", (422, "malformed-request")),
            ("safety-documents/{id}/versions/99999999999/content", (422, "malformed-request")),
            ("safety-documents/{id}?after=99999999999", (422, "malformed-request")),
        ],
    )
    async def test_what_does_not_exist_is_refused(self, school: School, path: str, refused: tuple[int, str]) -> None:
        document_id = (await post(school)).json()["id"]

        path = f"/v1/{path.format(id=document_id)}"
        answer = await school.registry.http.get(path, headers=school.officer())

        assert code(answer) == refused

    async def test_lists_come_a_page_at_a_time(self, school: School) -> None:
        posted = [(await post(school, local_id=f"plan-{number}")).json()["id"] for number in range(3)]
        posted_versions = [(await post(school, f"plan {number}".encode(), local_id="plan-0")) for number in range(2)]
        path = f"institutions/{school.id}/safety-documents"

        first = (await read(school, path, size=2)).json()
        last = (await read(school, path, size=2, cursor=first["next"])).json()
        some = (await read(school, f"safety-documents/{posted[0]}", size=2)).json()
        rest = (await read(school, f"safety-documents/{posted[0]}", size=2, after=some["next"])).json()

        assert [row["id"] for row in first["rows"] + last["rows"]] == posted
        assert last["next"] is None
        assert [each["version"] for each in some["versions"] + rest["versions"]] == [1, 2, 3]
        assert (rest["next"], rest["latest"]) == (None, posted_versions[-1].json()["latest"])


async def ready_to_start(school: School) -> str:
    """The id of an approved class with a trainee."""
    class_id = await school.file()
    await school.enrol(class_id, trainee(1))
    await school.post(f"classes/{class_id}/approval", headers=school.officer())
    return class_id


class TestReadiness:
    async def test_by_policy_a_class_starts_only_with_a_valid_plan_and_lessons(self, school: School) -> None:
        await set_policy(school.registry, "safety.documents_required", "yes")
        await set_policy(school.registry, "safety.lesson_hours_min", "2")
        class_id = await ready_to_start(school)

        async def start() -> httpx.Response:
            return await school.post(f"classes/{class_id}/start")

        without = await start()
        await post(school, valid_until="2025-02-28")
        await post(school, **LESSON)
        outdated = await start()
        await post(school, valid_until="2025-03-01")

        assert [code(answer) for answer in (without, outdated)] == [(409, "safety-not-ready")] * 2
        assert without.json()["missing"] == ["emergency_plan", "safety_lesson"]
        assert (outdated.json()["missing"], outdated.json()["day"]) == (["emergency_plan"], "2025-03-01")
        assert (await start()).status_code == 200

    async def test_what_is_missing_can_be_asked_for_beforehand(self, school: School) -> None:
        await post(school, valid_until="2025-02-28")

        found = await read(school, f"institutions/{school.id}/safety-readiness", day="2025-02-28")
        later = await read(school, f"institutions/{school.id}/safety-readiness", day="2025-03-01")
        foreign = await read(school, f"institutions/{school.id}/safety-readiness", headers=school.officer("410103"))

        assert found.json() == {
            "day": "2025-02-28", "emergency_plans": 1, "lesson_hours": 0, "lesson_hours_min": 1,
            "missing": ["safety_lesson"], "required": False,
        }  # fmt: skip
        assert later.json()["missing"] == ["emergency_plan", "safety_lesson"]
        assert code(foreign) == (403, "foreign-region")

    async def test_without_the_policy_nothing_is_asked(self, school: School) -> None:
        class_id = await ready_to_start(school)

        assert (await school.post(f"classes/{class_id}/start")).status_code == 200
