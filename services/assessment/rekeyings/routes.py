"""Certificates that a re-keying makes doubtful, over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from services.assessment.certificates.routes import CertificateAnswer
from services.assessment.plan import usecases as plans
from services.assessment.rekeyings import store
from shared.auth import CurrentCaller
from shared.paging import Cursor, Page, PageSize, after, next_cursor
from shared.web import Connection, router

routes = router("certificates")


@routes.get("/rekeyed-certificates")
async def list_rekeyed_certificates(
    connection: Connection,
    caller: CurrentCaller,
    region: Annotated[str | None, Query(max_length=16, description="This region and what lies below it")] = None,
    cursor: Cursor = None,
    size: PageSize = 100,
) -> Page[CertificateAnswer]:
    """Valid certificates for a class whose holder was not in it: the training was re-keyed to another person.

    If the exam was taken under the wrong document as well, the certificate is revoked and another one is issued to the
    right person. A certificate leaves the list when it is revoked, or when the training is re-keyed back.
    """
    sight = await plans.scope(connection, caller, region=region)
    rows = await store.page(connection, sight.reach, after=after(cursor), limit=size)
    return Page(rows=[CertificateAnswer.of(row) for row in rows], next=next_cursor(rows, size))
