"""What a caller sees of exams: a body its own, an institution those of its trainees, officers those of their region.

An exam held outside its body's territory is supervised by the authorities of both. Source: domain rules §3.7.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from shared.kernel.callers import Caller, ForeignOrganisation, ForeignRegion, Role
from shared.reach import Reach


class Sight(NamedTuple):
    """What a caller sees at most: what lies in `reach`, and is of the body, or of the institution's trainees."""

    reach: Reach
    body_id: UUID | None = None
    institution_id: UUID | None = None

    @property
    def refusal(self) -> ForeignOrganisation | ForeignRegion:
        """Why something else is not shown."""
        return ForeignRegion() if self.body_id is None and self.institution_id is None else ForeignOrganisation()


def sight(caller: Caller, reach: Reach, organisation: UUID | None) -> Sight:
    """What the caller sees of what lies in `reach`, with the organisation that they act for."""
    if caller.role is Role.INSTITUTION:
        return Sight(reach, institution_id=organisation)
    return Sight(reach, body_id=organisation)
