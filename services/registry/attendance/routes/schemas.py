"""Schemas of answers about days of attendance and their edits."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field


class DayAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    day: date
    minutes: int = Field(description="From check-ins to check-outs; within lessons only, if there are any that day")
    hours: int = Field(description="Class hours that count: up to the daily maximum, or as edited")
    edited: bool


class EditAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    enrolment_id: UUID
    class_id: UUID
    institution_id: UUID
    region: str
    day: date
    hours_before: int
    hours_after: int
    reason: str
    signed_by: str
    signed_at: datetime
