"""What a list about classes shows at most."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from shared.reach import Reach


class ListScope(NamedTuple):
    """What lies in `reach`, of the institution and the class if there is one."""

    reach: Reach
    institution_id: UUID | None
    class_id: UUID | None

    @property
    def columns(self) -> dict[str, UUID | None]:
        """What it narrows beside the region, by the names of the columns."""
        return {"institution_id": self.institution_id, "class_id": self.class_id}
