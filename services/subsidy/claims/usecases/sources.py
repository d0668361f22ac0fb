"""Look up what claims are built from, whatever their kind: a class with its trainees, or an exam with certificates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple, assert_never
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules import claims as rules
from services.subsidy.claims.rules import sources
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.sources import Entry, Source
from services.subsidy.exams import store as exam_store
from services.subsidy.kinds.rules import KINDS, Basis
from services.subsidy.trainings import store as training_store
from services.subsidy.trainings.rules import Outcome, Trainee, TrainingClass
from shared import heard
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.awards import AwardEvidence
from shared.kernel.refusals import NotYetReceived


class Found(NamedTuple):
    """What a claim is built from, with its entries."""

    source: Source
    entries: Sequence[Entry]
    keys: Mapping[UUID, UUID]
    """Every key of each person who completed or was assessed, mapped to the person's current key."""
    class_: TrainingClass | None = None

    def require_completed(self) -> None:
        """Raises ClaimBeforeCompletion for a class that still runs."""
        if self.class_ is not None:
            rules.require_completed(self.class_)

    def require_whole(self) -> None:
        """Check that all enrolments have been received with their outcomes; facts of different subjects arrive in any
        order. How many certificates an exam has, nobody tells: a further claim takes those that arrive later.

        Raises NotYetReceived.
        """
        if self.class_ is not None:
            missing = max(0, self.class_.enrolled - len(self.entries))
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


async def find(connection: AsyncConnection, kind: SubsidyKind, source_id: UUID) -> Found:
    """The class or exam with all its entries as they were received last. Raises NotYetReceived."""
    match KINDS[kind].built_from:
        case Basis.CLASS:
            class_ = await find_class(connection, source_id)
            return await of_class(connection, class_, await training_store.trainees(connection, class_.id))
        case Basis.EXAM:
            found = await exam_store.find(connection, source_id)
            if found is None:
                raise NotYetReceived(what="certificates of the exam", id=source_id)
            exam, certificates = found
            keys = await heard.keys_of(connection, {each.person for each in certificates})
            return Found(sources.of_exam(exam), [sources.of_certificate(each, exam) for each in certificates], keys)
        case basis:
            assert_never(basis)


async def of_claim(connection: AsyncConnection, claim: Claim) -> Found:
    """The class or exam that a claim was built from, with the entries of its lines."""
    found = await find(connection, claim.kind, claim.source_id)
    return found.only({line.source_id for line in claim.lines})


async def of_class(connection: AsyncConnection, class_: TrainingClass, trainees: Sequence[Trainee]) -> Found:
    """The class with these of its trainees, and what shows its award."""
    keys = await heard.keys_of(connection, {each.person for each in trainees if each.outcome is Outcome.COMPLETED})
    evidence = await _evidenced_on(connection, class_, trainees, keys)
    entries = [sources.of_trainee(each, evidence) for each in trainees]
    return Found(sources.of_class(class_), entries, keys, class_)


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
