"""High-skilled persons while two keys are known to be one human's."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date

import pytest

from services.metrics.worker import SERVICE
from shared.contracts.fact import Fact
from tests.conftest import OpenService
from tests.support.facts import certificate, person_key
from tests.support.persons import merged, separated
from tests.support.services import ServiceUnderTest


@pytest.fixture
async def metrics(open_service: OpenService) -> ServiceUnderTest:
    return await open_service(SERVICE)


async def total(metrics: ServiceUnderTest) -> dict[str, int]:
    """The measures that are not 0."""
    total = (await metrics.http.get("/v1/totals")).json()["total"]
    return {measure: amount for measure, amount in total.items() if amount}


def counted(*, certificates: int, persons: int) -> dict[str, int]:
    """What certificates at rank 4 of so many persons come to."""
    of_persons = ("high_skilled_persons", "skilled_persons", "high_skilled_holders", "skilled_holders")
    return dict.fromkeys(("certificates", "valid_certificates"), certificates) | dict.fromkeys(of_persons, persons)


def life_of_persons(chance: random.Random, *, persons: int) -> tuple[list[list[Fact]], dict[int, int], list[int]]:
    """The facts of each subject in order, who goes on as whom at the end, and who holds what is valid at the end.

    As the registry does, nobody is merged into somebody who is merged.
    """
    streams: dict[str, list[Fact]] = {}
    leads_to: dict[int, int] = {}
    versions = Counter[int]()
    for _ in range(30):
        person = chance.randrange(persons)
        if person in leads_to:
            versions[person] += 1
            into = person_key(leads_to.pop(person))
            told: Fact = separated(person_key(person), into, version=versions[person])
        else:
            others = [each for each in range(persons) if each != person and each not in leads_to]
            if person in leads_to.values() or not others:
                continue
            leads_to[person] = chance.choice(others)
            versions[person] += 1
            told = merged(person_key(person), person_key(leads_to[person]), version=versions[person])
        streams.setdefault(told.subject, []).append(told)
    valid = []
    for number in range(persons):
        person = chance.randrange(persons)
        held = [certificate(number, person=person)]
        if chance.random() < 0.3:
            held.append(certificate(number, person=person, version=2, valid=False))
        else:
            valid.append(person)
        streams[held[0].subject] = list(held)
    return list(streams.values()), leads_to, valid


async def test_a_human_with_certificates_under_two_keys_counts_once_while_these_are_merged(
    metrics: ServiceUnderTest,
) -> None:
    await metrics.hear(
        certificate(11, person=1, issued_on=date(2025, 4, 1)),
        certificate(12, person=2, issued_on=date(2025, 3, 1), programme="S02-1"),
    )
    assert await total(metrics) == counted(certificates=2, persons=2)

    await metrics.hear(merged(person_key(2), into=person_key(1)))
    assert await total(metrics) == counted(certificates=2, persons=1)
    rows = (await metrics.http.get("/v1/totals?by=programme")).json()["rows"]
    assert {row["programme"]: row["high_skilled_persons"] for row in rows} == {"S01": 0, "S02-1": 1}

    await metrics.hear(certificate(12, person=2, version=2, valid=False, programme="S02-1"))
    assert await total(metrics) == counted(certificates=1, persons=1)

    await metrics.hear(
        separated(person_key(2), into=person_key(1)), certificate(13, person=2, issued_on=date(2025, 5, 1))
    )
    assert await total(metrics) == counted(certificates=2, persons=2)


@pytest.mark.parametrize("seed", range(4))
async def test_persons_are_counted_by_hand_the_same_in_whatever_order_facts_of_them_arrive(
    metrics: ServiceUnderTest, seed: int
) -> None:
    chance = random.Random(seed)
    streams, leads_to, valid = life_of_persons(chance, persons=8)

    while streams:
        batch: list[Fact] = []
        for _ in range(chance.randint(1, 12)):
            if streams:
                stream = chance.choice(streams)
                batch.append(stream.pop(0))
                streams = [each for each in streams if each]
        await metrics.hear(*batch)

    humans = {leads_to.get(person, person) for person in valid}
    assert (await total(metrics)).get("high_skilled_persons", 0) == len(humans)
    assert await metrics.rows("SELECT 1 FROM dead_letter") == []
