"""Take matches from files, list those that concern what is paid, and decide on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Final, NamedTuple
from uuid import UUID

from pydantic import Field, StringConstraints, TypeAdapter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.usecases import aftermath
from services.subsidy.external_lists import rules, store
from services.subsidy.external_lists.rules import ExternalMatch
from services.subsidy.external_lists.store import ConcernedLine
from services.subsidy.holds.rules import HoldStatus, ListKind, Verdict
from services.subsidy.trainings import usecases as trainings
from services.subsidy.trainings.usecases import load_plan
from shared.file_jobs.kinds import DryRunMemory, FileKind, ParsedRows, RowDecider
from shared.file_jobs.rules import Posting
from shared.forms import HASHED, PLAIN, Day, Strict
from shared.kernel.callers import Caller, ForeignRegion, Role
from shared.kernel.identity import DocumentKind
from shared.kernel.ids import new_id
from shared.kernel.outcomes import RowOutcome
from shared.kernel.periods import Period, business_day
from shared.kernel.refusals import NotYetReceived, Refusal
from shared.persons import Persons
from shared.plan import Plan
from shared.reach import Scope
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.tables import Column, Kind, Table
from shared.spreadsheets.wording import parse_file_rows

_KINDS: Final = {
    "死亡": ListKind.DEATH, "服刑": ListKind.PRISON, "出境": ListKind.ABROAD, "财政供养": ListKind.PAYROLL,
    "领取养老金": ListKind.PENSION, "在校学生": ListKind.IN_SCHOOL, "未参保": ListKind.NOT_INSURED,
    "其他补贴": ListKind.OTHER_SUBSIDY, "参保": ListKind.INSURED,
}  # fmt: skip
MATCHES: Final = Table(
    (
        Column(
            "kind", "名单类别", "list", Kind.CHOICE, "what the list says: one of the list", "下拉列表中的一项",
            is_required=True, choices={name: kind.value for name, kind in _KINDS.items()},
        ),
        Column(
            "document_number", "证件号码", "document number", Kind.CODE, "the whole number on the document, as text",
            "证件上的完整号码，文本格式", is_required=True, aliases=("身份证号", "身份证号码"), width=22,
            holds_numbers=True,
        ),
        Column(
            "document_kind", "证件类型", "document kind", Kind.CHOICE, "empty for an identity card",
            "居民身份证可不填", choices={"居民身份证": DocumentKind.RESIDENT_ID.value},
        ),
        Column(
            "first_on", "起始日期", "from", Kind.DATE, "since when it is so; empty if always", "起始日期；不限的留空",
        ),
        Column(
            "last_on", "截止日期", "until", Kind.DATE, "until when it was so; empty if it still is",
            "截止日期；至今的留空",
        ),
        Column(
            "as_of", "数据日期", "as of", Kind.DATE, "the day of the list, like 2025-06-01",
            "名单数据的日期，如 2025-06-01", is_required=True,
        ),
        Column(
            "source", "数据来源", "source", Kind.TEXT, "the authority that keeps the list", "提供名单的部门",
            is_required=True, width=24,
        ),
    ),
    sheet="比对结果", row_zh="比对结果", row_en="match", passes_over_others=True,
)  # fmt: skip
MATCH_KIND: Final = FileKind(name="external-match", table=MATCHES, role=Role.REVIEWER, of_organisations=False)


class MatchRowRequest(Strict):
    """A person on a list. The number is only used to recognise them."""

    kind: ListKind
    document_number: Annotated[str, Field(max_length=64), HASHED]
    document_kind: DocumentKind = DocumentKind.RESIDENT_ID
    first_on: Day | None = None
    last_on: Day | None = None
    as_of: Day
    source: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), PLAIN]


_FORM: Final = TypeAdapter(MatchRowRequest)


class ListedPerson(NamedTuple):
    """A well-formed row with the key of its person."""

    place: int
    row: MatchRowRequest
    person: UUID


def match_decider(persons: Persons, now: Callable[[], datetime]) -> RowDecider[ListedPerson, DryRunMemory]:
    """How rows of lists are decided; `persons` recognise people."""

    def parse(rows: Sequence[FileRow]) -> ParsedRows[ListedPerson]:
        parsed, refused = parse_file_rows(_FORM, rows, MATCHES, row_id="source")
        found: list[ListedPerson] = []
        for place, row in parsed:
            try:
                person, _ = persons.recognise(row.document_kind, row.document_number, today=business_day(now()))
                if row.first_on is not None:
                    Period(row.first_on, row.last_on)
                found.append(ListedPerson(place, row, person))
            except Refusal as refusal:
                refused.append(RowOutcome(place, "refused", refusal=refusal))
        return ParsedRows(found, refused)

    return RowDecider(kind=MATCH_KIND, parse=parse, decide=_decide)


async def _decide(
    connection: AsyncConnection, posting: Posting, rows: Sequence[ListedPerson], _: DryRunMemory | None, *, at: datetime
) -> list[RowOutcome]:
    plan = await load_plan(connection)
    if not plan.regions:
        raise NotYetReceived(what="regions")
    matches = [
        ExternalMatch(
            id=new_id(),
            kind=each.row.kind,
            person=each.person,
            first_on=each.row.first_on,
            last_on=each.row.last_on,
            as_of=each.row.as_of,
            source=each.row.source,
            posted_by=posting.posted_by,
            posted_at=at,
        )
        for each in rows
    ]
    added = await store.add_all(connection, matches, province=min(plan.provinces))
    return [
        RowOutcome(row.place, "accepted" if match.id in added else "repeated")
        for row, match in zip(rows, matches, strict=True)
    ]


class MatchReading(NamedTuple):
    """A match with the lines that it concerns."""

    match: ExternalMatch
    lines: Sequence[ConcernedLine]


async def page(
    connection: AsyncConnection,
    *,
    region: str | None,
    status: HoldStatus | None,
    caller: Caller,
    after: UUID,
    limit: int,
) -> list[MatchReading]:
    """Matches that concern what is paid in the caller's region. Raises UnknownRegion, ForeignRegion, NotYetReceived."""
    sight = await trainings.scope(connection, caller, region=region)
    found = await store.page(connection, sight.reach, status=status, after=after, limit=limit)
    lines = await store.concerned(connection, [match.id for match in found])
    return [
        MatchReading(match, [line for line in lines if line.match_id == match.id and sight.reach.covers(line)])
        for match in found
    ]


async def settle(
    connection: AsyncConnection, match_id: UUID, verb: Verdict, *, reason: str, caller: Caller, at: datetime
) -> MatchReading:
    """Decide on a match that concerns a claim of the caller's region: what is upheld stops its lines, or they are owed.

    Raises NotFound, ForeignRegion, IllegalMove, SamePerson.
    """
    sight = await trainings.scope(connection, caller)
    match = await store.load(connection, match_id, lock=True)
    await _require_concerned(connection, match, sight, caller=caller, plan=await load_plan(connection))
    after = rules.settle(match, verb, reason=reason, by=caller.person, at=at)
    await store.save(connection, after)
    await aftermath.follow(connection, entries=(), persons={after.person}, at=at)
    return MatchReading(after, await store.concerned(connection, [after.id]))


async def _require_concerned(
    connection: AsyncConnection, match: ExternalMatch, sight: Scope, *, caller: Caller, plan: Plan
) -> None:
    """Raises ForeignRegion unless the match concerns a claim in sight; the province decides on all of them."""
    if caller.region in plan.provinces:
        return
    if not any(sight.reach.handles(line) for line in await store.concerned(connection, [match.id])):
        raise ForeignRegion
