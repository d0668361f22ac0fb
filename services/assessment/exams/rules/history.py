"""The history of a session: who did what with it, when, why, and by which rows of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

FILE: Final = "file"
"""The first step, beside the verbs that move a session."""


@dataclass(frozen=True)
class SessionStep:
    """The step that made `version` of a session. `content` is what it set, as JSON values."""

    session_id: UUID
    version: int
    verb: str
    by: str
    at: datetime
    reason: str | None
    rules: tuple[str, ...]
    content: Mapping[str, object]


@dataclass(frozen=True)
class Withdrawal:
    """A candidate who was taken out of the roster before it was sealed."""

    id: UUID
    session_id: UUID
    person: UUID
    local_id: str
    reason: str
    withdrawn_by: str
    withdrawn_at: datetime


@dataclass(frozen=True)
class Posting:
    """One posting of results of a session, or a correction that was proposed and confirmed: who set marks, and when.

    `results` is the number of candidates whose result it set.
    """

    id: UUID
    session_id: UUID
    posted_by: str
    posted_at: datetime
    results: int
