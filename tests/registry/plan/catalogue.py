"""What tests ask of the rules that the province enters over HTTP."""

from __future__ import annotations

from typing import Any

import httpx

from tests.registry.directory.directory import province
from tests.support.services import ServiceUnderTest

LATE = "补录：文件下发晚于生效日期"
"""The reason for a row that begins in the past."""


def project(**changes: object) -> dict[str, object]:
    return {
        "name_zh": "无人机驾驶员（高级工）", "name_en": "Drone pilot", "edition": "2022", "occupation": "4-02-04-06",
        "level": "L4", "category": "低空经济", "hours_min": 56, "is_scarce": True, "is_needed": True,
        "first_on": "2026-01-01", "source": "某文件", "reason": LATE,
    } | changes  # fmt: skip


def row(**changes: object) -> dict[str, object]:
    return {
        "key": "class.seats_max", "value": "45", "region": "410102", "first_on": "2026-07-01", "source": "某文件第三条",
        "reason": LATE,
    } | changes  # fmt: skip


def again(term: dict[str, Any], **changes: object) -> dict[str, object]:
    """What is put so that a term stands as it was answered, but for `changes`."""
    kept = {name: value for name, value in term.items() if name != "code"}
    return kept | {"source": "某文件", "reason": LATE} | changes


async def get(registry: ServiceUnderTest, path: str, **query: Any) -> Any:
    answer = await registry.http.get(f"/v1/{path}", params=query, headers=province(registry))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def propose(registry: ServiceUnderTest, content: object, **request: Any) -> httpx.Response:
    headers = {"headers": province(registry)} | request
    return await registry.http.post("/v1/policy-rows", json=content, **headers)


async def decide(
    registry: ServiceUnderTest, row_id: str, verdict: str = "approval", *, rows: str = "policy-rows",
    person: str = "another", content: object = None,
) -> httpx.Response:  # fmt: skip
    headers = province(registry, person)
    return await registry.http.post(f"/v1/{rows}/{row_id}/{verdict}", json=content, headers=headers)


async def enter(registry: ServiceUnderTest, content: object) -> httpx.Response:
    """Propose a row and, where it is taken, approve it as somebody else."""
    proposed = await propose(registry, content)
    return await decide(registry, proposed.json()["id"]) if proposed.is_success else proposed


async def put(registry: ServiceUnderTest, content: object, *, code: str = "DRONE-L4", **request: Any) -> httpx.Response:
    """Propose a term and, where it is taken, approve it as somebody else."""
    headers = {"headers": province(registry)} | request
    proposed = await registry.http.put(f"/v1/projects/{code}", json=content, **headers)
    if not proposed.is_success:
        return proposed
    return await decide(registry, proposed.json()["id"], rows="project-terms")
