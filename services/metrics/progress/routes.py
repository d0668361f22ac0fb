"""GET /v1/progress."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.metrics.progress.usecases import plan_progress
from services.metrics.totals.routes import JSON, AskedCut, KeptRoute, question
from services.metrics.totals.usecases.answer_cache import AnswerCache

routes = APIRouter(prefix="/v1", tags=["totals"], route_class=KeptRoute)


@routes.get("/progress", response_class=Response)
async def get_progress(request: Request, cut: AskedCut) -> Response:
    """Every programme and indicator of the plan: done, target, percent (not capped at 100)."""
    answers: AnswerCache = request.app.state.answers
    body = await answers.answer(question(request), lambda connection: plan_progress(connection, cut))
    return Response(body, media_type=JSON)
