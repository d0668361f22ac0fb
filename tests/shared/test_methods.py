"""What holds for every path: HEAD where there is GET, the methods for who used another, and no body nobody takes."""

from __future__ import annotations

import pytest

from tests.shared.noteboard import Noteboard


async def test_head_is_answered_as_get_is_but_without_a_body(board: Noteboard) -> None:
    for path in ("/v1/notes", "/health/live", "/problems", "/docs/files/favicon.png", "/v1/nothing"):
        get = await board.http.get(path, headers=board.anybody)
        head = await board.http.head(path, headers=board.anybody)

        assert (head.status_code, head.content) == (get.status_code, b"")
        assert head.headers["content-length"] == get.headers["content-length"]
        assert head.headers["content-type"] == get.headers["content-type"]


async def test_who_uses_another_method_is_told_those_of_the_path(board: Noteboard) -> None:
    for method, path, allowed in (
        ("DELETE", "/v1/notes", "GET, HEAD, POST"),
        ("PATCH", "/health/live", "GET, HEAD"),
        ("HEAD", "/v1/notes/failed", "POST"),
    ):
        answer = await board.http.request(method, path, headers=board.anybody)

        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        if method != "HEAD":
            assert answer.json()["allowed"] == allowed.split(", ")


@pytest.mark.parametrize("body", [b'{"reason": "x"}', b"[]", b"{} {}", b" " * 17, b"0"])
async def test_a_body_that_the_route_does_not_declare_is_refused(board: Noteboard, body: bytes) -> None:
    answer = await board.http.post("/v1/notes/impossible", content=body, headers=board.anybody)

    assert (answer.status_code, answer.json()["code"]) == (413, "body-not-taken")


@pytest.mark.parametrize("body", [b"", b"{}", b" {} \n", b"null"])
async def test_an_empty_object_is_no_body(board: Noteboard, body: bytes) -> None:
    answer = await board.http.post("/v1/notes/impossible", content=body, headers=board.anybody)

    assert answer.json()["code"] == "unexpected", "the request was handled, which this route cannot do"
