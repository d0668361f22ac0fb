"""How large a body may be follows from what the route declares."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from deploy.docs.apis import application, names
from shared.edge.methods import routes_of
from shared.edge.routes import EdgeRoute
from shared.edge.sizes import BODY_MAX, largest

KILOBYTE = 1024


class Part(BaseModel):
    name: Annotated[str, Field(max_length=100)]
    parts: list[Part] = []


class Whole(BaseModel):
    text: Annotated[str, Field(max_length=20_000)]
    parts: Annotated[list[Part], Field(max_length=1_000)]
    amount: int | None = None


def test_texts_and_lists_need_room_for_every_character_and_item() -> None:
    assert 20_000 * 6 + 1_000 * 100 * 6 < largest(Whole.model_json_schema()) < 2_000 * KILOBYTE


def test_what_contains_itself_still_has_a_size() -> None:
    assert 100 * 6 < largest(Part.model_json_schema()) < 2 * KILOBYTE


def test_every_route_tells_how_large_its_body_may_be() -> None:
    told: dict[str, set[int]] = {}
    for name in names():
        app = application(name)
        for route in routes_of(app):
            if isinstance(route, EdgeRoute) and route.include_in_schema:
                for method in route.methods or ():
                    operation = app.openapi()["paths"][route.path][method.lower()]
                    size = route.body_max(app.state.settings)
                    assert operation.get("requestBody", {}).get(BODY_MAX, 0) == size
                    assert bool(size) == bool(route.media_types)
                    told.setdefault(_kind(route), set()).add(size)

    assert told["none"] == {0}
    assert told["rows"] == {4 * KILOBYTE * KILOBYTE}
    assert told["file"] == {size * KILOBYTE * KILOBYTE for size in (1, 4, 32)}
    assert min(told["object"]) == 64 * KILOBYTE
    assert sorted(told["object"])[len(told["object"]) // 2] < KILOBYTE * KILOBYTE


def _kind(route: EdgeRoute) -> str:
    if not route.media_types:
        return "none"
    if route.body_field is not None:
        return "object"
    return "rows" if "application/json" in route.media_types else "file"
