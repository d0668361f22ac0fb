"""Verify a certificate for the public, who know its number and its holder's name or have a code from the holder."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.certificates import store as certificate_store
from services.assessment.numbers.rules.kinds import KindedNumber
from services.assessment.persons.usecases import own_keys, require_own
from services.assessment.verification import rules, store
from services.assessment.verification.rules import Code, NotVerified
from services.assessment.verification.store import CertificateExtract, Look
from services.assessment.verification.usecases.looks import Looks
from shared.kernel.callers import Caller
from shared.kernel.identity import DocumentKind
from shared.kernel.ids import new_id
from shared.persons import Particulars, Persons, SealedPerson

_MARK = "verification-code"


def nobody(persons: Persons) -> SealedPerson:
    """A person whose name is compared where there is no certificate, so that both answers take the same time."""
    return persons.close(new_id(), "-", Particulars(DocumentKind.RESIDENT_ID, "-", "\N{REPLACEMENT CHARACTER}"))


async def by_number(
    database: Any, number: KindedNumber, name: str, *, persons: Persons, nobody: SealedPerson
) -> CertificateExtract:
    """The certificate with this number whose holder has this name; an earlier edition's number leads to it, too.

    Raises NotVerified, in the same time for a number that nobody has and for another name.
    """
    found = await store.by_number(database, number.number, number.kind)
    is_theirs = persons.is_called(nobody if found is None else found.holder, name)
    if found is None or not is_theirs:
        raise NotVerified
    return found


async def by_code(database: Any, raw: str, *, persons: Persons, at: datetime) -> CertificateExtract:
    """The certificate for which the holder gave this code. Raises NotVerified."""
    found = await store.by_code(database, _mark(raw, persons), at=at)
    if found is None:
        raise NotVerified
    return found


async def keep(looks: Looks, found: CertificateExtract, *, asker: str | None, at: datetime) -> None:
    """Keep, for its holder, that the certificate was looked at."""
    await looks.keep(Look(new_id(), found.id, found.code_id, asker, at))


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
