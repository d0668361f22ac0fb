"""Classes, enrolments and regions as claims need them, from the latest received facts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared import reach
from shared.contracts.dimensions import FundSource
from shared.kernel.awards import Award
from shared.kernel.callers import Caller
from shared.kernel.money import Fen
from shared.kernel.refusals import NotYetReceived
from shared.plan import Plan
from shared.reach import Scope


class Outcome(StrEnum):
    """The outcome of a training."""

    IN_TRAINING = "in_training"
    DEFERRED = "deferred"
    """Interrupted, and not resumed by the end of the class."""
    COMPLETED = "completed"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    """Continued in another class, with which it is claimed for."""


@dataclass(frozen=True, slots=True)
class TrainingClass:
    id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    occupation: str
    award: Award
    fund_source: FundSource | None
    starts_on: date
    state: str
    enrolled: int
    """The number of enrolments ever made in it, which shows whether all of them have been received."""
    local_id: str | None
    """What its institution calls it; None for a class that was received before this was kept."""
    share_fen: Fen | None = None
    """The government's share of one trainee's fee; None if no fee was filed, or not received."""


@dataclass(frozen=True, slots=True)
class Trainee:
    """One enrolment of a class. `programme` is the programme that it counts towards."""

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
    award: Award
    issued_on: date
    valid: bool


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence of another authority for the training of an enrolment, as recorded in the registry."""

    enrolment_id: UUID
    award: Award
    issued_on: date
    confirmed: bool
    """Whether an officer has confirmed it."""


def region_and_above(plan: Plan, code: str, *, on: date) -> list[str]:
    """`code` and the regions above it on day `on`, up to the province. Raises NotYetReceived."""
    chain = plan.region_and_above(code, on=on)
    if not chain:
        raise NotYetReceived(what="region", id=code)
    return chain


def scope(plan: Plan, caller: Caller, *, region: str | None = None) -> Scope:
    """What the caller sees: see `reach.scope`. Raises NotYetReceived while there is no plan to find a region in."""
    if not plan.regions and reach.needs_plan(caller, region):
        raise NotYetReceived(what="regions")
    return reach.scope(plan, caller, region=region, organisation_id=None)
