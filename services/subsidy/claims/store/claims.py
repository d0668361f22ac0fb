"""Claims in the database, with their history."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    bindparam,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.rules.sources import is_of_class
from services.subsidy.claims.rules.states import (
    VOID,
    ClaimVerb,
)
from services.subsidy.claims.store import lines as line_store
from services.subsidy.kinds.rules import KINDS
from services.subsidy.trainings.store import HEARD_CLASS
from shared import tables
from shared.contracts.dimensions import FundSource
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimStatus
from shared.database import driver
from shared.heard import HEARD_INSTITUTION
from shared.kernel.awards import Award
from shared.kernel.money import Fen
from shared.kernel.refusals import NotFound
from shared.located import lies_in
from shared.reach import Scope
from shared.tables import Choice, Instant, fixed

CLAIM: Final = Table(
    "claim",
    MetaData(),
    fixed("id", Uuid),
    fixed("institution_id", Uuid),
    fixed("local_id", Text),
    fixed("class_id", Uuid, key="source_id"),
    fixed("region", Text),
    fixed("reporting_region", Text),
    fixed("fund_source", Choice(FundSource)),
    fixed("occupation", Text),
    fixed("level", Choice(Award), key="award"),
    fixed("starts_on", Date),
    Column("policy_row", Text),
    Column("status", Choice(ClaimStatus)),
    Column("submitted_by", Text),
    Column("submitted_on", Date),
    Column("approved_by", Text),
    Column("approved_on", Date),
    Column("paid_on", Date),
    Column("payment_reference", Text),
    Column("version", Integer),
    fixed("supplements", Uuid),
    Column("held_until", Date),
    Column("paid_by", Text),
    Column("second_review", Boolean),
    Column("publicity_days", Integer),
    Column("due_on", Date),
    Column("handled_by", Text),
    Column("first_reviewed_by", Text),
    Column("second_reviewed_by", Text),
    Column("published_on", Date),
    Column("public_until", Date),
    Column("account_id", Uuid),
    fixed("kind", Choice(SubsidyKind)),
    fixed("payable_from", Date),
    # Kept by the database: the sum of the offsets that stand.
    fixed("kept_fen", BigInteger),
    # The sums of the claim's lines, so that a list does not load the lines.
    Column("amount_fen", BigInteger),
    Column("recovered_fen", BigInteger),
)
CLAIM_EVENT: Final = Table(
    "claim_event",
    MetaData(),
    Column("claim_id", Uuid),
    Column("version", Integer),
    Column("verb", Choice(ClaimVerb)),
    Column("done_by", Text),
    Column("done_at", Instant),
    Column("reason", Text),
)

_FIND: Final = select(CLAIM).where(CLAIM.c.id == bindparam("claim_id"))
_LOCK: Final = _FIND.with_for_update()
_OF_LOCAL_ID: Final = select(CLAIM.c.id, CLAIM.c.kind, CLAIM.c.source_id).where(
    CLAIM.c.institution_id == bindparam("institution"), CLAIM.c.local_id == bindparam("called")
)
_OF_SOURCE: Final = (
    select(CLAIM.c.id, CLAIM.c.status)
    .where(
        CLAIM.c.source_id == bindparam("of_source"), CLAIM.c.kind == bindparam("of_kind"), CLAIM.c.status.not_in(VOID)
    )
    .order_by(CLAIM.c.id.desc())
)
_EXPIRED: Final = (
    select(CLAIM.c.id).where(CLAIM.c.held_until < bindparam("today")).order_by(CLAIM.c.held_until).limit(100)
)
_INSTITUTION_NAME: Final = HEARD_INSTITUTION.c.name.label("institution_name")
_CLASS_LOCAL_ID: Final = HEARD_CLASS.c.local_id.label("class_local_id")
_NAMED: Final = (
    select(*CLAIM.c, _INSTITUTION_NAME, _CLASS_LOCAL_ID)
    .outerjoin_from(CLAIM, HEARD_INSTITUTION, HEARD_INSTITUTION.c.id == CLAIM.c.institution_id)
    .outerjoin(HEARD_CLASS, HEARD_CLASS.c.id == CLAIM.c.source_id)
)
_NAMES: Final = select(
    select(HEARD_INSTITUTION.c.name).where(HEARD_INSTITUTION.c.id == bindparam("institution")).scalar_subquery(),
    select(HEARD_CLASS.c.local_id).where(HEARD_CLASS.c.id == bindparam("source_id")).scalar_subquery(),
)
_HISTORY: Final = (
    select(*CLAIM_EVENT.c["version", "verb", "done_by", "done_at", "reason"])
    .where(CLAIM_EVENT.c.claim_id == bindparam("of_claim"))
    .order_by(CLAIM_EVENT.c.version)
    .limit(bindparam("rows"))
)


_DOERS: Final = """
SELECT DISTINCT done_by FROM claim_event WHERE claim_id = $1 AND verb = ANY($2)
"""


class Step(NamedTuple):
    """One transition as it was stored. `done_by` is the caller's person, `reason` their words or None."""

    version: int
    verb: ClaimVerb
    done_by: str
    done_at: datetime
    reason: str | None


class Names(NamedTuple):
    """What people call the payee and the class of a claim; None where it was not received."""

    institution_name: str | None
    class_local_id: str | None


class ClaimSummary(NamedTuple):
    """A claim with the sums of its lines instead of the lines."""

    claim: Claim
    amount_fen: Fen
    recovered_fen: Fen
    names: Names

    @property
    def id(self) -> UUID:
        return self.claim.id


class EarlierClaim(NamedTuple):
    """A claim of the same kind for a class or exam, neither rejected nor withdrawn."""

    id: UUID
    status: ClaimStatus


class ClaimAndSource(NamedTuple):
    """The ids of a claim and of what it was built from, with its kind."""

    id: UUID
    kind: SubsidyKind
    source_id: UUID


async def add(connection: AsyncConnection, claim: Claim) -> None:
    await tables.add(connection, CLAIM, claim)
    await line_store.add_all(connection, claim)


async def load(connection: AsyncConnection, claim_id: UUID, *, lock: bool = False) -> Claim:
    """The record with this id. With `lock`, it is locked until the transaction ends. Raises NotFound."""
    found = await tables.fetch_one(connection, _LOCK if lock else _FIND, _summary, claim_id=claim_id)
    if found is None:
        raise NotFound(what="claim", id=claim_id)
    return replace(found.claim, lines=await line_store.of_claim(connection, claim_id))


async def find_by_local_id(connection: AsyncConnection, institution_id: UUID, local_id: str) -> ClaimAndSource | None:
    return await tables.fetch_one(connection, _OF_LOCAL_ID, ClaimAndSource, institution=institution_id, called=local_id)


async def of_source(connection: AsyncConnection, kind: SubsidyKind, source_id: UUID) -> list[EarlierClaim]:
    """The claims of the kind for a class or exam that are neither rejected nor withdrawn, the latest first."""
    return await tables.fetch_all(connection, _OF_SOURCE, EarlierClaim, of_source=source_id, of_kind=kind)


async def expired(connection: AsyncConnection, today: date) -> list[UUID]:
    """Some of the claims that held subsidies until a day before `today`, the longest first."""
    return list(await connection.scalars(_EXPIRED, {"today": today}))


async def save(connection: AsyncConnection, claim: Claim) -> None:
    """Store the claim's next version, without its lines. Raises Stale if the stored version is not the one before."""
    await tables.save(connection, CLAIM, claim, expected=claim.version - 1)


async def note(
    connection: AsyncConnection, claim: Claim, verb: ClaimVerb, *, by: str, at: datetime, reason: str | None = None
) -> None:
    """Add a transition to the claim's history: verb, person, time and reason."""
    await tables.add(connection, CLAIM_EVENT, Step(claim.version, verb, by, at, reason), claim_id=claim.id)


async def history(connection: AsyncConnection, claim_id: UUID, *, limit: int = 200) -> list[Step]:
    """The claim's transitions, oldest first."""
    return await tables.fetch_all(connection, _HISTORY, Step, of_claim=claim_id, rows=limit)


async def doers(connection: AsyncConnection, claim_id: UUID, verbs: Collection[ClaimVerb]) -> list[str]:
    """The persons who took one of these steps."""
    found = await (await driver(connection)).fetch(_DOERS, claim_id, [verb.value for verb in verbs])
    return [row["done_by"] for row in found]


async def names(connection: AsyncConnection, claim: Claim) -> Names:
    """What people call the claim's institution and class."""
    row = (await connection.execute(_NAMES, {"source_id": claim.source_id, "institution": claim.institution_id})).one()
    return Names(*row)


async def page(
    connection: AsyncConnection,
    scope: Scope,
    *,
    status: ClaimStatus | None,
    award: Award | None,
    kind: SubsidyKind | None = None,
    further: Iterable[ColumnElement[bool]],
    after: UUID,
    limit: int,
) -> list[ClaimSummary]:
    """Claims in sight that meet every condition, in the order of their ids, after `after`."""
    own = tables.matches(CLAIM, institution_id=scope.organisation_id, status=status, award=award, kind=kind)
    asked = [*lies_in(CLAIM, scope.reach), *own]
    statement = _NAMED.where(CLAIM.c.id > after, *asked, *further).order_by(CLAIM.c.id).limit(limit)
    return await tables.fetch_all(connection, statement, _summary)


def of_class(class_id: UUID) -> list[ColumnElement[bool]]:
    """Conditions for `page`: the claim was built from this class, and not from an exam with that id."""
    kinds = [kind for kind in KINDS if is_of_class(kind)]
    return [CLAIM.c.source_id == class_id, tables.one_of(CLAIM.c.kind, kinds)]


def _summary(
    *,
    amount_fen: Fen,
    recovered_fen: Fen,
    institution_name: str | None = None,
    class_local_id: str | None = None,
    **values: Any,
) -> ClaimSummary:
    names_ = Names(institution_name, class_local_id)
    return ClaimSummary(Claim(**values, lines=()), amount_fen, recovered_fen, names_)
