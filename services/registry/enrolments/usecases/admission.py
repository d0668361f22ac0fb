"""Check enrolled trainees against the entry conditions of a class: on a transfer, and when a class changes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.enrolments.rules import admission as rules
from services.registry.enrolments.rules import ages
from services.registry.enrolments.rules.admission import Trainee
from services.registry.enrolments.rules.enrolments import Enrolment
from services.registry.enrolments.rules.trainees import EntryParticulars
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.enrolments.store import entries as entry_store
from services.registry.enrolments.usecases import entries
from services.registry.plan.rules.policy import Policy
from services.registry.plan.store import rulebook as rulebook_store
from shared.kernel.identity import IdentityDocument
from shared.kernel.refusals import raise_first
from shared.persons import Persons


async def require_fit(
    connection: AsyncConnection, class_: TrainingClass, enrolment: Enrolment, *, persons: Persons
) -> None:
    """Checks that the trainee meets the entry conditions of `class_`. Raises AgeOutOfRange (C01), TraineeIncomplete."""
    (trainee,) = await _trainees(connection, [enrolment], persons=persons)
    policy = (await rulebook_store.current(connection)).policy(class_.starts_on, class_.region)
    for fault in rules.faults(trainee, class_, policy):
        fault.pointer = "/class_id"
        raise fault


async def require_all_fit(
    connection: AsyncConnection, class_: TrainingClass, enrolments: Sequence[Enrolment], *, persons: Persons
) -> None:
    """Checks that all trainees meet the entry conditions of `class_`. Raises TraineesUnfit (C01)."""
    policy = (await rulebook_store.current(connection)).policy(class_.starts_on, class_.region)
    rules.require_all_fit(await _trainees(connection, enrolments, persons=persons), class_, policy)


async def require_age(
    connection: AsyncConnection,
    class_: TrainingClass,
    enrolment: Enrolment,
    said: EntryParticulars,
    policy: Policy,
    *,
    persons: Persons,
    pointer: str,
) -> None:
    """Checks the trainee's age for their class by what was `said` at entry.

    Raises BirthDateDiffers, AgeOutOfRange (C01).
    """
    sealed = await enrolment_store.sealed_trainees(connection, [enrolment.person])
    known = persons.particulars(sealed[enrolment.person])
    shown = IdentityDocument(known.document_kind, known.document_number).birth_date
    raise_first(ages.birth_date_fault(shown, said))
    if fault := ages.age_fault(shown, said, class_=class_, policy=policy):
        fault.pointer = pointer
        raise fault


async def _trainees(connection: AsyncConnection, enrolments: Sequence[Enrolment], *, persons: Persons) -> list[Trainee]:
    keys = {each.person for each in enrolments}
    sealed = await enrolment_store.sealed_trainees(connection, keys)
    marks = await enrolment_store.phone_marks(connection, keys)
    said = await entry_store.of(connection, [each.id for each in enrolments])
    found = []
    for each in enrolments:
        known = persons.particulars(sealed[each.person])
        # Of a phone that came with a later roster only the blind index is stored.
        phone = known.phone or marks.get(each.person)
        entry = entries.open_(persons, said[each.id], each)
        found.append(Trainee(each.local_id, known.document_kind, known.document_number, phone, entry))
    return found
