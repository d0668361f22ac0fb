"""Questions about names over HTTP: who is asked about, and what the document says."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.assessment.persons import store, usecases
from services.assessment.persons.rules import NameQuestion, NameQuestionStatus
from services.assessment.plan import usecases as plans
from shared.auth import CurrentCaller
from shared.forms import PersonName, Reason, Strict
from shared.kernel.identity import DocumentKind
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Persons
from shared.web import Connection, CurrentPersons, Now, router

routes = router("name_questions")


class NameSettlementRequest(Strict):
    """`name` as the document says it: the known name, or the one that the body gave."""

    name: PersonName
    reason: Reason


class NameReopeningRequest(Strict):
    reason: Reason


class NameQuestionAnswer(BaseModel):
    """Masked: `name` is the known one, `given` the one in the row, of a session or of a conferral."""

    id: UUID
    body_id: UUID
    session_id: UUID | None
    candidate_id: UUID | None
    conferral_id: UUID | None
    nominee_id: UUID | None
    region: str
    name: str
    given: str
    document_kind: DocumentKind
    document_number: str
    status: NameQuestionStatus
    asked_by: str
    asked_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    reason: str | None
    version: int
    certificates_to_reissue: int = Field(
        description="Valid certificates of the person whose papers and credentials bear another name than the known "
        "one: their bodies issue them again on the ground name-corrected"
    )


async def _answers(connection: Connection, persons: Persons, questions: list[NameQuestion]) -> list[NameQuestionAnswer]:
    asked = {each.person for each in questions}
    sealed, to_reissue = await store.sealed(connection, asked), await store.to_reissue(connection, asked)
    return [
        NameQuestionAnswer(
            **{name: getattr(each, name) for name in NameQuestionAnswer.model_fields if hasattr(each, name)}
            | {"given": _masked(persons.unseal(each.given, owner=each.id).decode())}
            | {"certificates_to_reissue": to_reissue.get(each.person, 0)}
            | persons.shown(sealed[each.person])
        )
        for each in questions
    ]


def _masked(name: str) -> str:
    return name[:1] + "*" * (len(name) - 1)


@routes.get("/name-questions")
async def list_name_questions(
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    status: NameQuestionStatus | None = None,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[NameQuestionAnswer]:
    """Candidates and nominees who were posted under another name than the one known for their number."""
    scope = await plans.scope(connection, caller, region=region)
    rows = await store.questions(connection, scope, status=status, after=after(cursor), limit=size)
    return Page(rows=await _answers(connection, persons, rows), next=next_cursor(rows, size))


@routes.post("/name-questions/{question_id}/settlement")
async def settle_name_question(
    question_id: UUID,
    request: NameSettlementRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> NameQuestionAnswer:
    """Say, as an officer who sees the document, which name it says.

    A correction reaches the record of every certificate at once, and what is printed, signed or verified from now on.
    Papers and credentials that were given out before bear the former name: `certificates_to_reissue` counts them, `GET
    /v1/certificates?name_differs=true` lists them for bodies and officers, and the body issues them again (`POST
    /v1/certificates/{certificate_id}/reissue` with the ground `name-corrected`), which ends the former credential.
    """
    settled = await usecases.settle(
        connection, question_id, request.name, reason=request.reason, persons=persons, caller=caller, at=at
    )
    return (await _answers(connection, persons, [settled]))[0]


@routes.post("/name-questions/{question_id}/reopening")
async def reopen_name_question(
    question_id: UUID,
    request: NameReopeningRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> NameQuestionAnswer:
    """Take a settlement back that was a mistake: the person is called again as before."""
    question = await usecases.reopen(
        connection, question_id, reason=request.reason, persons=persons, caller=caller, at=at
    )
    return (await _answers(connection, persons, [question]))[0]
