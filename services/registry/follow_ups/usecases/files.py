"""Follow-ups that come as spreadsheets: read beside the service, and reported as rows of JSON are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.follow_ups.usecases import reports as follow_ups
from services.registry.follow_ups.usecases.reports import FollowUpRow
from services.registry.rosters.rules.file_faults import SpreadsheetEmpty, TooManyRows
from services.registry.rosters.rules.files import RosterFileForm
from services.registry.rosters.usecases.spreadsheets.reader import FileRow
from services.registry.rosters.usecases.spreadsheets.reading import opened
from shared.kernel.callers import Caller, Role
from shared.kernel.outcomes import RowOutcome

ROWS_MAX: Final = 5_000
"""As many as are answered within one request."""
_ROWS_A_TIME: Final = 1_000

_TABLE: Final = "services.registry.follow_ups.usecases.table:FOLLOW_UPS"


async def read(form: RosterFileForm, content: bytes, *, caller: Caller) -> list[FileRow]:
    """The rows of an institution's file. Raises WrongRole, TooManyRows, and what else is in roster_file_faults."""
    caller.require(Role.INSTITUTION)
    if not content:
        raise SpreadsheetEmpty
    rows: list[FileRow] = []
    async with opened(form, content, names_class=True, table=_TABLE) as reading:
        async for chunk in reading.chunks():
            rows += chunk
            if len(rows) > ROWS_MAX:
                raise TooManyRows(rows_max=ROWS_MAX)
    return rows


async def report(
    connection: AsyncConnection, rows: Sequence[FollowUpRow], *, dry_run: bool, caller: Caller, at: datetime
) -> list[RowOutcome]:
    """An outcome for each of `rows`; a dry run is done in full and undone. Raises WrongRole, ForeignOrganisation."""
    outcomes: list[RowOutcome] = []
    async with connection.begin_nested() as stage:
        for first in range(0, len(rows), _ROWS_A_TIME):
            outcomes += await follow_ups.report(connection, rows[first : first + _ROWS_A_TIME], caller=caller, at=at)
        if dry_run:
            await stage.rollback()
    return outcomes
