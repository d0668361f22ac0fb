"""Training orders: their states, which classes fit, and what is shown of what came of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.orders.rules import (
    MOVES,
    ClassNotOfOrder,
    OrderedClass,
    OrderStatus,
    OrderVerb,
    OrderWithdrawn,
    SignedLater,
    TrainingOrder,
    advance,
    require_fits,
    require_signed,
    yield_of,
)
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.awards import Award
from shared.kernel.periods import Period
from shared.kernel.refusals import IllegalMove
from tests.registry.builders import TODAY, training_class


def order(**changes: Any) -> TrainingOrder:
    usual: dict[str, Any] = {
        "id": UUID(int=1), "institution_id": UUID(int=2), "local_id": "O1", "buyer_name": "某养老院",
        "buyer_credit_code": "91350100M000100Y43", "buyer_id": None, "occupation": "4-10-01-05",
        "award": Award.SENIOR_WORKER, "persons": 100, "ordered": Period(date(2025, 1, 1), date(2025, 12, 31)),
        "sites": (), "signed_on": date(2025, 1, 1), "region": "410102", "reporting_region": "410100",
        "status": OrderStatus.CONFIRMED, "filed_by": "clerk",
    }  # fmt: skip
    return TrainingOrder(**usual | changes)


def ordered(number: int, **changes: Any) -> OrderedClass:
    usual: dict[str, Any] = {
        "class_id": UUID(int=number), "local_id": f"C{number}", "status": ClassStatus.COMPLETED, "starts_on": TODAY,
        "ends_on": TODAY, "seats": 40, "exam_plan": None, "enrolled": 30, "completed": 20, "certified": 10,
        "without_work": 6, "employed": 4, "waiting": 1,
    }  # fmt: skip
    return OrderedClass(**usual | changes)


@pytest.mark.parametrize("status", OrderStatus)
@pytest.mark.parametrize("verb", OrderVerb)
def test_an_order_moves_by_its_table_and_no_other_way(status: OrderStatus, verb: OrderVerb) -> None:
    before = order(status=status, version=4)

    if verb in MOVES[status]:
        after = advance(before, verb)
        assert (after.status, after.version) == (MOVES[status][verb], 5)
    else:
        with pytest.raises(IllegalMove):
            advance(before, verb)


@pytest.mark.parametrize(
    ("changes", "differs"),
    [
        ({}, []),
        ({"occupation": "4-10-01-02"}, ["occupation"]),
        ({"award": Award.TECHNICIAN}, ["award"]),
        ({"starts_on": date(2024, 12, 31)}, ["starts_on"]),
        ({"ends_on": date(2026, 1, 1)}, ["ends_on"]),
        ({"status": ClassStatus.CANCELLED, "award": Award.TECHNICIAN}, ["award", "status"]),
    ],
)
def test_a_class_fits_in_every_field_or_is_told_in_which_not(changes: dict[str, Any], differs: list[str]) -> None:
    if not differs:
        require_fits(order(), training_class(**changes))
    else:
        with pytest.raises(ClassNotOfOrder) as refused:
            require_fits(order(), training_class(**changes))
        assert refused.value.facts == {"differs": differs}


def test_where_sites_are_ordered_a_class_is_at_one_of_them() -> None:
    require_fits(order(sites=(UUID(int=5),)), training_class(site_id=UUID(int=5)))
    with pytest.raises(ClassNotOfOrder):
        require_fits(order(sites=(UUID(int=5),)), training_class(site_id=UUID(int=6)))


def test_a_withdrawn_order_takes_no_class_and_no_order_is_signed_tomorrow() -> None:
    with pytest.raises(OrderWithdrawn):
        require_fits(order(status=OrderStatus.WITHDRAWN), training_class())
    require_signed(order(signed_on=TODAY), today=TODAY)
    with pytest.raises(SignedLater):
        require_signed(order(signed_on=date(2025, 3, 11)), today=TODAY)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=6), st.integers(0, 12))
def test_the_yield_is_the_sum_without_cancelled_classes_and_hides_small_groups(
    classes: list[tuple[int, bool]], size_min: int
) -> None:
    given_ = [
        ordered(place, without_work=count, status=ClassStatus.CANCELLED if cancelled else ClassStatus.COMPLETED)
        for place, (count, cancelled) in enumerate(classes)
    ]
    counted = [count for count, cancelled in classes if not cancelled]

    found = yield_of(order(), given_, size_min=size_min)

    assert (found.ordered, found.classes, found.enrolled) == (100, len(counted), 30 * len(counted))
    if sum(counted) < size_min:
        assert (found.without_work, found.employed, found.waiting) == (None, None, None)
    else:
        assert (found.without_work, found.employed) == (sum(counted), 4 * len(counted))
