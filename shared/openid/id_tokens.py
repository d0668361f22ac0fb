"""ID tokens: whether one proves who signed in to this client in this visit, and which caller it makes of them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import jwt
import orjson
from pydantic import ValidationError

from shared.auth import AUDIENCE, CLOCK_DIFFERENCE, ISSUER, Claims
from shared.kernel.callers import Caller, Role

ALGORITHMS: Final = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA",
)  # fmt: skip
"""All need the provider's private key. With an HMAC, whoever knows the client's secret could make tokens."""
_REQUIRED: Final = ("iss", "sub", "aud", "exp", "iat", "nonce")

Key = Mapping[str, Any]
"""A key as the provider publishes it (RFC 7517)."""


class Unproven(Exception):
    """A token proves nothing. The text is a word of ours, never a part of the token."""


class WithoutRole(Exception):
    """A person signed in who cannot act here. The text names the claim."""


class SeveralRoles(Exception):
    """A person signed in whose claim lists several roles of ours: nobody but the operator can say which counts."""


class Head(NamedTuple):
    """What a token says about its signature, before anything is verified."""

    algorithm: str
    key_id: str | None


class ClaimNames(NamedTuple):
    """What the provider calls the claims."""

    role: str = "role"
    organisation: str = "org"
    region: str = "region"


def head_of(token: str) -> Head:
    """Raises Unproven for what is no token, and for an algorithm that is not in ALGORITHMS."""
    try:
        head = jwt.get_unverified_header(token)
    except jwt.InvalidTokenError as error:
        raise Unproven("no token") from error
    if head.get("alg") not in ALGORITHMS:
        raise Unproven("algorithm")
    return Head(head["alg"], head.get("kid"))


def key_for(head: Head, keys: Sequence[Key]) -> Key | None:
    """The key that `head` names; without a name, the only one for signatures. None if there is none."""
    signing = [key for key in keys if key.get("use", "sig") == "sig"]
    fitting = [key for key in signing if key.get("alg", head.algorithm) == head.algorithm]
    if head.key_id is not None:
        return next((key for key in fitting if key.get("kid") == head.key_id), None)
    return fitting[0] if len(fitting) == 1 else None


def read(token: str, key: Key, *, issuer: str, client: str, nonce: str) -> Mapping[str, Any]:
    """What `token` says. Raises Unproven unless `issuer` made it for `client`, in the visit of `nonce`, and lately."""
    try:
        said: Mapping[str, Any] = jwt.decode(
            token,
            jwt.PyJWK(dict(key), algorithm=head_of(token).algorithm),
            algorithms=ALGORITHMS,
            issuer=issuer,
            audience=client,
            leeway=CLOCK_DIFFERENCE,
            options={"require": list(_REQUIRED), "enforce_minimum_key_length": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Unproven(type(error).__name__) from error
    if not secrets.compare_digest(str(said["nonce"]).encode(), nonce.encode()):
        raise Unproven("nonce")
    # A token for several clients says which of them asked for it.
    if said.get("azp", None if isinstance(said["aud"], list) and len(said["aud"]) > 1 else client) != client:
        raise Unproven("azp")
    return said


def caller_of(said: Mapping[str, Any], names: ClaimNames) -> Caller:
    """The caller that a token's content makes, by the same rules as a token of the programme.

    Raises WithoutRole, SeveralRoles.
    """
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": said["sub"],
        "role": _role(said.get(names.role)),
        "org": said.get(names.organisation),
        "region": said.get(names.region),
        "iat": said["iat"],
        "exp": said["exp"],
    }
    try:
        return Claims.model_validate_json(orjson.dumps(claims)).caller
    except (ValidationError, ValueError, TypeError) as error:
        places = error.errors() if isinstance(error, ValidationError) else []
        raise WithoutRole(", ".join(str(part) for each in places for part in each["loc"]) or "claims") from error


def _role(claim: object) -> object:
    """The role that a claim says; of a list, which may name roles of other systems, the one that is ours.

    Raises SeveralRoles.
    """
    if not isinstance(claim, list):
        return claim
    ours = {each for each in claim if isinstance(each, str)} & set(Role)
    if len(ours) > 1:
        raise SeveralRoles
    return next(iter(ours), None)
