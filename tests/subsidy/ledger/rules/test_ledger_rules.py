"""Double entry without a database: whatever a claim stands for next, the books follow to the fen."""

from __future__ import annotations

from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from services.subsidy.ledger.rules import (
    FLOW_OF,
    Booked,
    ClaimStanding,
    Flow,
    LineStanding,
    Posting,
    balances,
    follow,
    split,
)
from shared.kernel.money import Fen

BUDGETS = [UUID(int=number) for number in range(1, 4)]
FLOWS = (Flow.APPROVED, Flow.PAID, Flow.RECOVERED, Flow.WRITTEN_OFF)
WEIGHTS = st.dictionaries(st.sampled_from(BUDGETS), st.integers(1, 10_000), min_size=1)


@given(st.integers(0, 10**12), WEIGHTS)
def test_parts_add_up_and_none_is_a_fen_off_its_share(amount: int, weights: dict[UUID, int]) -> None:
    parts = split(Fen(amount), weights)

    whole = sum(weights.values())
    assert sum(parts.values()) == amount
    assert all(abs(part * whole - amount * weights[key]) < whole for key, part in parts.items())
    assert parts == split(Fen(amount), dict(reversed(weights.items())))


@given(WEIGHTS, st.data())
def test_no_part_of_less_than_all_is_above_its_weight(weights: dict[UUID, int], data: st.DataObject) -> None:
    amount = data.draw(st.integers(0, sum(weights.values())))

    assert all(part <= weights[key] for key, part in split(Fen(amount), weights).items())


def test_equal_rests_are_served_in_the_order_of_their_keys() -> None:
    assert split(Fen(100), dict.fromkeys(BUDGETS, 1)) == dict(zip(BUDGETS, (34, 33, 33), strict=True))


def _next(data: st.DataObject, line: LineStanding) -> LineStanding:
    """What may become of a line: approved, released or cut, paid, sent back, recovered in parts, written off."""
    if not line.paid:
        steps = [line._replace(approved=Fen(data.draw(st.integers(0, 10_000)))), line._replace(paid=line.approved)]
        return data.draw(st.sampled_from(steps))
    left = Fen(line.paid - line.recovered - line.written_off)
    steps = [
        line._replace(recovered=Fen(line.recovered + data.draw(st.integers(0, left)))),
        line._replace(written_off=Fen(line.written_off + data.draw(st.integers(0, left)))),
        line._replace(recovered=Fen(data.draw(st.integers(0, line.recovered)))),
    ]
    if not line.recovered and not line.written_off:
        steps.append(line._replace(paid=Fen(0)))
    return data.draw(st.sampled_from(steps))


@settings(deadline=None)
@given(st.data())
def test_the_books_follow_a_claim_whatever_becomes_of_its_lines(data: st.DataObject) -> None:
    posted: list[Posting] = []
    lines = dict.fromkeys((1, 2, 3), LineStanding())
    for _ in range(8):
        lines = {number: _next(data, line) for number, line in lines.items()}
        reserved, shares = Fen(data.draw(st.integers(0, 10_000))), data.draw(WEIGHTS)
        standing = ClaimStanding(uuid4(), 1, uuid4(), "410102", "410100", reserved, lines)

        new = follow(standing, _booked(posted), shares)

        posted += new
        booked = _booked(posted)
        for number, line in lines.items():
            of_line = [booked.get((number, flow), {}) for flow in FLOWS]
            assert tuple(sum(each.values()) for each in of_line) == line
            for budget in BUDGETS:
                approved, paid, recovered, written_off = (each.get(budget, 0) for each in of_line)
                assert approved >= paid >= recovered + written_off, "of each budget as of the whole"
                assert min(recovered, written_off) >= 0
        assert sum(booked.get((None, Flow.RESERVED), {}).values()) == reserved
        assert all(each.amount_fen > 0 for each in new)
        assert follow(standing, booked, shares) == [], "twice is once"
        assert sum(balances(posted).values()) == 0, "debits equal credits"


def _booked(posted: list[Posting]) -> Booked:
    found: dict[tuple[int | None, Flow], dict[UUID, Fen]] = {}
    for each in posted:
        flow, sign = FLOW_OF[each.credit, each.debit]
        of_place = found.setdefault((each.line, flow), {})
        of_place[each.budget_id] = Fen(of_place.get(each.budget_id, 0) + sign * each.amount_fen)
    return found
