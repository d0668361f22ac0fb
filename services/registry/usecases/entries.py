"""What was said of a trainee at entry: sealed beside the enrolment, shown to the institution and its county alone."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.domain.trainees import AtEntry, GroupEvidence, PriorityGroup
from services.registry.store import classes as class_store
from services.registry.store import enrolments as enrolment_store
from services.registry.store import plan as plan_store
from services.registry.store import rosters as store
from shared.kernel.callers import Caller, Role
from shared.persons import Persons


def close(persons: Persons, enrolment_id: UUID, said: AtEntry) -> bytes | None:
    """What of `said` the row of the enrolment does not show, sealed to it; None if there is nothing."""
    if not said.groups and said.draws_pension is None and said.consent_version is None and said.phone is None:
        return None
    content = {
        "groups": [tuple(each) for each in said.groups],
        "draws_pension": said.draws_pension,
        "consent_version": said.consent_version,
        "phone": said.phone,
    }
    return persons.seal(orjson.dumps(content), owner=enrolment_id)


async def load(connection: AsyncConnection, enrolment_id: UUID, *, persons: Persons, caller: Caller) -> AtEntry:
    """What was said at entry, for the institution and the officers of its county or above.

    Raises WrongRole, NotFound, ForeignOrganisation, ForeignRegion.
    """
    caller.require(Role.INSTITUTION, Role.COUNTY_OFFICER)
    enrolment = await enrolment_store.load(connection, enrolment_id)
    if caller.role is Role.INSTITUTION:
        caller.require_organisation(enrolment.institution_id)
    else:
        class_ = await class_store.load(connection, enrolment.class_id)
        caller.require_region((await plan_store.load(connection)).region_and_above(class_.region))
    owner, sealed = await store.entry(connection, enrolment_id)
    content: dict[str, Any] = {} if sealed is None else orjson.loads(persons.unseal(sealed, owner=owner))
    return AtEntry(
        employment=enrolment.employment,
        groups=tuple(
            GroupEvidence(PriorityGroup(group), evidence, date.fromisoformat(dated_on))
            for group, evidence, dated_on in content.get("groups", ())
        ),
        draws_pension=content.get("draws_pension"),
        consented_on=enrolment.consented_on,
        consent_version=content.get("consent_version"),
        phone=content.get("phone"),
    )


async def phones(connection: AsyncConnection, enrolment_id: UUID, said: AtEntry, *, persons: Persons) -> list[str]:
    """Where somebody can be reached of whom `said` may be seen: the phone given at entry first, then the one known."""
    person = (await enrolment_store.load(connection, enrolment_id)).person
    known = persons.particulars((await enrolment_store.sealed_trainees(connection, [person]))[person])
    return list(dict.fromkeys(phone for phone in (said.phone, known.phone) if phone is not None))
