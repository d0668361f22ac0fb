"""A person's record over HTTP: asked for with a reason, which is kept; the number is in no address."""

from __future__ import annotations

from datetime import date, datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.persons.routes.proposals import DocumentRequest
from services.registry.persons.routes.schemas import PersonAnswer
from services.registry.persons.rules.records import HeldCertificate, RecordLook, Training
from services.registry.persons.usecases import records as usecases
from shared.auth import CurrentCaller
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.edge.lanes import lookup
from shared.forms import Reason
from shared.persons import Particulars
from shared.web import Connection, CurrentPersons, Now, router

routes = router("persons")


class RecordRequest(DocumentRequest):
    reason: Reason


class _Answer(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class TrainingAnswer(_Answer):
    enrolment_id: UUID
    class_id: UUID
    class_local_id: str
    institution: str
    programme: str
    occupation: str
    award: str
    status: EnrolmentStatus
    from_on: date
    until_on: date
    hours: int
    class_hours: int
    region: str

    @classmethod
    def of(cls, training: Training) -> Self:
        return cls(**training._asdict() | {"award": training.award.code})


class HeldCertificateAnswer(_Answer):
    """As assessment told of it; what was paid for it stands with the claims of its class."""

    certificate_id: UUID
    occupation: str
    award: str
    issued_on: date
    valid: bool

    @classmethod
    def of(cls, held: HeldCertificate) -> Self:
        return cls(**held._asdict() | {"award": held.award.code})


class RecordLookAnswer(_Answer):
    region: str
    reason: str
    looked_by: str
    looked_at: datetime

    @classmethod
    def of(cls, look: RecordLook) -> Self:
        return cls.model_validate(look)


class PersonRecordAnswer(BaseModel):
    person: PersonAnswer
    trainings: list[TrainingAnswer]
    certificates: list[HeldCertificateAnswer]
    looks: list[RecordLookAnswer] = Field(description="Who looked and why, the latest first; this look is the first")


@routes.post("/persons/records")
@lookup
async def look_at_record(
    request: RecordRequest, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> PersonRecordAnswer:
    """The record of the person with a document, masked: trainings in the caller's region, and all certificates.

    The reason is kept with who looked and when, and shown to whoever looks later.
    """
    document = Particulars(request.document_kind, request.document_number, name="")
    found = await usecases.look(connection, document, reason=request.reason, persons=persons, caller=caller, at=at)
    sealed = await enrolment_store.sealed_trainees(connection, [found.person])
    return PersonRecordAnswer(
        person=PersonAnswer.model_validate(persons.shown(sealed[found.person])),
        trainings=[TrainingAnswer.of(each) for each in found.trainings],
        certificates=[HeldCertificateAnswer.of(each) for each in found.certificates],
        looks=[RecordLookAnswer.of(each) for each in found.looks],
    )
