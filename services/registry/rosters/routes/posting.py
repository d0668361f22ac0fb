"""Rosters: trainees posted in batches, for one or many classes, and listed page by page."""

from __future__ import annotations

from uuid import UUID

from fastapi import Response
from pydantic import BaseModel

from services.registry.classes.usecases import visible_class
from services.registry.enrolments.routes.schemas import EnrolmentAnswer, TraineeAnswer
from services.registry.enrolments.store import enrolments as enrolment_store
from services.registry.enrolments.usecases import entries
from services.registry.enrolments.usecases.forms import ConsentEntry, GroupEntry
from services.registry.rosters.usecases import enrol as rosters
from services.registry.rosters.usecases.forms import FiledRowRequest, RosterRowRequest, read_rows
from shared.auth import CurrentCaller
from shared.batches import BatchAnswer, answer
from shared.contracts.registry.enrolments import EmploymentState
from shared.forms import Day
from shared.kernel.callers import ForeignOrganisation
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.posted import DryRun, PostedRows, posting
from shared.web import Connection, CurrentPersons, Now, router

routes = router("rosters")


class EntryAnswer(BaseModel):
    """What was stated at entry. Sensitive: for the institution and the officers of its county only."""

    enrolment_id: UUID
    employment: EmploymentState | None
    groups: list[GroupEntry]
    draws_pension: bool | None
    birth_date: Day | None
    consent: ConsentEntry | None
    phones: list[str]
    """First the one given at entry, then the one stored with the person, if it differs."""


@routes.post("/classes/{class_id}/enrolments", response_model=BatchAnswer, openapi_extra=posting(RosterRowRequest))
async def enrol_in_class(
    class_id: UUID,
    posted: PostedRows,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    dry_run: DryRun,
) -> Response:
    """Post up to 1,000 rows of a roster. Each row is answered by itself: accepted, repeated or refused with reasons.

    As NDJSON (`application/x-ndjson`) one row a line: a broken line is refused by itself, `row` is the line from 0.
    """
    rows, refused = read_rows(RosterRowRequest, posted)
    outcomes = await rosters.enrol_in(
        connection, class_id, rows, persons=persons, caller=caller, at=at, dry_run=dry_run
    )
    return answer([*refused, *outcomes], dry_run=dry_run)


@routes.post("/enrolments", response_model=BatchAnswer, openapi_extra=posting(FiledRowRequest))
async def enrol_trainees(
    posted: PostedRows,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    dry_run: DryRun,
) -> Response:
    """Post up to 1,000 rows for any classes of your institution; each names its class. Answered row by row.

    As NDJSON (`application/x-ndjson`) one row a line: a broken line is refused by itself, `row` is the line from 0.
    """
    if caller.organisation is None:
        raise ForeignOrganisation
    rows, refused = read_rows(FiledRowRequest, posted)
    outcomes = await rosters.enrol(
        connection, caller.organisation, rows, persons=persons, caller=caller, at=at, dry_run=dry_run
    )
    return answer([*refused, *outcomes], dry_run=dry_run)


@routes.get("/classes/{class_id}/enrolments")
async def list_trainees(
    class_id: UUID,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[TraineeAnswer]:
    """The class's trainees, masked. An institution sees its own classes, officers those of their region and below."""
    await visible_class(connection, class_id, caller)
    rows = await enrolment_store.of_class(connection, class_id, after=after(cursor), limit=size)
    sealed = await enrolment_store.sealed_trainees(connection, [row.person for row in rows])
    shown = [
        TraineeAnswer(
            **EnrolmentAnswer.model_validate(row).model_dump(),
            **persons.shown(sealed[row.person]),
        )
        for row in rows
    ]
    return Page(rows=shown, next=next_cursor(rows, size))


@routes.get("/enrolments/{enrolment_id}/entry")
async def get_enrolment_entry(
    enrolment_id: UUID, persons: CurrentPersons, connection: Connection, caller: CurrentCaller
) -> EntryAnswer:
    """What was stated at entry, with the priority groups: for the institution and the officers of its county only."""
    said = await entries.load(connection, enrolment_id, persons=persons, caller=caller)
    consent = None if said.consented_on is None else ConsentEntry(on=said.consented_on, version=said.consent_version)
    return EntryAnswer(
        enrolment_id=enrolment_id,
        employment=said.employment,
        groups=[GroupEntry(**each._asdict()) for each in said.groups],
        draws_pension=said.draws_pension,
        birth_date=said.birth_date,
        consent=consent,
        phones=await entries.phones(connection, enrolment_id, said, persons=persons),
    )
