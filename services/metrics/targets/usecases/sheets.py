"""Load a sheet of targets as a proposal that another person confirms, and read it with its sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.plan import store as plan
from services.metrics.plan.rules import YearPlan
from services.metrics.plan.usecases import named_plan, require_province
from services.metrics.targets import rules, store
from services.metrics.targets.rules import KIND, TOTAL, Aim, Axis, Line, SeveralSheets, Sheet, UnknownRegionOrProgramme
from services.metrics.targets.usecases.table import TARGETS, TargetRowRequest
from shared.file_jobs.kinds import DryRunMemory, FileKind, ParsedRows, RowDecider
from shared.file_jobs.rules import Posting
from shared.kernel.callers import Caller, Role
from shared.kernel.ids import new_id
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Invalid
from shared.proposals import store as proposals
from shared.proposals.rules import Proposal
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.wording import parse_file_rows

_FORM: Final = TypeAdapter(TargetRowRequest)
_REASON: Final = "A sheet of targets was posted as a file."

PlacedRow = tuple[int, TargetRowRequest]


async def _admit(connection: AsyncConnection, caller: Caller, _: UUID | None) -> None:
    await require_province(connection, caller)


def _parse(rows: Sequence[FileRow]) -> ParsedRows[PlacedRow]:
    return ParsedRows(*parse_file_rows(_FORM, rows, TARGETS, row_id="key"))


async def _decide(
    connection: AsyncConnection, posting: Posting, rows: Sequence[PlacedRow], _: DryRunMemory | None, *, at: datetime
) -> list[RowOutcome]:
    """A sheet is loaded whole or not at all: if a row is refused, nothing is proposed and the others say so by that."""
    if not rows:
        return []
    if len({(row.plan, row.axis) for _, row in rows}) > 1:
        raise SeveralSheets
    first = rows[0][1]
    sheet = Sheet(first.plan, first.axis, [row.line for _, row in rows])
    faults = await _faults(connection, sheet)
    if not faults:
        await _propose(connection, sheet, by=posting.posted_by, at=at)
    return [
        RowOutcome(place, "refused", row.key, refusal=faults[number])
        if number in faults
        else RowOutcome(place, "accepted", row.key)
        for number, (place, row) in enumerate(rows)
    ]


async def _faults(connection: AsyncConnection, sheet: Sheet) -> dict[int, Invalid]:
    meant = await named_plan(connection, sheet.plan)
    programmes = await plan.programmes(connection, meant.year)
    reporting = {each.reporting_region for each in await plan.regions(connection)}
    found = rules.faults(sheet.lines)
    for place, line in enumerate(sheet.lines):
        if line.programme is not None and line.programme not in programmes:
            found[place] = UnknownRegionOrProgramme(pointer="/programme")
        elif sheet.axis is Axis.REGION and line.key != TOTAL and line.key not in reporting:
            found[place] = UnknownRegionOrProgramme(pointer="/key")
    return found


async def _propose(connection: AsyncConnection, sheet: Sheet, *, by: str, at: datetime) -> Proposal:
    region = next(each.code for each in await plan.regions(connection) if each.parent is None)
    return await proposals.add(
        connection,
        Proposal(
            id=new_id(),
            kind=KIND,
            subject=sheet.subject,
            organisation=None,
            region=region,
            reporting_region=region,
            content={"plan": sheet.plan, "axis": sheet.axis.value, "lines": [list(line) for line in sheet.lines]},
            reason=_REASON,
            proposed_by=by,
            proposed_at=at,
        ),
    )


TARGET_FILES: Final[RowDecider[PlacedRow, DryRunMemory]] = RowDecider(
    kind=FileKind(name="target", table=TARGETS, role=Role.PROVINCE, admit=_admit, of_organisations=False),
    parse=_parse,
    decide=_decide,
)


async def load(connection: AsyncConnection, proposal: Proposal, *, by: str, at: datetime) -> None:
    """Store the sheet of a proposal that is being confirmed as the next version."""
    content = proposal.content
    lines = [Line(key, Aim(measure), *rest) for key, measure, *rest in content["lines"]]
    sheet = Sheet(content["plan"], Axis(content["axis"]), lines)
    await store.add(connection, sheet, proposed_by=proposal.proposed_by, by=by, at=at)


async def sheet(
    connection: AsyncConnection, code: str, axis: Axis, *, version: int | None = None
) -> tuple[list[store.SheetVersion], list[Line]]:
    """The versions of a plan's sheet, and the lines of one of them, by default of the newest. Raises UnknownPlan."""
    await named_plan(connection, code)
    versions = await store.versions(connection, code, axis)
    chosen = version or len(versions)
    return versions, await store.lines(connection, code, axis, chosen)


class Asked(NamedTuple):
    """What targets are asked for: of the whole plan, or of one key of an axis; of the year, or of a month of it."""

    axis: Axis | None = None
    key: str | None = None
    month: int | None = None


async def aims_of(
    connection: AsyncConnection, meant: YearPlan, asked: Asked
) -> Mapping[tuple[Aim, str | None], int | None]:
    """The targets of just what is asked for, by measure and programme (None: all together).

    A part of the plan has its own target or none: never a share of the plan's.
    """
    if asked.axis is None and asked.month is None:
        return await aims(connection, meant)
    axis = asked.axis or Axis.REGION
    versions = await store.versions(connection, meant.code, axis)
    lines = await store.lines(connection, meant.code, axis, len(versions))
    key = TOTAL if asked.axis is None else asked.key
    return {
        (line.measure, line.programme): line.target for line in lines if line.key == key and line.month == asked.month
    }


async def aims(connection: AsyncConnection, meant: YearPlan) -> dict[tuple[Aim, str | None], int | None]:
    """What the plan itself says: the targets of its programmes, and of all together."""
    programmes = await plan.programmes(connection, meant.year)
    indicators = await plan.indicators(connection, meant.year)
    found: dict[tuple[Aim, str | None], int | None] = {}
    for each in programmes.values():
        code = None if each.parent is None else each.code
        found[Aim.TRAININGS, code] = each.trainings_target
        found[Aim.HIGH_SKILLED_PERSONS, code] = each.high_skilled_target
    if "I02" in indicators:
        found[Aim.SUBSIDISED_TRAININGS, None] = int(indicators["I02"].target)
    return found
