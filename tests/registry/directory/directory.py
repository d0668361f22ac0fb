"""What tests ask of the directory over HTTP."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx

from shared.kernel.callers import Role
from tests.registry.school import School, institution
from tests.support.people import identity_number
from tests.support.services import ServiceUnderTest

THIRD_CREDIT_CODE = "91110000600037341L"
PROJECT = "4-10-01-05-L4"
OWNER = {"document_number": identity_number(date(1960, 3, 7), 123)}
ACCOUNT = "6222021234567890123"
ADDRESS = "郑州市中原区桐柏路1号"


def province(registry: ServiceUnderTest, person: str = "province") -> dict[str, str]:
    return registry.tokens.of(Role.PROVINCE, person=person, region="410000")


def site(**changes: object) -> dict[str, object]:
    return {
        "local_id": "main", "address": ADDRESS, "region": "410102", "longitude": 113.6, "latitude": 34.75,
        "rooms": [
            {"name": "101", "kind": "theory", "seats": 40}, {"name": "护理实训室", "kind": "practice", "seats": 20},
        ],
    } | changes  # fmt: skip


async def register(registry: ServiceUnderTest, **changes: object) -> School:
    """An institution that is listed for nothing."""
    answer = await registry.http.post("/v1/institutions", json=institution(**changes), headers=province(registry))
    assert answer.status_code == 201, answer.text
    return School(registry, answer.json()["id"])


async def open_listing(school: School, *, headers: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
    content = {"project": PROJECT, "first_on": "2025-01-01"} | changes
    return await school.post(f"institutions/{school.id}/listings", content, headers=headers or school.officer())


async def impose(school: School, step: str, *, headers: dict[str, str] | None = None, **changes: Any) -> httpx.Response:
    content = {"step": step, "reason": "签到造假", "first_on": "2025-02-01"} | changes
    headers = headers or school.officer("410100")
    return await school.post(f"institutions/{school.id}/sanctions", content, headers=headers)


async def lift(
    school: School, sanction_id: str, *, headers: dict[str, str] | None = None, **changes: Any
) -> httpx.Response:
    content = {"reason": "整改到位"} | changes
    path = f"institutions/{school.id}/sanctions/{sanction_id}/lifting"
    return await school.post(path, content, headers=headers or school.officer("410100", person="another"))


async def rows(school: School, what: str, **request: Any) -> list[dict[str, Any]]:
    """A page of what belongs to the institution: "sites", "listings", "sanctions"."""
    request = {"headers": school.headers} | request
    answer = await school.registry.http.get(f"/v1/institutions/{school.id}/{what}", **request)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found
