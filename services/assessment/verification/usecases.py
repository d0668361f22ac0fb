"""Verify a certificate for the public, who know its number and its holder's name or have a code from the holder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates import store as certificate_store
from services.assessment.numbers.rules.kinds import KindedNumber
from services.assessment.persons.usecases import own_keys, require_own
from services.assessment.verification import rules, store
from services.assessment.verification.rules import Code, NotVerified
from services.assessment.verification.store import CertificateExtract, PastRevocation
from shared.kernel.callers import Caller
from shared.kernel.identity import DocumentKind
from shared.kernel.ids import new_id
from shared.persons import Particulars, Persons, SealedPerson

_MARK = "verification-code"


class Verified(NamedTuple):
    """A certificate that was found, and its revocations that were taken back."""

    extract: CertificateExtract
    past_revocations: Sequence[PastRevocation]


def nobody(persons: Persons) -> SealedPerson:
    """A person whose name is compared where there is no certificate, so that both answers take the same time."""
    return persons.close(new_id(), "-", Particulars(DocumentKind.RESIDENT_ID, "-", "\N{REPLACEMENT CHARACTER}"))


async def by_number(
    connection: AsyncConnection,
    number: KindedNumber,
    name: str,
    *,
    asker: str | None,
    persons: Persons,
    nobody: SealedPerson,
    at: datetime,
) -> Verified:
    """The certificate with this number whose holder has this name; an earlier edition's number leads to it, too.

    Raises NotVerified, in the same time for a number that nobody has and for another name.
    """
    found = await store.by_number(connection, number.number, number.kind)
    is_theirs = persons.is_called(nobody if found is None else found.holder, name)
    if found is None or not is_theirs:
        raise NotVerified
    return await _seen(connection, found, asker=asker, at=at)


async def by_code(connection: AsyncConnection, raw: str, *, asker: str, persons: Persons, at: datetime) -> Verified:
    """The certificate for which the holder gave this code. Raises NotVerified."""
    found = await store.by_code(connection, _mark(raw, persons), at=at)
    if found is None:
        raise NotVerified
    return await _seen(connection, found, asker=asker, at=at)


async def _seen(connection: AsyncConnection, found: CertificateExtract, *, asker: str | None, at: datetime) -> Verified:
    await store.keep_look(connection, found.id, code_id=found.code_id, asker=asker, at=at)
    return Verified(found, await store.past_revocations(connection, found.id))


class GivenCode(NamedTuple):
    """A new code, and the secret that is shown this once."""

    code: Code
    secret: str


async def give_code(
    connection: AsyncConnection,
    certificate_id: UUID,
    *,
    days: int,
    given_to: str | None,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> GivenCode:
    """A code by which others see the caller's certificate for some days. Raises NotFound, ForeignPerson."""
    certificate = await certificate_store.load(connection, certificate_id)
    await require_own(connection, caller, certificate.person)
    code, secret = rules.give(certificate.id, id_=new_id(), days=days, given_to=given_to, at=at), rules.new_secret()
    await store.add_code(connection, code, _mark(secret, persons))
    return GivenCode(code, secret)


async def end_code(connection: AsyncConnection, code_id: UUID, *, caller: Caller, at: datetime) -> Code:
    """The code, which no longer shows anything. Raises NotFound, ForeignPerson, IllegalMove."""
    code = await store.lock_code(connection, code_id)
    certificate = await certificate_store.load(connection, code.certificate_id)
    await require_own(connection, caller, certificate.person)
    after = rules.end(code, at=at)
    await store.end_code(connection, after)
    return after


async def own(connection: AsyncConnection, caller: Caller) -> set[UUID]:
    """The keys of the person who calls."""
    return await own_keys(connection, caller)


def _mark(secret: str, persons: Persons) -> UUID:
    return persons.mark(_MARK, rules.canonical_secret(secret))
