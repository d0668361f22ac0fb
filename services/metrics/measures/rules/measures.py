"""What is counted."""

from __future__ import annotations

from enum import StrEnum


class Measure(StrEnum):
    """One kind of total. Trainings are events, high-skilled are persons, amounts are integer fen: never mixed."""

    IN_TRAINING = "in_training"
    """Enrolments without an outcome yet in classes that have started; on the first day of their class."""
    TRAININGS = "trainings"
    """Completed trainings (person-times); on the day of completion."""
    SUBSIDISED_TRAININGS = "subsidised_trainings"
    """Trainings with an approved subsidy that is neither recovered nor owed back: a subset of the trainings, on the
    training's day."""
    CERTIFICATES = "certificates"
    """Valid certificates; on the day of issue."""
    HIGH_SKILLED_PERSONS = "high_skilled_persons"
    """Persons with a valid certificate at rank 4 or above; once each, where and when they got their first."""
    APPROVED_FEN = "approved_fen"
    PAID_FEN = "paid_fen"
    RECOVERED_FEN = "recovered_fen"
