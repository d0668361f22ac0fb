"""An instalment of a project's grant, and which figures policy sets for projects of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from shared.contracts.dimensions import FundSource
from shared.kernel.awards import Award
from shared.kernel.money import Fen


class ProjectKind(StrEnum):
    """What is funded. Source: domain rules §1."""

    NATIONAL_BASE = "national_base"
    """国家级高技能人才培训基地"""
    PROVINCIAL_BASE = "provincial_base"
    """省级高技能人才培训基地"""
    TALENT = "talent"
    """人才项目"""
    MASTER_STUDIO = "master_studio"
    """技能大师工作室"""


class FigureKeys(NamedTuple):
    """The keys of the rows that policy sets for projects of a kind."""

    least: str
    """The least of a grant, in fen."""
    most: str
    planned: str
    """How many new ones the plan of the year has."""


FIGURES: Final[Mapping[ProjectKind, FigureKeys]] = {
    kind: FigureKeys(*(f"project.{kind}_{name}" for name in ("fen_min", "fen_max", "planned"))) for kind in ProjectKind
}
FIGURE_KEYS: Final = frozenset(key for keys in FIGURES.values() for key in keys)


@dataclass(frozen=True)
class Instalment:
    """A part of a grant that two officers agreed on, with what a claim for it says of its project."""

    id: UUID
    project_id: UUID
    number: int
    """1, 2, 3 … within the project."""
    institution_id: UUID
    region: str
    reporting_region: str
    fund_source: FundSource
    programme: str
    occupation: str
    award: Award
    year: int
    """The first of the project, whose budget the whole grant is committed in."""
    due_on: date
    """The day before which it is not paid."""
    amount_fen: Fen
    cancelled: bool = False
    """Whether its project was cancelled."""
