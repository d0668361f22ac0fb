"""Proposals about persons over HTTP, made by one officer and decided by another. Documents are returned masked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Request
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.particulars.rules import Phone
from services.registry.persons.routes.schemas import PersonAnswer
from services.registry.persons.rules.proposals import Proposal, ProposalKind
from services.registry.persons.usecases import merges, particulars, rekeying
from services.registry.persons.usecases import proposals as usecases
from services.registry.persons.usecases.merges import DocumentPair
from shared.auth import CurrentCaller
from shared.edge.lanes import lookup
from shared.forms import ENCRYPTED, Day, PersonName, Reason, Strict
from shared.kernel.identity import DocumentKind
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.persons import Particulars, Persons, SealedPerson
from shared.proposals.rules import ProposalStatus
from shared.web import Connection, CurrentPersons, Now, router

routes = router("persons")


class DocumentRequest(Strict):
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    document_number: Annotated[str, Field(max_length=64), ENCRYPTED]


class MergeRequest(Strict):
    first: DocumentRequest
    second: DocumentRequest
    into: Literal["first", "second"] = Field(description="The document under which the person continues")
    reason: Reason

    def pair(self) -> DocumentPair:
        first = (_document(self.first), "/first/document_number")
        second = (_document(self.second), "/second/document_number")
        gone, into = (second, first) if self.into == "first" else (first, second)
        return DocumentPair(*gone, *into)


class NamedDocumentRequest(DocumentRequest):
    name: PersonName
    phone: Phone | None = None
    reason: Reason

    def particulars(self) -> Particulars:
        return Particulars(self.document_kind, self.document_number, self.name, self.phone)


class ParticularsRequest(NamedDocumentRequest):
    """The particulars on the document. The number identifies the person; an omitted phone stays."""

    seen_on: Day | None = Field(
        default=None,
        description="The day on which you saw the document; needed if the person was never trained in your region",
    )


class RekeyingRequest(NamedDocumentRequest):
    """The document of the person who was really trained, with the name on it."""


class ProposalRejectionRequest(Strict):
    reason: Reason


class ProposalAnswer(BaseModel):
    """What one officer proposed, and what another decided."""

    id: UUID = Field(description="Of a merge that was confirmed, also the id of the merge")
    kind: ProposalKind
    status: ProposalStatus
    person: PersonAnswer = Field(description="Who is merged, whose particulars are wrong, or under whom a training is")
    into: PersonAnswer | None = Field(description="Who they go on as, or whose the training is; null for particulars")
    enrolment_id: UUID | None = Field(description="The training that is re-keyed")
    seen_on: date | None
    reason: str
    region: str = Field(description="Of the officer who proposed it")
    regions: list[str] = Field(description="The regions concerned and those above them")
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision_reason: str | None


@routes.post("/persons/merges", status_code=201)
@lookup
async def propose_merge(
    request: MergeRequest, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> ProposalAnswer:
    """Propose to merge the persons of two documents of one human. Nothing happens until another officer confirms it.

    For officers of, or above, a region in which one of the two was trained. All enrolments then continue under one of
    them, and totals follow.
    """
    proposal = await merges.propose(
        connection, request.pair(), reason=request.reason, persons=persons, caller=caller, at=at
    )
    return (await _answers(connection, persons, [proposal]))[0]


@routes.post("/persons/particulars", status_code=201)
@lookup
async def propose_particulars(
    request: ParticularsRequest, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> ProposalAnswer:
    """Propose the name and the phone for a document; rosters are accepted under the new name once it is confirmed.

    For officers of, or above, a region in which the person was trained; for any other officer on sight of the document.
    """
    proposal = await particulars.propose(
        connection, request.particulars(), seen_on=request.seen_on, reason=request.reason, persons=persons,
        caller=caller, at=at,
    )  # fmt: skip
    return (await _answers(connection, persons, [proposal]))[0]


@routes.post("/enrolments/{enrolment_id}/rekeying", status_code=201)
@lookup
async def propose_rekeying(
    enrolment_id: UUID,
    request: RekeyingRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ProposalAnswer:
    """Propose that a training stands under the document of another human, and whose it is.

    For officers of the class's region or above. Once another one confirms it, days, hours and outcome are those of the
    right person; the other one gets the days back, and the name if nothing else stands under the document.
    """
    proposal = await rekeying.propose(
        connection, enrolment_id, request.particulars(), reason=request.reason, persons=persons, caller=caller, at=at
    )
    return (await _answers(connection, persons, [proposal]))[0]


@routes.get("/persons/proposals")
async def list_person_proposals(
    http: Request,
    connection: Connection,
    caller: CurrentCaller,
    status: ProposalStatus | None = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[ProposalAnswer]:
    """Proposals that concern the caller's region or those below it."""
    rows = await usecases.page(connection, status=status, caller=caller, after=after(cursor), limit=size)
    return Page(rows=await _answers(connection, http.app.state.persons, rows), next=next_cursor(list(rows), size))


@routes.get("/persons/proposals/{proposal_id}")
async def get_person_proposal(
    proposal_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller
) -> ProposalAnswer:
    return (await _answers(connection, persons, [await usecases.visible(connection, proposal_id, caller=caller)]))[0]


@routes.post("/persons/proposals/{proposal_id}/confirmation")
async def confirm_person_proposal(
    proposal_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller, at: Now
) -> ProposalAnswer:
    """Confirm what another officer proposed; it takes effect at once.

    A merge is confirmed so that the two officers together are of, or above, a region of each of the two persons;
    particulars by an officer of the region that proposed them or of one in which the person was trained, or above; a
    re-keying by an officer of the class's region or above.
    """
    proposal = await usecases.confirm(connection, proposal_id, persons=persons, caller=caller, at=at)
    return (await _answers(connection, persons, [proposal]))[0]


@routes.post("/persons/proposals/{proposal_id}/rejection")
async def reject_person_proposal(
    proposal_id: UUID,
    request: ProposalRejectionRequest,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ProposalAnswer:
    """Reject a proposal, or take your own back. Nothing happens, and both persons stay on record."""
    proposal = await usecases.reject(connection, proposal_id, reason=request.reason, caller=caller, at=at)
    return (await _answers(connection, persons, [proposal]))[0]


def _document(request: DocumentRequest) -> Particulars:
    return Particulars(request.document_kind, request.document_number, name="")


async def _answers(
    connection: AsyncConnection, persons: Persons, proposals: Sequence[Proposal]
) -> list[ProposalAnswer]:
    keys = {key for each in proposals for key in (each.person, each.into_person) if key is not None}
    sealed = await enrolment_store.sealed_trainees(connection, keys)
    return [
        ProposalAnswer(
            **{name: getattr(each, name) for name in _OF_PROPOSAL},
            person=PersonAnswer.model_validate(persons.shown(sealed[each.person])),
            into=_into(persons, each, sealed),
        )
        for each in proposals
    ]


def _into(persons: Persons, proposal: Proposal, sealed: dict[UUID, SealedPerson]) -> PersonAnswer | None:
    if proposal.into_person is None:
        return None
    known = sealed.get(proposal.into_person) or usecases.proposed_person(persons, proposal)
    return PersonAnswer.model_validate(persons.shown(known))


_OF_PROPOSAL = [name for name in ProposalAnswer.model_fields if name not in ("person", "into")]
