"""Composition root of the registry's HTTP process."""

from __future__ import annotations

from fastapi import FastAPI

from services.registry.attendance.routes import edits as attendance_edits
from services.registry.attendance.routes import marks as attendance
from services.registry.class_lifecycle.routes import classes
from services.registry.classes.routes import lists as class_lists
from services.registry.closings import routes as closings
from services.registry.completeness import routes as completeness
from services.registry.directory.routes import institutions, listings
from services.registry.directory.store.institutions import STANDINGS
from services.registry.enrolments.routes import enrolments, outcomes
from services.registry.flags import routes as flags
from services.registry.follow_ups.routes import files as follow_up_files
from services.registry.follow_ups.routes import reports as follow_ups
from services.registry.licences import routes as licences
from services.registry.orders import routes as orders
from services.registry.pages import routes as page
from services.registry.persons.routes import merges, proposals, records
from services.registry.persons.usecases.concerned import CONCERNED
from services.registry.plan.routes import plan, policy, projects
from services.registry.public_lists.usecases import OWNER
from services.registry.public_reports import routes as public_reports
from services.registry.quality import routes as quality
from services.registry.rights import RIGHTS
from services.registry.rosters.routes import files as roster_files
from services.registry.rosters.routes import posting as rosters
from services.registry.settings import RegistrySettings
from services.registry.supervision.routes import (
    attachments,
    findings,
    inspections,
    patrols,
    safety,
    sanctions,
    spot_checks,
)
from services.registry.teachers.routes import changes as teacher_changes
from services.registry.teachers.routes import engagements, teachers
from services.registry.timetable.routes import sites, timetable
from shared.file_jobs.kinds import FileStorage
from shared.openapi import codes_beside
from shared.persons import Persons
from shared.public_lists import routes as public_lists
from shared.sealed import Seal
from shared.spreadsheets.reading import ReaderPool
from shared.web import Background
from shared.web import make_app as make_service_app


def make_app(settings: RegistrySettings, background: Background | None = None) -> FastAPI:
    """The registry's application. Raises FileNotFoundError if the key files do not exist."""
    app = make_service_app(
        title="Registry",
        description="Institutions, classes, trainees, enrolments. 机构、班级、学员、报名。",
        settings=settings,
        name="registry",
        routers=[
            page.routes,
            plan.routes,
            projects.routes,
            policy.routes,
            institutions.routes,
            sites.routes,
            listings.routes,
            closings.routes,
            orders.routes,
            completeness.routes,
            sanctions.routes,
            class_lists.routes,
            classes.routes,
            rosters.routes,
            roster_files.routes,
            outcomes.routes,
            enrolments.routes,
            proposals.routes,
            merges.routes,
            records.routes,
            flags.routes,
            flags.public_routes,
            public_lists.routes,
            public_lists.pages,
            public_reports.public_routes,
            public_reports.routes,
            attendance.routes,
            attendance_edits.routes,
            engagements.routes,
            teachers.routes,
            teacher_changes.routes,
            timetable.routes,
            patrols.routes,
            findings.routes,
            attachments.routes,
            spot_checks.routes,
            safety.routes,
            inspections.routes,
            licences.routes,
            follow_ups.routes,
            follow_up_files.routes,
            quality.routes,
        ],
        rights=RIGHTS,
        background=background,
        codes=codes_beside(__file__),
        standings=STANDINGS,
        busiest=[attendance.routes, rosters.routes],
    )
    app.state.seal = Seal.load(settings.keys_directory)
    app.state.persons = Persons.load(settings.keys_directory)
    app.state.concerned = CONCERNED
    app.state.list_owner = OWNER
    app.state.readers = ReaderPool(app.state.limits.readers)
    app.state.file_storage = FileStorage(
        seal=app.state.seal, mark=app.state.persons.mark, rows_kept=settings.refused_rows_kept
    )
    return app
