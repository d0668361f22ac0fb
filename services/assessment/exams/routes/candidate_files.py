"""Files of candidates over HTTP: a template to fill in, and up to 5,000 rows answered at once."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from services.assessment.exams.usecases.candidate_files import candidate_files
from shared.file_jobs.routes import at_once_routes
from shared.persons import Persons

BYTES_MAX: Final = 4 * 1024 * 1024
ROWS_MAX: Final = 5_000
"""The maximum that is answered within one request."""


def routes_for(persons: Persons) -> APIRouter:
    """The routes, by which `persons` recognises who is in a file."""
    return at_once_routes(
        candidate_files(persons),
        "/candidate-files",
        tag="candidates",
        rows_max=ROWS_MAX,
        bytes_max=BYTES_MAX,
        describe_post="""
        Add up to 5,000 candidates to sessions of your body before their rosters are sealed: the file itself is the
        body. Each row names its session.

        Good rows are stored, and a session that takes no candidates refuses its own rows. The same file again stores
        nobody twice. Further certificates, or one of a related occupation: `POST /v1/sessions/{session_id}/candidates`.
        """,
    )
