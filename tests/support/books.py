"""Books of owners, told and compared with the totals as the workers do it, without their pauses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.metrics.books.usecases import compare
from shared.books.telling import Book, tell
from tests.support.clock import now
from tests.support.services import ServiceUnderTest


async def compared(
    metrics: ServiceUnderTest, *owners: tuple[ServiceUnderTest, Book], ago: timedelta = timedelta()
) -> dict[str, Any]:
    """What metrics answers once the owners have told their books, where the comparison was made so long `ago`."""
    for owner, book in owners:
        await tell(owner.engine, book, at=now())
        await owner.settle()
    await metrics.settle()
    return await comparison(metrics, ago=ago)


async def comparison(metrics: ServiceUnderTest, *, ago: timedelta = timedelta()) -> dict[str, Any]:
    """What metrics answers about all that it has applied, where the comparison was made so long `ago`."""
    await compare(metrics.engine, at=now() - ago)
    answer = await metrics.http.get("/v1/books")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
