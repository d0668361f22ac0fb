"""What is public of claims over HTTP: a list, one claim with its lines, a file, and a page for people."""

from __future__ import annotations

from datetime import date
from html import escape
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

from fastapi import Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from services.subsidy.publicity import usecases
from services.subsidy.publicity.store import PublicClaim, PublicLine
from shared.awards import AnsweredAward, AnsweredLevel
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.edge.lanes import bulk
from shared.forms import Day
from shared.kernel.money import plain_yuan
from shared.kernel.periods import business_day
from shared.pages import HEADERS, Pages, page_router
from shared.paging import BEGINNING, Cursor, Page, PageSize, after, next_cursor
from shared.spreadsheets.listings import MEDIA_TYPES, Heading, listing
from shared.spreadsheets.tables import SheetFormat
from shared.web import Now, open_router

public_routes = open_router("publicity")
page_routes = page_router()

PLAIN_PAGES: Final = Path(__file__).parent

ROWS_MAX: Final = 10_000
_HEADINGS: Final = (
    Heading("申领编号", "claim"),
    Heading("机构名称", "institution"),
    Heading("班级", "class"),
    Heading("地区", "region"),
    Heading("职业（工种）", "occupation"),
    Heading("等级（证书种类）", "award"),
    Heading("资金来源", "fund source"),
    Heading("人数", "persons"),
    Heading("金额（元）", "amount in yuan"),
    Heading("公示开始", "public from"),
    Heading("公示截止", "public until"),
    Heading("补贴项目", "kind of subsidy"),
)
_FILE: Final = {
    media_type.partition(";")[0]: {"schema": {"type": "string", "format": "binary"}}
    for media_type in MEDIA_TYPES.values()
}

PublicRegion = Annotated[str | None, Query(max_length=16, description="This region and what lies below it")]
FirstOn = Annotated[Day | None, Query(description="Public on or after this day; left out: today")]
LastOn = Annotated[Day | None, Query(description="Public on or before this day; left out: today")]


class PublicClaimAnswer(BaseModel):
    """A claim as everybody may see it: no person, and of the class its institution's own name for it."""

    claim_id: UUID
    kind: SubsidyKind
    institution_name: str | None
    class_local_id: str | None
    region: str
    reporting_region: str
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    fund_source: FundSource
    persons: int
    amount_fen: int
    published_on: date
    public_until: date

    @classmethod
    def of(cls, claim: PublicClaim) -> PublicClaimAnswer:
        return cls.model_validate(vars(claim) | {"claim_id": claim.id, **claim.award.codes})


class PublicLineAnswer(BaseModel):
    """A line as everybody may see it. The registry shows its trainee, masked."""

    line: int
    trained_on: date
    amount_fen: int

    @classmethod
    def of(cls, line: PublicLine) -> PublicLineAnswer:
        return cls.model_validate(vars(line))


class PublicClaimWithLines(PublicClaimAnswer):
    lines: list[PublicLineAnswer]


@public_routes.get("/publicity")
async def list_public_claims(
    request: Request,
    at: Now,
    region: PublicRegion = None,
    first_on: FirstOn = None,
    last_on: LastOn = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[PublicClaimAnswer]:
    """Claims that are public on one of these days: who is paid what for which class. No token is needed."""
    today = business_day(at)
    days = usecases.period(first_on, last_on, today=today)
    async with request.app.state.engines.connect() as connection:
        rows = await usecases.page(connection, region, days, after=after(cursor), limit=size, today=today)
    return Page(rows=[PublicClaimAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@public_routes.get("/publicity/{claim_id}")
async def get_public_claim(claim_id: UUID, request: Request) -> PublicClaimWithLines:
    """A public claim with its payable lines; object to one of them with `POST /v1/objections`."""
    async with request.app.state.engines.connect() as connection:
        claim, lines = await usecases.read(connection, claim_id)
    answer = PublicClaimAnswer.of(claim)
    return PublicClaimWithLines(**dict(answer), lines=[PublicLineAnswer.of(line) for line in lines])


@public_routes.get(
    "/publicity-file",
    response_class=Response,
    responses={200: {"content": _FILE}},
)
@bulk
async def get_publicity_file(
    request: Request,
    at: Now,
    region: PublicRegion = None,
    first_on: FirstOn = None,
    last_on: LastOn = None,
    format: Annotated[SheetFormat, Query(description="Of the file")] = SheetFormat.XLSX,  # noqa: A002
) -> Response:
    """The same list as a file, of the first 10,000 claims."""
    today = business_day(at)
    days = usecases.period(first_on, last_on, today=today)
    async with request.app.state.engines.connect() as connection:
        rows = await usecases.page(connection, region, days, after=BEGINNING, limit=ROWS_MAX, today=today)
    content = listing(format, "公示", _HEADINGS, map(_cells, rows))
    named = {"Content-Disposition": f'attachment; filename="publicity-{days.first}-{days.last}.{format.value}"'}
    return Response(content, media_type=MEDIA_TYPES[format], headers=named)


_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>补贴公示 Publicity of subsidies</title>
<link rel="stylesheet" href="assets/publicity.css"><link rel="icon" href="data:,">
<h1>补贴公示 Publicity of subsidies</h1>
<p>简版页面，仅以表格显示。 Plain page: tables only.</p>
<p>{first} – {last}。对公示内容有异议的，可在公示期内提出（POST /v1/objections，无需登录）。
Objections are taken until the last day of each row (POST /v1/objections, no token).</p>
<p><a href="/v1/publicity-file?format=xlsx">XLSX</a> <a href="/v1/publicity-file?format=csv">CSV</a></p>
<table><thead><tr>{head}</tr></thead><tbody>
{rows}
</tbody></table></html>
"""
_NOTHING: Final = "今日没有公示事项。 Nothing is public today."


@page_routes.get("/publicity")
async def publicity_page(request: Request) -> Response:
    """The page; where it was not built, today's list without scripts."""
    pages: Pages = request.app.state.pages
    if pages.is_built("publicity"):
        return pages.document("publicity")
    today = business_day(request.app.state.clock())
    days = usecases.period(None, None, today=today)
    async with request.app.state.engines.connect() as connection:
        rows = await usecases.page(connection, None, days, after=BEGINNING, limit=500, today=today)
    head = "".join(f"<th>{escape(each.zh)}<br>{escape(each.en)}</th>" for each in _HEADINGS)
    body = "\n".join(f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in _cells(row))}</tr>" for row in rows)
    body = body or f'<tr><td colspan="{len(_HEADINGS)}">{_NOTHING}</td></tr>'
    return HTMLResponse(_PAGE.format(first=days.first, last=days.last, head=head, rows=body), headers=HEADERS)


def _cells(claim: PublicClaim) -> tuple[str | int, ...]:
    return (
        str(claim.id),
        claim.institution_name or "",
        claim.class_local_id or "",
        claim.region,
        claim.occupation,
        claim.award.code,
        claim.fund_source.value,
        claim.persons,
        plain_yuan(claim.amount_fen),
        claim.published_on.isoformat(),
        claim.public_until.isoformat(),
        claim.kind.name_zh,
    )
