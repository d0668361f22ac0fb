"""Phones in a roster that too many trainees gave. Most rosters have none, which one query finds out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.enrolments.usecases.entry_checks import Checks
from services.registry.flags.rules.flags import Observation
from services.registry.rosters import store as store
from services.registry.rosters.rules.phones import SPREAD_DAYS, PhoneUse, shared, spread
from services.registry.rosters.usecases.people import IdentifiedRow


async def owners_of(connection: AsyncConnection, admitted: Sequence[IdentifiedRow]) -> Mapping[UUID, int]:
    """The number of stored people with each phone of `admitted`, by blind index."""
    given = {each.phone_mark for each in admitted if each.phone_mark is not None}
    return await store.phone_owners(connection, given) if given else {}


async def shared_phones(
    connection: AsyncConnection, admitted: Sequence[IdentifiedRow], checks: Checks, known: Mapping[UUID, int]
) -> dict[tuple[UUID, UUID], Observation]:
    """Observations about the phones of `admitted`, by class and blind index of the phone (C16).

    `known` is the number of stored people with each phone.
    """
    given = Counter(each.phone_mark for each in admitted if each.phone_mark is not None)
    if not given:
        return {}
    allowed = min(policy.attendance_trainees_per_phone_max for policy in checks.policies.values())
    if not known and max(given.values()) <= allowed:
        return {}
    # People who are stored already are counted twice here, but not by the rule.
    many = {mark for mark, count in given.items() if count + known.get(mark, 0) > allowed}
    if not many:
        return {}
    uses = [_use(each, each.phone_mark) for each in admitted if each.phone_mark in many and each.phone_mark]
    classes = {each.entry.class_.id: each.entry.class_ for each in admitted}
    before = await store.phone_uses(
        connection,
        many,
        institution_id=next(iter(classes.values())).institution_id,
        from_on=min(each.from_on for each in uses),
        until_on=max(each.until_on for each in uses),
    )
    return shared(uses, before, classes, checks.policies)


async def spread_phones(
    connection: AsyncConnection, admitted: Sequence[IdentifiedRow], checks: Checks, known: Mapping[UUID, int]
) -> list[Observation]:
    """Observations about the phones of `admitted`, who are stored, that people elsewhere gave as well (C16).

    `known` is the number of people who had each phone before.
    """
    given = Counter(each.phone_mark for each in admitted if each.phone_mark is not None)
    allowed = min((policy.attendance_trainees_per_phone_max for policy in checks.policies.values()), default=0)
    many = {mark for mark, count in given.items() if mark in known and count + known[mark] > allowed}
    if not many:
        return []
    classes = {each.entry.class_.id: each.entry.class_ for each in admitted}
    since = min(each.starts_on for each in classes.values()) - timedelta(days=SPREAD_DAYS)
    owners = await store.phone_spread(connection, many, since=since)
    uses = [_use(each, each.phone_mark) for each in admitted if each.phone_mark in many and each.phone_mark]
    return list(spread(uses, owners, classes, checks.policies))


def _use(recognised: IdentifiedRow, mark: UUID) -> PhoneUse:
    class_ = recognised.entry.class_
    return PhoneUse(mark, recognised.entry.person, class_.id, class_.starts_on, class_.ends_on)
