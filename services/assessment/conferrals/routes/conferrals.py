"""Awards without an exam over HTTP: the list, who is on it, the decision, the conclusion."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import TypeAdapter

from services.assessment.conferrals.routes.schemas import (
    ConclusionOfConferralAnswer,
    ConferralAnswer,
    ConferralReasonRequest,
    ConferralRequest,
    ConferralStepAnswer,
    NomineeAnswer,
    NomineeRowRequest,
)
from services.assessment.conferrals.rules.conferrals import ConferralStatus, Nominee
from services.assessment.conferrals.usecases import lists, people, reading
from services.assessment.conferrals.usecases.people import NomineeRow, opened
from services.assessment.persons import store as person_store
from shared.auth import CurrentCaller
from shared.awards import AskedAward
from shared.batches import BatchAnswer, answer
from shared.contracts.assessment import CertificateWay
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Particulars, Persons
from shared.posted import DryRun, PostedRows, posting
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.rows import parse_posted
from shared.web import Connection, CurrentPersons, Now, router

routes = router("conferrals")

_NOMINEE_ROW = TypeAdapter(NomineeRowRequest)


@routes.post("/conferrals", status_code=201)
async def file_conferral(
    request: ConferralRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ConferralAnswer:
    """File a list of people who are given an award without an exam, within your body's scope.

    `process` gives L2 to L4 and special abilities, `recognition` L2 to L6 for a place in a contest, `appointment` L7
    and L8 with a post, `apprenticeship` L1. The same filing again returns the existing list.
    """
    return ConferralAnswer.of(await lists.file(connection, request.filing(), caller=caller, at=at))


@routes.get("/conferrals")
async def list_conferrals(
    connection: Connection,
    caller: CurrentCaller,
    award: AskedAward,
    way: CertificateWay | None = None,
    status: ConferralStatus | None = None,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ConferralAnswer]:
    """Lists of people who are given an award without an exam. A body sees its own, officers those of their region."""
    rows = await reading.page(
        connection,
        region=region,
        way=way,
        status=status,
        award=award,
        caller=caller,
        after=after(cursor),
        limit=size,
    )
    return Page(rows=[ConferralAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.get("/conferrals/{conferral_id}")
async def get_conferral(conferral_id: UUID, connection: Connection, caller: CurrentCaller) -> ConferralAnswer:
    return ConferralAnswer.of(await reading.conferral(connection, conferral_id, caller=caller))


@routes.get("/conferrals/{conferral_id}/history")
async def get_conferral_history(
    conferral_id: UUID, connection: Connection, caller: CurrentCaller
) -> list[ConferralStepAnswer]:
    """Who did what with the list and who is on it, when and why."""
    steps = await reading.history(connection, conferral_id, caller=caller)
    return [ConferralStepAnswer.model_validate(each) for each in steps]


@routes.post(
    "/conferrals/{conferral_id}/nominees", response_model=BatchAnswer, openapi_extra=posting(NomineeRowRequest)
)
async def add_nominees(
    conferral_id: UUID,
    posted: PostedRows,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    dry_run: DryRun,
) -> Response:
    """Put up to 1,000 people on an open list. Each row has its own outcome: accepted, repeated or refused."""
    parsed, refused = parse_posted(_NOMINEE_ROW, posted)
    rows = [
        NomineeRow(place, row.local_id, Particulars(row.document_kind, row.document_number, row.name), row.evidence())
        for place, row in parsed
    ]
    conferral = await lists.own(connection, conferral_id, caller, lock=not dry_run)
    outcomes = await people.add(connection, conferral, rows, persons=persons, caller=caller, at=at, dry_run=dry_run)
    return answer([*refused, *outcomes], dry_run=dry_run)


@routes.get("/conferrals/{conferral_id}/nominees")
async def list_nominees(
    conferral_id: UUID,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[NomineeAnswer]:
    """Who is on the list, masked, also who was struck off it, with what their award rests on."""
    conferral = await reading.conferral(connection, conferral_id, caller=caller)
    rows = await reading.nominees(connection, conferral_id, after=after(cursor), limit=size)
    shown = await _shown(connection, rows, conferral.way, persons)
    return Page(rows=shown, next=next_cursor(rows, size))


@routes.post("/conferrals/{conferral_id}/submission", status_code=201, response_model=ProposalAnswer)
async def submit_conferral(
    conferral_id: UUID,
    request: ConferralReasonRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> Proposal:
    """Close the list and ask a second person to decide (`POST /v1/proposals/{proposal_id}/confirmation`).

    That is the county for ranks up to 4 and special abilities, the prefecture for ranks 5 and 6, the province for ranks
    7 and 8; for apprentices a colleague in the employer suffices. A rejection opens the list again.
    """
    return await lists.submit(connection, conferral_id, reason=request.reason, persons=persons, caller=caller, at=at)


@routes.post("/conferrals/{conferral_id}/withholding")
async def withhold_conferral(
    conferral_id: UUID, request: ConferralReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ConferralAnswer:
    """Take a confirmation back before certificates are issued, as an officer: the list is open again."""
    return ConferralAnswer.of(
        await lists.withhold(connection, conferral_id, reason=request.reason, caller=caller, at=at)
    )


@routes.post("/conferrals/{conferral_id}/withdrawal")
async def withdraw_conferral(
    conferral_id: UUID, request: ConferralReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ConferralAnswer:
    """Give an open list up. It can be taken up again."""
    return ConferralAnswer.of(
        await lists.withdraw(connection, conferral_id, reason=request.reason, caller=caller, at=at)
    )


@routes.post("/conferrals/{conferral_id}/reopening")
async def reopen_conferral(
    conferral_id: UUID, request: ConferralReasonRequest, connection: Connection, caller: CurrentCaller, at: Now
) -> ConferralAnswer:
    """Take a withdrawal back."""
    return ConferralAnswer.of(await lists.reopen(connection, conferral_id, reason=request.reason, caller=caller, at=at))


@routes.post("/conferrals/{conferral_id}/conclusion")
async def conclude_conferral(
    conferral_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> ConclusionOfConferralAnswer:
    """Issue certificates to the people on a confirmed list, after its publicity."""
    concluded = await lists.conclude(connection, conferral_id, persons=persons, caller=caller, at=at)
    return ConclusionOfConferralAnswer.of_concluded(concluded)


@routes.post("/nominees/{nominee_id}/striking")
async def strike_nominee(
    nominee_id: UUID,
    request: ConferralReasonRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> NomineeAnswer:
    """Take a person off a list that is not concluded, as an officer, or as its body while it is open."""
    nominee = await lists.strike(connection, nominee_id, reason=request.reason, caller=caller, at=at)
    return await _one(connection, nominee, persons)


@routes.post("/nominees/{nominee_id}/restoration")
async def restore_nominee(
    nominee_id: UUID,
    request: ConferralReasonRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> NomineeAnswer:
    """Take a striking back."""
    nominee = await lists.restore(connection, nominee_id, reason=request.reason, caller=caller, at=at)
    return await _one(connection, nominee, persons)


async def _one(connection: Connection, nominee: Nominee, persons: Persons) -> NomineeAnswer:
    return (await _shown(connection, [nominee], await reading.way_of(connection, nominee), persons))[0]


async def _shown(
    connection: Connection, rows: list[Nominee], way: CertificateWay, persons: Persons
) -> list[NomineeAnswer]:
    sealed = await person_store.sealed(connection, {row.person for row in rows})
    return [
        NomineeAnswer.of(row, opened(row, way, persons=persons), **persons.shown(sealed[row.person])) for row in rows
    ]
