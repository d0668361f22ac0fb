"""Schemas of requests and answers about enrolments."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.classes.rules.limits import HOURS_MAX
from shared.contracts.registry import EmploymentState, EnrolmentStatus
from shared.forms import LocalId, Strict
from shared.kernel.identity import DocumentKind


class HoursRowRequest(Strict):
    local_id: LocalId
    hours: Annotated[int, Field(ge=0, le=HOURS_MAX, strict=True)]


class EnrolmentAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    class_id: UUID
    local_id: str
    programme: str
    tags: list[str]
    status: EnrolmentStatus
    hours: int
    effective_on: date
    from_on: date
    until_on: date = Field(description="The last day of the training; there is no day if this is before `from_on`")
    employment: EmploymentState | None
    priority: bool = Field(description="Whether the person is in a priority group; which one is never shown")
    evidence_on: date | None
    transferred_from: UUID | None
    version: int


class TraineeAnswer(EnrolmentAnswer):
    """With the masked person: the first character of the name, the first six and last four of the number."""

    name: str
    document_kind: DocumentKind
    document_number: str
