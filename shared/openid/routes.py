"""The way to the provider and back. Every end of it is a page: where the person wanted to go, or the one to sign in."""

from __future__ import annotations

from html import escape
from typing import ClassVar, Final

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from shared import instruments
from shared.edge.lanes import Kind, Limits
from shared.edge.routes import EdgeRoute, Handler
from shared.kernel.refusals import NotFound, Refusal, TooManyRequests
from shared.openid import id_tokens
from shared.openid.door import ENDED, RETURN, ProviderDoor
from shared.openid.id_tokens import SeveralRoles, WithoutRole
from shared.openid.refusals import (
    SignInNotBegun,
    SignInNotCompleted,
    SignInProviderAway,
    SignInTooOften,
    SignInWithoutRole,
    SignInWithSeveralRoles,
)
from shared.openid.visits import path_within
from shared.pages import HEADERS
from shared.sessions import require_own_page

log = structlog.get_logger()

SIGN_IN: Final = "/sign-in"
CODE_CHARACTERS_MAX: Final = 4_096
_UNKEPT: Final = HEADERS | {"Cache-Control": "no-store"}
_PASSING: Final = frozenset({"server_error", "temporarily_unavailable"})
"""What a provider says when it is itself at fault (RFC 6749, 4.1.2.1)."""
_ON: Final = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>正在登录</title>
<meta http-equiv="refresh" content="0; url={to}">
<p>正在登录…… Signing you in …</p>
<p><a href="{to}">继续 Go on</a></p></html>
"""


class ProviderRoute(EdgeRoute):
    """A route on the way: its rate is low, its query is the provider's, and browsers get no problem but a page."""

    takes_any_query: ClassVar[bool] = True

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            door: ProviderDoor | None = request.app.state.provider_door
            if door is None:
                raise NotFound(what="provider")
            try:
                return await handle(request)
            except Refusal as refusal:
                if "text/html" not in request.headers.get("accept", ""):
                    raise
                instruments.refused(refusal)
                return _failed(door, refusal)

        return answer

    def count(self, request: Request) -> None:
        """Raises SignInTooOften."""
        limits: Limits = request.app.state.limits
        try:
            limits.count_as(request, Kind.SIGN_INS)
        except TooManyRequests as refusal:
            raise SignInTooOften(retry_after_s=refusal.facts["retry_after_s"]) from refusal


_routes = APIRouter(include_in_schema=False, route_class=ProviderRoute)


def install(app: FastAPI, door: ProviderDoor | None) -> None:
    """Serve the way through `door`; without one, its routes are not found."""
    app.state.provider_door = door
    app.include_router(_routes)


@_routes.get("/session/provider")
async def begin_at_provider(request: Request) -> Response:
    """Lead to the provider. Only a page of this service can begin it, so that nobody is signed in unasked."""
    require_own_page(request)
    door: ProviderDoor = request.app.state.provider_door
    visit = door.visits.new(path_within(request.query_params.get("to"), SIGN_IN))
    address = await door.provider.address_for(visit, redirect=door.redirect)
    response = RedirectResponse(address, 303, headers=_UNKEPT)
    door.visits.begin(response, visit)
    return response


@_routes.get(RETURN)
async def return_from_provider(request: Request) -> Response:
    """Begin a session for whom the provider names.

    The browser was led here from another site, so it would not send the session's cookie along if it were led on; a
    page of ours that moves on by itself is its own.
    """
    door: ProviderDoor = request.app.state.provider_door
    said = request.query_params
    visit = door.visits.of(request, state=said.get("state"))
    if "error" in said:
        log.info("sign_in.not_completed", is_fault=said["error"] in _PASSING)
        raise SignInProviderAway if said["error"] in _PASSING else SignInNotCompleted
    code = said.get("code", "")
    if not 0 < len(code) <= CODE_CHARACTERS_MAX:
        raise SignInNotBegun
    proven = await door.provider.redeem(code, visit, redirect=door.redirect)
    try:
        caller = id_tokens.caller_of(proven, door.claims)
    except WithoutRole as claims:
        log.warning("sign_in.without_role", claims=str(claims))
        raise SignInWithoutRole from claims
    except SeveralRoles as several:
        log.warning("sign_in.several_roles")
        raise SignInWithSeveralRoles from several
    response = HTMLResponse(_ON.format(to=escape(door.address + visit.to)), headers=_UNKEPT)
    door.sessions.begin(response, caller, by_provider=True)
    door.visits.end(response)
    return response


@_routes.get("/session/provider/end")
async def end_at_provider(request: Request) -> Response:
    """Lead to where the provider's own session is ended, for a page that has ended ours (`DELETE /session`).

    Only a page of this service can, so that nobody is signed out unasked. Where the provider has no such place, or
    cannot be reached, the page to sign in says that its session may go on.
    """
    require_own_page(request)
    door: ProviderDoor = request.app.state.provider_door
    visit = door.visits.new(SIGN_IN)
    try:
        address = await door.provider.address_to_end(visit, redirect=door.ended)
    except SignInProviderAway:
        address = None
    if address is None:
        return RedirectResponse(f"{door.address}{SIGN_IN}?ended=here", 303, headers=_UNKEPT)
    response = RedirectResponse(address, 303, headers=_UNKEPT)
    door.visits.begin(response, visit)
    return response


@_routes.get(ENDED)
async def ended_at_provider(request: Request) -> Response:
    """The way back from there. It changes nothing; a visit that was not begun here is told nothing."""
    door: ProviderDoor = request.app.state.provider_door
    try:
        door.visits.of(request, state=request.query_params.get("state"))
    except SignInNotBegun:
        return RedirectResponse(door.address + SIGN_IN, 303, headers=_UNKEPT)
    response = RedirectResponse(f"{door.address}{SIGN_IN}?ended=provider", 303, headers=_UNKEPT)
    door.visits.end(response)
    return response


def _failed(door: ProviderDoor, refusal: Refusal) -> Response:
    """Lead to the page to sign in, which says why."""
    response = RedirectResponse(f"{door.address}{SIGN_IN}?failed={refusal.slug}", 303, headers=_UNKEPT)
    door.visits.end(response)
    return response
