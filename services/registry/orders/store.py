"""Training orders in the database, with their classes and what came of these."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Date, Integer, MetaData, Table, Text, Uuid, bindparam, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import TrainingClass
from services.registry.licences.store import shown_without_certificate
from services.registry.orders.rules import OrderedClass, OrderEvent, OrderStatus, TrainingOrder
from shared import tables
from shared.database import driver
from shared.kernel.awards import Award
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Reach
from shared.tables import Choice, Days, Instant, fixed

TRAINING_ORDER: Final = Table(
    "training_order",
    MetaData(),
    fixed("id", Uuid),
    fixed("institution_id", Uuid),
    fixed("local_id", Text),
    fixed("buyer_name", Text),
    fixed("buyer_credit_code", Text),
    fixed("buyer_id", Uuid),
    fixed("occupation", Text),
    Column("level", Choice(Award), key="award"),
    fixed("persons", Integer),
    fixed("ordered", Days),
    fixed("sites", ARRAY(Uuid, as_tuple=True)),
    fixed("signed_on", Date),
    fixed("region", Text),
    fixed("reporting_region", Text),
    Column("status", Choice(OrderStatus)),
    fixed("filed_by", Text),
    Column("version", Integer),
)
ORDER_EVENT: Final = Table(
    "training_order_event",
    MetaData(),
    fixed("id", Uuid),
    fixed("order_id", Uuid),
    fixed("version", Integer),
    fixed("verb", Text),
    fixed("done_by", Text),
    fixed("done_at", Instant),
    fixed("said", Text),
)
_STEPS_MAX: Final = 500
_BY_ID: Final = select(TRAINING_ORDER).where(TRAINING_ORDER.c.id == bindparam("id"))
_LOCK: Final = _BY_ID.with_for_update()
_ATTACH: Final = """
INSERT INTO order_class (order_id, class_id, attached_by, attached_at) VALUES ($1, $2, $3, $4)
"""
_DETACH: Final = """
UPDATE order_class SET detached_by = $3, detached_at = $4, detaching_reason = $5
WHERE order_id = $1 AND class_id = $2 AND detached_at IS NULL RETURNING class_id
"""
_ORDER_OF: Final = "SELECT order_id FROM order_class WHERE class_id = $1 AND detached_at IS NULL"
_CLASS_IDS: Final = "SELECT class_id FROM order_class WHERE order_id = $1 AND detached_at IS NULL ORDER BY class_id"
# A certificate counts as for quality rates: of the class's occupation and award, under whichever key of the person,
# issued since the training began; or what shows an award that has none. Work counts for those who had none, within the
# months that hold for the class.
_COUNT: Final = f"""
SELECT a.class_id,
    count(e.id) FILTER (WHERE e.status NOT IN ('withdrawn', 'transferred')) AS enrolled,
    count(e.id) FILTER (WHERE e.status = 'completed') AS completed,
    count(e.id) FILTER (WHERE e.status = 'completed' AND earned.yes) AS certified,
    count(e.id) FILTER (WHERE sought) AS without_work,
    count(e.id) FILTER (WHERE sought AND f.employed_on <= work_until) AS employed,
    count(e.id) FILTER (WHERE sought AND f.employed_on IS NULL AND work_until >= $3) AS waiting
FROM unnest($1::uuid[], $2::integer[]) AS a (class_id, months)
JOIN class AS c ON c.id = a.class_id LEFT JOIN enrolment AS e ON e.class_id = c.id
LEFT JOIN follow_up AS f ON f.enrolment_id = e.id
CROSS JOIN LATERAL (
    SELECT e.status = 'completed' AND e.employment IN ('unemployed', 'student', 'retired') AS sought,
        (e.effective_on + make_interval(months => a.months))::date AS work_until
) AS work
CROSS JOIN LATERAL (
    SELECT EXISTS (
        SELECT FROM heard_certificate AS h
        WHERE h.valid AND h.occupation = c.occupation AND h.level = c.level AND h.issued_on >= e.from_on
            AND h.person IN (
                SELECT e.person UNION ALL
                SELECT m.person FROM person_merge AS m WHERE m.into_person = e.person AND m.undone_at IS NULL
            )
    ) OR {shown_without_certificate("e", "c.level")} AS yes
) AS earned
GROUP BY a.class_id
"""


async def add(connection: AsyncConnection, order: TrainingOrder) -> None:
    await tables.add(connection, TRAINING_ORDER, order)


async def save(connection: AsyncConnection, order: TrainingOrder) -> None:
    """Store the next version of `order`. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, TRAINING_ORDER, order, expected=order.version - 1)


async def load(connection: AsyncConnection, order_id: UUID, *, lock: bool = False) -> TrainingOrder:
    """Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _BY_ID, TrainingOrder, id=order_id)
    if found is None:
        raise NotFound(what="order", id=order_id)
    return found


async def find_by_local_id(connection: AsyncConnection, institution_id: UUID, local_id: str) -> TrainingOrder | None:
    asked = tables.matches(TRAINING_ORDER, institution_id=institution_id, local_id=local_id)
    return await tables.fetch_one(connection, select(TRAINING_ORDER).where(*asked), TrainingOrder)


async def page(
    connection: AsyncConnection,
    reach: Reach,
    *,
    parties: Sequence[UUID] | None,
    status: OrderStatus | None,
    after: UUID,
    limit: int,
) -> list[TrainingOrder]:
    """Orders with ids above `after`, ordered by id; with `parties`, those that one of them fulfils or has signed."""
    asked = [*lies_in(TRAINING_ORDER, reach), *tables.matches(TRAINING_ORDER, status=status)]
    if parties is not None:
        ours = (tables.one_of(TRAINING_ORDER.c[name], parties) for name in ("institution_id", "buyer_id"))
        asked.append(or_(*ours))
    return await tables.fetch_page(connection, TRAINING_ORDER, TrainingOrder, asked, after=after, limit=limit)


async def add_event(connection: AsyncConnection, event: OrderEvent) -> None:
    await tables.add(connection, ORDER_EVENT, event)


async def events(connection: AsyncConnection, order_id: UUID) -> list[OrderEvent]:
    """The steps of the order, oldest first."""
    theirs = ORDER_EVENT.c.order_id == order_id
    statement = select(ORDER_EVENT).where(theirs).order_by(ORDER_EVENT.c.version).limit(_STEPS_MAX)
    return await tables.fetch_all(connection, statement, OrderEvent)


async def order_of(connection: AsyncConnection, class_id: UUID) -> UUID | None:
    """The order that the class belongs to."""
    found: UUID | None = await (await driver(connection)).fetchval(_ORDER_OF, class_id)
    return found


async def attach(connection: AsyncConnection, order_id: UUID, class_id: UUID, *, by: str, at: datetime) -> None:
    await (await driver(connection)).execute(_ATTACH, order_id, class_id, by, at)


async def detach(
    connection: AsyncConnection, order_id: UUID, class_id: UUID, *, by: str, reason: str, at: datetime
) -> bool:
    """Take the class out of the order; False if it was not in it. The row stays."""
    found = await (await driver(connection)).fetchval(_DETACH, order_id, class_id, by, at, reason)
    return found is not None


async def class_ids(connection: AsyncConnection, order_id: UUID) -> list[UUID]:
    return [row[0] for row in await (await driver(connection)).fetch(_CLASS_IDS, order_id)]


async def count(
    connection: AsyncConnection, classes: Sequence[TrainingClass], months: Sequence[int], *, today: date
) -> list[OrderedClass]:
    """What came of `classes`, in their order; `months` after each training within which work counts."""
    ids = [each.id for each in classes]
    rows = await (await driver(connection)).fetch(_COUNT, ids, list(months), today)
    counts: dict[UUID, Any] = {row[0]: tuple(row)[1:] for row in rows}
    return [
        OrderedClass(
            each.id, each.local_id, each.status, each.starts_on, each.ends_on, each.seats, each.exam_plan,
            *counts[each.id],
        )
        for each in classes
    ]  # fmt: skip
