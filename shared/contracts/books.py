"""Control totals: what an owner's own tables hold, told so that whoever counts its facts can prove that it is the same.

Each owner has a fact of its own, on its own topic, with these fields.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared.contracts.dimensions import ProgrammeCode, RegionCode
from shared.contracts.fact import Fact

Checksum = Annotated[str, Meta(pattern=r"^[0-7][0-9a-f]{15}\Z")]
"""Over the ids of events ("claims/0198…@3"), each once and in any order: the sum of the first 8 bytes of their MD5
modulo 2^63, in hexadecimal. MD5 guards against loss here, not against forgery."""


class BookEntry(Struct, frozen=True, gc=False):
    """One measure of the cell."""

    measure: str
    """"trainings", "paid_fen" and so on, as totals are called."""
    records: int
    """How many records or lines count."""
    amount: int
    """What they come to: a number of cases, or whole fen."""
    checksum: Checksum
    """Over the latest event of each subject that counts: see the runbook."""


class BookState(Fact):
    """The control totals of a programme, a reporting region and the year of a plan; a measure without records has none.

    They are told again when one of them has changed.
    """

    programme: ProgrammeCode
    reporting_region: RegionCode
    plan_year: int
    entries: tuple[BookEntry, ...]
    outbox_position: int
    """Whatever the owner's outbox had got up to here is in them, unless its transaction was still open."""
