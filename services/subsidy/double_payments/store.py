"""Double payments in the database, and what came back of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import BigInteger, Column, ColumnElement, Date, Integer, MetaData, Table, Text, Uuid, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.lines import NOTHING
from services.subsidy.double_payments.rules import DoublePayment
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.double_payments import DoublePaymentStatus
from shared.kernel.money import Fen
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Scope
from shared.tables import Choice, Instant, fixed

PAYMENT: Final = Table(
    "double_payment",
    MetaData(),
    fixed("id", Uuid),
    fixed("claim_id", Uuid),
    fixed("institution_id", Uuid),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("fund_source", Choice(FundSource)),
    fixed("kind", Choice(SubsidyKind)),
    fixed("paid_on", Date),
    fixed("amount_fen", BigInteger),
    fixed("reference", Text),
    fixed("reason", Text),
    fixed("proposed_by", Text),
    fixed("confirmed_by", Text),
    fixed("recorded_at", Instant),
    Column("recovered_fen", BigInteger),
    Column("written_off_fen", BigInteger),
    Column("status", Choice(DoublePaymentStatus)),
    Column("version", Integer),
)
RECOVERY: Final = Table(
    "double_payment_recovery",
    MetaData(),
    fixed("id", Uuid),
    fixed("double_payment_id", Uuid),
    fixed("amount_fen", BigInteger),
    fixed("against", Uuid),
    fixed("recovered_on", Date),
    fixed("proposed_by", Text),
    fixed("confirmed_by", Text),
    Column("reversed_on", Date),
    Column("lapsed_fen", BigInteger),
)


@dataclass(frozen=True, slots=True)
class Recovery:
    """What came back at once. `against` is the claim from whose payment it was kept, or None."""

    id: UUID
    double_payment_id: UUID
    amount_fen: Fen
    against: UUID | None
    recovered_on: date
    proposed_by: str
    confirmed_by: str
    reversed_on: date | None = None
    lapsed_fen: Fen = NOTHING
    """How much of it could not be kept from that payment after all; it counts as reversed once that is all of it."""

    @property
    def standing_fen(self) -> Fen:
        """How much of it counts as recovered."""
        return NOTHING if self.reversed_on is not None else Fen(self.amount_fen - self.lapsed_fen)


async def add(connection: AsyncConnection, payment: DoublePayment) -> None:
    await tables.add(connection, PAYMENT, payment)


async def save(connection: AsyncConnection, payment: DoublePayment) -> None:
    """Store its next version. Raises Stale if it was changed meanwhile."""
    await tables.save(connection, PAYMENT, payment, expected=payment.version - 1)


async def add_recovery(connection: AsyncConnection, recovery: Recovery) -> None:
    await tables.add(connection, RECOVERY, recovery)


async def load(connection: AsyncConnection, payment_id: UUID) -> DoublePayment:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, select(PAYMENT).where(PAYMENT.c.id == payment_id), DoublePayment)
    if found is None:
        raise NotFound(what="double payment", id=payment_id)
    return found


async def by_reference(connection: AsyncConnection, reporting_region: str, reference: str) -> UUID | None:
    """The double payment with this reference of a bank of the region, unless it was a mistake."""
    named = tables.matches(PAYMENT, reporting_region=reporting_region, reference=reference)
    stands = PAYMENT.c.status != DoublePaymentStatus.CANCELLED
    found: UUID | None = await connection.scalar(select(PAYMENT.c.id).where(*named, stands))
    return found


async def load_recovery(connection: AsyncConnection, payment_id: UUID, recovery_id: UUID) -> Recovery:
    """What came back of the double payment by this id. Raises NotFound."""
    named = tables.matches(RECOVERY, double_payment_id=payment_id, id=recovery_id)
    found = await tables.fetch_one(connection, select(RECOVERY).where(*named), Recovery)
    if found is None:
        raise NotFound(what="recovery of the double payment", id=recovery_id)
    return found


async def reverse_recovery(connection: AsyncConnection, recovery_id: UUID, *, on: date) -> None:
    """It is owed again, all that did not lapse before."""
    await connection.execute(update(RECOVERY).where(RECOVERY.c.id == recovery_id).values(reversed_on=on))


async def recoveries(connection: AsyncConnection, payment_id: UUID, *, limit: int) -> list[Recovery]:
    """What came back of it, in order."""
    of_one = select(RECOVERY).where(RECOVERY.c.double_payment_id == payment_id)
    return await tables.fetch_all(connection, of_one.order_by(RECOVERY.c.id).limit(limit), Recovery)


async def page(
    connection: AsyncConnection, scope: Scope, asked: Iterable[ColumnElement[bool]], *, after: UUID, limit: int
) -> list[DoublePayment]:
    """Those in sight that meet every condition, in the order of their ids, after `after`."""
    own = tables.matches(PAYMENT, institution_id=scope.organisation_id)
    conditions = [*lies_in(PAYMENT, scope.reach), *own, *asked]
    return await tables.fetch_page(connection, PAYMENT, DoublePayment, conditions, after=after, limit=limit)
