"""Classes and rosters over HTTP, on a real database."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from services.registry.usecases import plan
from services.registry.worker import SERVICE
from shared.auth import Role
from shared.contracts.registry import ClassFiled, TraineeEnrolled
from tests.conftest import OpenService
from tests.support.people import identity_number
from tests.support.services import ServiceUnderTest

PLAN = Path("deploy/plans/henan-2025")


@pytest.fixture
async def registry(open_service: OpenService) -> ServiceUnderTest:
    registry = await open_service(SERVICE)
    async with registry.engine.begin() as connection:
        await plan.load(connection, PLAN, at=datetime.now(UTC))
        await connection.execute(text("DELETE FROM outbox"))
    return registry


async def institution(registry: ServiceUnderTest) -> dict[str, Any]:
    content = {"credit_code": "52410000MJ00123452", "name": "郑州学校", "kind": "training_school", "region": "410102"}
    headers = registry.tokens.of(Role.PROVINCE, region="410000")
    answer = await registry.http.post("/v1/institutions", json=content, headers=headers)
    assert answer.status_code == 201, answer.text
    registered: dict[str, Any] = answer.json()
    return registered


def filing(**changes: object) -> dict[str, object]:
    return {
        "local_id": "2025-001", "programme": "S02-1", "region": "410102", "occupation": "4-10-01-05", "level": "L4",
        "fund_source": "employment_fund", "starts_on": "2025-03-01", "ends_on": "2025-03-20", "hours": 60, "seats": 40,
    } | changes  # fmt: skip


class TestFile:
    async def test_a_class_is_stored_and_told(self, registry: ServiceUnderTest) -> None:
        own = registry.tokens.of(Role.INSTITUTION, organisation=(await institution(registry))["id"])

        answer = await registry.http.post("/v1/classes", json=filing(), headers=own)

        assert answer.status_code == 201
        assert answer.json()["reporting_region"] == "410100"
        told = [fact for fact in await registry.told() if isinstance(fact, ClassFiled)]
        assert [str(fact.class_id) for fact in told] == [answer.json()["id"]]


class TestEnrol:
    async def test_good_and_bad_rows_of_one_batch_are_answered_each_by_itself(self, registry: ServiceUnderTest) -> None:
        own = registry.tokens.of(Role.INSTITUTION, organisation=(await institution(registry))["id"])
        class_id = (await registry.http.post("/v1/classes", json=filing(), headers=own)).json()["id"]
        rows = [
            {"local_id": "1", "document_number": identity_number(date(1960, 2, 29), 1), "name": "张三"},
            {"local_id": "2", "document_number": "410102199001010000", "name": "李四"},
            {"local_id": "3"},
        ]

        answer = await registry.http.post(f"/v1/classes/{class_id}/enrolments", json={"rows": rows}, headers=own)

        assert [row["outcome"] for row in answer.json()["rows"]] == ["accepted", "refused", "refused"]
        assert [fact.subject for fact in await registry.told() if isinstance(fact, TraineeEnrolled)] == [
            f"enrolments/{answer.json()['rows'][0]['id']}"
        ]
