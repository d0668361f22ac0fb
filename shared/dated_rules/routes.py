"""Rules of the province over HTTP: listed, proposed, ended, approved and rejected, whichever service they belong to."""
# No postponed annotations: FastAPI reads those of routes that are made in a function, and could not find their names.

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel

from shared.auth import CurrentCaller
from shared.dated_rules import province, rules
from shared.dated_rules.answers import EndRequest, InState, KnownAt, On, RejectionRequest
from shared.dated_rules.province import ProvinceRules
from shared.dated_rules.rules import Provenance
from shared.web import Connection, Now

RowId = Annotated[str, Path(max_length=200)]


def add_rule_routes(
    routes: APIRouter,
    of: ProvinceRules[Any],
    path: str,
    *,
    name: str,
    request: Any,
    answer: Any,
    row_id: Any = RowId,
    about: str | None = None,
    shows_one: bool = False,
) -> None:
    """Add the routes below `path`; `name` is that of one row in their operation ids.

    `request` is a class whose `row(by, at)` is the row asked for, `answer` one whose `of(row)` shows a row. `about` is
    the description of the list, None if the service has its own; `shows_one` adds a route for a single row.
    """
    shown: Callable[[Any], BaseModel] = answer.of
    # Routes close over what they need only: their refusals are told by that.
    table, load_plan = of.table, of.load_plan

    if about is not None:

        @routes.get(path, name=f"list_{name}s", response_model=list[answer], description=about)
        async def list_rows(
            connection: Connection, _: CurrentCaller, on: On = None, known_at: KnownAt = None, state: InState = None
        ) -> list[BaseModel]:
            rows = rules.listed(await table.entered_rows(connection), on=on, at=known_at, state=state)
            return [shown(row) for row in rows]

    if shows_one:

        @routes.get(f"{path}/{{row_id}}", name=f"get_{name}", response_model=answer)
        async def get_row(row_id: row_id, connection: Connection, _: CurrentCaller) -> BaseModel:
            return shown(await table.load_row(connection, row_id))

    @routes.post(path, name=f"add_{name}", status_code=201, response_model=answer)
    async def add(request: request, connection: Connection, caller: CurrentCaller, at: Now) -> BaseModel:
        """Propose a row, as the province. It decides nothing until another person of the province approves it.

        A row that begins within another ends that one the day before; one with the same first day replaces it.
        """
        return shown(await province.propose(connection, of, request.row(by=caller.person, at=at), caller=caller))

    @routes.post(f"{path}/{{row_id}}/end", name=f"end_{name}", status_code=201, response_model=answer)
    async def end(
        row_id: row_id, request: EndRequest, connection: Connection, caller: CurrentCaller, at: Now
    ) -> BaseModel:
        """Propose that an approved row decides no longer than `last_on`: a new row that says so, to be approved."""
        provenance = Provenance(caller.person, at, request.reason)
        row = await province.end(
            connection, of, row_id, request.last_on, source=request.source, provenance=provenance, caller=caller
        )
        return shown(row)

    @routes.post(f"{path}/{{row_id}}/approval", name=f"approve_{name}", response_model=answer)
    async def approve(row_id: row_id, connection: Connection, caller: CurrentCaller, at: Now) -> BaseModel:
        """Approve a proposal, as a person of the province who did not enter it. It decides from now on."""
        return shown(await province.approve(connection, of, row_id, caller=caller, at=at))

    @routes.post(f"{path}/{{row_id}}/rejection", name=f"reject_{name}", response_model=answer)
    async def reject(
        row_id: row_id, request: RejectionRequest, connection: Connection, caller: CurrentCaller, at: Now
    ) -> BaseModel:
        """Refuse a proposal, or withdraw your own, with a reason."""
        row = await province.reject(
            connection, table, row_id, load_plan=load_plan, reason=request.reason, caller=caller, at=at
        )
        return shown(row)
