"""Signs of exams that were not held as recorded, and notices of sessions."""

from __future__ import annotations

from datetime import date

from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.notices import notices
from services.assessment.exams.rules.signs import Beginning, signs
from services.assessment.trainings.rules import ExamPlan
from shared.kernel.awards import Award
from shared.kernel.ids import new_id
from tests.assessment.exams.rules.test_sessions import a_session

HELD_ON = date(2026, 3, 10)
DIFFERENT = [Marks(600 + number, 700) for number in range(40)]


def codes(marks: list[Marks], **known: object) -> list[str]:
    given = {"passed": 0, "candidates": len(marks), "held_on": HELD_ON, "beginning": None} | known
    return [each.code for each in signs(marks, **given)]  # type: ignore[arg-type]


def test_each_sign_has_its_bound() -> None:
    assert codes(DIFFERENT, candidates=100) == []
    assert codes(DIFFERENT, candidates=101) == ["many-candidates"]
    assert codes(DIFFERENT, passed=40) == ["all-passed"]
    assert codes(DIFFERENT[:19], passed=19) == []
    assert codes(DIFFERENT, passed=39) == []
    same = [Marks(650, 650)]
    assert codes([*same * 5, *DIFFERENT[:5]]) == ["identical-marks"]
    assert codes([*same * 5, *DIFFERENT[:6]]) == []
    assert codes(same * 4) == []


def test_a_burst_is_one_of_the_first_two_months() -> None:
    often, many, few = (Beginning(date(2026, 2, 1), *counts) for counts in ((25, 100), (3, 2600), (20, 2000)))

    assert [codes(DIFFERENT, beginning=each) for each in (often, many, few)] == [["burst-after-filing"]] * 2 + [[]]
    assert codes(DIFFERENT, beginning=often._replace(first_on=date(2026, 1, 7))) == []


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
