"""The keys of credentials: one signs, and all that ever signed are published, so that old credentials verify, too."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from jwt.algorithms import OKPAlgorithm

from services.assessment.credentials.rules import NoCredentialKey, Publisher
from shared.kernel.refusals import NotFound

FILE: Final = "credential-keys.json"
ALGORITHM: Final = "EdDSA"


class Signer:
    """Signs payloads with the current key. A key that was rotated out may be there with its public half only."""

    def __init__(
        self, current: str, private: Ed25519PrivateKey, public: Mapping[str, Ed25519PublicKey], publisher: Publisher
    ) -> None:
        self.key_id = current
        self.publisher = publisher
        self._private = private
        self._header = {"typ": "JWT", "kid": publisher.key_url(current)}
        self._keys = {key_id: self._published(key_id, key) for key_id, key in public.items()}

    @classmethod
    def load(cls, directory: Path, publisher: Publisher) -> Signer | None:
        """With the keys in `directory`/credential-keys.json; None without that file.

        The file is `{"current": "c2", "keys": {"c2": {"private": PEM}, "c1": {"public": PEM}}}`, keys are Ed25519.
        """
        path = directory / FILE
        if not path.exists():
            return None
        content = orjson.loads(path.read_bytes())
        private = {
            key_id: load_pem_private_key(key["private"].encode(), password=None)
            for key_id, key in content["keys"].items()
            if "private" in key
        }
        public = {
            key_id: private[key_id].public_key() if key_id in private else load_pem_public_key(key["public"].encode())
            for key_id, key in content["keys"].items()
        }
        return cls(content["current"], private[content["current"]], public, publisher)  # type: ignore[arg-type]

    def sign(self, payload: Mapping[str, Any]) -> str:
        """The payload as a JWT."""
        signed: str = jwt.PyJWS().encode(orjson.dumps(payload), self._private, ALGORITHM, self._header)
        return signed

    @property
    def key_set(self) -> dict[str, Any]:
        """All public keys, as a JSON Web Key Set."""
        return {"keys": list(self._keys.values())}

    def key(self, key_id: str) -> dict[str, Any]:
        """One public key, as a JSON Web Key. Raises NotFound."""
        if key_id not in self._keys:
            raise NotFound(what="key")
        return self._keys[key_id]

    def _published(self, key_id: str, key: Ed25519PublicKey) -> dict[str, Any]:
        found: dict[str, Any] = OKPAlgorithm.to_jwk(key, as_dict=True)
        return found | {"kid": self.publisher.key_url(key_id), "use": "sig", "alg": ALGORITHM}


def require(signer: Signer | None) -> Signer:
    """The signer. Raises NoCredentialKey without one."""
    if signer is None:
        raise NoCredentialKey
    return signer
