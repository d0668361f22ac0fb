"""An institution as its own system would act, with an officer of its county beside it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import count
from typing import Any, Final

import httpx
from sqlalchemy import text

from shared.kernel.callers import Role
from shared.kernel.periods import BUSINESS_ZONE
from tests.support.clock import now
from tests.support.people import identity_number
from tests.support.services import ServiceUnderTest

CREDIT_CODE = "52410000MJ00123452"
HOME = "410102"
ANOTHER_CREDIT_CODE = "91350100M000100Y43"
_CLASSES: Final[Iterator[int]] = count()
"""Numbers the classes of a test run, so that no two of one test have the same trainee."""


def filing(**changes: object) -> dict[str, object]:
    return {
        "local_id": "2025-001", "programme": "S02-1", "region": "410102", "occupation": "4-10-01-05", "level": "L4",
        "fund_source": "employment_fund", "starts_on": "2025-03-01", "ends_on": "2025-03-20", "hours": 60, "seats": 40,
    } | changes  # fmt: skip


def institution(**changes: object) -> dict[str, object]:
    usual = {"credit_code": CREDIT_CODE, "name": "郑州学校", "kind": "training_school", "region": "410102"}
    return usual | changes


def name_of(kind: str, number: int) -> str:
    """A name for an invented person: its number in Chinese, because names have no digits."""
    return kind + str(number).translate(str.maketrans("0123456789", "零一二三四五六七八九"))


def trainee(number: int, **changes: object) -> dict[str, object]:
    """A row of a roster for an invented person, with all that may be asked for; the same number is the same person."""
    born = date(1970 + number % 30, 1 + number % 12, 1 + number % 28)
    usual = {
        "local_id": f"T{number}", "document_number": identity_number(born, number % 1000),
        "name": name_of("学员", number), "phone": f"139{number + 1:08d}",
        "employment": "employed", "consent": {"on": "2025-01-02"},
    }  # fmt: skip
    return usual | changes


@dataclass(frozen=True)
class School:
    registry: ServiceUnderTest
    id: str
    person: str = "clerk"

    @property
    def headers(self) -> dict[str, str]:
        return self.registry.tokens.of(Role.INSTITUTION, person=self.person, organisation=self.id)

    def officer(self, region: str = "410102", *, person: str = "officer") -> dict[str, str]:
        return self.registry.tokens.of(Role.COUNTY_OFFICER, person=person, region=region)

    async def post(self, path: str, content: object = None, **request: Any) -> httpx.Response:
        return await self.registry.http.post(f"/v1/{path}", json=content, **({"headers": self.headers} | request))

    async def agree(self, path: str, content: object, *, headers: dict[str, str] | None = None) -> httpx.Response:
        """What an officer proposes, confirmed by another one at once; the first refusal, if there is one."""
        proposed = await self.post(path, content, headers=headers or self.officer())
        if not proposed.is_success:
            return proposed
        second = self.registry.tokens.of(Role.PROVINCE, person="second", region="410000")
        return await self.post(f"persons/proposals/{proposed.json()['id']}/confirmation", headers=second)

    async def file(self, **changes: object) -> str:
        """The id of a new class; in another county than the usual one, the school has a site."""
        region = str(changes.get("region", HOME))
        if region != HOME:
            await add_site(self, local_id=f"S{region}", region=region, address=f"样例路 {region} 号")
        answer = await self.post("classes", filing(**changes))
        assert answer.status_code == 201, answer.text
        class_id: str = answer.json()["id"]
        return class_id

    async def enrol(self, class_id: str, *rows: object, **request: Any) -> httpx.Response:
        return await self.post(f"classes/{class_id}/enrolments", {"rows": rows}, **request)

    async def run(self, *rows: object, **changes: object) -> str:
        """The id of a new class with `rows` enrolled (by default one trainee of its own), approved and started."""
        class_id = await self.file(**changes)
        number = 500 + next(_CLASSES) % 400
        rows = rows or (trainee(number, local_id=f"only-{number}"),)
        enrolled = (await self.enrol(class_id, *rows)).json()
        assert enrolled["accepted"] == len(rows), enrolled
        officer = self.officer(str(changes.get("region", "410102")))
        for step, headers in (("approval", officer), ("start", self.headers)):
            answer = await self.post(f"classes/{class_id}/{step}", headers=headers)
            assert answer.status_code == 200, answer.text
        return class_id

    async def cancel(self, class_id: str, **request: Any) -> httpx.Response:
        return await self.post(f"classes/{class_id}/cancellation", {"reason": "报名人数不足"}, **request)

    async def conclude(self, class_id: str, **hours: int) -> httpx.Response:
        rows = [{"local_id": local_id, "hours": each} for local_id, each in hours.items()]
        return await self.post(f"classes/{class_id}/outcomes", {"rows": rows})


async def open_school(registry: ServiceUnderTest, **changes: object) -> School:
    headers = registry.tokens.of(Role.PROVINCE, region="410000")
    answer = await registry.http.post("/v1/institutions", json=institution(**changes), headers=headers)
    assert answer.status_code == 201, answer.text
    await list_for_everything(registry, answer.json()["id"])
    return School(registry, answer.json()["id"])


async def list_for_everything(registry: ServiceUnderTest, institution_id: str) -> None:
    """Put the institution on the list of every project of the catalogue, without a word to anybody."""
    statement = """
    INSERT INTO listing (id, institution_id, project, first_on, last_on, opened_by, version)
    SELECT uuidv7(), :institution_id, project, lower(listed), upper(listed) - 1, 'county', 1 FROM project_term
    ON CONFLICT DO NOTHING
    """
    async with registry.engine.begin() as connection:
        await connection.execute(text(statement), {"institution_id": institution_id})


def set_today(registry: ServiceUnderTest, day: date) -> None:
    """From now on it is noon of `day` for the service under test, whatever the time is where the test runs."""
    registry.clock.offset = datetime.combine(day, time(12), BUSINESS_ZONE) - now()


SET_POLICY = """
WITH next AS (UPDATE rule_sequence SET sequence = sequence + 1 RETURNING sequence)
INSERT INTO policy_row (key, region, validity, value, status, source, entered_by, sequence)
SELECT DISTINCT key, region, validity, CAST(:value AS text), 'sourced', 'a test', 'a test', next.sequence
FROM policy_row CROSS JOIN next WHERE key = :key
"""


async def set_policy(registry: ServiceUnderTest, key: str, value: str | None) -> None:
    """The figure that holds on every day, whatever the plan says: as a row for each that there is; None: no figure."""
    async with registry.engine.begin() as connection:
        await connection.execute(text(SET_POLICY), {"key": key, "value": value})


async def set_projects(registry: ServiceUnderTest, which: str, **values: object) -> None:
    """The projects of the condition `which` get other values for all their days, as if they were approved now."""
    async with registry.engine.begin() as connection:
        await connection.execute(text(set_projects_statement(which, *values)), values)


def set_projects_statement(which: str, *names: str) -> str:
    own = ["name_zh", "name_en", "edition", "occupation", "level", "category", "hours_min", "is_scarce", "is_needed"]
    new = ", ".join(f":{name}" if name in names else name for name in own)
    return f"""
    WITH next AS (UPDATE rule_sequence SET sequence = sequence + 1 RETURNING sequence)
    INSERT INTO project_term (project, listed, {", ".join(own)}, version, source, entered_by, sequence)
    SELECT DISTINCT ON (project, listed) project, listed, {new}, version + 1, 'a test', 'a test', next.sequence
    FROM project_term CROSS JOIN next WHERE {which} ORDER BY project, listed, version DESC
    """


async def add_site(school: School, **changes: object) -> str:
    """The id of a new site "S1" of the school."""
    rooms = [{"name": "101", "kind": "theory", "seats": 60}]
    site = {"local_id": "S1", "address": "郑州市某路 1 号", "region": "410102", "rooms": rooms}
    answer = await school.post(f"institutions/{school.id}/sites", site | changes)
    assert answer.status_code == 201, answer.text
    site_id: str = answer.json()["id"]
    return site_id
