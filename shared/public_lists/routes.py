"""Lists of public claims over HTTP, without a token: what is public today, who is on a list, a file, and the page."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from shared.awards import AnsweredAward, AnsweredLevel
from shared.contracts.subsidy import SubsidyKind
from shared.edge.lanes import bulk
from shared.kernel.money import plain_yuan
from shared.kernel.periods import business_day
from shared.pages import page_of, page_router
from shared.paging import Cursor, Page, PageSize, after, cursor_of, next_cursor, position_of
from shared.public_lists import usecases
from shared.public_lists.store import ListSummary
from shared.public_lists.usecases import Row
from shared.spreadsheets.listings import MEDIA_TYPES, Heading, listing
from shared.spreadsheets.tables import SheetFormat
from shared.web import CurrentPersons, Now, open_router

routes = open_router("public lists")
pages = page_router()

ROWS_MAX: Final = 10_000
UNKEPT: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, noarchive"}
"""Names are public for some days, so nothing on the way keeps them longer."""
_HEADINGS: Final = (
    Heading("序号", "line"),
    Heading("姓名", "name"),
    Heading("证件号码", "document number"),
    Heading("补贴项目", "kind of subsidy"),
    Heading("培训或评价项目", "item"),
    Heading("金额（元）", "amount in yuan"),
    Heading("公示开始", "public from"),
    Heading("公示截止", "public until"),
)
_FILE: Final = {
    media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
    for media_type in MEDIA_TYPES.values()
}


class PublicListAnswer(BaseModel):
    """A claim that is public today, with the sums of what is on its list."""

    claim_id: UUID
    kind: SubsidyKind
    kind_name_zh: str
    kind_name_en: str
    payee_name: str | None = Field(description="The institution or body that is paid; null for a person")
    region: str
    reporting_region: str
    is_objected: bool = Field(description="An objection to one of its lines is open")
    persons: int
    amount_fen: int
    published_on: date
    public_until: date

    @classmethod
    def of(cls, summary: ListSummary) -> PublicListAnswer:
        kind = summary.kind
        named = {"claim_id": summary.id, "kind_name_zh": kind.name_zh, "kind_name_en": kind.name_en}
        return cls.model_validate(summary._asdict() | named)


class PublicEntryAnswer(BaseModel):
    """A person on a list. Name and number are null where nothing is known of them any more."""

    line: int = Field(description="The line of the claim, as objections name it")
    name: str | None = Field(description="Whole; the first character alone of minors, and on lists of allowances")
    document_number: str | None = Field(
        description="Masked but for its last four characters; wholly on lists of allowances"
    )
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    item: str = Field(description="What occupation and award are called")
    amount_fen: int

    @classmethod
    def of(cls, row: Row) -> PublicEntryAnswer:
        return cls(
            line=row.entry.line,
            name=row.person and row.person.name,
            document_number=row.person and row.person.document_number,
            occupation=row.entry.skill.occupation,
            **row.entry.skill.award.codes,
            item=row.skill_name,
            amount_fen=row.entry.amount_fen,
        )


class PublicListWithEntries(PublicListAnswer):
    rows: list[PublicEntryAnswer]
    next: str | None = Field(description="The cursor of the next page of rows; null at the end")


@routes.get("/public-lists")
async def list_public_lists(
    request: Request,
    at: Now,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[PublicListAnswer]:
    """The claims whose names are public today, of people whom this service knows. No token is needed."""
    state = request.app.state
    async with state.engines.connect() as connection:
        rows = await usecases.page(
            connection, state.list_owner, region, after=after(cursor), limit=size, today=business_day(at)
        )
    return Page(rows=[PublicListAnswer.of(each) for each in rows], next=next_cursor(rows, size))


@routes.get("/public-lists/{claim_id}")
async def get_public_list(
    claim_id: UUID,
    request: Request,
    response: Response,
    persons: CurrentPersons,
    at: Now,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> PublicListWithEntries:
    """Who is on the list of a claim: name, masked number, item and amount, as long as the claim is public."""
    state = request.app.state
    async with state.engines.connect() as connection:
        summary, rows = await usecases.read(
            connection,
            state.list_owner,
            claim_id,
            persons=persons,
            after=_after_line(cursor),
            limit=size,
            today=business_day(at),
        )
    response.headers.update(UNKEPT)
    following = None if len(rows) < size else cursor_of((rows[-1].entry.line,))
    return PublicListWithEntries(
        **dict(PublicListAnswer.of(summary)),
        rows=[PublicEntryAnswer.of(each) for each in rows],
        next=following,
    )


@routes.get(
    "/public-lists/{claim_id}/file",
    response_class=Response,
    responses={200: {"content": _FILE}},
)
@bulk
async def get_public_list_file(
    claim_id: UUID,
    request: Request,
    persons: CurrentPersons,
    at: Now,
    format: Annotated[SheetFormat, Query(description="Of the file")] = SheetFormat.XLSX,  # noqa: A002
) -> Response:
    """The same list as a file, of the first 10,000 people."""
    state = request.app.state
    async with state.engines.connect() as connection:
        summary, rows = await usecases.read(
            connection, state.list_owner, claim_id, persons=persons, after=0, limit=ROWS_MAX, today=business_day(at)
        )
    content = listing(format, "公示名单", _HEADINGS, (_cells(summary, each) for each in rows))
    named = {"Content-Disposition": f'attachment; filename="public-list-{claim_id}.{format.value}"'}
    return Response(content, media_type=MEDIA_TYPES[format], headers=named | UNKEPT)


@pages.get("/public-lists")
async def public_lists_page(request: Request) -> Response:
    return page_of(request, "public-lists")


def _after_line(cursor: str | None) -> int:
    """Raises WrongCursor."""
    if cursor is None:
        return 0
    (line,) = position_of(cursor, int)
    assert isinstance(line, int), "read as one"
    return line


def _cells(summary: ListSummary, row: Row) -> tuple[str | int, ...]:
    return (
        row.entry.line,
        row.person.name if row.person else "",
        row.person.document_number if row.person else "",
        summary.kind.name_zh,
        row.skill_name,
        plain_yuan(row.entry.amount_fen),
        summary.published_on.isoformat(),
        summary.public_until.isoformat(),
    )
