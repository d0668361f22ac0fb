"""The walk of rights: every operation of a service, by every role, against the service's table.

A service's scene has two sides, which are two counties in different cities with the same things in each. The walk
stands on the first; what lies on the second is a neighbour's. Requests are derived from OpenAPI: ids by the names of
path parameters, bodies from the examples, where the scene does not say otherwise. Each request is handled in a
transaction that is rolled back, so that no cell depends on another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

import httpx
import orjson
from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import Transactions
from shared.edge.methods import routes_of
from shared.kernel.callers import Role, Whose
from shared.rights import OF_EVERY_SERVICE, READING, Right
from tests.support.services import ServiceUnderTest

PROVINCE: Final = "410000"
NOWHERE: Final = "330000"
UNKNOWN: Final = ("999999", "419999", NOWHERE)
"""Codes of no region: of nothing, of a label over counties that the province leads itself, of another province."""

_OF_EVERY_SERVICE: Final = {"name": "favicon.png", "code": "not-found"}
FOREIGN: Final = {"foreign-organisation", "foreign-region", "foreign-person", "no-record-here"}
"""Of the last: who asks by a document is told the same of somebody trained elsewhere and of nobody."""
FOREIGN_ROWS: Final = {*FOREIGN, "not-found", "not-in-class"}
"""A row of a batch that names another organisation's record is told no more than that it does not exist."""
OF_RIGHTS: Final = {*FOREIGN, "wrong-role", "unauthenticated"}


@dataclass(frozen=True, kw_only=True)
class Side:
    """A county with its things.

    `ids` are by path parameter; `listed` is, by list operation, a text that its answer has only if it shows this side.
    `bodies` and `queries` are by operation, where the example in OpenAPI would not do.
    """

    region: str
    organisations: Mapping[Role, str]
    ids: Mapping[str, str]
    listed: Mapping[str, str]
    bodies: Mapping[str, Any] = field(default_factory=dict)
    queries: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    holder: str = "00000000-0000-0000-0000-000000000001"
    """The key of a person about whom something of this side is recorded."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """`above` is the region over `here`, not over `there`.

    `creates` are operations that make something of the caller's own, whatever is sent, so that there is no neighbour's.
    `of_province` are those that only callers of the province's region reach. `endless` are those whose answer does not
    end.
    """

    service: ServiceUnderTest
    here: Side
    there: Side
    above: str
    creates: frozenset[str] = frozenset()
    of_province: frozenset[str] = frozenset()
    endless: frozenset[str] = frozenset()


class Cell(NamedTuple):
    operation: str
    role: str
    case: str


class Departure(NamedTuple):
    """A cell in which the service does not do what its table says."""

    cell: Cell
    expected: str
    answered: str


class _Handled(Exception):
    """The request was handled, so what it did is rolled back."""


class _RolledBack(Transactions):
    """In place of an application's transactions: nothing that a request does stays."""

    @asynccontextmanager
    async def begin(self, question: str | None = None) -> AsyncGenerator[tuple[AsyncConnection, bool]]:
        with suppress(_Handled):
            async with super().begin(question) as begun:
                yield begun
                raise _Handled


@dataclass
class Walk:
    """Walks a scene; afterwards, `cells` are all that were looked at."""

    scene: Scene
    app: FastAPI
    http: httpx.AsyncClient
    cells: list[Cell] = field(default_factory=list)
    departures: list[Departure] = field(default_factory=list)

    @property
    def counted(self) -> str:
        """How many cells there are, by role."""
        by_role = Counter(cell.role for cell in self.cells)
        return f"{len(self.cells)} cells: {', '.join(f'{role} {cells}' for role, cells in sorted(by_role.items()))}"

    def require_none(self) -> None:
        """Raises AssertionError with every departure on a line of its own."""
        lines = [f"{' / '.join(cell)}: not {expected}, but {got}" for cell, expected, got in self.departures]
        assert lines == [], "\n".join([f"{len(lines)} cells depart from the table", *lines])

    async def walk(self) -> None:
        """Look at every cell. Raises AssertionError for an operation for which the scene has no fixture."""
        operations = self.app.openapi()["paths"]
        for route in routes_of(self.app):
            right = self.app.state.rights[route.name]
            described = operations.get(route.path, {}).get(min(route.methods or {"GET"}).lower(), {})
            operation = _Operation(route, right, described, self.scene)
            await self._without_token(operation)
            if not right.is_public:
                operation.require_fixture()
                for role in Role:
                    await self._as_role(operation, role)

    async def _without_token(self, operation: _Operation) -> None:
        if operation.name in self.scene.endless:
            return
        answer = await self._send(operation, self.scene.here, {})
        cell = Cell(operation.name, "nobody", "without a token")
        expected = "open" if operation.right.is_public else "unauthenticated"
        self._judge(cell, expected, answer)
        if operation.right.is_public and operation.takes("region"):
            await self._open_regions(operation)

    async def _open_regions(self, operation: _Operation) -> None:
        """Without a token as well: what does not exist is refused, and the province is everything."""
        for code in UNKNOWN:
            answer = await self._send(operation, self.scene.here, {}, region=code)
            self._judge(Cell(operation.name, "nobody", f"region={code}"), "unknown-region", answer)
        everything = await self._send(operation, self.scene.here, {}, region=PROVINCE)
        self._judge(Cell(operation.name, "nobody", f"region={PROVINCE}"), "open", everything)
        if everything.status_code == 200:
            asked_for_nothing = await self._send(operation, self.scene.here, {})
            cell = Cell(operation.name, "nobody", f"region={PROVINCE}: as without a region")
            self.cells.append(cell)
            if _timeless(everything) != _timeless(asked_for_nothing):
                self.departures.append(Departure(cell, "the same", everything.text[:300]))

    async def _as_role(self, operation: _Operation, role: Role) -> None:
        for case, headers, side in self._cases(role):
            expected = _expected(operation.right.whose.get(role), role, case)
            if expected == "open" and case == "own" and operation.name in self.scene.of_province:
                expected = "open" if role is Role.PROVINCE else "foreign"
            if case == "neighbour" and expected == "foreign" and operation.name in self.scene.creates:
                continue
            if operation.name in self.scene.here.listed and case == "neighbour":
                continue  # The list itself was asked for in the case before; what it must not show is looked for there.
            answer = await self._send(operation, side, headers)
            self._judge(Cell(operation.name, role, case), expected, answer)
            if expected == "open" and operation.name in self.scene.here.listed:
                self._judge_list(operation, role, case, answer)
        if role in operation.right.whose and operation.takes("region"):
            await self._regions(operation, role)

    def _cases(self, role: Role) -> Iterator[tuple[str, dict[str, str], Side]]:
        here, there, tokens = self.scene.here, self.scene.there, self.scene.service.tokens
        if role in (Role.INSTITUTION, Role.ASSESSMENT_BODY):
            own = tokens.of(role, person="walker", organisation=here.organisations[role])
            yield from (("own", own, here), ("neighbour", own, there))
            return
        if role is Role.HOLDER:
            own = tokens.of(role, person=here.holder)
            yield from (("own", own, here), ("neighbour", own, there))
            return
        own = tokens.of(role, person="walker", region=PROVINCE if role is Role.PROVINCE else here.region)
        yield from (("own", own, here), ("neighbour", own, there))
        if role is not Role.PROVINCE:
            yield "region above", tokens.of(role, person="walker", region=self.scene.above), here
        yield "region of nowhere", tokens.of(role, person="walker", region=NOWHERE), here
        if role is Role.PROVINCE:
            yield "region of a county", tokens.of(role, person="walker", region=here.region), here

    async def _regions(self, operation: _Operation, role: Role) -> None:
        """One answer everywhere for a region that does not exist, for the province's code, and for a neighbour's."""
        _, headers, side = next(self._cases(role))
        for code in UNKNOWN:
            answer = await self._send(operation, side, headers, region=code)
            self._judge(Cell(operation.name, role, f"region={code}"), "unknown-region", answer)
        everything = await self._send(operation, side, headers, region=PROVINCE)
        self._judge(Cell(operation.name, role, f"region={PROVINCE}"), "open", everything)
        if operation.name in side.listed:
            self._judge_list(operation, role, f"region={PROVINCE}", everything)
        there = self.scene.there.region
        answer = await self._send(operation, side, headers, region=there)
        is_foreign = operation.right.whose[role] is Whose.REGION and role is not Role.PROVINCE
        expected = "foreign-region" if is_foreign else "open"
        self._judge(Cell(operation.name, role, "a neighbour's region"), expected, answer)

    def _judge_list(self, operation: _Operation, role: Role, case: str, answer: httpx.Response) -> None:
        here, there = self.scene.here.listed[operation.name], self.scene.there.listed[operation.name]
        whose = operation.right.whose[role]
        is_above_all = case == "region above" and self.scene.above == PROVINCE
        shows_all = whose is Whose.ALL or role is Role.PROVINCE or is_above_all
        for mark, is_shown, what in ((here, True, "shows the own"), (there, shows_all, "shows a neighbour's")):
            cell = Cell(operation.name, role, f"{case}: {what}")
            self.cells.append(cell)
            if (mark in answer.text) is not is_shown:
                self.departures.append(Departure(cell, f"{is_shown}", answer.text[:300]))

    def _judge(self, cell: Cell, expected: str, answer: httpx.Response) -> None:
        self.cells.append(cell)
        of_request, of_rows = _codes(answer)
        if expected == "open":
            # A page that is not built on this machine says so, to everybody.
            is_page = answer.headers.get("content-type", "").startswith("text/html")
            is_so = (answer.status_code < 500 or is_page) and of_request.isdisjoint(OF_RIGHTS)
        elif expected == "foreign":
            is_so = not FOREIGN.isdisjoint(of_request) or not FOREIGN_ROWS.isdisjoint(of_rows)
        else:
            is_so = expected in of_request
        if not is_so:
            self.departures.append(Departure(cell, expected, f"{answer.status_code} {answer.text[:200]}"))

    async def _send(
        self, operation: _Operation, side: Side, headers: Mapping[str, str], **query: str
    ) -> httpx.Response:
        return await self.http.request(
            operation.method,
            operation.path(side),
            params=operation.query(side) | query,
            headers={**headers, **operation.media_type(side)},
            **operation.content(side),
        )


def _content(answer: httpx.Response) -> object:
    """What was answered as JSON; None if it is anything else. The lists of a scene are long, and each is read here."""
    return orjson.loads(answer.content) if "json" in answer.headers.get("content-type", "") else None


def _timeless(answer: httpx.Response) -> object:
    """What was answered, without when; of a file nothing, because it says when it was made."""
    content = _content(answer)
    return {name: value for name, value in content.items() if name != "as_of"} if isinstance(content, dict) else content


def _expected(whose: Whose | None, role: Role, case: str) -> str:
    """What the table says: "open", or the code of the refusal; "foreign" for that of the organisation or the region."""
    if whose is None:
        return "wrong-role"
    match case, whose:
        case ("own" | "region above", _) | (_, Whose.ALL):
            return "open"
        case ("neighbour", Whose.REGION) if role is Role.PROVINCE:
            return "open"
        case _:
            return "foreign"


def _codes(answer: httpx.Response) -> tuple[set[str], set[str]]:
    """The code of the problem, and those of the rows of a batch."""
    content = _content(answer)
    if not isinstance(content, dict):
        return set(), set()
    rows = content.get("rows")
    errors = [error for row in rows if "errors" in row for error in row["errors"]] if isinstance(rows, list) else []
    return {content["code"]} if "code" in content else set(), {each["code"] for each in errors}


@dataclass(frozen=True)
class _Operation:
    """An operation as a request: where the scene says nothing, its description does."""

    route: APIRoute
    right: Right
    described: Mapping[str, Any]
    scene: Scene

    @property
    def name(self) -> str:
        return self.route.name

    @property
    def method(self) -> str:
        return min(self.route.methods or {"GET"})

    @property
    def parameters(self) -> set[str]:
        return set(re.findall(r"{(\w+)}", self.route.path))

    def require_fixture(self) -> None:
        """Raises AssertionError unless the scene says which thing a request is about."""
        here = self.scene.here
        assert self.parameters <= here.ids.keys(), (
            f"{self.name}: the scene needs ids of {sorted(self.parameters - here.ids.keys())}"
        )
        is_about_nothing = {*self.right.whose.values()} == {Whose.ALL} and self.method in READING
        names_it = self.parameters or self.name in here.bodies or self.name in here.queries
        assert names_it or is_about_nothing or self.name in here.listed or self.name in self.scene.creates, (
            f"{self.name}: the scene needs what it lists, or a body or query that names a thing, or it creates one"
        )

    def takes(self, name: str) -> bool:
        return any(each.get("name") == name and each["in"] == "query" for each in self.described.get("parameters", ()))

    def path(self, side: Side) -> str:
        ids = _OF_EVERY_SERVICE if self.name in OF_EVERY_SERVICE else side.ids
        return re.sub(r"{(\w+)}", lambda found: ids.get(found[1], found[1]), self.route.path)

    def query(self, side: Side) -> dict[str, str]:
        return dict(side.queries.get(self.name, {}))

    def media_type(self, side: Side) -> dict[str, str]:
        return {"Content-Type": "text/csv"} if isinstance(side.bodies.get(self.name), bytes) else {}

    def content(self, side: Side) -> dict[str, Any]:
        """The body: the scene's, or the example in the description."""
        if self.name in side.bodies:
            body = side.bodies[self.name]
            return {"content": body} if isinstance(body, bytes) else {"json": body}
        examples = self.described.get("requestBody", {}).get("content", {}).get("application/json", {})
        return {"json": examples["example"]} if "example" in examples else {}


async def walk(scene: Scene) -> Walk:
    """The walk of `scene`, on its service's own application. Raises AssertionError for an operation without fixture."""
    http = scene.service.http
    app: FastAPI = http._transport.app  # type: ignore[attr-defined]
    engines = app.state.engines
    transactions = engines._transactions
    engines._transactions = {engine: _RolledBack(engine) for engine in transactions}
    try:
        walked = Walk(scene, app, http)
        await walked.walk()
    finally:
        engines._transactions = transactions
    return walked
