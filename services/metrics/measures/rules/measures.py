"""What is counted."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Measure(StrEnum):
    """One kind of total. Trainings are events, high-skilled are persons, amounts are integer fen: never mixed."""

    IN_TRAINING = "in_training"
    """Enrolments in classes that have started, on their first day; taken off again on the day of an outcome."""
    TRAININGS = "trainings"
    """Completed trainings (person-times); on the day of completion."""
    SUBSIDISED_TRAININGS = "subsidised_trainings"
    """Trainings with an approved subsidy that is neither recovered nor owed back: a subset of the trainings, on the
    training's day."""
    CERTIFICATES = "certificates"
    """Valid certificates; on the day of issue."""
    HIGH_SKILLED_PERSONS = "high_skilled_persons"
    """Persons with a valid certificate at rank 4 or above; once each, where and when they got their first."""
    SKILLED_PERSONS = "skilled_persons"
    """Persons with a valid certificate at rank 2 or above; once each, where and when they got their first."""
    TECHNICIANS = "technicians"
    """Persons with a valid certificate at rank 5 or 6; once each, where and when they got their first."""
    CHIEF_TECHNICIANS = "chief_technicians"
    """Persons with a valid certificate at rank 7 or 8; once each, where and when they got their first."""
    APPROVED_FEN = "approved_fen"
    PAID_FEN = "paid_fen"
    RECOVERED_FEN = "recovered_fen"


class Stock(StrEnum):
    """What there is at the end of a day, summed up from all that was counted until then, whatever the year."""

    IN_TRAINING = "in_training"
    """Enrolments in classes that have started, from the first day of training until an outcome."""
    VALID_CERTIFICATES = "valid_certificates"
    HIGH_SKILLED_HOLDERS = "high_skilled_holders"
    """Persons with a valid certificate at rank 4 or above; an opening balance is not in it."""
    SKILLED_HOLDERS = "skilled_holders"
    """Persons with a valid certificate at rank 2 or above; an opening balance is not in it."""

    @property
    def of(self) -> Measure:
        """The measure of which it is the sum."""
        return _STOCK_OF[self]


_STOCK_OF: Final = {
    Stock.IN_TRAINING: Measure.IN_TRAINING,
    Stock.VALID_CERTIFICATES: Measure.CERTIFICATES,
    Stock.HIGH_SKILLED_HOLDERS: Measure.HIGH_SKILLED_PERSONS,
    Stock.SKILLED_HOLDERS: Measure.SKILLED_PERSONS,
}
FLOWS: Final = tuple(measure for measure in Measure if measure is not Measure.IN_TRAINING)
"""What happens in a period."""
