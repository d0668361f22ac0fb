"""Training orders (项目化培训): who needs how many people trained, for what and when; and which classes fulfil it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from services.registry.classes.rules.classes import ExamPlan, TrainingClass
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.awards import Award
from shared.kernel.moves import move
from shared.kernel.periods import Period
from shared.kernel.refusals import Conflict, Invalid

CLASSES_MAX: Final = 200
"""Classes of one order; a larger need is several orders."""


class OrderStatus(StrEnum):
    FILED = "filed"
    CONFIRMED = "confirmed"
    """An officer has seen the signed order."""
    WITHDRAWN = "withdrawn"


class OrderVerb(StrEnum):
    CONFIRM = "confirm"
    WITHDRAW = "withdraw"
    REINSTATE = "reinstate"


FILE: Final = "file"
"""The step that made an order, in addition to the verbs that move it."""

MOVES: Final[Mapping[OrderStatus, Mapping[OrderVerb, OrderStatus]]] = {
    OrderStatus.FILED: {OrderVerb.CONFIRM: OrderStatus.CONFIRMED, OrderVerb.WITHDRAW: OrderStatus.WITHDRAWN},
    OrderStatus.CONFIRMED: {OrderVerb.WITHDRAW: OrderStatus.WITHDRAWN},
    OrderStatus.WITHDRAWN: {OrderVerb.REINSTATE: OrderStatus.FILED},
}


class SignedLater(Invalid):
    """Facts: `today`."""

    slug = "order-signed-later"
    title_en = "The order is signed on a later day than today."
    title_zh = "订单签订日期晚于今天。"
    cure_en = "Enter the day on which it was signed, {today} at the latest."
    cure_zh = "请填写实际签订日期，不晚于 {today}。"


class ClassNotOfOrder(Conflict):
    """Facts: `differs`, the fields in which class and order do not fit."""

    slug = "class-not-of-order"
    title_en = "The class does not fit the order."
    title_zh = "班级与订单不符。"
    cure_en = "Compare these fields of class and order: {differs}; choose another class or another order."
    cure_zh = "请核对班级与订单的以下内容：{differs}；或改选其他班级、订单。"


class ClassOrderedAlready(Conflict):
    """Facts: `order`."""

    slug = "class-ordered-already"
    title_en = "The class belongs to another order."
    title_zh = "该班级已归入其他订单。"
    cure_en = "Take it out of order {order} first; a class counts for one order."
    cure_zh = "请先将其移出订单 {order}；一个班级只计入一个订单。"


class OrderFull(Conflict):
    """Facts: `classes_max`."""

    slug = "order-full"
    title_en = "The order has the greatest number of classes already."
    title_zh = "该订单的班级数量已达上限。"
    cure_en = "An order has at most {classes_max} classes; file a further order."
    cure_zh = "一个订单最多 {classes_max} 个班级，请另行登记订单。"


class OrderWithdrawn(Conflict):
    slug = "order-withdrawn"
    title_en = "The order is withdrawn, so no class can be added to it."
    title_zh = "该订单已撤回，不能再归入班级。"
    cure_en = "Ask an officer to reinstate it, or file another order."
    cure_zh = "请由工作人员恢复该订单，或另行登记。"


@dataclass(frozen=True)
class TrainingOrder:
    """`buyer_id` is the buyer as an institution of the registry, if it is one; without sites, any site fits."""

    id: UUID
    institution_id: UUID
    local_id: str
    buyer_name: str
    buyer_credit_code: str
    buyer_id: UUID | None
    occupation: str
    award: Award
    persons: int
    ordered: Period
    sites: tuple[UUID, ...]
    signed_on: date
    region: str
    reporting_region: str
    status: OrderStatus
    filed_by: str
    version: int = 1

    def same_as(self, other: TrainingOrder) -> bool:
        """Whether `other` says the same; who filed it and what became of it is ignored."""
        return replace(other, id=self.id, status=self.status, filed_by=self.filed_by, version=self.version) == self


@dataclass(frozen=True)
class OrderEvent:
    """A step of an order: who took it, when, and why."""

    id: UUID
    order_id: UUID
    version: int
    verb: str
    done_by: str
    done_at: datetime
    said: str


class OrderedClass(NamedTuple):
    """A class of an order, with what came of it so far.

    `enrolled` are those who did not leave, `without_work` the completers who had no work at entry; of these, the
    `employed` found it within the months that count, and for the `waiting` these months are not over.
    """

    class_id: UUID
    local_id: str
    status: ClassStatus
    starts_on: date
    ends_on: date
    seats: int
    exam_plan: ExamPlan | None
    enrolled: int
    completed: int
    certified: int
    without_work: int
    employed: int
    waiting: int


@dataclass(frozen=True)
class Yield:
    """What came of an order; employment is None where so few people had no work that they could be recognised."""

    ordered: int
    classes: int
    seats: int
    enrolled: int
    completed: int
    certified: int
    without_work: int | None
    employed: int | None
    waiting: int | None


def require_signed(order: TrainingOrder, *, today: date) -> None:
    """Raises SignedLater."""
    if order.signed_on > today:
        raise SignedLater(pointer="/signed_on", today=today.isoformat())


def advance(order: TrainingOrder, verb: OrderVerb) -> TrainingOrder:
    """The order in the state that `verb` leads to. Raises IllegalMove."""
    return replace(order, status=move(MOVES, order.status, verb), version=order.version + 1)


def require_fits(order: TrainingOrder, class_: TrainingClass) -> None:
    """Check that `class_` may fulfil `order`. Raises OrderWithdrawn, ClassNotOfOrder."""
    if order.status is OrderStatus.WITHDRAWN:
        raise OrderWithdrawn
    fits = {
        "occupation": class_.occupation == order.occupation,
        "award": class_.award is order.award,
        "starts_on": order.ordered.contains(class_.starts_on),
        "ends_on": order.ordered.contains(class_.ends_on),
        "site": not order.sites or class_.site_id in order.sites,
        "status": class_.status is not ClassStatus.CANCELLED,
    }
    if differs := [name for name, fit in fits.items() if not fit]:
        raise ClassNotOfOrder(pointer="/class_id", differs=differs)


def yield_of(order: TrainingOrder, classes: Iterable[OrderedClass], *, size_min: int) -> Yield:
    """The sums over `classes`, without those that were cancelled."""
    given = [each for each in classes if each.status is not ClassStatus.CANCELLED]
    sums = {field.name: sum(getattr(each, field.name) for each in given) for field in fields(Yield)[2:]}
    if sums["without_work"] < size_min:
        hidden: dict[str, int | None] = dict.fromkeys(("without_work", "employed", "waiting"))
        return Yield(ordered=order.persons, classes=len(given), **sums | hidden)
    return Yield(ordered=order.persons, classes=len(given), **sums)
