"""The history of a class: every step with who took it, when, why, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from services.registry.classes.rules.classes import MOVES, ClassVerb
from shared.contracts.registry.classes import ClassStatus
from shared.kernel.moves import REINSTATE

FILE: Final = "file"
"""The first step of each class; those that follow are called by their ClassVerb, or PLAN."""
PLAN: Final = "plan"
"""Its lessons became others."""


class ClassEvent(NamedTuple):
    """One step. `version` is the class's after it; `change` holds what was filed, found or changed, as JSON."""

    id: UUID
    class_id: UUID
    version: int
    verb: str
    done_by: str
    done_at: datetime
    reasons: tuple[str, ...]
    change: Mapping[str, Any] | None


def state_before(verbs: Sequence[str]) -> ClassStatus | None:
    """The state before the last move among the `verbs` of a class, oldest first; None if the history is not whole."""
    if not verbs or verbs[0] != FILE:
        # Only a running class is completed; anything else needs the steps before.
        return ClassStatus.RUNNING if verbs and verbs[-1] == ClassVerb.COMPLETE else None
    states = [ClassStatus.FILED]
    for verb in verbs[1:]:
        if verb == REINSTATE:
            states.append(states[-2])
        elif verb != PLAN:
            states.append(MOVES[states[-1]][ClassVerb(verb)])
    return states[-2] if len(states) > 1 else None


class ReportedChange(NamedTuple):
    """A change of terms or lessons that an institution gave a reason for; `region` is that of the class at the time."""

    id: UUID
    class_id: UUID
    institution_id: UUID
    local_id: str
    region: str
    version: int
    verb: str
    done_by: str
    done_at: datetime
    reasons: tuple[str, ...]
    change: Mapping[str, Any]
