"""Training orders over HTTP: filed, confirmed, fulfilled by classes, and what came of them in one answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from services.registry.orders import store, usecases
from services.registry.orders.rules import OrderStatus, OrderVerb, TrainingOrder
from services.registry.orders.usecases import NewOrder, OrderChain
from services.registry.plan.usecases import visibility
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel, GivenAward, GivenLevel
from shared.contracts.registry.classes import ClassStatus
from shared.forms import CREDIT_CODE, PLAIN, Day, LocalId, Name, Reason, Strict
from shared.kernel.awards import award_named
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("orders")

_SITES_MAX = 50


class OrderRequest(Strict):
    """A signed need: an employer or a department orders people to be trained by your institution."""

    local_id: LocalId
    buyer_name: Annotated[Name, Field(description="The organisation that signed it")]
    buyer_credit_code: Annotated[str, Field(max_length=64, examples=["91350100M000100Y43"]), CREDIT_CODE]
    occupation: Annotated[str, Field(max_length=32, examples=["4-10-01-05"]), PLAIN]
    award: GivenAward | None = None
    level: GivenLevel | None = None
    persons: Annotated[int, Field(ge=1, le=100_000, strict=True)]
    first_on: Day
    last_on: Day
    signed_on: Day
    sites: Annotated[
        list[LocalId], Field(max_length=_SITES_MAX, description="Your local_ids of the sites; empty: any site")
    ] = Field(default_factory=list)

    def order(self) -> NewOrder:
        """Raises what an award may be refused for."""
        award = award_named(award=self.award, level=self.level)
        return NewOrder(**self.model_dump(exclude={"level"}) | {"award": award, "sites": tuple(self.sites)})


class OrderStepRequest(Strict):
    reason: Reason


class OrderClassRequest(Strict):
    class_id: UUID


class OrderDetachmentRequest(Strict):
    class_id: UUID
    reason: Reason


class OrderAnswer(BaseModel):
    """`buyer_id` is the buyer as an institution of the registry, which sees the order as well; None if it is none."""

    id: UUID
    institution_id: UUID
    local_id: str
    buyer_name: str
    buyer_credit_code: str
    buyer_id: UUID | None
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    persons: int
    first_on: date
    last_on: date | None
    signed_on: date
    sites: list[UUID]
    region: str
    reporting_region: str
    status: OrderStatus
    filed_by: str
    version: int

    @classmethod
    def of(cls, order: TrainingOrder) -> OrderAnswer:
        days = {"first_on": order.ordered.first, "last_on": order.ordered.last}
        return cls.model_validate(vars(order) | days | order.award.codes | {"sites": list(order.sites)})


class PlannedExamAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    planned_on: date
    body_credit_code: str | None


class OrderedClassAnswer(BaseModel):
    """A class of the order; employment is shown for the order as a whole."""

    model_config = ConfigDict(from_attributes=True)

    class_id: UUID
    local_id: str
    status: ClassStatus
    starts_on: date
    ends_on: date
    seats: int
    exam_plan: PlannedExamAnswer | None
    enrolled: int
    completed: int
    certified: int


class YieldAnswer(BaseModel):
    """From the number ordered to those in work. Cancelled classes do not count.

    `without_work` are completers who had no work at entry; `employed` found it within the months that count, and for
    `waiting` these are not over. All three are null where the group is so small that people could be recognised.
    """

    model_config = ConfigDict(from_attributes=True)

    ordered: int
    classes: int
    seats: int
    enrolled: int
    completed: int
    certified: int
    without_work: int | None
    employed: int | None
    waiting: int | None


class OrderEventAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    verb: str
    done_by: str
    done_at: datetime
    said: str


class OrderChainAnswer(OrderAnswer):
    classes: list[OrderedClassAnswer]
    came_of_it: YieldAnswer
    history: list[OrderEventAnswer]

    @classmethod
    def of_chain(cls, found: OrderChain) -> OrderChainAnswer:
        return cls(
            **dict(OrderAnswer.of(found.order)),
            classes=[OrderedClassAnswer.model_validate(each) for each in found.classes],
            came_of_it=YieldAnswer.model_validate(found.came_of_it),
            history=[OrderEventAnswer.model_validate(each) for each in found.events],
        )


@routes.post("/orders", status_code=201)
async def file_order(asked: OrderRequest, connection: Connection, caller: CurrentCaller, at: Now) -> OrderAnswer:
    """File a signed order that your institution is to fulfil. A repeat returns the existing one."""
    return OrderAnswer.of(await usecases.file(connection, asked.order(), caller=caller, at=at))


@routes.get("/orders")
async def list_orders(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    status: OrderStatus | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[OrderAnswer]:
    """Officers see the orders of their region, an institution those that it fulfils and those that it has signed."""
    seen = await visibility.scope(connection, caller, region=region, institution_id=None)
    rows = await store.page(connection, seen.reach, parties=seen.owners, status=status, after=after(cursor), limit=size)
    return Page(rows=[OrderAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/orders/{order_id}")
async def get_order(order_id: UUID, connection: Connection, caller: CurrentCaller, at: Now) -> OrderChainAnswer:
    """An order with its classes, their exam plans and what came of them: ordered, enrolled, completed, certified, in
    work. For its parties and the officers of its region.
    """
    return OrderChainAnswer.of_chain(await usecases.chain(connection, order_id, caller=caller, at=at))


@routes.post("/orders/{order_id}/classes")
async def add_class_to_order(
    order_id: UUID, asked: OrderClassRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> OrderAnswer:
    """Put a class of your institution under the order. It fits in occupation, award, days and site."""
    return OrderAnswer.of(await usecases.attach(connection, order_id, asked.class_id, caller=caller, at=at))


@routes.post("/orders/{order_id}/detachment")
async def remove_class_from_order(
    order_id: UUID, asked: OrderDetachmentRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> OrderAnswer:
    """Take a class out of the order, with a reason."""
    return OrderAnswer.of(
        await usecases.detach(connection, order_id, asked.class_id, reason=asked.reason, caller=caller, at=at)
    )


@routes.post("/orders/{order_id}/confirmation")
async def confirm_order(
    order_id: UUID, asked: OrderStepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> OrderAnswer:
    """Confirm as an officer that you saw the signed order: its classes then count as demanded."""
    after_ = await usecases.move(connection, order_id, OrderVerb.CONFIRM, reason=asked.reason, caller=caller, at=at)
    return OrderAnswer.of(after_)


@routes.post("/orders/{order_id}/withdrawal")
async def withdraw_order(
    order_id: UUID, asked: OrderStepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> OrderAnswer:
    """Take the order back; its classes go on without it."""
    after_ = await usecases.move(connection, order_id, OrderVerb.WITHDRAW, reason=asked.reason, caller=caller, at=at)
    return OrderAnswer.of(after_)


@routes.post("/orders/{order_id}/reinstatement")
async def reinstate_order(
    order_id: UUID, asked: OrderStepRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> OrderAnswer:
    """Take a withdrawal back, as an officer; the order has to be confirmed again."""
    after_ = await usecases.move(connection, order_id, OrderVerb.REINSTATE, reason=asked.reason, caller=caller, at=at)
    return OrderAnswer.of(after_)
