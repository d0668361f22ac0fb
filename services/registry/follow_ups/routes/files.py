"""Follow-ups as files over HTTP: a template to fill in, and up to 5,000 rows answered at once."""

from __future__ import annotations

from typing import Final

from services.registry.follow_ups.usecases.files import FOLLOW_UP_FILES
from shared.file_jobs.routes import at_once_routes

BYTES_MAX: Final = 4 * 1024 * 1024
ROWS_MAX: Final = 5_000
"""The maximum that is answered within one request."""

routes = at_once_routes(
    FOLLOW_UP_FILES,
    "/follow-up-files",
    tag="follow-ups",
    rows_max=ROWS_MAX,
    bytes_max=BYTES_MAX,
    describe_post="""
    Report employment and pay of up to 5,000 trainees of your institution: the file itself is the body.

    An empty cell changes nothing, so the same sheet can be posted again with values that have become known since.
    """,
)
