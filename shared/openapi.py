"""The OpenAPI description of a service, completed for generators of clients.

FastAPI describes parameters, bodies and answers. What holds for every route is added here, once: security, headers,
problems with their codes, and an example of each body, so that no route can forget it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.edge.lanes import rates
from shared.edge.methods import routes_of
from shared.edge.routes import EdgeRoute
from shared.edge.sizes import BODY_MAX
from shared.examples import example_of
from shared.kernel.callers import Role, WrongRole
from shared.kernel.refusals import TooManyRequests
from shared.posted import Posting
from shared.problems import MEDIA_TYPE, Problem, described, known_refusals, status_of
from shared.rights import Right
from shared.settings import ServiceSettings
from shared.turns import Busy

Codes = Mapping[str, list[str]]
"""By operation ids, the codes of the refusals that the service's own rules can answer with."""

_REF: Final = "#/components/schemas/{model}"
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Your id of this request, 1 to 200 characters. The same key with the same request is answered "
    "as the first one was, and changes nothing; with another request it is a 409.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "example": "roster-2025-001-page-1",
}
_HEADERS: Final[dict[str, dict[str, Any]]] = {
    "X-Request-Id": {
        "description": "The request's id in the service's log; quote it when you contact the operator",
        "schema": {"type": "string", "format": "uuid"},
    },
    "Idempotent-Replayed": {
        "description": "`true` if this is the stored answer to an earlier request with the same Idempotency-Key",
        "schema": {"type": "string", "enum": ["true"]},
    },
    "RateLimit-Policy": {
        "description": "How many requests of this kind (`q`) you may make in how many seconds (`w`)",
        "schema": {"type": "string"},
        "example": '"interactive";q=18000;w=60',
    },
    "RateLimit": {
        "description": "How many of them are left now (`r`), and after how many seconds all are there again (`t`)",
        "schema": {"type": "string"},
        "example": '"interactive";r=17999;t=1',
    },
    "Retry-After": {
        "description": "Seconds after which the request may be repeated; without this header, repeating does not help",
        "schema": {"type": "integer", "minimum": 0},
    },
}
_OF_ALL: Final = (
    "unknown-parameter", "repeated-parameter", "malformed-request", "unexpected", "unavailable",
    "too-many-open-requests",
)  # fmt: skip
_OF_LANES: Final = (Busy.slug, TooManyRequests.slug)
_OF_BODIES: Final = ("too-large", "unsupported-media-type", "body-too-slow", "bodies-full")
_WITHOUT_BODY: Final = ("body-not-taken",)
_OF_TRANSACTIONS: Final = ("unauthenticated", "stale", "occupied", "took-too-long")
_OF_WRITES: Final = ("organisation-closed",)
_OF_POSTS: Final = ("idempotency-key-reused", "idempotency-key-too-long", "idempotency-key-with-number")
_OF_EVERY_SERVICE: Final[Codes] = {"describe_problem": ["not-found"]}
_RETRIED: Final = (409, 429, 503)


def install(app: FastAPI, codes: Codes) -> None:
    """Give `app` its OpenAPI description; `codes` are the problem codes of its operations."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app, codes)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def codes_beside(module_file: str) -> Codes:
    """The codes in the `problems.json` next to a service's module; none if the file does not exist."""
    path = Path(module_file).with_name("problems.json")
    found: dict[str, list[str]] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return found


def operations_of(app: FastAPI) -> Iterator[tuple[str, frozenset[str], bool]]:
    """Each operation of `app`: its id, its methods, and whether it needs a caller."""
    for route in routes_of(app):
        yield route.name, frozenset(route.methods or ()), _needs_caller(route)


def _described(app: FastAPI, codes: Codes) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.state.described,
        license_info=app.license_info,
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    shown = [route for route in routes_of(app) if route.include_in_schema]
    rows = [route.openapi_extra.batch for route in shown if isinstance(route.openapi_extra, Posting)]
    schemas.update(_schemas_of([*rows, Problem]))
    components["headers"] = _HEADERS
    components["parameters"] = {"IdempotencyKey": _IDEMPOTENCY_KEY}
    components["examples"] = {}
    refusals = known_refusals()
    standing = frozenset() if app.state.standings is None else app.state.standings.roles
    for route in shown:
        for method in route.methods or ():
            operation = document["paths"][route.path][method.lower()]
            _add_security(operation, route)
            if isinstance(route, EdgeRoute) and route.has_lane:
                operation["x-rate-limits"] = _rates(route, app.state.settings)
            operation["x-rights"] = _rights(app.state.rights[route.name])
            _add_headers(operation, route)
            _add_body_max(operation, route, app.state.settings)
            common = _common(route, app.state.rights[route.name], standing)
            own = [*codes.get(route.name, ()), *_OF_EVERY_SERVICE.get(route.name, ())]
            _add_problems(operation, [*common, *own], refusals, components)
            _add_examples(operation, components)
    document["components"] = {kind: dict(sorted(each.items())) for kind, each in components.items() if each}
    return _readable(document)


def _readable(document: dict[str, Any]) -> dict[str, Any]:
    """`document` with readable names of generic models: "ClassPage" instead of "Page_ClassAnswer_"."""
    text = json.dumps(document)
    for name, schema in document["components"]["schemas"].items():
        if name.endswith("_"):
            text = text.replace(f'"{name}": {{', f'"{schema["title"]}": {{')
            text = text.replace(f'"#/components/schemas/{name}"', f'"#/components/schemas/{schema["title"]}"')
    found: dict[str, Any] = json.loads(text)
    return found


def _schemas_of(models: list[type[BaseModel]]) -> dict[str, Any]:
    _, described = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    found: dict[str, Any] = described["$defs"]
    return found


def _common(route: APIRoute, right: Right, standing: AbstractSet[Role]) -> Iterator[str]:
    """The codes that follow from what kind of route it is, and from who may call it.

    `standing`: the roles whose organisation may be closed.
    """
    yield from _OF_ALL
    if isinstance(route, EdgeRoute):
        yield from _OF_BODIES if route.media_types else _WITHOUT_BODY
        if route.has_lane:
            yield from _OF_LANES
    if _needs_caller(route):
        yield from _OF_TRANSACTIONS
        if not standing.isdisjoint(right.whose) and route.methods != {"GET"}:
            yield from _OF_WRITES
    if len(right.whose) < len(Role):
        yield WrongRole.slug
    if _may_have_key(route):
        yield from _OF_POSTS


def _needs_caller(route: APIRoute) -> bool:
    return isinstance(route, EdgeRoute) and route.needs_caller


def _may_have_key(route: APIRoute) -> bool:
    return _needs_caller(route) and route.methods == {"POST"}


def _rights(right: Right) -> dict[str, Any]:
    """Who may call the operation, and whose things each role reaches with it."""
    if right.is_public:
        return {"public": True}
    people = {"two_people": right.two_people} if right.two_people else {}
    return {"roles": {role.value: whose.value for role, whose in right.whose.items()}} | people


def _rates(route: EdgeRoute, settings: ServiceSettings) -> list[dict[str, Any]]:
    """The rates that a request may be counted against, as they are by default."""
    published = rates(settings)
    return [published[kind]._asdict() for kind in route.kind.kinds]


def _add_security(operation: dict[str, Any], route: APIRoute) -> None:
    operation["security"] = [{"Bearer": []}] if _needs_caller(route) else []


def _add_headers(operation: dict[str, Any], route: APIRoute) -> None:
    replayed = _may_have_key(route)
    if replayed:
        operation.setdefault("parameters", []).append({"$ref": "#/components/parameters/IdempotencyKey"})
    for response in operation["responses"].values():
        names = ["X-Request-Id", *_rate_fields(route), *(["Idempotent-Replayed"] if replayed else [])]
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _rate_fields(route: APIRoute) -> list[str]:
    return ["RateLimit-Policy", "RateLimit"] if isinstance(route, EdgeRoute) and route.has_lane else []


def _add_body_max(operation: dict[str, Any], route: APIRoute, settings: ServiceSettings) -> None:
    """How large a body may be, for programs and for people."""
    if isinstance(route, EdgeRoute) and (bytes_max := route.body_max(settings)):
        operation["requestBody"] |= {BODY_MAX: bytes_max, "description": f"At most {bytes_max} bytes"}


def _add_problems(
    operation: dict[str, Any], codes: list[str], refusals: Mapping[str, Any], components: dict[str, Any]
) -> None:
    """A response for each status, with a reference to the one schema and an example for each code."""
    by_status: dict[int, list[str]] = {}
    for code in sorted(set(codes)):
        by_status.setdefault(status_of(refusals[code]), []).append(code)
    for status, of_status in sorted(by_status.items()):
        headers = ["X-Request-Id", *(["Retry-After"] if status in _RETRIED else [])]
        for code in of_status:
            example = described(refusals[code])
            components["examples"][code] = {"summary": example["title"], "value": example}
        operation["responses"][str(status)] = {
            "description": f"{HTTPStatus(status).phrase}: {', '.join(of_status)}",
            "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
            "content": {
                MEDIA_TYPE: {
                    "schema": {"$ref": _REF.format(model=Problem.__name__)},
                    "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in of_status},
                }
            },
        }


def _add_examples(operation: dict[str, Any], components: dict[str, Any]) -> None:
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for body in bodies:
        for content in body.get("content", {}).values():
            if "example" not in content and "examples" not in content and "schema" in content:
                found = example_of(content["schema"], components["schemas"])
                if found is not None:
                    content["example"] = found
