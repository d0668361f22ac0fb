"""Use certificates as courses and courses towards awards, once for each school; take a use back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.credits import rules, store
from services.assessment.credits.rules import CreditsUsed, CreditUse, Direction
from services.assessment.numbers.rules.kinds import recognise
from services.assessment.pass_rules.rules import NATIONAL
from services.assessment.persons import store as person_store
from services.assessment.plan import usecases as plans
from services.assessment.relied_courses.usecases import propose_where_gone
from services.assessment.verification import store as certificates
from services.assessment.verification.rules import NotVerified
from shared import heard
from shared.contracts.assessment import CertificateStatus
from shared.database import driver
from shared.dated_rules.province import ProvinceRules
from shared.kernel.awards import Award
from shared.kernel.callers import Caller, ForeignOrganisation, Role
from shared.kernel.ids import new_id
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import business_day
from shared.persons import Particulars, Persons
from shared.plan import Plan


async def _plan(connection: AsyncConnection, caller: Caller) -> Plan:
    plan = await plans.load(connection)
    caller.require_region(plan.provinces)
    return plan


CREDIT_RULES: Final = ProvinceRules(
    store.RULES,
    load_plan=_plan,
    check=lambda _: rules.require_sound,
    saying_nothing={"tenths": 0},
    nation=NATIONAL,
)
"""The rules as the province enters them for the schools."""


async def use_certificate(
    connection: AsyncConnection, number: str, name: str, *, persons: Persons, caller: Caller, at: datetime
) -> CreditUse:
    """Count a valid certificate as courses of the caller's school, which has seen it.

    Raises ForeignOrganisation, UnknownNumberKind, NotVerified, NoConversion, CreditsUsed.
    """
    known = recognise(number)
    found = await certificates.by_number(await driver(connection), known.number, known.kind)
    if found is None or not persons.is_called(found.holder, name) or found.status is not CertificateStatus.VALID:
        raise NotVerified
    use = _new(caller, Direction.TO_CREDITS, found.holder.person, found.occupation, found.award, at=at)
    return await _record(connection, replace(use, certificate_id=found.id), None, at=at)


async def use_courses(
    connection: AsyncConnection,
    student: Particulars,
    courses: Sequence[str],
    *,
    occupation: str,
    award: Award,
    persons: Persons,
    caller: Caller,
    at: datetime,
) -> CreditUse:
    """Count courses of the caller's school that a student has passed towards an award.

    Raises ForeignOrganisation, MalformedOccupation, NoConversion, CreditsUsed, and the refusals of a number.
    """
    person, number = persons.recognise(student.document_kind, student.document_number, today=business_day(at))
    use = _new(caller, Direction.TO_AWARD, person, parse_occupation(occupation), award, at=at)
    await person_store.add_all(connection, [persons.close(person, number, student)])
    return await _record(connection, use, courses, at=at)


def _new(
    caller: Caller, direction: Direction, person: UUID, occupation: str, award: Award, *, at: datetime
) -> CreditUse:
    if caller.organisation is None:
        raise ForeignOrganisation
    return CreditUse(
        id=new_id(),
        direction=direction,
        school_id=caller.organisation,
        person=person,
        certificate_id=None,
        occupation=occupation,
        award=award,
        courses=(),
        used_by=caller.person,
        used_at=at,
    )


async def _record(
    connection: AsyncConnection, use: CreditUse, taken: Sequence[str] | None, *, at: datetime
) -> CreditUse:
    courses = rules.courses_on(
        await store.RULES.entered_rows(connection),
        use.direction,
        use.school_id,
        occupation=use.occupation,
        award=use.award,
        taken=taken,
        day=business_day(at),
    )
    human = (await person_store.humans(connection, {use.person}))[use.person]
    await person_store.lock(connection, {human})
    standing = await store.standing(connection, use, await heard.keys_of(connection, {human}))
    if standing is not None:
        raise CreditsUsed(use_id=str(standing.id))
    used = replace(use, courses=courses)
    await store.add(connection, used)
    return used


async def withdraw(
    connection: AsyncConnection, use_id: UUID, *, reason: str, caller: Caller, at: datetime
) -> CreditUse:
    """Take a use of the caller's school back. Raises NotFound, ForeignOrganisation, UseWithdrawn."""
    before = await store.load(connection, use_id)
    caller.require_organisation(before.school_id)
    after = rules.withdraw(before, by=caller.person, reason=reason, at=at)
    await store.save(connection, after)
    await propose_where_gone(connection, uses=[use_id], at=at)
    return after


async def page(connection: AsyncConnection, *, caller: Caller, after: UUID, limit: int) -> list[CreditUse]:
    """Uses of the caller's school; the province sees all. Raises ForeignOrganisation, ForeignRegion."""
    if caller.role is Role.INSTITUTION:
        if caller.organisation is None:
            raise ForeignOrganisation
        return await store.page(connection, [caller.organisation], after=after, limit=limit)
    caller.require_region((await plans.load(connection)).provinces)
    return await store.page(connection, None, after=after, limit=limit)
