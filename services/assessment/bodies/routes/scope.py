"""What bodies are filed for, over HTTP: open an entry, end it, take the ending back."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.assessment.bodies.rules.scope import ScopeEntry
from services.assessment.bodies.store import bodies as body_store
from services.assessment.bodies.store import scope as store
from services.assessment.bodies.usecases import scope as usecases
from services.assessment.bodies.usecases.filing import Asked
from services.assessment.plan import usecases as plans
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel, GivenAward, GivenLevel
from shared.forms import PLAIN, Day, Reason, Strict
from shared.kernel.awards import award_named
from shared.kernel.periods import business_day
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, Now, router

routes = router("bodies")


class ScopeItemForm(Strict):
    """Both days are inclusive; without `last_on` it is open-ended."""

    occupation: Annotated[str, Field(max_length=32, examples=["4-10-01-05"]), PLAIN]
    award: GivenAward | None = None
    level: GivenLevel | None = None
    first_on: Annotated[Day | None, Field(description="Default: today")] = None
    last_on: Day | None = None

    def asked(self) -> Asked:
        award = award_named(award=self.award, level=self.level)
        return Asked(self.occupation, award, self.first_on, self.last_on)


class ScopeEndingRequest(Strict):
    from_on: Annotated[
        Day | None, Field(description="The first day on which it may no longer be examined; default: today")
    ] = None
    reason: Reason


class ScopeReinstatementRequest(Strict):
    reason: Reason


class ScopeItemAnswer(BaseModel):
    id: UUID
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    first_on: date
    last_on: date | None

    @classmethod
    def of(cls, entry: ScopeEntry) -> ScopeItemAnswer:
        return cls(**_item(entry))


class ScopeEntryAnswer(ScopeItemAnswer):
    """An entry whose last day is before its first never held. `ended_by` set its end or moved it forward."""

    body_id: UUID
    opened_by: str
    opened_at: datetime
    ended_by: str | None
    ended_at: datetime | None
    ending_reason: str | None
    version: int

    @classmethod
    def of(cls, entry: ScopeEntry) -> ScopeEntryAnswer:
        own = {name: getattr(entry, name) for name in cls.model_fields if name not in ScopeItemAnswer.model_fields}
        return cls(**_item(entry) | own)


def _item(entry: ScopeEntry) -> dict[str, object]:
    said = {name: getattr(entry, name) for name in ("id", "occupation", "first_on", "last_on")}
    return said | {"level": entry.award.codes["level"], "award": entry.award.code}


@routes.post("/bodies/{body_id}/scope", status_code=201)
async def open_scope(
    body_id: UUID, request: ScopeItemForm, connection: Connection, caller: CurrentCaller, at: Now
) -> ScopeEntryAnswer:
    """File a body for another occupation or award from a day on. A repeat returns the existing entry.

    County and above file ranks 2 to 4, the prefecture 5 and 6, the province 7 and 8 and only for employers.
    """
    return ScopeEntryAnswer.of(await usecases.open_(connection, body_id, request.asked(), caller=caller, at=at))


@routes.get("/bodies/{body_id}/scope")
async def list_scope(
    body_id: UUID, connection: Connection, caller: CurrentCaller, cursor: Cursor = None, size: PageSize = 100
) -> Page[ScopeEntryAnswer]:
    """What the body was, is and will be filed for, with who opened and who ended each entry."""
    sight = await plans.scope(connection, caller)
    body = await body_store.load(connection, body_id)
    sight.require(body, owner=body.id)
    rows = await store.page(connection, body_id, after=after(cursor), limit=size)
    return Page(rows=[ScopeEntryAnswer.of(row) for row in rows], next=next_cursor(rows, size))


@routes.post("/bodies/{body_id}/scope/{entry_id}/ending")
async def end_scope(
    body_id: UUID,
    entry_id: UUID,
    request: ScopeEndingRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ScopeEntryAnswer:
    """End an entry, or move its end forward. Sessions that are filed already keep the scope of their filing."""
    ended = await usecases.end(
        connection,
        body_id,
        entry_id,
        from_on=request.from_on or business_day(at),
        reason=request.reason,
        caller=caller,
        at=at,
    )
    return ScopeEntryAnswer.of(ended)


@routes.post("/bodies/{body_id}/scope/{entry_id}/reinstatement")
async def reinstate_scope(
    body_id: UUID,
    entry_id: UUID,
    request: ScopeReinstatementRequest,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> ScopeEntryAnswer:
    """Take back the latest ending of an entry that was a mistake: it holds to its former last day."""
    back = await usecases.reinstate(connection, body_id, entry_id, reason=request.reason, caller=caller, at=at)
    return ScopeEntryAnswer.of(back)
