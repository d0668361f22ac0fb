"""Steps of supervision, as officers and the institution would take them."""

from __future__ import annotations

from typing import Any

import httpx

from shared.kernel.callers import Role
from tests.registry.school import School, trainee

FOUND = {"severity": "critical", "found": "灭火器已过期"}


def patrol(**changes: object) -> dict[str, object]:
    """A patrol in the middle of the class that `filing` names."""
    usual = {
        "local_id": "P1", "method": "on_site", "patrolled_at": "2025-03-10T09:30:00+08:00", "present": 3,
        "findings": [FOUND],
    }  # fmt: skip
    return usual | changes


def province(school: School) -> dict[str, str]:
    return school.registry.tokens.of(Role.PROVINCE, person="province", region="410000")


async def running(school: School, trainees: int = 3, **changes: object) -> str:
    """The id of a running class with so many trainees."""
    return await school.run(*(trainee(number) for number in range(1, trainees + 1)), **changes)


async def running_in(school: School, region: str, **changes: object) -> str:
    """The id of a running class with one trainee in a region of its own."""
    return await school.run(region=region, **changes)


async def look(
    school: School, class_id: str, *, headers: dict[str, str] | None = None, **changes: object
) -> httpx.Response:
    return await school.post(f"classes/{class_id}/patrols", patrol(**changes), headers=headers or school.officer())


async def found(school: School) -> str:
    """The id of a finding in a new running class."""
    answer = await look(school, await running(school))
    assert answer.status_code == 201, answer.text
    finding_id: str = answer.json()["findings"][0]["id"]
    return finding_id


async def rectify(school: School, finding_id: str, **request: Any) -> httpx.Response:
    content = {"said": "已更换全部灭火器", "evidence": "fire-2025"}
    return await school.post(f"findings/{finding_id}/rectification", content, **request)


async def recheck(
    school: School, finding_id: str, *, headers: dict[str, str] | None = None, **changes: object
) -> httpx.Response:
    content = {"passed": True, "said": "现场核实属实"} | changes
    return await school.post(f"findings/{finding_id}/recheck", content, headers=headers or school.officer())


async def read(school: School, path: str, *, headers: dict[str, str] | None = None, **query: Any) -> httpx.Response:
    """What is shown, by default to an officer of the county."""
    return await school.registry.http.get(f"/v1/{path}", params=query, headers=headers or school.officer())
