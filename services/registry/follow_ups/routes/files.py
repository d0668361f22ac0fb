"""Follow-ups as files over HTTP: a template to fill in, and up to 5,000 rows answered at once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Annotated, Final, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel

from services.registry.follow_ups.routes import cells as follow_up_cells
from services.registry.follow_ups.usecases import files as usecases
from services.registry.follow_ups.usecases.table import FOLLOW_UPS
from services.registry.rosters.routes.files import BODY, FILE, Form, RefusedRowAnswer, download, form_of
from services.registry.rosters.rules.files import RosterFileForm
from services.registry.rosters.usecases.spreadsheets import failed_rows, templates
from services.registry.rosters.usecases.spreadsheets.failed_rows import FailedRow
from services.registry.rosters.usecases.spreadsheets.reader import FileRow
from shared.auth import CurrentCaller
from shared.kernel.outcomes import RowOutcome
from shared.posted import DryRun
from shared.web import Connection, Now, router

routes = router("follow-ups")

PATH: Final = "/v1/follow-up-files"
BYTES_MAX: Final = 4 * 1024 * 1024


class FollowUpFileAnswer(BaseModel):
    """How many rows came out how, and those that were refused, by their numbers in the sheet."""

    accepted: int
    repeated: int
    refused: int
    dry_run: bool
    rows: list[RefusedRowAnswer]


@routes.get("/follow-up-files/template", response_class=Response, responses=FILE)
async def get_follow_up_template(_: CurrentCaller, form: Form = RosterFileForm.XLSX) -> Response:
    """An empty sheet to fill in, with the headings, the list to choose from, and what belongs where."""
    content = templates.xlsx(FOLLOW_UPS) if form is RosterFileForm.XLSX else templates.csv_text(FOLLOW_UPS).encode()
    return download(content, form, "follow-up-template")


@routes.post("/follow-up-files", response_model=FollowUpFileAnswer, openapi_extra=BODY, responses=FILE | {204: {}})
async def post_follow_up_file(
    request: Request,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
    dry_run: DryRun,
    form: Annotated[
        RosterFileForm | None, Query(description="The kind of file, where the Content-Type does not say it")
    ] = None,
    answer: Annotated[
        Literal["report", "failed-rows"],
        Query(description="`failed-rows`: the refused rows as a file to mend and post again; 204 if there are none"),
    ] = "report",
) -> FollowUpFileAnswer | Response:
    """Report what became of up to 5,000 trainees of your institution: the file itself is the body.

    A cell that is left empty changes nothing, so the same sheet can be posted again with what has become known since.
    """
    kind = form or form_of(request)
    rows = await usecases.read(kind, await request.body(), caller=caller)
    good, malformed = follow_up_cells.read(rows)
    outcomes = [*malformed, *await usecases.report(connection, good, dry_run=dry_run, caller=caller, at=at)]
    if answer == "failed-rows":
        return await _failed_rows(kind, rows, outcomes)
    counts = Counter(outcome.outcome for outcome in outcomes)
    return FollowUpFileAnswer(
        accepted=counts["accepted"],
        repeated=counts["repeated"],
        refused=counts["refused"],
        dry_run=dry_run,
        rows=[
            RefusedRowAnswer(row=rows[each.row].row, row_id=each.row_id, errors=follow_up_cells.told(each))
            for each in _refused(outcomes)
        ],
    )


async def _failed_rows(form: RosterFileForm, rows: Sequence[FileRow], outcomes: Sequence[RowOutcome]) -> Response:
    failed = [FailedRow(rows[each.row].cells, follow_up_cells.told(each)) for each in _refused(outcomes)]
    if not failed:
        return Response(status_code=204)
    return download(await asyncio.to_thread(failed_rows.write, form, failed, FOLLOW_UPS), form, "failed-rows")


def _refused(outcomes: Sequence[RowOutcome]) -> list[RowOutcome]:
    return sorted((each for each in outcomes if each.outcome == "refused"), key=lambda each: each.row)
