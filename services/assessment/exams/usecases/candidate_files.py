"""Candidates from spreadsheets, added in the same way as rows of JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.store.bodies import STANDINGS
from services.assessment.exams.usecases import candidates
from services.assessment.exams.usecases.candidate_forms import FILE_ROW
from services.assessment.exams.usecases.candidate_table import CANDIDATES
from services.assessment.exams.usecases.candidates import NamedRow
from shared.file_jobs.kinds import DryRunMemory, FileKind, ParsedRows, RowDecider
from shared.file_jobs.rules import Posting
from shared.kernel.callers import Role
from shared.kernel.outcomes import RowOutcome
from shared.persons import Persons
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.wording import parse_file_rows

_KIND: Final = FileKind(name="candidate", table=CANDIDATES, role=Role.ASSESSMENT_BODY)


def _parse(rows: Sequence[FileRow]) -> ParsedRows[NamedRow]:
    parsed, refused = parse_file_rows(FILE_ROW, rows, CANDIDATES, row_id="local_id")
    return ParsedRows([NamedRow(request.session_local_id, request.row(place)) for place, request in parsed], refused)


def candidate_files(persons: Persons) -> RowDecider[NamedRow, DryRunMemory]:
    """Decides the rows of files of candidates, whose numbers `persons` recognises."""

    async def decide(
        connection: AsyncConnection, posting: Posting, rows: Sequence[NamedRow], _: DryRunMemory | None, *, at: datetime
    ) -> list[RowOutcome]:
        # The door has refused the files of a body that is closed, hence no `writes`.
        caller = await STANDINGS.admit(connection, posting.caller(Role.ASSESSMENT_BODY), writes=False, at=at)
        return await candidates.add_named(
            connection, posting.organisation_id, rows, persons=persons, caller=caller, at=at
        )

    return RowDecider(kind=_KIND, parse=_parse, decide=decide)
