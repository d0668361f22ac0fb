"""Policy rows over HTTP: the amounts that are paid."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from fastapi import Path
from pydantic import BaseModel, Field

from services.subsidy.policy import usecases
from services.subsidy.policy.rules import PolicyKind, PolicyRow
from services.subsidy.policy.store import POLICY_ROW
from shared.auth import CurrentCaller
from shared.dated_rules import rules
from shared.dated_rules.answers import EndRequest, InState, KnownAt, On, ProvenanceAnswer, RejectionRequest
from shared.dated_rules.rules import Provenance
from shared.forms import PLAIN, Day, Reason, Strict
from shared.kernel.ids import new_id
from shared.kernel.money import Fen
from shared.kernel.periods import Period
from shared.web import Connection, Now, router

routes = router("reference")

RowId = Annotated[str, Path(max_length=200, examples=["HN-T-L4"])]
Jurisdiction = Annotated[str, Field(max_length=16, description="A region; 000000 for the whole nation"), PLAIN]


class PolicyRowRequest(Strict):
    """An amount for classes that begin from `valid_from` to `valid_to`, both inclusive, where no nearer row says
    otherwise. A row that begins before today needs a reason."""

    kind: PolicyKind
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


class PolicyRowAnswer(BaseModel):
    """A row as it was entered. It decides once it is approved, until a row that begins later or replaces it does."""

    id: str
    kind: PolicyKind
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


@routes.get("/policy-rows")
async def list_policy_rows(
    connection: Connection, _: CurrentCaller, on: On = None, known_at: KnownAt = None, state: InState = None
) -> list[PolicyRowAnswer]:
    """Every row ever entered, or what decided on a day as it was known at a time."""
    rows = rules.listed(await POLICY_ROW.entered_rows(connection), on=on, at=known_at, state=state)
    return [PolicyRowAnswer.of(row) for row in rows]


@routes.get("/policy-rows/{row_id}")
async def get_policy_row(row_id: RowId, connection: Connection, _: CurrentCaller) -> PolicyRowAnswer:
    return PolicyRowAnswer.of(await POLICY_ROW.load_row(connection, row_id))


@routes.post("/policy-rows", status_code=201)
async def add_policy_row(
    request: PolicyRowRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> PolicyRowAnswer:
    """Propose a row, as the province. It decides nothing until another person of the province approves it.

    A row that begins within another ends that one the day before; one with the same first day replaces it.
    """
    row = PolicyRow(
        id=str(new_id()),
        **request.model_dump(exclude={"amount_fen", "valid_from", "valid_to", "reason"}),
        amount_fen=Fen(request.amount_fen),
        validity=Period(request.valid_from, request.valid_to),
        provenance=Provenance(caller.person, at, request.reason),
    )
    return PolicyRowAnswer.of(await usecases.propose(connection, row, caller=caller))


@routes.post("/policy-rows/{row_id}/end", status_code=201)
async def end_policy_row(
    row_id: RowId, request: EndRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> PolicyRowAnswer:
    """Propose that an approved row decides no longer than `last_on`: a new row, to be approved."""
    provenance = Provenance(caller.person, at, request.reason)
    row = await usecases.end(
        connection, row_id, request.last_on, source=request.source, provenance=provenance, caller=caller
    )
    return PolicyRowAnswer.of(row)


@routes.post("/policy-rows/{row_id}/approval")
async def approve_policy_row(row_id: RowId, connection: Connection, caller: CurrentCaller, at: Now) -> PolicyRowAnswer:
    """Approve a proposal, as a person of the province who did not enter it. It decides from now on."""
    return PolicyRowAnswer.of(await usecases.approve(connection, row_id, caller=caller, at=at))


@routes.post("/policy-rows/{row_id}/rejection")
async def reject_policy_row(
    row_id: RowId, request: RejectionRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> PolicyRowAnswer:
    """Refuse a proposal, or withdraw your own, with a reason."""
    return PolicyRowAnswer.of(await usecases.reject(connection, row_id, reason=request.reason, caller=caller, at=at))
