"""The assessment subsidies that Jiyuan published for the last quarter of 2023, as lines that come to its sums.

Of the notice are the 168 batches in 60 trades, 2,272 + 4,930 + 2,411 + 24 certificates (L2 to L5), and what was paid;
the full rates come to 2,321,080 yuan. Which lines were paid by half or refused, it does not say: here it is a choice
that gives the sum. Source: domain rules §4.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import NAMESPACE_OID, UUID, uuid5

from shared.contracts.assessment import CertificateWay
from shared.kernel.awards import Award

REGION: Final = "419001"
BATCHES: Final = 168
TRADES: Final = 60
PAID_FEN: Final = 194_824_000
FULL_FEN: Final = 232_108_000
CLAIMED_ON: Final = date(2024, 3, 6)
"""The day of the notice."""
RATES: Final = {
    Award.JUNIOR_WORKER: 20_000,
    Award.INTERMEDIATE_WORKER: 24_000,
    Award.SENIOR_WORKER: 28_000,
    Award.TECHNICIAN: 35_000,
}
"""In fen, as the plan has them."""


@dataclass(frozen=True)
class Lot:
    """Certificates of one award that were paid alike, in so many batches."""

    award: Award
    certificates: int
    batches: int
    outcome: str
    """"full", "half", or the check that refuses."""


LOTS: Final = (
    Lot(Award.JUNIOR_WORKER, 1_920, 33, "full"),
    Lot(Award.JUNIOR_WORKER, 152, 3, "half"),
    Lot(Award.JUNIOR_WORKER, 120, 2, "C26"),
    Lot(Award.JUNIOR_WORKER, 80, 2, "C12"),
    Lot(Award.INTERMEDIATE_WORKER, 3_329, 56, "full"),
    Lot(Award.INTERMEDIATE_WORKER, 1_500, 25, "half"),
    Lot(Award.INTERMEDIATE_WORKER, 101, 2, "C09"),
    Lot(Award.SENIOR_WORKER, 1_661, 28, "full"),
    Lot(Award.SENIOR_WORKER, 700, 14, "half"),
    Lot(Award.SENIOR_WORKER, 50, 1, "C12"),
    Lot(Award.TECHNICIAN, 16, 1, "full"),
    Lot(Award.TECHNICIAN, 8, 1, "half"),
)


@dataclass(frozen=True)
class Batch:
    """A batch of the notice: certificates of one body, trade and award."""

    number: int
    lot: Lot
    certificates: int

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE_OID, f"batch {self.number}")

    @property
    def body(self) -> UUID:
        return uuid5(NAMESPACE_OID, f"body {self.number % 12}")

    @property
    def occupation(self) -> str:
        return f"6-{self.number % TRADES + 1:02d}-01-01"

    @property
    def way(self) -> CertificateWay:
        return CertificateWay.RECOGNITION if self.lot.outcome == "half" else CertificateWay.EXAM

    @property
    def issued_on(self) -> date:
        return date(2023, 10, 9) + timedelta(days=self.number % 80)

    def person(self, place: int) -> UUID:
        return uuid5(NAMESPACE_OID, f"person {self.number} {place}")

    def certificate(self, place: int) -> UUID:
        return uuid5(NAMESPACE_OID, f"certificate {self.number} {place}")


def batches() -> list[Batch]:
    """The 168 batches: the certificates of each lot, spread evenly."""
    return list(_numbered())


def _numbered() -> Iterator[Batch]:
    number = 0
    for lot in LOTS:
        least, more = divmod(lot.certificates, lot.batches)
        for place in range(lot.batches):
            yield Batch(number, lot, least + (place < more))
            number += 1
