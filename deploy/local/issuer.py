"""The embedded token issuer: creates this machine's keys once, and signs the callers' bearer tokens.

`python -m deploy.local.issuer --role reviewer --person P --organisation O --region 410100 --hours 8` prints a token.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import secrets
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from deploy.local import LOCAL

ISSUER: Final = "skills-programme"
AUDIENCE: Final = "skills-programme"
ALGORITHM: Final = "EdDSA"

PRIVATE_KEY: Final = "issuer-private.pem"
PUBLIC_KEY: Final = "issuer-public.pem"
PERSON_KEY_SECRET: Final = "person-key.secret"  # noqa: S105 - the name of the file
FIELD_KEYS: Final = "field-keys.json"


def make_keys(directory: Path) -> None:
    """Create the keys that a run on one machine needs; existing keys are never changed.

    - `issuer-private.pem`, `issuer-public.pem`: Ed25519, for tokens.
    - `person-key.secret`: 32 random bytes in hex, the HMAC secret of person keys, shared by the services.
    - `field-keys.json`: `{"current": "k1", "keys": {"k1": base64 of 32 bytes}}`, for the encryption of fields.

    Only the owner can read them. If the last two are lost, so is the personal data that they protect.
    """
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_once(directory / PRIVATE_KEY, _new_private_key())
    private = serialization.load_pem_private_key((directory / PRIVATE_KEY).read_bytes(), password=None)
    _write_once(
        directory / PUBLIC_KEY,
        private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    )
    _write_once(directory / PERSON_KEY_SECRET, f"{secrets.token_hex(32)}\n".encode("ascii"))
    field_key = base64.b64encode(secrets.token_bytes(32)).decode("ascii")
    _write_once(directory / FIELD_KEYS, f"{json.dumps({'current': 'k1', 'keys': {'k1': field_key}})}\n".encode("ascii"))


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


def main() -> int:
    """Print a token for the caller in the arguments; create the keys on first use."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.issuer", description="Print a signed bearer token.")
    parser.add_argument("--person", required=True, help="the person's key (a UUID)")
    parser.add_argument("--role", required=True, help="for example institution, centre, reviewer")
    parser.add_argument("--organisation", help="the organisation the person acts for")
    parser.add_argument("--region", help="the region code the person acts in, for example 410100")
    parser.add_argument("--hours", type=float, default=8.0, help="how long the token is valid (default 8)")
    parser.add_argument("--keys", type=Path, default=LOCAL / "keys", help="the directory of the keys")
    chosen = parser.parse_args()
    make_keys(chosen.keys)
    print(
        issue(
            chosen.keys,
            person=chosen.person,
            organisation=chosen.organisation,
            role=chosen.role,
            region=chosen.region,
            hours=chosen.hours,
            now=datetime.now(UTC),
        )
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
