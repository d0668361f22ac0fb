"""One request is one transaction, committed before the answer leaves; a repeat changes nothing."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import MutableMapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import text

from deploy.local.postgres import Postgres
from shared import kept_answers
from shared.kernel.callers import Role
from shared.persons import Persons
from shared.rights import ORGANISATIONS, writes
from tests.shared.noteboard import Noteboard, opened


def keyed(board: Noteboard, key: str, *, person: str = "someone") -> dict[str, str]:
    return board.tokens.of(Role.PROVINCE, person=person, region="410000") | {"Idempotency-Key": key}


class TestTransaction:
    async def test_is_committed_before_the_answer_is_sent(self, board: Noteboard) -> None:
        seen: list[list[str]] = []
        body = json.dumps({"title": "early"}).encode()

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                assert message["status"] == 201
                seen.append(await board.titles())

        headers = {"content-type": "application/json", "content-length": str(len(body)), **board.anybody}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
            "path": "/v1/notes", "raw_path": b"/v1/notes", "query_string": b"", "root_path": "", "server": ("t", 80),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }  # fmt: skip
        await board.app(scope, receive, send)

        assert seen == [["early"]]

    @pytest.mark.parametrize("path", ["refused/title-taken", "refused/wrong-title", "failed"])
    async def test_is_rolled_back_when_the_route_raises(self, board: Noteboard, path: str) -> None:
        answer = await board.http.post(f"/v1/notes/{path}", json={"title": "half done"}, headers=board.anybody)

        assert answer.status_code in (409, 422, 500)
        assert await board.titles() == []

    @pytest.mark.parametrize("bare", [False, True])
    async def test_the_loser_of_a_race_is_handled_again_and_sees_the_winner(self, board: Noteboard, bare: bool) -> None:
        board.meeting.barrier = asyncio.Barrier(2)

        answers = await asyncio.gather(*(write(board, "same", bare=bare) for _ in range(2)))

        assert [answer.status_code for answer in answers] == [201, 201]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert board.meeting.attempts == 3
        assert await board.titles() == ["same"]

    async def test_many_at_once_on_few_connections_are_all_answered(self, board: Noteboard) -> None:
        posts = (
            board.http.post("/v1/notes", json={"title": f"note {number % 20}"}, headers=board.anybody)
            for number in range(100)
        )

        answers = await asyncio.gather(*posts)

        assert {answer.status_code for answer in answers} == {201}
        assert len(await board.titles()) == 20


class TestIdempotencyKey:
    async def test_a_repeat_gets_the_same_answer_and_changes_nothing(self, board: Noteboard) -> None:
        first = await board.http.post("/v1/notes", json={"title": "once"}, headers=keyed(board, "k"))
        attempts = board.meeting.attempts

        again = await board.http.post("/v1/notes", json={"title": "once"}, headers=keyed(board, "k"))

        assert (again.status_code, again.content) == (first.status_code, first.content)
        assert again.headers["content-type"] == first.headers["content-type"]
        assert again.headers["idempotent-replayed"] == "true"
        assert "idempotent-replayed" not in first.headers
        assert board.meeting.attempts == attempts

    async def test_the_same_key_for_another_request_is_a_conflict(self, board: Noteboard) -> None:
        await board.http.post("/v1/notes", json={"title": "one"}, headers=keyed(board, "k"))

        others = [
            await board.http.post("/v1/notes", json={"title": "two"}, headers=keyed(board, "k")),
            await board.http.post("/v1/notes/failed", json={"title": "one"}, headers=keyed(board, "k")),
            await board.http.post("/v1/notes?bare=true", json={"title": "one"}, headers=keyed(board, "k")),
        ]

        assert [(each.status_code, each.json()["code"]) for each in others] == [(409, "idempotency-key-reused")] * 3
        assert await board.titles() == ["one"]

    async def test_belongs_to_its_caller(self, board: Noteboard) -> None:
        mine = await board.http.post("/v1/notes", json={"title": "mine"}, headers=keyed(board, "k", person="a"))
        yours = await board.http.post("/v1/notes", json={"title": "yours"}, headers=keyed(board, "k", person="b"))

        assert (mine.status_code, yours.status_code) == (201, 201)

    async def test_belongs_to_what_the_caller_is_at_the_time(self, board: Noteboard) -> None:
        organisation = str(uuid4())
        callers: list[dict[str, Any]] = [
            {"role": Role.COUNTY_OFFICER, "person": organisation, "region": "410102"},
            {"role": Role.COUNTY_OFFICER, "person": organisation, "region": "410103"},
            {"role": Role.REVIEWER, "person": organisation, "region": "410102"},
            {"role": Role.INSTITUTION, "person": "a", "organisation": organisation},
            {"role": Role.INSTITUTION, "person": "b", "organisation": organisation},
            {"role": Role.ASSESSMENT_BODY, "person": "a", "organisation": organisation},
        ]

        answers = [
            await board.http.post(
                "/v1/notes", json={"title": str(each)}, headers=board.tokens.of(**each) | {"Idempotency-Key": "k"}
            )
            for each in callers
        ]

        assert [each.status_code for each in answers] == [201] * len(callers)

    async def test_is_no_way_around_a_right_that_was_taken_away(self, board: Noteboard) -> None:
        kept = await board.http.post("/v1/notes", json={"title": "kept"}, headers=keyed(board, "k"))
        board.app.state.rights = {**board.app.state.rights, "write": writes(ORGANISATIONS, one="Theirs.")}

        again = await board.http.post("/v1/notes", json={"title": "kept"}, headers=keyed(board, "k"))

        assert (kept.status_code, again.status_code, again.json()["code"]) == (201, 403, "wrong-role")

    async def test_is_sealed_where_people_are_known(self, board: Noteboard, keys: Path) -> None:
        before = await board.http.post("/v1/notes", json={"title": "王小明"}, headers=keyed(board, "before"))
        board.app.state.persons = Persons.load(keys)
        first = await board.http.post("/v1/notes", json={"title": "李小红"}, headers=keyed(board, "k"))

        again = await board.http.post("/v1/notes", json={"title": "李小红"}, headers=keyed(board, "k"))
        other = await board.http.post("/v1/notes", json={"title": "王小明"}, headers=keyed(board, "k"))
        of_before = await board.http.post("/v1/notes", json={"title": "王小明"}, headers=keyed(board, "before"))

        assert (again.content, other.json()["code"]) == (first.content, "idempotency-key-reused")
        assert (of_before.content, of_before.headers["idempotent-replayed"]) == (before.content, "true")
        async with board.engine.connect() as connection:
            kept = (await connection.execute(text("SELECT * FROM idempotent_answer WHERE key = 'k'"))).one()
        assert "李小红" not in kept.body.decode(errors="ignore")
        asked = b"/v1/notes?\n" + first.request.content
        assert kept.request_digest != hashlib.sha256(asked).digest(), "could be guessed"

    async def test_is_forgotten_after_some_days(self, board: Noteboard) -> None:
        first = await board.http.post("/v1/notes", json={"title": "once"}, headers=keyed(board, "old"))
        async with board.engine.begin() as connection:
            await connection.execute(text("UPDATE idempotent_answer SET answered_at = now() - interval '7 days'"))
        await board.http.post("/v1/notes", json={"title": "two"}, headers=keyed(board, "new"))

        erased = [await kept_answers.erase(board.engine, kept=timedelta(days=7), rows_max=1) for _ in range(2)]
        again = await board.http.post("/v1/notes", json={"title": "once"}, headers=keyed(board, "old"))
        new = await board.http.post("/v1/notes", json={"title": "two"}, headers=keyed(board, "new"))

        assert erased == [True, False]
        assert (again.json(), "idempotent-replayed" in again.headers) == (first.json(), False)
        assert new.headers["idempotent-replayed"] == "true"

    async def test_two_at_once_have_one_effect(self, board: Noteboard) -> None:
        posts = (board.http.post("/v1/notes", json={"title": "once"}, headers=keyed(board, "k")) for _ in range(8))

        answers = await asyncio.gather(*posts)

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        assert board.meeting.attempts == 1

    async def test_is_free_again_after_a_refusal(self, board: Noteboard) -> None:
        refused = await board.http.post("/v1/notes", json={"title": ""}, headers=keyed(board, "k"))
        accepted = await board.http.post("/v1/notes", json={"title": "better"}, headers=keyed(board, "k"))

        assert (refused.status_code, accepted.status_code) == (422, 201)

    @pytest.mark.parametrize("key", ["", "k" * 201])
    async def test_has_a_bounded_length(self, board: Noteboard, key: str) -> None:
        answer = await board.http.post("/v1/notes", json={"title": "x"}, headers=keyed(board, key))

        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-too-long")


class TestHealth:
    async def test_is_live_and_ready_without_a_token(self, board: Noteboard) -> None:
        live, ready = await board.http.get("/health/live"), await board.http.get("/health/ready")

        assert (live.json(), ready.json()["status"]) == ({"status": "live"}, "ready")

    async def test_is_not_ready_once_the_worker_beside_it_has_stopped(self, board: Noteboard) -> None:
        board.app.state.failure = "TooManyParked"

        answer = await board.http.get("/health/ready")

        assert (answer.status_code, answer.json()["reason"]) == (503, "TooManyParked")


class TestDatabaseAway:
    async def test_is_said_as_503_and_passes_when_the_database_is_back(self, tmp_path: Path, keys: Path) -> None:
        # What was committed must be in the server's files when it is killed.
        with Postgres.for_tests(tmp_path / "postgres", {"synchronous_commit": "on"}) as server:
            await server.create_database("notes")
            async with opened(server.url("notes"), keys) as board:
                assert (await write(board, "before", bare=False)).status_code == 201
                server.kill()
                # A server process may outlive its killed parent for a moment, and still answer.
                async with asyncio.timeout(10):
                    while (await board.http.get("/health/ready")).status_code == 200:  # noqa: ASYNC110
                        await asyncio.sleep(0.02)

                away = [await write(board, "away", bare=bare) for bare in (False, True)]
                ready = await board.http.get("/health/ready")
                server.start()
                back = [(await write(board, f"back {number}", bare=True)).status_code for number in range(4)]

                assert {(each.status_code, each.json()["code"]) for each in [*away, ready]} == {(503, "unavailable")}
                assert all(each.headers["retry-after"] == "1" for each in away)
                assert set(back) <= {201, 503}
                assert back[-1] == 201
                await board.engine.dispose()
                assert "away" not in await board.titles()


@pytest.mark.parametrize("bare", [False, True])
async def test_a_statement_that_takes_too_long_is_not_taken_for_a_database_that_is_away(
    board: Noteboard, bare: bool
) -> None:
    answer = await board.http.get("/v1/notes/slow", params={"bare": bare}, headers=board.anybody)

    assert (answer.status_code, answer.json()["code"]) == (503, "took-too-long")
    assert answer.headers["retry-after"] == "5"


async def write(board: Noteboard, title: str, *, bare: bool) -> httpx.Response:
    return await board.http.post("/v1/notes", json={"title": title}, params={"bare": bare}, headers=board.anybody)
