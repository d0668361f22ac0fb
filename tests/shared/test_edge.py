"""What every route of every service refuses before it does anything: unknown parameters, content types, no JSON."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from deploy.docs.apis import names, service
from shared.edge.routes import EdgeRoute
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from shared.web import close
from tests.shared.noteboard import SECRET, Noteboard
from tests.support.services import Tokens, as_the_first

PAGES = ("/docs", "/redoc", "/openapi.json", "/docs/files/favicon.png", "/problems", "/health/live")


def app_of(name: str, keys: Path) -> FastAPI:
    """The service's own application; there is no database where it would look for one."""
    nowhere = "postgresql+asyncpg://nobody@127.0.0.1:1/none"
    settings = service(name).settings(database_url=nowhere, SKILLS_KEYS_DIRECTORY=keys)
    return as_the_first(name, service(name).make_app(settings, None))


def routes_of(app: FastAPI) -> Iterator[Any]:
    """All of the application's routes, also those of included routers."""
    for route in app.routes:
        router = getattr(route, "original_router", None)
        yield from [route] if router is None else router.routes


def operations(app: FastAPI) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in app.openapi()["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def address(path: str) -> str:
    return "/".join(str(new_id()) if step.startswith("{") else step for step in path.split("/"))


class FittingRole(httpx.Auth):
    """Authenticates each request as somebody in a role that may call its route."""

    def __init__(self, app: FastAPI, keys: Path) -> None:
        self._app = app
        self._headers = {
            role: Tokens(keys).of(
                role,
                person=str(new_id()),
                organisation=new_id(),
                region="410000" if role is Role.PROVINCE else "410102",
            )
            for role in Role
        }

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        for route in routes_of(self._app):
            if request.method in route.methods and route.path_regex.match(request.url.path):
                request.headers.update(self._headers[min(self._app.state.rights[route.name].whose)])
                break
        yield request


@pytest.fixture(params=names())
async def asked(request: pytest.FixtureRequest, keys: Path) -> AsyncGenerator[tuple[FastAPI, httpx.AsyncClient]]:
    """A service's application, and a client that shows each route a token of a role that may call it."""
    app = app_of(request.param, keys)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", auth=FittingRole(app, keys)) as http:
        yield app, http
    await close(app)


Asked = tuple[FastAPI, httpx.AsyncClient]


class TestEveryRoute:
    async def test_is_an_edge_route(self, asked: Asked) -> None:
        others = [route for route in routes_of(asked[0]) if not isinstance(route, EdgeRoute)]

        assert others == []
        assert issubclass(EdgeRoute, APIRoute)

    async def test_refuses_a_parameter_that_it_does_not_know_and_names_those_that_it_does(self, asked: Asked) -> None:
        app, http = asked
        # What a provider of sign-ins adds on the way back is its own.
        hidden = [
            (route.path, "get")
            for route in routes_of(app)
            if not route.include_in_schema and not getattr(route, "takes_any_query", False)
        ]
        described = {(path, method): operation for method, path, operation in operations(app)}

        for path, method in [*described, *hidden]:
            answer = await http.request(method, f"{address(path)}?stauts=running")
            if answer.headers["Content-Type"].startswith("text/html"):
                continue  # what a page shows is in its address, and read by its script alone
            problem = answer.json()

            assert (answer.status_code, problem["code"]) == (422, "unknown-parameter"), (method, path, answer.text)
            assert (problem["pointer"], problem["unknown"]) == ("/query/stauts", ["stauts"])
            parameters = described.get((path, method), {}).get("parameters", [])
            assert problem["accepted"] == sorted(each["name"] for each in parameters if each.get("in") == "query")

    async def test_refuses_a_parameter_that_is_given_twice(self, asked: Asked) -> None:
        app, http = asked
        for method, path, operation in operations(app):
            for parameter in operation.get("parameters", []):
                if parameter.get("in") == "query":
                    name = parameter["name"]
                    answer = await http.request(method, f"{address(path)}?{name}=1&{name}=1")

                    assert answer.status_code == 422, (method, path, name)
                    assert answer.json()["code"] == "repeated-parameter"
                    assert answer.json()["pointer"] == f"/query/{name}"

    async def test_with_a_body_takes_the_content_types_that_it_describes_and_no_others(self, asked: Asked) -> None:
        app, http = asked
        for method, path, operation in operations(app):
            if "requestBody" not in operation:
                continue
            described = list(operation["requestBody"]["content"])
            for given in ("text/plain", "application/xml", "application/x-www-form-urlencoded", None):
                headers = {} if given is None else {"Content-Type": given}
                answer = await http.request(method, address(path), content=b"{}", headers=headers)

                assert answer.status_code == 415, (method, path, given, answer.text)
                assert answer.json()["accepted"] == described
                assert answer.headers["accept"] == ", ".join(described)

    async def test_that_takes_one_object_tells_what_no_json_has_by_its_place(self, asked: Asked) -> None:
        app, http = asked
        body = b'{"a": [1, "\\ud842"], "b": NaN, "c": "\\u0000"}'
        for method, path, operation in operations(app):
            if list(operation.get("requestBody", {}).get("content", ())) == ["application/json"]:
                headers = {"Content-Type": "application/json"}
                answer = await http.request(method, address(path), content=body, headers=headers)

                assert (answer.status_code, answer.json()["code"]) == (422, "malformed-request"), (method, path)
                assert [(error["code"], error["pointer"]) for error in answer.json()["errors"]] == [
                    ("string-unicode", "/a/1"), ("finite-number", "/b"), ("null-character", "/c"),
                ]  # fmt: skip

    async def test_is_told_with_its_methods_to_who_uses_another(self, asked: Asked) -> None:
        app, http = asked
        for method, path, _ in operations(app):
            matching = [route for route in routes_of(app) if route.path_regex.match(address(path))]
            has = {each for route in matching for each in route.methods}
            allowed = sorted(has | {"HEAD"} if "GET" in has else has)
            for other in {"GET", "POST", "PUT", "PATCH", "DELETE"} - has:
                answer = await http.request(other, address(path))

                assert (answer.status_code, answer.json()["code"]) == (405, "wrong-method"), (other, path)
                assert answer.headers["allow"] == ", ".join(allowed), (method, path)

    async def test_answers_head_where_it_answers_get(self, asked: Asked) -> None:
        app, http = asked
        http.auth = httpx.Auth()
        for method, path, operation in operations(app):
            if method == "get" and operation.get("security"):
                get, head = await http.get(address(path)), await http.head(address(path))

                assert (head.status_code, head.content) == (get.status_code, b""), path
                assert head.headers["content-type"] == get.headers["content-type"], path

    async def test_asks_who_it_is_first(self, asked: Asked) -> None:
        app, http = asked
        http.auth = httpx.Auth()
        for method, path, operation in operations(app):
            if operation.get("security"):
                answer = await http.request(method, f"{address(path)}?stauts=running", content=b"{}")

                assert answer.status_code == 401, (method, path)


class TestParameters:
    @pytest.mark.parametrize("name", [SECRET, "410102199003070011", "ü", "x" * 65, "a\0"])
    async def test_that_are_no_names_are_not_repeated(self, board: Noteboard, name: str) -> None:
        answer = await board.http.get("/v1/notes", params={name: "1"}, headers=board.anybody)

        assert (answer.status_code, answer.json()["pointer"]) == (422, "/query")
        assert name not in answer.text

    async def test_are_told_in_words(self, board: Noteboard) -> None:
        answer = await board.http.get("/v1/notes?siez=3&cursr=x", headers=board.anybody)

        problem = answer.json()
        assert problem["title"] == "This route does not have these query parameters: siez, cursr."
        assert problem["cure_zh"] == "请核对拼写。可用的查询参数：cursor、size。"


class TestBodies:
    async def test_with_bytes_that_are_no_text_are_told_by_their_place(self, board: Noteboard) -> None:
        headers = board.anybody | {"Content-Type": "application/json; charset=gbk"}
        body = b'{"title": "' + "张三".encode("gbk") + b'"}'

        answer = await board.http.post("/v1/notes", content=body, headers=headers)

        assert answer.status_code == 422
        assert answer.json()["errors"][0]["pointer"] == "/title"

    async def test_that_are_empty_lack_what_is_needed(self, board: Noteboard) -> None:
        answer = await board.http.post("/v1/notes", headers=board.anybody)

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "missing")

    async def test_that_begin_with_a_byte_order_mark_are_read(self, board: Noteboard) -> None:
        headers = board.anybody | {"Content-Type": "APPLICATION/JSON"}

        answer = await board.http.post("/v1/notes", content=b'\xef\xbb\xbf{"title": "x"}', headers=headers)

        assert answer.status_code == 201
