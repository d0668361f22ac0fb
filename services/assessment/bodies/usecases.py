"""File assessment bodies, and change their scope by filing them again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies import store
from services.assessment.bodies.rules import bodies as rules
from services.assessment.bodies.rules.bodies import Body, BodyCreditCodeTaken, BodyKind, NumberPrefixTaken, ScopeEntry
from services.assessment.bodies.rules.number_prefixes import parse_prefix
from services.assessment.plan import usecases as plans
from shared.backbone import outbox
from shared.kernel.awards import Award
from shared.kernel.callers import Caller
from shared.kernel.credit_code import parse_credit_code
from shared.kernel.ids import new_id
from shared.kernel.occupations import parse_occupation
from shared.kernel.periods import business_day


@dataclass(frozen=True)
class Filing:
    """What the authority states about a body; `scope` as pairs of occupation and award."""

    credit_code: str
    name: str
    kind: BodyKind
    region: str
    number_prefix: str
    scope: Sequence[tuple[str, Award]]


async def file(connection: AsyncConnection, filing: Filing, *, caller: Caller, at: datetime) -> Body:
    """A new body, or the next version of one whose scope changed; the same filing again returns the existing one.

    Raises ForeignRegion, NotYetReceived, BodyCreditCodeTaken, NumberPrefixTaken, WrongPrefixLetter, and
    the refusals of credit code, region, prefix, occupations and awards.
    """
    plan = await plans.load(connection)
    body = Body(
        id=new_id(),
        credit_code=parse_credit_code(filing.credit_code),
        name=filing.name,
        kind=filing.kind,
        region=filing.region,
        reporting_region=plan.reporting_region(filing.region, on=business_day(at)),
        number_prefix=parse_prefix(filing.number_prefix),
        scope=_scope(filing),
        version=1,
    )
    caller.require_region(plan.region_and_above(body.region, on=business_day(at)))
    fact = rules.file(body, at=at)
    known = await store.find_by_credit_code(connection, body.credit_code, lock=True)
    if known is not None:
        return await _file_again(connection, known, body, at=at)
    if await store.prefix_in_use(connection, body.number_prefix):
        raise NumberPrefixTaken(pointer="/number_prefix")
    await store.add(connection, body)
    await outbox.record(connection, fact)
    return body


def _scope(filing: Filing) -> tuple[ScopeEntry, ...]:
    """What the body may examine. Raises MalformedOccupation, ShownOtherwise."""
    for place, (_, award) in enumerate(filing.scope):
        rules.require_certificate(award, pointer=f"/scope/{place}/award")
    return rules.in_order(ScopeEntry(parse_occupation(occupation), award) for occupation, award in filing.scope)


async def _file_again(connection: AsyncConnection, known: Body, body: Body, *, at: datetime) -> Body:
    if not known.same_particulars(body):
        raise BodyCreditCodeTaken(pointer="/credit_code")
    if known.scope == body.scope:
        return known
    after, fact = rules.change_scope(known, body.scope, at=at)
    await store.save_scope(connection, after)
    await outbox.record(connection, fact)
    return after
