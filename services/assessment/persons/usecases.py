"""Whether who calls is the person of a record; and questions about names, settled on sight of the document."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.persons import rules, store
from services.assessment.persons.rules import NameQuestion, NameQuestionStatus
from services.assessment.plan import usecases as plans
from shared import heard
from shared.kernel.callers import Caller, ForeignPerson
from shared.kernel.names import same_name
from shared.persons import Persons, SealedPerson


async def own_keys(connection: AsyncConnection, caller: Caller) -> set[UUID]:
    """All keys of the human who calls as a holder, also when their key was merged into another one."""
    human = (await store.humans(connection, {caller.holder}))[caller.holder]
    return set(await heard.keys_of(connection, {human}))


async def require_own(connection: AsyncConnection, caller: Caller, person: UUID) -> None:
    """Raises ForeignPerson unless `person` is the human who calls as a holder."""
    if person not in await own_keys(connection, caller):
        raise ForeignPerson


async def load(connection: AsyncConnection, question_id: UUID, *, caller: Caller, lock: bool = False) -> NameQuestion:
    """A question that the caller sees; with `lock`, one that they settle.

    Raises NotYetReceived, NotFound, ForeignOrganisation, ForeignRegion.
    """
    sight = await plans.scope(connection, caller)
    found = await store.load_question(connection, question_id, lock=lock)
    (sight.require_handled if lock else sight.require)(found, owner=found.body_id)
    return found


async def settle(
    connection: AsyncConnection,
    question_id: UUID,
    name: str,
    *,
    reason: str,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> NameQuestion:
    """Settle a question by the `name` that the document says. The former name is kept.

    Certificates read the name of their holder where it is kept, so that a correction reaches each record; papers and
    credentials that bear the former name are replaced by a further edition, which the body issues.

    Raises NotFound, ForeignRegion, IllegalMove, NeitherName.
    """
    before = await load(connection, question_id, caller=caller, lock=True)
    known = (await store.sealed(connection, [before.person]))[before.person]
    given = persons.unseal(before.given, owner=before.id).decode()
    after = rules.settle(
        before,
        is_known=persons.is_called(known, name),
        is_given=same_name(given, name),
        by=caller.person,
        reason=reason,
        at=at,
    )
    await store.save_question(connection, after)
    if after.status is NameQuestionStatus.CORRECTED:
        renamed = persons.called(known, given, None)
        await rename(connection, renamed, persons=persons, by=caller.person, at=at, question_id=question_id)
    return after


async def reopen(
    connection: AsyncConnection, question_id: UUID, *, reason: str, persons: Persons, caller: Caller, at: datetime
) -> NameQuestion:
    """Take a settlement back; the person is called again as before. Raises NotFound, ForeignRegion, IllegalMove."""
    before = await load(connection, question_id, caller=caller, lock=True)
    after = rules.reopen(before, by=caller.person, reason=reason, at=at)
    await store.save_question(connection, after)
    former = await store.former(connection, question_id)
    if before.status is NameQuestionStatus.CORRECTED and former is not None:
        await rename(connection, former, persons=persons, by=caller.person, at=at)
    return after


async def rename(
    connection: AsyncConnection,
    renamed: SealedPerson,
    *,
    persons: Persons,
    by: str,
    at: datetime,
    question_id: UUID | None = None,
) -> None:
    """Give a known person another name. Certificates that bear it again need no further edition any more."""
    await store.rename(connection, renamed, by=by, at=at, question_id=question_id)
    name = persons.particulars(renamed).name
    printed = await store.printed_names(connection, renamed.person)
    await store.forget_printed(
        connection,
        [each for each in printed if persons.particulars(renamed._replace(sealed=each.sealed)).name == name],
    )
