"""Who is a second person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.four_eyes import require_another
from shared.kernel.refusals import SamePerson

NAMES = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=12)


@pytest.mark.parametrize("written", ["li", "LI", " li", "l i", "ｌｉ", "l\u200bi"])
def test_another_spelling_is_no_second_person(written: str) -> None:
    with pytest.raises(SamePerson) as refusal:
        require_another(written, "wang", "li", rule="filing and approval")

    assert refusal.value.facts == {"rule": "filing and approval"}


def test_a_step_that_nobody_took_is_no_persons() -> None:
    require_another("li", None, "wang", rule="filing and approval")
    require_another("li", rule="filing and approval")


@given(NAMES)
def test_nobody_is_their_own_second_person(name: str) -> None:
    with pytest.raises(SamePerson):
        require_another(name, name, rule="filing and approval")
