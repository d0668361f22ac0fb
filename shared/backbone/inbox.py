"""The second guard: the last version a consumer applied of each subject. A repeat is dropped, a gap is reported."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver

_KNOWN = "SELECT subject, version FROM inbox WHERE consumer = $1 AND subject = ANY($2)"
# Versions move only from the expected one; others are unchanged, and the caller counts them.
_MOVE = """
MERGE INTO inbox USING unnest($2::text[], $3::integer[], $4::integer[]) AS applied (subject, before, version)
ON inbox.consumer = $1 AND inbox.subject = applied.subject
WHEN MATCHED AND inbox.version = applied.before THEN UPDATE SET version = applied.version
WHEN NOT MATCHED AND applied.before = 0 THEN INSERT VALUES ($1, applied.subject, applied.version)
"""


class NotNext(Exception):
    """A subject is not at the version before the first one applied. The transaction must be rolled back."""


class Steps(NamedTuple):
    """By subject, the version before the first fact of it, and the version of the last."""

    before: Mapping[str, int]
    after: Mapping[str, int]


class Versioned(Protocol):
    @property
    def subject(self) -> str: ...
    @property
    def version(self) -> int: ...


class HasFact(Protocol):
    @property
    def fact(self) -> Versioned: ...


R = TypeVar("R", bound=HasFact)


def admit(known: Mapping[str, int], records: Iterable[R]) -> tuple[list[R], list[tuple[R, int]]]:
    """Split `records` into those with the next versions of their subjects and those after a gap; repeats are dropped.

    One after a gap comes with the current version of its subject.

    `known` holds the last applied version of each subject; other subjects are at 0.
    """
    at = dict(known)
    fresh: list[R] = []
    gaps: list[tuple[R, int]] = []
    for record in records:
        subject, version = record.fact.subject, record.fact.version
        last = at.get(subject, 0)
        if version == last + 1:
            at[subject] = version
            fresh.append(record)
        elif version > last:
            gaps.append((record, last))
    return fresh, gaps


def steps(facts: Iterable[Versioned]) -> Steps | None:
    """The steps of `facts`, if the versions of each subject are consecutive; else None."""
    before: dict[str, int] = {}
    after: dict[str, int] = {}
    for fact in facts:
        subject, version = fact.subject, fact.version
        at = after.get(subject)
        if at is None:
            before[subject] = version - 1
        elif version != at + 1:
            return None
        after[subject] = version
    return Steps(before, after)


class Inbox(Protocol):
    """Storage of a consumer's versions. A consumer with a row per subject stores them there."""

    async def known(self, connection: AsyncConnection, subjects: Collection[str]) -> Mapping[str, int]:
        """The last applied versions of `subjects`; those never applied are left out."""

    async def move(self, connection: AsyncConnection, steps: Steps) -> None:
        """Store the versions after `steps`. Raises NotNext if a subject is not at the version before."""


class InboxTable:
    """An Inbox in a table of its own."""

    def __init__(self, consumer: str) -> None:
        self._consumer = consumer

    async def known(self, connection: AsyncConnection, subjects: Collection[str]) -> Mapping[str, int]:
        return dict(await (await driver(connection)).fetch(_KNOWN, self._consumer, list(subjects)))

    async def move(self, connection: AsyncConnection, steps: Steps) -> None:
        subjects = sorted(steps.after)
        before, after = [steps.before[each] for each in subjects], [steps.after[each] for each in subjects]
        moved: str = await (await driver(connection)).execute(_MOVE, self._consumer, subjects, before, after)
        if int(moved.removeprefix("MERGE ")) != len(subjects):
            raise NotNext
