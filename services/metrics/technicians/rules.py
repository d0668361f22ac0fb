"""What facts tell of technicians and of enterprises that may appoint the two highest, and the indicators they feed."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final, NamedTuple
from uuid import UUID

from shared.contracts.assessment import BodyFiled, CertificateState
from shared.kernel.levels import Level
from shared.kernel.periods import business_day

_EMPLOYER: Final = "employer"
YOUNG_TECHNICIANS: Final = "I05"
YOUNG_SHARE: Final = "I06"
FILED_ENTERPRISES: Final = "I09"


class Filed(NamedTuple):
    """An enterprise, and the year in which it was filed for rank 7 or 8; None for one that is not, or not any more."""

    body_id: UUID
    filed_in: int | None


class Counts(NamedTuple):
    """Persons who became technicians (ranks 5 and 6), or were appointed (ranks 7 and 8), in a plan's year: those who
    were young, and all of whom that is known; and enterprises that were filed in it."""

    young_technicians: int
    young_appointed: int
    appointed: int
    filed_enterprises: int


class Reached(NamedTuple):
    """What an indicator has reached; of a share also its two numbers."""

    done: Decimal | int | None
    part: int | None = None
    whole: int | None = None


def is_senior(fact: CertificateState) -> bool:
    """Whether a certificate makes a technician or above, or may have done so before a correction."""
    return fact.version > 1 or (fact.level is not None and fact.level >= Level.TECHNICIAN)


def filed(fact: BodyFiled) -> Filed | None:
    """What the fact says of an enterprise; None for a body that is none.

    Facts from before scopes had days count on the day on which they were told.
    """
    if fact.kind != _EMPLOYER:
        return None
    days = [
        each.first_on or business_day(fact.at)
        for each in fact.scope
        if each.level is not None and each.level >= Level.SPECIAL_GRADE_TECHNICIAN
    ]
    return Filed(fact.body_id, min(days).year if days else None)


def indicators(counts: Counts) -> dict[str, Reached]:
    """The indicators that are counted, by code."""
    share = (
        (Decimal(counts.young_appointed) / counts.appointed).quantize(Decimal("0.0001"), ROUND_HALF_UP)
        if counts.appointed
        else None
    )
    return {
        YOUNG_TECHNICIANS: Reached(counts.young_technicians),
        YOUNG_SHARE: Reached(share, counts.young_appointed, counts.appointed),
        FILED_ENTERPRISES: Reached(counts.filed_enterprises),
    }
