"""What answers about the plan look like on the wire."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from shared.kernel.awards import Award, Evidence


class ProgrammeAnswer(BaseModel):
    code: str
    parent: str | None
    name_zh: str
    name_en: str
    year: int
    trainings_target: int | None
    high_skilled_target: int | None


class RegionAnswer(BaseModel):
    code: str
    name_zh: str
    name_en: str
    kind: str
    parent: str | None
    reporting_region: str | None
    valid_from: date | None
    valid_to: date | None
    replaced_by: str | None


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
    evidence: Evidence = Field(description="What a claim for it rests on")

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
