"""What a reviewer may decide."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.subsidy.claims.rules.checks import Check
from services.subsidy.holds.rules import FlagsOpen, FlagsUpheld, HoldStatus
from services.subsidy.review import rules
from services.subsidy.review.rules import ClaimOutdated
from shared.contracts.subsidy.claims import ClaimStatus
from shared.kernel.money import Fen
from shared.kernel.refusals import SamePerson
from tests.subsidy.builders import flag, line
from tests.subsidy.claiming import AT, approved, refused, submitted


class TestApprove:
    @pytest.mark.parametrize("by", ["li", "LI", " Li ", "ｌｉ", "chen"])
    def test_nobody_who_prepared_a_claim_decides_on_it_however_the_name_is_written(self, by: str) -> None:
        before, prepared_by = submitted(), ["chen", "li"]

        with pytest.raises(SamePerson):
            rules.approve(before, as_of_now=before.lines, flags=(), prepared_by=prepared_by, by=by, at=AT)
        with pytest.raises(SamePerson):
            rules.return_(before, prepared_by=prepared_by, held_until=None, by=by, at=AT)
        with pytest.raises(SamePerson):
            rules.reject(before, prepared_by=prepared_by, by=by, at=AT)

    def test_an_open_flag_is_named_before_an_upheld_one_and_either_before_the_lines(self) -> None:
        before = submitted()
        upheld, opened = flag(status=HoldStatus.UPHELD), flag()

        with pytest.raises(FlagsUpheld) as refused_for_good:
            rules.approve(before, as_of_now=(), flags=[upheld], prepared_by=["li"], by="wang", at=AT)
        with pytest.raises(FlagsOpen) as refused_for_now:
            rules.approve(before, as_of_now=(), flags=[upheld, opened], prepared_by=["li"], by="wang", at=AT)

        assert refused_for_good.value.facts == {"flags": [upheld.shown]}
        assert refused_for_now.value.facts == {"flags": [opened.shown, upheld.shown], "regions": ["410102"]}

    def test_a_payable_line_that_would_come_out_otherwise_now_is_named(self) -> None:
        first, second, third, fourth = line(1), line(2), line(3), refused(4)
        now = [replace(first, amount_fen=Fen(0), refusal=Check.WITHDRAWN), replace(second, programme="S03"), third]

        with pytest.raises(ClaimOutdated) as refusal:
            rules.approve(
                submitted(first, second, third, fourth),
                as_of_now=[*now, line(4)],
                flags=(),
                prepared_by=(),
                by="wang",
                at=AT,
            )

        assert refusal.value.facts == {"lines": [{"line": 1, "refusal": Check.WITHDRAWN}, {"line": 2, "refusal": None}]}


class TestReturn:
    def test_an_approval_that_is_taken_back_leaves_no_trace_of_the_approver(self) -> None:
        returned, fact = rules.return_(approved(), prepared_by=["li"], held_until=None, by="wang", at=AT)

        assert (returned.status, returned.approved_by, returned.approved_on) == (ClaimStatus.RETURNED, None, None)
        assert fact.approved_on is None
