"""What recovered subsidies say to the officers who decide about sanctions. Nobody is sanctioned by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple
from uuid import UUID

from services.registry.flags.rules.flags import Observation, see
from services.registry.flags.rules.kinds import FlagKind
from shared.contracts.dimensions import SanctionStep
from shared.kernel.money import Fen

STEPS: Final[Mapping[str, SanctionStep]] = {
    "spot_check": SanctionStep.TALK,
    "audit": SanctionStep.RECTIFY,
    "fraud": SanctionStep.STOP,
}
"""The step to consider first, by the cause of a recovery. Others are no misconduct: money that came back by itself, was
paid too much, or lost its ground. Source: the ladder is domain rules §4.6; which step fits is an assumption.
"""


class Recovery(NamedTuple):
    """Subsidy that two people recovered from an institution, for a cause."""

    id: UUID
    claim_id: UUID
    class_id: UUID
    institution_id: UUID
    region: str
    reporting_region: str
    cause: str
    lines: int
    amount_fen: Fen


def observed(recoveries: Iterable[Recovery]) -> list[Observation]:
    """A flag for each recovery whose cause is misconduct, with the lowest step of the ladder that fits."""
    return [
        see(
            FlagKind.MONEY_RECOVERED,
            str(each.id),
            region=each.region,
            reporting_region=each.reporting_region,
            institution_id=each.institution_id,
            facts={
                "claim_id": str(each.claim_id),
                "class_id": str(each.class_id),
                "cause": each.cause,
                "lines": each.lines,
                "amount_fen": each.amount_fen,
                "step": STEPS[each.cause].value,
            },
        )
        for each in recoveries
        if each.cause in STEPS
    ]
