"""Pairs of certificates of one human over HTTP."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel

from services.assessment.certificates.routes import CertificateAnswer
from services.assessment.duplicates import store
from services.assessment.plan import usecases as plans
from shared.auth import CurrentCaller
from shared.paging import BEGINNING, Cursor, Page, PageSize, next_cursor, position_of
from shared.web import Connection, router

routes = router("certificates")


class DuplicateAnswer(BaseModel):
    """Two valid certificates of one human for one occupation and award. Revoking one of them ends the pair."""

    first: CertificateAnswer
    second: CertificateAnswer


@routes.get("/duplicates")
async def list_duplicates(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[DuplicateAnswer]:
    """Pairs of valid certificates of one human, known since two persons were merged, whoever merged them.

    For the officers, reviewers and finance of both regions, and above. A separation of the persons ends the pair.
    """
    sight = await plans.scope(connection, caller, region=region)
    rows = await store.page(connection, sight.reach, after=_after(cursor), limit=size)
    answers = [
        DuplicateAnswer(first=CertificateAnswer.of(each.first), second=CertificateAnswer.of(each.second))
        for each in rows
    ]
    return Page(rows=answers, next=next_cursor(rows, size, at=lambda pair: pair.position))


def _after(cursor: str | None) -> tuple[UUID, UUID]:
    if cursor is None:
        return BEGINNING, BEGINNING
    first, second = position_of(cursor, UUID, UUID)
    assert isinstance(first, UUID), "read as one"
    assert isinstance(second, UUID), "read as one"
    return first, second
