"""High-skilled persons of metrics, while people resit, certificates are revoked, reinstated and issued again, and
persons merged, in a random order: they equal a count of distinct people that is kept here, by hand.
"""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from services.assessment.books.store import BOOK
from services.metrics.worker import SERVICE as METRICS
from tests.assessment.centre import Centre, pass_row, person_key, person_row
from tests.conftest import OpenService
from tests.support.books import compared
from tests.support.persons import merged, separated

PERSONS = 6
STEPS = 50
HIGH_SKILLED = ("L4", "L5")
REASON = {"reason": "随机"}


class Life:
    """What happened, and who holds what, as a clerk with a notebook would keep it."""

    def __init__(self, centre: Centre, chance: random.Random) -> None:
        self.centre = centre
        self.chance = chance
        self.held: dict[str, tuple[int, str, bool]] = {}
        """By certificate: its person, its level, whether it is valid."""
        self.leads_to: dict[int, int] = {}
        self.versions = Counter[int]()
        self.merges: list[Any] = []
        self.sessions = 0

    @property
    def high_skilled(self) -> int:
        """Distinct people with a valid certificate that counts."""
        return len(
            {self.leads_to.get(who, who) for who, level, valid in self.held.values() if valid and level in HIGH_SKILLED}
        )

    @property
    def valid(self) -> int:
        return sum(valid for _, _, valid in self.held.values())

    async def sit(self) -> None:
        """An exam of one person, which ends with a certificate unless they hold that one already."""
        who, level = 1 + self.chance.randrange(PERSONS), self.chance.choice(("L3", *HIGH_SKILLED))
        self.sessions += 1
        row = pass_row(who, review=90) if level == "L5" else pass_row(who)
        session_id = await self.centre.session(level=level, local_id=f"S{self.sessions}")
        [added] = await self.centre.batch(f"/sessions/{session_id}/candidates", [person_row(who)])
        if added["outcome"] != "accepted":
            return
        await self.centre.batch(f"/sessions/{session_id}/results", [row])
        await self.centre.conclude(session_id)
        for each in await self.centre.certificates(session_id):
            self.held[each["id"]] = (who, level, True)

    async def revoke(self) -> None:
        if certificate_id := self._one(valid=True):
            await self.centre.revoke(certificate_id, REASON)
            who, level, _ = self.held[certificate_id]
            self.held[certificate_id] = (who, level, False)

    async def reinstate(self) -> None:
        if certificate_id := self._one(valid=False):
            answer = await self.centre.reinstate(certificate_id, REASON)
            who, level, _ = self.held[certificate_id]
            human = self.leads_to.get(who, who)
            stands = any(
                valid and other == level and self.leads_to.get(holder, holder) == human
                for holder, other, valid in self.held.values()
            )
            assert (answer.status_code == 200) is not stands, answer.text
            if not stands:
                self.held[certificate_id] = (who, level, True)

    async def reissue(self) -> None:
        if certificate_id := self._one(valid=True):
            content = {"ground": "lost", **REASON}
            assert (await self.centre.post(f"/certificates/{certificate_id}/reissue", content)).status_code == 201

    async def merge(self) -> None:
        """As the registry does, nobody is merged into somebody who is merged."""
        who = 1 + self.chance.randrange(PERSONS)
        service, key = self.centre.service, person_key(self.centre.service, who)
        if who in self.leads_to:
            self.versions[who] += 1
            into = person_key(service, self.leads_to.pop(who))
            self.merges.append(separated(key, into, version=self.versions[who]))
        else:
            others = [each for each in range(1, PERSONS + 1) if each != who and each not in self.leads_to]
            if who in self.leads_to.values() or not others:
                return
            self.versions[who] += 1
            self.leads_to[who] = self.chance.choice(others)
            self.merges.append(merged(key, person_key(service, self.leads_to[who]), version=self.versions[who]))
        await service.hear(self.merges[-1])

    def _one(self, *, valid: bool) -> str | None:
        of_kind = sorted(key for key, held in self.held.items() if held[2] is valid)
        return self.chance.choice(of_kind) if of_kind else None


async def test_high_skilled_persons_equal_the_count_of_distinct_people(
    centre: Centre, open_service: OpenService, count: Any
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201
    life = Life(centre, random.Random(seed))
    facts: list[Any] = []

    for _ in range(STEPS):
        step = life.chance.choice((life.sit, life.sit, life.sit, life.revoke, life.reinstate, life.reissue, life.merge))
        await step()
        facts += await life.centre.service.told()
        async with centre.service.engine.begin() as connection:
            await connection.exec_driver_sql("DELETE FROM outbox")

    metrics = await open_service(METRICS)
    await metrics.hear(*(fact for fact in facts if fact.subject.startswith("certificates/")), *life.merges)
    total = (await metrics.http.get("/v1/totals")).json()["total"]
    assert (total["high_skilled_persons"], total["certificates"]) == (life.high_skilled, life.valid)
    books = await compared(metrics, (centre.service, BOOK))
    assert (books["light"], books["differences"]["certificates"]) == ("green", 0)
    count(f"{STEPS} random steps: {life.valid} valid certificates, {life.high_skilled} high-skilled persons")
