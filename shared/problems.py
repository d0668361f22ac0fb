"""Refusals as RFC 9457 problems: the only module that maps the rules' refusals to HTTP statuses."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Any, cast

import asyncpg
import orjson
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import instruments
from shared.auth import Unauthenticated
from shared.edge import heads
from shared.edge.bodies import BodiesFull, BodyNotTaken, BodyTooSlow, TooLarge
from shared.edge.methods import methods_of, routes_of
from shared.edge.routes import UnsupportedMediaType
from shared.entries import ErrorEntry, entry, placeholders
from shared.faults import LOCK_NOT_AVAILABLE, is_passing, state_of
from shared.form_errors import MalformedRequest, malformed, told
from shared.kernel.refusals import Conflict, Forbidden, Invalid, NotFound, Refusal, TooManyRequests
from shared.turns import Busy

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


class Problem(ErrorEntry):
    """Why a request was refused (RFC 9457). `GET /problems` lists all problems."""

    type: str = Field(description="A URI that describes the problem", examples=["/problems/class-too-large"])
    status: int = Field(examples=[422])
    instance: str | None = Field(default=None, description="The path of the request", examples=["/v1/classes"])
    errors: list[ErrorEntry] | None = Field(default=None, description="Form errors, one for each place")


DESCRIPTION: dict[str, Any] = {
    "description": "Any other problem (RFC 9457). GET /problems lists all of them with their cures.",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
"""The API description of every answer that is not a success."""

_NOT_STORABLE = "22021"
"""The SQLSTATE for U+0000, which JSON can contain and PostgreSQL cannot store."""
_CANCELLED = "57014"
"""The SQLSTATE of a statement that took longer than a request may."""


class Unavailable(Refusal):
    slug = "unavailable"
    title_en = "The service cannot reach its database at the moment."
    title_zh = "服务暂时无法访问数据库。"
    cure_en = "Repeat the request after the time in Retry-After; nothing was stored."
    cure_zh = "请在 Retry-After 指定的时间后重试；本次请求未保存任何内容。"
    passes_after_s = 1


class TookTooLong(Refusal):
    slug = "took-too-long"
    title_en = "The request took too long; nothing was stored."
    title_zh = "请求处理超时。"
    cure_en = (
        "Repeat the request after the time in Retry-After; if it takes too long again, request less at once: fewer "
        "rows or days, or a smaller region."
    )
    cure_zh = (
        "请在 Retry-After 指定的时间后重试；若仍超时，请缩小范围，如减少行数、缩短时段或指定下级地区。"
        "本次请求未保存任何内容。"
    )
    passes_after_s = 5


class Occupied(Conflict):
    slug = "occupied"
    title_en = "Another request is changing the same records; nothing was stored."
    title_zh = "他人正在处理相同的记录，本次请求未保存任何内容。"
    cure_en = "Repeat the request after the time in Retry-After."
    cure_zh = "请在 Retry-After 指定的时间后重试。"
    passes_after_s = 1


class Unexpected(Refusal):
    slug = "unexpected"
    title_en = "The service failed; nothing was stored."
    title_zh = "服务内部错误，本次请求未保存任何内容。"
    cure_en = "Repeat the request; if it fails again, contact the operator and quote the X-Request-Id."
    cure_zh = "请重试；若仍失败，请将 X-Request-Id 告知运维人员。"


class NoSuchPath(NotFound):
    slug = "no-such-path"
    title_en = "There is no such path in this service."
    title_zh = "没有该接口。"
    cure_en = "Check the address; the API description lists the paths of this service."
    cure_zh = "请核对地址；本服务的接口列表见接口说明。"
    reference = "GET /docs"


class WrongMethod(Refusal):
    """Facts: `allowed`, the methods of the path."""

    slug = "wrong-method"
    title_en = "This path does not support that method."
    title_zh = "该接口不支持此方法。"
    cure_en = "Methods of this path: {allowed}."
    cure_zh = "该接口支持的方法：{allowed}。"
    reference = "GET /docs"


class Unanswerable(Refusal):
    slug = "unanswerable"
    title_en = "The request cannot be processed."
    title_zh = "请求无法处理。"
    cure_en = "Compare the request with the API description."
    cure_zh = "请对照接口说明核对请求。"
    reference = "GET /docs"


_OF_STATUS: dict[int, type[Refusal]] = {404: NoSuchPath}
"""Refusals for what the framework itself rejects."""

_WORDS = ("title_en", "title_zh", "cure_en", "cure_zh", "reference")

STATUS: dict[type[Refusal], int] = {
    **heads.STATUS,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    WrongMethod: 405,
    BodyTooSlow: 408,
    Conflict: 409,
    TooLarge: 413,
    BodyNotTaken: 413,
    UnsupportedMediaType: 415,
    Invalid: 422,
    TooManyRequests: 429,
    Unexpected: 500,
    Unavailable: 503,
    BodiesFull: 503,
    TookTooLong: 503,
    Busy: 503,
}


def status_of(refusal: type[Refusal]) -> int:
    """The HTTP status for `refusal`, by the nearest class in STATUS."""
    for cls in refusal.__mro__:
        if cls in STATUS:
            return STATUS[cls]
    return 400


def problem(request: Request, refusal: Refusal, *, status: int) -> Response:
    """The problem answer for `refusal`."""
    body = {
        "type": f"/problems/{refusal.slug}",
        "status": status,
        "instance": request.url.path,
        **entry(refusal),
    }
    if isinstance(refusal, MalformedRequest) and refusal.errors:
        body["errors"] = refusal.errors
    headers: dict[str, str] = {}
    if (retry_after_s := refusal.facts.get("retry_after_s", refusal.passes_after_s)) is not None:
        headers["Retry-After"] = str(retry_after_s)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if status == 408:
        headers["Connection"] = "close"
    if isinstance(refusal, WrongMethod):
        headers["Allow"] = ", ".join(map(str, cast("list[str]", refusal.facts["allowed"])))
    if isinstance(refusal, UnsupportedMediaType):
        headers["Accept"] = ", ".join(map(str, cast("list[str]", refusal.facts["accepted"])))
    return Response(orjson.dumps(body, default=str), status, headers, MEDIA_TYPE)


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    instruments.refused(error)
    return problem(request, error, status=status_of(type(error)))


async def _on_malformed(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError | ValidationError)
    return problem(request, MalformedRequest(malformed(error.errors())), status=422)


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        allowed = methods_of(routes_of(request.app), request.scope["path"])
        return problem(request, WrongMethod(allowed=allowed), status=405)
    refusal = _OF_STATUS.get(error.status_code, Unanswerable)
    return problem(request, refusal(), status=error.status_code)


async def _on_database(request: Request, error: Exception) -> Response:
    state = state_of(error)
    if state == _NOT_STORABLE:
        # Bodies are already checked; what remains are parameters of the path and the query.
        return problem(request, MalformedRequest([told("null_character", ())]), status=422)
    if state == LOCK_NOT_AVAILABLE:
        return problem(request, Occupied(), status=409)
    if state == _CANCELLED:
        log.warning("statement.cancelled", error=type(error).__name__)
        return problem(request, TookTooLong(), status=503)
    if is_passing(error):
        log.warning("database.away", error=type(error).__name__)
        return problem(request, Unavailable(), status=503)
    return await _on_anything(request, error)


async def _on_no_connection(request: Request, error: Exception) -> Response:
    # A place in a lane comes with a connection, so this is a fault of ours; it still is not one of the caller's.
    log.error("connections.exhausted", error=type(error).__name__)
    return problem(request, Busy(lane="database", retry_after_s=1), status=503)


async def _on_anything(request: Request, error: Exception) -> Response:
    # The message of an exception may hold a value from the request, so only its kind and place are logged.
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else ""
    log.error("request.failed", error=type(error).__name__, place=place)
    return problem(request, Unexpected(), status=500)


class AnswerFailures:
    """ASGI middleware: answers what nothing else has. The server never sees the error, which its log would quote."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except ClientDisconnect:
            # Nobody is left to be answered, and nothing is wrong here.
            log.info("client.left")
        except Exception as error:
            if scope["type"] != "http" or begun:
                raise
            answer = await _on_anything(Request(scope), error)
            await answer(scope, receive, send)


def install(app: FastAPI) -> None:
    """Answer every error of `app` as a problem, and serve the descriptions of problems under /problems."""
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_malformed)
    app.add_exception_handler(HTTPException, _on_http)
    for error in (DBAPIError, asyncpg.PostgresError, OSError, TimeoutError):
        app.add_exception_handler(error, _on_database)
    app.add_exception_handler(NoConnection, _on_no_connection)
    app.add_middleware(AnswerFailures)

    @app.get("/problems", tags=["reference"])
    async def list_problems() -> list[ProblemDescription]:
        """Every refusal that this service can answer with, and its cure."""
        return [describe(cls) for _, cls in sorted(known_refusals().items())]

    @app.get("/problems/{code}", tags=["reference"], responses=_AS_PAGE)
    async def describe_problem(code: str, request: Request) -> Response:
        """The description of a problem's `type`: as JSON, or as a page for browsers."""
        refusal = known_refusals().get(code)
        if refusal is None:
            raise NotFound(what="problem")
        description = describe(refusal)
        if "text/html" in request.headers.get("accept", ""):
            return HTMLResponse(_page(description))
        return Response(description.model_dump_json(), media_type="application/json")


class ProblemDescription(BaseModel):
    """A problem that a service can answer with. Its texts have placeholders in braces for the facts of an answer."""

    type: str = Field(examples=["/problems/class-too-large"])
    code: str = Field(examples=["class-too-large"])
    status: int = Field(examples=[422])
    title: str = Field(examples=["The class has more seats than a class may have."])
    title_zh: str = Field(examples=["班级名额超过规定的班额上限。"])
    cure: str = Field(examples=["File at most {seats_max} seats; divide a larger group into several classes."])
    cure_zh: str = Field(examples=["每班名额不得超过 {seats_max}；人数较多时请分班报备。"])
    reference: str = Field(description="A route or parameter that helps", examples=[""])
    check: str = Field(description="The numbered check of the domain rules", examples=[""])


def describe(refusal: type[Refusal]) -> ProblemDescription:
    """The description of `refusal`, with its placeholders."""
    return ProblemDescription(
        type=f"/problems/{refusal.slug}",
        code=refusal.slug,
        status=status_of(refusal),
        title=refusal.title_en,
        title_zh=refusal.title_zh,
        cure=refusal.cure_en,
        cure_zh=refusal.cure_zh,
        reference=refusal.reference,
        check=refusal.check,
    )


_AS_PAGE: dict[int | str, dict[str, Any]] = {
    200: {
        "model": ProblemDescription,
        "description": "What the problem is and what to do about it",
    }
}


def described(refusal: type[Refusal]) -> dict[str, object]:
    """An example answer for `refusal`, with "…" for the facts."""
    facts: dict[str, object] = {name: "…" for words in _WORDS for name in placeholders(getattr(refusal, words))}
    example = refusal.__new__(refusal)
    example.pointer, example.facts = None, facts
    said = entry(example)
    return {"type": f"/problems/{refusal.slug}", "status": status_of(refusal)} | {
        name: value for name, value in said.items() if name not in facts
    }


def known_refusals() -> dict[str, type[Refusal]]:
    """All refusals that can be answered, by code."""
    return {cls.slug: cls for cls in _all_refusals(Refusal) if cls.title_zh and cls.slug != Refusal.slug}


def _page(problem: ProblemDescription) -> str:
    said = {name: escape(str(value)) for name, value in problem.model_dump().items()}
    return (
        f'<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{said["code"]}</title>'
        f"<h1>{said['title_zh']}</h1><p>{said['cure_zh']}</p>"
        f'<div lang="en"><h2>{said["title"]}</h2><p>{said["cure"]}</p></div>'
        f"<p><code>{said['code']}</code> · {said['status']} · {said['check']} {said['reference']}</p></html>"
    )


def _all_refusals(cls: type[Refusal]) -> Iterator[type[Refusal]]:
    for sub in cls.__subclasses__():
        yield sub
        yield from _all_refusals(sub)
