"""What a reviewer may decide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.subsidy.claims.rules.checks import Check
from services.subsidy.review import rules
from services.subsidy.review.rules import ClaimOutdated
from shared.kernel.money import Fen
from shared.kernel.refusals import SamePerson
from tests.subsidy.builders import line
from tests.subsidy.claiming import AT, refused, submitted


class TestApprove:
    def test_the_submitter_cannot_approve(self) -> None:
        before = submitted()

        with pytest.raises(SamePerson):
            rules.approve(before, as_of_now=before.lines, by="li", at=AT)

    def test_a_payable_line_that_would_come_out_otherwise_now_is_named(self) -> None:
        first, second, third, fourth = line(1), line(2), line(3), refused(4)
        now = [replace(first, amount_fen=Fen(0), refusal=Check.WITHDRAWN), replace(second, programme="S03"), third]

        with pytest.raises(ClaimOutdated) as refusal:
            rules.approve(submitted(first, second, third, fourth), as_of_now=[*now, line(4)], by="wang", at=AT)

        assert refusal.value.facts == {"lines": [{"line": 1, "refusal": Check.WITHDRAWN}, {"line": 2, "refusal": None}]}
