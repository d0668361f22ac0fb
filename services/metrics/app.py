"""Where the HTTP process of metrics is wired."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Final

from fastapi import FastAPI
from prometheus_client.core import GaugeMetricFamily

from services.metrics.alerts.routes import routes as alert_routes
from services.metrics.allocations.routes import routes as allocation_routes
from services.metrics.books.routes import routes as book_routes
from services.metrics.exports.routes import routes as export_routes
from services.metrics.figures.routes import routes as figure_routes
from services.metrics.pace.routes import routes as pace_routes
from services.metrics.pages.routes import PLAIN_PAGES
from services.metrics.pages.routes import routes as page_routes
from services.metrics.progress.routes import routes as progress_routes
from services.metrics.projection.store import SEARCH_PATH
from services.metrics.proposals.routes import routes as proposal_routes
from services.metrics.quality.routes import routes as quality_routes
from services.metrics.rights import RIGHTS
from services.metrics.settings import MetricsSettings
from services.metrics.stream.routes import routes as stream_routes
from services.metrics.stream.usecases import Streams
from services.metrics.subjects.routes import routes as subject_routes
from services.metrics.supervision.routes import routes as supervision_routes
from services.metrics.targets.routes import file_routes as target_file_routes
from services.metrics.targets.routes import routes as target_routes
from services.metrics.totals.routes import routes as total_routes
from services.metrics.totals.usecases.answer_cache import AnswerCache
from shared.database import make_engine
from shared.kernel.periods import business_day
from shared.openapi import codes_beside
from shared.spreadsheets.reading import ReaderPool
from shared.web import Background
from shared.web import make_app as make_service_app

BOARD_CONNECTIONS: Final = 2
"""Connections that keep the answers and streams of the board fresh: no question can take them."""


def make_app(settings: MetricsSettings, background: Background | None = None) -> FastAPI:
    """The application of metrics; while it runs, answers are kept ready."""

    @asynccontextmanager
    async def beside(app: FastAPI) -> AsyncGenerator[None]:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(answers.watching())
            if background is not None:
                await stack.enter_async_context(background(app))
            yield

    app = make_service_app(
        title="Metrics",
        description="Live totals and progress against the plan. 实时汇总与计划进度。",
        settings=settings,
        name="metrics",
        search_path=SEARCH_PATH,
        routers=[
            *(total_routes, stream_routes, progress_routes, pace_routes, alert_routes, allocation_routes),
            *(quality_routes, supervision_routes, export_routes, book_routes, subject_routes, page_routes),
            *(target_routes, target_file_routes, figure_routes, proposal_routes),
        ],
        rights=RIGHTS,
        background=beside,
        codes=codes_beside(__file__),
        plain_pages=[PLAIN_PAGES],
    )
    board = make_engine(
        settings.database_url, name="metrics board", pool_size=BOARD_CONNECTIONS, overflow=0, search_path=SEARCH_PATH
    )
    app.state.engines_beside.append(board)
    app.state.readers = ReaderPool(app.state.limits.readers)
    app.state.answers = answers = AnswerCache(
        app.state.engines,
        board=board,
        refresh_seconds=settings.refresh_ms / 1000,
        today=lambda: business_day(app.state.clock()),
    )
    app.state.streams = streams = Streams(answers)
    app.state.gauges.append(
        lambda: [
            GaugeMetricFamily("skills_stream_readers", "Open streams of totals", streams.readers),
            GaugeMetricFamily("skills_stream_channels", "Cuts that are streamed", streams.channels),
        ]
    )
    return app
