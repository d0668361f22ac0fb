"""Awards: codes, levels among them, and that the others are never compared."""

from __future__ import annotations

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.dimensions import award_fields, award_of
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.awards import (
    Award,
    AwardContradictsLevel,
    AwardEvidence,
    AwardMissing,
    UnknownAward,
    award_asked,
    award_named,
)
from shared.kernel.levels import Level, UnknownLevel
from tests.support.facts import enrolment

WITHOUT_LEVEL = [award for award in Award if award.level is None]


def test_each_level_is_an_award_of_the_same_code_name_and_number() -> None:
    for level in Level:
        award = Award.from_code(level.code)

        assert award.level is level
        assert (award.value, award.code, award.name_zh, award.name_en) == (
            level.value, level.code, level.name_zh, level.name_en,
        )  # fmt: skip
        assert (award.evidence, award.is_high_skilled) == (AwardEvidence.CERTIFICATE, level.is_high_skilled)


def test_the_six_others_have_no_level_and_say_what_shows_them() -> None:
    assert {award.code: award.evidence.value for award in WITHOUT_LEVEL} == {
        "special_ability": "certificate",
        "completion": "completion",
        "special_operations": "licence",
        "special_operations_renewal": "licence",
        "pre_job": "completion",
        "senior_technician_upgrading": "completion",
    }
    assert not any(award.is_high_skilled for award in WITHOUT_LEVEL)
    assert len({award.name_zh for award in Award} | {award.name_en for award in Award}) == 2 * len(Award)


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
@given(one=st.sampled_from(Award), other=st.sampled_from(Award))
def test_awards_are_never_compared(compare: Callable[[object, object], bool], one: Award, other: Award) -> None:
    with pytest.raises(TypeError):
        compare(one, other)


@pytest.mark.parametrize("award", Award)
def test_an_award_comes_back_from_its_code_its_mark_and_a_fact(award: Award) -> None:
    told = enrolment(1, status=EnrolmentStatus.COMPLETED, **award_fields(award))

    assert Award.from_code(award.code) is award
    assert award_of(told) is award
    assert told.level == (None if award.level is None else award.level.value)
    if award.certificate_mark is not None:
        assert Award.from_certificate_mark(award.certificate_mark) is award


def test_a_fact_from_before_there_were_awards_is_read_by_its_level() -> None:
    told = enrolment(1, status=EnrolmentStatus.COMPLETED, level=3)

    assert (told.award, award_of(told)) == (None, Award.INTERMEDIATE_WORKER)


@pytest.mark.parametrize("award", ["", "junior_worker", "bronze"])
def test_a_fact_with_an_award_that_this_code_does_not_know_is_not_read(award: str) -> None:
    with pytest.raises(UnknownAward):
        award_of(enrolment(1, status=EnrolmentStatus.COMPLETED, level=None, award=award))


class TestAsked:
    def test_a_level_may_be_named_by_either_name_or_both(self) -> None:
        for given_names in ({"award": "L4"}, {"level": "L4"}, {"award": "L4", "level": "L4"}):
            asked = {"award": None, "level": None} | given_names
            assert award_named(award=asked["award"], level=asked["level"]) is Award.SENIOR_WORKER

    def test_an_award_without_a_level_has_one_name(self) -> None:
        assert award_named(award="pre_job", level=None) is Award.PRE_JOB
        with pytest.raises(UnknownLevel):
            award_asked(award=None, level="pre_job")

    @pytest.mark.parametrize(("award", "level"), [("L4", "L5"), ("pre_job", "L4")])
    def test_names_that_contradict_each_other_are_refused(self, award: str, level: str) -> None:
        with pytest.raises(AwardContradictsLevel) as refusal:
            award_asked(award=award, level=level)

        assert refusal.value.facts == {"award": award, "level": level}

    def test_who_must_name_one_cannot_leave_both_out(self) -> None:
        assert award_asked(award=None, level=None) is None
        with pytest.raises(AwardMissing):
            award_named(award=None, level=None)
