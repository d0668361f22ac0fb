"""The embedded token issuer: creates this machine's keys once, and signs the callers' bearer tokens.

`python -m deploy.local.issuer --role reviewer --person chen --region 410100 --hours 8` prints a token; without a role,
it lists the roles with an example of each. A holder is a person whose key the services derive from their document; the
number of a resident identity card is read from the standard input, where no list of processes shows it.
"""

from __future__ import annotations

import argparse
import base64
import getpass
import json
import os
import re
import secrets
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local import home
from shared.kernel.callers import Role
from shared.kernel.identity import DocumentKind
from shared.kernel.refusals import Refusal
from shared.persons import Persons

ISSUER: Final = "skills-programme"
AUDIENCE: Final = "skills-programme"
ALGORITHM: Final = "EdDSA"

PRIVATE_KEY: Final = "issuer-private.pem"
PUBLIC_KEY: Final = "issuer-public.pem"
SESSION_KEY: Final = "session-key.secret"
PERSON_KEY_SECRET: Final = "person-key.secret"  # noqa: S105 - the name of the file
FIELD_KEYS: Final = "field-keys.json"
CREDENTIAL_KEYS: Final = "credential-keys.json"

OF_ORGANISATIONS: Final = (Role.INSTITUTION, Role.ASSESSMENT_BODY)
"""The roles of people who act for an organisation; all others act in a region."""
REGION_PATTERN: Final = r"\d{6}"


def make_keys(directory: Path) -> None:
    """Create the keys that a run on one machine needs; existing keys are never changed.

    - `issuer-private.pem`, `issuer-public.pem`: Ed25519, for tokens.
    - `session-key.secret`: 32 random bytes in hex, the HMAC key of sessions of people who use pages.
    - `person-key.secret`: 32 random bytes in hex, the HMAC secret of person keys, shared by the services.
    - `field-keys.json`: `{"current": "k1", "keys": {"k1": base64 of 32 bytes}}`, for the encryption of fields.
    - `credential-keys.json`: `{"current": "c1", "keys": {"c1": {"private": PEM}}}`, Ed25519, for credentials.

    Only the owner can read them. If person key and field keys are lost, so is the personal data that they protect.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_once(directory / PRIVATE_KEY, _new_private_key())
    private = serialization.load_pem_private_key((directory / PRIVATE_KEY).read_bytes(), password=None)
    _write_once(
        directory / PUBLIC_KEY,
        private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    )
    _write_once(directory / SESSION_KEY, f"{secrets.token_hex(32)}\n".encode("ascii"))
    _write_once(directory / PERSON_KEY_SECRET, f"{secrets.token_hex(32)}\n".encode("ascii"))
    field_key = base64.b64encode(secrets.token_bytes(32)).decode("ascii")
    _write_once(directory / FIELD_KEYS, f"{json.dumps({'current': 'k1', 'keys': {'k1': field_key}})}\n".encode("ascii"))
    credential_key = {"current": "c1", "keys": {"c1": {"private": _new_private_key().decode("ascii")}}}
    _write_once(directory / CREDENTIAL_KEYS, f"{json.dumps(credential_key)}\n".encode("ascii"))


def issue(
    directory: Path,
    *,
    person: str,
    organisation: str | None,
    role: str,
    region: str | None,
    hours: float,
    now: datetime,
) -> str:
    """A signed token that identifies the caller, valid from `now` for `hours`.

    Every token has the same claims; `org` and `region` are null where the caller has none.
    """
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": person,
        "org": organisation,
        "role": role,
        "region": region,
        "iat": now,
        "exp": now + timedelta(hours=hours),
        "jti": str(uuid.uuid4()),
    }
    return jwt.encode(claims, (directory / PRIVATE_KEY).read_bytes(), algorithm=ALGORITHM)


def _new_private_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write_once(path: Path, content: bytes) -> None:
    # Written to a temporary file and linked into place: complete or absent; if two processes do this, the first wins.
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def refusal(role: str, organisation: str | None, region: str | None) -> str | None:
    """Why no token is made for such a caller, in one sentence; None if one is."""
    if role not in tuple(Role):
        return f"There is no role {role}.\n{roles()}"
    if role in OF_ORGANISATIONS:
        if not organisation:
            return f"A caller in the role {role} acts for an organisation: ORG=<its id>."
        try:
            uuid.UUID(organisation)
        except ValueError:
            return f"ORG={organisation} is not an id: the id is a UUID, in the answer to its registration."
    elif role == Role.HOLDER:
        return None  # who they are is said by the person alone, which has to be the key of one
    elif not re.fullmatch(REGION_PATTERN, region or "", re.ASCII):
        return f"A caller in the role {role} acts in a region: REGION=<six digits>, the province's is 410000."
    return None


def key_of(keys: Path, number: str) -> str:
    """The key under which the services know the holder of this resident identity card.

    Raises the refusals of an identity number.
    """
    key, _ = Persons.load(keys).recognise(DocumentKind.RESIDENT_ID, number, today=datetime.now(UTC).date())
    return str(key)


def roles() -> str:
    """Every role with an example."""
    places = {Role.COUNTY_OFFICER: "410102", Role.PROVINCE: "410000"}
    lines = ["The roles:"]
    for role in Role:
        if role == Role.HOLDER:
            lines.append(f"  make token ROLE={role}   (asks for the number of the identity card; or PERSON=<key>)")
            continue
        place = "ORG=<id>" if role in OF_ORGANISATIONS else f"REGION={places.get(role, '410100')}"
        lines.append(f"  make token ROLE={role} PERSON=li {place}")
    return "\n".join(lines)


def main() -> int:
    """Print a token for the caller in the arguments."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.issuer", description="Print a signed bearer token.")
    parser.add_argument("--role", help="see the list that is printed without a role")
    parser.add_argument("--person", help="who the person is: the same person, the same word; of a holder, the key")
    parser.add_argument("--organisation", help="the id of the organisation the person acts for")
    parser.add_argument("--region", help="the region code the person acts in, for example 410100")
    parser.add_argument("--hours", type=float, default=8.0, help="how long the token is valid (default 8)")
    parser.add_argument("--keys", type=Path, default=home(os.environ) / "keys", help="the directory of the keys")
    chosen = parser.parse_args()
    if not chosen.role:
        print(roles())
        return 0
    reason = refusal(chosen.role, chosen.organisation, chosen.region)
    if reason is None and not (chosen.keys / PRIVATE_KEY).exists():
        # A token signed with new keys would be refused by every service that runs with others.
        reason = f"There are no keys in {chosen.keys}: make up creates them; SKILLS_LOCAL names another directory."
    if reason is not None:
        print(reason, file=sys.stderr)
        return 2
    person = chosen.person or "someone"
    if chosen.role == Role.HOLDER and chosen.person is None:
        try:
            person = key_of(chosen.keys, _asked("The number of the holder's resident identity card: "))
        except Refusal as refused:
            print(refused.title_en, refused.cure_en, file=sys.stderr)
            return 2
    print(
        issue(
            chosen.keys,
            person=person,
            organisation=chosen.organisation,
            role=chosen.role,
            region=chosen.region,
            hours=chosen.hours,
            now=datetime.now(UTC),
        )
    )
    return 0


def _asked(prompt: str) -> str:
    """A line that a terminal does not show, or the first line of what is piped in."""
    return (getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()).strip()


if __name__ == "__main__":
    sys.exit(main())
