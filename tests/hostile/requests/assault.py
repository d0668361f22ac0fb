"""Thousands of requests that a library makes up from a service's own description, sent by callers of every role.

Some fit the description and some do not. Where a thing is named, it is mostly one that there is; a body is sometimes a
good one in which a few members were replaced. Every answer has to be one of those that the description knows.
"""

from __future__ import annotations

import asyncio
import copy
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from typing import Any, Final

import httpx
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
)

from shared.kernel.callers import Role
from tests.hostile.requests.operations import Operation, operations_of
from tests.support.people import identity_number
from tests.support.rights import Scene

_ROUNDS_MAX: Final = 50
_ROLES: Final[tuple[Role | None, ...]] = (*Role, None)
_CHECKS: Final = (content_type_conformance, response_headers_conformance, response_schema_conformance)


class Assault:
    """Sends `cases` requests to the service of a scene; then `found` is what was answered otherwise than described."""

    def __init__(self, scene: Scene, *, cases: int, seed: int) -> None:
        self._scene = scene
        self._cases = cases
        self._seed = seed
        self._random = random.Random(seed)
        self._operations = [each for each in operations_of(scene) if each.name not in scene.endless]
        self._sent: Counter[str] = Counter()
        self._statuses: Counter[tuple[str, int]] = Counter()
        self.found: list[str] = []

    @property
    def statuses(self) -> dict[str, int]:
        """How many requests were answered with each status."""
        found: Counter[str] = Counter()
        for (_, status), times in self._statuses.items():
            found[str(status)] += times
        return dict(found)

    @property
    def counted(self) -> Iterator[str]:
        """A line for each role: how many requests, with which statuses."""
        for role, requests in sorted(self._sent.items()):
            statuses = sorted((status, n) for (by, status), n in self._statuses.items() if by == role)
            yield f"{role}: {requests} requests, " + ", ".join(f"{status}: {n}" for status, n in statuses)
        failures = sum(n for (_, status), n in self._statuses.items() if status >= 500)
        yield (
            f"{self._sent.total()} requests (seed {self._seed}): {failures} answered 5xx, "
            f"{len(self.found)} answered otherwise than described"
        )

    def run(self, loop: asyncio.AbstractEventLoop) -> None:
        """Send the requests; the service answers in `loop`, which is another thread's."""
        described = schemathesis.openapi.from_dict(dict(self._operations[0].document))
        found = [each.ok() for each in described.get_all_operations() if isinstance(each, Ok)]
        strategies = {each.definition.raw["operationId"]: each for each in found}
        for number in range(_ROUNDS_MAX):
            left = self._cases - self._sent.total()
            if left <= 0:
                return
            each = max(1, left // len(self._operations) // 2)
            for operation in self._operations:
                for mode in GenerationMode:
                    if self._sent.total() < self._cases:
                        self._shoot(operation, strategies[operation.name], mode, each, number, loop)

    def _shoot(
        self,
        operation: Operation,
        described: Any,
        mode: GenerationMode,
        cases: int,
        number: int,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        @seed(self._seed + number)
        @settings(
            max_examples=cases,
            phases=[Phase.generate],
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=described.as_strategy(generation_mode=mode))
        def shoot(case: schemathesis.Case[Any]) -> None:
            self._send(operation, case, loop)

        # Where nothing can be sent that does not fit, for there are neither parameters nor a body.
        with suppress(Unsatisfiable):
            shoot()

    def _send(self, operation: Operation, case: schemathesis.Case[Any], loop: asyncio.AbstractEventLoop) -> None:
        self._mix(operation, case)
        role = self._role_for(operation)
        arguments = case.as_transport_kwargs(base_url="http://test")
        sent = self._scene.service.http.request(
            arguments["method"],
            arguments["url"],
            headers={**arguments.get("headers", {}), **operation.headers(role)},
            params=arguments.get("params"),
            content=arguments.get("data"),
            **({"json": arguments["json"]} if "json" in arguments else {}),
        )
        by = "nobody" if role is None else role.value
        try:
            answer = asyncio.run_coroutine_threadsafe(sent, loop).result()
        except AssertionError as error:  # by the client, which looks at every problem
            self._sent[by] += 1
            self.found.append(f"as {by}: {str(error).splitlines()[0]}")
            return
        self._sent[by] += 1
        self._statuses[by, answer.status_code] += 1
        if (fault := self._fault(operation, case, answer)) is not None:
            self.found.append(f"{operation.method} {answer.request.url.path} as {by}: {fault}")

    def _fault(self, operation: Operation, case: schemathesis.Case[Any], answer: httpx.Response) -> str | None:
        if answer.status_code >= 500 and not (answer.status_code == 503 and "retry-after" in answer.headers):
            return f"answered {answer.status_code} {answer.text[:200]}"
        if str(answer.status_code) not in operation.described["responses"] and answer.status_code not in (404, 405):
            return f"answered {answer.status_code}, which is not described"
        try:
            case.validate_response(answer, checks=list(_CHECKS))
        except FailureGroup as group:
            return "; ".join(str(each) for each in group.exceptions)[:500]
        return None

    def _role_for(self, operation: Operation) -> Role | None:
        """Mostly one of those that may; sometimes any, or nobody."""
        usual: Sequence[Role | None] = operation.roles or _ROLES
        return self._random.choice(usual if self._random.random() < 0.75 else _ROLES)

    def _mix(self, operation: Operation, case: schemathesis.Case[Any]) -> None:
        """Put things that there are, and parts of a good body, in place of some of what was made up."""
        ids = self._scene.here.ids
        for name in case.path_parameters or ():
            if name in ids and self._random.random() < 0.75:
                case.path_parameters[name] = ids[name]
        good = operation.body
        if isinstance(good, dict) and isinstance(case.body, dict) and self._random.random() < 0.6:
            kept = copy.deepcopy(good)
            replaced = [name for name in case.body if self._random.random() < 0.3]
            case.body = kept | {name: case.body[name] for name in replaced}
        if self._random.random() < 0.2:
            self._name_somebody(case)

    def _name_somebody(self, case: schemathesis.Case[Any]) -> None:
        """Put a person's number or phone where a text stands: in the body, a key, the path or the query."""
        number = identity_number(date(1985, 1, 1) + timedelta(self._random.randrange(9_000)), self._random.randrange(9))
        said = self._random.choice((number, f"T{number}9", f"139{self._random.randrange(10**7, 10**8)}"))
        match self._random.randrange(4), case.body:
            case 0, _:
                case.headers["Idempotency-Key"] = said
            case 1, _ if case.path_parameters:
                case.path_parameters[self._random.choice(list(case.path_parameters))] = said
            case 2, _ if case.query:
                case.query[self._random.choice(list(case.query))] = said
            case _, dict() as body:
                texts = [name for name, value in body.items() if isinstance(value, str)]
                if texts:
                    body[self._random.choice(texts)] = said
