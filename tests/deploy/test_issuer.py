"""The embedded issuer: keys are made once and kept, tokens say who the caller is and for how long."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import jwt
import pytest

from deploy.local import ROOT, issuer
from shared.kernel.callers import Role
from shared.kernel.identity import DocumentKind
from shared.persons import Persons
from tests.support.people import identity_number

NOW = datetime.now(UTC).replace(microsecond=0)


def token(keys: Path, *, now: datetime = NOW, organisation: str | None = "centre-7") -> str:
    return issuer.issue(
        keys, person="0198", organisation=organisation, role="reviewer", region="410100", hours=8, now=now
    )


def read(keys: Path, signed: str) -> dict[str, object]:
    """The claims, checked as a service checks them."""
    public = (keys / issuer.PUBLIC_KEY).read_bytes()
    claims: dict[str, object] = jwt.decode(
        signed, public, algorithms=[issuer.ALGORITHM], audience=issuer.AUDIENCE, issuer=issuer.ISSUER
    )
    return claims


class TestMakeKeys:
    def test_a_second_time_changes_nothing(self, tmp_path: Path) -> None:
        issuer.make_keys(tmp_path / "keys")
        before = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}

        issuer.make_keys(tmp_path / "keys")

        assert {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()} == before
        assert len(before) == 6

    def test_only_the_owner_can_read_them(self, tmp_path: Path) -> None:
        issuer.make_keys(tmp_path / "keys")

        assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}

    def test_the_secrets_have_their_full_length(self, tmp_path: Path) -> None:
        issuer.make_keys(tmp_path)

        fields = json.loads((tmp_path / issuer.FIELD_KEYS).read_text())
        assert len(base64.b64decode(fields["keys"][fields["current"]])) == 32
        assert len(bytes.fromhex((tmp_path / issuer.PERSON_KEY_SECRET).read_text().strip())) == 32


class TestIssue:
    def test_a_token_says_who_the_caller_is(self, tmp_path: Path) -> None:
        issuer.make_keys(tmp_path)

        claims = read(tmp_path, token(tmp_path))

        assert {name: claims[name] for name in ("sub", "org", "role", "region")} == {
            "sub": "0198",
            "org": "centre-7",
            "role": "reviewer",
            "region": "410100",
        }
        assert claims["exp"] == NOW.timestamp() + 8 * 3600

    def test_what_the_caller_has_not_is_null(self, tmp_path: Path) -> None:
        issuer.make_keys(tmp_path)

        assert read(tmp_path, token(tmp_path, organisation=None))["org"] is None

    def test_a_token_ends(self, tmp_path: Path) -> None:
        issuer.make_keys(tmp_path)
        signed = token(tmp_path, now=NOW - timedelta(hours=9))

        with pytest.raises(jwt.ExpiredSignatureError):
            read(tmp_path, signed)

    def test_a_token_of_another_machine_is_refused(self, tmp_path: Path) -> None:
        issuer.make_keys(tmp_path / "ours")
        issuer.make_keys(tmp_path / "theirs")

        with pytest.raises(jwt.InvalidSignatureError):
            read(tmp_path / "ours", token(tmp_path / "theirs"))


class TestCommand:
    def run(self, keys: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "deploy.local.issuer", "--keys", str(keys), *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, input=typed)

    def test_alone_it_lists_every_role_with_an_example_that_is_accepted(self, tmp_path: Path) -> None:
        said = self.run(tmp_path)

        assert said.returncode == 0
        for role in Role:
            [example] = [line for line in said.stdout.splitlines() if f"ROLE={role} " in line]
            words = dict(word.split("=", 1) for word in example.split() if "=" in word)
            organisation = str(uuid4()) if words.get("ORG") else None
            assert issuer.refusal(role, organisation, words.get("REGION")) is None

    def test_a_holder_is_the_key_of_their_card_which_is_read_and_shown_nowhere(self, tmp_path: Path) -> None:
        issuer.make_keys(tmp_path)
        number = identity_number(date(1990, 5, 1), 7)

        said = self.run(tmp_path, "--role", "holder", typed=f"{number}\n")

        key, _ = Persons.load(tmp_path).recognise(DocumentKind.RESIDENT_ID, number, today=NOW.date())
        assert read(tmp_path, said.stdout.strip())["sub"] == str(key)
        assert number not in said.stdout + said.stderr

    def test_a_mistyped_card_gives_no_token_and_is_not_repeated(self, tmp_path: Path) -> None:
        issuer.make_keys(tmp_path)
        number = identity_number(date(1990, 5, 1), 7)
        mistyped = number[:-1] + ("1" if number[-1] != "1" else "2")

        said = self.run(tmp_path, "--role", "holder", typed=f"{mistyped}\n")

        assert (said.returncode, said.stdout) == (2, "")
        assert "check digit" in said.stderr
        assert mistyped not in said.stderr

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (["--role", "reviwer"], "There is no role reviwer."),
            (["--role", "institution"], "ORG=<its id>"),
            (["--role", "institution", "--organisation", "school-7"], "is not an id"),
            (["--role", "reviewer"], "REGION=<six digits>"),
            (["--role", "province", "--region", "Henan"], "REGION=<six digits>"),
            (["--role", "province", "--region", "410000"], "There are no keys in"),
        ],
    )
    def test_it_refuses_a_caller_whom_no_service_would_know(
        self, tmp_path: Path, arguments: list[str], reason: str
    ) -> None:
        said = self.run(tmp_path / "keys", *arguments)

        assert (said.returncode, said.stdout) == (2, "")
        assert reason in said.stderr
        assert not (tmp_path / "keys").exists()
