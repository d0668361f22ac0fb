"""The first catalogue: projects that may be subsidised, each listed for a period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from shared.contracts.registry import ProjectListed
from shared.kernel.levels import Level
from shared.kernel.periods import Period


@dataclass(frozen=True)
class Project:
    code: str
    name_zh: str
    name_en: str
    edition: str
    occupation: str
    level: Level
    category: str
    hours_min: int
    is_scarce: bool
    is_needed: bool
    listed: Period
    version: int

    def is_listed_on(self, day: date) -> bool:
        """Whether a class that starts on `day` may be a class of this project."""
        return self.listed.contains(day)


def list_(project: Project, *, at: datetime) -> ProjectListed:
    """The fact that `project` stands in the catalogue as it is now."""
    return ProjectListed(
        subject=f"projects/{project.code}",
        version=project.version,
        at=at,
        code=project.code,
        name_zh=project.name_zh,
        name_en=project.name_en,
        edition=project.edition,
        occupation=project.occupation,
        level=project.level.value,
        category=project.category,
        hours_min=project.hours_min,
        is_scarce=project.is_scarce,
        is_needed=project.is_needed,
        first_on=project.listed.first,
        last_on=project.listed.last,
    )
