"""Which edition decides about an exam, what of it, and what another file would change."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.exams.rules.marks import Marks, PartMissing, PartNotHeld, passes
from services.assessment.standards.rules import (
    EditionBegins,
    LevelRule,
    Part,
    PartRule,
    Route,
    Standard,
    WrongStandard,
    as_json,
    differences,
    exam_on,
    ground_of,
    named,
    of_json,
    require_sound,
)
from shared.kernel.awards import Award

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


def level(award: Award = Award.SENIOR_WORKER, *, review: bool = False, skills: int | None = None) -> LevelRule:
    parts = [PartRule(Part.THEORY, None, 90, 12), PartRule(Part.SKILLS, skills, 60, 12)]
    if review:
        parts.append(PartRule(Part.REVIEW, 700, 15, None))
    return LevelRule(award, tuple(parts), (Route("E4-1", "10 years", min_years=10),))


def standard(edition: str = "2023", *levels: LevelRule, first_on: date = date(2023, 1, 1)) -> Standard:
    return Standard("4-10-01-05", edition, "养老护理员", first_on, "a notice", levels or (level(),))


@given(st.lists(DAYS, min_size=1, max_size=5, unique=True), DAYS)
def test_the_latest_edition_that_has_begun_decides(begin: list[date], day: date) -> None:
    editions = [standard(str(number), first_on=first) for number, first in enumerate(begin)]

    found = exam_on(editions, Award.SENIOR_WORKER, day=day)

    begun = [each for each in begin if each <= day]
    assert (found.standard.first_on if found else None) == max(begun, default=None)


def test_a_standard_gives_the_marks_of_its_parts_and_the_pass_rules_those_that_it_leaves_open() -> None:
    exam = exam_on([standard("2023", level(skills=650))], Award.SENIOR_WORKER, day=date(2025, 6, 30))

    assert exam is not None
    assert exam.marks(otherwise=600) == {"theory": 600, "skills": 650}
    assert exam_on([standard()], Award.TECHNICIAN, day=date(2025, 6, 30)) is None


def test_each_part_of_a_standard_needs_its_own_mark() -> None:
    of_standard = {"theory": 600, "skills": 650, "review": 700}

    def passed(theory: int, skills: int, review: int | None) -> bool:
        marks = Marks(theory, skills, review)
        return passes(marks, Award.SENIOR_WORKER, part_tenths_min=600, of_standard=of_standard)

    assert passed(600, 650, 700)
    assert not any([passed(599, 1000, 1000), passed(1000, 649, 1000), passed(1000, 1000, 699)])
    with pytest.raises(PartMissing):
        passed(600, 650, None)
    with pytest.raises(PartNotHeld):
        passes(Marks(600, 600, 600), Award.TECHNICIAN, part_tenths_min=600, of_standard={"theory": 600, "skills": 600})


def test_what_is_wrong_with_a_standard_is_said() -> None:
    wrong = [
        standard("2023", level(), level()),
        standard("2023", replace(level(), parts=(PartRule(Part.THEORY, None, 90, 12),))),
        standard("2023", replace(level(), parts=level().parts * 2)),
        standard("2023", replace(level(), routes=level().routes * 2)),
        replace(standard(), levels=()),
    ]
    for each in wrong:
        with pytest.raises(WrongStandard):
            require_sound(each, [])
    with pytest.raises(EditionBegins):
        require_sound(standard("2024"), [standard("2023")])
    require_sound(standard("2023"), [standard("2023")])


def test_a_comparison_names_each_place_that_differs() -> None:
    after = standard("2023", level(skills=650), level(Award.TECHNICIAN, review=True))

    found = {each.place: (each.before, each.after) for each in differences(standard(), after)}

    assert found["L4.skills.mark_tenths"] == (None, 650)
    assert found["L5.review.mark_tenths"] == (None, 700)
    assert not [place for place in found if place.startswith("L4") and place != "L4.skills.mark_tenths"]
    assert differences(after, after) == []
    assert {each.place for each in differences(after, standard())} == set(found)


@given(st.booleans(), st.none() | st.integers(0, 1000))
def test_levels_survive_their_storage(review: bool, skills: int | None) -> None:
    levels = (level(review=review, skills=skills),)

    assert of_json(as_json(levels)) == levels


def test_a_result_names_the_standard_that_decided_it() -> None:
    known = replace(standard(), version=3, loaded_at=datetime(2025, 6, 30, 15, 59, tzinfo=UTC))

    assert named(known.ground) == ("4-10-01-05", "2023", 3)
    assert named("NAT-PASS-60") is None
    assert ground_of(known, on=date(2025, 6, 30)).entered_after is False
    assert ground_of(known, on=date(2025, 6, 29)).entered_after is True
