"""What a caller sees of exams: a body its own, an institution those of its trainees, officers those of their region.

An exam held outside its body's territory is supervised by the authorities of both. Source: domain rules §3.7.
"""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from shared.kernel.callers import Caller, ForeignOrganisation, ForeignRegion, Role
from shared.reach import Reach


class Sight(NamedTuple):
    """What a caller sees at most: what lies in `reach`, and is of the bodies, or of the institutions' trainees.

    There are several where one has taken over others; None: of any.
    """

    reach: Reach
    bodies: tuple[UUID, ...] | None = None
    institutions: tuple[UUID, ...] | None = None

    @property
    def refusal(self) -> ForeignOrganisation | ForeignRegion:
        """Why something else is not shown."""
        return ForeignRegion() if self.bodies is None and self.institutions is None else ForeignOrganisation()


def sight(caller: Caller, reach: Reach, organisations: tuple[UUID, ...] | None) -> Sight:
    """What the caller sees of what lies in `reach`, with the organisations that they act for."""
    if caller.role is Role.INSTITUTION:
        return Sight(reach, institutions=organisations)
    return Sight(reach, bodies=organisations)
