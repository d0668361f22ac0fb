"""Look up what claims are built from, whatever their kind: a class with its trainees, an exam, a certificate, or an
instalment of a grant.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple, assert_never
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.allowances import store as allowances
from services.subsidy.apprenticeships import store as apprenticeships
from services.subsidy.apprenticeships.rules import AdvanceInProgress, NoApprenticeship, SpendingUnstated
from services.subsidy.claims.rules import claims as rules
from services.subsidy.claims.rules import sources
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.sources import Entry, Source
from services.subsidy.exams import store as exam_store
from services.subsidy.grants import store as grant_store
from services.subsidy.insurance import store as insurance
from services.subsidy.insurance.rules import insured_months
from services.subsidy.kinds.rules import APPRENTICESHIPS, KINDS, Basis
from services.subsidy.trainings import store as training_store
from services.subsidy.trainings.rules import Outcome, Trainee, TrainingClass
from shared import heard
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.awards import AwardEvidence
from shared.kernel.callers import Role
from shared.kernel.money import Fen
from shared.kernel.refusals import NotFound, NotYetReceived

_MAY_BE_PAID: Final = frozenset({Outcome.COMPLETED, Outcome.IN_TRAINING, Outcome.DEFERRED})
"""Outcomes with which a line of some kind can be paid."""


class Found(NamedTuple):
    """What a claim is built from, with its entries."""

    source: Source
    entries: Sequence[Entry]
    keys: Mapping[UUID, UUID]
    """Every key of each person who may be paid for, mapped to the person's current key."""
    class_: TrainingClass | None = None

    def require_due(self) -> None:
        """Raises ClaimBeforeCompletion for a class that still runs, NotRunning for an advance of one that does not."""
        if self.class_ is not None:
            rules.require_due(self.class_, self.source.kind)

    def require_whole(self) -> None:
        """Check that all enrolments have been received with their outcomes; facts of different subjects arrive in any
        order. How many certificates an exam has, nobody tells: a further claim takes those that arrive later.

        Raises NotYetReceived.
        """
        if self.class_ is not None:
            missing = max(0, self.class_.enrolled - len(self.entries))
            if KINDS[self.source.kind].of_ended:
                missing += sum(each.outcome is Outcome.IN_TRAINING for each in self.entries)
            if missing:
                raise NotYetReceived(what="outcomes of enrolments", missing=missing)

    def only(self, entries: Collection[UUID]) -> Found:
        """The same with these entries alone."""
        chosen = [each for each in self.entries if each.id in entries]
        persons = {each.person for each in chosen}
        return self._replace(
            entries=chosen, keys={key: person for key, person in self.keys.items() if person in persons}
        )


async def find(connection: AsyncConnection, kind: SubsidyKind, source_id: UUID, *, on: date) -> Found:
    """The class, exam, certificate or instalment with all its entries as they are known last, for a claim made `on` a
    day.

    Raises NotYetReceived, NotFound, NoApprenticeship.
    """
    match KINDS[kind].built_from:
        case Basis.CLASS:
            class_ = await find_class(connection, source_id)
            return await of_class(connection, class_, await training_store.trainees(connection, class_.id), kind)
        case Basis.EXAM:
            found = await exam_store.find(connection, source_id)
            if found is None:
                raise NotYetReceived(what="certificates of the exam", id=source_id)
            exam, certificates = found
            keys = await heard.keys_of(connection, {each.person for each in certificates})
            return Found(sources.of_exam(exam), [sources.of_certificate(each, exam) for each in certificates], keys)
        case Basis.CERTIFICATE:
            certificate = await exam_store.find_certificate(connection, source_id)
            if certificate is None:
                raise NotYetReceived(what="certificate", id=source_id)
            keys = await heard.keys_of(connection, {certificate.person})
            periods = await insurance.periods_of(connection, keys)
            months = insured_months(periods.get(certificate.person, ()), until=on)
            return Found(sources.of_holder(certificate), [sources.of_held(certificate, insured_months=months)], keys)
        case Basis.INSTALMENT:
            instalment = await grant_store.find(connection, source_id)
            if instalment is None:
                raise NotFound(what="instalment", id=source_id)
            return Found(sources.of_grant(instalment), [sources.of_instalment(instalment)], {})
        case basis:
            assert_never(basis)


async def find_again(connection: AsyncConnection, claim: Claim, *, on: date) -> Found:
    """What a claim is built from, as it is now. A certificate that is another person's by now shows nothing."""
    found = await find(connection, claim.kind, claim.source_id, on=on)
    if KINDS[claim.kind].paid_to is not Role.HOLDER:
        return found
    if await heard.current_key(connection, claim.institution_id) == found.source.institution_id:
        return found
    return found._replace(entries=[replace(each, evidenced_on=None) for each in found.entries])


async def of_claim(connection: AsyncConnection, claim: Claim, *, on: date) -> Found:
    """What a claim was built from, with the entries of its lines."""
    found = await find_again(connection, claim, on=claim.claimed_on(on))
    return found.only({line.source_id for line in claim.lines})


async def of_class(
    connection: AsyncConnection,
    class_: TrainingClass,
    trainees: Sequence[Trainee],
    kind: SubsidyKind = SubsidyKind.TRAINING,
) -> Found:
    """The class with these of its trainees, and what a claim of `kind` rests on. Raises NoApprenticeship."""
    keys = await heard.keys_of(connection, {each.person for each in trainees if each.outcome in _MAY_BE_PAID})
    source = sources.of_class(class_, kind)
    if kind is SubsidyKind.LIVING:
        known = await allowances.of_enrolments(connection, [each.enrolment_id for each in trainees])
        of_days = [
            sources.of_allowance(each, known.get(each.enrolment_id), starts_on=class_.starts_on) for each in trainees
        ]
        return Found(source, of_days, keys, class_)
    evidence = await _evidenced_on(connection, class_, trainees, keys)
    entries = [sources.of_trainee(each, evidence) for each in trainees]
    if kind in APPRENTICESHIPS:
        stated = await apprenticeships.of_class(connection, class_.id)
        if stated is None:
            raise NoApprenticeship
        entries = [replace(each, units=stated.years) for each in entries]
        if kind is SubsidyKind.APPRENTICESHIP:
            source = replace(source, spent_fen=stated.spent_fen)
            paid = await apprenticeships.advanced(connection, class_.id)
            entries = [replace(each, advanced_fen=paid.get(each.id, Fen(0))) for each in entries]
    return Found(source, entries, keys, class_)


async def require_settled_advance(connection: AsyncConnection, source: Source) -> None:
    """For what is due at the end of an apprenticeship. Raises SpendingUnstated, AdvanceInProgress."""
    if source.kind is SubsidyKind.APPRENTICESHIP:
        if source.spent_fen is None:
            raise SpendingUnstated
        if (claim_id := await apprenticeships.advance_under_way(connection, source.id)) is not None:
            raise AdvanceInProgress(claim_id=str(claim_id))


async def find_class(connection: AsyncConnection, class_id: UUID) -> TrainingClass:
    """Raises NotYetReceived."""
    class_ = await training_store.find_class(connection, class_id)
    if class_ is None:
        raise NotYetReceived(what="class", id=class_id)
    return class_


async def _evidenced_on(
    connection: AsyncConnection, class_: TrainingClass, trainees: Sequence[Trainee], keys: Mapping[UUID, UUID]
) -> dict[UUID, date]:
    """For each person who completed the class, the day of what shows its award: see AwardEvidence."""
    completed = [each for each in trainees if each.outcome is Outcome.COMPLETED]
    match class_.award.evidence:
        case AwardEvidence.CERTIFICATE:
            return await training_store.certified_on(connection, keys, class_)
        case AwardEvidence.LICENCE:
            licensed = await training_store.licensed_on(connection, class_)
            return {each.person: licensed[each.enrolment_id] for each in completed if each.enrolment_id in licensed}
        case AwardEvidence.COMPLETION:
            return {each.person: each.effective_on for each in completed}
