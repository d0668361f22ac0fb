"""State machines as tables."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from shared.kernel.refusals import IllegalMove

S = TypeVar("S", bound=StrEnum)
V = TypeVar("V", bound=StrEnum)


def move(moves: Mapping[S, Mapping[V, S]], status: S, verb: V) -> S:
    """The state that `verb` leads to from `status`. Raises IllegalMove with the verbs that are allowed."""
    allowed = moves[status]
    if verb not in allowed:
        raise IllegalMove(state=status.value, verb=verb.value, allowed=sorted(each.value for each in allowed))
    return allowed[verb]
