"""Of several faults the first is raised, and none where there is none."""

from __future__ import annotations

import pytest

from shared.kernel.refusals import Conflict, Invalid, raise_first


def test_the_first_fault_is_raised() -> None:
    first, second = Invalid(pointer="/name"), Conflict()

    with pytest.raises(Invalid) as raised:
        raise_first(None, first, second)

    assert raised.value is first


def test_nothing_is_raised_where_nothing_is_wrong() -> None:
    raise_first()
    raise_first(None, None)
