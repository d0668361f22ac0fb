"""The list of checks over HTTP."""

from __future__ import annotations

from uuid import uuid4

from services.subsidy.worker import SERVICE
from shared.kernel.callers import Role
from tests.conftest import OpenService


class TestChecks:
    async def test_the_codes_are_listed_with_words_in_both_languages(self, open_service: OpenService) -> None:
        service = await open_service(SERVICE)

        answer = await service.http.get("/v1/checks", headers=service.tokens.of(Role.INSTITUTION, organisation=uuid4()))

        assert [check["code"] for check in answer.json()] == [
            "WITHDRAWN", "TRANSFERRED", "C14", "C21", "DAYS", "C22", "FLAGGED", "OBJECTION", "C12", "C26", "C13",
            "C09", "C10", "C11", "POLICY", "SHARE", "ADVANCE", "CANCELLED", "REKEYED",
            "OFFSET",
        ]  # fmt: skip
        assert all(check["title_en"] and check["title_zh"] and check["cure_zh"] for check in answer.json())
