"""The ladder of sanctions: what stands on a day, and what it forbids (C25)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.classes.rules.flags import stopped_during
from services.registry.directory.rules.sanctions import (
    InstitutionDelisted,
    InstitutionStopped,
    Sanction,
    require_not_delisted,
    require_not_stopped,
    tell,
)
from shared.contracts.dimensions import SanctionStep
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.periods import Period, PeriodEndsBeforeStart
from shared.kernel.refusals import IllegalMove, SamePerson
from shared.sanctions.rules import LADDER, SanctionEnded, SanctionStands, SanctionStatus, impose, lift, standing
from tests.registry.builders import NOON, training_class
from tests.registry.directory.rules.directory import institution, sanction

DAYS = st.dates(date(2025, 1, 1), date(2025, 2, 28))
DAY = date(2025, 3, 10)


@st.composite
def sanctions(draw: st.DrawFn) -> Sanction:
    first = draw(DAYS)
    last = draw(st.none() | DAYS.filter(lambda day: day >= first - timedelta(days=1)))
    return sanction(step=draw(st.sampled_from(SanctionStep)), first_on=first, last_on=last)


def test_the_ladder_has_its_steps_in_order() -> None:
    assert [step.value for step in LADDER] == ["talk", "rectify", "stop", "delist", "blacklist"]


@given(st.lists(sanctions(), max_size=4), DAYS)
def test_the_highest_step_in_force_stands(imposed: list[Sanction], day: date) -> None:
    in_force = [each for each in imposed if each.first_on <= day and (each.last_on is None or day <= each.last_on)]

    found = standing(imposed, day=day)

    if in_force:
        assert found in in_force
        assert found.step is max((each.step for each in in_force), key=list(SanctionStep).index)
    else:
        assert found is None


@given(st.lists(sanctions(), max_size=4), DAYS)
def test_a_stop_or_a_higher_step_forbids_new_classes_while_it_stands(imposed: list[Sanction], day: date) -> None:
    highest = standing(imposed, day=day)

    if highest is None or highest.step in (SanctionStep.TALK, SanctionStep.RECTIFY):
        require_not_stopped(imposed, day=day)
    else:
        with pytest.raises(InstitutionStopped) as refused:
            require_not_stopped(imposed, day=day)
        assert (refused.value.check, refused.value.facts["step"]) == ("C25", highest.step.value)


@given(st.lists(sanctions(), max_size=3), DAYS, st.integers(0, 20), st.sampled_from(ClassStatus))
def test_a_class_is_flagged_for_what_stops_its_institution_on_any_of_its_days(
    imposed: list[Sanction], first: date, days: int, status: ClassStatus
) -> None:
    imposed = [replace(each, id=UUID(int=number)) for number, each in enumerate(imposed)]
    class_ = training_class(starts_on=first, ends_on=first + timedelta(days=days), status=status)
    stopping = [
        str(each.id)
        for each in imposed
        if each.step not in (SanctionStep.TALK, SanctionStep.RECTIFY)
        and any(each.stands_on(first + timedelta(days=number)) for number in range(days + 1))
    ]

    seen = stopped_during(class_, imposed)

    is_over = status in (ClassStatus.RETURNED, ClassStatus.CANCELLED)
    assert [each.facts["sanction"] for each in seen] == ([] if is_over else stopping)
    assert all((each.check, each.holds, each.class_id) == ("C25", True, class_.id) for each in seen)
    assert len({each.seen for each in seen}) == len(seen)


@given(sanctions(), DAYS, st.integers(0, 20))
def test_off_the_list_is_off_the_list_on_each_day_of_a_listing(imposed: Sanction, first: date, days: int) -> None:
    period = Period(first, first + timedelta(days=days))
    off = imposed.step in (SanctionStep.DELIST, SanctionStep.BLACKLIST)
    meets = any(imposed.stands_on(first + timedelta(days=each)) for each in range(days + 1))

    if off and meets:
        with pytest.raises(InstitutionDelisted):
            require_not_delisted([imposed], period)
    else:
        require_not_delisted([imposed], period)


class TestImpose:
    def test_is_told_with_its_step_and_days(self) -> None:
        new = sanction(step=SanctionStep.DELIST, last_on=date(2025, 8, 31))

        imposed = impose(new, others=[])
        fact = tell(imposed, institution(), at=NOON)

        assert imposed == new
        assert (fact.step, fact.first_on, fact.last_on, fact.version) == (
            SanctionStep.DELIST, date(2025, 3, 1), date(2025, 8, 31), 1,
        )  # fmt: skip

    def test_a_talk_is_over_with_its_day(self) -> None:
        imposed = impose(sanction(step=SanctionStep.TALK), others=[])

        assert imposed.last_on == imposed.first_on

    def test_the_same_step_cannot_stand_twice_on_one_day_but_another_can(self) -> None:
        with pytest.raises(SanctionStands):
            impose(sanction(id=UUID(int=8)), others=[sanction()])

        imposed = impose(sanction(id=UUID(int=8), step=SanctionStep.BLACKLIST), others=[sanction()])
        assert imposed.step is SanctionStep.BLACKLIST

    def test_one_that_would_end_before_it_begins_is_refused(self) -> None:
        with pytest.raises(PeriodEndsBeforeStart):
            impose(sanction(last_on=date(2025, 2, 1)), others=[])


class TestLift:
    @given(sanctions(), DAYS)
    def test_a_lifted_one_stood_up_to_the_day_and_not_from_it_on(self, before: Sanction, from_on: date) -> None:
        try:
            after = lift(before, from_on=from_on, by="boss", reason="已整改", at=NOON)
        except SanctionEnded:
            assert before.last_on is not None
            assert before.last_on < from_on or before.last_on < before.first_on
            return

        for day in (date(2025, 1, 1) + timedelta(n) for n in range(70)):
            assert after.stands_on(day) is (before.stands_on(day) and day < from_on)
        fact = tell(after, institution(), at=NOON)
        assert (after.status, fact.version, fact.last_on) == (SanctionStatus.LIFTED, 2, after.last_on)

    def test_who_imposed_it_cannot_lift_it(self) -> None:
        with pytest.raises(SamePerson):
            lift(sanction(), from_on=DAY, by="officer", reason="已整改", at=NOON)

    def test_one_of_the_first_day_there_is_can_be_lifted(self) -> None:
        first = sanction(first_on=date.min)

        after = lift(first, from_on=date.min, by="boss", reason="误录", at=NOON)

        assert after.last_on == date.min

    def test_it_is_lifted_once(self) -> None:
        lifted = lift(sanction(), from_on=DAY, by="boss", reason="已整改", at=NOON)

        with pytest.raises(IllegalMove):
            lift(lifted, from_on=date(2025, 3, 5), by="chief", reason="再次", at=NOON)
