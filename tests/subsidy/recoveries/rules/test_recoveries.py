"""Which lines can be recovered, and what becomes of the claim."""

from __future__ import annotations

import pytest

from services.subsidy.recoveries import rules
from services.subsidy.recoveries.rules import LineRecovered, NotPaidLine
from shared.contracts.subsidy.claims import ClaimStatus
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
