"""Matches of people with lists of other authorities: which check each is for, and what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from services.subsidy.holds import rules as holds
from services.subsidy.holds.rules import HoldStatus, ListKind, Verdict
from shared.kernel.four_eyes import require_another
from shared.kernel.moves import move

CHECKS: Final = {
    ListKind.DEATH: "C07",
    ListKind.PRISON: "C07",
    ListKind.ABROAD: "C07",
    ListKind.PAYROLL: "C08",
    ListKind.PENSION: "C08",
    ListKind.IN_SCHOOL: "C08",
    ListKind.NOT_INSURED: "C22",
    ListKind.OTHER_SUBSIDY: "C09",
    ListKind.INSURED: "C22",
}
"""The number of the check that each list is evidence for."""


@dataclass(frozen=True, kw_only=True)
class ExternalMatch:
    """A person on a list of another authority, known by their key only.

    It holds what is claimed for trainings that were going on between `first_on` and `last_on`; None is a side without
    a bound. `as_of` is the day of the list.
    """

    id: UUID
    kind: ListKind
    person: UUID
    first_on: date | None
    last_on: date | None
    as_of: date
    source: str
    posted_by: str
    posted_at: datetime
    status: HoldStatus = HoldStatus.OPEN
    settled_by: str | None = None
    settled_at: datetime | None = None
    reason: str | None = None
    version: int = 1


def settle(match: ExternalMatch, verb: Verdict, *, reason: str, by: str, at: datetime) -> ExternalMatch:
    """Decide whether it concerns what is paid. Raises IllegalMove, SamePerson if `by` posted it."""
    status = move(holds.MOVES, match.status, verb)
    require_another(by, match.posted_by, rule="posting of a list and the decision on its matches")
    return replace(match, status=status, settled_by=by, settled_at=at, reason=reason, version=match.version + 1)
