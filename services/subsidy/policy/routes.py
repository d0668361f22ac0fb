"""Policy rows over HTTP: the amounts that are paid."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, Field

from services.subsidy.policy.rules import PolicyRow
from services.subsidy.policy.usecases import AMOUNTS
from shared.contracts.subsidy import SubsidyKind
from shared.dated_rules.answers import ProvenanceAnswer
from shared.dated_rules.routes import add_rule_routes
from shared.dated_rules.rules import Provenance
from shared.forms import PLAIN, Day, Reason, Strict
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.kernel.periods import Period
from shared.web import router

routes = router("reference")

SetKind = Literal[
    SubsidyKind.TRAINING,
    SubsidyKind.ASSESSMENT,
    SubsidyKind.APPRENTICESHIP,
    SubsidyKind.SKILL_UPGRADE,
    SubsidyKind.LIVING,
]
RowId = Annotated[str, Path(max_length=200, examples=["HN-T-L4"])]
Jurisdiction = Annotated[str, Field(max_length=16, description="A region; 000000 for the whole nation"), PLAIN]


class PolicyRowRequest(Strict):
    """An amount for classes that begin from `valid_from` to `valid_to`, both inclusive, where no nearer row says
    otherwise. A row that begins before today needs a reason."""

    kind: Annotated[SetKind, Field(description="An advance of an apprenticeship goes by the row of the apprenticeship")]
    payee: Annotated[
        str, Field(min_length=2, max_length=100, description="Who may be paid, in the policy's words"), PLAIN
    ]
    item: Annotated[
        str, Field(min_length=1, max_length=100, description="A level, or another item", examples=["L4"]), PLAIN
    ]
    amount_fen: Annotated[int, Field(ge=1, le=100_000_000, strict=True)]
    unit: Annotated[str, Field(min_length=2, max_length=32), PLAIN] = "per_person"
    jurisdiction: Jurisdiction
    valid_from: Day
    valid_to: Day | None = None
    valid_from_status: Literal["assumption", "sourced"] = "sourced"
    source: Annotated[str, Field(min_length=2, max_length=500, description="The document that says so"), PLAIN]
    status: Literal["assumption", "sourced"] = "sourced"
    conditions: Annotated[str, Field(max_length=500), PLAIN] = ""
    reason: Reason | None = None

    def row(self, *, by: str, at: datetime) -> PolicyRow:
        """The proposal of the person `by`. Raises PeriodEndsBeforeStart."""
        return PolicyRow(
            id=str(new_id()),
            **self.model_dump(exclude={"amount_fen", "valid_from", "valid_to", "reason"}),
            amount_fen=Fen(self.amount_fen),
            validity=Period(self.valid_from, self.valid_to),
            provenance=Provenance(by, at, self.reason),
        )


class PolicyRowAnswer(BaseModel):
    """A row as it was entered. It decides once it is approved, until a row that begins later or replaces it does."""

    id: str
    kind: SubsidyKind
    payee: str
    item: str
    amount_fen: int | None
    unit: str
    jurisdiction: Jurisdiction
    valid_from: date
    valid_to: Annotated[date | None, Field(description="The last day, inclusive")]
    valid_from_status: str
    source: str
    status: str
    conditions: str
    ended: Annotated[bool, Field(description="The row says that from its first day on none holds here")]
    provenance: ProvenanceAnswer

    @classmethod
    def of(cls, row: PolicyRow) -> PolicyRowAnswer:
        apart = {
            "valid_from": row.validity.first,
            "valid_to": row.validity.last,
            "provenance": ProvenanceAnswer.of(row),
        }
        return cls(**{name: getattr(row, name) for name in cls.model_fields if name not in apart}, **apart)


add_rule_routes(
    routes,
    AMOUNTS,
    "/policy-rows",
    name="policy_row",
    request=PolicyRowRequest,
    answer=PolicyRowAnswer,
    row_id=RowId,
    about="Every row ever entered, or what decided on a day as it was known at a time.",
    shows_one=True,
)
