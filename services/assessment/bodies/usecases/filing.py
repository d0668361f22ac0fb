"""File assessment bodies, and find them for those who decide about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.rules import bodies as rules
from services.assessment.bodies.rules import scope as scope_rules
from services.assessment.bodies.rules.bodies import Body, BodyKind, NumberPrefixTaken
from services.assessment.bodies.rules.number_prefixes import parse_prefix
from services.assessment.bodies.rules.scope import Authority, HigherAuthorityFiles, ScopeEntry, authority_for
from services.assessment.bodies.store import bodies as store
from services.assessment.bodies.store import scope as scope_store
from services.assessment.plan import usecases as plans
from shared.backbone import outbox
from shared.kernel.awards import Award
from shared.kernel.callers import Caller
from shared.kernel.credit_code import parse_credit_code
from shared.kernel.ids import new_id
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import business_day
from shared.plan import Plan
from shared.reach import Placed


@dataclass(frozen=True)
class Asked:
    """What a body is to be filed for; without `first_on`, from the day on which it is filed."""

    occupation: str
    award: Award
    first_on: date | None = None
    last_on: date | None = None


@dataclass(frozen=True)
class Filing:
    """What the authority states about a body."""

    credit_code: str
    name: str
    kind: BodyKind
    region: str
    number_prefix: str
    scope: Sequence[Asked]


async def file(connection: AsyncConnection, filing: Filing, *, caller: Caller, at: datetime) -> Body:
    """A new body; the same filing again returns the existing one, as it is now.

    Raises ForeignRegion, HigherAuthorityFiles, NotYetReceived, BodyCreditCodeTaken, ScopeDiffers, NumberPrefixTaken,
    WrongPrefixLetter, and the refusals of credit code, region, prefix, occupations and awards.
    """
    plan = await plans.load(connection)
    today = business_day(at)
    body = Body(
        id=new_id(),
        credit_code=parse_credit_code(filing.credit_code),
        name=filing.name,
        kind=filing.kind,
        region=filing.region,
        reporting_region=plan.reporting_region(filing.region, on=today),
        number_prefix=parse_prefix(filing.number_prefix),
        version=1,
    )
    caller.require_region(plan.region_and_above(body.region, on=today))
    entries = _entries(body, filing.scope, by=caller.person, at=at)
    fact = rules.file(body, entries, at=at)
    known = await store.find_by_credit_code(connection, body.credit_code)
    if known is not None:
        rules.require_repeat(known, body, filed=await scope_store.ever(connection, known.id), asked=entries)
        return known
    for place, entry in enumerate(entries):
        require_authority(plan, body, entry.award, caller=caller, pointer=f"/scope/{place}")
    if await store.prefix_in_use(connection, body.number_prefix):
        raise NumberPrefixTaken(pointer="/number_prefix")
    await store.add(connection, body)
    await scope_store.add_all(connection, entries)
    await outbox.record(connection, fact)
    return body


def _entries(body: Body, asked: Sequence[Asked], *, by: str, at: datetime) -> list[ScopeEntry]:
    """The first scope of a body, each entry checked against those before it; repeats count once."""
    opened: list[ScopeEntry] = []
    for place, each in enumerate(asked):
        entry = new_entry(body.id, each, by=by, at=at)
        same = (entry.occupation, entry.award, entry.first_on, entry.last_on)
        if any((known.occupation, known.award, known.first_on, known.last_on) == same for known in opened):
            continue
        is_employer = body.kind is BodyKind.EMPLOYER
        opened.append(scope_rules.open_(entry, is_employer=is_employer, others=opened, pointer=f"/scope/{place}"))
    return opened


def new_entry(body_id: UUID, asked: Asked, *, by: str, at: datetime) -> ScopeEntry:
    """The entry that is asked for, not yet checked. Raises MalformedOccupation."""
    return ScopeEntry(
        id=new_id(),
        body_id=body_id,
        occupation=parse_occupation(asked.occupation),
        award=asked.award,
        first_on=asked.first_on or business_day(at),
        last_on=asked.last_on,
        opened_by=by,
        opened_at=at,
    )


def require_authority(plan: Plan, body: Body, award: Award, *, caller: Caller, pointer: str = "") -> None:
    """Check that the caller, an officer of the body's region or above, may decide whether it is filed for `award`.

    Raises HigherAuthorityFiles. Source: domain rules §3.1.
    """
    if not decides(plan, body, award, caller=caller):
        raise HigherAuthorityFiles(pointer=f"{pointer}/award", authority=authority_for(award).value, **award.codes)


def decides(plan: Plan, placed: Placed, award: Award, *, caller: Caller) -> bool:
    """Whether the caller is of the authority for `award` at the place of a body or a session, or of one above it."""
    above = {
        Authority.COUNTY: plan.region_and_above(placed.region, on=caller.today),
        Authority.PREFECTURE: plan.region_and_above(placed.reporting_region, on=caller.today),
        Authority.PROVINCE: list(plan.provinces),
    }
    return caller.acts_in(above[authority_for(award)])


async def load_for_officer(
    connection: AsyncConnection, body_id: UUID, *, caller: Caller, prefecture: bool = False
) -> tuple[Body, Plan]:
    """The body, locked, for an officer of its region or above; with `prefecture`, of its reporting region or above.

    Raises NotFound, NotYetReceived, ForeignRegion.
    """
    body = await store.load(connection, body_id, lock=True)
    plan = await plans.load(connection)
    region = body.reporting_region if prefecture else body.region
    caller.require_region(plan.region_and_above(region, on=caller.today))
    return body, plan


async def tell(connection: AsyncConnection, body: Body, *, at: datetime) -> Body:
    """The next version of a locked `body`, stored and told with the scope that it has now."""
    scope = await scope_store.since(connection, [body.id], business_day(at))
    after, fact = rules.change(body, scope[body.id], at=at)
    await store.save(connection, after)
    await outbox.record(connection, fact)
    return after


async def move_to(connection: AsyncConnection, body: Body, *, region: str, reporting_region: str, at: datetime) -> None:
    """Give a locked `body` the regions where it lies now."""
    await tell(connection, replace(body, region=region, reporting_region=reporting_region), at=at)
