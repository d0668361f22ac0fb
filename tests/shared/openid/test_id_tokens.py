"""Which ID tokens prove something: made here, as no provider would make them."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from shared.kernel.callers import Role
from shared.openid.id_tokens import (
    ALGORITHMS,
    ClaimNames,
    Head,
    SeveralRoles,
    Unproven,
    WithoutRole,
    caller_of,
    head_of,
    key_for,
    read,
)

ISSUER: Final = "https://id.example"
CLIENT: Final = "pages"
NONCE: Final = "n" * 43
RSA: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVES: Final = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}


def private_for(algorithm: str) -> Any:
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    return ec.generate_private_key(CURVES[algorithm]) if algorithm in CURVES else RSA


def published(private: Any, algorithm: str, **more: str) -> dict[str, Any]:
    made: dict[str, Any] = jwt.get_algorithm_by_name(algorithm).to_jwk(private.public_key(), as_dict=True)
    return made | more


def content(**more: object) -> dict[str, object]:
    now = int(time.time())
    said = {"iss": ISSUER, "aud": CLIENT, "sub": "li", "nonce": NONCE, "iat": now, "exp": now + 60}
    return {name: value for name, value in {**said, **more}.items() if value is not None}


def proven(token: str, key: Mapping[str, Any]) -> Mapping[str, Any]:
    return read(token, key, issuer=ISSUER, client=CLIENT, nonce=NONCE)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_each_algorithm_proves_who_signed_in(algorithm: str) -> None:
    private = private_for(algorithm)

    said = proven(jwt.encode(content(), private, algorithm=algorithm), published(private, algorithm))

    assert said["sub"] == "li"


def test_no_algorithm_is_one_of_a_shared_secret() -> None:
    assert not [each for each in ALGORITHMS if each.startswith("HS") or each == "none"]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (lambda: content(iss="https://other.example"), "InvalidIssuerError"),
        (lambda: content(iss=f"{ISSUER}/"), "InvalidIssuerError"),
        (lambda: content(aud="other"), "InvalidAudienceError"),
        (lambda: content(aud=["other"]), "InvalidAudienceError"),
        (lambda: content(aud=["other", CLIENT]), "azp"),
        (lambda: content(azp="other"), "azp"),
        (lambda: content(nonce="m" * 43), "nonce"),
        (lambda: content(nonce=["n" * 43]), "nonce"),
        (lambda: content(exp=int(time.time()) - 120), "ExpiredSignatureError"),
        (lambda: content(nbf=int(time.time()) + 600), "ImmatureSignatureError"),
        (lambda: content(iat=int(time.time()) + 600), "ImmatureSignatureError"),
        *((partial(content, **{name: None}), "MissingRequiredClaimError") for name in content()),
    ],
)
def test_a_token_for_another_purpose_proves_nothing(said: Callable[[], dict[str, object]], reason: str) -> None:
    token = jwt.encode(said(), RSA, algorithm="RS256")

    with pytest.raises(Unproven, match=f"^{reason}$"):
        proven(token, published(RSA, "RS256"))


def test_a_token_for_several_clients_says_who_asked() -> None:
    token = jwt.encode(content(aud=["other", CLIENT], azp=CLIENT), RSA, algorithm="RS256")

    assert proven(token, published(RSA, "RS256"))["azp"] == CLIENT


def unsigned(said: Mapping[str, object]) -> str:
    return jwt.encode(dict(said), "", algorithm="none")


def signed_with_what_is_public(said: Mapping[str, object]) -> str:
    """The classic confusion of algorithms. The library itself refuses to make such a token from a PEM."""
    pem = RSA.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return jwt.encode(dict(said), b"".join(pem.split(b"\n")[1:-2]), algorithm="HS256")


def signed_by_another(said: Mapping[str, object]) -> str:
    return jwt.encode(dict(said), rsa.generate_private_key(public_exponent=65537, key_size=2048), algorithm="RS256")


def changed(said: Mapping[str, object]) -> str:
    head, _, signature = jwt.encode(dict(said), RSA, algorithm="RS256").split(".")
    other = base64.urlsafe_b64encode(json.dumps({**said, "sub": "wang"}).encode()).rstrip(b"=").decode()
    return f"{head}.{other}.{signature}"


@pytest.mark.parametrize("made", [unsigned, signed_with_what_is_public, signed_by_another, changed])
def test_a_token_that_the_provider_did_not_sign_proves_nothing(made: Callable[[Mapping[str, object]], str]) -> None:
    with pytest.raises(Unproven):
        proven(made(content()), published(RSA, "RS256"))


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
def test_a_key_that_can_be_broken_proves_nothing() -> None:
    small = rsa.generate_private_key(public_exponent=65537, key_size=1024)

    with pytest.raises(Unproven, match="InvalidKeyError"):
        proven(jwt.encode(content(), small, algorithm="RS256"), published(small, "RS256"))


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "e30.e30.", "中.文.字"])
def test_what_is_no_token_has_no_head(token: str) -> None:
    with pytest.raises(Unproven):
        head_of(token)


class TestKeys:
    def test_are_found_by_their_names(self) -> None:
        keys = [{"kid": "1", "use": "enc"}, {"kid": "1"}, {"kid": "2", "alg": "ES256"}, {"kid": "3"}]

        assert key_for(Head("RS256", "1"), keys) == {"kid": "1"}
        assert key_for(Head("RS256", "2"), keys) is None
        assert key_for(Head("RS256", "4"), keys) is None

    def test_need_a_name_where_there_are_several(self) -> None:
        assert key_for(Head("RS256", None), [{"kid": "1"}]) == {"kid": "1"}
        assert key_for(Head("RS256", None), [{"kid": "1"}, {"kid": "2"}]) is None

    def test_of_another_kind_prove_nothing(self) -> None:
        token = jwt.encode(content(), RSA, algorithm="RS256")

        for key in (published(private_for("ES256"), "ES256"), {"kty": "oct", "k": "c2VjcmV0"}, {}, {"kty": "none"}):
            with pytest.raises(Unproven):
                proven(token, key)


class TestCaller:
    said: Final = content(role="reviewer", region="410173")

    @pytest.mark.parametrize("written", ["li", " li ", "ｌｉ"])
    def test_is_the_person_of_a_token_with_the_same_sub(self, written: str) -> None:
        assert caller_of({**self.said, "sub": written}, ClaimNames()).person == "li"

    @pytest.mark.parametrize(
        ("changes", "claims"),
        [
            ({"role": "king"}, "role"),
            ({"role": []}, "role"),
            ({"role": ["king", {"reviewer": 1}, 7]}, "role"),
            ({"role": {"reviewer": 1}}, "role"),
            ({"role": None}, "role"),
            ({"region": None}, "claims"),
            ({"region": 410173}, "region"),
            ({"org": "7"}, "org"),
            ({"role": "holder"}, "claims"),
            ({"sub": "l\u200bi"}, "sub"),
        ],
    )
    def test_needs_what_a_token_needs(self, changes: dict[str, object], claims: str) -> None:
        with pytest.raises(WithoutRole, match=f"^{claims}$"):
            caller_of({**self.said, **changes}, ClaimNames())

    @pytest.mark.parametrize("roles", [["reviewer"], ["offline_access", "reviewer", 7], ["reviewer", "reviewer"]])
    def test_has_the_one_role_of_a_list_that_is_ours(self, roles: list[object]) -> None:
        assert caller_of({**self.said, "role": roles}, ClaimNames()).role is Role.REVIEWER

    def test_has_none_of_several(self) -> None:
        with pytest.raises(SeveralRoles):
            caller_of({**self.said, "role": ["reviewer", "finance", "offline_access"]}, ClaimNames())
