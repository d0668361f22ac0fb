"""State machines as tables.

Beside its `MOVES`, a machine says of each of its final states either that the step to it can be taken back
(`WAYS_BACK`), or why not (`WHY_FINAL`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final, TypeVar

from shared.kernel.refusals import IllegalMove

S = TypeVar("S", bound=StrEnum)
V = TypeVar("V", bound=StrEnum)


def move(moves: Mapping[S, Mapping[V, S]], status: S, verb: V) -> S:
    """The state that `verb` leads to from `status`. Raises IllegalMove with the verbs that are allowed."""
    allowed = moves[status]
    if verb not in allowed:
        raise IllegalMove(state=status.value, verb=verb.value, allowed=sorted(each.value for each in allowed))
    return allowed[verb]


REINSTATE: Final = "reinstate"
"""The verb by which an officer takes back the step to a final state: the record is again what it was before."""


def reinstated(ways_back: Collection[S], status: S, former: S) -> S:
    """`former`, the state before the step to `status`. Raises IllegalMove unless the step can be taken back."""
    if status not in ways_back:
        raise IllegalMove(state=status.value, verb=REINSTATE, allowed=[])
    return former
