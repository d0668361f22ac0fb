"""Attachments: what an officer saw on a patrol, and evidence that a finding was rectified."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.registry.supervision.rules.contents import MediaType
from services.registry.supervision.rules.findings import Finding
from services.registry.supervision.rules.patrols import Patrol
from shared.contracts.registry.supervision import FindingStatus
from shared.kernel.refusals import Conflict, Forbidden

ATTACHMENTS_MAX: Final = 20
"""Per patrol, and per finding."""


class PatrolOfAnother(Forbidden):
    slug = "patrol-of-another"
    title_en = "Another officer recorded this patrol."
    title_zh = "该巡查由其他工作人员登记。"
    cure_en = "Ask the officer who recorded it to attach the file, or record your own patrol."
    cure_zh = "请由登记人补充材料，或另行登记本人的巡查。"


class FindingNotLeft(Conflict):
    slug = "finding-not-left"
    title_en = "The finding is closed, so no evidence can be attached to it."
    title_zh = "该问题已销号，不再接收整改材料。"
    cure_en = "Check that this is the right finding; the list of findings shows which are not closed."
    cure_zh = "请核对问题编号；未销号的问题可在问题列表中查看。"
    reference = "GET /v1/findings"


class TooManyAttachments(Conflict):
    """Facts: `attachments_max`."""

    slug = "too-many-attachments"
    title_en = "The maximum number of attachments has been reached."
    title_zh = "附件数量已达上限。"
    cure_en = "At most {attachments_max} files can be attached; combine several photos into one PDF."
    cure_zh = "最多保存 {attachments_max} 个附件，可将多张照片合并为一个 PDF。"


@dataclass(frozen=True)
class Attachment:
    """A file of a patrol or, with a `finding_id`, of that finding; a hazard has no patrol.

    Its content is stored separately, encrypted.

    `local_id` is the id that the sender gave it; `digest` is SHA-256 of the content.
    """

    id: UUID
    patrol_id: UUID | None
    finding_id: UUID | None
    local_id: str
    media_type: MediaType
    digest: bytes
    bytes_long: int
    added_by: str
    added_at: datetime


def require_own(patrol: Patrol, *, by: str) -> None:
    """Check that the caller recorded the patrol. Raises PatrolOfAnother."""
    if patrol.done_by != by:
        raise PatrolOfAnother


def require_left(finding: Finding) -> None:
    """Check that the finding is not closed. Raises FindingNotLeft."""
    if finding.status is FindingStatus.CLOSED:
        raise FindingNotLeft


def require_room(before: Sequence[Attachment]) -> None:
    """Check that one more file can be added to those of `before`. Raises TooManyAttachments."""
    if len(before) >= ATTACHMENTS_MAX:
        raise TooManyAttachments(attachments_max=ATTACHMENTS_MAX)
