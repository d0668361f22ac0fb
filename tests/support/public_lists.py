"""Claims as the subsidy tells them while they are public, and the lists of names that their owners show."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO
from typing import Any, Final
from uuid import UUID

import httpx
import msgspec

from shared.contracts.subsidy.claims import ClaimApproved, ClaimLine, ClaimPublished, ClaimState, ClaimStatus
from tests.registry.school import set_today
from tests.support.facts import claim, line, numbered
from tests.support.services import ServiceUnderTest

FIRST: Final = date(2025, 6, 3)
LAST: Final = date(2025, 6, 10)
CLAIM: Final = str(numbered(7_000_001))
NEVER: Final = str(numbered(7_000_999))
"""The id of no claim."""


def published(*entries: UUID | ClaimLine, version: int = 1, **changes: Any) -> ClaimState:
    """That a claim with these lines is public, or whatever else `changes` say of it; an id is a line for it."""
    lines = tuple(
        line(place, enrolment_id=each) if isinstance(each, UUID) else each for place, each in enumerate(entries, 1)
    )
    usual: dict[str, Any] = {"fact": ClaimPublished, "status": ClaimStatus.PUBLICITY}
    days = {"published_on": FIRST, "public_until": LAST}
    return msgspec.structs.replace(claim(1, version=version, **usual | days | changes), lines=lines)


def approved(*entries: UUID, version: int, **changes: Any) -> ClaimState:
    return published(*entries, version=version, fact=ClaimApproved, status=ClaimStatus.APPROVED, **changes)


@dataclass(frozen=True)
class Reader:
    """Somebody without a token who reads the public lists of a service, on the first of the days unless it is moved."""

    service: ServiceUnderTest

    def on(self, day: date) -> None:
        set_today(self.service, day)

    async def get(self, path: str = "", **query: Any) -> httpx.Response:
        return await self.service.http.get(f"/v1/public-lists{path}", params=query)

    async def listed(self, **query: Any) -> list[dict[str, Any]]:
        answer = await self.get(**query)
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["rows"]
        return rows

    async def names(self, claim_id: str = CLAIM) -> list[str | None]:
        answer = await self.get(f"/{claim_id}")
        assert answer.status_code == 200, answer.text
        return [row["name"] for row in answer.json()["rows"]]

    async def file(self, claim_id: str = CLAIM) -> Sequence[Sequence[str]]:
        answer = await self.get(f"/{claim_id}/file", format="csv")
        assert answer.status_code == 200, answer.text
        return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))

    async def sees_nothing(self) -> bool:
        """Whether nothing tells that there ever was such a list."""
        answers = [await self.get(f"/{CLAIM}"), await self.get(f"/{CLAIM}/file")]
        never = [await self.get(f"/{NEVER}"), await self.get(f"/{NEVER}/file")]
        found = [(each.status_code, each.text.replace(CLAIM, NEVER)) for each in answers]
        return found == [(each.status_code, each.text) for each in never] and not await self.listed()
