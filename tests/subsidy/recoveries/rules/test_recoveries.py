"""Which lines can be recovered, and what becomes of the claim."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from services.subsidy.recoveries import rules
from services.subsidy.recoveries.rules import LineClaimedAgain, LineRecovered, NotPaidLine
from shared.contracts.subsidy.claims import ClaimStatus
from shared.kernel.money import Fen
from tests.subsidy.builders import line
from tests.subsidy.claiming import AT, DAY, paid, refused


class TestRecover:
    def test_the_status_is_recovered_once_nothing_is_left(self) -> None:
        before = paid(line(1, 100), refused(2), line(3, 250))

        some, first = rules.recover(before, {3}, at=AT)
        rest, second = rules.recover(some, None, at=AT)

        assert (first.status, first.recovered_fen, rest.status) == (ClaimStatus.PAID, 250, ClaimStatus.RECOVERED)
        assert (second.recovered_fen, [each.recovered_fen for each in second.lines]) == (350, [100, 0, 250])
        assert [each.recovered_on for each in second.lines] == [DAY, None, DAY]

    def test_a_refused_a_missing_and_a_recovered_line_are_refused(self) -> None:
        before = paid(line(1), refused(2), line(3))
        some, _ = rules.recover(before, {3}, at=AT)

        for number in (2, 9):
            with pytest.raises(NotPaidLine):
                rules.recover(before, {1, number}, at=AT)
        with pytest.raises(LineRecovered):
            rules.recover(some, {1, 3}, at=AT)


class TestLapse:
    """What was to be kept from the payment of another claim, and cannot be."""

    AGAINST = UUID(int=7)

    def test_a_part_is_owed_again_by_a_case_of_its_own(self) -> None:
        recovered, _ = rules.recover(paid(line(1, 100), line(3, 250)), None, at=AT)

        after, fact = rules.lapse(recovered, {3: Fen(50)}, against=self.AGAINST, claimed_again=(), at=AT)

        first, third = after.lines
        assert (after.status, after.version) == (ClaimStatus.PAID, recovered.version + 1)
        assert (first.recovered_fen, first.owed, third.recovered_fen, third.outstanding_fen) == (100, None, 200, 50)
        assert third.recovered_on is not None
        assert third.owed is not None
        assert (third.owed["check"], third.owed["held_by"]) == ("OFFSET", [str(self.AGAINST)])
        assert [each.recovered_fen for each in fact.lines] == [100, 200]

    def test_a_line_that_nothing_is_left_of_is_not_recovered_and_keeps_the_case_it_had(self) -> None:
        case = {"check": "C12", "since": "2026-01-01"}
        before = paid(line(1, 100))
        before = replace(before, lines=tuple(replace(each, owed=case) for each in before.lines))
        recovered, _ = rules.recover(before, None, at=AT)

        after, _ = rules.lapse(recovered, {1: Fen(100)}, against=self.AGAINST, claimed_again=(), at=AT)

        assert after.lines == before.lines

    def test_what_is_claimed_again_is_not_owed_again(self) -> None:
        recovered, _ = rules.recover(paid(line(1, 100)), None, at=AT)

        with pytest.raises(LineClaimedAgain):
            rules.lapse(recovered, {1: Fen(1)}, against=self.AGAINST, claimed_again={1}, at=AT)
