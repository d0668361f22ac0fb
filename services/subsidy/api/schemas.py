"""What the subsidy's requests and answers look like on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.subsidy.domain.budgets import Budget
from services.subsidy.domain.checks import Check
from services.subsidy.domain.claims import Claim, ClaimVerb
from services.subsidy.domain.lines import Line
from services.subsidy.domain.policy import PolicyKind, PolicyRow
from services.subsidy.store.claims import ClaimSummary, Step
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import ClaimStatus
from shared.forms import Day, LocalId, Reason, Strict
from shared.kernel.money import FEN_MAX, Fen

AMOUNT_MAX = FEN_MAX // 1000
"""Leaves room to add amounts up in a bigint."""


class BudgetRequest(Strict):
    region: Annotated[str, Field(max_length=16, examples=["410100"], description="A reporting region")]
    fund_source: FundSource
    year: Annotated[int, Field(ge=2000, le=2100, strict=True, description="The year in which the classes begin")]
    amount_fen: Annotated[int, Field(ge=0, le=AMOUNT_MAX, strict=True, description="The new total")]


class BudgetAnswer(BaseModel):
    id: UUID
    region: str
    fund_source: FundSource
    year: int
    total_fen: int
    committed_fen: int
    paid_fen: int
    recovered_fen: int
    free_fen: int

    @classmethod
    def of(cls, budget: Budget) -> BudgetAnswer:
        return cls(
            id=budget.id,
            **budget.account._asdict(),
            total_fen=budget.total_fen,
            committed_fen=budget.committed_fen,
            paid_fen=budget.paid_fen,
            recovered_fen=budget.recovered_fen,
            free_fen=budget.free_fen,
        )


class PolicyRowAnswer(BaseModel):
    id: str
    kind: PolicyKind
    payee: str
    item: str
    amount_fen: int | None
    unit: str
    jurisdiction: Annotated[str, Field(description="A region; 000000 for the whole nation")]
    valid_from: date
    valid_to: Annotated[date | None, Field(description="The last day, included")]
    valid_from_status: str
    source: str
    status: str
    conditions: str

    @classmethod
    def of(cls, row: PolicyRow) -> PolicyRowAnswer:
        values = {name: getattr(row, name) for name in cls.model_fields if not name.endswith(("_from", "_to"))}
        return cls(**values, valid_from=row.validity.first, valid_to=row.validity.last)


class CheckAnswer(BaseModel):
    code: Check
    title_en: str
    title_zh: str
    cure_en: str
    cure_zh: str


class DraftRequest(Strict):
    class_id: UUID
    local_id: LocalId


class ReasonRequest(Strict):
    reason: Reason


class PaymentRequest(Strict):
    paid_on: Day
    reference: Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._/-]+$")]


class RecoveryRequest(Strict):
    lines: (
        Annotated[list[Annotated[int, Field(ge=1, strict=True)]], Field(min_length=1, max_length=1000)] | Literal["all"]
    )
    reason: Reason

    def numbers(self) -> frozenset[int] | None:
        return None if self.lines == "all" else frozenset(self.lines)


class LineAnswer(BaseModel):
    line: int
    enrolment_id: UUID
    programme: str
    trained_on: date
    amount_fen: int
    refusal: Check | None
    refusal_en: str | None
    refusal_zh: str | None
    recovered_fen: int
    recovered_on: date | None

    @classmethod
    def of(cls, line: Line) -> LineAnswer:
        words = None if line.refusal is None else line.refusal.words
        return cls(
            line=line.line,
            enrolment_id=line.enrolment_id,
            programme=line.programme,
            trained_on=line.trained_on,
            amount_fen=line.amount_fen,
            refusal=line.refusal,
            refusal_en=None if words is None else words.title_en,
            refusal_zh=None if words is None else words.title_zh,
            recovered_fen=line.recovered_fen,
            recovered_on=line.recovered_on,
        )


class StepAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    version: int
    verb: ClaimVerb
    done_by: str
    done_at: datetime
    reason: str | None


class ClaimRow(BaseModel):
    """A claim as lists show it."""

    id: UUID
    institution_id: UUID
    local_id: str
    class_id: UUID
    region: str
    reporting_region: str
    fund_source: FundSource
    budget_year: int
    occupation: str
    level: str
    starts_on: date
    policy_row: str | None
    status: ClaimStatus
    submitted_on: date | None
    approved_on: date | None
    paid_on: date | None
    payment_reference: str | None
    amount_fen: int
    recovered_fen: int
    version: int

    @classmethod
    def of_summary(cls, summary: ClaimSummary) -> ClaimRow:
        return cls.model_validate(_values(summary.claim, summary.amount_fen, summary.recovered_fen))


class ClaimAnswer(ClaimRow):
    lines: list[LineAnswer]

    @classmethod
    def of(cls, claim: Claim) -> ClaimAnswer:
        values = _values(claim, claim.amount_fen, claim.recovered_fen)
        return cls.model_validate(values | {"lines": [LineAnswer.of(line) for line in claim.lines]})


class ClaimWithHistory(ClaimAnswer):
    history: list[StepAnswer]

    @classmethod
    def with_history(cls, claim: Claim, steps: list[Step]) -> ClaimWithHistory:
        history = [StepAnswer.model_validate(step) for step in steps]
        return cls(**ClaimAnswer.of(claim).model_dump(), history=history)


def _values(claim: Claim, amount: Fen, recovered: Fen) -> dict[str, object]:
    computed = {
        "level": claim.level.code,
        "budget_year": claim.account.year,
        "amount_fen": amount,
        "recovered_fen": recovered,
    }
    return {name: getattr(claim, name) for name in ClaimRow.model_fields if name not in computed} | computed
