"""Roster files: posted, processed in the background, reported row by row, and returned for correction."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from services.registry.rosters.usecases.files import ROSTER_FILES
from shared.file_jobs.answers import FileJobAnswer
from shared.file_jobs.routes import job_routes


class RosterFileAnswer(FileJobAnswer):
    """A posted file and its progress. `problem` says why the whole file was refused, and what to do.

    `rows_hidden` rows are hidden or filtered in the sheet; they are processed like the others.
    Once a file is done, refused rows can be downloaded until `refused_rows_until`; None if none are kept.
    """

    target_id: UUID | None = Field(serialization_alias="class_id", title="Class Id")


def _class_id(
    class_id: Annotated[
        UUID | None, Query(description="The class for all rows; if omitted, each row names its own")
    ] = None,
) -> UUID | None:
    return class_id


routes = job_routes(
    ROSTER_FILES,
    "/roster-files",
    tag="roster files",
    answer=RosterFileAnswer,
    target=_class_id,
    describe_post="""
    Post a roster of up to 100,000 rows as a file: the file itself is the body. Then poll its status by its id.

    The file is stored encrypted, and erased after processing. The same file posted again while it waits is not added
    twice.
    """,
)
