"""What is sent and answered about sanctions over HTTP; each service names its own forms after its organisations."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.dimensions import SanctionStep
from shared.forms import Day, Reason, Strict
from shared.sanctions.rules import SanctionStatus


class ImposingForm(Strict):
    step: SanctionStep
    first_on: Annotated[Day, Field(description="Default: today")] | None = None
    last_on: Day | None = None
    reason: Reason


class LiftingForm(Strict):
    from_on: (
        Annotated[Day, Field(description="The first day on which the sanction no longer holds; default: today")] | None
    ) = None
    reason: Reason


class ReinstatingForm(Strict):
    reason: Reason


class SanctionFields(BaseModel):
    model_config = ConfigDict(from_attributes=True, validate_by_name=True, validate_by_alias=True)

    id: UUID
    step: SanctionStep
    status: SanctionStatus
    first_on: date
    last_on: date | None
    reason: str
    imposed_by: Annotated[str, Field(validation_alias="opened_by")]
    imposed_at: Annotated[datetime, Field(validation_alias="opened_at")]
    lifted_by: Annotated[str | None, Field(validation_alias="ended_by")]
    lifted_at: Annotated[datetime | None, Field(validation_alias="ended_at")]
    lifting_reason: Annotated[str | None, Field(validation_alias="ending_reason")]
    version: int
