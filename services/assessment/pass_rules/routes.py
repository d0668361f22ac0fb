"""Pass rules over HTTP."""

from __future__ import annotations

from services.assessment.pass_rules.usecases import PASS_RULES
from shared.dated_rules.answers import FigureAnswer, FigureRequest
from shared.dated_rules.routes import add_rule_routes
from shared.web import router

routes = router("pass_rules")

add_rule_routes(
    routes,
    PASS_RULES,
    "/pass-rules",
    name="pass_rule",
    request=FigureRequest,
    answer=FigureAnswer,
    about=(
        "What an exam needs, to be passed and of its place: every row ever entered, or what decided on a day as it was "
        "known at a time."
    ),
)
