"""Proposals on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.forms import Reason, Strict
from shared.proposals.rules import ProposalStatus


class RejectionRequest(Strict):
    reason: Reason


class ProposalAnswer(BaseModel):
    """A step that waits for a second person, or that was confirmed or rejected."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: str
    subject: str = Field(
        description="The record that it concerns", examples=["claims/0198c0de-0000-7000-8000-000000000000"]
    )
    region: str
    reporting_region: str
    content: dict[str, Any] = Field(description="What is proposed, as it was posted")
    reason: str
    proposed_by: str
    proposed_at: datetime
    status: ProposalStatus
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    version: int
