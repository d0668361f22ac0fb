"""Look for patterns when an account is confirmed, or a sanction, a certificate, a timetable or an exam is received;
list and settle findings.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.usecases import aftermath
from services.subsidy.holds.rules import HoldStatus, Verdict
from services.subsidy.patterns import rules, store
from services.subsidy.patterns.rules import DutySource, Meeting, PatternFinding, PatternRule, SeenAccount
from services.subsidy.patterns.store import Banned, PatternRate
from services.subsidy.trainings import usecases as trainings
from shared.kernel.callers import Caller
from shared.kernel.ids import new_id
from shared.kernel.periods import business_day


async def look_at_account(connection: AsyncConnection, mark: UUID, payee: UUID, *, at: datetime) -> None:
    """Look at who else has or had the account that was confirmed for `payee`."""
    for seen in await store.with_marks(connection, {mark}, day=business_day(at)):
        own = [each for each in seen if each.payee == payee]
        found = [_of_accounts(one, other, at=at) for one in own for other in seen if other.payee != payee]
        await store.add_all(connection, found)


async def look_at_banned(connection: AsyncConnection, banned: Sequence[Banned], *, at: datetime) -> None:
    """Keep whom sanctions keep out, and look at who else has their accounts."""
    await store.keep_banned(connection, banned)
    payees = {each.institution_id for each in banned if not each.lifted}
    marks = await store.marks_of(connection, payees) if payees else []
    for seen in await store.with_marks(connection, marks, day=business_day(at)) if marks else ():
        out = [each for each in seen if each.payee in payees and each.is_banned]
        found = [
            _of_accounts(one, other, at=at) for other in out for one in seen if not one.is_banned
        ]  # fmt: skip
        await store.add_all(connection, found)


async def look_at_certificates(
    connection: AsyncConnection, people: Collection[tuple[UUID, date]], *, at: datetime
) -> None:
    """Look at the certificates of each person in the month before the day of one that was received."""
    found = [
        PatternFinding(
            id=new_id(),
            rule=PatternRule.CERTIFICATE_BURST,
            # By its first certificate: a longer run from the same day on is the same burst.
            key=f"{run.human}/{run.certificates[0]}",
            person=run.human,
            evidence={
                "certificates": [str(each) for each in run.certificates],
                "bodies": [str(each) for each in run.bodies],
                "until": run.issued_on.isoformat(),
            },
            region=run.region,
            reporting_region=run.reporting_region,
            found_at=at,
            due_on=rules.due_on(business_day(at)),
        )
        for run in await store.runs(connection, sorted(people))
        if rules.is_burst(run.bodies)
    ]
    await store.add_all(connection, found)


async def look_at_duties(
    connection: AsyncConnection,
    sources: Sequence[DutySource],
    duties: Iterable[tuple[UUID, UUID, datetime, datetime]],
    *,
    at: datetime,
) -> None:
    """Keep who teaches or examines in `sources` at which hours, and look at who is elsewhere at the same time."""
    await store.keep_duties(connection, sources, duties)
    found = rules.meetings(await store.pairs(connection, sources=[each.id for each in sources]))
    await store.add_all(connection, [_of_meeting(each, at=at) for each in found])


async def look_at_merged(connection: AsyncConnection, persons: Collection[UUID], *, at: datetime) -> None:
    """Look at the duties of humans whose keys were merged: under two keys, nobody saw that they were in two places."""
    found = rules.meetings(await store.pairs(connection, persons=persons))
    await store.add_all(connection, [_of_meeting(each, at=at) for each in found])


async def page(
    connection: AsyncConnection,
    *,
    region: str | None,
    status: HoldStatus | None,
    rule: PatternRule | None,
    overdue: bool,
    caller: Caller,
    today: date,
    after: UUID,
    limit: int,
) -> list[PatternFinding]:
    """Findings that the caller sees. Raises NotYetReceived, UnknownRegion, ForeignRegion."""
    sight = await trainings.scope(connection, caller, region=region)
    before = today if overdue else None
    return await store.page(
        connection, sight.reach, status=status, rule=rule, due_before=before, after=after, limit=limit
    )


async def rates(connection: AsyncConnection, *, region: str | None, caller: Caller, today: date) -> list[PatternRate]:
    """What became of the findings in sight, by rule. Raises NotYetReceived, UnknownRegion, ForeignRegion."""
    sight = await trainings.scope(connection, caller, region=region)
    return await store.rates(connection, sight.reach, today=today)


async def settle(
    connection: AsyncConnection, finding_id: UUID, verb: Verdict, *, reason: str, caller: Caller, at: datetime
) -> PatternFinding:
    """Say what a finding of the caller's region is; what is upheld about a person stops or makes owed their lines.

    Raises NotFound, ForeignRegion, IllegalMove.
    """
    sight = await trainings.scope(connection, caller)
    finding = await store.load(connection, finding_id, lock=True)
    sight.require_handled(finding, owner=None)
    after = rules.settle(finding, verb, reason=reason, by=caller.person, at=at)
    await store.save(connection, after)
    if after.person is not None:
        await aftermath.follow(connection, entries=(), persons={after.person}, at=at)
    return after


def _of_accounts(own: SeenAccount, other: SeenAccount, *, at: datetime) -> PatternFinding:
    rule = rules.rule_of(own, other)
    return PatternFinding(
        id=new_id(),
        rule=rule,
        key=f"{own.payee}/{other.payee}",
        institution_id=None if own.is_person else own.payee,
        person=own.payee if own.is_person else None,
        evidence={
            "accounts": [str(own.account_id), str(other.account_id)],
            "payees": [str(own.payee), str(other.payee)],
        },
        region=own.region,
        reporting_region=own.reporting_region,
        found_at=at,
        due_on=rules.due_on(business_day(at)),
    )


def _of_meeting(meeting: Meeting, *, at: datetime) -> PatternFinding:
    """The finding about one of the two sides; the other one has its own, which reviewers there settle."""
    own, other = meeting.own, meeting.other
    return PatternFinding(
        id=new_id(),
        rule=PatternRule.IN_TWO_PLACES,
        key=f"{meeting.human}/{own.id}/{other.id}",
        institution_id=own.organisation_id,
        source_id=own.id,
        evidence={
            "person": str(meeting.human),
            "sources": [own.name, other.name],
            "organisations": [str(own.organisation_id), str(other.organisation_id)],
            "hours": [f"{begins_at.isoformat()}/{ends_at.isoformat()}" for begins_at, ends_at in meeting.hours],
        },
        region=own.region,
        reporting_region=own.reporting_region,
        found_at=at,
        due_on=rules.due_on(business_day(at)),
    )
