"""Departures: a teacher has died or has left the profession, so that every engagement ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from services.registry.classes.rules.classes import TrainingClass
from services.registry.classes.rules.flags import see_class
from services.registry.flags.rules.flags import Observation
from services.registry.flags.rules.kinds import FlagKind
from shared.kernel.refusals import Conflict, Invalid


class DepartureKind(StrEnum):
    DIED = "died"
    LEFT = "left"


class DepartureAhead(Invalid):
    """Facts: `today`."""

    slug = "departure-ahead"
    title_en = "The last day of the teacher is in the future."
    title_zh = "教师最后工作日晚于今天。"
    cure_en = "Record it on that day or later, {today} at the latest; until then, end the engagements one by one."
    cure_zh = "请在当日或之后登记（不晚于 {today}）；此前可逐条结束聘用。"


class TeacherDeparted(Conflict):
    """Facts: `last_on`."""

    slug = "teacher-departed"
    title_en = "The teacher is recorded as no longer teaching."
    title_zh = "该教师已登记离岗。"
    cure_en = "The last day was {last_on}. If that is a mistake, ask an officer to take the record back."
    cure_zh = "登记的最后工作日为 {last_on}；如属误登，请由县区工作人员撤销。"


@dataclass(frozen=True)
class Departure:
    """`ended` are the engagements that it ended, by id, with their last days before (None: without an end)."""

    id: UUID
    teacher_id: UUID
    kind: DepartureKind
    last_on: date
    reason: str
    recorded_by: str
    recorded_at: datetime
    ended: Mapping[str, str | None] = field(default_factory=dict)
    undone_by: str | None = None
    undone_at: datetime | None = None
    undoing_reason: str | None = None
    version: int = 1

    @property
    def last_days(self) -> dict[UUID, date | None]:
        """The engagements that it ended, with their last days before."""
        return {UUID(id_): None if day is None else date.fromisoformat(day) for id_, day in self.ended.items()}


class DepartureUndone(Conflict):
    slug = "departure-undone"
    title_en = "The departure has been taken back already."
    title_zh = "该离岗记录已撤销。"
    cure_en = "Record it again if the teacher has left after all."
    cure_zh = "如教师确已离岗，请重新登记。"


def require_past(last_on: date, *, today: date) -> None:
    """Raises DepartureAhead."""
    if last_on > today:
        raise DepartureAhead(pointer="/last_on", today=today.isoformat())


def require_there(departure: Departure | None) -> None:
    """Check that a teacher may be engaged beside the standing `departure`. Raises TeacherDeparted."""
    if departure is not None:
        raise TeacherDeparted(last_on=departure.last_on.isoformat())


def undo(departure: Departure, *, by: str, reason: str, at: datetime) -> Departure:
    """Take it back. Raises DepartureUndone."""
    if departure.undone_at is not None:
        raise DepartureUndone
    return replace(departure, undone_by=by, undone_at=at, undoing_reason=reason, version=departure.version + 1)


def teacher_gone(class_: TrainingClass, departure: Departure, *, lessons: int) -> Observation:
    """The flag that a class still has lessons of the teacher after the last day."""
    facts = {"departure": str(departure.id), "lessons": lessons}
    return see_class(FlagKind.TEACHER_GONE, class_, str(departure.id), facts=facts)
