"""Read a teacher of the pool, correct the name, verify a qualification."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.usecases.institutions import load_for_writing
from services.registry.particulars.rules import DAMAGED, name_fault
from services.registry.plan.rules.jurisdiction import require_concerned
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.teachers.rules import teachers as rules
from services.registry.teachers.rules.teachers import Correction, Teacher, TeacherNameDiffers
from services.registry.teachers.store import engagements as engagement_store
from services.registry.teachers.store import teachers as store
from shared.backbone import outbox
from shared.kernel.callers import Caller, ForeignOrganisation, Whose
from shared.kernel.ids import new_id
from shared.kernel.names import corrects
from shared.kernel.refusals import raise_first
from shared.persons import Persons


async def visible(connection: AsyncConnection, teacher_id: UUID, *, caller: Caller) -> Teacher:
    """A teacher, for officers of a region in which they are or were engaged, or above.

    Raises NotFound, ForeignRegion.
    """
    teacher = await store.load(connection, teacher_id)
    await _require_region(connection, teacher, caller)
    return teacher


async def rename(
    connection: AsyncConnection,
    teacher_id: UUID,
    name: str,
    *,
    reason: str,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> Teacher:
    """Correct a teacher's name to that on the document; the old name is kept as a correction.

    As the institution that gave the name, until an officer corrects it. The current name returns the
    teacher unchanged. Raises NotFound, ForeignOrganisation, ForeignRegion, PlaceholderName.
    """
    before = await store.load(connection, teacher_id, locked=True)
    if caller.whose is not Whose.OWN:
        await _require_region(connection, before, caller)
    elif before.named_by is None:
        raise ForeignOrganisation
    else:
        caller.require_organisation(before.named_by)
    raise_first(name_fault(name))
    if persons.is_called(store.particulars(before), name):
        return before
    named_by = caller.organisation if caller.whose is Whose.OWN else None
    return await _keep_name(
        connection, before, name, named_by=named_by, reason=reason, persons=persons, by=caller.person, at=at
    )


async def repair_name(
    connection: AsyncConnection,
    before: Teacher,
    name: str,
    *,
    institution_id: UUID,
    persons: Persons,
    by: str,
    at: datetime,
) -> Teacher:
    """The teacher, locked, under the sound spelling `name` of their damaged stored name, as the institution gives it.

    The teacher as they are if they are called so already. Raises TeacherNameDiffers for any other name.
    """
    known = store.particulars(before)
    if persons.is_called(known, name):
        return before
    if not corrects(name, persons.particulars(known).name):
        raise TeacherNameDiffers(pointer="/name")
    return await _keep_name(
        connection, before, name, named_by=institution_id, reason=DAMAGED, persons=persons, by=by, at=at
    )


async def _keep_name(
    connection: AsyncConnection,
    before: Teacher,
    name: str,
    *,
    named_by: UUID | None,
    reason: str,
    persons: Persons,
    by: str,
    at: datetime,
) -> Teacher:
    """Store `before` under another name; the old one is kept as a correction."""
    sealed = persons.called(store.particulars(before), name, None).sealed
    after = rules.rename(before, sealed, named_by=named_by)
    await _save(connection, after, at=at)
    correction = Correction(new_id(), before.id, None, {"name": True}, before.sealed, reason, by, at)
    await store.add_correction(connection, correction)
    return after


async def verify(connection: AsyncConnection, qualification_id: UUID, *, caller: Caller, at: datetime) -> Teacher:
    """Confirm that the original certificate was seen and matches the entry: it then counts at every institution.

    As an officer of the region of the institution that entered it, or above. Can be repeated. Raises
    NotFound, ForeignRegion.
    """
    teacher_id = await store.holder(connection, qualification_id)
    before = await store.load(connection, teacher_id, locked=True)
    paper = before.paper(qualification_id)
    await load_for_writing(connection, paper.institution_id, caller=caller)
    after = rules.verify(before, qualification_id, by=caller.person)
    if after is not before:
        await _save(connection, after, at=at)
    return after


async def _save(connection: AsyncConnection, teacher: Teacher, *, at: datetime) -> None:
    await store.save(connection, teacher)
    await outbox.record(connection, rules.list_(teacher, at=at))


async def _require_region(connection: AsyncConnection, teacher: Teacher, caller: Caller) -> None:
    plan = (await rulebook_store.current(connection)).plan
    require_concerned(plan, caller, await engagement_store.regions(connection, teacher.id))
