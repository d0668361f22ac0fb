"""Rosters as files: posted as they are, worked on beside the requests, reported row by row, given back to be mended."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import Query
from pydantic import Field

from services.registry.rosters.usecases.files import ROSTER_FILES
from shared.file_jobs.routes import FileJobAnswer, job_routes

PATH: Final = "/v1/roster-files"


class RosterFileAnswer(FileJobAnswer):
    """A posted file, and how far it is. `problem` says why the file as a whole was refused, and what to do.

    `rows_hidden` of its rows are hidden or filtered in the sheet, and decided like the others. Of a file that is over,
    refused rows can be had until `refused_rows_until`; None where nothing is kept.
    """

    target_id: UUID | None = Field(serialization_alias="class_id", title="Class Id")


def _class_id(
    class_id: Annotated[
        UUID | None, Query(description="The class that all rows go to; without it each row names its own")
    ] = None,
) -> UUID | None:
    return class_id


routes = job_routes(
    ROSTER_FILES,
    PATH.removeprefix("/v1"),
    tag="roster files",
    answer=RosterFileAnswer,
    target=_class_id,
    describe_post="""
    Post a roster of up to 100,000 rows as a file: the file itself is the body. Then ask after it by its id.

    It is kept sealed, and erased when it is done. The same file again while it waits is the same file.
    """,
)
