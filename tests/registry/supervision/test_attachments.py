"""Attachments over HTTP: photos of patrols and of what was put right, sealed, for those whom they concern."""

from __future__ import annotations

import asyncio
import hashlib
from base64 import b64encode
from typing import Any

import httpx
import pytest

from services.registry.supervision.rules.attachments import ATTACHMENTS_MAX
from services.registry.supervision.rules.contents import CONTENT_BYTES_MAX
from shared.kernel.callers import Role
from tests.registry.enrolling import code
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school
from tests.registry.supervising import found, look, province, read, recheck, rectify, running
from tests.registry.test_privacy import dump

PHOTO = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + "教室前排".encode()
STRANGER = "01980000-0000-7000-8000-000000000001"


async def attach(school: School, path: str, content: bytes = PHOTO, /, **changes: Any) -> httpx.Response:
    headers = changes.pop("headers", school.officer() if path.startswith("patrols") else school.headers)
    usual = {"local_id": "photo-1", "media_type": "image/jpeg", "content": b64encode(content).decode()}
    return await school.post(f"{path}/attachments", usual | changes, headers=headers)


async def patrolled(school: School) -> str:
    answer = await look(school, await running(school))
    return f"patrols/{answer.json()['id']}"


class TestAttach:
    async def test_is_shown_where_it_was_attached_and_comes_back_as_a_file(self, school: School) -> None:
        finding = f"findings/{await found(school)}"
        patrol = f"patrols/{(await read(school, finding)).json()['patrol_id']}"

        photo, proof = await attach(school, patrol), await attach(school, finding, PHOTO + b"!")

        assert [code(answer) for answer in (photo, proof)] == [(201, None)] * 2
        for path, answer, content in ((patrol, photo, PHOTO), (finding, proof, PHOTO + b"!")):
            attachment = answer.json()
            assert (await read(school, path)).json()["attachments"] == [attachment]
            assert (attachment["digest"], attachment["bytes_long"]) == (
                hashlib.sha256(content).hexdigest(), len(content),
            )  # fmt: skip
            kept = await read(school, f"attachments/{attachment['id']}/content")
            assert (kept.content, kept.headers["content-type"]) == (content, "image/jpeg")
            assert kept.headers["content-disposition"] == f'attachment; filename="{attachment["id"]}.jpg"'
            assert kept.headers["x-content-type-options"] == "nosniff"
        assert (photo.json()["finding_id"], photo.json()["added_by"]) == (None, "officer")
        assert (f"findings/{proof.json()['finding_id']}", proof.json()["added_by"]) == (finding, "clerk")

    @pytest.mark.parametrize("where", ["patrol", "finding"])
    async def test_the_same_again_even_at_once_is_kept_once_and_another_needs_another_name(
        self, school: School, where: str
    ) -> None:
        path = await patrolled(school) if where == "patrol" else f"findings/{await found(school)}"

        answers = await asyncio.gather(*(attach(school, path) for _ in range(4)))
        others = [await attach(school, path, PHOTO + b"!"), await attach(school, path, b"%PDF-1.7", local_id="record")]

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.text for answer in answers}) == 1
        assert [code(answer) for answer in others] == [(409, "local-id-taken"), (422, "content-not-of-type")]
        assert len((await read(school, path)).json()["attachments"]) == 1

    @pytest.mark.parametrize(
        ("wrong", "refused"),
        [
            ({"media_type": "image/png"}, "content-not-of-type"),
            ({"content": b64encode(b"MZ\x90\x00").decode()}, "content-not-of-type"),
            ({"content": ""}, "content-empty"),
            ({"content": "照片"}, "content-not-base64"),
            ({"content": b64encode(PHOTO.ljust(CONTENT_BYTES_MAX + 1)).decode()}, "content-too-large"),
            ({"media_type": "image/svg+xml"}, "malformed-request"),
            ({"local_id": "照片"}, "malformed-request"),
            ({"finding_id": STRANGER}, "malformed-request"),
        ],
        ids=["another type", "a program", "empty", "not base64", "too large", "svg", "name", "unknown field"],
    )
    async def test_a_wrong_one_is_refused_and_nothing_is_kept(
        self, school: School, wrong: dict[str, Any], refused: str
    ) -> None:
        path = await patrolled(school)

        answer = await attach(school, path, **wrong)

        assert code(answer) == (422, refused)
        assert (await read(school, path)).json()["attachments"] == []

    async def test_there_are_so_many_at_most_even_at_once(self, school: School) -> None:
        path = await patrolled(school)
        for number in range(ATTACHMENTS_MAX - 1):
            assert (await attach(school, path, local_id=f"photo-{number}")).status_code == 201

        last = await asyncio.gather(*(attach(school, path, local_id=f"last-{number}") for number in range(3)))
        again = await attach(school, path, local_id="photo-0")

        assert sorted(answer.status_code for answer in last) == [201, 409, 409]
        assert {answer.json().get("attachments_max") for answer in last} == {None, ATTACHMENTS_MAX}
        assert again.status_code == 201
        assert len((await read(school, path)).json()["attachments"]) == ATTACHMENTS_MAX


class TestRights:
    async def test_a_patrol_is_added_to_by_who_recorded_it(self, school: School) -> None:
        path = await patrolled(school)

        answers = [
            await attach(school, path, headers=headers)
            for headers in (school.officer(person="another"), province(school), school.headers)
        ]

        assert [code(answer) for answer in answers] == [
            (403, "patrol-of-another"), (403, "patrol-of-another"), (403, "wrong-role"),
        ]  # fmt: skip

    async def test_a_finding_is_added_to_by_its_institution_until_it_is_closed(self, school: School) -> None:
        finding_id = await found(school)
        stranger = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        path = f"findings/{finding_id}"

        foreign = [await attach(school, path, headers=headers) for headers in (stranger.headers, school.officer())]
        first = await attach(school, path)
        await rectify(school, finding_id)
        rectified = await attach(school, path, local_id="photo-2")
        await recheck(school, finding_id)
        again, closed = await attach(school, path), await attach(school, path, local_id="photo-3")

        assert [code(answer)[1] for answer in foreign] == ["foreign-organisation", "wrong-role"]
        assert (again.json(), rectified.status_code) == (first.json(), 201)
        assert code(closed) == (409, "finding-not-left")

    async def test_is_opened_by_its_institution_and_officers_of_its_region(self, school: School) -> None:
        attachment_id = (await attach(school, await patrolled(school))).json()["id"]
        stranger = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        answers = [
            await read(school, f"attachments/{attachment_id}/content", headers=headers)
            for headers in (
                school.headers,
                school.officer("410100"),
                province(school),
                stranger.headers,
                school.officer("410103"),
                school.registry.tokens.of(Role.ASSESSMENT_BODY, organisation=school.id),
            )
        ]

        assert [answer.status_code for answer in answers] == [200, 200, 200, 403, 403, 403]

    async def test_of_nothing_is_refused(self, school: School) -> None:
        answers = [
            await attach(school, f"patrols/{STRANGER}"),
            await attach(school, f"findings/{STRANGER}"),
            await read(school, f"attachments/{STRANGER}/content"),
        ]

        assert {code(answer) for answer in answers} == {(404, "not-found")}


async def test_the_content_lies_sealed(school: School) -> None:
    path = await patrolled(school)
    attachment_id = (await attach(school, path)).json()["id"]

    stored = await dump(school.registry.settings.database_url)

    assert attachment_id.encode() in stored
    for secret in (PHOTO, "教室前排".encode(), b64encode(PHOTO)):
        assert secret not in stored
