"""Personal data at rest: authenticated encryption, with the key id in each value so that keys can be rotated."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class Seal:
    """Encrypts and decrypts small values (AES-256-GCM). A value is bound to its `owner`, the row that holds it."""

    def __init__(self, *, current: str, keys: Mapping[str, bytes]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._prefix = f"{current}:".encode()
        self._current = self._ciphers[current]

    @classmethod
    def load(cls, directory: Path) -> Seal:
        """The seal with the keys in `directory`/field-keys.json: every key decrypts, the current one encrypts."""
        content = orjson.loads((directory / "field-keys.json").read_bytes())
        return cls(
            current=content["current"], keys={name: base64.b64decode(key) for name, key in content["keys"].items()}
        )

    def encrypt(self, value: bytes, *, owner: bytes) -> bytes:
        """`value` encrypted for `owner`."""
        nonce = os.urandom(_NONCE_BYTES)
        return self._prefix + nonce + self._current.encrypt(nonce, value, owner)

    def decrypt(self, sealed: bytes, *, owner: bytes) -> bytes:
        """The value in `sealed`. Raises cryptography's InvalidTag if it was changed or belongs to another owner."""
        key_id, _, rest = sealed.partition(b":")
        return self._ciphers[key_id.decode()].decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], owner)
