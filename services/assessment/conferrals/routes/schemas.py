"""Requests and answers about conferrals on the wire."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.assessment.conferrals.rules.conferrals import Conferral, ConferralStatus, Nominee
from services.assessment.conferrals.rules.evidence import Apprenticeship, ContestPlace, Evidence, Post, Process, as_json
from services.assessment.conferrals.rules.recognition import RecognitionRow
from services.assessment.conferrals.usecases.lists import Concluded, Filing
from services.assessment.exams.usecases.forms import Mark
from shared.awards import AnsweredAward, AnsweredLevel, GivenAward, GivenLevel
from shared.contracts.assessment import CertificateWay
from shared.dated_rules.answers import ProvenanceAnswer
from shared.dated_rules.rules import Provenance
from shared.form_errors import form_error
from shared.forms import ENCRYPTED, PLAIN, VISIBLE, Day, LocalId, PersonName, Reason, Strict
from shared.kernel.awards import Award, award_named
from shared.kernel.identity import DocumentKind
from shared.kernel.ids import new_id
from shared.kernel.periods import Period

_Reference = Annotated[
    str,
    Field(min_length=1, max_length=100, description="Where the paper is found: its number or file", examples=["KH-12"]),
    VISIBLE,
    ENCRYPTED,
]
_Programme = Annotated[str, Field(max_length=16, examples=["S08"]), PLAIN]
_Contest = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9-]+$", examples=["national-1"]), PLAIN]


class ConferralRequest(Strict):
    """A list of people who are given one award in one way. `class_id` only if they were trained in a class for it."""

    local_id: LocalId
    way: CertificateWay
    class_id: UUID | None = None
    programme: _Programme
    occupation: Annotated[str, Field(max_length=20, examples=["4-10-01-05"]), PLAIN]
    award: GivenAward | None = None
    level: GivenLevel | None = None

    def filing(self) -> Filing:
        """Raises AwardMissing, UnknownAward, UnknownLevel, AwardContradictsLevel."""
        award = award_named(award=self.award, level=self.level)
        return Filing(self.local_id, self.way, self.class_id, self.programme, self.occupation, award)


class ConferralReasonRequest(Strict):
    reason: Reason


class ProcessForm(Strict):
    """A process assessment: its record, its days and its result, and the courses that it covers.

    `classes` are training classes of the registry that the person has completed, `credit_use` is the conversion of a
    school's courses towards this award; both are compared with what is on record.
    """

    reference: _Reference
    first_on: Day
    last_on: Day
    points: Mark
    classes: Annotated[tuple[UUID, ...], Field(max_length=20)] = ()
    credit_use: UUID | None = None

    def evidence(self) -> Process:
        return Process(
            self.reference,
            self.first_on,
            self.last_on,
            int(Decimal(self.points) * 10),
            tuple(map(str, self.classes)),
            None if self.credit_use is None else str(self.credit_use),
        )


class ContestForm(Strict):
    """A place in a contest (`GET /recognition-rules`).

    `held` only for a level that the person had by then from elsewhere, with the reference of that paper.
    """

    reference: _Reference
    contest: _Contest
    place: Annotated[int, Field(ge=1, le=10_000)]
    held_on: Day
    held: Annotated[GivenLevel | None, Field(description="A level held by a paper that is not on record here")] = None
    held_reference: _Reference | None = None

    @model_validator(mode="after")
    def _both(self) -> ContestForm:
        if (self.held is None) != (self.held_reference is None):
            raise form_error(
                "value_error", "Enter held and held_reference together", "held 与 held_reference 须同时填写。"
            )
        return self

    def evidence(self) -> ContestPlace:
        return ContestPlace(self.reference, self.contest, self.place, self.held_on, self.held, self.held_reference)


class PostForm(Strict):
    """The post that the person is appointed to, and the term; both days are inclusive."""

    reference: Annotated[
        str, Field(min_length=2, max_length=100, description="That of the enterprise's decision"), PLAIN
    ]
    post: Annotated[str, Field(min_length=2, max_length=100, examples=["特级技师岗"]), PLAIN]
    first_on: Day
    last_on: Day

    def evidence(self) -> Post:
        return Post(self.reference, self.post, self.first_on, self.last_on)


class ApprenticeshipForm(Strict):
    """An apprenticeship or probation that has ended."""

    reference: _Reference
    first_on: Day
    last_on: Day

    def evidence(self) -> Apprenticeship:
        return Apprenticeship(self.reference, self.first_on, self.last_on)


class NomineeRowRequest(Strict):
    """One person, with the evidence that the way of the list rests on: exactly one of the four."""

    local_id: LocalId
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: Annotated[str, Field(max_length=64), ENCRYPTED]
    name: PersonName
    process: ProcessForm | None = None
    contest: ContestForm | None = None
    post: PostForm | None = None
    apprenticeship: ApprenticeshipForm | None = None

    @property
    def _given(self) -> list[ProcessForm | ContestForm | PostForm | ApprenticeshipForm]:
        return [each for each in (self.process, self.contest, self.post, self.apprenticeship) if each is not None]

    @model_validator(mode="after")
    def _one(self) -> NomineeRowRequest:
        if len(self._given) != 1:
            raise form_error(
                "value_error",
                "Enter one of process, contest, post and apprenticeship",
                "process、contest、post、apprenticeship 须填写且只填写一项。",
            )
        return self

    def evidence(self) -> Evidence:
        (form,) = self._given
        return form.evidence()


class ConferralAnswer(BaseModel):
    id: UUID
    body_id: UUID
    local_id: str
    way: CertificateWay
    class_id: UUID | None
    programme: str
    region: str
    reporting_region: str
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    status: ConferralStatus
    filed_by: str
    filed_at: datetime
    decided_by: str | None
    decided_on: date | None
    public_until: date | None
    version: int

    @classmethod
    def of(cls, conferral: Conferral, **more: Any) -> Self:
        values = {name: getattr(conferral, name) for name in ConferralAnswer.model_fields if name != "level"}
        return cls(**values | conferral.award.codes | more)


class IssuedAnswer(BaseModel):
    id: UUID
    number: str


class ConclusionOfConferralAnswer(ConferralAnswer):
    """A concluded list with its certificates; `already_certified` are the ids of nominees who held a valid one."""

    certificates: list[IssuedAnswer]
    already_certified: list[UUID]

    @classmethod
    def of_concluded(cls, concluded: Concluded) -> Self:
        return cls.of(
            concluded.conferral,
            certificates=[IssuedAnswer(id=each.id, number=each.number) for each in concluded.certificates],
            already_certified=[each.id for each in concluded.already_certified],
        )


class NomineeAnswer(BaseModel):
    """A person on a list, masked, with the evidence. Of references the end is shown."""

    id: UUID
    conferral_id: UUID
    local_id: str
    name: str
    document_kind: DocumentKind
    document_number: str
    programme: str
    evidence: dict[str, Any]
    rule: str | None = Field(description="The row by which a place in a contest was recognised")
    struck_by: str | None
    struck_at: datetime | None
    striking_reason: str | None
    version: int

    @classmethod
    def of(cls, nominee: Nominee, evidence: Evidence, **shown: str) -> Self:
        said = as_json(evidence)
        for name in ("reference", "held_reference"):
            if said.get(name):
                said[name] = f"…{said[name][-4:]}"
        names = ("id", "conferral_id", "local_id", "programme", "rule", "struck_by", "struck_at", "striking_reason")
        values = {name: getattr(nominee, name) for name in (*names, "version")}
        return cls(**values, evidence=said, **shown)


class ConferralStepAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    nominee_id: UUID | None
    verb: str
    taken_by: str
    taken_at: datetime
    reason: str | None
    content: dict[str, Any]


class RecognitionRequest(Strict):
    """Places `first_place` to `last_place` give `award` to who holds `held` or above; without `held`, to everyone."""

    contest: _Contest
    held: GivenLevel | None = None
    award: GivenAward
    first_place: Annotated[int, Field(ge=1, le=10_000)]
    last_place: Annotated[int, Field(ge=1, le=10_000)]
    region: Annotated[str, Field(max_length=16, examples=["410000"]), PLAIN]
    first_on: Day
    last_on: Day | None = None
    status: Annotated[str, Field(pattern="^(assumption|sourced)$")] = "sourced"
    source: Annotated[str, Field(min_length=2, max_length=500, description="The document that says so"), PLAIN]
    reason: Reason | None = None

    def row(self, *, by: str, at: datetime) -> RecognitionRow:
        """The proposal of the person `by`. Raises UnknownAward, PeriodEndsBeforeStart."""
        return RecognitionRow(
            id=str(new_id()),
            contest=self.contest,
            held=None if self.held is None else Award.from_code(self.held),
            award=Award.from_code(self.award),
            first_place=self.first_place,
            last_place=self.last_place,
            region=self.region,
            validity=Period(self.first_on, self.last_on),
            status=self.status,
            source=self.source,
            provenance=Provenance(by, at, self.reason),
        )


class RecognitionAnswer(BaseModel):
    """A rule of direct recognition. `last_place` 0: from its first day on, no place is recognised by this rule."""

    id: str
    contest: str
    held: str | None
    award: AnsweredAward
    first_place: int
    last_place: int
    region: str
    first_on: date
    last_on: date | None
    status: str
    source: str
    provenance: ProvenanceAnswer

    @classmethod
    def of(cls, row: RecognitionRow) -> Self:
        names = ("id", "contest", "first_place", "last_place", "region", "first_on", "last_on", "status", "source")
        given = {name: getattr(row, name) for name in names}
        held = None if row.held is None else row.held.code
        return cls(**given, held=held, award=row.award.code, provenance=ProvenanceAnswer.of(row))
