"""The provider, as a client of it sees it: its own description, its keys, and the ID token that it gives for a code.

What is fetched is bounded in time and size. Nothing of it is logged but words of ours.
"""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

import httpx
import orjson
import structlog
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from shared.openid import id_tokens
from shared.openid.id_tokens import Key, Unproven
from shared.openid.refusals import SignInNotProven, SignInProviderAway
from shared.openid.visits import Visit

log = structlog.get_logger()

T = TypeVar("T")

SECONDS_MAX: Final = 5.0
"""For everything that one request of a browser needs of the provider."""
ANSWER_BYTES_MAX: Final = 256 * 1024
CONNECTIONS_MAX: Final = 10
KEPT: Final = timedelta(minutes=10)
"""For how long the provider's description and keys are believed to be as they were."""
UNKNOWN_KEY_PAUSE: Final = timedelta(seconds=30)
"""Between two looks for a key that is not among those that are kept: a provider changes keys once in months."""
_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_BASIC: Final = "client_secret_basic"


class NotConfidential(ValueError):
    """An address of the provider would be spoken to in clear, over a network."""


def confidential(address: str) -> str:
    """`address`, if nobody else can read what is sent there. Raises NotConfidential."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        raise NotConfidential("it needs https")
    return address


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Address = Annotated[str, Field(max_length=2_000), AfterValidator(confidential)]


class Description(BaseModel):
    """What a provider says of itself (OpenID Connect Discovery 1.0), as far as it is needed here."""

    issuer: str
    authorization_endpoint: Address
    token_endpoint: Address
    jwks_uri: Address
    end_session_endpoint: Address | None = None
    """Where the provider's own session is ended (OpenID Connect RP-Initiated Logout 1.0)."""
    token_endpoint_auth_methods_supported: list[str] = [_BASIC]


class Keys(BaseModel):
    keys: Annotated[list[dict[str, Any]], Field(max_length=100)]


class Answer(BaseModel):
    """The token endpoint's answer; what else it gives is not needed."""

    id_token: Annotated[str, Field(max_length=32_768)]


def _with(address: str, parameters: Mapping[str, str]) -> str:
    joined_by = "&" if urlsplit(address).query else "?"
    return f"{address}{joined_by}{urlencode(parameters)}"


class _Unusable(Exception):
    """The provider answered otherwise than a provider does. The text is a word of ours."""


class Provider:
    """One provider and the client that it knows us as. Its description and keys are kept in memory for minutes."""

    def __init__(
        self,
        issuer: str,
        client: str,
        secret: str,
        *,
        more: Mapping[str, str],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`more` are further parameters of a request to sign in. Raises NotConfidential."""
        self._issuer = confidential(issuer)
        self._client = client
        self._secret = secret
        self._more = more
        self._now = now
        self._http = httpx.AsyncClient(
            timeout=SECONDS_MAX,
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
            # What is packed could become large: what is counted is what arrives.
            headers={"Accept": "application/json", "Accept-Encoding": "identity"},
        )
        self._described: Description | None = None
        self._described_at = 0.0
        self._keys: list[Key] | None = None
        self._keys_at = 0.0
        self._looked_at = -UNKNOWN_KEY_PAUSE.total_seconds()
        self._asking = asyncio.Lock()

    async def close(self) -> None:
        await self._http.aclose()

    async def address_for(self, visit: Visit, *, redirect: str) -> str:
        """Where a browser goes to sign in and to come back to `redirect`. Raises SignInProviderAway."""
        described = await self._in_time(self._description)
        asked = {
            "response_type": "code",
            "client_id": self._client,
            "redirect_uri": redirect,
            "state": visit.state,
            "nonce": visit.nonce,
            "code_challenge": visit.challenge,
            "code_challenge_method": "S256",
        }
        return _with(described.authorization_endpoint, {**self._more, **asked})

    async def address_to_end(self, visit: Visit, *, redirect: str) -> str | None:
        """Where a browser goes to sign out and to come back to `redirect`; None if the provider has no such place.

        The provider asks the person, because no ID token is kept that would tell it who. Raises SignInProviderAway.
        """
        described = await self._in_time(self._description)
        if described.end_session_endpoint is None:
            return None
        asked = {"client_id": self._client, "post_logout_redirect_uri": redirect, "state": visit.state}
        return _with(described.end_session_endpoint, asked)

    async def redeem(self, code: str, visit: Visit, *, redirect: str) -> Mapping[str, Any]:
        """What the ID token for `code` says, proven. Raises SignInProviderAway, SignInNotProven."""

        async def redeemed() -> Mapping[str, Any]:
            described = await self._description()
            token = await self._token(described, code, visit, redirect=redirect)
            key = await self._key(described, id_tokens.head_of(token))
            return id_tokens.read(token, key, issuer=self._issuer, client=self._client, nonce=visit.nonce)

        try:
            return await self._in_time(redeemed)
        except Unproven as reason:
            log.warning("sign_in.unproven", reason=str(reason))
            raise SignInNotProven from reason

    async def _in_time(self, work: Callable[[], Awaitable[T]]) -> T:
        """Raises SignInProviderAway."""
        try:
            async with asyncio.timeout(SECONDS_MAX):
                return await work()
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValidationError, _Unusable) as error:
            reason = str(error) if isinstance(error, _Unusable) else type(error).__name__
            log.error("provider.away", reason=reason)
            raise SignInProviderAway from error

    async def _description(self) -> Description:
        async with self._asking:
            if self._described is None or self._now() - self._described_at > KEPT.total_seconds():
                found = Description.model_validate(await self._get(self._issuer.rstrip("/") + _WELL_KNOWN))
                if found.issuer != self._issuer:
                    raise _Unusable("issuer")
                self._described, self._described_at = found, self._now()
            return self._described

    async def _key(self, described: Description, head: id_tokens.Head) -> Key:
        """The key that `head` names; keys are fetched again if it is not among them. Raises Unproven."""
        async with self._asking:
            if self._keys is None or self._now() - self._keys_at > KEPT.total_seconds():
                await self._fetch_keys(described)
            key = id_tokens.key_for(head, self._keys or [])
            if key is None and self._now() - self._looked_at >= UNKNOWN_KEY_PAUSE.total_seconds():
                self._looked_at = self._now()
                await self._fetch_keys(described)
                key = id_tokens.key_for(head, self._keys or [])
        if key is None:
            raise Unproven("key")
        return key

    async def _fetch_keys(self, described: Description) -> None:
        self._keys = [*Keys.model_validate(await self._get(described.jwks_uri)).keys]
        self._keys_at = self._now()

    async def _token(self, described: Description, code: str, visit: Visit, *, redirect: str) -> str:
        """Raises Unproven if the provider does not take the code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect,
            "code_verifier": visit.verifier,
        }
        headers = {}
        if _BASIC in described.token_endpoint_auth_methods_supported:
            pair = f"{quote_plus(self._client)}:{quote_plus(self._secret)}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode('ascii')}"
        else:
            form |= {"client_id": self._client, "client_secret": self._secret}
        status, content = await self._asked("POST", described.token_endpoint, data=form, headers=headers)
        if status in (400, 401):
            # The first is about the code, the second about the client: its id or its secret is wrong.
            raise Unproven("code" if status == 400 else "client")
        if status != 200:
            raise _Unusable(f"status {status}")
        return Answer.model_validate(content).id_token

    async def _get(self, address: str) -> object:
        status, content = await self._asked("GET", address)
        if status != 200:
            raise _Unusable(f"status {status}")
        return content

    async def _asked(self, method: str, address: str, **sent: Any) -> tuple[int, object]:
        """The status and the JSON of an answer; redirects are not followed."""
        body = bytearray()
        async with self._http.stream(method, address, **sent) as answer:
            async for part in answer.aiter_raw():
                body += part
                if len(body) > ANSWER_BYTES_MAX:
                    raise _Unusable("too large")
        try:
            return answer.status_code, orjson.loads(body)
        except ValueError:
            raise _Unusable(f"no JSON, status {answer.status_code}") from None
