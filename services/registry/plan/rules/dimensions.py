"""What facts about training are counted by."""

from __future__ import annotations

from typing import Any, NamedTuple

from shared.contracts.dimensions import FundSource


class Dimensions(NamedTuple):
    """Of a class, or of somebody's training in it. `level` is a rank; `project` is None for what is not subsidised."""

    programme: str
    region: str
    reporting_region: str
    occupation: str
    level: int
    fund_source: FundSource | None
    project: str | None

    def as_fields(self, *, project: bool = True) -> dict[str, Any]:
        """As keyword arguments of a fact, or of what a rule saw; without the `project` where these have none."""
        return {name: value for name, value in self._asdict().items() if project or name != "project"}
