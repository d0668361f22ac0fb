"""What answers about the plan look like on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, Field

from shared.kernel.awards import Award, AwardEvidence


class PlanAnswer(BaseModel):
    """The plan of a year. Its programmes count what began in the year, whenever it is posted or ends."""

    code: str
    year: int
    name_zh: str
    name_en: str
    first_on: date
    last_on: date


class PlanChangeAnswer(BaseModel):
    """A programme or an indicator of a plan that a later load changed, with the fields that differ."""

    entry: str
    version: int
    loaded_at: datetime
    before: dict[str, Any]
    after: dict[str, Any]


class ProgrammeAnswer(BaseModel):
    plan: str
    code: str
    parent: str | None
    name_zh: str
    name_en: str
    year: int
    trainings_target: int | None
    high_skilled_target: int | None
    departments: list[str] = Field(default_factory=list, description="Those that lead it; several may lead one")


class RegionPeriodAnswer(BaseModel):
    """Where a region belongs from `valid_from` to `valid_to`, both included; null is a side without a bound."""

    valid_from: date | None
    valid_to: date | None
    parent: str | None
    reporting_region: str | None


class RegionAnswer(BaseModel):
    """A region; `parent` and `reporting_region` are those of the day asked for, `periods` those of all days."""

    code: str
    name_zh: str
    name_en: str
    kind: str
    parent: str | None
    reporting_region: str | None
    valid_from: date | None
    valid_to: date | None
    replaced_by: str | None
    periods: list[RegionPeriodAnswer]


class LevelAnswer(BaseModel):
    code: str
    rank: int
    name_zh: str
    name_en: str
    high_skilled: bool


class AwardAnswer(BaseModel):
    code: str
    level: str | None = Field(description="The code of the level; null for an award without one, which has no order")
    rank: int | None
    name_zh: str
    name_en: str
    high_skilled: bool = Field(description="Whether its certificate makes a high-skilled talent")
    evidence: AwardEvidence = Field(description="What a claim for it rests on")

    @classmethod
    def of(cls, award: Award) -> AwardAnswer:
        return cls(
            code=award.code,
            level=award.codes["level"],
            rank=None if award.level is None else award.level.value,
            name_zh=award.name_zh,
            name_en=award.name_en,
            high_skilled=award.is_high_skilled,
            evidence=award.evidence,
        )
