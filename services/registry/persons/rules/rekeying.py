"""Re-keying: a training stood under the document of another human, and goes on under the right one."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from msgspec.structs import replace as with_fields

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules.enrolments import Enrolment, describe
from shared.contracts.registry.enrolments import EnrolmentRekeyed
from shared.kernel.refusals import Invalid


class SameDocument(Invalid):
    slug = "same-document"
    title_en = "The training already stands under this document."
    title_zh = "该培训已登记在此证件名下。"
    cure_en = "Give the document of the person who was really trained."
    cure_zh = "请填写实际参训人员的证件。"


def rekey(
    enrolment: Enrolment, class_: TrainingClass, *, paper: UUID, person: UUID, at: datetime
) -> tuple[Enrolment, EnrolmentRekeyed]:
    """Attribute the training, in any state, to the human of the document `paper`, who goes on as `person`.

    Outcome, hours and days stay. Raises SameDocument.
    """
    if paper in (enrolment.person, enrolment.came_as) or person == enrolment.person:
        raise SameDocument(pointer="/document_number")
    came_as = None if paper == person else paper
    after = replace(enrolment, person=person, came_as=came_as, version=enrolment.version + 1)
    fact = describe(EnrolmentRekeyed, after, class_, at=at)
    return after, with_fields(fact, former=enrolment.person)
