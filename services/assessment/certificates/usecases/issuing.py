"""Issue certificates, and let their programme follow the training of their holders."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.store import bodies as body_store
from services.assessment.certificates import store
from services.assessment.certificates.rules import certificates as rules
from services.assessment.certificates.rules.certificates import Certificate, Occasion, Recipient
from services.assessment.chain import usecases as chain
from services.assessment.numbers import store as number_store
from services.assessment.numbers import usecases as number_draw
from services.assessment.numbers.rules import kinds
from services.assessment.numbers.rules.kinds import KindedNumber
from services.assessment.pass_rules.usecases import young_age_below
from services.assessment.persons import store as person_store
from shared import heard
from shared.backbone import outbox
from shared.kernel.awards import Award
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day
from shared.persons import Persons


class Issuance(NamedTuple):
    """New certificates, and the recipients who already hold a valid one of this occupation and award."""

    certificates: list[Certificate]
    already_certified: list[Recipient]


async def issue(
    connection: AsyncConnection,
    occasion: Occasion,
    recipients: Sequence[Recipient],
    *,
    persons: Persons,
    by: str,
    at: datetime,
) -> Issuance:
    """Issue certificates to `recipients`, numbered consecutively in their order. Raises NumberExhausted."""
    if not recipients:
        return Issuance([], [])
    body = await body_store.load(connection, occasion.body_id)
    on = business_day(at)
    # Sessions of one body wait for each other at this lock, so each sees what the previous one issued.
    last = await number_store.lock_serial(connection, body.id, on.year)
    entitled, others = await _entitled(connection, occasion, recipients)
    serials = await number_draw.draw(connection, body, on.year, len(entitled), last=last, at=at)
    numbers = kinds.drawn(body.number_prefix, issued_on=on, award=occasion.award, serials=serials)
    young = await young_on(connection, {each.person for each in entitled}, on, region=occasion.region, persons=persons)
    issued = [
        rules.issue(
            recipient,
            occasion,
            number,
            id_=new_id(),
            on=on,
            is_young=young[recipient.person],
            by=by,
            at=at,
        )
        for recipient, number in zip(entitled, numbers, strict=True)
    ]
    await store.add_all(connection, [certificate for certificate, _ in issued])
    await outbox.record(connection, *(fact for _, fact in issued))
    await link(connection, [certificate for certificate, _ in issued], at=at)
    return Issuance([certificate for certificate, _ in issued], others)


async def young_on(
    connection: AsyncConnection, keys: Collection[UUID], day: date, *, region: str, persons: Persons
) -> dict[UUID, bool | None]:
    """Whether each person was young on `day` by the rule of that day; None where the document shows no birth date.

    Raises NotYetReceived, PolicyUnset.
    """
    if not keys:
        return {}
    age_below = await young_age_below(connection, day=day, region=region)
    sealed = await person_store.sealed(connection, keys)
    ages = {key: persons.document(each).age_on(day) for key, each in sealed.items()}
    return {key: None if age is None else age < age_below for key, age in ages.items()}


async def link(connection: AsyncConnection, certificates: Sequence[Certificate], *, at: datetime) -> None:
    """Link what certificates say now to the chains of their sessions and conferrals, in one order always."""
    for id_, of_chain in groupby(sorted(certificates, key=_by_chain), key=lambda each: each.chain):
        linked = list(of_chain)
        entries = [each.link for each in linked]
        await chain.append(connection, id_, entries, body_id=linked[0].body_id, at=at)


def _by_chain(certificate: Certificate) -> tuple[UUID, UUID]:
    return certificate.chain, certificate.id


async def number_for(
    connection: AsyncConnection, certificate: Certificate, fields: Mapping[str, Any], *, at: datetime
) -> KindedNumber:
    """A further number of the certificate's body, for what the certificate is to say.

    Raises NumberExhausted, NoCertificateNumber for an award whose certificates have no number.
    """
    body = await body_store.load(connection, certificate.body_id)
    said = {name: fields.get(name, getattr(certificate, name)) for name in ("issued_on", "award")}
    year = said["issued_on"].year
    last = await number_store.lock_serial(connection, body.id, year)
    [serial] = await number_draw.draw(connection, body, year, 1, last=last, at=at)
    [number] = kinds.drawn(body.number_prefix, serials=[serial], **said)
    return number


async def certified(
    connection: AsyncConnection, keys: Mapping[UUID, UUID], *, occupation: str, award: Award
) -> set[UUID]:
    """The humans who hold a valid certificate of that occupation and award; `keys` are all their keys."""
    holders = await store.certified(connection, keys, occupation=occupation, award=award)
    return {keys[person] for person in holders}


async def _entitled(
    connection: AsyncConnection, occasion: Occasion, recipients: Sequence[Recipient]
) -> tuple[list[Recipient], list[Recipient]]:
    """The recipients to certify, and those already certified: before, or earlier in the list."""
    humans = await person_store.humans(connection, {recipient.person for recipient in recipients})
    # A unique index allows one certificate per key. Two bodies may examine one human under two keys: hence the lock.
    await person_store.lock(connection, set(humans.values()))
    keys = await heard.keys_of(connection, set(humans.values()))
    have = await certified(connection, keys, occupation=occasion.occupation, award=occasion.award)
    entitled: list[Recipient] = []
    others: list[Recipient] = []
    for recipient in recipients:
        human = humans[recipient.person]
        (others if human in have else entitled).append(recipient)
        have.add(human)
    return entitled, others


async def follow(connection: AsyncConnection, classes: Collection[UUID], *, at: datetime) -> None:
    """Correct the programme of certificates whose holders' enrolments in `classes` now have another one.

    Runs in the transaction that applies the registry's facts, so each correction happens once.
    """
    found = await store.miscounted(connection, classes)
    corrected = [rules.count_to(certificate, programme, at=at) for certificate, programme in found]
    if corrected:
        await store.save_programmes(connection, [certificate for certificate, _ in corrected])
        await outbox.record(connection, *(fact for _, fact in corrected))
