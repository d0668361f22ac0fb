"""The operations of an OpenAPI document as requests: who may send them, what a good body is, where in it texts are."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import httpx
from fastapi import FastAPI

from shared.examples import example_of
from shared.kernel.callers import Role
from tests.support.rights import PROVINCE, Scene

JSON: Final = "application/json"
Step = str | int


class Text(NamedTuple):
    """A place in a body where a text may stand; a number in `place` is that of a member of a list."""

    place: tuple[Step, ...]
    schema: Mapping[str, Any]

    @property
    def pointer(self) -> str:
        return "".join(f"/{step}" for step in self.place)


@dataclass(frozen=True)
class Operation:
    """An operation of a service in a scene."""

    scene: Scene
    document: Mapping[str, Any]
    method: str
    template: str

    @property
    def described(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.document["paths"][self.template][self.method]
        return found

    @property
    def name(self) -> str:
        return str(self.described["operationId"])

    @property
    def roles(self) -> list[Role]:
        """Who may call it; nobody in particular if it is public."""
        return [Role(role) for role in self.described["x-rights"].get("roles", ())]

    @property
    def path(self) -> str:
        return re.sub(r"{(\w+)}", lambda found: self.scene.here.ids.get(found[1], found[1]), self.template)

    @cached_property
    def body(self) -> Any:
        """A good body: the scene's, or the example; None for an operation without JSON."""
        content = self.described.get("requestBody", {}).get("content", {}).get(JSON)
        if content is None:
            return None
        return copy.deepcopy(self.scene.here.bodies.get(self.name, content.get("example")))

    @cached_property
    def texts(self) -> list[Text]:
        """Every place of its JSON body where the description allows text that is not one of a few words."""
        content = self.described.get("requestBody", {}).get("content", {}).get(JSON)
        return list(self._texts(content["schema"], (), ())) if content else []

    def headers(self, role: Role | None, *, person: str = "hostile") -> dict[str, str]:
        """Those of a caller of `role` who reaches the scene's own side."""
        here = self.scene.here
        if role is None:
            return {}
        if role in here.organisations:
            return self.scene.service.tokens.of(role, person=person, organisation=here.organisations[role])
        if role is Role.HOLDER:
            return self.scene.service.tokens.of(role, person=here.holder)
        region = PROVINCE if role is Role.PROVINCE else here.region
        return self.scene.service.tokens.of(role, person=person, region=region)

    async def send(
        self, body: Any, *, role: Role | None, person: str = "hostile", headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """The answer to `body`, or to none if the operation takes none."""
        content = {} if body is None else {"json": body}
        sent = self.headers(role, person=person) | dict(headers or {})
        query = dict(self.scene.here.queries.get(self.name, {}))
        return await self.scene.service.http.request(
            self.method.upper(), self.path, params=query, headers=sent, **content
        )

    def with_text(self, text: Text, value: str) -> Any:
        """The good body with `value` at the place of `text`, and examples around it where the body had nothing."""
        body = copy.deepcopy(self.body)
        found, schema = body, self._resolved(self.described["requestBody"]["content"][JSON]["schema"])
        for step, after in zip(text.place, (*text.place[1:], None), strict=True):
            schema = self._inside(schema, step)
            empty = value if after is None else self._example(schema, after)
            if isinstance(step, int):
                if not found:
                    found.append(empty)
                elif after is None or not isinstance(found[step], dict | list):
                    found[step] = empty
            elif after is None or not isinstance(found.get(step), dict | list):
                found[step] = empty
            found = found[step]
        return body

    def _example(self, schema: Mapping[str, Any], after: Step) -> Any:
        example = example_of(schema, self.document["components"]["schemas"])
        if isinstance(example, dict | list):
            return example
        return [] if isinstance(after, int) else {}

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        if "$ref" in schema:
            return self._resolved(self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        return schema

    def _variants(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        schema = self._resolved(schema)
        several = [each for kind in ("anyOf", "oneOf", "allOf") for each in schema.get(kind, ())]
        if not several:
            yield schema
        for each in several:
            yield from self._variants(each)

    def _inside(self, schema: Mapping[str, Any], step: Step) -> Mapping[str, Any]:
        for variant in self._variants(schema):
            if isinstance(step, int) and "items" in variant:
                return self._resolved(variant["items"])
            if step in variant.get("properties", {}):
                return self._resolved(variant["properties"][step])
        raise KeyError(step)

    def _texts(self, schema: Mapping[str, Any], place: tuple[Step, ...], inside: tuple[int, ...]) -> Iterator[Text]:
        for variant in self._variants(schema):
            if id(variant) in inside:
                continue
            if variant.get("type") == "string" and "enum" not in variant and "const" not in variant:
                yield Text(place, variant)
            for name, member in variant.get("properties", {}).items():
                yield from self._texts(member, (*place, name), (*inside, id(variant)))
            if isinstance(variant.get("items"), dict):
                yield from self._texts(variant["items"], (*place, 0), (*inside, id(variant)))


def operations_of(scene: Scene) -> list[Operation]:
    """All described operations of the scene's service."""
    app: FastAPI = scene.service.http._transport.app  # type: ignore[attr-defined]
    document = app.openapi()
    return [
        Operation(scene, document, method, path) for path, methods in document["paths"].items() for method in methods
    ]
