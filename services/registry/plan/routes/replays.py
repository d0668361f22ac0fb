"""What the answers of all replays say: the rows with their values, and whether they are those of the decision."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, Field

from services.registry.plan.rules.projects import Project
from services.registry.plan.rules.replays import Replay
from services.registry.plan.rules.rulebook import Rulebook
from shared.dated_rules.answers import GroundAnswer
from shared.dated_rules.rules import Ground


class RuleRowAnswer(GroundAnswer):
    """`value` is the figure of a policy row; of a project, its least hours."""

    value: str
    source: str


class ReplayAnswer(BaseModel):
    """A decision made again. `refusal` is the code of what it would be refused for, and null where it is not."""

    sequence: int
    rows: list[RuleRowAnswer]
    same_rows: Annotated[bool, Field(description="The rows are those that the history shows for the step")]
    same: Annotated[bool, Field(description="So is the result")]
    refusal: str | None


def fields_of(replay: Replay) -> dict[str, Any]:
    """The fields of a ReplayAnswer."""
    return {
        "sequence": replay.grounds.sequence,
        "rows": [_row(each, replay.rulebook) for each in replay.grounds.rows],
        "same_rows": replay.same_rows,
        "same": replay.same,
        "refusal": None if replay.refusal is None else replay.refusal.slug,
    }


def _row(ground: Ground, rulebook: Rulebook) -> RuleRowAnswer:
    row = rulebook.row(ground.row)
    value = str(row.hours_min) if isinstance(row, Project) else row.value or ""
    return RuleRowAnswer(**ground._asdict(), value=value, source=row.source)
