"""What holds the certificate of one candidate, while everybody else of the session gets theirs."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class HoldCause(StrEnum):
    APPEAL = "appeal"
    """An appeal against the result is open, or the correction that an accepted one asks for."""
    NAME_QUESTION = "name-question"
    """The body gave another name than the one that is known, and no officer has settled which one is right."""


class Hold(NamedTuple):
    """What holds a candidate's certificate: the appeal or the question with this id."""

    candidate_id: UUID
    local_id: str
    cause: HoldCause
    id: UUID
