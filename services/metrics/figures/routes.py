"""Figures over HTTP: one is proposed, and confirmed like every proposal; progress shows it with its source."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from services.metrics.figures import usecases
from shared.auth import CurrentCaller
from shared.forms import PLAIN, Day, Reason, Strict
from shared.proposals.answers import ProposalAnswer
from shared.proposals.rules import Proposal
from shared.web import Connection, Now, router

routes = router("figures")


class FigureRequest(Strict):
    plan: Annotated[str, Field(max_length=16, examples=["HN2025"]), PLAIN]
    indicator: Annotated[
        str,
        Field(max_length=32, examples=["I07"], description="An indicator, `opening_skilled` or `opening_high_skilled`"),
        PLAIN,
    ]
    value: Annotated[Decimal, Field(ge=0, le=10**12, max_digits=16, decimal_places=3, examples=["55120"])]
    as_of: Annotated[Day, Field(description="The day on which it had been reached")]
    source: Annotated[Reason, Field(description="Where the figure is from: a report, a letter, its number and day")]


@routes.post("/figures", status_code=201, response_model=ProposalAnswer)
async def propose_figure(request: FigureRequest, connection: Connection, caller: CurrentCaller, at: Now) -> Proposal:
    """Propose the figure of an indicator that no fact feeds, or an opening stock, as the province.

    It is shown in the progress, as entered by hand, once another person of the province confirms it
    (`POST /v1/proposals/{proposal_id}/confirmation`). A later figure takes its place; the earlier one stays.
    """
    return await usecases.propose(
        connection,
        request.plan,
        request.indicator,
        value=request.value,
        as_of=request.as_of,
        source=request.source,
        caller=caller,
        at=at,
    )
