"""What a body may examine, and the letter of its kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.assessment.bodies.rules.bodies import (
    Body,
    BodyKind,
    OutsideScope,
    ScopeEntry,
    WrongPrefixLetter,
    file,
    in_order,
)
from shared.kernel.awards import Award
from shared.kernel.ids import new_id

AT = datetime(2025, 6, 30, 4, tzinfo=UTC)
SCOPE = (ScopeEntry("4-10-01-05", Award.SENIOR_WORKER), ScopeEntry("4-10-01-05", Award.TECHNICIAN))
BODY = Body(
    new_id(), "52410000MJ00123452", "郑州评价中心", BodyKind.SOCIAL, "410102", "410100", "S000041000123", SCOPE, 1
)


class TestScope:
    def test_only_what_was_filed_may_be_examined_and_the_refusal_says_what_was(self) -> None:
        BODY.require_scope("4-10-01-05", Award.TECHNICIAN)

        with pytest.raises(OutsideScope) as refused:
            BODY.require_scope("4-10-01-05", Award.JUNIOR_WORKER)
        assert refused.value.facts["levels_filed"] == ["L4", "L5"]

    def test_equal_scopes_compare_equal_in_whatever_order_they_came(self) -> None:
        assert in_order([*reversed(SCOPE), *SCOPE]) == SCOPE

    @pytest.mark.parametrize("kind", list(BodyKind))
    def test_the_prefix_begins_with_the_letter_of_the_kind(self, kind: BodyKind) -> None:
        file(replace(BODY, kind=kind, number_prefix=f"{kind.letter}000041000123"), at=AT)

        wrong = "S" if kind is BodyKind.EMPLOYER else "Y"
        with pytest.raises(WrongPrefixLetter):
            file(replace(BODY, kind=kind, number_prefix=f"{wrong}000041000123"), at=AT)
