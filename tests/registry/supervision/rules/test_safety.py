"""Safety documents: what each kind needs."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.supervision.rules.contents import MediaType
from services.registry.supervision.rules.safety import (
    SafetyContent,
    SafetyHeld,
    SafetyHoursWrong,
    SafetyNotReady,
    SafetyTopicsMissing,
    missing,
    require_complete,
    require_ready,
)
from shared.contracts.registry.supervision import SafetyKind
from shared.kernel.refusals import Refusal


@given(st.sampled_from(SafetyKind), st.integers(0, 3), st.lists(st.just("消防安全"), max_size=2))
def test_a_lesson_has_hours_and_topics_and_a_plan_no_hours(kind: SafetyKind, hours: int, topics: list[str]) -> None:
    is_lesson = kind is SafetyKind.SAFETY_LESSON
    expected: type[Refusal] | None = None
    if is_lesson and not topics:
        expected = SafetyTopicsMissing
    if is_lesson != (hours > 0):
        expected = SafetyHoursWrong

    refused: type[Refusal] | None = None
    try:
        require_complete(kind, SafetyContent("标题", tuple(topics), hours, MediaType.PDF, b""))
    except Refusal as refusal:
        refused = type(refusal)

    assert refused is expected


@given(st.integers(0, 2), st.integers(0, 6), st.integers(0, 4))
def test_a_class_starts_with_a_plan_and_enough_lessons(plans: int, hours: int, hours_min: int) -> None:
    lacking = missing(SafetyHeld(plans, hours), hours_min=hours_min)

    assert (SafetyKind.EMERGENCY_PLAN in lacking, SafetyKind.SAFETY_LESSON in lacking) == (not plans, hours < hours_min)
    if lacking:
        with pytest.raises(SafetyNotReady) as refused:
            require_ready(SafetyHeld(plans, hours), hours_min=hours_min, day=date(2025, 3, 1))
        assert refused.value.facts["day"] == "2025-03-01"
    else:
        require_ready(SafetyHeld(plans, hours), hours_min=hours_min, day=date(2025, 3, 1))
