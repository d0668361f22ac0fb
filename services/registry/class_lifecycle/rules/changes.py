"""Changes of a class after its approval, which are reported before the lessons and days that they affect."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.overlaps import LessonTimes, OccupiedDays, meeting
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.refusals import Conflict

_ONE_DAY = timedelta(days=1)


class ClassHasStarted(Conflict):
    """Facts: `starts_on`."""

    slug = "class-has-started"
    title_en = "The class is running: its first day can no longer change."
    title_zh = "班级已经开班，不能再变更开班日期。"
    cure_en = "Leave out starts_on: the class began on {starts_on}. Other terms can still change."
    cure_zh = "该班已于 {starts_on} 开班，请不要填写 starts_on；其他事项仍可变更。"


class ChangeOverlaps(Conflict):
    """Facts: `trainees`, the number who would be in two classes at once."""

    slug = "change-overlaps"
    title_en = "On the new days, some trainees would be in two classes at once."
    title_zh = "按变更后的日期，部分学员将同时参加其他培训班。"
    cure_en = "Choose days on which these {trainees} trainees are in no other class, or withdraw or transfer them."
    cure_zh = "请另选日期，避免 {trainees} 名学员培训时间重叠；或先为其办理退学、转班。"
    check = "C04"


def require_trainees_free(moved: Iterable[OccupiedDays], taken: Iterable[OccupiedDays], lessons: LessonTimes) -> None:
    """Raises ChangeOverlaps if some of those who are `moved` to the days of a change have another training, in
    `taken`, at the same time. Source: domain rules §4.6 C04.
    """
    if found := meeting(moved, taken, lessons):
        raise ChangeOverlaps(trainees=len({each.person for each in found}))


def first_day_touched(before: TrainingClass, after: TrainingClass) -> date | None:
    """The first day of training that `after` changes; None if it changes none.

    A class that has not started touches no day before its new first one: what was to begin and did not can be put off.
    Seats and the examination touch no day, nor does another site of a running class: its lessons say from when on they
    are held elsewhere. Raises ClassHasStarted.
    """
    touched = []
    if before.starts_on != after.starts_on:
        if before.status is ClassStatus.RUNNING:
            raise ClassHasStarted(pointer="/starts_on", starts_on=before.starts_on.isoformat())
        touched.append(after.starts_on)
    if before.ends_on != after.ends_on:
        touched.append(max(after.starts_on, min(before.ends_on, after.ends_on) + _ONE_DAY))
    if before.site_id != after.site_id and before.status is not ClassStatus.RUNNING:
        touched.append(after.starts_on)
    return min(touched, default=None)
