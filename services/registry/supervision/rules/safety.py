"""Safety documents: an institution's emergency plans and safety lessons; every version stays readable."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from services.registry.directory.rules.institutions import Institution
from services.registry.supervision.rules.contents import MediaType
from shared.contracts.registry import SafetyKind, SafetyVersionAdded
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


class SafetyContent(NamedTuple):
    """The content of a version; `hours` are class hours of 45 minutes, `digest` is SHA-256 of the file."""

    title: str
    topics: tuple[str, ...]
    hours: int
    media_type: MediaType
    digest: bytes


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
