"""Composition root of assessment's HTTP process."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, nullcontext

from fastapi import FastAPI

from services.assessment.appeals import routes as appeals
from services.assessment.appointments import routes as appointments
from services.assessment.bodies.routes import bodies, sanctions, scope, territory
from services.assessment.bodies.store.bodies import STANDINGS
from services.assessment.certificates import routes as certificates
from services.assessment.closings import routes as closings
from services.assessment.conferrals.routes import conferrals
from services.assessment.conferrals.routes import recognition as recognition_rules
from services.assessment.credentials import routes as credentials
from services.assessment.credentials.rules import Publisher
from services.assessment.credits import routes as credits_
from services.assessment.duplicates import routes as duplicates
from services.assessment.examiners import routes as examiners
from services.assessment.exams.routes import candidate_files, candidates, files, sessions, tasks
from services.assessment.national_query import routes as national_query
from services.assessment.numbers import routes as numbers
from services.assessment.pass_rules import routes as pass_rules
from services.assessment.persons import routes as persons
from services.assessment.persons.store import CONCERNED
from services.assessment.plan import routes as plan
from services.assessment.proposals import routes as proposals
from services.assessment.public_lists.usecases import OWNER
from services.assessment.rekeyings import routes as rekeyings
from services.assessment.rights import RIGHTS
from services.assessment.session_rules import routes as session_rules
from services.assessment.settings import AssessmentSettings
from services.assessment.standards import routes as standards
from services.assessment.supervision import routes as supervision
from services.assessment.verification import store as verification_store
from services.assessment.verification.routes import holders, public
from services.assessment.verification.store import Look
from services.assessment.verification.usecases import verification
from services.assessment.verification.usecases.looks import Looks, Write
from shared import region_names
from shared.file_jobs.kinds import FileStorage
from shared.openapi import codes_beside
from shared.persons import Persons
from shared.public_lists import routes as public_lists
from shared.sealed import Seal
from shared.spreadsheets.reading import ReaderPool
from shared.web import Background, Engines
from shared.web import make_app as make_service_app


def make_app(settings: AssessmentSettings, background: Background | None = None) -> FastAPI:
    """Assessment's application. Raises FileNotFoundError if the key files do not exist."""
    recognised = Persons.load(settings.keys_directory)
    app = make_service_app(
        title="Assessment",
        description="Assessment bodies, exam sessions, results, certificates. 评价机构、考试、成绩、证书。",
        settings=settings,
        name="assessment",
        routers=[
            *(
                bodies.routes,
                scope.routes,
                sanctions.routes,
                examiners.routes,
                tasks.routes,
                sessions.routes,
                candidates.routes,
                candidate_files.routes_for(recognised),
                files.routes,
                persons.routes,
                certificates.routes,
                conferrals.routes,
                appointments.routes,
                duplicates.routes,
            ),
            *(
                territory.routes,
                closings.routes,
                rekeyings.routes,
                numbers.routes,
                national_query.routes,
                proposals.routes,
                public.routes,
                public.pages,
                public_lists.routes,
                public_lists.pages,
                holders.routes,
                credentials.routes,
                credentials.open_routes,
                credentials.well_known,
                pass_rules.routes,
                session_rules.routes,
                supervision.routes,
                appeals.routes,
                supervision.public_routes,
                standards.routes,
                recognition_rules.routes,
                credits_.rule_routes,
                credits_.routes,
                plan.routes,
                region_names.routes,
            ),
        ],
        rights=RIGHTS,
        background=_with_looks(background),
        plain_pages=[public.PLAIN_PAGES],
        codes=codes_beside(__file__),
        standings=STANDINGS,
        busiest=[public.routes],
    )
    app.state.persons = recognised
    app.state.readers = ReaderPool(app.state.limits.readers)
    app.state.file_storage = FileStorage(
        seal=Seal.load(settings.keys_directory), mark=app.state.persons.mark, rows_kept=settings.refused_rows_kept
    )
    app.state.concerned = CONCERNED
    app.state.list_owner = OWNER
    app.state.looks = Looks(_writer(app.state.engines))
    app.state.nobody = verification.nobody(app.state.persons)
    credentials.settle(app.state, settings, Publisher(settings.public_url.rstrip("/"), settings.publisher_name))
    return app


def _with_looks(background: Background | None) -> Background:
    """`background`, and beside it the writing of looks, which ends after it and before the connections."""

    @asynccontextmanager
    async def beside(app: FastAPI) -> AsyncGenerator[None]:
        async with app.state.looks.written_beside(), nullcontext() if background is None else background(app):
            yield

    return beside


def _writer(engines: Engines) -> Write:
    async def write(looks: Sequence[Look]) -> None:
        async with engines.begin() as connection:
            await verification_store.keep_looks(connection, looks)

    return write
