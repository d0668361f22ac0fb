"""Blocks of serials: what is drawn from them, and that every number is accounted for."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.assessment.numbers.rules.blocks import (
    SERIAL_MAX,
    NoSerialsLeft,
    NumberBlock,
    NumberExhausted,
    RunState,
    Void,
    account,
    draw,
    end,
    first_serial,
)
from services.assessment.numbers.rules.kinds import NumberKind, UnknownNumberKind, recognise
from shared.kernel.ids import new_id

AT = datetime(2026, 1, 5, tzinfo=UTC)
BODY = new_id()


def a_block(first: int, last: int) -> NumberBlock:
    return NumberBlock(new_id(), BODY, 2026, first, last, last, "chen", AT, "年度号段")


@st.composite
def ledgers(draw_one: st.DrawFn) -> tuple[list[NumberBlock], list[Void], int]:
    """Blocks that follow each other with or without gaps, void serials within them, and a number of drawings."""
    sizes = draw_one(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 12)), min_size=1, max_size=4))
    blocks, next_serial = list[NumberBlock](), 1
    for gap, size in sizes:
        blocks.append(a_block(next_serial + gap, next_serial + gap + size - 1))
        next_serial += gap + size
    serials = [serial for each in blocks for serial in range(each.first_serial, each.last_serial + 1)]
    spoiled = draw_one(st.sets(st.sampled_from(serials), max_size=6))
    voids = [Void(each, each, "打印错误") for each in sorted(spoiled)]
    return blocks, voids, draw_one(st.integers(0, len(serials) - len(spoiled)))


class TestDraw:
    @given(ledgers())
    def test_serials_are_drawn_in_order_from_blocks_only_and_never_void(
        self, ledger: tuple[list[NumberBlock], list[Void], int]
    ) -> None:
        blocks, voids, count = ledger

        first = draw(0, count // 2, blocks, voids, year=2026)
        then = draw(first[-1] if first else 0, count - len(first), blocks, voids, year=2026)

        drawn = first + then
        assert drawn == sorted(set(drawn))
        assert all(any(block.has(each) for block in blocks) for each in drawn)
        assert not {each.first_serial for each in voids} & set(drawn)
        assert draw(0, count, blocks, voids, year=2026) == drawn

    @given(ledgers())
    def test_a_block_that_runs_out_refuses_all_and_says_what_is_left(
        self, ledger: tuple[list[NumberBlock], list[Void], int]
    ) -> None:
        blocks, voids, _ = ledger
        all_of_them = sum(each.last_serial - each.first_serial + 1 for each in blocks) - len(voids)

        with pytest.raises(NumberExhausted) as refused:
            draw(0, all_of_them + 1, blocks, voids, year=2026)

        assert refused.value.facts == {"year": 2026, "left": all_of_them, "needed": all_of_them + 1}


class TestAccount:
    @given(ledgers())
    def test_every_number_is_issued_void_or_left_and_nothing_twice(
        self, ledger: tuple[list[NumberBlock], list[Void], int]
    ) -> None:
        blocks, voids, count = ledger
        drawn = draw(0, count, blocks, voids, year=2026)
        runs = [(group[0], group[-1]) for group in _runs(drawn)]
        last = drawn[-1] if drawn else 0

        for block in blocks:
            found = account(block, last, runs, voids)

            said = [(serial, run.state) for run in found for serial in range(run.first_serial, run.last_serial + 1)]
            serials = range(block.first_serial, block.last_serial + 1)
            spoiled = {each.first_serial for each in voids}
            assert said == [
                (each, RunState.VOID if each in spoiled else RunState.ISSUED if each in drawn else RunState.LEFT)
                for each in serials
            ]

    def test_a_number_that_was_passed_over_without_a_reason_is_unexplained(self) -> None:
        found = account(a_block(1, 9), 5, [(1, 2), (4, 5)], [Void(7, 8, "污损")])

        assert [(run.first_serial, run.last_serial, run.state.value) for run in found] == [
            (1, 2, "issued"),
            (3, 3, "unexplained"),
            (4, 5, "issued"),
            (6, 6, "left"),
            (7, 8, "void"),
            (9, 9, "left"),
        ]


class TestGive:
    def test_a_further_block_begins_after_all_that_was_given_or_drawn(self) -> None:
        assert first_serial(0, [], 10, year=2026) == 1
        assert first_serial(3, [a_block(1, 20)], 10, year=2026) == 21
        assert first_serial(30, [a_block(1, 20)], 10, year=2026) == 31

    def test_a_serial_has_six_digits(self) -> None:
        assert first_serial(SERIAL_MAX - 10, [], 10, year=2026) == SERIAL_MAX - 9
        with pytest.raises(NoSerialsLeft) as refused:
            first_serial(SERIAL_MAX - 9, [], 10, year=2026)
        assert refused.value.facts["left"] == 9

    @pytest.mark.parametrize(("last", "kept"), [(0, 10), (10, 10), (15, 15), (20, 20), (30, 20)])
    def test_what_was_not_drawn_goes_back(self, last: int, kept: int) -> None:
        after = end(a_block(11, 20), last, by="li", reason="收回", at=AT)

        assert (after.last_serial, after.given_last_serial, after.ended_by) == (kept, 20, "li")


class TestKinds:
    @pytest.mark.parametrize(
        ("raw", "kind"),
        [
            ("s000041000123 253000042", NumberKind.LEVEL),
            ("1641010000312345", NumberKind.QUALIFICATION),
            ("HN202501010000012345", NumberKind.LOCAL),
            ("y000041000700 260000001", NumberKind.APPRENTICE),
        ],
    )
    def test_each_kind_is_recognised_by_its_pattern(self, raw: str, kind: NumberKind) -> None:
        assert recognise(raw).kind is kind

    def test_anything_else_is_refused_with_the_kinds_that_are_known(self) -> None:
        with pytest.raises(UnknownNumberKind) as refused:
            recognise("12345")
        assert refused.value.facts["kinds"] == ["level-22", "qualification-16", "local-20", "apprentice-22"]


def _runs(serials: list[int]) -> list[list[int]]:
    numbered = groupby(enumerate(serials), lambda each: each[1] - each[0])
    return [[serial for _, serial in group] for _, group in numbered]
