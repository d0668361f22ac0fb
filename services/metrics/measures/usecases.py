"""Fold a batch of facts into the totals."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures import store
from services.metrics.measures.rules import contributions as rules
from services.metrics.measures.rules.contributions import Contribution, Holding
from services.metrics.measures.rules.traits import kind_of
from services.metrics.measures.store import Organisation
from services.metrics.plan.store import ListedFact, list_
from services.metrics.technicians import store as technicians
from services.metrics.technicians.rules import Filed, filed, is_senior
from shared.backbone.consumer import AT_ONCE, Work
from shared.backbone.inbox import InboxTable, Steps
from shared.contracts.assessment import BodyFiled, CertificateState
from shared.contracts.books import BookState
from shared.contracts.fact import Fact
from shared.contracts.registry.classes import ClassState
from shared.contracts.registry.directory import InstitutionState
from shared.contracts.registry.enrolments import EnrolmentState, PersonsMerged, PersonsSeparated
from shared.contracts.registry.flags import FlagState
from shared.contracts.registry.plan import IndicatorListed, LevelListed, ProgrammeListed, RegionListed
from shared.contracts.registry.quality import QualityCounted
from shared.contracts.registry.supervision import FindingState, PatrolRecorded
from shared.contracts.subsidy.budgets import BudgetState
from shared.contracts.subsidy.claims import ClaimState

CONSUMER = "metrics"
COUNTED = ("enrolments/", "certificates/", "claims/")


@dataclass
class _Batch:
    """What the facts of a batch come to. Each verb takes a subject's latest fact and the version before its first."""

    counted: list[Contribution] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    listed: list[ListedFact] = field(default_factory=list)
    aliases: store.Aliases = field(default_factory=lambda: store.Aliases({}, set()))
    organisations: dict[UUID, Organisation] = field(default_factory=dict)
    started: set[UUID] = field(default_factory=set)
    """Classes that have started."""
    young: dict[UUID, bool | None] = field(default_factory=dict)
    """Of certificates of technicians and above, whether their holders were young."""
    filed: list[Filed] = field(default_factory=list)

    def enrolment(self, fact: EnrolmentState, before: int) -> None:
        self.counted += rules.of_enrolment(fact, before=before)

    def class_(self, fact: ClassState, _: int) -> None:
        if fact.status in rules.STARTED:
            self.started.add(fact.class_id)

    def certificate(self, fact: CertificateState, before: int) -> None:
        self.counted += rules.of_certificate(fact, before=before)
        if held := rules.holding(fact):
            self.holdings.append(held)
        if is_senior(fact):
            self.young[fact.certificate_id] = fact.is_young

    def claim(self, fact: ClaimState, before: int) -> None:
        self.counted += rules.of_claim(fact, before=before)

    def merged(self, fact: PersonsMerged, _: int) -> None:
        self.aliases.merged[fact.person] = fact.into

    def separated(self, fact: PersonsSeparated, _: int) -> None:
        self.aliases.separated.add(fact.person)

    def institution(self, fact: InstitutionState, _: int) -> None:
        self.organisations[fact.institution_id] = Organisation(kind_of(fact.kind), fact.name)

    def body(self, fact: BodyFiled, _: int) -> None:
        self.organisations[fact.body_id] = Organisation(kind_of(fact.kind), fact.name)
        if enterprise := filed(fact):
            self.filed.append(enterprise)

    def entry(self, fact: ListedFact, _: int) -> None:
        self.listed.append(fact)

    async def fold(self, connection: AsyncConnection) -> None:
        """Fold what the facts come to into the totals, and keep what they list."""
        if self.listed:
            await list_(connection, self.listed)
        await technicians.keep_young(connection, self.young)
        await technicians.keep_filed(connection, self.filed)
        begun = await store.start(connection, self.started)
        described = await store.describe(connection, self.organisations)
        if self.counted or begun or any(self.aliases) or any(described):
            await store.fold(
                connection, self.counted, self.holdings, self.aliases, begun=begun, organisations=described
            )


_VERBS: Final[Mapping[type[Fact], Callable[[_Batch, Any, int], None]]] = {
    EnrolmentState: _Batch.enrolment,
    ClassState: _Batch.class_,
    CertificateState: _Batch.certificate,
    ClaimState: _Batch.claim,
    PersonsMerged: _Batch.merged,
    PersonsSeparated: _Batch.separated,
    InstitutionState: _Batch.institution,
    BodyFiled: _Batch.body,
    ProgrammeListed: _Batch.entry,
    RegionListed: _Batch.entry,
    LevelListed: _Batch.entry,
    IndicatorListed: _Batch.entry,
    BudgetState: _Batch.entry,
    BookState: _Batch.entry,
    QualityCounted: _Batch.entry,
    FlagState: _Batch.entry,
    FindingState: _Batch.entry,
    PatrolRecorded: _Batch.entry,
}


@cache
def _verb(cls: type[Fact]) -> Callable[[_Batch, Any, int], None]:
    """What a batch does with facts of `cls`. Kept by class: asking an instance takes as long as folding it."""
    return next(_VERBS[base] for base in cls.__mro__ if base in _VERBS)


async def prepare(facts: Sequence[Fact]) -> Work:
    """What folds `facts`: of each subject only the latest matters, because a fact carries the state after it.

    The work raises NotNext if a subject that counts is not at the version before its first fact.
    """
    first: dict[str, int] = {}
    latest: dict[str, Fact] = {}
    for fact in facts:
        first.setdefault(fact.subject, fact.version)
        latest[fact.subject] = fact
    batch = _Batch()
    for count, (subject, fact) in enumerate(latest.items(), 1):
        _verb(type(fact))(batch, fact, first[subject] - 1)
        if count % AT_ONCE == 0:
            await asyncio.sleep(0)
    return batch.fold


class ContributionInbox:
    """An Inbox for which the contributions, which are kept per subject anyway, hold the versions.

    The fold compares and moves them in its own statement, so that nothing is left to do here for what counts.
    """

    def __init__(self) -> None:
        self._others = InboxTable(CONSUMER)

    async def known(self, connection: AsyncConnection, subjects: Collection[str]) -> Mapping[str, int]:
        counted = [subject for subject in subjects if subject.startswith(COUNTED)]
        known = await store.known_versions(connection, counted)
        others = set(subjects).difference(counted)
        return {**known, **await self._others.known(connection, others)} if others else known

    async def move(self, connection: AsyncConnection, steps: Steps) -> None:
        others = [subject for subject in steps.after if not subject.startswith(COUNTED)]
        if others:
            before, after = ({each: versions[each] for each in others} for versions in steps)
            await self._others.move(connection, Steps(before, after))
