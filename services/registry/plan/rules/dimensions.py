"""What facts about training are counted by."""

from __future__ import annotations

from typing import Any, NamedTuple

from shared.contracts.dimensions import FundSource, award_fields
from shared.kernel.awards import Award


class Dimensions(NamedTuple):
    """Of a class, or of a training in it. `project` is None for what is not subsidised."""

    programme: str
    region: str
    reporting_region: str
    occupation: str
    award: Award
    fund_source: FundSource | None
    project: str | None

    def as_fields(self, *, project: bool = True) -> dict[str, Any]:
        """As keyword arguments of a fact; without the `project` where it has none."""
        return self._values(project=project) | award_fields(self.award)

    def as_observed(self) -> dict[str, Any]:
        """As keyword arguments of what a rule saw, which has no project."""
        return self._values(project=False)

    def _values(self, *, project: bool) -> dict[str, Any]:
        return {name: value for name, value in self._asdict().items() if project or name != "project"}
