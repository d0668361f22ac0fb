"""File training orders, confirm them, put classes under them, and add up what came of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.store import classes as class_store
from services.registry.classes.usecases import policies_of
from services.registry.directory.store import institutions as institution_store
from services.registry.directory.store import sites as site_store
from services.registry.orders import rules, store
from services.registry.orders.rules import (
    CLASSES_MAX,
    FILE,
    OrderedClass,
    OrderEvent,
    OrderStatus,
    OrderVerb,
    TrainingOrder,
    Yield,
    yield_of,
)
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.plan.usecases import visibility
from shared.dated_rules.figures import PolicyUnset
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, Whose
from shared.kernel.credit_code import parse_credit_code
from shared.kernel.ids import new_id
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import Period, business_day
from shared.kernel.refusals import LocalIdTaken, NotFound


@dataclass(frozen=True)
class NewOrder:
    """An order as the institution that is to fulfil it files it."""

    local_id: str
    buyer_name: str
    buyer_credit_code: str
    occupation: str
    award: Award
    persons: int
    first_on: date
    last_on: date
    signed_on: date
    sites: tuple[str, ...] = ()


class OrderChain(NamedTuple):
    """An order with its classes, what came of each, the sums, and its steps."""

    order: TrainingOrder
    classes: list[OrderedClass]
    came_of_it: Yield
    events: list[OrderEvent]


async def file(connection: AsyncConnection, new: NewOrder, *, caller: Caller, at: datetime) -> TrainingOrder:
    """A new order of the caller's institution; a repeat returns the existing one.

    Raises ForeignOrganisation, LocalIdTaken, SignedLater, NotFound, PeriodEndsBeforeStart, and the refusals of credit
    code and occupation.
    """
    institution = await institution_store.load(connection, caller.require_some_organisation())
    buyer_code = parse_credit_code(new.buyer_credit_code)
    buyer = await institution_store.find_by_credit_code(connection, buyer_code)
    order = TrainingOrder(
        id=new_id(),
        institution_id=institution.id,
        local_id=new.local_id,
        buyer_name=new.buyer_name,
        buyer_credit_code=buyer_code,
        buyer_id=None if buyer is None else buyer.id,
        occupation=parse_occupation(new.occupation),
        award=new.award,
        persons=new.persons,
        ordered=Period(new.first_on, new.last_on),
        sites=tuple([await _site(connection, institution.id, each, place) for place, each in enumerate(new.sites)]),
        signed_on=new.signed_on,
        region=institution.region,
        reporting_region=institution.reporting_region,
        status=OrderStatus.FILED,
        filed_by=caller.person,
    )
    known = await store.find_by_local_id(connection, institution.id, new.local_id)
    if known is not None:
        if not known.same_as(order):
            raise LocalIdTaken(pointer="/local_id")
        return known
    rules.require_signed(order, today=business_day(at))
    await store.add(connection, order)
    await _remember(connection, order, FILE, "", by=caller.person, at=at)
    return order


async def move(
    connection: AsyncConnection, order_id: UUID, verb: OrderVerb, *, reason: str, caller: Caller, at: datetime
) -> TrainingOrder:
    """Confirm, withdraw or reinstate an order, as whoever the table of rights lets do so.

    Raises NotFound, ForeignOrganisation, ForeignRegion, IllegalMove.
    """
    before = await store.load(connection, order_id, lock=True)
    await visibility.require_visible(connection, caller, before)
    after = rules.advance(before, verb)
    await store.save(connection, after)
    await _remember(connection, after, verb, reason, by=caller.person, at=at)
    return after


async def attach(
    connection: AsyncConnection, order_id: UUID, class_id: UUID, *, caller: Caller, at: datetime
) -> TrainingOrder:
    """Put a class under an order, as the institution of both; a repeat changes nothing.

    Raises NotFound, ForeignOrganisation, OrderWithdrawn, ClassNotOfOrder, ClassOrderedAlready, OrderFull.
    """
    order = await _own_order(connection, order_id, caller)
    class_ = await class_store.load(connection, class_id, lock=True)
    caller.require_organisation(class_.institution_id)
    known = await store.order_of(connection, class_id)
    if known == order_id:
        return order
    if known is not None:
        raise rules.ClassOrderedAlready(pointer="/class_id", order=str(known))
    rules.require_fits(order, class_)
    if len(await store.class_ids(connection, order_id)) >= CLASSES_MAX:
        raise rules.OrderFull(classes_max=CLASSES_MAX)
    await store.attach(connection, order_id, class_id, by=caller.person, at=at)
    return order


async def detach(
    connection: AsyncConnection, order_id: UUID, class_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> TrainingOrder:
    """Take a class out of an order, as the institution; that it was in it is kept.

    Raises NotFound, ForeignOrganisation.
    """
    order = await _own_order(connection, order_id, caller)
    if not await store.detach(connection, order_id, class_id, by=caller.person, reason=reason, at=at):
        raise NotFound(pointer="/class_id", what="class of the order", id=class_id)
    return order


async def chain(connection: AsyncConnection, order_id: UUID, *, caller: Caller, at: datetime) -> OrderChain:
    """An order with all that came of it, for its parties and the officers of its region.

    Raises NotFound, ForeignOrganisation, ForeignRegion, PolicyUnset.
    """
    order = await store.load(connection, order_id)
    bought = order.buyer_id is not None and caller.acts_for(order.buyer_id)
    if caller.whose is not Whose.OWN or not bought:
        await visibility.require_readable(connection, caller, order)
    rulebook, today = await rulebook_store.current(connection), business_day(at)
    found = await class_store.by_ids(connection, await store.class_ids(connection, order_id))
    classes = sorted(found.values(), key=lambda each: (each.starts_on, each.id))
    months: list[int] = []
    policies = policies_of(classes, rulebook)
    for class_ in classes:
        policy = policies[class_.id]
        if isinstance(policy, PolicyUnset):
            raise policy
        months.append(policy.followup_months)
    counted = await store.count(connection, classes, months, today=today)
    size_min = rulebook.policy(order.ordered.first, order.region).quality_group_size_min
    events = await store.events(connection, order_id)
    return OrderChain(order, counted, yield_of(order, counted, size_min=size_min), events)


async def _own_order(connection: AsyncConnection, order_id: UUID, caller: Caller) -> TrainingOrder:
    order = await store.load(connection, order_id, lock=True)
    caller.require_organisation(order.institution_id)
    return order


async def _site(connection: AsyncConnection, institution_id: UUID, local_id: str, place: int) -> UUID:
    site = await site_store.find_by_local_id(connection, institution_id, local_id)
    if site is None:
        raise NotFound(pointer=f"/sites/{place}", what="site", id=local_id)
    return site.id


async def _remember(
    connection: AsyncConnection, order: TrainingOrder, verb: str, said: str, *, by: str, at: datetime
) -> None:
    await store.add_event(connection, OrderEvent(new_id(), order.id, order.version, verb, by, at, said))
