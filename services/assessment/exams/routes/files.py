"""Files of results: posted, recorded in the background, reported row by row, and returned for correction."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from services.assessment.exams.usecases.files import RESULT_FILES
from shared.file_jobs.answers import FileJobAnswer
from shared.file_jobs.routes import job_routes


class ResultFileAnswer(FileJobAnswer):
    """A posted file and its progress. `problem` says why the whole file was refused, and what to do.

    Once a file is done, refused rows can be downloaded until `refused_rows_until`; None if none are kept.
    """

    target_id: UUID | None = Field(serialization_alias="session_id", title="Session Id")


def _session_id(
    session_id: Annotated[
        UUID | None, Query(description="The session of all rows; if omitted, each row names its own")
    ] = None,
) -> UUID | None:
    return session_id


routes = job_routes(
    RESULT_FILES,
    "/result-files",
    tag="result files",
    answer=ResultFileAnswer,
    target=_session_id,
    describe_post="""
    Post results of up to 100,000 candidates as a file: the file itself is the body. Then poll its status by its id.

    A row may have all marks or only those of the parts held so far. What was recorded before is a repeat if it is the
    same, and refused if it differs. The file is stored encrypted, and erased after processing.
    """,
)
