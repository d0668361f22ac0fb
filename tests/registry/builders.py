"""Values of the registry's domain, right in every field that a test does not name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.plan.rules.policy import Policy, policy_on, working_days
from services.registry.plan.rules.projects import Project
from services.registry.plan.usecases.plan_files import read_policy
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.dated_rules.rules import loaded
from shared.kernel.awards import Award
from shared.kernel.periods import Period

PLAN = Path(__file__).parents[2] / "deploy" / "plans" / "henan-2025"
SHARE_MIN = Decimal("0.80")
NOON = datetime(2025, 3, 10, 4, tzinfo=UTC)
TODAY = date(2025, 3, 10)


SIGNED = loaded(by="load-plan", at=datetime(2024, 12, 1, tzinfo=UTC), sequence=1)
POLICY_ROWS = list(read_policy(PLAN, signed=SIGNED))
WORKING_DAYS = working_days(POLICY_ROWS)
"""The calendar of the plan: 2025 and 2026."""


def policy(day: date, **changes: Any) -> Policy:
    """What the plan's rows say of `day`, but for `changes`."""
    return replace(policy_on(POLICY_ROWS, day=day, region_and_above=["410000"]), **changes)


def project(**changes: Any) -> Project:
    usual: dict[str, Any] = {
        "code": "4-10-01-05-L4", "name_zh": "养老护理员", "name_en": "Care worker", "edition": "2022",
        "occupation": "4-10-01-05", "award": Award.SENIOR_WORKER, "category": "健康照护", "hours_min": 56,
        "is_scarce": False, "is_needed": True, "listed": Period(date(2025, 1, 1)), "version": 1,
        "id": "T1", "source": "a document", "provenance": SIGNED,
    }  # fmt: skip
    return Project(**usual | changes)


def training_class(**changes: Any) -> TrainingClass:
    usual: dict[str, Any] = {
        "id": UUID(int=1), "institution_id": UUID(int=2), "local_id": "2025-001", "programme": "S02-1",
        "region": "410102", "reporting_region": "410100", "occupation": "4-10-01-05",
        "award": Award.SENIOR_WORKER, "fund_source": FundSource.EMPLOYMENT_FUND, "starts_on": date(2025, 3, 1),
        "ends_on": date(2025, 3, 20), "hours": 60, "seats": 40, "status": ClassStatus.FILED, "filed_by": "clerk",
        "version": 1,
    }  # fmt: skip
    return TrainingClass(**usual | changes)


def enrolment(**changes: Any) -> Enrolment:
    usual: dict[str, Any] = {
        "id": UUID(int=3), "class_id": UUID(int=1), "institution_id": UUID(int=2), "person": UUID(int=4),
        "local_id": "T1", "programme": "S02-1", "tags": (), "status": EnrolmentStatus.IN_TRAINING, "hours": 0,
        "effective_on": date(2025, 3, 1), "version": 1, "from_on": date(2025, 3, 1), "until_on": date(2025, 3, 20),
    }  # fmt: skip
    return Enrolment(**usual | changes)


RUNNING = training_class(status=ClassStatus.RUNNING)
ELSEWHERE = training_class(
    id=UUID(int=9), institution_id=UUID(int=8), local_id="2025-009", status=ClassStatus.RUNNING,
    starts_on=date(2025, 3, 5), ends_on=date(2025, 4, 10),
)  # fmt: skip
"""A class of another institution that goes on with the same training."""
