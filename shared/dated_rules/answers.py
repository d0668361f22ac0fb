"""What answers say of a row's provenance, and of the rows that a decision was made by; and the requests they share."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal, Self

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from shared.dated_rules.figures import FigureRow
from shared.dated_rules.rules import DatedRow, Provenance, RowState, is_backdated
from shared.forms import PLAIN, Day, Instant, Reason, Strict
from shared.kernel.ids import new_id
from shared.kernel.periods import Period

On = Annotated[Day | None, Query(description="Only the rows that decide on this day")]
KnownAt = Annotated[
    Instant | None, Query(description="As it was known then: only rows that had been approved by that time")
]
InState = Annotated[RowState | None, Query(description="Only rows in this state; proposals wait for an approval")]


class RejectionRequest(Strict):
    reason: Reason


class EndRequest(Strict):
    """The row decides up to and with `last_on`. A last day before yesterday needs a reason."""

    last_on: Day
    source: Annotated[str, Field(min_length=2, max_length=500, description="The document that says so"), PLAIN]
    reason: Reason | None = None


class ProvenanceAnswer(BaseModel):
    """Who entered the row and who decided about it. `sequence` counts approvals; without one, it decides nothing."""

    state: RowState
    entered_by: str
    entered_at: datetime
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None
    sequence: int | None
    backdated: Annotated[bool, Field(description="It begins before the business day on which it was entered")]

    @classmethod
    def of(cls, row: DatedRow) -> ProvenanceAnswer:
        given = {name: getattr(row.provenance, name) for name in cls.model_fields if name != "backdated"}
        return cls(**given, backdated=is_backdated(row))


class GroundAnswer(BaseModel):
    """A row that a decision was made by. `entered_after`: it was approved after the day that it decided for."""

    model_config = ConfigDict(from_attributes=True)

    rule: str
    row: str
    entered_after: bool


class GroundsAnswer(BaseModel):
    """What a decision was made by; `sequence` is the number of the last approval of a rule that was known by then."""

    model_config = ConfigDict(from_attributes=True)

    sequence: int
    rows: list[GroundAnswer]


class FigureAnswer(BaseModel):
    """A figure as it was entered. It decides once it is approved, until a row that begins later or replaces it does."""

    id: str
    key: str
    value: Annotated[str | None, Field(description="Null: the row says that from its first day on none holds here")]
    region: str
    first_on: date
    last_on: date | None
    status: str
    source: str
    note: str | None
    provenance: ProvenanceAnswer

    @classmethod
    def of(cls, row: FigureRow) -> Self:
        given = {name: getattr(row, name) for name in cls.model_fields if name != "provenance"}
        return cls(**given, provenance=ProvenanceAnswer.of(row))


class FigureRequest(Strict):
    """Valid in `region` and below, where no nearer row says otherwise, from `first_on` to `last_on`, both inclusive.

    A row that begins before today needs a reason.
    """

    key: Annotated[str, Field(max_length=64), PLAIN]
    value: Annotated[str, Field(max_length=200), PLAIN]
    region: Annotated[str, Field(max_length=16, examples=["410000"]), PLAIN]
    first_on: Day
    last_on: Day | None = None
    status: Literal["assumption", "sourced"] = "sourced"
    source: Annotated[str, Field(min_length=2, max_length=500, description="The document that says so"), PLAIN]
    note: Annotated[str, Field(max_length=200), PLAIN] | None = None
    reason: Reason | None = None

    def row(self, *, by: str, at: datetime) -> FigureRow:
        """The proposal of the person `by`. Raises PeriodEndsBeforeStart."""
        return FigureRow(
            id=str(new_id()),
            **self.model_dump(exclude={"first_on", "last_on", "reason"}),
            validity=Period(self.first_on, self.last_on),
            provenance=Provenance(by, at, self.reason),
        )
