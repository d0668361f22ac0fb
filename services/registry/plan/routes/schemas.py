"""What answers about the plan look like on the wire."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel


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
