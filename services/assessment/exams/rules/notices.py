"""What an officer should look at in a session or its roster, which is no reason to refuse it.

Source: domain rules §4.6 (C15, C23), and the exam plans of classes.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.trainings.rules import ExamPlan
from shared.kernel.outcomes import RowWarning


class NoticeWords(NamedTuple):
    """The code of a kind of notice, its check, and its texts."""

    code: str
    check: str
    title_en: str
    title_zh: str


class Notice(Enum):
    """Every kind of notice."""

    RELATED = NoticeWords(
        "training-body-examines",
        "C23",
        "The institution that trained the class is the body that examines it.",
        "该班的培训机构与评价机构为同一单位。",
    )
    CLASS_NOT_NAMED = NoticeWords(
        "class-not-named",
        "C15",
        "A class plans its exam with this body on this day, and the session does not name it.",
        "有班级的考核计划为本机构当日考试，但本场考试未填写该班。",
    )
    PLAN_DIFFERS = NoticeWords(
        "exam-plan-differs",
        "C15",
        "The exam plan of the class names another day or another body.",
        "该班考核计划的日期或评价机构与本场考试不一致。",
    )
    NOT_IN_CLASS = NoticeWords(
        "candidate-not-in-class",
        "C15",
        "The person is not a trainee of the class that the session or list names.",
        "该人员不是本场考试或名单所填班级的学员。",
    )

    def about(self, pointer: str | None = None, **facts: object) -> RowWarning:
        """The notice with these facts."""
        words = self.value
        return RowWarning(words.code, words.check, words.title_en, words.title_zh, facts, pointer)


def notices(
    session: ExamSession, *, body_code: str, trainer_code: str | None, plans: Iterable[ExamPlan]
) -> list[RowWarning]:
    """What stands out in a session.

    `body_code` is the credit code of its body, `trainer_code` that of the institution of its class; `plans` are the
    exam plans of its class, and of classes that plan an exam on its day.
    """
    found = []
    if trainer_code is not None and trainer_code == body_code:
        found.append(Notice.RELATED.about("/class_id"))
    for plan in plans:
        if plan.exam_on is None:
            continue
        same = (plan.occupation, plan.award) == (session.occupation, session.award)
        with_body = plan.exam_body in (None, body_code)
        if plan.class_id == session.class_id and not (plan.exam_on == session.held_on and with_body):
            found.append(Notice.PLAN_DIFFERS.about("/held_on", exam_on=plan.exam_on.isoformat()))
        here = same and plan.exam_on == session.held_on and plan.exam_body == body_code
        if session.class_id is None and here:
            found.append(Notice.CLASS_NOT_NAMED.about("/class_id", class_id=str(plan.class_id)))
    return found
