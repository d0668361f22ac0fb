"""Credentials over HTTP: signed and printed for those who have a right to it; keys and status lists for everybody."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from services.assessment.credentials.rules import Publisher
from services.assessment.credentials.usecases import credentials, signer
from services.assessment.credentials.usecases.credentials import StatusLists
from services.assessment.credentials.usecases.printer import Printer
from shared.auth import CurrentCaller
from shared.edge.lanes import bulk
from shared.forms import INTEGER_MAX
from shared.settings import ServiceSettings
from shared.web import Connection, CurrentPersons, Now, OpenRoute, open_router, router

routes = router("credentials")
open_routes = open_router("credentials")
well_known = APIRouter(tags=["credentials"], route_class=OpenRoute)

FRESH_SECONDS = 2
"""Seconds for which a copy of a status list may be shown without asking: a revocation shows within three."""
_KEYS_SECONDS = 3600
_JWT = "application/vc+jwt"
_PDF = "application/pdf"


class CredentialAnswer(BaseModel):
    """A W3C Verifiable Credential in the form of Open Badges 3.0, as a VC-JWT. It holds the holder's name."""

    credential: str
    key_id: str
    edition: int = Field(description="The edition of the certificate; the next edition ends this credential")


class KeySetAnswer(BaseModel):
    """A JSON Web Key Set (RFC 7517): all keys that ever signed, also those that were rotated out."""

    keys: list[dict[str, Any]]


@routes.post("/certificates/{certificate_id}/credential", status_code=201)
async def sign_credential(
    certificate_id: UUID,
    request: Request,
    persons: CurrentPersons,
    connection: Connection,
    caller: CurrentCaller,
    at: Now,
) -> CredentialAnswer:
    """Sign a valid certificate for verifiers, who check it off line with the published keys and a status list."""
    signed = await credentials.sign(
        connection,
        certificate_id,
        signer=signer.require(request.app.state.signer),
        persons=persons,
        caller=caller,
        at=at,
    )
    return CredentialAnswer(**signed._asdict())


@routes.get(
    "/certificates/{certificate_id}/pdf",
    response_class=Response,
    responses={200: {"content": {_PDF: {"schema": {"type": "string", "format": "binary"}}}}},
)
@bulk
async def print_certificate(
    certificate_id: UUID, request: Request, persons: CurrentPersons, connection: Connection, caller: CurrentCaller
) -> Response:
    """The certificate for paper, with a QR code and a place for a photo. It shows name and document number in full."""
    printer: Printer = request.app.state.printer
    publisher: Publisher = request.app.state.publisher
    printed = await credentials.print_(
        connection, certificate_id, printer=printer, publisher=publisher, persons=persons, caller=caller
    )
    return Response(printed, media_type=_PDF, headers={"Cache-Control": "no-store"})


@open_routes.get(
    "/status-lists/{number}",
    response_class=Response,
    responses={200: {"content": {_JWT: {"schema": {"type": "string"}}}}, 304: {"description": "Not modified"}},
)
async def get_status_list(number: Annotated[int, Path(ge=0, le=INTEGER_MAX)], request: Request) -> Response:
    """A Bitstring Status List, as a VC-JWT: a set bit says that the credential at this place no longer stands.

    It is signed again whenever it changes. Copies are fresh for two seconds, and are then asked for by their ETag.
    """
    signer.require(request.app.state.signer)
    lists: StatusLists = request.app.state.status_lists
    async with request.app.state.engines.connect() as connection:
        mark, signed = await lists.find(connection, number, at=request.app.state.clock())
    headers = {"ETag": f'"{mark}"', "Cache-Control": f"public, max-age={FRESH_SECONDS}"}
    if headers["ETag"] in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(signed, media_type=_JWT, headers=headers)


@well_known.get("/.well-known/jwks.json")
async def get_key_set(request: Request, response: Response) -> KeySetAnswer:
    """The public keys of credentials."""
    response.headers["Cache-Control"] = f"public, max-age={_KEYS_SECONDS}"
    return KeySetAnswer(**signer.require(request.app.state.signer).key_set)


@open_routes.get("/credential-keys/{key_id}")
async def get_credential_key(key_id: str, request: Request, response: Response) -> dict[str, Any]:
    """One public key as a JSON Web Key (RFC 7517): what `kid` in the head of a credential leads to."""
    response.headers["Cache-Control"] = f"public, max-age={_KEYS_SECONDS}"
    return signer.require(request.app.state.signer).key(key_id)


def settle(state: Any, settings: ServiceSettings, publisher: Publisher) -> None:
    """Give the application its keys and its printer."""
    state.publisher = publisher
    state.signer = signer.Signer.load(settings.keys_directory, publisher)
    state.status_lists = None if state.signer is None else StatusLists(state.signer)
    state.printer = Printer()
