"""A service that takes files of books: all that a service writes to have a file route, by a worker and at once."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import httpx
from fastapi import FastAPI
from pydantic import Field, TypeAdapter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.database import make_engine
from shared.file_jobs.answers import FileJobAnswer
from shared.file_jobs.kinds import DryRunMemory, FileKind, FileStorage, ParsedRows, RowDecider
from shared.file_jobs.routes import at_once_routes, job_routes
from shared.file_jobs.rules import Posting
from shared.file_jobs.work import FileWorker
from shared.forms import Strict
from shared.kernel.callers import Role
from shared.kernel.outcomes import RowOutcome
from shared.kernel.refusals import Conflict
from shared.migrations import backbone
from shared.migrations.file_jobs import FILE_JOB_NAMES, FILE_JOBS
from shared.persons import Persons
from shared.rights import BODIES, EVERY_ROLE, Rights, reads, writes
from shared.sealed import Seal
from shared.settings import ServiceSettings
from shared.spreadsheets.file_rows import FileRow
from shared.spreadsheets.reading import ReaderPool
from shared.spreadsheets.tables import Column, FileFormat, Kind, Table
from shared.spreadsheets.wording import parse_file_rows
from shared.web import close, make_app
from tests.support.services import Tokens

# What the service has anyway: a table, a form, a use case that decides rows.

_TABLE: Final = "CREATE TABLE book (number text PRIMARY KEY, title text NOT NULL, organisation uuid NOT NULL)"


class TitleDiffers(Conflict):
    slug = "title-differs"
    title_en = "This number is that of a book with another title."
    title_zh = "该编号已用于另一书名。"
    cure_en = "Correct the number or the title."
    cure_zh = "请更正编号或书名。"


class BookRequest(Strict):
    number: Annotated[str, Field(max_length=8)]
    title: Annotated[str, Field(min_length=1, max_length=40)]


async def add_all(
    connection: AsyncConnection, books: Sequence[tuple[int, BookRequest]], organisation: UUID
) -> list[RowOutcome]:
    """An outcome for each of `books`, by its place."""
    outcomes = []
    for place, book in books:
        values = book.model_dump() | {"organisation": organisation}
        added = await connection.execute(
            text("INSERT INTO book VALUES (:number, :title, :organisation) ON CONFLICT DO NOTHING"), values
        )
        title = await connection.scalar(text("SELECT title FROM book WHERE number = :number"), values)
        if title != book.title:
            outcomes.append(RowOutcome(place, "refused", book.number, refusal=TitleDiffers(pointer="/title")))
        else:
            outcomes.append(RowOutcome(place, "accepted" if added.rowcount else "repeated", book.number))
    return outcomes


# What it adds for files.

BOOKS: Final = Table(
    (
        Column("number", "编号", "number", Kind.CODE, "up to 8 characters", "不超过8个字符", is_required=True),
        Column("title", "书名", "title", Kind.TEXT, "up to 40 characters", "不超过40个字", is_required=True),
    ),
    sheet="图书", row_zh="图书", row_en="book",
)  # fmt: skip
_FORM: Final = TypeAdapter(BookRequest)


def _parse(rows: Sequence[FileRow]) -> ParsedRows[tuple[int, BookRequest]]:
    return ParsedRows(*parse_file_rows(_FORM, rows, BOOKS, row_id="number"))


async def _decide(
    connection: AsyncConnection,
    posting: Posting,
    rows: Sequence[tuple[int, BookRequest]],
    _: DryRunMemory | None,
    *,
    at: datetime,
) -> list[RowOutcome]:
    return await add_all(connection, rows, posting.organisation_id)


BOOK_FILES: Final[RowDecider[tuple[int, BookRequest], DryRunMemory]] = RowDecider(
    kind=FileKind(name="book", table=BOOKS, role=Role.ASSESSMENT_BODY, formats=FileFormat), parse=_parse, decide=_decide
)


class BookFileAnswer(FileJobAnswer):
    form: FileFormat  # type: ignore[assignment]  # one more format than most kinds take


_FEW_BOOKS: Final = replace(BOOK_FILES, kind=replace(BOOK_FILES.kind, name="few books"))
ROUTES: Final = (
    job_routes(
        BOOK_FILES.kind, "/book-files", tag="books", answer=BookFileAnswer, describe_post="Post books as a file."
    ),
    at_once_routes(
        _FEW_BOOKS, "/few-book-files", tag="books", rows_max=3, bytes_max=100_000, describe_post="Post up to 3 books."
    ),
)


_ONE: Final = "Whoever has a book lists it."
RIGHTS: Final[Rights] = {
    "post_book_file": writes(BODIES, one=_ONE),
    "list_book_files": reads(BODIES),
    "get_book_file_template": reads(EVERY_ROLE),
    "get_book_file": reads(BODIES),
    "remove_book_file": writes(BODIES, one=_ONE),
    "get_book_file_report": reads(BODIES),
    "get_book_file_failed_rows": reads(BODIES),
    "post_few_books_file": writes(BODIES, one=_ONE),
    "get_few_books_file_template": reads(EVERY_ROLE),
}


# The service under test.


@dataclass(frozen=True)
class Library:
    app: FastAPI
    http: httpx.AsyncClient
    engine: AsyncEngine
    tokens: Tokens
    worker: FileWorker

    async def titles(self) -> list[str]:
        async with self.engine.connect() as connection:
            return list(await connection.scalars(text("SELECT title FROM book ORDER BY number")))


@asynccontextmanager
async def opened(url: str, keys: Path) -> AsyncGenerator[Library]:
    """A library in the bare database at `url`, whose application has one connection to it for each lane."""
    engine = make_engine(url, name="beside")
    async with engine.begin() as connection:
        for statement in (_TABLE, *backbone.HTTP_WRITER, *FILE_JOBS, *FILE_JOB_NAMES):
            await connection.execute(text(statement))
    settings = ServiceSettings(
        database_url=url, SKILLS_KEYS_DIRECTORY=keys, interactive_connections=1, bulk_connections=1
    )
    app = make_app(
        title="Books", description="Books.", settings=settings, name="library", routers=ROUTES, rights=RIGHTS
    )
    persons, seal = Persons.load(keys), Seal.load(keys)
    storage = FileStorage(seal=seal, mark=persons.mark, rows_kept=timedelta(days=1))
    app.state.file_storage, app.state.readers = storage, ReaderPool(app.state.limits.readers)
    worker = FileWorker(
        begin=engine.begin,
        deciders=[BOOK_FILES],
        storage=storage,
        readers=ReaderPool(),
        now=lambda: datetime.now(UTC),
        chunk_rows=2,
    )
    transport: Any = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield Library(app, http, engine, Tokens(keys), worker)
    finally:
        await engine.dispose()
        await close(app)
