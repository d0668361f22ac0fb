"""Facts that the registry consumes: of assessment exam results and certificates, for quality rates; of the subsidy
recoveries, for the officers who decide about sanctions, and claims, for the names on public lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.rules import ladder
from services.registry.directory.rules.ladder import Recovery
from services.registry.flags import usecases as flags
from services.registry.public_lists.usecases import OWNER
from services.registry.quality.store import heard
from services.registry.quality.store.heard import Certificate, Result
from services.registry.settings import RegistrySettings
from shared.backbone.consumer import Consumer, unprepared
from shared.contracts.assessment import (
    CERTIFICATE_FACTS,
    CertificateState,
    CertificateStatus,
    ResultCorrected,
    ResultRecorded,
    ResultState,
)
from shared.contracts.dimensions import award_of
from shared.contracts.fact import Fact
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import RecoveryConfirmed
from shared.kernel.money import Fen
from shared.public_lists import hearing

HEARS: Final[frozenset[type[Fact]]] = frozenset(
    {ResultRecorded, ResultCorrected, *CERTIFICATE_FACTS, RecoveryConfirmed}
)


def consumers(settings: RegistrySettings) -> list[Consumer]:  # noqa: ARG001  (every service has this signature)
    """The registry's consumers."""
    return [Consumer("registry", HEARS, unprepared(apply)), hearing.consumer("registry", OWNER)]


async def apply(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Store the latest state of each subject: facts carry the state after the change, so older ones are skipped."""
    latest = {fact.subject: fact for fact in facts}.values()
    await heard.save_results(connection, [_result(fact) for fact in latest if isinstance(fact, ResultState)])
    certificates = [_certificate(fact) for fact in latest if isinstance(fact, CertificateState)]
    await heard.save_certificates(connection, certificates)
    # Bodies that assessed are no institutions of the registry.
    recoveries = [fact for fact in latest if isinstance(fact, RecoveryConfirmed)]
    recovered = [fact for fact in recoveries if fact.kind is SubsidyKind.TRAINING]
    if seen := ladder.observed(map(_recovery, recovered)):
        await flags.raise_all(connection, seen, at=max(fact.at for fact in recovered))


def _result(fact: ResultState) -> Result:
    return Result(fact.candidate_id, fact.person, fact.occupation, award_of(fact), fact.passed, fact.effective_on)


def _recovery(fact: RecoveryConfirmed) -> Recovery:
    return Recovery(
        id=fact.recovery_id,
        claim_id=fact.claim_id,
        class_id=fact.class_id,
        institution_id=fact.institution_id,
        region=fact.region,
        reporting_region=fact.reporting_region,
        cause=fact.cause,
        lines=fact.lines,
        amount_fen=Fen(fact.amount_fen),
    )


def _certificate(fact: CertificateState) -> Certificate:
    valid = fact.status is CertificateStatus.VALID
    return Certificate(fact.certificate_id, fact.person, fact.occupation, award_of(fact), fact.issued_on, valid)
