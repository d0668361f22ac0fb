"""What tests ask of the first catalogue over HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from tests.registry.directory.directory import province
from tests.support.services import ServiceUnderTest


def project(**changes: object) -> dict[str, object]:
    return {
        "name_zh": "无人机驾驶员（高级工）", "name_en": "Drone pilot", "edition": "2022", "occupation": "4-02-04-06",
        "level": "L4", "category": "低空经济", "hours_min": 56, "is_scarce": True, "is_needed": True,
        "first_on": "2026-01-01",
    } | changes  # fmt: skip


def again(term: dict[str, Any], **changes: object) -> dict[str, object]:
    """What is put so that a term stands as it was answered, but for `changes`."""
    return {name: value for name, value in term.items() if name != "code"} | changes


async def get(registry: ServiceUnderTest, path: str, **query: Any) -> Any:
    answer = await registry.http.get(f"/v1/{path}", params=query, headers=province(registry))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def put(registry: ServiceUnderTest, content: object, *, code: str = "DRONE-L4", **request: Any) -> httpx.Response:
    headers = {"headers": province(registry)} | request
    return await registry.http.put(f"/v1/projects/{code}", json=content, **headers)
