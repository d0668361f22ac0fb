"""Session rules over HTTP."""

from __future__ import annotations

from services.assessment.session_rules.usecases import SESSION_RULES
from shared.dated_rules.answers import FigureAnswer, FigureRequest
from shared.dated_rules.routes import add_rule_routes
from shared.web import router

routes = router("session_rules")

add_rule_routes(
    routes,
    SESSION_RULES,
    "/session-rules",
    name="session_rule",
    request=FigureRequest,
    answer=FigureAnswer,
    about=(
        "What exam sessions need from filing to conclusion: every row ever entered, or what decided on a day as it was "
        "known at a time."
    ),
)
