"""Marks, trainees and policies as the rules of attendance see them, right in every field that a test does not name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.registry.attendance.rules.hours import Stamp
from services.registry.attendance.rules.marks import Direction, Mark, Method
from services.registry.enrolments.rules.attendee import Attendee
from services.registry.plan.rules.policy import Policy, policy_on
from shared.contracts.dimensions import FundSource
from shared.contracts.registry.classes import ClassStatus
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.awards import Award
from shared.kernel.periods import BUSINESS_ZONE
from tests.registry.builders import POLICY_ROWS

DAY = date(2025, 3, 5)
POLICY = policy_on(POLICY_ROWS, day=date(2025, 3, 1), region_and_above=["410000"])


def policy(**changes: Any) -> Policy:
    return replace(POLICY, **changes)


def moment(text: str) -> datetime:
    """A time of the day in China, "08:30" or "08:30:12"."""
    return datetime.fromisoformat(f"{DAY}T{text}").replace(tzinfo=BUSINESS_ZONE)


def stamp(direction: str, at: str, **changes: Any) -> Stamp:
    usual: dict[str, Any] = {"person": UUID(int=4), "enrolment_id": UUID(int=3), "class_id": UUID(int=1)}
    usual |= {"day": DAY, "at": moment(at), "direction": Direction(direction), "site_id": None}
    return Stamp(**usual | changes)


def mark(direction: str, at: str, **changes: Any) -> Mark:
    usual: dict[str, Any] = {
        "id": UUID(int=9), "local_id": "M1", "enrolment_id": UUID(int=3), "class_id": UUID(int=1), "day": DAY,
        "at": moment(at), "direction": Direction(direction), "method": Method.DEVICE, "device": "gate-1",
        "site_id": None, "score": None, "matched": None, "marked_by": None, "counts": True,
    }  # fmt: skip
    return Mark(**usual | changes)


def attendee(**changes: Any) -> Attendee:
    usual: dict[str, Any] = {
        "enrolment_id": UUID(int=3), "local_id": "T1", "person": UUID(int=4), "programme": "S02-1",
        "status": EnrolmentStatus.IN_TRAINING, "class_id": UUID(int=1), "class_local_id": "2025-001",
        "class_status": ClassStatus.RUNNING, "institution_id": UUID(int=2), "region": "410102",
        "reporting_region": "410100", "occupation": "4-10-01-05", "award": Award.SENIOR_WORKER,
        "fund_source": FundSource.EMPLOYMENT_FUND,
        "project": "4-10-01-05-L4", "starts_on": date(2025, 3, 1),
        "ends_on": date(2025, 3, 20), "spans": ((date(2025, 3, 1), date(2025, 3, 20)),), "has_other_enrolments": False,
    }  # fmt: skip
    return Attendee(**usual | changes)
