"""What other services are told of a class: who teaches it when and where, its exam plan, and who pays what."""

from __future__ import annotations

from datetime import date

from shared.contracts.registry.classes import ClassState
from shared.contracts.registry.timetables import TimetablePlanned
from tests.registry.school import School, add_site, set_today, trainee
from tests.registry.teaching import engage, lessons, put_timetable

WHY = {"reason": "因故调整"}


async def told(school: School) -> list[TimetablePlanned]:
    return [fact for fact in await school.registry.told() if isinstance(fact, TimetablePlanned)]


async def planned(school: School) -> tuple[str, str]:
    """The ids of a class with its usual ten lessons, in February, and of its site."""
    set_today(school.registry, date(2025, 2, 20))
    site_id = await add_site(school)
    await engage(school)
    class_id = await school.file()
    assert (await put_timetable(school, class_id, lessons())).status_code == 200
    return class_id, site_id


class TestATimetable:
    async def test_is_told_as_one_fact_with_the_person_keys_of_its_teachers(self, school: School) -> None:
        class_id, site_id = await planned(school)
        (teacher,) = await school.registry.rows("SELECT id, person FROM teacher")

        (fact,) = await told(school)

        assert (fact.subject, fact.version, str(fact.class_id)) == (f"timetables/{class_id}", 1, class_id)
        assert (fact.programme, fact.region, fact.level) == ("S02-1", "410102", 4)
        assert len(fact.lessons) == 10
        first = fact.lessons[0]
        assert (first.begins_at.isoformat(), first.ends_at.isoformat()) == (
            "2025-03-01T00:30:00+00:00", "2025-03-01T05:30:00+00:00",
        )  # fmt: skip
        assert (first.kind, first.hours, str(first.site_id), first.room) == ("theory", 6, site_id, "101")
        assert (first.teacher_id, first.teacher, first.omitted) == (teacher.id, teacher.person, False)

    async def test_that_stays_the_same_is_not_told_again(self, school: School) -> None:
        class_id, _ = await planned(school)

        await put_timetable(school, class_id, lessons())

        assert len(await told(school)) == 1

    async def test_is_told_with_every_change_omission_and_move_of_the_class(self, school: School) -> None:
        class_id, _ = await planned(school)
        await school.enrol(class_id, trainee(1))
        await school.post(f"classes/{class_id}/approval", headers=school.officer())
        moved = {"starts_on": "2025-03-02", "ends_on": "2025-03-21", "lessons": lessons("2025-03-02"), **WHY}
        assert (await school.post(f"classes/{class_id}/change", moved)).status_code == 200
        set_today(school.registry, date(2025, 3, 5))
        await school.post(f"classes/{class_id}/start")
        fallen_out = {"begins_at": ["2025-03-04T08:30:00+08:00"], "reason": "大雪停课"}
        assert (await school.post(f"classes/{class_id}/omission", fallen_out)).status_code == 200

        facts = await told(school)

        assert [fact.version for fact in facts] == [1, 2, 3]
        assert [fact.lessons[0].begins_at.day for fact in facts] == [1, 2, 2]
        assert [each.omitted for each in facts[2].lessons] == [False, False, True, *[False] * 7]


EXAM = {"planned_on": "2025-03-25", "body_credit_code": "52410000MJ00123452", "place": "郑州市考评中心 3 楼"}
FEE = {"government_fen": 120000, "enterprise_fen": 30000, "individual_fen": 50000, "total_fen": 200000}


class TestAClass:
    async def test_tells_its_exam_plan_and_the_shares_of_its_fee(self, school: School) -> None:
        class_id = await school.file(exam_plan=EXAM, fee=FEE)

        fact = (await school.registry.told())[-1]

        assert isinstance(fact, ClassState)
        exam = (fact.exam_on and fact.exam_on.isoformat(), fact.exam_place, fact.exam_body)
        assert exam == tuple(EXAM[name] for name in ("planned_on", "place", "body_credit_code"))
        shares = (fact.government_fen, fact.enterprise_fen, fact.individual_fen)
        assert (shares, fact.fee_fen) == ((120000, 30000, 50000), sum(shares))
        shown = await school.registry.http.get(f"/v1/classes/{class_id}", headers=school.headers)
        assert shown.json()["exam_plan"] == EXAM

    async def test_tells_a_changed_exam_plan(self, school: School) -> None:
        class_id = await school.file(exam_plan=EXAM)
        await school.post(f"classes/{class_id}/approval", headers=school.officer())

        later = EXAM | {"planned_on": "2025-03-28"}
        assert (await school.post(f"classes/{class_id}/change", {"exam_plan": later, **WHY})).status_code == 200

        fact = (await school.registry.told())[-1]
        assert isinstance(fact, ClassState)
        assert (fact.type, fact.exam_on) == ("registry.class-changed.v1", date(2025, 3, 28))

    async def test_filed_again_is_the_same_with_a_place_and_without(self, school: School) -> None:
        for name, exam in (("with", EXAM), ("without", {"planned_on": "2025-03-25"})):
            assert await school.file(local_id=name, exam_plan=exam) == await school.file(local_id=name, exam_plan=exam)

    async def test_names_no_person_at_the_place_of_its_exam(self, school: School) -> None:
        for place in ("张老师 13912345678", f"{trainee(1)['document_number']} 考场"):
            answer = await school.post("classes", {"exam_plan": EXAM | {"place": place}})

            errors = {each["code"]: each["pointer"] for each in answer.json()["errors"]}
            assert errors["personal-number"] == "/exam_plan/place"
            assert place not in answer.text
