"""Who gets in: only a token of our issuer, for us, in force, in the one algorithm; and what a caller may."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from deploy.local import issuer
from shared.auth import AUDIENCE, ISSUER, Unauthenticated, Verifier
from shared.kernel.callers import Caller, ForeignOrganisation, ForeignRegion, Role, WrongRole
from tests.shared.noteboard import Noteboard


def claims(**changes: object) -> dict[str, Any]:
    now = datetime.now(UTC)
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "someone", "role": "province", "region": "410000", "iat": now}
    given = {name: now + value if isinstance(value, timedelta) else value for name, value in changes.items()}
    return usual | {"exp": now + timedelta(hours=1)} | given


def signed(keys: Path, content: dict[str, Any]) -> str:
    return sealed(keys, {name: value for name, value in content.items() if value is not ...})


def sealed(keys: Path, content: object) -> str:
    """A token of our issuer with any content, also one that the library would not make."""
    payload = json.dumps(content, default=datetime.timestamp).encode()
    return jwt.PyJWS().encode(payload, (keys / issuer.PRIVATE_KEY).read_bytes(), algorithm="EdDSA")


def verifier_of(keys: Path) -> Verifier:
    return Verifier(keys / issuer.PUBLIC_KEY, lifetime_max=timedelta(hours=24))


def unsigned(content: dict[str, Any]) -> str:
    def part(value: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(value, default=str).encode()).decode().rstrip("=")

    whole = content | {"exp": 4_000_000_000, "iat": 0}
    return f"{part({'alg': 'none', 'typ': 'JWT'})}.{part(whole)}."


def request_with(authorization: bytes) -> Request:
    return Request({"type": "http", "headers": [(b"authorization", authorization)]})


class TestVerifier:
    async def test_knows_the_caller_by_the_token(self, board: Noteboard) -> None:
        organisation = uuid4()
        headers = board.tokens.of(Role.INSTITUTION, person="p1", organisation=organisation, region="410102")

        answer = await board.http.get("/v1/me", headers=headers)

        expected = {"person": "p1", "role": "institution", "organisation": str(organisation), "region": "410102"}
        assert answer.json() == expected

    @pytest.mark.parametrize(
        "wrong",
        [
            {"exp": datetime(2025, 1, 1, tzinfo=UTC)},
            {"nbf": datetime(2999, 1, 1, tzinfo=UTC)},
            {"iss": "somebody-else"},
            {"aud": "another-service"},
            {"role": "emperor"},
            {"role": ["province"]},
            {"role": None},
            {"sub": 7},
            {"sub": None},
            {"sub": ""},
            {"sub": "  "},
            {"sub": "x" * 129},
            {"sub": "a\nb"},
            {"sub": "a\u200bb"},
            {"sub": "a\u202eb"},
            {"sub": "\ue000"},
            {"sub": "\ud800"},
            {"org": "not an id"},
            {"org": 7},
            {"org": ["0197a2f8-0000-7000-8000-000000000001"]},
            {"role": "institution", "org": None},
            {"role": "assessment_body", "org": ""},
            {"role": "county_officer", "region": None},
            {"role": "reviewer", "region": ""},
            {"role": "finance", "region": ["410100"]},
            {"region": 410000},
            {"region": {"code": "410000"}},
            {"region": "410000; --"},
            {"region": ...},
            {"exp": timedelta(hours=25)},
            {"exp": timedelta(days=36_500)},
            {"exp": 1e300},
            {"exp": float("inf")},
            {"exp": float("nan")},
            {"exp": "4000000000"},
            {"exp": []},
            {"exp": -1},
            {"iat": timedelta(hours=1)},
            {"iat": None},
            {"iat": ...},
            {"nbf": "tomorrow"},
            {"iss": ["skills-programme"]},
            {"aud": []},
            {"aud": 7},
            {"exp": ...},
            {"sub": ...},
            {"role": ...},
            {"iss": ...},
            {"aud": ...},
        ],
        ids=str,
    )
    async def test_refuses_a_token_with_a_wrong_claim(
        self, board: Noteboard, keys: Path, wrong: dict[str, Any]
    ) -> None:
        now = datetime.now(UTC)
        wrong = {name: now + value if isinstance(value, timedelta) else value for name, value in wrong.items()}

        await self._refused(board, f"Bearer {signed(keys, claims(**wrong))}")

    @pytest.mark.parametrize(
        "content",
        [[], "text", 7, None, {}, [claims()]],
        ids=["a list", "text", "a number", "null", "no claims", "claims in a list"],
    )
    async def test_refuses_a_signed_token_without_claims(self, board: Noteboard, keys: Path, content: object) -> None:
        await self._refused(board, f"Bearer {sealed(keys, content)}")

    async def test_refuses_a_token_that_is_too_long(self, board: Noteboard, keys: Path) -> None:
        await self._refused(board, f"Bearer {signed(keys, claims(more='x' * 4096))}")

    @pytest.mark.parametrize("written", ["S", "S ", " S", "\u3000S", "Ｓ"])
    async def test_knows_a_person_in_one_form(self, keys: Path, written: str) -> None:
        request = request_with(f"Bearer {signed(keys, claims(sub=written))}".encode())

        assert verifier_of(keys).caller_of(request).person == "S"

    async def test_takes_a_token_for_several_audiences(self, board: Noteboard, keys: Path) -> None:
        token = signed(keys, claims(aud=["somebody-else", AUDIENCE]))

        assert (await board.http.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).status_code == 200

    async def test_gives_a_person_the_rights_of_each_token(self, keys: Path) -> None:
        verifier = verifier_of(keys)
        moved = [claims(role="county_officer", region=region) for region in ("410102", "410103", "410102")]

        callers = [verifier.caller_of(request_with(f"Bearer {signed(keys, each)}".encode())) for each in moved]

        assert [each.region for each in callers] == ["410102", "410103", "410102"]

    async def test_refuses_a_token_of_another_issuer(self, board: Noteboard) -> None:
        token = jwt.encode(claims(), Ed25519PrivateKey.generate(), algorithm="EdDSA")

        await self._refused(board, f"Bearer {token}")

    async def test_refuses_a_token_without_a_signature(self, board: Noteboard) -> None:
        await self._refused(board, f"Bearer {unsigned(claims())}")

    @pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
    async def test_refuses_a_token_signed_with_the_public_key_as_a_secret(self, board: Noteboard, keys: Path) -> None:
        # The classic confusion of algorithms. The library itself refuses to make such a token from a PEM.
        secret = b"".join((keys / issuer.PUBLIC_KEY).read_bytes().split(b"\n")[1:-2])
        token = jwt.encode(claims(), secret, algorithm="HS256")

        await self._refused(board, f"Bearer {token}")

    async def test_refuses_a_token_that_was_changed(self, board: Noteboard, keys: Path) -> None:
        head, _, signature = signed(keys, claims(role="institution")).split(".")
        _, body, _ = unsigned(claims(role="province")).split(".")

        await self._refused(board, f"Bearer {head}.{body}.{signature}")

    @pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic c29tZW9uZTpzZWNyZXQ=", "Bearer a.b.c"])
    async def test_refuses_what_is_no_token(self, board: Noteboard, header: str) -> None:
        await self._refused(board, header)

    async def test_refuses_a_request_without_the_header(self, board: Noteboard) -> None:
        answer = await board.http.post("/v1/notes", json={"title": "x"})

        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.binary(max_size=80))
    def test_refuses_any_other_bytes(self, keys: Path, token: bytes) -> None:
        with pytest.raises(Unauthenticated):
            verifier_of(keys).caller_of(request_with(b"Bearer " + token))

    async def test_takes_the_word_bearer_in_any_case(self, board: Noteboard, keys: Path) -> None:
        answer = await board.http.get("/v1/me", headers={"Authorization": f"bEARER   {signed(keys, claims())}"})

        assert answer.status_code == 200

    async def test_refuses_a_token_that_it_knows_once_it_has_run_out(
        self, keys: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        verifier = verifier_of(keys)
        request = request_with(f"Bearer {signed(keys, claims())}".encode())
        known = verifier.caller_of(request)

        monkeypatch.setattr("shared.auth.time.time", (datetime.now(UTC) + timedelta(hours=1)).timestamp)

        assert known.person == "someone"
        with pytest.raises(Unauthenticated):
            verifier.caller_of(request)

    @staticmethod
    async def _refused(board: Noteboard, header: str) -> None:
        answer = await board.http.post("/v1/notes", json={"title": "x"}, headers={"Authorization": header})

        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
        assert answer.headers["www-authenticate"] == "Bearer"
        assert await board.titles() == []


class TestCaller:
    caller = Caller(person="p", role=Role.COUNTY_OFFICER, organisation=UUID(int=1), region="410102")

    def test_may_what_its_role_may(self) -> None:
        self.caller.require(Role.PROVINCE, Role.COUNTY_OFFICER)

        with pytest.raises(WrongRole) as refused:
            self.caller.require(Role.PROVINCE, Role.FINANCE)
        assert refused.value.facts == {"roles": ["finance", "province"]}

    def test_acts_for_its_own_organisation_only(self) -> None:
        self.caller.require_organisation(UUID(int=1))

        with pytest.raises(ForeignOrganisation):
            self.caller.require_organisation(UUID(int=2))

    def test_acts_in_its_region_and_below(self) -> None:
        self.caller.require_region(["410102", "410100", "410000"])

        with pytest.raises(ForeignRegion):
            self.caller.require_region(["410100", "410000"])

    def test_without_a_region_acts_nowhere(self) -> None:
        with pytest.raises(ForeignRegion):
            Caller("p", Role.COUNTY_OFFICER, None, None).require_region(["410102"])
