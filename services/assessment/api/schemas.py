"""What assessment's requests look like on the wire; its answers are beside, in answers.py."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from services.assessment.domain.bodies import BodyKind
from services.assessment.domain.marks import Marks
from services.assessment.usecases import bodies, sessions
from shared.form_errors import form_error
from shared.forms import Day, LocalId, Name, Reason, Strict
from shared.kernel.identity import DocumentKind


def _not_a_truth(value: object) -> object:
    if isinstance(value, bool):
        raise form_error("value_error", "A mark is a number", "分数应为数字。")
    return value


Mark = Annotated[
    Decimal,
    BeforeValidator(_not_a_truth),
    Field(ge=0, le=100, decimal_places=1, description="Points out of 100, with one decimal place at most"),
]


class ScopeItemForm(Strict):
    occupation: Annotated[str, Field(max_length=32, examples=["4-10-01-05"])]
    level: Annotated[str, Field(max_length=8, examples=["L4"])]


class BodyRequest(Strict):
    credit_code: Annotated[str, Field(max_length=64, examples=["52410000MJ00123452"])]
    name: Name
    kind: BodyKind
    region: Annotated[str, Field(max_length=16, examples=["410102"])]
    number_prefix: Annotated[
        str,
        Field(max_length=32, examples=["S000041000123"], description="Places 1 to 13 of its certificate numbers"),
    ]
    scope: Annotated[list[ScopeItemForm], Field(min_length=1, max_length=1000)]

    def filing(self) -> bodies.Filing:
        scope = [(item.occupation, item.level) for item in self.scope]
        return bodies.Filing(**self.model_dump(exclude={"scope"}), scope=scope)


class SessionRequest(Strict):
    local_id: LocalId
    class_id: UUID | None = Field(default=None, description="The class of the registry whose trainees are examined")
    programme: Annotated[str, Field(max_length=16, examples=["S02-1"])] = Field(
        description="What certificates count to where a candidate's enrolment in the class does not say otherwise"
    )
    region: Annotated[str, Field(max_length=16, examples=["410102"], description="Where the session is held")]
    occupation: Annotated[str, Field(max_length=32, examples=["4-10-01-05"])]
    level: Annotated[str, Field(max_length=8, examples=["L4"])]
    held_on: Day

    def filing(self) -> sessions.Filing:
        return sessions.Filing(**self.model_dump())


class CandidateRowRequest(Strict):
    """One candidate. The number is read however it is spaced; it is sealed on arrival and never shown whole."""

    local_id: LocalId
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: Annotated[str, Field(max_length=64)]
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class ResultRowRequest(Strict):
    """The marks of one candidate, or `absent: true` without marks."""

    local_id: LocalId
    theory: Mark | None = None
    skills: Mark | None = None
    review: Mark | None = Field(default=None, description="The comprehensive review: technicians (L5, L6) only")
    absent: bool = False

    @model_validator(mode="after")
    def _either(self) -> ResultRowRequest:
        has_marks = self.theory is not None and self.skills is not None
        has_some = any(mark is not None for mark in (self.theory, self.skills, self.review))
        if self.absent and has_some:
            raise form_error("value_error", "An absent candidate has no marks", "缺考的考生不能填写分数。")
        if not self.absent and not has_marks:
            raise form_error(
                "value_error",
                "Give theory and skills, or absent: true",
                "请填写 theory 和 skills，缺考的填写 absent: true。",
            )
        return self

    def marks(self) -> Marks | None:
        if self.theory is None or self.skills is None:
            return None
        return marks_of(self.theory, self.skills, self.review)


class CorrectionRequest(Strict):
    theory: Mark
    skills: Mark
    review: Mark | None = None
    reason: Reason

    def marks(self) -> Marks:
        return marks_of(self.theory, self.skills, self.review)


def marks_of(theory: Decimal, skills: Decimal, review: Decimal | None) -> Marks:
    """Points as the tenths that are kept."""
    return Marks(int(theory * 10), int(skills * 10), None if review is None else int(review * 10))


class RevocationRequest(Strict):
    reason: Reason
