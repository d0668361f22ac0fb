"""Values of the directory, right in every field that a test does not name."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from services.registry.directory.rules.institutions import Institution, InstitutionKind
from services.registry.directory.rules.listings import Listing
from services.registry.directory.rules.sanctions import Sanction
from services.registry.flags.rules.flags import Observation
from services.registry.flags.rules.kinds import FlagKind
from services.registry.plan.rules.projects import Project
from shared.contracts.dimensions import SanctionStep
from shared.kernel.awards import Award
from shared.kernel.periods import Period
from tests.registry.builders import NOON, SIGNED

PROJECT = "4-10-01-05-L4"


def institution(**changes: Any) -> Institution:
    usual: dict[str, Any] = {
        "id": UUID(int=2), "credit_code": "52410000MJ00123452", "name": "郑州学校",
        "kind": InstitutionKind.TRAINING_SCHOOL, "region": "410102", "reporting_region": "410100", "version": 1,
    }  # fmt: skip
    return Institution(**usual | changes)


def project(**changes: Any) -> Project:
    usual: dict[str, Any] = {
        "code": PROJECT, "name_zh": "养老护理员", "name_en": "Carer", "edition": "2022", "occupation": "4-10-01-05",
        "award": Award.SENIOR_WORKER, "category": "养老", "hours_min": 56, "is_scarce": False, "is_needed": True,
        "listed": Period(date(2025, 1, 1)), "version": 1, "id": "T1", "source": "a document", "provenance": SIGNED,
    }  # fmt: skip
    return Project(**usual | changes)


def listing(**changes: Any) -> Listing:
    usual: dict[str, Any] = {
        "id": UUID(int=5), "institution_id": UUID(int=2), "project": PROJECT, "first_on": date(2025, 1, 1),
        "last_on": None, "opened_by": "officer", "opened_at": NOON,
    }  # fmt: skip
    return Listing(**usual | changes)


def sanction(**changes: Any) -> Sanction:
    usual: dict[str, Any] = {
        "id": UUID(int=6), "institution_id": UUID(int=2), "step": SanctionStep.STOP, "first_on": date(2025, 3, 1),
        "last_on": None, "reason": "签到造假", "opened_by": "officer", "opened_at": NOON,
    }  # fmt: skip
    return Sanction(**usual | changes)


def seen(**changes: Any) -> Observation:
    usual: dict[str, Any] = {
        "check": "C16", "kind": FlagKind.ONE_PHONE_MANY_TRAINEES, "seen": "class/mark", "region": "410102",
        "reporting_region": "410100", "institution_id": UUID(int=2), "facts": {"trainees": 3},
    }  # fmt: skip
    return Observation(**usual | changes)
