"""Safety documents: an institution's emergency plans and safety lessons; every version stays readable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from services.registry.directory.rules.institutions import Institution
from services.registry.supervision.rules.contents import MediaType
from shared.contracts.registry.supervision import SafetyKind, SafetyVersionAdded
from shared.kernel.refusals import Conflict, Invalid


class SafetyKindFixed(Conflict):
    """Facts: `kind`."""

    slug = "safety-kind-fixed"
    title_en = "This document is of a different kind, and the kind of a document cannot change."
    title_zh = "该文件已登记为其他类型，类型不能变更。"
    cure_en = "Post it as {kind}, or under a new local_id."
    cure_zh = "请按原类型（{kind}）提交，或使用新的 local_id。"


class SafetyHoursWrong(Invalid):
    """Facts: `kind`."""

    slug = "safety-hours-wrong"
    title_en = "A safety lesson must have at least one class hour; an emergency plan must have none."
    title_zh = "安全课程至少为 1 学时，应急预案的学时应为 0。"
    cure_en = "Correct the hours, or the kind of the document."
    cure_zh = "请更正学时或文件类型。"


class SafetyTopicsMissing(Invalid):
    slug = "safety-topics-missing"
    title_en = "The safety lesson has no topics."
    title_zh = "安全课程未填写内容主题。"
    cure_en = "Enter its topics, such as traffic, fire or electricity."
    cure_zh = "请填写主题，例如交通安全、消防安全、用电安全。"


class SafetyNotReady(Conflict):
    """Facts: `missing`, `hours_min`, `day`."""

    slug = "safety-not-ready"
    title_en = "The institution lacks safety documents that are valid when the class starts."
    title_zh = "开班时机构缺少有效的安全材料。"
    cure_en = (
        "Missing on {day}: {missing}. Post an emergency plan that is valid on that day, and safety lessons of "
        "{hours_min} class hours together."
    )
    cure_zh = "{day} 缺少：{missing}。请提交当日有效的应急预案，以及合计不少于 {hours_min} 学时的安全课程。"
    reference = "POST /v1/institutions/…/safety-documents"


class SafetyContent(NamedTuple):
    """The content of a version; `hours` are class hours of 45 minutes, `digest` is SHA-256 of the file.

    `valid_until` is the last day on which it holds; None: until there is a later version.
    """

    title: str
    topics: tuple[str, ...]
    hours: int
    media_type: MediaType
    digest: bytes
    valid_until: date | None = None


class SafetyHeld(NamedTuple):
    """What an institution has that is valid on a day: emergency plans, and class hours of safety lessons."""

    plans: int
    lesson_hours: int


@dataclass(frozen=True)
class SafetyDocument:
    """A document; `version` is the number of its latest version."""

    id: UUID
    institution_id: UUID
    kind: SafetyKind
    local_id: str
    version: int


@dataclass(frozen=True)
class SafetyVersion:
    """An immutable version; its file is stored separately."""

    document_id: UUID
    version: int
    described: SafetyContent
    bytes_long: int
    added_by: str
    added_at: datetime


def require_complete(kind: SafetyKind, described: SafetyContent) -> None:
    """Check that a lesson has hours and topics, and a plan no hours. Raises SafetyHoursWrong, SafetyTopicsMissing.

    Source: domain rules §5.5.
    """
    if (described.hours >= 1) is not (kind is SafetyKind.SAFETY_LESSON):
        raise SafetyHoursWrong(pointer="/hours", kind=kind.value)
    if kind is SafetyKind.SAFETY_LESSON and not described.topics:
        raise SafetyTopicsMissing(pointer="/topics")


def missing(held: SafetyHeld, *, hours_min: int) -> list[SafetyKind]:
    """The kinds of documents of which a class cannot start with `held`."""
    enough = {SafetyKind.EMERGENCY_PLAN: held.plans > 0, SafetyKind.SAFETY_LESSON: held.lesson_hours >= hours_min}
    return [kind for kind, is_enough in enough.items() if not is_enough]


def require_ready(held: SafetyHeld, *, hours_min: int, day: date) -> None:
    """Check that a class can start on `day` with what is `held`. Raises SafetyNotReady. Source: domain rules §5.5."""
    if lacking := missing(held, hours_min=hours_min):
        raise SafetyNotReady(missing=[kind.value for kind in lacking], hours_min=hours_min, day=day.isoformat())


def require_kind(document: SafetyDocument, kind: SafetyKind) -> None:
    """Check that the kind is unchanged. Raises SafetyKindFixed."""
    if document.kind is not kind:
        raise SafetyKindFixed(pointer="/kind", kind=document.kind.value)


def add(
    document: SafetyDocument, version: SafetyVersion, institution: Institution, *, at: datetime
) -> SafetyVersionAdded:
    """The fact that a new `version` of `document` was added."""
    return SafetyVersionAdded(
        subject=f"safety/{document.id}",
        version=version.version,
        at=at,
        safety_id=document.id,
        institution_id=institution.id,
        region=institution.region,
        reporting_region=institution.reporting_region,
        safety_kind=document.kind,
        digest=version.described.digest.hex(),
        hours=version.described.hours,
    )
