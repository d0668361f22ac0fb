"""Personal data in a service: recognised by key, stored encrypted, shown masked."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import orjson

from shared.kernel.identity import DocumentKind, IdentityDocument, masked, parse_document
from shared.kernel.names import same_name
from shared.kernel.person_key import PersonKeys
from shared.sealed import Seal

_ROW_MARK_BYTES = 16


@dataclass(frozen=True, slots=True, repr=False)
class Particulars:
    """The personal data in a row of a batch. Never printed, never logged."""

    document_kind: DocumentKind
    document_number: str
    name: str
    phone: str | None = None


class SealedPerson(NamedTuple):
    """A person as stored in a database; without the field keys only `person` is readable."""

    person: UUID
    document_kind: str
    sealed: bytes


class Persons:
    """Turns particulars into a key and an encrypted value, and back into masked values."""

    def __init__(self, keys: PersonKeys, seal: Seal) -> None:
        self._keys = keys
        self._seal = seal
        # A key of its own, derived from the secret, so that no one without it can recompute a mark.
        self._row_marks = hashlib.blake2b(key=keys.mark("key", "rows").bytes, digest_size=_ROW_MARK_BYTES)

    @classmethod
    def load(cls, directory: Path) -> Persons:
        """With the secrets in `directory` (person-key.secret, field-keys.json)."""
        secret = bytes.fromhex((directory / "person-key.secret").read_text().strip())
        return cls(PersonKeys(secret), Seal.load(directory))

    def recognise(self, kind: DocumentKind, number: str, *, today: date) -> tuple[UUID, str]:
        """The person's key and the normalised number. Raises the refusals of an identity number."""
        document = parse_document(kind, number, today=today)
        return self._keys.of(document), document.number

    def mark(self, kind: str, text: str) -> UUID:
        """A keyed hash (blind index) of `text`, such as a phone, an account or an address."""
        return self._keys.mark(kind, text)

    def mark_row(self, content: bytes) -> bytes:
        """A keyed hash by which a repeated row is recognised; as `mark`, it reveals nothing."""
        digest = self._row_marks.copy()
        digest.update(content)
        return digest.digest()

    def close(self, person: UUID, number: str, particulars: Particulars) -> SealedPerson:
        """The particulars sealed to their person."""
        content = orjson.dumps([number, particulars.name, particulars.phone])
        return SealedPerson(person, particulars.document_kind, self._seal.encrypt(content, owner=person.bytes))

    def seal(self, content: bytes, *, owner: UUID) -> bytes:
        """Whatever else is said of people, sealed to the record `owner` that holds it."""
        return self._seal.encrypt(content, owner=owner.bytes)

    def unseal(self, sealed: bytes, *, owner: UUID) -> bytes:
        """What `seal` was given. Raises cryptography's InvalidTag for another owner's."""
        return self._seal.decrypt(sealed, owner=owner.bytes)

    def particulars(self, known: SealedPerson) -> Particulars:
        """What was sealed, for a rule to look at."""
        return Particulars(DocumentKind(known.document_kind), *self._open(known))

    def is_called(self, known: SealedPerson, name: str) -> bool:
        """Whether `name` is the encrypted one, apart from spacing, width, case and dots."""
        return same_name(self._open(known)[1], name)

    def called(self, known: SealedPerson, name: str, phone: str | None) -> SealedPerson:
        """The same person under another name; without a phone the old one stays."""
        number, _, phone_before = self._open(known)
        particulars = Particulars(DocumentKind(known.document_kind), number, name, phone or phone_before)
        return self.close(known.person, number, particulars)

    def document(self, known: SealedPerson) -> IdentityDocument:
        """The document by which they were recognised, for rules that need an age."""
        return IdentityDocument(DocumentKind(known.document_kind), self._open(known)[0])

    def shown(self, known: SealedPerson) -> dict[str, str]:
        """Name, kind and number as an answer may show them: masked."""
        number, name, _ = self._open(known)
        return {
            "name": self.masked_name(name),
            "document_kind": known.document_kind,
            "document_number": masked(number),
        }

    @staticmethod
    def masked_name(name: str) -> str:
        """A name as an answer may show it."""
        return name[:1] + "*" * (len(name) - 1)

    def _open(self, known: SealedPerson) -> tuple[str, str, str | None]:
        number, name, phone = orjson.loads(self._seal.decrypt(known.sealed, owner=known.person.bytes))
        return number, name, phone
