"""Those who have a seat are asked what a roster would ask of them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.enrolments.rules.admission import Trainee, TraineesUnfit, faults, require_all_fit
from services.registry.enrolments.rules.ages import AgeOutOfRange
from services.registry.enrolments.rules.trainees import NO_PARTICULARS, EntryParticulars, TraineeIncomplete
from shared.contracts.registry import EmploymentState
from shared.kernel.identity import DocumentKind
from tests.registry.builders import policy, training_class
from tests.support.people import identity_number

SUBSIDISED = training_class()
FREE = training_class(fund_source=None)
STRICT = policy(date(2026, 3, 1))
LENIENT = policy(date(2025, 3, 1))
COMPLETE = EntryParticulars(EmploymentState.EMPLOYED, consented_on=date(2025, 1, 2))


def seated(
    local_id: str = "T1", *, born: int = 1990, said: EntryParticulars = COMPLETE, phone: str | None = "1"
) -> Trainee:
    return Trainee(local_id, DocumentKind.RESIDENT_ID, identity_number(date(born, 1, 1), 7), phone, said)


def test_who_fits_passes() -> None:
    assert faults(seated(), SUBSIDISED, STRICT) == []
    assert faults(seated(said=NO_PARTICULARS, phone=None), SUBSIDISED, LENIENT) == []
    assert faults(seated(born=1940, said=NO_PARTICULARS, phone=None), FREE, STRICT) == []


def test_who_does_not_is_refused_as_by_a_roster() -> None:
    (too_old,) = faults(seated(born=1940), SUBSIDISED, LENIENT)
    (incomplete,) = faults(seated(said=NO_PARTICULARS, phone=None), SUBSIDISED, STRICT)
    both = faults(seated(born=1940, said=NO_PARTICULARS, phone=None), SUBSIDISED, STRICT)

    assert isinstance(too_old, AgeOutOfRange)
    assert isinstance(incomplete, TraineeIncomplete)
    assert incomplete.facts == {"missing": ["phone", "employment", "consent"]}
    assert [type(each) for each in both] == [AgeOutOfRange, TraineeIncomplete]


@given(st.lists(st.booleans(), max_size=40))
def test_of_many_those_who_do_not_fit_are_counted_and_the_first_twenty_named(old: list[bool]) -> None:
    trainees = [seated(f"T{place:03d}", born=1940 if each else 1990) for place, each in enumerate(old)]
    unfit = [each.local_id for each, is_old in zip(trainees, old, strict=True) if is_old]

    if not unfit:
        require_all_fit(trainees, SUBSIDISED, STRICT)
        return
    with pytest.raises(TraineesUnfit) as refused:
        require_all_fit(trainees, SUBSIDISED, STRICT)
    assert refused.value.facts == {"trainees": len(unfit), "local_ids": unfit[:20]}
