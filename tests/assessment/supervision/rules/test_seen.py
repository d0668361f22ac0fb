"""What looks wrong in an exam: each rule with its bound, and the case that auditors found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.assessment.supervision.rules.seen import Beginning, Exam, Fee, Relation, look
from services.assessment.supervision.rules.thresholds import Thresholds

HELD_ON = date(2026, 3, 10)
RULES = Thresholds(
    flag_due_days=15,
    session_candidates_max=100,
    passed_results_min=20,
    same_results_min=5,
    same_share_permille=500,
    pile_results_min=20,
    pile_width_tenths=20,
    pile_share_permille=500,
    burst_days=61,
    burst_sessions_max=20,
    burst_candidates_max=2000,
    examiner_candidates_max=100,
    appeal_file_days=30,
    appeal_answer_days=10,
)
NEEDED = {"theory": 600, "skills": 600}
DIFFERENT: list[Mapping[str, int]] = [{"theory": 630 + 8 * number, "skills": 700} for number in range(40)]
EXAM = Exam(results=DIFFERENT, needed=NEEDED, passed=39, candidates=40, held_on=HELD_ON)


def kinds(exam: Exam) -> list[str]:
    return [each.kind.value for each in look(exam, RULES)]


def test_an_exam_like_others_is_not_flagged() -> None:
    assert kinds(EXAM) == []


def test_sizes_and_passes_have_their_bounds() -> None:
    assert [kinds(replace(EXAM, candidates=count)) for count in (100, 101)] == [[], ["many-candidates"]]
    assert kinds(replace(EXAM, passed=40)) == ["all-passed"]
    assert kinds(replace(EXAM, results=DIFFERENT[:19], passed=19)) == []
    loads = {UUID(int=1): 100, UUID(int=2): 101}
    assert kinds(replace(EXAM, loads={UUID(int=1): 100})) == []
    [seen] = look(replace(EXAM, loads=loads), RULES)
    assert (seen.kind, dict(seen.facts)) == (
        "examiner-overloaded", {"examiners": 1, "candidates": 101, "candidates_max": 100},
    )  # fmt: skip


def test_half_of_all_with_the_same_marks_are_a_sign() -> None:
    same = [{"theory": 900, "skills": 900}]

    assert kinds(replace(EXAM, results=[*same * 5, *DIFFERENT[:5]])) == ["identical-marks"]
    assert kinds(replace(EXAM, results=[*same * 5, *DIFFERENT[:6]])) == []
    assert kinds(replace(EXAM, results=same * 4)) == []


@given(near=st.integers(0, 40))
def test_marks_pile_up_from_the_pass_mark_two_points_up(near: int) -> None:
    at_the_mark = [{"theory": 600 + place % 21, "skills": 700 + place} for place in range(near)]
    beside = [{"theory": (599, 621)[place % 2], "skills": 800 + place} for place in range(40 - near)]

    assert kinds(replace(EXAM, results=[*at_the_mark, *beside])) == (["pile-up-at-pass-mark"] if near >= 20 else [])


def test_the_known_case_is_a_burst_25_batches_and_2600_certificates_in_two_months() -> None:
    known = Beginning(HELD_ON - timedelta(days=61), 25, 2600)

    assert kinds(replace(EXAM, beginning=known)) == ["burst-after-filing"]
    assert kinds(replace(EXAM, beginning=known, held_on=HELD_ON + timedelta(days=1))) == []
    for counts, flagged in (((25, 100), True), ((3, 2600), True), ((20, 2000), False)):
        assert bool(kinds(replace(EXAM, beginning=known._replace(sessions=counts[0], candidates=counts[1])))) is flagged


def test_a_burst_begins_with_the_21st_session_or_the_2001st_candidate_until_the_61st_day() -> None:
    for sessions, candidates, days, flagged in (
        (20, 2000, 61, False), (21, 1, 61, True), (1, 2001, 61, True), (21, 2001, 62, False), (21, 1, 0, True),
    ):  # fmt: skip
        began = Beginning(HELD_ON - timedelta(days=days), sessions, candidates)
        assert kinds(replace(EXAM, beginning=began)) == (["burst-after-filing"] if flagged else [])


@given(count=st.integers(1, 60), failed=st.integers(0, 1))
def test_all_passed_is_a_sign_from_20_results_on(count: int, failed: int) -> None:
    results = [{"theory": 630 + 8 * number, "skills": 700} for number in range(count)]
    exam = replace(EXAM, results=results, passed=count - failed)

    assert ("all-passed" in kinds(exam)) is (count >= 20 and not failed)


def test_relations_and_fees() -> None:
    assert kinds(replace(EXAM, relation=Relation("one-legal-person"))) == ["related-trainer"]
    for fee, flagged in ((Fee(1, True), True), (Fee(0, True), False), (Fee(16000, False), False)):
        assert kinds(replace(EXAM, fee=fee)) == (["fee-although-subsidised"] if flagged else [])
