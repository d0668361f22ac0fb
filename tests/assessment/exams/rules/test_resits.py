"""Parts that are kept, and for how long who cheated is barred."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.exams.rules.candidates import Candidate
from services.assessment.exams.rules.marks import Marks, PartKept, PartNotHeld
from services.assessment.exams.rules.resits import (
    CandidatesBarred,
    Cheated,
    Earlier,
    barred,
    follow,
    kept_parts,
    require_none_barred,
)
from services.assessment.exams.rules.results import Correction, ResultDiffers, ResultRow, parts_held, post, settle
from shared.kernel.awards import Award
from shared.kernel.periods import months_after
from tests.assessment.exams.rules.test_decisions import SESSION
from tests.assessment.pass_rules import SIXTY

AT = datetime(2025, 6, 30, 4, tzinfo=UTC)
HELD_ON = date(2025, 1, 31)
RULE = SIXTY._replace(kept_months=12, barred_months=12)
LEVEL = Award.SENIOR_WORKER
PARTS = parts_held(LEVEL, RULE)
MARK = st.integers(0, 1000)
BLANK = Candidate(UUID(int=1), SESSION.id, UUID(int=1), "1", "S02-1", False, None, None, 0)


def sat(theory: int, skills: int) -> Candidate:
    candidate = BLANK._replace(marks=Marks(theory, skills))
    return settle(candidate, SESSION, PARTS, rule=RULE, at=AT)[0]


def kept(candidate: Candidate, *, day: date, concluded: bool = True) -> set[str]:
    earlier = Earlier(candidate, HELD_ON, "410102", concluded)
    return set(kept_parts(earlier, LEVEL, RULE, held_on=day, parts_here=PARTS))


class TestKeptParts:
    @given(theory=MARK, skills=MARK, days=st.integers(1, 800))
    def test_what_was_passed_in_a_failed_exam_is_kept_until_its_last_day(
        self, theory: int, skills: int, days: int
    ) -> None:
        day = HELD_ON + timedelta(days)
        passed = {part for part, mark in (("theory", theory), ("skills", skills)) if mark >= 600}

        found = kept(sat(theory, skills), day=day)

        assert found == (passed if len(passed) == 1 and day <= months_after(HELD_ON, 12) else set())

    @pytest.mark.parametrize(
        "candidate",
        [sat(700, 300)._replace(cheated=True, note="携带手机"), BLANK._replace(absent=True), BLANK],
        ids=["cheated", "absent", "nothing yet"],
    )
    def test_nothing_is_kept_of_who_cheated_or_sat_nothing(self, candidate: Candidate) -> None:
        assert kept(candidate, day=HELD_ON + timedelta(1)) == set()

    def test_an_exam_that_is_not_concluded_keeps_nothing(self) -> None:
        assert kept(sat(700, 300), day=HELD_ON + timedelta(1), concluded=False) == set()

    def test_a_kept_part_goes_on_to_the_retake_after_next_with_its_own_last_day(self) -> None:
        earlier = Earlier(sat(700, 300), HELD_ON, "410102", is_concluded=True)
        of_first = kept_parts(earlier, LEVEL, RULE, held_on=date(2025, 9, 1), parts_here=PARTS)
        second = BLANK._replace(id=UUID(int=2), kept=of_first, marks=Marks(skills=400))

        again = kept_parts(
            Earlier(second, date(2025, 9, 1), "410102", is_concluded=True), LEVEL, RULE,
            held_on=date(2026, 1, 31), parts_here=PARTS,
        )  # fmt: skip

        assert again == of_first
        assert kept(second._replace(kept=of_first), day=date(2026, 2, 1)) == set()

    @given(theory=MARK, skills=MARK)
    def test_the_retake_passes_by_the_open_part_alone(self, theory: int, skills: int) -> None:
        earlier = Earlier(sat(700, 300), HELD_ON, "410102", is_concluded=True)
        of_first = kept_parts(earlier, LEVEL, RULE, held_on=date(2025, 9, 1), parts_here=PARTS)
        again = BLANK._replace(kept=of_first)

        after = post(again, ResultRow(0, "1", Marks(skills=skills)), PARTS, LEVEL)

        assert settle(after, SESSION, PARTS, rule=RULE, at=AT)[0].passed is (skills >= 600)
        if theory != 700:
            with pytest.raises(PartKept):
                post(again, ResultRow(0, "1", Marks(theory, skills)), PARTS, LEVEL)

    @given(mark=MARK)
    def test_a_correction_of_the_mark_decides_whether_it_stands(self, mark: int) -> None:
        first = sat(700, 300)
        earlier = Earlier(first, HELD_ON, "410102", is_concluded=True)
        of_first = kept_parts(earlier, LEVEL, RULE, held_on=date(2025, 9, 1), parts_here=PARTS)
        retake = BLANK._replace(id=UUID(int=2), kept=of_first, marks=Marks(skills=600))

        after = follow(retake, first._replace(marks=Marks(mark, 300)), PARTS)

        assert after.passes(PARTS) is (mark >= 600)
        assert follow(after, first, PARTS) == retake


class TestBarred:
    @given(days=st.integers(-30, 800))
    def test_from_the_exam_to_the_last_day(self, days: int) -> None:
        day, human = HELD_ON + timedelta(days), UUID(int=7)

        found = barred([Cheated(human, HELD_ON, "410102")], {(HELD_ON, "410102"): RULE}, day=day)

        last = date(2026, 1, 31)
        assert found == ({human: last} if HELD_ON <= day <= last else {})

    def test_a_roster_is_sealed_without_them_and_the_refusal_names_twenty(self) -> None:
        require_none_barred([])
        with pytest.raises(CandidatesBarred) as refused:
            require_none_barred([f"{number:03}" for number in reversed(range(21))])

        assert refused.value.facts["candidates"] == 21
        assert refused.value.facts["local_ids"] == [f"{number:03}" for number in range(20)]


class TestPosting:
    @given(theory=MARK, skills=MARK, order=st.permutations(["theory", "skills"]))
    def test_part_by_part_comes_to_the_same_as_all_at_once_and_again_changes_nothing(
        self, theory: int, skills: int, order: list[str]
    ) -> None:
        marks = {"theory": theory, "skills": skills}
        by_part = BLANK
        for part in order:
            by_part = post(by_part, ResultRow(0, "1", Marks(**{part: marks[part]})), PARTS, LEVEL)
        at_once = post(BLANK, ResultRow(0, "1", Marks(**marks)), PARTS, LEVEL)

        assert by_part == at_once
        assert post(by_part, ResultRow(0, "1", Marks(**marks)), PARTS, LEVEL) == by_part
        assert settle(by_part, SESSION, PARTS, rule=RULE, at=AT)[0].passed is (min(theory, skills) >= 600)

    def test_a_part_that_is_not_held_and_a_second_mark_are_refused(self) -> None:
        with pytest.raises(PartNotHeld):
            post(BLANK, ResultRow(0, "1", Marks(review=700)), PARTS, LEVEL)
        with pytest.raises(ResultDiffers):
            post(sat(600, 600), ResultRow(0, "1", Marks(601)), PARTS, LEVEL)

    @pytest.mark.parametrize(
        "correction",
        [
            Correction(Marks(600, 600)), Correction(None, absent=True), Correction(Marks(600), missed=("skills",)),
            Correction(None, cheated=True, note="替考"), Correction(Marks(600), unexamined=("skills",)),
        ],
        ids=["marks", "absent", "missed", "cheated", "unexamined"],
    )  # fmt: skip
    def test_a_proposal_says_what_it_was_made_with(self, correction: Correction) -> None:
        assert Correction.of_content(correction.content) == correction
