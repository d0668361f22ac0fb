"""Merged teachers: two entries of the pool are one person; proposed, confirmed by another officer, and undone."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from services.registry.teachers.rules.engagements import Engagement
from services.registry.teachers.rules.teachers import Teacher
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move
from shared.kernel.refusals import Conflict, Invalid


class TeacherMergeStatus(StrEnum):
    PROPOSED = "proposed"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"


class TeacherMergeVerb(StrEnum):
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    UNDO = "undo"


PROPOSE: Final = "propose"
"""The step that made a merge, in addition to the verbs that move it."""

MOVES: Final[Mapping[TeacherMergeStatus, Mapping[TeacherMergeVerb, TeacherMergeStatus]]] = {
    TeacherMergeStatus.PROPOSED: {
        TeacherMergeVerb.CONFIRM: TeacherMergeStatus.MERGED,
        TeacherMergeVerb.WITHDRAW: TeacherMergeStatus.WITHDRAWN,
    },
    TeacherMergeStatus.MERGED: {TeacherMergeVerb.UNDO: TeacherMergeStatus.UNDONE},
    TeacherMergeStatus.WITHDRAWN: {},
    TeacherMergeStatus.UNDONE: {},
}

WHY_FINAL: Final = {
    TeacherMergeStatus.WITHDRAWN: "Nothing was merged, and the same can be proposed again.",
    TeacherMergeStatus.UNDONE: "Both entries stand for themselves again; another merge joins them once more.",
}


class SameTeacher(Invalid):
    slug = "same-teacher"
    title_en = "A teacher cannot be merged into the same entry, or into one that is merged itself."
    title_zh = "不能与同一条记录合并，也不能并入已被合并的记录。"
    cure_en = "Name two different entries of the pool; of a merged one, name the entry that it went into."
    cure_zh = "请填写两条不同的师资记录；已被合并的，请填写其并入的记录。"


class TeachersMergedAlready(Conflict):
    """Facts: `merge`."""

    slug = "teachers-merged-already"
    title_en = "A merge of this teacher is proposed or done already."
    title_zh = "该教师已有待确认或已完成的合并。"
    cure_en = "Confirm, withdraw or undo merge {merge} first."
    cure_zh = "请先对合并记录 {merge} 办理确认、撤回或撤销。"


class TeacherMergeClashes(Conflict):
    """Facts: `engagements` that overlap at one institution, `lessons`: how many clash."""

    slug = "teacher-merge-clashes"
    title_en = "The two entries are engaged at one institution on the same days, or teach at the same time."
    title_zh = "两条记录在同一机构的聘用期重叠，或授课时间冲突。"
    cure_en = (
        "End one of the engagements first ({engagements}), and assign clashing lessons ({lessons}) to one of them."
    )
    cure_zh = "请先结束其中一条聘用（{engagements}），并调整冲突的课程（{lessons} 节）。"


@dataclass(frozen=True)
class TeacherMerge:
    """`teacher_id` goes into `into_id`; `moved` are the ids of what went with it, by kind, to be moved back."""

    id: UUID
    teacher_id: UUID
    into_id: UUID
    proposed_by: str
    status: TeacherMergeStatus = TeacherMergeStatus.PROPOSED
    moved: Mapping[str, Any] = field(default_factory=dict)
    version: int = 1


@dataclass(frozen=True)
class TeacherMergeEvent:
    """A step of a merge: who took it, when, and why."""

    id: UUID
    merge_id: UUID
    version: int
    verb: str
    done_by: str
    done_at: datetime
    said: str


def require_two(teacher: Teacher, into: Teacher) -> None:
    """Raises SameTeacher."""
    if teacher.id == into.id or teacher.merged_into is not None or into.merged_into is not None:
        raise SameTeacher(pointer="/into_id")


def require_no_clash(engagements: Collection[Engagement], others: Collection[Engagement], *, lessons: int) -> None:
    """Check the engagements of the two entries, and how many of their `lessons` are at one time.

    Raises TeacherMergeClashes.
    """
    both = [
        each.id
        for each in engagements
        for other in others
        if each.institution_id == other.institution_id and each.engaged.overlaps(other.engaged)
    ]
    if both or lessons:
        raise TeacherMergeClashes(engagements=[str(each) for each in both], lessons=lessons)


def confirm(merge: TeacherMerge, *, by: str) -> TeacherMerge:
    """Raises IllegalMove, SamePerson if `by` proposed it."""
    after = advance(merge, TeacherMergeVerb.CONFIRM)
    require_another(by, merge.proposed_by, rule="proposal and confirmation of a merge of teachers")
    return after


def advance(merge: TeacherMerge, verb: TeacherMergeVerb) -> TeacherMerge:
    """The merge in the state that `verb` leads to. Raises IllegalMove."""
    return replace(merge, status=move(MOVES, merge.status, verb), version=merge.version + 1)
