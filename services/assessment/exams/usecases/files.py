"""Results from spreadsheets, recorded in the same way as rows of JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.store.bodies import STANDINGS
from services.assessment.exams.rules.results import ResultRow, SessionDiffers
from services.assessment.exams.store import sessions as session_store
from services.assessment.exams.usecases import results
from services.assessment.exams.usecases.forms import FILE_ROW
from services.assessment.exams.usecases.results import Memory, NamedRow
from services.assessment.exams.usecases.table import RESULTS, SESSION
from shared.file_jobs.kinds import FileKind, ParsedRows, RowDecider
from shared.file_jobs.rules import Posting
from shared.kernel.callers import Caller, Role
from shared.kernel.outcomes import RowOutcome
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.wording import parse_file_rows

FileResult = tuple[str | None, ResultRow]
"""The session that a row names, and its result."""


async def _admit(connection: AsyncConnection, caller: Caller, session_id: UUID | None) -> None:
    """Raises NotFound, ForeignOrganisation, and why the session takes no results."""
    if session_id is not None:
        session = await session_store.load(connection, session_id)
        caller.require_organisation(session.body_id)


RESULT_FILES: Final = FileKind(
    name="result", table=RESULTS, role=Role.ASSESSMENT_BODY, admit=_admit, target_field=SESSION
)


def parse(rows: Sequence[FileRow]) -> ParsedRows[FileResult]:
    """The rows by their places in `rows`, and refusals of the others with all their errors."""
    parsed, refused = parse_file_rows(FILE_ROW, rows, RESULTS, row_id="local_id")
    return ParsedRows([(request.session_local_id, request.row(place)) for place, request in parsed], refused)


async def _decide(
    connection: AsyncConnection,
    posting: Posting,
    rows: Sequence[FileResult],
    memory: Memory | None,
    *,
    at: datetime,
) -> list[RowOutcome]:
    # What was posted before the body closed is still decided, hence no `writes`.
    caller = await STANDINGS.admit(connection, posting.caller(Role.ASSESSMENT_BODY), writes=False, at=at)
    body_id, of_all = posting.organisation_id, None
    if posting.target_id is not None:
        session = await session_store.load(connection, posting.target_id)
        body_id, of_all = session.body_id, session.local_id
    named, refused = _named(rows, of_all)
    recorded = await results.record_named(
        connection, body_id, named, caller=caller, at=at, dry_run=posting.dry_run, memory=memory
    )
    return [*refused, *recorded]


def _named(rows: Sequence[FileResult], of_all: str | None) -> tuple[list[NamedRow], list[RowOutcome]]:
    """The rows with the local_ids of their sessions; `of_all` is that of the session which the file was posted for."""
    named, refused = list[NamedRow](), list[RowOutcome]()
    for said, row in rows:
        if of_all is not None and said not in (None, of_all):
            refusal = SessionDiffers(pointer=f"/{SESSION}")
            refused.append(RowOutcome(row.row, "refused", row.local_id, refusal=refusal))
        else:
            session = of_all or said
            assert session is not None, "the column is required where the file is for no session"
            named.append(NamedRow(session, row))
    return named, refused


RESULT_DECIDER: Final[RowDecider[FileResult, Memory]] = RowDecider(
    kind=RESULT_FILES, parse=parse, decide=_decide, remember=Memory
)
"""Dry runs keep a memory, because a rollback would hold the locks of sessions meanwhile."""
