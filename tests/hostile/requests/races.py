"""One request many times at once: it has the effect that it has when it is sent once, or none. Some are acts of their
own, each time that they are sent; with a key they have one effect as well.

The scene is built once; each race runs in a copy of its database, so that no race depends on those before.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import uuid4

import httpx
from sqlalchemy import text

from deploy.local.postgres import Postgres
from shared.kernel.callers import Role
from tests.hostile.requests.operations import Operation, operations_of
from tests.subsidy.builders import (
    TODAY,
    Taught,
    people,
)
from tests.subsidy.office import Office
from tests.subsidy.payees.accounts import open_account
from tests.support.rights import Scene
from tests.support.services import ServiceUnderTest, opened

_TABLES: Final = """
SELECT table_name, bool_or(column_name = 'version' AND data_type = 'integer')
FROM information_schema.tables JOIN information_schema.columns USING (table_schema, table_name)
WHERE table_schema = 'public' AND table_type = 'BASE TABLE' GROUP BY table_name
"""
_NO_EFFECT: Final = ("idempotent_answer", "public_request_window")
"""What is kept about requests themselves."""
ACTS: Final = {
    "read_reporter_contact": "each reading of a sealed contact is on record",
    "read_objector_contact": "each reading of a sealed contact is on record",
    "look_at_record": "each look at a person's record is on record",
    "give_code": "each code is another secret, for another reader",
    "give_number_block": "each block has numbers of its own",
    "reissue_certificate": "each edition replaces the one before, and is on record",
    "inspect_session": "a session may be inspected twice, with the same words",
    "file_objection": "whoever objects has no account by which a second one could be told from a repeat",
    "quote": "each quote binds the rows of its moment",
    "add_claim_note": "a note may be written twice",
}
"""Each request is an act of its own, unless it comes with a key: then there are as many effects as were accepted."""
Effect = Mapping[str, tuple[int, int]]
"""By table, how many rows there are more, and by how much their versions have grown."""

Things = Mapping[str, Mapping[str, str]]
"""By operation, ids by path parameter."""


async def _things(scene: Scene) -> Things:
    """What operations are about where the scene's thing of that name is past it; they are made here if need be."""
    match scene.service.service.name:
        case "registry":
            propose = next(each for each in operations_of(scene) if each.name == "propose_merge")
            merge = await propose.send(propose.body, role=Role.COUNTY_OFFICER, person="another")
            waiting = {"class_id": scene.here.listed["list_waiting_classes"]}
            open_roster = {"class_id": scene.here.listed["list_class_changes"]}
            return {
                "approve_class": waiting,
                "return_class": waiting,
                "check_class": waiting,
                "enrol_in_class": open_roster,
                "confirm_person_proposal": {"proposal_id": merge.json()["id"]},
            }
        case "subsidy":
            office = await Office.open(scene.service)
            drafted, submitted, approved, paid = [await _claim(office, scene, steps) for steps in range(4)]
            await open_account(scene.service, approved["claim_id"])
            of_submitted = ("return_claim", "reject_claim", "approve_claim", "take_claim")
            return {
                "submit_claim": drafted,
                **dict.fromkeys(of_submitted, submitted),
                "pay_claim": approved,
                "propose_recovery": paid,
            }
    return {}


async def _claim(office: Office, scene: Scene, steps: int) -> Mapping[str, str]:
    """A claim for which so many steps were taken since it was drafted: submitted, approved, paid."""
    region = scene.here.region
    taught = Taught(people(1), region=region)
    await office.service.hear(*taught.all_finished())
    claim_id = (await office.draft(taught)).json()["id"] if steps == 0 else await office.submitted(taught)
    if steps > 1:
        assert (await office.approve(claim_id, office.reviewer(region=region))).is_success
    if steps > 2:
        assert (await office.pay(claim_id, office.finance(region=region))).is_success
    return {"claim_id": claim_id}


@dataclass(frozen=True)
class Outcome:
    """What one request did and was answered, and what many did and were answered."""

    operation: str
    once: httpx.Response
    effect_of_one: Effect
    answers: list[httpx.Response] = field(repr=False)
    effect: Effect
    keyed: list[httpx.Response] = field(repr=False)
    effect_with_key: Effect

    @property
    def counted(self) -> str:
        without, with_key = (_statuses(each) for each in (self.answers, self.keyed))
        keyed = f"; with a key {with_key}" if self.keyed else ""
        return f"{self.operation}: once {_status(self.once)}; at once {without}{keyed}"

    @property
    def faults(self) -> list[str]:
        """Why this was no fair race; nothing if all is well."""
        found = [f"{_status(each)} {each.text[:200]}" for each in (*self.answers, *self.keyed) if _is_failure(each)]
        done = sum(each.is_success for each in self.answers) if self.operation in ACTS else 1
        if not _is_of(self.effect, self.effect_of_one, done):
            found.append(f"without a key: {_difference(self.effect_of_one, self.effect)}")
        if self.keyed and self.effect_with_key != self.effect_of_one:
            found.append(f"with a key: {_difference(self.effect_of_one, self.effect_with_key)}")
        accepted = [each for each in self.keyed if each.is_success]
        if len({each.content for each in accepted}) > 1:
            found.append("with a key: not all were answered as the first was")
        if sum("idempotent-replayed" not in each.headers for each in accepted) > 1:
            found.append("with a key: more than one was handled")
        return [f"{self.operation}: {each}" for each in found]


@dataclass(frozen=True)
class Course:
    """Races in copies of a scene whose service is closed; its database is the template."""

    postgres: Postgres
    scene: Scene
    things: Things
    operations: Mapping[str, Operation]
    racers: int

    @classmethod
    async def of(cls, scene: Scene, postgres: Postgres, *, racers: int) -> Course:
        """The course of a scene, whose service is then to be closed."""
        things = await _things(scene)
        # The scene's claim was approved long ago.
        bodies = {**scene.here.bodies, "pay_claim": {"paid_on": TODAY.isoformat(), "reference": "T-1"}}
        operations = {each.name: each for each in operations_of(scene)}
        return cls(postgres, replace(scene, here=replace(scene.here, bodies=bodies)), things, operations, racers)

    async def race(self, name: str) -> Outcome:
        """The race of an operation, about the things of the scene."""
        async with self._copy(name) as operation:
            role, once, one = await self._once(operation)
        async with self._copy(name) as operation:
            answers, effect = await self._at_once(operation, role)
        keyed: list[httpx.Response] = []
        with_key: Effect = {}
        if operation.method == "post" and role is not None:
            async with self._copy(name) as operation:
                keyed, with_key = await self._at_once(operation, role, key="the-same")
        return Outcome(name, once, one, answers, effect, keyed, with_key)

    async def _once(self, operation: Operation) -> tuple[Role | None, httpx.Response, Effect]:
        """Sent by the first role with which it succeeds, or else by the first."""
        before = await rows_of(operation.scene.service)
        found: list[tuple[Role | None, httpx.Response]] = []
        roles: Sequence[Role | None] = operation.roles or [None]
        for role in roles:
            answer = await operation.send(operation.body, role=role)
            found.append((role, answer))
            if answer.is_success:
                break
        sender, answer = found[-1] if found[-1][1].is_success else found[0]
        return sender, answer, effect_of(before, await rows_of(operation.scene.service))

    async def _at_once(
        self, operation: Operation, role: Role | None, *, key: str | None = None
    ) -> tuple[list[httpx.Response], Effect]:
        before = await rows_of(operation.scene.service)
        headers = {} if key is None else {"Idempotency-Key": key}
        sending = [operation.send(operation.body, role=role, headers=headers) for _ in range(self.racers)]
        answers = await asyncio.gather(*sending)
        return answers, effect_of(before, await rows_of(operation.scene.service))

    @asynccontextmanager
    async def _copy(self, name: str) -> AsyncGenerator[Operation]:
        under_test, database = self.scene.service, f"race_{uuid4().hex[:12]}"
        await self.postgres.clone_database(database, under_test.settings.database_url.rsplit("/", 1)[1])
        try:
            settings = under_test.settings.model_copy(update={"database_url": self.postgres.url(database)})
            async with opened(under_test.service, settings) as service:
                here = replace(self.scene.here, ids={**self.scene.here.ids, **self.things.get(name, {})})
                scene = replace(self.scene, service=service, here=here)
                yield replace(self.operations[name], scene=scene)
        finally:
            await self.postgres.drop_database(database)


async def rows_of(service: ServiceUnderTest) -> Effect:
    """How many rows each table has, and the sum of their versions."""
    async with service.engine.connect() as connection:
        found: dict[str, tuple[int, int]] = {}
        for table, has_version in (await connection.execute(text(_TABLES))).all():
            versions = "coalesce(sum(version), 0)" if has_version else "0"
            counted = (await connection.execute(text(f'SELECT count(*), {versions} FROM "{table}"'))).one()
            found[table] = (int(counted[0]), int(counted[1]))
        return found


def effect_of(before: Effect, after: Effect) -> Effect:
    changed = {table for table in after if after[table] != before[table] and table not in _NO_EFFECT}
    return {table: (after[table][0] - before[table][0], after[table][1] - before[table][1]) for table in changed}


def _is_of(many: Effect, one: Effect, done: int) -> bool:
    """Whether `many` is in each table the effect of one, or of all that were `done`."""
    expected = {table: (effect, (effect[0] * done, effect[1] * done)) for table, effect in one.items()}
    return many.keys() == one.keys() and all(effect in expected[table] for table, effect in many.items())


def _difference(one: Effect, many: Effect) -> str:
    tables = sorted(table for table in {*one, *many} if one.get(table) != many.get(table))
    nothing = (0, 0)
    return ", ".join(f"{table} {one.get(table, nothing)} -> {many.get(table, nothing)}" for table in tables)


def _is_failure(answer: httpx.Response) -> bool:
    return answer.status_code >= 500 and not (answer.status_code == 503 and "retry-after" in answer.headers)


def _status(answer: httpx.Response) -> str:
    is_problem = answer.headers.get("content-type") == "application/problem+json"
    replayed = " replayed" if "idempotent-replayed" in answer.headers else ""
    return f"{answer.status_code}{replayed}" + (f" {answer.json()['code']}" if is_problem else "")


def _statuses(answers: list[httpx.Response]) -> str:
    return ", ".join(f"{n} x {status}" for status, n in sorted(Counter(map(_status, answers)).items()))
