"""How much is kept from a claim in excess of what it comes to, and which offsets lapse for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.subsidy.claims.rules.lines import NOTHING
from services.subsidy.claims.rules.states import DUE
from shared.contracts.subsidy.claims import ClaimStatus
from shared.kernel.money import Fen


@dataclass(frozen=True, slots=True)
class Offset:
    """What is kept, of a line of the claim `claim_id` or of what the bank paid twice for it, from another payment."""

    id: UUID
    """In the order in which offsets were made."""
    claim_id: UUID
    line: int | None
    double_payment_id: UUID | None
    amount_fen: Fen


@dataclass(frozen=True, slots=True)
class KeptClaim:
    """A claim that is not paid yet, and from whose payment something is kept."""

    id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    status: ClaimStatus
    amount_fen: Fen
    kept_fen: Fen

    @property
    def excess_fen(self) -> Fen:
        """How much more is kept than it comes to; while it is not approved, that is nothing."""
        comes_to = self.amount_fen if self.status in DUE else NOTHING
        return Fen(max(NOTHING, self.kept_fen - comes_to))


def lapsing(offsets: Iterable[Offset], excess: Fen) -> list[tuple[Offset, Fen]]:
    """Which of the offsets lapse, and how much of each, the last that was made first; together `excess`, if they are
    as much.
    """
    found: list[tuple[Offset, Fen]] = []
    for offset in sorted(offsets, key=lambda each: each.id, reverse=True):
        if excess <= NOTHING:
            break
        amount = Fen(min(excess, offset.amount_fen))
        found.append((offset, amount))
        excess = Fen(excess - amount)
    return found
