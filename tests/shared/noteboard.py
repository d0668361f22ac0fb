"""The smallest service there can be: a board of notes, each under a title that is taken once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import httpx
from fastapi import FastAPI, Request
from fastapi import Path as InPath
from pydantic import BaseModel, Field
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.auth import CurrentCaller
from shared.database import driver, make_engine
from shared.kernel.callers import Role, Whose
from shared.kernel.ids import new_id
from shared.kernel.refusals import Conflict, IllegalMove, Invalid, NotFound, NotYetReceived, Refusal, SamePerson
from shared.migrations import backbone
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.rights import EVERY_ROLE, Rights, reads, writes
from shared.settings import ServiceSettings
from shared.web import Connection, Now, close, make_app, router
from tests.support.services import Tokens

SECRET = "张三丰 410102199003070011"

_TABLE = "CREATE TABLE note (id uuid PRIMARY KEY, title text NOT NULL UNIQUE, written_at timestamptz NOT NULL)"
_ADD = "INSERT INTO note (id, title, written_at) VALUES (:id, :title, :at)"
_ADD_BARE = "INSERT INTO note (id, title, written_at) VALUES ($1, $2, $3)"


class TitleTaken(Conflict):
    slug = "title-taken"
    title_en = "There is a note under this title."
    title_zh = "该标题已存在。"
    cure_en = "Choose another."
    cure_zh = "请更换标题。"


class WrongTitle(Invalid):
    slug = "wrong-title"
    title_en = "This is no title."
    title_zh = "标题不正确。"
    cure_en = "Use letters."
    cure_zh = "请使用文字。"


REFUSALS: dict[str, Callable[[], Refusal]] = {
    "not-found": lambda: NotFound(what="note", id=UUID(int=1)),
    "title-taken": TitleTaken,
    "wrong-title": lambda: WrongTitle(pointer="/title"),
    "illegal-move": lambda: IllegalMove(state="filed", verb="start", allowed=["approve"]),
    "same-person": lambda: SamePerson(rule="two people"),
    "not-yet-heard": NotYetReceived,
}


class NoteRequest(BaseModel):
    title: Annotated[str, Field(min_length=1, max_length=1_000)]
    copies: Annotated[int, Field(ge=1, le=9)] = 1


class NoteAnswer(BaseModel):
    id: UUID
    title: str


@dataclass
class Meeting:
    """Makes two first attempts meet between looking and writing, which is where a race is decided."""

    barrier: asyncio.Barrier | None = None
    attempts: int = 0

    async def wait(self, request: Request) -> None:
        self.attempts += 1
        if self.barrier is not None and not getattr(request.state, "met", False):
            request.state.met = True
            await self.barrier.wait()


routes = router("notes")

_ONE = "Anybody pins a note."
_PINNERS: Mapping[Role, Whose] = {role: whose for role, whose in EVERY_ROLE.items() if role is not Role.AUDITOR}
RIGHTS: Rights = {
    "write": writes(_PINNERS, one=_ONE),
    "refuse": writes(_PINNERS, one=_ONE),
    "fail": writes(_PINNERS, one=_ONE),
    "break_a_constraint": writes(_PINNERS, one=_ONE),
    "sleep": reads(EVERY_ROLE),
    "list_notes": reads(EVERY_ROLE),
    "me": reads(EVERY_ROLE),
}


async def _find(connection: AsyncConnection, title: str) -> NoteAnswer | None:
    found = await connection.execute(text("SELECT id, title FROM note WHERE title = :title"), {"title": title})
    row = found.one_or_none()
    return None if row is None else NoteAnswer(id=row.id, title=row.title)


@routes.post("/notes", status_code=201)
async def write(
    content: NoteRequest, request: Request, connection: Connection, at: Now, bare: bool = False
) -> NoteAnswer:
    known = await _find(connection, content.title)
    await request.app.state.meeting.wait(request)
    if known is not None:
        return known
    note = NoteAnswer(id=new_id(), title=content.title)
    if bare:
        await (await driver(connection)).execute(_ADD_BARE, note.id, note.title, at)
    else:
        await connection.execute(text(_ADD), {"id": note.id, "title": note.title, "at": at})
    return note


@routes.post("/notes/refused/{name}")
async def refuse(name: Annotated[str, InPath()], content: NoteRequest, connection: Connection, at: Now) -> None:
    await connection.execute(text(_ADD), {"id": new_id(), "title": content.title, "at": at})
    refusal = REFUSALS[name]()
    raise refusal


@routes.post("/notes/failed")
async def fail(content: NoteRequest, connection: Connection, at: Now) -> None:
    await connection.execute(text(_ADD), {"id": new_id(), "title": content.title, "at": at})
    raise RuntimeError(f"could not handle {SECRET}")


@routes.post("/notes/impossible")
async def break_a_constraint(connection: Connection, at: Now) -> None:
    await connection.execute(text(_ADD), {"id": None, "title": SECRET, "at": at})


@routes.get("/notes/slow")
async def sleep(connection: Connection, bare: bool = False) -> None:
    await connection.execute(text("SET LOCAL statement_timeout = 20"))
    if bare:
        await (await driver(connection)).execute("SELECT pg_sleep(30)")
    await connection.execute(text("SELECT pg_sleep(30)"))


@routes.get("/notes")
async def list_notes(
    connection: Connection, _: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[NoteAnswer]:
    statement = text("SELECT id, title FROM note WHERE id > :after ORDER BY id LIMIT :size")
    rows = [
        NoteAnswer(id=row.id, title=row.title)
        for row in await connection.execute(statement, {"after": after(cursor), "size": size})
    ]
    return Page(rows=rows, next=next_cursor(rows, size))


@routes.get("/me")
async def me(caller: CurrentCaller) -> dict[str, Any]:
    return {"person": caller.person, "role": caller.role, "organisation": caller.organisation, "region": caller.region}


@dataclass(frozen=True)
class Noteboard:
    app: FastAPI
    http: httpx.AsyncClient
    engine: AsyncEngine
    """Connections beside the application's own."""
    tokens: Tokens
    meeting: Meeting = field(default_factory=Meeting)

    @property
    def anybody(self) -> dict[str, str]:
        return self.tokens.of(Role.PROVINCE, person="someone", region="410000")

    async def titles(self) -> list[str]:
        """What another connection sees at this moment."""
        async with self.engine.connect() as connection:
            return list(await connection.scalars(text("SELECT title FROM note ORDER BY id")))


@asynccontextmanager
async def opened(url: str, keys: Path) -> AsyncGenerator[Noteboard]:
    """A noteboard in the bare database at `url`; requests may have 2,000 bytes."""
    beside = make_engine(url, name="beside")
    async with beside.begin() as connection:
        for statement in (_TABLE, *backbone.HTTP_WRITER):
            await connection.execute(text(statement))
    settings = ServiceSettings(database_url=url, SKILLS_KEYS_DIRECTORY=keys, object_bytes_max=2000)
    app = make_app(
        title="Notes",
        description="Notes.",
        settings=settings,
        name="notes",
        routers=[routes],
        rights=RIGHTS,
    )
    app.state.meeting = meeting = Meeting()
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as http:
            yield Noteboard(app, http, beside, Tokens(keys), meeting)
    finally:
        await beside.dispose()
        await close(app)
