"""The age of a trainee: by the date that their document shows, or else by the one that was said."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.registry.enrolments.rules import ages
from services.registry.enrolments.rules.ages import AgeOutOfRange, BirthDateDiffers
from services.registry.enrolments.rules.trainees import NO_PARTICULARS, EntryParticulars
from shared.kernel.identity import DocumentKind, IdentityDocument
from tests.registry.builders import policy, training_class
from tests.support.people import identity_number

DAY = date(2025, 3, 1)
CLASS = training_class(starts_on=DAY)
POLICY = policy(DAY)
FOREIGN_CARD = "USA123456700001"

days = st.dates(date(1930, 1, 1), date(2024, 12, 31))


def age_fault(shown: date | None, said: EntryParticulars) -> AgeOutOfRange | None:
    return ages.age_fault(shown, said, class_=CLASS, policy=POLICY)


@given(days)
def test_is_decided_alike_by_what_is_shown_and_by_what_is_said(born: date) -> None:
    by_document, by_word = age_fault(born, NO_PARTICULARS), age_fault(None, EntryParticulars(birth_date=born))

    assert (by_document is None) == (by_word is None)
    if by_document is not None and by_word is not None:
        assert (by_document.pointer, by_word.pointer) == ("/document_number", "/birth_date")
        assert by_document.facts == by_word.facts


@given(days, days)
def test_what_the_document_shows_goes_before_what_is_said(shown: date, said: date) -> None:
    entry = EntryParticulars(birth_date=said)

    assert ages.born_on(shown, entry) == shown
    assert (ages.birth_date_fault(shown, entry) is None) == (shown == said)
    assert ages.birth_date_fault(None, entry) is None


def test_of_the_holder_of_a_foreign_card_is_looked_at_once_it_is_said() -> None:
    shown = IdentityDocument(DocumentKind.FOREIGN_PERMANENT_RESIDENT, FOREIGN_CARD).birth_date
    grown, young = EntryParticulars(birth_date=date(1990, 1, 1)), EntryParticulars(birth_date=date(2012, 1, 1))

    assert ages.age_fault(shown, grown, class_=CLASS, policy=POLICY) is None
    assert ages.birth_date_fault(shown, grown) is None
    assert isinstance(ages.age_fault(shown, young, class_=CLASS, policy=POLICY), AgeOutOfRange)


def test_of_somebody_with_another_document_cannot_be_said_otherwise() -> None:
    shown = IdentityDocument(DocumentKind.RESIDENT_ID, identity_number(date(1990, 1, 1), 1)).birth_date

    assert ages.birth_date_fault(shown, EntryParticulars(birth_date=date(1990, 1, 1))) is None
    assert isinstance(ages.birth_date_fault(shown, EntryParticulars(birth_date=date(1990, 1, 2))), BirthDateDiffers)
