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
from shared.kernel.levels import Level

MARK = st.integers(0, 1000)
WORKERS = st.sampled_from([Level.JUNIOR_WORKER, Level.INTERMEDIATE_WORKER, Level.SENIOR_WORKER])
TECHNICIANS = st.sampled_from(sorted(REVIEWED))


class TestPasses:
    @given(theory=MARK, skills=MARK, level=WORKERS)
    def test_a_worker_passes_with_sixty_points_in_both_parts_and_nothing_is_averaged(
        self, theory: int, skills: int, level: Level
    ) -> None:
        assert passes(Marks(theory, skills), level, part_tenths_min=600) == (theory >= 600 and skills >= 600)

    @given(theory=MARK, skills=MARK, review=MARK, level=TECHNICIANS)
    def test_a_technician_also_needs_sixty_points_in_the_review(
        self, theory: int, skills: int, review: int, level: Level
    ) -> None:
        assert passes(Marks(theory, skills, review), level, part_tenths_min=600) == (min(theory, skills, review) >= 600)

    @pytest.mark.parametrize(("theory", "skills", "passed"), [(600, 600, True), (599, 1000, False), (1000, 599, False)])
    def test_the_pass_mark_itself_passes_and_a_tenth_below_fails(self, theory: int, skills: int, passed: bool) -> None:
        assert passes(Marks(theory, skills), Level.SENIOR_WORKER, part_tenths_min=600) is passed

    @given(TECHNICIANS)
    def test_a_technician_without_a_review_is_refused(self, level: Level) -> None:
        with pytest.raises(PartMissing):
            passes(Marks(900, 900), level, part_tenths_min=600)

    @given(WORKERS)
    def test_a_review_of_a_worker_is_refused(self, level: Level) -> None:
        with pytest.raises(PartNotHeld):
            passes(Marks(900, 900, 900), level, part_tenths_min=600)
