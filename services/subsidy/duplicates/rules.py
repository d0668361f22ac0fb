"""A pair of subsidies of one human, of which the later would have been refused had the human been known."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.subsidy.claims.rules.checks import Check
from services.subsidy.claims.rules.held import HeldSubsidy
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimStatus
from shared.kernel.awards import Award
from shared.kernel.money import Fen


@dataclass(frozen=True, slots=True)
class Subsidy:
    """A payable line of a claim that was neither rejected nor recovered."""

    claim_id: UUID
    line: int
    status: ClaimStatus
    kind: SubsidyKind
    entry_id: UUID
    """What the line was built from: the enrolment, or the certificate."""
    source_id: UUID
    """What the claim was built from: the class, or the exam."""
    class_local_id: str | None
    institution_id: UUID
    institution_name: str | None
    region: str
    reporting_region: str
    occupation: str
    award: Award
    year: int
    """The calendar year of the claim."""
    amount_fen: Fen

    @property
    def held(self) -> HeldSubsidy:
        return HeldSubsidy(self.occupation, self.award, self.year, kind=self.kind)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two subsidies of one human; `first` belongs to the earlier claim."""

    first: Subsidy
    second: Subsidy

    @property
    def check(self) -> Check:
        """The check that would have refused the later one. Source: domain rules §4.3."""
        held, later = self.first.held, self.second.held
        if held.bars(later):
            return Check.ALREADY_CLAIMED
        return Check.HIGHER_LEVEL_CLAIMED if held.is_above(later) else Check.CAP_USED_UP

    @property
    def id(self) -> UUID:
        """The claim by which the list runs first."""
        return self.first.claim_id

    @property
    def position(self) -> tuple[UUID, int, UUID, int]:
        """Its place in the list."""
        return self.first.claim_id, self.first.line, self.second.claim_id, self.second.line
