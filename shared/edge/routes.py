"""Checks of every route before a request is handled: known parameters, an accepted body of its size, valid JSON.

The checks follow from what the route declares, so that no route can forget them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Final

from fastapi import Request, Response
from fastapi._compat import field_annotation_is_sequence
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from shared import json_text
from shared.edge.bodies import BodyNotTaken, OpenRequest, OpenRequests
from shared.edge.lanes import RouteKind, kind_of, who
from shared.edge.sizes import BODY_MAX, in_whole_kilobytes, largest
from shared.form_errors import MalformedRequest, told
from shared.json_text import NotJson
from shared.kernel.refusals import Invalid, Refusal

if TYPE_CHECKING:
    from shared.settings import ServiceSettings

LARGE_OBJECT_BYTES: Final = 48 * 1024
"""An object that may need more than this, by its declared texts and lists, is allowed that much beyond the usual."""
JSON: Final = "application/json"
INSTEAD_OF_MEDIA_TYPE: Final = "x-instead-of-media-type"
"""In the description of a body: the query parameter that may say what the body is, whatever its content type is."""

_EMPTY: Final = (b"", b"{}", b"null")
_EMPTY_BYTES_MAX: Final = 16

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class UnknownParameter(Invalid):
    """Facts: `unknown`, the names in the request; `accepted`, those of the route."""

    slug = "unknown-parameter"
    title_en = "This route does not have these query parameters: {unknown}."
    title_zh = "该接口没有此查询参数：{unknown}。"
    cure_en = "Check the spelling. Accepted query parameters: {accepted}."
    cure_zh = "请核对拼写。可用的查询参数：{accepted}。"
    reference = "GET /docs"


class RepeatedParameter(Invalid):
    """Facts: `repeated`, the names."""

    slug = "repeated-parameter"
    title_en = "This query parameter is given more than once: {repeated}."
    title_zh = "查询参数重复：{repeated}。"
    cure_en = "Send it once, with one value."
    cure_zh = "请只填写一次；无法判断应以哪个值为准。"


class UnsupportedMediaType(Refusal):
    """Facts: `accepted`, the content types of the route."""

    slug = "unsupported-media-type"
    title_en = "This route does not accept the Content-Type of the body, or the header is missing."
    title_zh = "请求体的 Content-Type 不受支持或未填写。"
    cure_en = "Send the body with one of these content types: {accepted}."
    cure_zh = "请使用以下 Content-Type 之一：{accepted}。"
    reference = "GET /docs"


class ReadRequest(Request):
    """A request whose body has been read, and parsed if it is JSON."""

    def __init__(self, request: Request, body: bytes, content: object = None) -> None:
        super().__init__(request.scope, request.receive)
        self._read = body
        self._content = content

    async def body(self) -> bytes:
        return self._read

    async def json(self) -> Any:
        return self._content


class EdgeRoute(APIRoute):
    """A route that refuses unknown query parameters, content types, and values that are not JSON.

    Subclasses define how a parsed request is handled (`respond`), and who may call (`identify`).
    """

    needs_caller: ClassVar[bool] = False
    """Whether a request needs a token, and is a transaction."""
    has_lane: ClassVar[bool] = False
    """Whether requests use the database: they are counted, and handled a few at a time."""
    takes_any_query: ClassVar[bool] = False
    """Whether query parameters are not the server's business."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            self.identify(request)
            self.count(request)
            self._check_query(request)
            open_requests: OpenRequests = request.app.state.open_requests
            with open_requests.of(who(request)) as opened:
                return await self.respond(await self._read(request, opened, open_requests), handle)

        return answer

    def identify(self, request: Request) -> None:
        """Authenticates the caller, before anything that was sent is parsed."""

    def count(self, request: Request) -> None:
        """Counts a request against its rate, before it costs anything. Raises TooManyRequests."""
        if self.has_lane:
            request.app.state.limits.count(request, self.kind)

    @cached_property
    def kind(self) -> RouteKind:
        """The route's lane and rate, if it has a lane."""
        return kind_of(self, needs_caller=self.needs_caller)

    async def respond(self, request: Request, handle: Handler) -> Response:
        """The answer to a request that has been read."""
        return await handle(request)

    @cached_property
    def media_types(self) -> tuple[str, ...]:
        """The content types of bodies that the route accepts; empty for a route without a body."""
        described = self._described_body.get("content", {})
        return tuple(described) or ((JSON,) if self.body_field is not None else ())

    def body_max(self, settings: ServiceSettings) -> int:
        """The largest body that the route takes, in bytes; 0 for a route without a body.

        It follows from what the route declares: files, rows, or an object with its texts and lists.
        """
        described = self._described_body
        if not self.media_types:
            return 0
        if BODY_MAX in described:
            return int(described[BODY_MAX])
        if any(each.get("schema", {}).get("format") == "binary" for each in described.get("content", {}).values()):
            return settings.file_bytes_max
        return settings.rows_bytes_max if described else settings.object_bytes_max + self._beyond_an_object

    @cached_property
    def _beyond_an_object(self) -> int:
        assert self.body_field is not None, "a route without a described body has a form"
        form: Any = self.body_field.field_info.annotation
        needed = largest(TypeAdapter(form).json_schema())
        return in_whole_kilobytes(needed) if needed > LARGE_OBJECT_BYTES else 0

    @cached_property
    def _described_body(self) -> Mapping[str, Any]:
        described: Mapping[str, Any] = (self.openapi_extra or {}).get("requestBody", {})
        return described

    @cached_property
    def _query(self) -> Mapping[str, Query]:
        """The query parameters by their names, also those that the description hides."""
        fields = get_flat_params(self.dependant)
        return {field.alias: field.field_info for field in fields if isinstance(field.field_info, Query)}

    def _check_query(self, request: Request) -> None:
        """Raises UnknownParameter, RepeatedParameter."""
        if self.takes_any_query:
            return
        given = Counter(name for name, _ in request.query_params.multi_items())
        if unknown := [name for name in given if name not in self._query]:
            # What was sent as a name may be anything, also a person's number.
            shown = [name for name in unknown if name.isidentifier() and name.isascii() and len(name) <= 64]
            accepted = sorted(name for name, parameter in self._query.items() if parameter.include_in_schema)
            pointer = "/query/" + shown[0] if shown else "/query"
            raise UnknownParameter(pointer=pointer, unknown=shown or ["…"], accepted=accepted)
        repeated = [name for name, times in given.items() if times > 1 and not self._takes_several(name)]
        if repeated:
            raise RepeatedParameter(pointer=f"/query/{repeated[0]}", repeated=repeated)

    def _takes_several(self, name: str) -> bool:
        return field_annotation_is_sequence(self._query[name].annotation)

    async def _read(self, request: Request, opened: OpenRequest, open_requests: OpenRequests) -> Request:
        """Raises BodyNotTaken, UnsupportedMediaType, MalformedRequest, and the refusals of bodies."""
        if not has_body(request):
            return ReadRequest(request, b"") if self.media_types else request
        if not self.media_types:
            await _require_empty(request, opened)
            return ReadRequest(request, b"")
        said_otherwise = self._described_body.get(INSTEAD_OF_MEDIA_TYPE) in request.query_params
        if media_type_of(request) not in self.media_types and not said_otherwise:
            raise UnsupportedMediaType(accepted=list(self.media_types))
        body = await opened.read(request, bytes_max=self.body_max(request.app.state.settings))
        is_form = self.body_field is not None and body
        return ReadRequest(request, body, await open_requests.parsed(_parsed, body) if is_form else None)


async def _require_empty(request: Request, opened: OpenRequest) -> None:
    """Many clients send an empty object with every POST. Raises BodyNotTaken for anything else."""
    announced = request.headers.get("content-length", "")
    if not announced.isdecimal() or int(announced) > _EMPTY_BYTES_MAX:
        raise BodyNotTaken
    if (await opened.read(request, bytes_max=_EMPTY_BYTES_MAX)).strip() not in _EMPTY:
        raise BodyNotTaken


def has_body(request: Request) -> bool:
    """Whether a body comes with the request."""
    headers = request.headers
    return headers.get("content-length", "0") != "0" or "transfer-encoding" in headers


def media_type_of(request: Request) -> str:
    """The content type without its parameters, in lower case; empty if there is none."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _parsed(body: bytes) -> object:
    """Raises MalformedRequest."""
    try:
        content, faults = json_text.read(body)
    except NotJson:
        raise MalformedRequest([told("json_invalid", ())]) from None
    if faults:
        raise MalformedRequest([told(type_, place) for place, type_ in faults])
    return content
