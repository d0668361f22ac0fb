"""Safety documents: what each kind needs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.registry.supervision.rules.contents import MediaType
from services.registry.supervision.rules.safety import (
    SafetyContent,
    SafetyHoursWrong,
    SafetyTopicsMissing,
    require_complete,
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
