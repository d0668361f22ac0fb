"""Rules of direct recognition over HTTP."""

from __future__ import annotations

from services.assessment.conferrals.routes.schemas import RecognitionAnswer, RecognitionRequest
from services.assessment.conferrals.usecases.recognition import RECOGNITION_RULES
from shared.dated_rules.routes import add_rule_routes
from shared.web import router

routes = router("recognition_rules")

add_rule_routes(
    routes,
    RECOGNITION_RULES,
    "/recognition-rules",
    name="recognition_rule",
    request=RecognitionRequest,
    answer=RecognitionAnswer,
    about=(
        "Which award a place in a contest gives: every row ever entered, or what decided on a day as it was known at a "
        "time."
    ),
)
