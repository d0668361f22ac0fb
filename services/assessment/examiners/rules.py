"""Examiners and quality supervisors: their qualifications, and whether they may examine on a day.

Source: domain rules §3.7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from shared.kernel.awards import Award
from shared.kernel.moves import move
from shared.kernel.periods import Period, day_before
from shared.kernel.refusals import Conflict, Invalid, LocalIdTaken


class ExaminerKind(StrEnum):
    EXAMINER = "examiner"
    SUPERVISOR = "supervisor"
    """A quality supervisor, who watches a session and does not examine in it."""


class ExaminerStatus(StrEnum):
    ACTIVE = "active"
    SUSPENDED = "suspended"
    """An officer has suspended them: they are assigned to no session."""
    ENDED = "ended"


class ExaminerVerb(StrEnum):
    SUSPEND = "suspend"
    RESUME = "resume"
    END = "end"
    REINSTATE = "reinstate"


MOVES: Final[Mapping[ExaminerStatus, Mapping[ExaminerVerb, ExaminerStatus]]] = {
    ExaminerStatus.ACTIVE: {
        ExaminerVerb.SUSPEND: ExaminerStatus.SUSPENDED,
        ExaminerVerb.END: ExaminerStatus.ENDED,
    },
    ExaminerStatus.SUSPENDED: {
        ExaminerVerb.RESUME: ExaminerStatus.ACTIVE,
    },
    ExaminerStatus.ENDED: {
        ExaminerVerb.REINSTATE: ExaminerStatus.ACTIVE,
    },
}

REGISTER: Final = "register"
QUALIFY: Final = "qualify"
"""Steps of the history beside the verbs that move an examiner."""


class ExaminerKnown(Conflict):
    """Facts: `local_id` of the existing entry."""

    slug = "examiner-known"
    title_en = "The body has registered this person already, under another local_id."
    title_zh = "本机构已登记该人员（local_id 不同）。"
    cure_en = "Use the entry {local_id}; if it was ended, reinstate it."
    cure_zh = "请使用已有记录 {local_id}；已终止的请恢复。"


class QualifiedTwice(Invalid):
    """Facts: `occupation`."""

    slug = "qualified-twice"
    title_en = "Two qualifications for one occupation hold on the same day."
    title_zh = "同一职业的两项资格有效期重叠。"
    cure_en = "Give one period for each qualification in {occupation}; the highest award covers those below it."
    cure_zh = "{occupation} 的各项资格期间不得重叠；最高等级包含其以下等级。"


class EndsTooEarly(Conflict):
    """Facts: `first_on`."""

    slug = "examiner-ends-too-early"
    title_en = "The last day is before the first day of the entry."
    title_zh = "终止日期早于登记起始日期。"
    cure_en = "Give a last day that is {first_on} or later."
    cure_zh = "请填写不早于 {first_on} 的日期。"


@dataclass(frozen=True, slots=True)
class Qualification:
    """What an examiner may examine: an occupation up to an award, on the days of a certificate."""

    occupation: str
    award: Award
    certificate: str
    """The number of the certificate that says so."""
    first_on: date
    last_on: date | None

    def covers(self, occupation: str, award: Award, *, day: date) -> bool:
        """Whether it lets its holder examine for `award` on `day`: a level covers those below it."""
        if self.occupation != occupation or not Period(self.first_on, self.last_on).contains(day):
            return False
        if self.award.level is None or award.level is None:
            return self.award is award or self.award.level is not None
        return self.award.level >= award.level


@dataclass(frozen=True)
class Examiner:
    """`first_on` and `last_on` are the days on which the body may assign them; None: without an end."""

    id: UUID
    body_id: UUID
    local_id: str
    person: UUID
    kind: ExaminerKind
    card: str | None
    """The number of the supervisor's or examiner's card."""
    first_on: date
    last_on: date | None
    qualifications: tuple[Qualification, ...]
    status: ExaminerStatus = ExaminerStatus.ACTIVE
    version: int = 1

    def stands_on(self, day: date) -> bool:
        """Whether the entry holds on `day`, also if its end is a later day."""
        never = self.last_on is not None and self.last_on < self.first_on
        return not never and Period(self.first_on, self.last_on).contains(day)

    def may_examine(self, occupation: str, award: Award, *, day: date) -> bool:
        """Whether a qualification of theirs covers it."""
        return any(each.covers(occupation, award, day=day) for each in self.qualifications)


@dataclass(frozen=True)
class ExaminerStep:
    """A step of an examiner's history; `content` are the former values that it replaced, as JSON values."""

    examiner_id: UUID
    version: int
    verb: str
    by: str
    at: datetime
    reason: str | None
    content: Mapping[str, object]


def register(examiner: Examiner, *, same_id: Examiner | None, same_person: Examiner | None) -> Examiner:
    """The entry to store, or the existing one if `examiner` repeats it.

    Raises LocalIdTaken, ExaminerKnown, QualifiedTwice, PeriodEndsBeforeStart.
    """
    if same_id is not None:
        if (same_id.person, same_id.kind) != (examiner.person, examiner.kind):
            raise LocalIdTaken(pointer="/local_id")
        return same_id
    if same_person is not None:
        raise ExaminerKnown(pointer="/document_number", local_id=same_person.local_id)
    Period(examiner.first_on, examiner.last_on)
    require_sound(examiner.qualifications)
    return examiner


def qualify(examiner: Examiner, qualifications: Sequence[Qualification]) -> Examiner:
    """The examiner with these qualifications in place of the former. Raises QualifiedTwice, PeriodEndsBeforeStart."""
    require_sound(qualifications)
    return replace(examiner, qualifications=tuple(qualifications), version=examiner.version + 1)


def suspend(examiner: Examiner) -> Examiner:
    """Raises IllegalMove."""
    return _moved(examiner, ExaminerVerb.SUSPEND)


def resume(examiner: Examiner) -> Examiner:
    """Take a suspension back. Raises IllegalMove."""
    return _moved(examiner, ExaminerVerb.RESUME)


def end(examiner: Examiner, *, last_on: date) -> Examiner:
    """End the entry with `last_on`. Raises IllegalMove, EndsTooEarly."""
    if last_on < day_before(examiner.first_on):
        raise EndsTooEarly(pointer="/last_on", first_on=examiner.first_on.isoformat())
    return replace(_moved(examiner, ExaminerVerb.END), last_on=last_on)


def reinstate(examiner: Examiner, *, last_on: date | None) -> Examiner:
    """Take an ending back: the entry holds to `last_on` again. Raises IllegalMove."""
    return replace(_moved(examiner, ExaminerVerb.REINSTATE), last_on=last_on)


def require_sound(qualifications: Iterable[Qualification]) -> None:
    """Raises QualifiedTwice, PeriodEndsBeforeStart."""
    seen: dict[str, list[Period]] = {}
    for place, each in enumerate(qualifications):
        period = Period(each.first_on, each.last_on)
        before = seen.setdefault(each.occupation, [])
        if any(period.overlaps(other) for other in before):
            raise QualifiedTwice(pointer=f"/qualifications/{place}/first_on", occupation=each.occupation)
        before.append(period)


def _moved(examiner: Examiner, verb: ExaminerVerb) -> Examiner:
    return replace(examiner, status=move(MOVES, examiner.status, verb), version=examiner.version + 1)
