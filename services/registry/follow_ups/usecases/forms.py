"""The form of a follow-up row, the same for JSON, NDJSON and spreadsheets."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import Field, StrictInt

from services.registry.enrolments.usecases.forms import TrainingReference
from services.registry.follow_ups.rules import Evidence, Outcome
from services.registry.follow_ups.usecases.reports import TrainingNumbers
from shared.forms import Day, Strict
from shared.kernel.money import FEN_MAX

Pay = Annotated[StrictInt, Field(le=FEN_MAX)]


class OutcomeRequest(Strict):
    employed_on: Annotated[Day, Field(description="First day of employment or of an own business")] | None = None
    evidence: Evidence | None = None
    pay_before_fen: Annotated[Pay, Field(description="Monthly average before the training, in fen")] | None = None
    pay_after_fen: Annotated[Pay, Field(description="Monthly average after the training, in fen")] | None = None

    def outcome(self) -> Outcome:
        return Outcome(self.employed_on, self.evidence, self.pay_before_fen, self.pay_after_fen)


class FollowUpRowRequest(TrainingReference, OutcomeRequest):
    reference_fault = "whose_follow_up"

    def whose(self) -> UUID | TrainingNumbers:
        return self.enrolment_id or TrainingNumbers(self.class_local_id or "", self.trainee_local_id or "")
