"""What facts about training are counted by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
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

    @lru_cache(maxsize=1024)  # noqa: B019  (they are values: all trainees of a class and programme have the same)
    def as_fields(self, *, project: bool = True) -> Mapping[str, Any]:
        """As keyword arguments of a fact; without the `project` where it has none."""
        return MappingProxyType(self._values(project=project) | award_fields(self.award))

    def as_observed(self) -> dict[str, Any]:
        """As keyword arguments of what a rule saw, which has no project."""
        return self._values(project=False)

    def _values(self, *, project: bool) -> dict[str, Any]:
        return {name: value for name, value in self._asdict().items() if project or name != "project"}
