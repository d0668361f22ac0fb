"""Every error is a problem: what, where, how to mend it, in two languages, and never a value from the request."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncGenerator

import asyncpg
import httpx
import pytest
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs

from shared import telemetry
from shared.form_errors import malformed
from shared.kernel.refusals import Refusal
from shared.problems import _all_refusals
from tests.shared.noteboard import SECRET, Noteboard

CURE = {"cure": "Correct this place; the others are not affected.", "cure_zh": "请更正此处，其他内容无须改动。"}


def check_shape(answer: httpx.Response, *, status: int, code: str) -> dict[str, object]:
    """The problem in `answer`, after a look at the members that every problem has."""
    problem: dict[str, object] = answer.json()
    assert answer.status_code == problem["status"] == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == code
    assert problem["type"] == f"/problems/{code}"
    assert problem["instance"] == answer.request.url.path
    assert problem["title"]
    assert any("\u4e00" <= char <= "\u9fff" for char in str(problem["title_zh"]))
    return problem


async def post(board: Noteboard, path: str, **content: object) -> httpx.Response:
    return await board.http.post(f"/v1/notes{path}", headers=board.anybody, **content)  # type: ignore[arg-type]


class TestRefusals:
    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("not-found", 404),
            ("title-taken", 409),
            ("wrong-title", 422),
            ("illegal-move", 409),
            ("same-person", 403),
            ("not-yet-heard", 409),
        ],
    )
    async def test_have_their_status_and_say_how_to_mend_it(self, board: Noteboard, code: str, status: int) -> None:
        problem = check_shape(await post(board, f"/refused/{code}", json={"title": "x"}), status=status, code=code)

        assert problem["cure"]
        assert problem["cure_zh"]

    @pytest.mark.parametrize(
        "error", [asyncpg.LockNotAvailableError(), DBAPIError("", None, asyncpg.LockNotAvailableError())]
    )
    async def test_of_who_waited_for_somebody_else_say_so_and_when_to_come_again(
        self, board: Noteboard, error: Exception
    ) -> None:
        @board.app.get("/held")
        async def held() -> None:
            raise error

        answer = await board.http.get("/held")

        check_shape(answer, status=409, code="occupied")
        assert answer.headers["retry-after"] == "1"

    async def test_carry_their_facts_and_the_place_at_fault(self, board: Noteboard) -> None:
        moved = (await post(board, "/refused/illegal-move", json={"title": "x"})).json()
        wrong = (await post(board, "/refused/wrong-title", json={"title": "x"})).json()

        assert (moved["state"], moved["verb"], moved["allowed"]) == ("filed", "start", ["approve"])
        assert wrong["pointer"] == "/title"

    async def test_say_when_to_come_back_where_waiting_helps(self, board: Noteboard) -> None:
        answer = await post(board, "/refused/not-yet-heard", json={"title": "x"})

        assert answer.headers["retry-after"] == "1"

    async def test_are_all_listed_with_status_and_words(self, board: Noteboard) -> None:
        listed = {each["code"]: each for each in (await board.http.get("/problems")).json()}

        assert {"not-found", "title-taken", "unauthenticated", "malformed-request", "unexpected"} <= set(listed)
        assert all(400 <= each["status"] < 600 and each["title"] and each["title_zh"] for each in listed.values())

    def test_share_no_slug(self) -> None:
        slugs: dict[str, type[Refusal]] = {}
        for cls in _all_refusals(Refusal):
            if "slug" in cls.__dict__ and not cls.__module__.startswith("tests."):
                assert slugs.setdefault(cls.slug, cls) is cls, f"{cls} and {slugs[cls.slug]}"


class TestMalformedRequests:
    @pytest.mark.parametrize("body", [b"{", b"", b"[1]", b'"x"', b"\xff\xfe", b"null"])
    async def test_that_are_no_json_object_are_told(self, board: Noteboard, body: bytes) -> None:
        headers = board.anybody | {"Content-Type": "application/json"}

        answer = await board.http.post("/v1/notes", content=body, headers=headers)

        problem = check_shape(answer, status=422, code="malformed-request")
        assert problem["errors"]

    async def test_name_each_place_and_never_the_value(self, board: Noteboard) -> None:
        answer = await post(board, "", json={"title": "", "copies": SECRET})

        problem = check_shape(answer, status=422, code="malformed-request")
        assert problem["errors"] == [
            {
                "code": "string-too-short",
                "pointer": "/title",
                "title": "String should have at least 1 character",
                "title_zh": "至少应有 1 个字符。",
                **CURE,
            },
            {
                "code": "int-parsing",
                "pointer": "/copies",
                "title": "Input should be a valid integer, unable to parse string as an integer",
                "title_zh": "应为整数。",
                **CURE,
            },
        ]
        assert SECRET not in answer.text

    async def test_of_a_text_that_the_database_cannot_hold_are_told(self, board: Noteboard) -> None:
        for bare in (False, True):
            answer = await post(board, "", json={"title": "a\0b"}, params={"bare": bare})

            check_shape(answer, status=422, code="malformed-request")

    async def test_with_half_a_character_are_told(self, board: Noteboard) -> None:
        headers = board.anybody | {"Content-Type": "application/json"}

        answer = await board.http.post("/v1/notes", content=b'{"title": "\\ud800"}', headers=headers)

        check_shape(answer, status=422, code="malformed-request")

    async def test_that_are_too_large_are_told(self, board: Noteboard) -> None:
        problem = check_shape(await post(board, "", json={"title": "x" * 3000}), status=413, code="too-large")

        assert problem["bytes_max"] == 2000
        assert await board.titles() == []

    async def test_that_turn_out_too_large_while_they_are_read_are_told(self, board: Noteboard) -> None:
        async def pieces() -> AsyncGenerator[bytes]:
            for _ in range(30):
                yield b" " * 100

        headers = board.anybody | {"Content-Type": "application/json"}

        check_shape(await board.http.post("/v1/notes", content=pieces(), headers=headers), status=413, code="too-large")

    async def test_for_an_unknown_path_or_with_a_wrong_method_are_told(self, board: Noteboard) -> None:
        check_shape(await board.http.get("/v1/nothing"), status=404, code="no-such-path")
        check_shape(await board.http.delete("/v1/notes"), status=405, code="wrong-method")

    def test_point_by_json_pointer(self) -> None:
        def pointer(*place: str | int) -> object:
            return malformed([{"type": "missing", "loc": place, "msg": "", "input": None}])[0].get("pointer")

        assert pointer("body", "rows", 3, "name") == "/rows/3/name"
        assert pointer("body", "a/b~c") == "/a~1b~0c"
        assert pointer("body", "body") == "/body"
        assert pointer("body") in (None, "")


class TestFailures:
    @pytest.mark.parametrize(("path", "content"), [("/failed", {"json": {"title": SECRET}}), ("/impossible", {})])
    async def test_say_nothing_of_what_went_wrong_inside(
        self, board: Noteboard, path: str, content: dict[str, object]
    ) -> None:
        with capture_logs() as lines:
            answer = await post(board, path, **content)

        check_shape(answer, status=500, code="unexpected")
        for piece in SECRET.split():
            assert piece not in answer.text
            assert piece not in str(lines)
        assert answer.headers["x-request-id"]
        assert [line["event"] for line in lines] == ["request.failed", "request.answered"]

    def test_of_libraries_are_logged_without_the_words_of_the_exception(self) -> None:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            record = logging.LogRecord(
                "uvicorn.error", logging.ERROR, __file__, 1, 'Exception in "%s"\n', ("x",), (type(error), error, None)
            )

        line = telemetry.LibraryLines().format(record)

        assert json.loads(line) == {
            "level": "error",
            "logger": "uvicorn.error",
            "event": 'Exception in "x"',
            "error": "ValueError",
        }


class TestRequestLines:
    async def test_are_one_per_request_with_the_template_of_the_route(self, board: Noteboard) -> None:
        with capture_logs() as lines:
            await post(board, "/refused/not-found", json={"title": SECRET})

        (line,) = lines
        assert line["route"] == "/v1/notes/refused/{name}"
        assert (line["event"], line["method"], line["status"]) == ("request.answered", "POST", 404)
