"""Limits of claims over HTTP."""

from __future__ import annotations

from services.subsidy.limits.usecases import LIMITS
from shared.dated_rules.answers import FigureAnswer, FigureRequest
from shared.dated_rules.routes import add_rule_routes
from shared.web import router

routes = router("reference")

add_rule_routes(
    routes,
    LIMITS,
    "/claim-limits",
    name="claim_limit",
    request=FigureRequest,
    answer=FigureAnswer,
    about=(
        "How long and how often something can be claimed for: every row ever entered, or what decided on a day as it "
        "was known at a time."
    ),
)
