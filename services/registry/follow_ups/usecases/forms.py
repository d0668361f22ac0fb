"""The form of a follow-up's row, the same whether it comes as JSON, as NDJSON or out of a spreadsheet."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt

from services.registry.enrolments.usecases.forms import TrainingReference
from services.registry.follow_ups.rules import Evidence, Outcome
from services.registry.follow_ups.usecases.reports import Named
from shared.forms import Day, Strict


class OutcomeRequest(Strict):
    employed_on: Annotated[Day, Field(description="First day in work or of a business of their own")] | None = None
    evidence: Evidence | None = None
    pay_before_fen: Annotated[StrictInt, Field(description="Monthly mean of the months before, fen")] | None = None
    pay_after_fen: Annotated[StrictInt, Field(description="Monthly mean of the months after, fen")] | None = None

    def outcome(self) -> Outcome:
        return Outcome(self.employed_on, self.evidence, self.pay_before_fen, self.pay_after_fen)


class FollowUpRowRequest(TrainingReference, OutcomeRequest):
    reference_fault = "whose_follow_up"

    def whose(self) -> UUID | Named:
        return self.enrolment_id or Named(self.class_local_id or "", self.trainee_local_id or "")
