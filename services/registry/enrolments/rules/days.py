"""The days of a trainee's training when the days of the class change."""

from __future__ import annotations

from datetime import date

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.enrolments import Enrolment


def days_of(enrolment: Enrolment, before: TrainingClass, after: TrainingClass) -> tuple[date, date]:
    """First and last day of a trainee's training when its class changes from `before` to `after`.

    A trainee who began with the class still begins with it. A trainee who began later keeps that day, or begins with
    the class if it now starts later. The last day follows the same rule.
    """
    from_on = after.starts_on
    if enrolment.from_on > before.starts_on:
        from_on = max(enrolment.from_on, after.starts_on)
    until_on = after.ends_on
    if enrolment.until_on < before.ends_on:
        until_on = min(enrolment.until_on, after.ends_on)
    return min(from_on, until_on), until_on
