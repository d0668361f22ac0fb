"""Roster files: who may post one, and how its rows are enrolled in the same way as rows of JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.classes.rules.classes import RosterClosed, TrainingClass
from services.registry.classes.store import classes as class_store
from services.registry.directory.store import institutions as institution_store
from services.registry.directory.store.institutions import STANDINGS
from services.registry.rosters.rules.dry_runs import DryRun
from services.registry.rosters.rules.files import ClassDiffers, RosterFileFailed, TooManyRosterFiles
from services.registry.rosters.usecases import enrol as rosters
from services.registry.rosters.usecases.forms import FILE_ROW, FileRowRequest, roster_row, with_partial_rows
from services.registry.rosters.usecases.row import RosterRow
from services.registry.rosters.usecases.table import CLASS, ROSTER
from shared.file_jobs.kinds import FileKind, ParsedRows, RowDecider
from shared.file_jobs.rules import Posting
from shared.kernel.callers import Caller, ForeignOrganisation, Role
from shared.kernel.outcomes import RowOutcome
from shared.persons import Persons
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.wording import json_content, may_have_slipped, parse_file_rows


async def _admit(connection: AsyncConnection, caller: Caller, class_id: UUID | None) -> None:
    """Raises NotFound, ForeignOrganisation, RosterClosed."""
    if caller.organisation is None:
        raise ForeignOrganisation
    await institution_store.load(connection, caller.organisation)
    if class_id is not None:
        class_ = await class_store.load(connection, class_id)
        caller.require_organisation(class_.institution_id)
        if not class_.takes_trainees:
            raise RosterClosed(state=class_.status)


ROSTER_FILES: Final = FileKind(
    name="roster",
    table=ROSTER,
    role=Role.INSTITUTION,
    admit=_admit,
    target_field=CLASS,
    too_many=TooManyRosterFiles,
    failed=RosterFileFailed,
)


def parse(rows: Sequence[FileRow]) -> ParsedRows[RosterRow]:
    """The rows by their positions in `rows`, with their form errors; refusals of rows that cannot be read at all.

    All form errors of a row are listed, so that one correction is enough.
    """
    parsed, refused = parse_file_rows(FILE_ROW, rows, ROSTER, row_id="local_id")
    good = [roster_row(place, request) for place, request in parsed]
    readable = {
        outcome.row: json_content(rows[outcome.row])
        for outcome in refused
        if not may_have_slipped(rows[outcome.row], ROSTER)
    }
    return ParsedRows(*with_partial_rows(good, refused, readable, form=FileRowRequest))


@dataclass(frozen=True)
class _Decide:
    persons: Persons

    async def __call__(
        self,
        connection: AsyncConnection,
        posting: Posting,
        rows: Sequence[RosterRow],
        memory: DryRun | None,
        *,
        at: datetime,
    ) -> list[RowOutcome]:
        """Raises ForeignOrganisation, PolicyUnset; then no row is stored."""
        # What was posted before the institution closed is still decided, hence no `writes`.
        caller = await STANDINGS.admit(connection, posting.caller(Role.INSTITUTION), writes=False, at=at)
        institution_id = posting.organisation_id
        if posting.target_id is not None:
            class_ = await class_store.load(connection, posting.target_id)
            institution_id, rows = class_.institution_id, _in_class(class_, rows)
        return await rosters.enrol(
            connection,
            institution_id,
            rows,
            persons=self.persons,
            caller=caller,
            at=at,
            dry_run=posting.dry_run,
            earlier=memory,
        )


def roster_decider(persons: Persons) -> RowDecider[RosterRow, DryRun]:
    """Decides the rows of roster files. Dry runs keep a memory, because a rollback would hold locks meanwhile."""
    return RowDecider(kind=ROSTER_FILES, parse=parse, decide=_Decide(persons), remember=DryRun)


def _in_class(class_: TrainingClass, rows: Sequence[RosterRow]) -> list[RosterRow]:
    """The rows, assigned to the class that the file was posted for; rows that name another class get a fault."""
    return [
        row._replace(class_id=class_.id, class_local_id=None)
        if row.class_local_id in (None, class_.local_id)
        else row._replace(class_local_id=None).flawed(ClassDiffers(pointer=f"/{CLASS}"), {f"/{CLASS}"})
        for row in rows
    ]
