"""The second guard: the last version a consumer applied of each subject. A repeat is dropped, a gap is told."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.database import driver

_KNOWN = "SELECT subject, version FROM inbox WHERE consumer = $1 AND subject = ANY($2)"
_REMEMBER = """
INSERT INTO inbox (consumer, subject, version)
SELECT $1, subject, version FROM unnest($2::text[], $3::integer[]) AS applied (subject, version) ORDER BY subject
ON CONFLICT (consumer, subject) DO UPDATE SET version = excluded.version
"""


class Versioned(Protocol):
    @property
    def subject(self) -> str: ...
    @property
    def version(self) -> int: ...


F = TypeVar("F", bound=Versioned)


def admit(known: Mapping[str, int], facts: Iterable[F]) -> tuple[list[F], list[tuple[F, int]]]:
    """Split `facts` into the next versions of their subjects and those behind a gap; repeats are dropped.

    A fact behind a gap comes with the version that its subject is at.

    `known` holds the last applied version of each subject; a subject it does not name is at 0.
    """
    at = dict(known)
    fresh: list[F] = []
    gaps: list[tuple[F, int]] = []
    for fact in facts:
        version = at.get(fact.subject, 0)
        if fact.version == version + 1:
            at[fact.subject] = fact.version
            fresh.append(fact)
        elif fact.version > version:
            gaps.append((fact, version))
    return fresh, gaps


class Inbox(Protocol):
    """Where a consumer keeps the versions. One that has a row per subject anyway keeps them there."""

    async def known(self, connection: AsyncConnection, subjects: Collection[str]) -> Mapping[str, int]: ...
    async def remember(self, connection: AsyncConnection, versions: Mapping[str, int]) -> None: ...


class InboxTable:
    """An Inbox in the table of that name."""

    def __init__(self, consumer: str) -> None:
        self._consumer = consumer

    async def known(self, connection: AsyncConnection, subjects: Collection[str]) -> Mapping[str, int]:
        return dict(await (await driver(connection)).fetch(_KNOWN, self._consumer, list(subjects)))

    async def remember(self, connection: AsyncConnection, versions: Mapping[str, int]) -> None:
        await (await driver(connection)).execute(_REMEMBER, self._consumer, list(versions), list(versions.values()))
