"""Issue a certificate again: one that was lost or damaged, or one that says something wrong, which takes two people."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates import store
from services.assessment.certificates.rules import certificates as rules
from services.assessment.certificates.rules import corrections, ways
from services.assessment.certificates.rules.certificates import (
    AnotherCertificateStands,
    Certificate,
    CertificateVerb,
    Ground,
)
from services.assessment.certificates.rules.corrections import Correction, NothingToCorrect
from services.assessment.certificates.store import Replacement
from services.assessment.certificates.usecases import changes, issuing
from services.assessment.persons import store as person_store
from services.assessment.persons import usecases as renaming
from shared.backbone import outbox
from shared.kernel.callers import Caller
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move
from shared.kernel.names import spelling_fault
from shared.kernel.periods import business_day
from shared.kernel.refusals import raise_first
from shared.persons import Persons
from shared.proposals.rules import Proposal

_SEALED_NAME: Final = "sealed_name"


async def reissue(
    connection: AsyncConnection, certificate_id: UUID, ground: Ground, *, reason: str, caller: Caller, at: datetime
) -> Certificate:
    """A further edition, with the same number, of a valid certificate that was lost or damaged, or shows an old name.

    By its body, or an officer of its region or above. Raises NotFound, ForeignOrganisation, ForeignRegion, IllegalMove.
    """
    before = await changes.reached(connection, certificate_id, caller)
    after = rules.reissue(before)
    why = Replacement(ground, reason, caller.person, caller.person, at)
    await store.keep_replaced(connection, [before], why)
    await store.save_editions(connection, [after])
    await issuing.link(connection, [after], at=at)
    return after


async def propose(
    connection: AsyncConnection,
    certificate_id: UUID,
    correction: Correction,
    *,
    reason: str,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> Proposal:
    """Propose that a valid certificate says something else, as its body, or an officer of its region or above.

    Raises NotFound, ForeignOrganisation, ForeignRegion, IllegalMove, NothingToCorrect, DayOutsideSession,
    AnotherCertificateStands, WayDoesNotGive, AlreadyProposed, and the refusals of a damaged name.
    """
    certificate = await changes.reached(connection, certificate_id, caller)
    await _require_possible(connection, certificate, correction, persons=persons, at=at)
    content = correction.content
    if correction.name is not None:
        raise_first(spelling_fault(correction.name))
        sealed = persons.seal(correction.name.encode(), owner=certificate.id)
        content |= {"name": persons.masked_name(correction.name), _SEALED_NAME: base64.b64encode(sealed).decode()}
    return await changes.propose(
        connection, certificate, corrections.KIND, reason=reason, caller=caller, at=at, content=content
    )


async def correct(
    connection: AsyncConnection, proposal: Proposal, *, persons: Persons, caller: Caller, at: datetime
) -> None:
    """Let a certificate say what a proposal that is being confirmed says, as an officer who did not issue it.

    A corrected name is that of the person: all their valid certificates get a further edition. Raises WrongRole,
    ForeignRegion, IllegalMove, SamePerson, NothingToCorrect, DayOutsideSession, AnotherCertificateStands,
    WayDoesNotGive, NumberExhausted.
    """
    before = await changes.concerned(connection, changes.subject_of(proposal), caller)
    require_another(caller.person, before.issued_by, rule="issue and correction of a certificate")
    correction = Correction.of_content(proposal.content, name=_name(before, proposal, persons))
    fields = await _require_possible(connection, before, correction, persons=persons, at=at)
    why = Replacement(Ground.CORRECTED, proposal.reason, proposal.proposed_by, caller.person, at)
    if fields:
        await store.keep_replaced(connection, [before], why)
        if corrections.needs_number(fields, before):
            number = await issuing.number_for(connection, before, fields, at=at)
            fields |= {"number": number.number, "number_kind": number.kind}
        if "issued_on" in fields:
            day = fields["issued_on"]
            young = await issuing.young_on(connection, {before.person}, day, region=before.region, persons=persons)
            fields |= {"is_young": young[before.person]}
        after, fact = rules.correct(before, at=at, **fields)
        await store.save_correction(connection, after)
        await outbox.record(connection, fact)
        await issuing.link(connection, [after], at=at)
    if correction.name is not None:
        await _rename(connection, before, correction.name, why._replace(ground=Ground.NAME_CORRECTED), persons=persons)


async def _rename(
    connection: AsyncConnection, certificate: Certificate, name: str, why: Replacement, *, persons: Persons
) -> None:
    holder = (await person_store.sealed(connection, [certificate.person]))[certificate.person]
    if persons.particulars(holder).name == name:
        return
    valid = await store.valid_of_person(connection, certificate.person)
    renamed = persons.called(holder, name, None)
    # Before the further editions: those that are in force now are the ones that bear the former name.
    await renaming.rename(connection, renamed, persons=persons, by=why.replaced_by, at=why.replaced_at)
    await store.keep_replaced(connection, valid, why, former_holder=holder)
    reissued = [rules.reissue(each) for each in valid]
    await store.save_editions(connection, reissued)
    await issuing.link(connection, reissued, at=why.replaced_at)


def _name(certificate: Certificate, proposal: Proposal, persons: Persons) -> str | None:
    sealed = proposal.content.get(_SEALED_NAME)
    if sealed is None:
        return None
    return persons.unseal(base64.b64decode(sealed), owner=certificate.id).decode()


async def _require_possible(
    connection: AsyncConnection, certificate: Certificate, correction: Correction, *, persons: Persons, at: datetime
) -> dict[str, Any]:
    """The fields that are to change, checked as the certificate stands now."""
    move(rules.MOVES, certificate.status, CertificateVerb.CORRECT)
    fields = correction.changes_of(certificate)
    holder = (await person_store.sealed(connection, [certificate.person]))[certificate.person]
    renames = correction.name is not None and persons.particulars(holder).name != correction.name
    if not fields and not renames:
        raise NothingToCorrect
    if "issued_on" in fields:
        basis = await store.basis(connection, certificate)
        corrections.require_day(fields["issued_on"], held_on=basis.held_on, today=business_day(at))
    if "award" in fields:
        ways.require_given(fields["award"], certificate.way, pointer="/award")
    if "occupation" in fields or "award" in fields:
        said = {name: fields.get(name, getattr(certificate, name)) for name in ("occupation", "award")}
        another = await changes.another_of_holder(connection, certificate, **said)
        if another is not None:
            raise AnotherCertificateStands(certificate_id=str(another))
    return fields
