"""Inspections of sessions by officers, on site or by video; a finding is a flag that holds the conclusion."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.kernel.refusals import Invalid


class Manner(StrEnum):
    ON_SITE = "on_site"
    VIDEO = "video"


class InspectedToCome(Invalid):
    slug = "exam-inspected-to-come"
    title_en = "The day of the inspection is still to come."
    title_zh = "检查日期不得晚于今日。"
    cure_en = "Enter the day on which the session was inspected."
    cure_zh = "请填写实际检查日期。"


@dataclass(frozen=True)
class Inspection:
    """An inspection of a session. `flag_id` is the flag of its finding; None if it found nothing to settle."""

    id: UUID
    session_id: UUID
    manner: Manner
    inspected_on: date
    found: str
    flag_id: UUID | None
    inspected_by: str
    entered_at: datetime


def require_held(inspected_on: date, *, today: date) -> None:
    """Raises InspectedToCome."""
    if inspected_on > today:
        raise InspectedToCome(pointer="/inspected_on")
