"""Notices of sessions."""

from __future__ import annotations

from datetime import date

from services.assessment.exams.rules.notices import notices
from services.assessment.trainings.rules import ExamPlan
from shared.kernel.awards import Award
from shared.kernel.ids import new_id
from tests.assessment.exams.rules.test_sessions import a_session

HELD_ON = date(2026, 3, 10)


def test_a_related_body_and_an_exam_plan_are_noticed() -> None:
    class_id = new_id()
    session = a_session(class_id=class_id, held_on=HELD_ON)
    plan = ExamPlan(class_id, new_id(), "4-10-01-05", Award.SENIOR_WORKER, HELD_ON, "BODY")
    without = a_session(held_on=HELD_ON)

    def noticed(of: object, *plans: ExamPlan, trainer: str | None = None) -> list[str]:
        return [each.code for each in notices(of, body_code="BODY", trainer_code=trainer, plans=plans)]  # type: ignore[arg-type]

    assert noticed(session, plan, trainer="SCHOOL") == []
    assert noticed(session, plan, trainer="BODY") == ["training-body-examines"]
    assert noticed(session, plan._replace(exam_on=date(2026, 3, 11))) == ["exam-plan-differs"]
    assert noticed(session, plan._replace(exam_body="OTHER")) == ["exam-plan-differs"]
    assert noticed(session, plan._replace(exam_on=None)) == []
    assert noticed(without, plan) == ["class-not-named"]
    assert noticed(without, plan._replace(occupation="4-03-02-01")) == []
