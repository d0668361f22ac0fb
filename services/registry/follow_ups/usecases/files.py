"""Follow-ups from spreadsheets, reported in the same way as rows of JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.store.institutions import STANDINGS
from services.registry.follow_ups.usecases import reports as follow_ups
from services.registry.follow_ups.usecases.forms import FollowUpRowRequest
from services.registry.follow_ups.usecases.reports import FollowUpRow
from services.registry.follow_ups.usecases.table import FOLLOW_UPS
from shared.file_jobs.kinds import DryRunMemory, FileKind, ParsedRows, RowDecider
from shared.file_jobs.rules import Posting
from shared.kernel.callers import Role
from shared.kernel.outcomes import RowOutcome
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.wording import parse_file_rows

_FORM: Final = TypeAdapter(FollowUpRowRequest)


def _parse(rows: Sequence[FileRow]) -> ParsedRows[FollowUpRow]:
    parsed, refused = parse_file_rows(_FORM, rows, FOLLOW_UPS, row_id="trainee_local_id")
    return ParsedRows([FollowUpRow(place, row.whose(), row.outcome()) for place, row in parsed], refused)


async def _decide(
    connection: AsyncConnection, posting: Posting, rows: Sequence[FollowUpRow], _: DryRunMemory | None, *, at: datetime
) -> list[RowOutcome]:
    # What was posted before the institution closed is still decided, hence no `writes`.
    caller = await STANDINGS.admit(connection, posting.caller(Role.INSTITUTION), writes=False, at=at)
    return await follow_ups.report(connection, rows, caller=caller, at=at)


FOLLOW_UP_FILES: Final[RowDecider[FollowUpRow, DryRunMemory]] = RowDecider(
    kind=FileKind(name="follow-up", table=FOLLOW_UPS, role=Role.INSTITUTION),
    parse=_parse,
    decide=_decide,
)
