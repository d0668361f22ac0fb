"""A teacher or examiner in two places: seen once the exam was held, from both sides, whatever is heard first."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import asdict

from shared.contracts.assessment import (
    BodySanctionImposed,
    DutyPlanned,
    SessionConcluded,
    SessionSealed,
    SessionState,
    SessionStatus,
)
from shared.contracts.dimensions import SanctionStep, award_fields
from shared.contracts.fact import Fact
from shared.contracts.registry.timetables import LessonKind, LessonListed, TimetablePlanned
from shared.kernel.ids import new_id
from tests.subsidy.assessed import Assessed, body_of, submitted
from tests.subsidy.builders import CAREGIVER, NOW, REPORTING, TODAY, Taught, people
from tests.subsidy.office import Office
from tests.subsidy.patterns.test_patterns import confirmed, patterns, settle
from tests.subsidy.payees.accounts import account_of
from tests.support.persons import merged

NINE = NOW.replace(hour=1, minute=0, second=0, microsecond=0) - timedelta(days=20)


def timetable(taught: Taught, teacher: UUID, begins_at: datetime = NINE, **changes: Any) -> TimetablePlanned:
    """A timetable with one lesson of two hours."""
    lesson = LessonListed(
        begins_at, begins_at + timedelta(hours=2), LessonKind.THEORY, 2, new_id(), teacher, new_id(), "101",
        changes.pop("omitted", False),
    )  # fmt: skip
    return TimetablePlanned(
        subject=f"timetables/{taught.class_id}", version=changes.pop("version", 1), at=NOW, class_id=taught.class_id,
        institution_id=taught.institution_id, programme="S02-1", region=taught.region,
        reporting_region=REPORTING[taught.region], occupation=CAREGIVER, level=4, fund_source=None, project=None,
        lessons=(lesson,),
    )  # fmt: skip


def session(exam: Assessed, *examiners: UUID, version: int = 1) -> SessionConcluded:
    """A concluded session of two hours."""
    hours = (NINE, NINE + timedelta(hours=2))
    return SessionConcluded(
        subject=f"sessions/{exam.exam_id}", version=version, at=NOW, session_id=exam.exam_id, body_id=exam.body_id,
        class_id=None, programme="S02-1", region=exam.region, reporting_region=REPORTING[exam.region],
        occupation=CAREGIVER, **award_fields(exam.award), held_on=NINE.date(), status=SessionStatus.CONCLUDED,
        duties=tuple(DutyPlanned(each, *hours) for each in examiners),
    )  # fmt: skip


def sealed(held: SessionConcluded) -> SessionState:
    """The session before it was held."""
    return SessionSealed(**asdict(held) | {"version": held.version - 1, "status": SessionStatus.SEALED})


class TestInTwoPlaces:
    @pytest.mark.parametrize("exam_first", [False, True])
    async def test_a_lesson_and_an_exam_hold_their_own_claims_each_until_it_is_dismissed(
        self, office: Office, exam_first: bool
    ) -> None:
        [teacher, other] = people(2)
        taught, exam, free = Taught(people(1)), Assessed(people(1)), Assessed(people(1))
        told: list[Fact] = [timetable(taught, teacher), session(exam, other, teacher), session(free, other)]
        await office.service.hear(*taught.all_finished(), exam.body(), *exam.certificates())
        await office.service.hear(*(told[::-1] if exam_first else told))
        of_class, of_exam = await office.submitted(taught), await submitted(office, exam)

        found = {each["source_id"]: each for each in await patterns(office, "?rule=in_two_places")}
        held = [(await office.approve(each)).json()["code"] for each in (of_class, of_exam)]
        await settle(office, found[str(taught.class_id)], "dismiss")
        after = [(await office.approve(each)).status_code for each in (of_class, of_exam)]

        # The other examiner is at two exams at one time.
        assert set(found) == {str(taught.class_id), str(exam.exam_id), str(free.exam_id)}
        of_lesson = found[str(taught.class_id)]
        assert (of_lesson["check"], of_lesson["institution_id"]) == ("C06", str(taught.institution_id))
        assert of_lesson["evidence"] == {
            "person": str(teacher),
            "sources": [f"registry: timetables/{taught.class_id}", f"assessment: sessions/{exam.exam_id}"],
            "organisations": [str(taught.institution_id), str(exam.body_id)],
            "hours": [f"{NINE.isoformat()}/{(NINE + timedelta(hours=2)).isoformat()}"],
        }
        assert of_lesson["due_on"] == (TODAY + timedelta(days=14)).isoformat()
        assert held == ["flags-open", "flags-open"]
        assert after == [200, 409]

    async def test_what_is_planned_only_or_was_not_held_is_no_finding(self, office: Office) -> None:
        [teacher] = people(1)
        taught, left_out, later = (Taught(people(1)) for _ in range(3))
        exam = Assessed(people(1))
        held = session(exam, teacher, version=2)

        await office.service.hear(timetable(taught, teacher), sealed(held))
        planned = await patterns(office)
        # The lesson is moved before the exam is held; another one was not held; a third begins when the exam is over.
        await office.service.hear(
            timetable(taught, teacher, NINE + timedelta(days=1), version=2),
            timetable(left_out, teacher, omitted=True),
            timetable(later, teacher, NINE + timedelta(hours=2)),
            held,
        )

        assert planned == []
        assert await patterns(office) == []

    async def test_the_lessons_of_a_cancelled_class_meet_nothing(self, office: Office) -> None:
        [teacher] = people(1)
        taught, exam = Taught(people(1)), Assessed(people(1))

        await office.service.hear(taught.cancelled(), timetable(taught, teacher), session(exam, teacher))

        assert await patterns(office) == []

    async def test_one_human_under_two_documents_is_seen_when_the_keys_are_merged(self, office: Office) -> None:
        [person, key] = people(2)
        one, two = Assessed(people(1)), Assessed(people(1), region="419001")
        await office.service.hear(session(one, person), session(two, key))
        apart = await patterns(office)

        await office.service.hear(merged(key, person))
        await office.service.hear(session(two, key, version=2))

        everywhere = (await office.get("/v1/patterns", office.reviewer(region="410000"))).json()["rows"]
        assert apart == []
        assert {(each["source_id"], each["region"]) for each in everywhere} == {
            (str(one.exam_id), "410102"), (str(two.exam_id), "419001"),
        }  # fmt: skip
        assert {each["evidence"]["person"] for each in everywhere} == {str(person)}


class TestBannedBodies:
    async def test_the_account_of_a_banned_body_is_found_behind_an_institution(self, office: Office) -> None:
        exam, back = Assessed(people(1)), Taught(people(1))
        await office.service.hear(exam.body("甲校"), *exam.certificates())
        entered = await office.post(
            "/v1/payee-accounts", account_of(back) | {"institution_id": str(exam.body_id)}, body_of(office, exam)
        )
        path = f"/v1/proposals/{entered.json()['proposal_id']}/confirmation"
        assert (await office.post(path, None, office.finance("second"))).is_success
        sanction_id = new_id()

        await office.service.hear(
            BodySanctionImposed(
                subject=f"body-sanctions/{sanction_id}", version=1, at=NOW, sanction_id=sanction_id,
                body_id=exam.body_id, region="410102", reporting_region="410100", step=SanctionStep.BLACKLIST,
                first_on=TODAY - timedelta(days=1), last_on=None, stops=True, imposed_on=TODAY,
            )
        )  # fmt: skip
        await confirmed(office, back)

        [found] = await patterns(office)
        assert (found["rule"], found["institution_id"]) == ("banned_party_back", str(back.institution_id))
