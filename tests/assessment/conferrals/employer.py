"""An employer under test that gives awards without an exam, and the lists that it files."""

from __future__ import annotations

from typing import Any

import httpx

from services.assessment.consumers import apply_for_exams
from shared.kernel.callers import Role
from tests.assessment.centre import Centre, open_centre, person_row
from tests.assessment.exams.ahead import holidays
from tests.support.services import ServiceUnderTest

OCCUPATION = "6-18-01-01"
WHY = {"reason": "材料齐全"}
LEVELS = ("L1", "L3", "L4", "L5", "L6", "L7", "L8")
PROCESS = {"process": {"reference": "KH-2026-12", "first_on": "2026-03-01", "last_on": "2026-06-30", "points": 86.5}}
PLACE = {"contest": {"reference": "JS-2025-8", "contest": "national-1", "place": 3, "held_on": "2025-09-20"}}
POST = {"post": {"reference": "PR-2026-1", "post": "特级技师岗", "first_on": "2026-07-01", "last_on": "2029-06-30"}}
APPRENTICESHIP = {"apprenticeship": {"reference": "XT-3", "first_on": "2026-01-05", "last_on": "2026-06-30"}}


async def employer(service: ServiceUnderTest, serial: int = 700, **changes: object) -> Centre:
    """An employer that is filed for all levels but L2 of turners, and for their special ability."""
    awards: list[dict[str, object]] = [{"occupation": OCCUPATION, "level": level} for level in LEVELS]
    scope = [*awards, {"occupation": OCCUPATION, "award": "special_ability"}]
    async with service.engine.begin() as connection:
        await apply_for_exams(connection, holidays())
    filing: dict[str, Any] = {
        "kind": "employer", "name": "郑州机床厂", "number_prefix": f"Y000041{serial:06}", "scope": scope,
    } | changes  # fmt: skip
    return await open_centre(service, serial, **filing)


def colleague(works: Centre, person: str = "bob") -> dict[str, str]:
    """Another person of the employer."""
    return works.service.tokens.of(Role.ASSESSMENT_BODY, person=person, organisation=works.body["id"])


def filing(way: str, award: str, **changes: object) -> dict[str, object]:
    return {
        "local_id": f"{way}-{award}", "way": way, "programme": "S08", "occupation": OCCUPATION, "award": award,
    } | changes  # fmt: skip


async def listed(works: Centre, way: str, award: str, evidence: dict[str, Any], *orders: int, **changes: object) -> str:
    """The id of a list with these people on it."""
    filed = await works.post("/conferrals", filing(way, award, **changes))
    assert filed.status_code == 201, filed.text
    conferral = str(filed.json()["id"])
    rows = await works.batch(f"/conferrals/{conferral}/nominees", [person_row(order) | evidence for order in orders])
    assert {row["outcome"] for row in rows} <= {"accepted"}, rows
    return conferral


async def submit(works: Centre, conferral: str) -> httpx.Response:
    return await works.post(f"/conferrals/{conferral}/submission", WHY)


async def confirmed(works: Centre, conferral: str, headers: dict[str, str] | None = None) -> httpx.Response:
    """The answer to the confirmation of a list that was just submitted."""
    return await works.confirm(await submit(works, conferral), headers or works.officer())
