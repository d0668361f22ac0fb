"""Values of the registry's domain, right in every field that a test does not name."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.registry.domain.classes import TrainingClass
from services.registry.domain.enrolments import Enrolment
from shared.contracts.dimensions import FundSource
from shared.contracts.registry import ClassStatus, EnrolmentStatus
from shared.kernel.levels import Level

NOON = datetime(2025, 3, 10, 4, tzinfo=UTC)
TODAY = date(2025, 3, 10)


def training_class(**changes: Any) -> TrainingClass:
    usual: dict[str, Any] = {
        "id": UUID(int=1), "institution_id": UUID(int=2), "local_id": "2025-001", "programme": "S02-1",
        "region": "410102", "reporting_region": "410100", "occupation": "4-10-01-05",
        "level": Level.SENIOR_WORKER, "fund_source": FundSource.EMPLOYMENT_FUND, "starts_on": date(2025, 3, 1),
        "ends_on": date(2025, 3, 20), "hours": 60, "seats": 40, "status": ClassStatus.FILED, "filed_by": "clerk",
        "version": 1,
    }  # fmt: skip
    return TrainingClass(**usual | changes)


def enrolment(**changes: Any) -> Enrolment:
    usual: dict[str, Any] = {
        "id": UUID(int=3), "class_id": UUID(int=1), "institution_id": UUID(int=2), "person": UUID(int=4),
        "local_id": "T1", "programme": "S02-1", "tags": (), "status": EnrolmentStatus.IN_TRAINING, "hours": 0,
        "effective_on": date(2025, 3, 1), "version": 1,
    }  # fmt: skip
    return Enrolment(**usual | changes)
