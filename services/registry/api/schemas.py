"""What the registry's requests and answers look like on the wire."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.registry.domain.classes import HOURS_MAX, SEATS_MAX, TrainingClass
from services.registry.domain.institutions import InstitutionKind
from services.registry.usecases.classes import Filing
from shared.contracts.dimensions import FundSource
from shared.contracts.registry import ClassStatus, EnrolmentStatus
from shared.forms import LocalId, Name, Strict
from shared.kernel.identity import DocumentKind

Tag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$")]


class InstitutionRequest(Strict):
    credit_code: Annotated[str, Field(max_length=64, examples=["52410000MJ00123452"])]
    name: Name
    kind: InstitutionKind
    region: Annotated[str, Field(max_length=16, examples=["410102"])]


class InstitutionAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    credit_code: str
    name: str
    kind: InstitutionKind
    region: str
    reporting_region: str
    version: int


class ClassRequest(Strict):
    local_id: LocalId
    programme: Annotated[str, Field(max_length=16, examples=["S02-1"])]
    region: Annotated[str, Field(max_length=16, examples=["410102"], description="Where the class takes place")]
    occupation: Annotated[str, Field(max_length=32, examples=["4-10-01-05"])]
    level: Annotated[str, Field(max_length=8, examples=["L4"])]
    fund_source: FundSource | None = Field(default=None, description="None: nobody will claim a subsidy for it")
    starts_on: date
    ends_on: date
    hours: Annotated[int, Field(ge=1, le=HOURS_MAX, strict=True, description="Class hours of 45 minutes")]
    seats: Annotated[int, Field(ge=1, le=SEATS_MAX, strict=True)]

    def filing(self) -> Filing:
        return Filing(**self.model_dump())


class ClassAnswer(BaseModel):
    id: UUID
    institution_id: UUID
    local_id: str
    programme: str
    region: str
    reporting_region: str
    occupation: str
    level: str
    fund_source: FundSource | None
    starts_on: date
    ends_on: date
    hours: int
    seats: int
    status: ClassStatus
    version: int

    @classmethod
    def of(cls, class_: TrainingClass) -> ClassAnswer:
        values = {name: getattr(class_, name) for name in cls.model_fields}
        return cls(**values | {"level": class_.level.code})


class RosterRowRequest(Strict):
    """One trainee. The number is read whatever its spacing or width; it is sealed on arrival and never shown whole."""

    local_id: LocalId
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: Annotated[str, Field(max_length=64)]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    phone: Annotated[str, StringConstraints(pattern=r"^1\d{10}$")] | None = None
    programme: Annotated[str, Field(max_length=16)] | None = Field(
        default=None, description="The one programme this training counts to; the class's where left out"
    )
    tags: Annotated[list[Tag], Field(max_length=20)] = Field(
        default_factory=list, description="Cross-cutting marks (S06, S07, a priority group), never added up"
    )


class HoursRowRequest(Strict):
    local_id: LocalId
    hours: Annotated[int, Field(ge=0, le=HOURS_MAX, strict=True)]


class CorrectionRequest(Strict):
    programme: Annotated[str, Field(max_length=16)] | None = None
    tags: Annotated[list[Tag], Field(max_length=20)] | None = None
    hours: Annotated[int, Field(ge=0, le=HOURS_MAX, strict=True)] | None = None


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
    version: int


class TraineeAnswer(EnrolmentAnswer):
    """With what may be shown of the person: the name's first place, the number's first six and last four."""

    name: str
    document_kind: DocumentKind
    document_number: str


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
