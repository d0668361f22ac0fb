"""What an institution states about a trainee at entry, as requests and answers carry it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.registry.enrolments.rules.trainees import PriorityGroup
from shared.form_errors import form_error
from shared.forms import ENCRYPTED, PLAIN, VISIBLE, Day, LocalId, Strict

Tag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$"), PLAIN]


class GroupEntry(Strict):
    """A priority group of the trainee, and the paper that proves it. Stored encrypted."""

    group: PriorityGroup
    evidence: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), VISIBLE, ENCRYPTED
    ] = Field(description="Which paper, and its number")
    dated_on: Day = Field(description="The date on the paper")


class ConsentEntry(Strict):
    """When the trainee consented to the processing of their particulars, and to which version of the text."""

    on: Day
    version: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), PLAIN] | None = None


class TrainingReference(Strict):
    """Names a training by the id of the enrolment, or by the institution's own numbers of class and trainee."""

    reference_fault: ClassVar[str]
    """The code of the form error if neither or both are given."""

    enrolment_id: UUID | None = Field(default=None, description="Or both `class_local_id` and `trainee_local_id`")
    class_local_id: LocalId | None = None
    trainee_local_id: LocalId | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        by_local_ids = self.class_local_id is not None and self.trainee_local_id is not None
        nothing_else = self.class_local_id is None and self.trainee_local_id is None
        if not (by_local_ids if self.enrolment_id is None else nothing_else):
            raise form_error(
                self.reference_fault,
                "Give either enrolment_id, or both class_local_id and trainee_local_id",
                "请填写 enrolment_id，或同时填写 class_local_id 和 trainee_local_id，二者选一。",
            )
        return self
