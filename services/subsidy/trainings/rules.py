"""What claims need to know of other services' things, as last heard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.contracts.dimensions import FundSource
from shared.kernel.levels import Level
from shared.kernel.refusals import Conflict

COMPLETED = "completed"
"""The only state of a class in which it may be claimed for."""


class ClaimBeforeCompletion(Conflict):
    """Facts: `state`, the state of the class."""

    slug = "claim-before-completion"
    title_en = "The class is not completed, so nothing can be claimed for it yet."
    title_zh = "该班尚未结班，不能申领补贴。"
    cure_en = "Complete the class in the registry first; its present state is {state}."
    cure_zh = "请先在登记服务中办理结班；该班当前状态：{state}。"


class NotSubsidised(Conflict):
    slug = "not-subsidised"
    title_en = "The class was filed without a fund source: nobody pays a subsidy for it."
    title_zh = "该班报备时未选择资金来源，不享受补贴。"
    cure_en = "Only classes that were filed with a fund source can be claimed for."
    cure_zh = "仅报备时填写了资金来源的班级可以申领。"


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
    """Enrolments ever filed in it, so that one can tell whether all of them were heard."""

    def claimable_from(self) -> FundSource:
        """The account that pays for the class. Raises ClaimBeforeCompletion, NotSubsidised."""
        if self.state != COMPLETED:
            raise ClaimBeforeCompletion(state=self.state)
        if self.fund_source is None:
            raise NotSubsidised
        return self.fund_source


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
