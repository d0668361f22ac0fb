"""A stream of enrolment facts of a known shape, seeded, as bytes ready for the log."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from shared.backbone.log import Record
from shared.contracts.dimensions import FundSource
from shared.contracts.fact import encode
from shared.contracts.registry.classes import ClassStarted, ClassStatus
from shared.contracts.registry.directory import InstitutionRegistered
from shared.contracts.registry.enrolments import (
    EnrolmentCompleted,
    EnrolmentCorrected,
    EnrolmentStatus,
    TraineeEnrolled,
)

FACTS = 500_000
SUBJECTS = 200_000
CELLS = 165_000
"""A subject's first version counts in one half of them (in training), the later ones in the other (trained)."""

_VERSIONS = (TraineeEnrolled, EnrolmentCompleted, EnrolmentCorrected)
_PROGRAMMES = (
    "S01",
    "S02-1",
    "S02-2",
    "S02-3",
    "S02-4",
    "S02-5",
    "S03",
    "S04",
    "S05",
    "S06",
    "S07",
    "S08",
    "S09",
    "S10",
)


def enrolment_facts(*, facts: int = FACTS, subjects: int = SUBJECTS, first: int = 0, seed: int = 1) -> Iterator[Record]:
    """`facts` facts of `subjects` subjects, numbered from `first`, in up to three versions, over about CELLS cells.

    Subjects are born in the order of their ids, as in life; later versions come at random after the first.
    """
    chance = random.Random(seed)
    places = _places()
    waiting: list[tuple[int, int]] = []
    born = 0
    for count in range(facts):
        left, room = facts - count, subjects - born
        if born < subjects and (not waiting or chance.random() < room / left):
            number, version = first + born, 1
            born += 1
        else:
            place = chance.randrange(len(waiting))
            waiting[place], waiting[-1] = waiting[-1], waiting[place]
            number, version = waiting.pop()
        if version < len(_VERSIONS):
            waiting.append((number, version + 1))
        yield Record(f"enrolments/{_id(number)}", _fact(number, version, places, chance))


def class_starts(numbers: Iterable[int]) -> Iterator[Record]:
    """That the classes of these numbers have started; a class has 40 subjects."""
    for number in numbers:
        class_id = _id(number)
        fact = ClassStarted(
            subject=f"classes/{class_id}",
            version=1,
            at=datetime(2025, 1, 1, tzinfo=UTC),
            class_id=class_id,
            institution_id=_id(number // 100),
            local_id=f"C{number}",
            programme="S01",
            region="410102",
            reporting_region="410100",
            occupation="4-10-01-05",
            level=4,
            fund_source=FundSource.EMPLOYMENT_FUND,
            starts_on=date(2025, 1, 1),
            ends_on=date(2025, 12, 31),
            hours=60,
            seats=40,
            status=ClassStatus.RUNNING,
            enrolled=40,
        )
        yield Record(fact.subject, encode(fact))


def institutions(numbers: Iterable[int]) -> Iterator[Record]:
    """That the institutions of these numbers are registered; an institution has 4,000 subjects."""
    for number in numbers:
        fact = InstitutionRegistered(
            subject=f"institutions/{_id(number)}",
            version=1,
            at=datetime(2025, 1, 1, tzinfo=UTC),
            institution_id=_id(number),
            credit_code="52410000MJ00123452",
            name=f"School {number}",
            kind="training_school",
            region="410102",
            reporting_region="410100",
        )
        yield Record(fact.subject, encode(fact))


def _id(number: int) -> UUID:
    # Like a UUIDv7: grows with time, ends in noise.
    noise = number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFF
    return UUID(int=(0x0198_0000_0000 + number) << 80 | 0x7000 << 64 | 0x8000 << 48 | noise)


def _places() -> list[str]:
    """The places of the plan where classes are held, in an order that spreads neighbours over the province."""
    with Path("deploy/plans/henan-2025/regions.csv").open(encoding="utf-8", newline="") as lines:
        codes = [row["code"] for row in csv.DictReader(lines) if row["kind"] not in {"province", "prefecture_city"}]
    return sorted(codes, key=lambda code: code[::-1])


def _fact(number: int, version: int, places: Sequence[str], chance: random.Random) -> bytes:
    cell, day = divmod(chance.randrange(CELLS // 2), 365)
    programme, region = _PROGRAMMES[cell % 14], places[cell // 14]
    cls = _VERSIONS[version - 1]
    return encode(
        cls(
            subject=f"enrolments/{_id(number)}",
            version=version,
            at=datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=number),
            enrolment_id=_id(number),
            class_id=_id(number // 40),
            institution_id=_id(number // 4000),
            person=_id(number + 10_000_000),
            programme=programme,
            tags=(),
            region=region,
            reporting_region="410100",
            occupation="4-10-01-05",
            level=4,
            fund_source=FundSource.EMPLOYMENT_FUND,
            status=EnrolmentStatus.IN_TRAINING if version == 1 else EnrolmentStatus.COMPLETED,
            hours=60,
            effective_on=date(2025, 1, 1) + timedelta(days=day),
            from_on=date(2025, 1, 1) + timedelta(days=day if version == 1 else max(0, day - 20)),
        )
    )
