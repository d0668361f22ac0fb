"""Follow-ups: whether trainees found work after a completed training, and how their pay changed."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.enrolments import DayAhead, Enrolment, dimensions_of
from shared.contracts.registry import EnrolmentStatus
from shared.contracts.registry.follow_ups import FollowUpState
from shared.kernel.periods import business_day, months_after
from shared.kernel.refusals import Conflict, Invalid

F = TypeVar("F", bound=FollowUpState)

PAY_FEN_MAX: Final = 10**9
"""A higher monthly pay is taken for a typing error."""


class Evidence(StrEnum):
    """The kind of evidence for employment; the paper itself and its number stay with the institution."""

    INSURANCE_RECORD = "insurance_record"
    CONTRACT = "contract"
    BUSINESS_LICENCE = "business_licence"


class TrainingNotCompleted(Conflict):
    """Facts: `state`."""

    slug = "training-not-completed"
    title_en = "Only a completed training can be followed up."
    title_zh = "仅可对已结业的培训登记跟踪情况。"
    cure_en = "Record the trainee's outcome first. A training that was not completed needs no follow-up."
    cure_zh = "请先登记该学员的结业结果；未结业的培训无需跟踪。"


class EvidenceAndDayDiffer(Invalid):
    slug = "evidence-and-day-differ"
    title_en = "Employment needs both its first day and its evidence."
    title_zh = "就业情况须同时填写起始日期和证明类别。"
    cure_en = "Give both employed_on and evidence, or neither."
    cure_zh = "请同时填写 employed_on 和 evidence，或两者均不填。"


class EmployedBeforeCompletion(Invalid):
    """Facts: `completed_on`."""

    slug = "employed-before-completion"
    title_en = "Work that began before the training was completed is not a result of the training."
    title_zh = "结业前已开始的就业不属于培训成效。"
    cure_en = "Give {completed_on} or a later day, or leave the employment fields empty."
    cure_zh = "请填写 {completed_on} 当日或以后的日期，否则不填就业情况。"


class PayTooEarly(Invalid):
    """Facts: `months`, `possible_from`."""

    slug = "pay-too-early"
    title_en = "The {months} months after the training are not over yet."
    title_zh = "结业后未满 {months} 个月，不能填报培训后工资。"
    cure_en = "Leave pay_after_fen empty until {possible_from}."
    cure_zh = "请在 {possible_from} 之后再填报 pay_after_fen。"


class PayImplausible(Invalid):
    """Facts: `fen_max`."""

    slug = "pay-implausible"
    title_en = "The monthly pay is not plausible."
    title_zh = "月工资数额不合理。"
    cure_en = (
        "Give the average monthly pay in fen, at most {fen_max}. Pay before the training must be above 0; leave it "
        "empty if there was none."
    )
    cure_zh = "请以分为单位填写月平均工资，不超过 {fen_max}；培训前工资须大于 0，没有则不填。"


class OtherFollowUp(Conflict):
    """Facts: `correction`, the path to correct it."""

    slug = "other-follow-up"
    title_en = "A different follow-up was already reported for this trainee."
    title_zh = "该学员已登记内容不同的跟踪情况。"
    cure_en = "Correct the earlier follow-up, with a reason."
    cure_zh = "请说明理由并更正。"
    reference = "POST {correction}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Employment and pay of a trainee, as far as known; pay is a monthly average in fen.

    `pay_before_fen` covers the months before the training, `pay_after_fen` those after it. Source: domain rules §5.4.
    """

    employed_on: date | None = None
    evidence: Evidence | None = None
    pay_before_fen: int | None = None
    pay_after_fen: int | None = None


@dataclass(frozen=True, slots=True)
class FollowUp:
    enrolment_id: UUID
    outcome: Outcome
    reported_by: str
    reported_at: datetime
    version: int


def report(
    before: FollowUp | None, enrolment: Enrolment, said: Outcome, *, by: str, at: datetime, pay_months: int
) -> FollowUp:
    """The first follow-up of `enrolment`, or the next one, in which `said` fills empty fields (domain rules §5.4).

    Returns `before` itself if nothing is new. Raises OtherFollowUp, and what `require` does.
    """
    outcome = said if before is None else _filled(before, said)
    if before is not None and before.outcome == outcome:
        return before
    require(enrolment, outcome, today=business_day(at), pay_months=pay_months)
    return FollowUp(enrolment.id, outcome, by, at, version=1 if before is None else before.version + 1)


def correct(
    before: FollowUp, enrolment: Enrolment, said: Outcome, *, by: str, at: datetime, pay_months: int
) -> FollowUp:
    """The next version of `before`, fully replaced by `said`; `before` itself if they are equal.

    Raises what `require` does.
    """
    if before.outcome == said:
        return before
    require(enrolment, said, today=business_day(at), pay_months=pay_months)
    return replace(before, outcome=said, reported_by=by, reported_at=at, version=before.version + 1)


def _filled(before: FollowUp, said: Outcome) -> Outcome:
    """The earlier outcome with empty fields filled from `said`. Raises OtherFollowUp if a field differs."""
    given = {field.name: getattr(said, field.name) for field in fields(Outcome)}
    given = {name: value for name, value in given.items() if value is not None}
    for name, value in given.items():
        if getattr(before.outcome, name) not in (None, value):
            raise OtherFollowUp(pointer=f"/{name}", correction=f"/v1/follow-ups/{before.enrolment_id}/correction")
    return replace(before.outcome, **given)


def require(enrolment: Enrolment, outcome: Outcome, *, today: date, pay_months: int) -> None:
    """Raises TrainingNotCompleted, EvidenceAndDayDiffer, DayAhead, EmployedBeforeCompletion, PayTooEarly,
    PayImplausible.
    """
    if enrolment.status is not EnrolmentStatus.COMPLETED:
        raise TrainingNotCompleted(state=enrolment.status)
    _require_work(outcome, completed_on=enrolment.effective_on, today=today)
    possible_from = months_after(enrolment.effective_on, pay_months)
    if outcome.pay_after_fen is not None and today < possible_from:
        raise PayTooEarly(pointer="/pay_after_fen", months=pay_months, possible_from=possible_from.isoformat())
    for name, fen, least in (("before", outcome.pay_before_fen, 1), ("after", outcome.pay_after_fen, 0)):
        if fen is not None and not least <= fen <= PAY_FEN_MAX:
            raise PayImplausible(pointer=f"/pay_{name}_fen", fen_max=PAY_FEN_MAX)


def _require_work(outcome: Outcome, *, completed_on: date, today: date) -> None:
    employed_on = outcome.employed_on
    if (employed_on is None) != (outcome.evidence is None):
        raise EvidenceAndDayDiffer(pointer="/evidence")
    if employed_on is not None and employed_on > today:
        raise DayAhead(pointer="/employed_on", today=today.isoformat())
    if employed_on is not None and employed_on < completed_on:
        raise EmployedBeforeCompletion(pointer="/employed_on", completed_on=completed_on.isoformat())


def pay_change_permille(outcome: Outcome) -> int | None:
    """The change in pay (after / before - 1) in whole thousandths, rounded down; None unless both are known."""
    before, after = outcome.pay_before_fen, outcome.pay_after_fen
    return None if before is None or after is None else (after - before) * 1000 // before


def describe(fact: type[F], follow_up: FollowUp, enrolment: Enrolment, class_: TrainingClass) -> F:
    """A `fact` with the content of `follow_up` for `enrolment` in `class_`."""
    return fact(
        subject=f"follow-ups/{enrolment.id}",
        version=follow_up.version,
        at=follow_up.reported_at,
        enrolment_id=enrolment.id,
        class_id=class_.id,
        institution_id=class_.institution_id,
        person=enrolment.person,
        **dimensions_of(enrolment, class_).as_fields(),
        completed_on=enrolment.effective_on,
        entered=enrolment.employment,
        employed_on=follow_up.outcome.employed_on,
        pay_change_permille=pay_change_permille(follow_up.outcome),
        reported_on=business_day(follow_up.reported_at),
    )
