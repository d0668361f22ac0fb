"""Composition root of the subsidy's HTTP process."""

from __future__ import annotations

from fastapi import FastAPI

from services.subsidy.appeals import routes as appeals
from services.subsidy.apprenticeships import routes as apprenticeships
from services.subsidy.batches.routes import batches, returns
from services.subsidy.batches.rules import layouts
from services.subsidy.budgets import routes as budgets
from services.subsidy.claims.routes import checks, claims
from services.subsidy.double_payments import routes as double_payments
from services.subsidy.duplicates import routes as duplicates
from services.subsidy.external_lists import routes as external_lists
from services.subsidy.ledger import routes as ledger
from services.subsidy.limits import routes as limits
from services.subsidy.objections import routes as objections
from services.subsidy.offsets import routes as offsets
from services.subsidy.owed import routes as owed
from services.subsidy.pages.routes import routes as page_routes
from services.subsidy.patterns import routes as patterns
from services.subsidy.payees import routes as payees
from services.subsidy.payments import routes as payments
from services.subsidy.policy import routes as policy
from services.subsidy.projects import routes as projects
from services.subsidy.proposals import routes as proposals
from services.subsidy.publicity import routes as publicity
from services.subsidy.quotes import routes as quotes
from services.subsidy.recoveries import routes as recoveries
from services.subsidy.rekeyings import routes as rekeyings
from services.subsidy.review import routes as review
from services.subsidy.rights import RIGHTS
from services.subsidy.settings import SubsidySettings
from services.subsidy.statements import routes as statements
from services.subsidy.worklists import routes as worklists
from shared import region_names
from shared.file_jobs.kinds import FileStorage
from shared.heard import STANDINGS
from shared.openapi import codes_beside
from shared.persons import Persons
from shared.sealed import Seal
from shared.spreadsheets.reading import ReaderPool
from shared.web import Background
from shared.web import make_app as make_service_app


def make_app(settings: SubsidySettings, background: Background | None = None) -> FastAPI:
    """The subsidy's application. Raises FileNotFoundError if the key files do not exist."""
    app = make_service_app(
        title="Subsidy",
        description=(
            "Policy rows, budgets, claims, payments, recoveries, ledger. 补贴标准、预算、申领、付款、追回、账簿。"
        ),
        settings=settings,
        name="subsidy",
        routers=[
            *(policy.routes, limits.routes, checks.routes, budgets.routes),
            *(claims.routes, review.routes, payments.routes, recoveries.routes, proposals.routes),
            *(duplicates.routes, rekeyings.routes, owed.routes, ledger.routes, statements.routes),
            *(page_routes, publicity.public_routes, publicity.page_routes, objections.public_routes, objections.routes),
            *(appeals.routes, apprenticeships.routes, quotes.routes, worklists.routes, payees.routes, patterns.routes),
            *(batches.routes, returns.routes, external_lists.routes, external_lists.file_routes),
            *(projects.routes, double_payments.routes, offsets.routes, region_names.routes),
        ],
        rights=RIGHTS,
        background=background,
        codes=codes_beside(__file__),
        standings=STANDINGS,
        plain_pages=[publicity.PLAIN_PAGES],
    )
    app.state.persons = persons = Persons.load(settings.keys_directory)
    app.state.bank_layouts = layouts.load(settings.bank_layouts)
    app.state.readers = ReaderPool()
    app.state.file_storage = FileStorage(
        seal=Seal.load(settings.keys_directory), mark=persons.mark, rows_kept=settings.refused_rows_kept
    )
    return app
