"""Person keys: pseudonyms of persons outside the service that stores their documents."""

from __future__ import annotations

from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC

from shared.kernel.identity import IdentityDocument
from shared.kernel.spelling import canonical

SECRET_BYTES_MIN = 32

_VERSION_AND_VARIANT = (0xF << 76) | (0x3 << 62)
_VERSION_8 = (0x8 << 76) | (0x2 << 62)


class PersonKeys:
    """Makes person keys with one secret.

    The secret protects the number: there are so few possible numbers that all of them could be tried against
    a plain hash. Without the secret no key can be computed again; a changed secret gives everyone a new key.
    """

    __slots__ = ("_keyed_hash",)

    def __init__(self, secret: bytes) -> None:
        """Raises ValueError for a secret shorter than 32 bytes."""
        if len(secret) < SECRET_BYTES_MIN:
            raise ValueError(f"the secret for person keys needs at least {SECRET_BYTES_MIN} bytes")
        # Keyed once and copied for each message: to take in the key each time costs more than to hash a short text.
        self._keyed_hash = HMAC(secret, SHA256())

    def of(self, document: IdentityDocument) -> UUID:
        """The key of the holder of `document`: the same for the same kind and number.

        122 bits of HMAC-SHA-256 in a UUID of version 8 (RFC 9562 §5.8). The kind is part of what is hashed, so equal
        numbers of different kinds of documents have different keys.
        """
        return self._keyed(document.kind + ":" + document.number)

    def mark(self, kind: str, text: str) -> UUID:
        """A keyed hash (blind index) of `text`, which must not be stored: equal texts of a `kind` have equal marks.

        Spacing, width and case are ignored. No mark equals a person's key.
        """
        return self._keyed(f"mark:{kind}:{canonical(text)}")

    def _keyed(self, message: str) -> UUID:
        keyed = self._keyed_hash.copy()
        keyed.update(message.encode())
        bits = int.from_bytes(keyed.finalize()[:16], "big")
        return UUID(int=bits & ~_VERSION_AND_VARIANT | _VERSION_8)
