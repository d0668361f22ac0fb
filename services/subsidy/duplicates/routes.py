"""Pairs of subsidies of one human over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from services.subsidy.claims.routes.schemas import entry_fields, source_fields
from services.subsidy.claims.rules.checks import Check
from services.subsidy.duplicates import store
from services.subsidy.duplicates.rules import Pair, Subsidy
from services.subsidy.limits import usecases as limits
from services.subsidy.trainings import usecases as trainings
from shared.auth import CurrentCaller
from shared.awards import AnsweredAward, AnsweredLevel
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimStatus
from shared.kernel.periods import business_day
from shared.paging import BEGINNING, Cursor, Page, PageSize, next_cursor, position_of
from shared.web import Connection, Now, router

routes = router("claims")


class SubsidyAnswer(BaseModel):
    """A line that is committed or paid: recovering it, or rejecting its claim before the payment, ends the pair."""

    claim_id: UUID
    line: int
    status: ClaimStatus
    kind: SubsidyKind
    enrolment_id: UUID | None
    certificate_id: UUID | None
    class_id: UUID | None
    exam_id: UUID | None
    class_local_id: str | None
    institution_id: UUID
    institution_name: str | None
    region: str
    reporting_region: str
    occupation: str
    level: AnsweredLevel
    award: AnsweredAward
    year: int = Field(
        description="The calendar year in which the class began, or the exam's first certificate was issued"
    )
    amount_fen: int

    @classmethod
    def of(cls, subsidy: Subsidy) -> SubsidyAnswer:
        names = entry_fields(subsidy.kind, subsidy.entry_id) | source_fields(subsidy.kind, subsidy.source_id)
        apart = {**names, **subsidy.award.codes}
        return cls.model_validate(
            {name: getattr(subsidy, name) for name in cls.model_fields if name not in apart} | apart
        )


class DuplicateAnswer(BaseModel):
    check: Check = Field(description="The check that would have refused the later subsidy: C09, C10 or C11")
    first: SubsidyAnswer
    second: SubsidyAnswer

    @classmethod
    def of(cls, pair: Pair) -> DuplicateAnswer:
        first, second = SubsidyAnswer.of(pair.first), SubsidyAnswer.of(pair.second)
        return cls(check=pair.check, first=first, second=second)


@routes.get("/duplicates")
async def list_duplicates(
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[DuplicateAnswer]:
    """Pairs of subsidies of one human, known since two persons were merged, whoever merged them.

    For the officers, reviewers and finance of both regions, and above. A separation of the persons ends the pair.
    """
    sight = await trainings.scope(connection, caller, region=region)
    in_year_max = (await limits.of_province(connection, day=business_day(at))).claim_trainings_a_year_max
    rows = await store.page(connection, sight.reach, in_year_max=in_year_max, after=_after(cursor), limit=size)
    last = next_cursor(rows, size, at=lambda pair: pair.position)
    return Page(rows=[DuplicateAnswer.of(row) for row in rows], next=last)


def _after(cursor: str | None) -> tuple[UUID, int, UUID, int]:
    if cursor is None:
        return BEGINNING, 0, BEGINNING, 0
    first, line, second, other = position_of(cursor, UUID, int, UUID, int)
    assert isinstance(first, UUID), "read as one"
    assert isinstance(second, UUID), "read as one"
    assert isinstance(line, int), "read as one"
    assert isinstance(other, int), "read as one"
    return first, line, second, other
