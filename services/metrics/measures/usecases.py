"""Fold a batch of facts into the totals."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from services.metrics.measures import store
from services.metrics.measures.rules.contributions import Contribution, Holding, contributions, holding
from shared.backbone.inbox import InboxTable
from shared.contracts.assessment import CertificateState
from shared.contracts.fact import Fact
from shared.contracts.registry import (
    EnrolmentState,
    IndicatorListed,
    LevelListed,
    PersonsMerged,
    PersonsSeparated,
    ProgrammeListed,
    RegionListed,
)
from shared.contracts.subsidy import ClaimState

CONSUMER = "metrics"
COUNTED = ("enrolments/", "certificates/", "claims/")


async def apply(connection: AsyncConnection, facts: Sequence[Fact]) -> None:
    """Fold `facts`: of each subject only the latest matters, because a fact carries the state after it."""
    latest = {fact.subject: fact for fact in facts}
    counted: list[Contribution] = []
    holdings: list[Holding] = []
    listed: list[store.ListedFact] = []
    aliases = store.Aliases({}, set())
    for fact in latest.values():
        match fact:
            case EnrolmentState() | CertificateState() | ClaimState():
                counted += contributions(fact)
                if isinstance(fact, CertificateState) and (held := holding(fact)):
                    holdings.append(held)
            case PersonsMerged():
                aliases.merged[fact.person] = fact.into
            case PersonsSeparated():
                aliases.separated.add(fact.person)
            case ProgrammeListed() | RegionListed() | LevelListed() | IndicatorListed():
                listed.append(fact)
            case _:
                raise AssertionError(f"metrics does not count {type(fact).__name__}")
    if listed:
        await store.list_(connection, listed)
    if counted or any(aliases):
        await store.fold(connection, counted, holdings, aliases)


class ContributionInbox:
    """An Inbox for which the contributions, which are kept per subject anyway, remember the versions."""

    def __init__(self) -> None:
        self._others = InboxTable(CONSUMER)

    async def known(self, connection: AsyncConnection, subjects: Collection[str]) -> Mapping[str, int]:
        counted = [subject for subject in subjects if _is_counted(subject)]
        known = await store.known_versions(connection, counted)
        if len(counted) == len(subjects):
            return known
        others = set(subjects).difference(counted)
        return {**known, **await self._others.known(connection, others)}

    async def remember(self, connection: AsyncConnection, versions: Mapping[str, int]) -> None:
        others = {subject: version for subject, version in versions.items() if not _is_counted(subject)}
        if others:
            await self._others.remember(connection, others)


def _is_counted(subject: str) -> bool:
    return subject.startswith(COUNTED)
