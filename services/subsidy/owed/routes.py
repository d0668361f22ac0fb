"""Lines that are owed back over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.subsidy.claims.routes.schemas import OwedAnswer, entry_fields, source_fields
from services.subsidy.owed import store
from services.subsidy.owed.rules import OwedLine
from services.subsidy.trainings.usecases import load_plan
from shared.auth import CurrentCaller
from shared.contracts.subsidy import SubsidyKind
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.reach import reach
from shared.web import Connection, router

routes = router("claims")


class OwedLineAnswer(BaseModel):
    """A paid line that no longer rests on what it was paid for, with what shows that. Propose to recover it."""

    kind: SubsidyKind
    enrolment_id: UUID | None
    certificate_id: UUID | None
    instalment_id: UUID | None
    claim_id: UUID
    line: int
    class_id: UUID | None
    exam_id: UUID | None
    institution_id: UUID
    region: str
    reporting_region: str
    amount_fen: int = Field(description="What was paid for it")
    owed: OwedAnswer

    @classmethod
    def of(cls, line: OwedLine) -> OwedLineAnswer:
        names = entry_fields(line.kind, line.id) | source_fields(line.kind, line.source_id)
        values = vars(line) | names | {"owed": OwedAnswer.of(line.owed)}
        return cls.model_validate({name: values[name] for name in cls.model_fields})


@routes.get("/owed-lines")
async def list_owed_lines(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[OwedLineAnswer]:
    """Paid lines whose training, certificate or flag says since then that nothing is due, or that were paid twice.

    A line leaves the list when it is recovered, or when what it rests on stands again.
    """
    far = reach(await load_plan(connection), caller, region)
    rows = await store.page(connection, far, after=after(cursor), limit=size)
    return Page(rows=[OwedLineAnswer.of(row) for row in rows], next=next_cursor(rows, size))
