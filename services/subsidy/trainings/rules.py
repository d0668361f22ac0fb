"""What claims need to know of classes, enrolments, certificates and regions, as last heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.contracts.dimensions import FundSource
from shared.kernel.levels import Level
from shared.kernel.refusals import NotYetReceived
from shared.plan import Plan


class Outcome(StrEnum):
    """What became of a training."""

    IN_TRAINING = "in_training"
    DEFERRED = "deferred"
    """Interrupted, and not resumed by the end of the class."""
    COMPLETED = "completed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    """Went on in another class, for which it is claimed."""


@dataclass(frozen=True, slots=True)
class TrainingClass:
    id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    occupation: str
    level: Level
    fund_source: FundSource | None
    starts_on: date
    state: str
    enrolled: int
    """How many enrolments were ever filed in it: shows whether all of them have been heard of."""


@dataclass(frozen=True, slots=True)
class Trainee:
    """One enrolment of a class. `programme` is the one programme it counts to."""

    enrolment_id: UUID
    class_id: UUID
    person: UUID
    programme: str
    outcome: Outcome
    effective_on: date
    """The business day of the outcome."""


@dataclass(frozen=True, slots=True)
class Certificate:
    id: UUID
    person: UUID
    occupation: str
    level: Level
    issued_on: date
    valid: bool


def region_and_above(plan: Plan, code: str) -> list[str]:
    """`code` and the regions above it, up to the province. Raises NotYetReceived."""
    chain = plan.region_and_above(code)
    if not chain:
        raise NotYetReceived(what="region", id=code)
    return chain
