"""The form of a follow-up's row, the same whether it comes as JSON, as NDJSON or out of a spreadsheet."""

from __future__ import annotations

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StrictInt, model_validator

from services.registry.follow_ups.rules import Evidence, Outcome
from services.registry.follow_ups.usecases.reports import Named
from shared.form_errors import form_error
from shared.forms import Day, Strict


class OutcomeRequest(Strict):
    employed_on: Annotated[Day, Field(description="First day in work or of a business of their own")] | None = None
    evidence: Evidence | None = None
    pay_before_fen: Annotated[StrictInt, Field(description="Monthly mean of the months before, fen")] | None = None
    pay_after_fen: Annotated[StrictInt, Field(description="Monthly mean of the months after, fen")] | None = None

    def outcome(self) -> Outcome:
        return Outcome(self.employed_on, self.evidence, self.pay_before_fen, self.pay_after_fen)


class FollowUpRowRequest(OutcomeRequest):
    enrolment_id: UUID | None = Field(default=None, description="Or both `class_local_id` and `trainee_local_id`")
    class_local_id: Annotated[str, Field(max_length=64)] | None = None
    trainee_local_id: Annotated[str, Field(max_length=64)] | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        by_local_ids = self.class_local_id is not None and self.trainee_local_id is not None
        nothing_else = self.class_local_id is None and self.trainee_local_id is None
        if not (by_local_ids if self.enrolment_id is None else nothing_else):
            raise form_error(
                "whose_follow_up",
                "Give either enrolment_id, or both class_local_id and trainee_local_id",
                "请填写 enrolment_id，或同时填写 class_local_id 和 trainee_local_id，二者选一。",
            )
        return self

    def whose(self) -> UUID | Named:
        return self.enrolment_id or Named(self.class_local_id or "", self.trainee_local_id or "")
