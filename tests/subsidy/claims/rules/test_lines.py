"""The lines of a class, and how they follow corrections."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.subsidy.claims.rules.held import HeldSubsidy
from services.subsidy.claims.rules.lines import Standing, lines_of, with_current_entries
from services.subsidy.claims.rules.sources import Entry, Source
from services.subsidy.trainings.rules import Outcome
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.dated_rules.rules import Grounds
from shared.kernel.awards import Award
from shared.kernel.money import Fen
from tests.subsidy.builders import CAREGIVER, TERMS, line
from tests.subsidy.claiming import DAYS, HELD, STARTS_ON, refused, training_of


def source() -> Source:
    return Source(
        kind=SubsidyKind.TRAINING,
        id=uuid4(),
        institution_id=uuid4(),
        region="410102",
        reporting_region="410100",
        occupation=CAREGIVER,
        award=Award.SENIOR_WORKER,
        fund_source=FundSource.EMPLOYMENT_FUND,
        starts_on=STARTS_ON,
    )


PEOPLE = [UUID(int=number) for number in range(1, 6)]


ENTRIES = st.lists(
    st.builds(
        Entry,
        id=st.uuids(version=4),
        person=st.sampled_from(PEOPLE),
        programme=st.just("S01"),
        on=DAYS,
        outcome=st.sampled_from(Outcome),
        evidenced_on=st.none() | st.dates(STARTS_ON, date(2025, 5, 1)),
    ),
    max_size=8,
    unique_by=lambda each: each.id,
)


STANDING = st.builds(
    Standing,
    held=st.dictionaries(st.sampled_from(PEOPLE), st.lists(HELD, max_size=3)),
    rate=st.none() | st.just(Fen(200_000)),
    terms=st.just(TERMS),
    grounds=st.just(Grounds(1, ())),
)


class TestLinesOf:
    @given(ENTRIES, STANDING)
    def test_every_entry_has_one_line_in_the_order_of_ids(self, entries: list[Entry], standing: Standing) -> None:
        lines = lines_of(source(), entries, standing, claimed_on=date(2025, 6, 1))

        assert [line.line for line in lines] == list(range(1, len(entries) + 1))
        assert [line.source_id for line in lines] == sorted(each.id for each in entries)
        assert all((line.amount_fen == 0) == (line.refusal is not None) for line in lines)

    @given(ENTRIES, STANDING)
    def test_a_person_is_paid_once_in_a_class_and_never_beside_a_line_held_elsewhere(
        self, entries: list[Entry], standing: Standing
    ) -> None:
        of = source()

        lines = lines_of(of, entries, standing, claimed_on=date(2025, 6, 1))

        paid = [line.person for line in lines if line.is_payable]
        assert len(paid) == len(set(paid))
        for person in paid:
            others = standing.held.get(person, ())
            assert not any(held.bars(HeldSubsidy(CAREGIVER, of.award, STARTS_ON.year)) for held in others)

    @given(ENTRIES, STANDING)
    def test_building_again_gives_the_same_whatever_the_order_of_the_trainees(
        self, entries: list[Entry], standing: Standing
    ) -> None:
        of = source()
        on = date(2025, 6, 1)

        backwards = lines_of(of, entries[::-1], standing, claimed_on=on)

        assert backwards == lines_of(of, entries, standing, claimed_on=on)


class TestAsHeard:
    @given(
        lines=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=6, unique_by=lambda each: each[0]),
        into=st.lists(st.integers(0, 3), min_size=6, max_size=6),
        holders=st.sets(st.integers(0, 3)),
    )
    def test_nobody_comes_to_hold_a_subsidy_twice(
        self, lines: list[tuple[int, bool]], into: list[int], holders: set[int]
    ) -> None:
        before = tuple(
            replace(line(number, 100) if payable else refused(number), person=UUID(int=person))
            for number, (person, payable) in enumerate(lines, 1)
        )
        heard = [training_of(each, person=UUID(int=new)) for each, new in zip(before, into, strict=False)]

        after = with_current_entries(before, heard, holders={UUID(int=each) for each in holders})

        paid = [each.person for each in after if each.is_payable]
        moved = {now.person for now, then in zip(after, before, strict=True) if now.is_payable and now != then}
        assert len(set(paid)) == len(paid)
        assert not moved & {UUID(int=each) for each in holders}
        assert [each.amount_fen for each in after] == [each.amount_fen for each in before]

    def test_a_refused_line_follows_whoever_holds_what(self) -> None:
        before = refused(1)
        into = uuid4()

        [after] = with_current_entries((before,), [training_of(before, person=into)], holders={into})

        assert after.person == into
