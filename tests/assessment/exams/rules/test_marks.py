"""What it takes to pass."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.exams.rules.marks import (
    REVIEWED,
    Marks,
    PartMissing,
    PartNotHeld,
    passes,
)
from shared.kernel.awards import Award

MARK = st.integers(0, 1000)
WORKERS = st.sampled_from([Award.JUNIOR_WORKER, Award.INTERMEDIATE_WORKER, Award.SENIOR_WORKER])
TECHNICIANS = st.sampled_from(sorted(REVIEWED, key=int))


class TestPasses:
    @given(theory=MARK, skills=MARK, award=WORKERS)
    def test_a_worker_passes_with_sixty_points_in_both_parts_and_nothing_is_averaged(
        self, theory: int, skills: int, award: Award
    ) -> None:
        assert passes(Marks(theory, skills), award, part_tenths_min=600) == (theory >= 600 and skills >= 600)

    @given(theory=MARK, skills=MARK, review=MARK, award=TECHNICIANS)
    def test_a_technician_also_needs_sixty_points_in_the_review(
        self, theory: int, skills: int, review: int, award: Award
    ) -> None:
        assert passes(Marks(theory, skills, review), award, part_tenths_min=600) == (min(theory, skills, review) >= 600)

    @pytest.mark.parametrize(("theory", "skills", "passed"), [(600, 600, True), (599, 1000, False), (1000, 599, False)])
    def test_the_pass_mark_itself_passes_and_a_tenth_below_fails(self, theory: int, skills: int, passed: bool) -> None:
        assert passes(Marks(theory, skills), Award.SENIOR_WORKER, part_tenths_min=600) is passed

    @given(TECHNICIANS)
    def test_a_technician_without_a_review_is_refused(self, award: Award) -> None:
        with pytest.raises(PartMissing):
            passes(Marks(900, 900), award, part_tenths_min=600)

    @given(WORKERS)
    def test_a_review_of_a_worker_is_refused(self, award: Award) -> None:
        with pytest.raises(PartNotHeld):
            passes(Marks(900, 900, 900), award, part_tenths_min=600)
