"""What an institution states about a trainee at entry, as requests and answers carry it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from services.registry.enrolments.rules.trainees import PriorityGroup
from shared.forms import Day, Strict

Tag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,32}$")]


class GroupEntry(Strict):
    """That the trainee is in a priority group, and the paper that shows it. Sealed on arrival."""

    group: PriorityGroup
    evidence: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] = Field(
        description="Which paper, and its number"
    )
    dated_on: Day = Field(description="The date on the paper")


class ConsentEntry(Strict):
    """When the trainee agreed that their particulars are processed, and to which version of the text."""

    on: Day
    version: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64)] | None = None
