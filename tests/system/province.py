"""A province on this machine: four services as processes, and everybody in it who calls them over REST."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

import httpx
import orjson

from deploy.local.clock import Turn
from deploy.local.runner import Run
from deploy.sandbox.client import Caller, Client, Unanswered
from deploy.sandbox.expected import MEASURES
from shared.kernel.credit_code import check_character
from tests.assessment.centre import body_filing
from tests.registry.school import filing, trainee
from tests.registry.teaching import PROJECT, teacher

REGION: Final = "410102"
REPORTING_REGION: Final = "410100"
PROVINCE: Final = Caller("province", "wang", region="410000")
ANOTHER: Final = Caller("province", "zhao", region="410000")
"""The second person of what takes two."""
OFFICER: Final = Caller("county_officer", "li", region=REGION)
REVIEWER: Final = Caller("reviewer", "qian", region=REPORTING_REGION)
SECOND_REVIEWER: Final = Caller("reviewer", "zhou", region=REPORTING_REGION)
FINANCE: Final = Caller("finance", "sun", region=REPORTING_REGION)
WHY: Final = {"reason": "更正登记"}

IN_TRAINING: Final = "in_training"

HEARD_SECONDS_MAX: Final = 20.0
PAUSE_SECONDS: Final = 0.05

Totals = Counter[tuple[str, str]]
"""Amounts by measure and day."""


@dataclass(frozen=True)
class School:
    """An institution with its clerk."""

    id: str
    clerk: Caller


class Callers(Client):
    """The client of the sample, for what the sample does not do."""

    async def send(
        self, service: str, path: str, content: bytes, media_type: str, *, by: Caller, **query: str
    ) -> httpx.Response:
        """The answer to a POST of bytes, whatever it is."""
        headers = {"Authorization": f"Bearer {self._token(by)}", "Content-Type": media_type}
        return await self._http.post(self._addresses[service] + path, content=content, headers=headers, params=query)

    async def ask(self, service: str, path: str, *, by: Caller) -> httpx.Response:
        """The answer to a GET, whatever it is."""
        return await self._http.get(
            self._addresses[service] + path, headers={"Authorization": f"Bearer {self._token(by)}"}
        )

    async def put(self, service: str, path: str, body: object, *, by: Caller) -> Any:
        headers = {"Authorization": f"Bearer {self._token(by)}", "Content-Type": "application/json"}
        answer = await self._http.put(self._addresses[service] + path, content=orjson.dumps(body), headers=headers)
        assert answer.is_success, answer.text
        return answer.json()


@dataclass
class Province:
    """What people of the province do, on the day that it is for its services."""

    run: Run
    callers: Callers
    today: date
    body: Caller = field(init=False)
    _numbers: int = 0

    async def settle_in(self) -> None:
        """File an assessment body, a budget, and two figures under which the cases can be seen in small groups."""
        body = await self.heard_of("assessment", "/v1/bodies", body_filing(), by=PROVINCE)
        self.body = Caller("assessment_body", "ann", organisation=body["id"])
        budget = {"region": REPORTING_REGION, "fund_source": "employment_fund", "year": 2025, "amount_fen": 10**9}
        proposed = await self.heard_of("subsidy", "/v1/budgets", budget | WHY, by=PROVINCE)
        await self.post("subsidy", f"/v1/proposals/{proposed['id']}/confirmation", by=ANOTHER)
        for key, value in (("quality.group_size_min", "1"), ("attendance.edit_days_max", "30")):
            row = {"key": key, "value": value, "region": "410000", "first_on": "2025-01-01", "source": "a test", **WHY}
            entered = await self.post("registry", "/v1/policy-rows", row, by=PROVINCE)
            await self.post("registry", f"/v1/policy-rows/{entered['id']}/approval", by=ANOTHER)

    async def get(self, service: str, path: str, *, by: Caller, **query: str) -> Any:
        return await self.callers.get(service, path, by=by, **query)

    async def post(self, service: str, path: str, body: object = None, *, by: Caller) -> Any:
        return await self.callers.post(service, path, body, by=by, once=False)

    async def heard_of(self, service: str, path: str, body: object, *, by: Caller) -> Any:
        """The answer to a post that is refused until the service has heard of the plan."""
        deadline = time.monotonic() + HEARD_SECONDS_MAX
        while True:
            try:
                return await self.post(service, path, body, by=by)
            except Unanswered:
                if time.monotonic() > deadline:
                    raise
            await asyncio.sleep(PAUSE_SECONDS)

    async def agree(self, service: str, path: str, body: object, *, by: Caller, second: Caller) -> Any:
        """What one person proposes and another confirms at once; the answer to the confirmation."""
        proposed = await self.post(service, path, body, by=by)
        base = "/v1/persons/proposals" if service == "registry" else "/v1/proposals"
        return await self.post(service, f"{base}/{proposed['id']}/confirmation", by=second)

    async def school(self) -> School:
        """A new institution that may train for PROJECT, with a site of two rooms and two teachers."""
        self._numbers += 1
        code = f"52419999MA77{self._numbers:05d}"
        particulars = {"credit_code": code + check_character(code), "name": "示范学校", "kind": "training_school"}
        opened = await self.post("registry", "/v1/institutions", particulars | {"region": REGION}, by=PROVINCE)
        school = School(opened["id"], Caller("institution", "clerk", organisation=opened["id"]))
        path = f"/v1/institutions/{school.id}"
        await self.post("registry", f"{path}/listings", {"project": PROJECT, "first_on": "2025-01-01"}, by=PROVINCE)
        rooms = [{"name": name, "kind": "theory", "seats": 60} for name in ("101", "102")]
        site = {"local_id": "S1", "address": f"样例路 {self._numbers} 号", "region": REGION, "rooms": rooms}
        await self.post("registry", f"{path}/sites", site, by=school.clerk)
        for number in (1, 2):
            engaged = teacher(10 * self._numbers + number, local_id=f"J{number}")
            await self.post("registry", f"{path}/teachers", engaged, by=school.clerk)
        return school

    async def file(self, school: School, *, lessons: Sequence[object] = (), **changes: object) -> str:
        """The id of a new class, with a timetable if there are lessons."""
        class_ = await self.post("registry", "/v1/classes", filing(**changes), by=school.clerk)
        path = f"/v1/classes/{class_['id']}"
        if lessons:
            await self.callers.put("registry", f"{path}/timetable", {"lessons": lessons}, by=school.clerk)
        return str(class_["id"])

    async def enrol(self, school: School, class_id: str, *rows: object) -> list[Any]:
        """What became of each row."""
        answer = await self.post("registry", f"/v1/classes/{class_id}/enrolments", {"rows": rows}, by=school.clerk)
        return list(answer["rows"])

    async def begin(self, school: School, *rows: object, **changes: Any) -> tuple[str, list[str]]:
        """The id of a new class that has started with these trainees, and the ids of their enrolments."""
        class_id = await self.file(school, **changes)
        enrolled = await self.enrol(school, class_id, *rows)
        assert {row["outcome"] for row in enrolled} == {"accepted"}, enrolled
        await self.start(school, class_id)
        return class_id, [row["id"] for row in enrolled]

    async def start(self, school: School, class_id: str) -> None:
        await self.post("registry", f"/v1/classes/{class_id}/approval", by=OFFICER)
        await self.post("registry", f"/v1/classes/{class_id}/start", by=school.clerk)

    async def conclude(self, school: School, class_id: str, **hours: int) -> None:
        """Post these hours, and complete the class."""
        rows = [{"local_id": local_id, "hours": each} for local_id, each in hours.items()]
        answer = await self.post("registry", f"/v1/classes/{class_id}/outcomes", {"rows": rows}, by=school.clerk)
        assert answer["accepted"] == len(rows), answer
        await self.post("registry", f"/v1/classes/{class_id}/completion", by=school.clerk)

    async def certify(self, class_id: str, *people: Mapping[str, object], held_on: str = "2025-03-25") -> list[str]:
        """The ids of the certificates of these people, who have passed an exam after the class."""
        self._numbers += 1
        names = ("programme", "region", "occupation", "level")
        session = {name: filing()[name] for name in names} | {"class_id": class_id, "held_on": held_on}
        session["local_id"] = f"E{self._numbers}"
        path = f"/v1/sessions/{(await self.post('assessment', '/v1/sessions', session, by=self.body))['id']}"
        candidates = [{name: person[name] for name in ("local_id", "document_number", "name")} for person in people]
        marks = [{"local_id": person["local_id"], "theory": 80, "skills": 90} for person in people]
        for list_, rows in (("candidates", candidates), ("results", marks)):
            answer = await self.post("assessment", f"{path}/{list_}", {"rows": rows}, by=self.body)
            assert answer["accepted"] == len(rows), answer
        colleague = Caller("assessment_body", "carl", organisation=self.body.organisation)
        await self.post("assessment", f"{path}/conclusion", by=colleague)
        query = {"session_id": path.rpartition("/")[2]}
        issued = await self.get("assessment", "/v1/certificates", by=self.body, **query)
        return [row["id"] for row in issued["rows"]]

    async def revoke(self, certificate_id: str) -> None:
        await self.agree("assessment", f"/v1/certificates/{certificate_id}/revocation", WHY, by=OFFICER, second=ANOTHER)

    async def claim(self, school: School, class_id: str) -> Any:
        """A new claim for the class, as it is built first."""
        content = {"class_id": class_id, "local_id": f"K-{class_id[-12:]}"}
        claim = await self.post("subsidy", "/v1/claims", content, by=school.clerk)
        return await self.get("subsidy", f"/v1/claims/{claim['id']}", by=school.clerk)

    async def rebuilt(self, school: School, claim: Any, until: Sequence[tuple[int, str | None]]) -> Any:
        """The claim, rebuilt until its lines have these amounts and refusals."""
        path = f"/v1/claims/{claim['id']}/rebuild"

        async def rebuild() -> Any:
            return await self.post("subsidy", path, by=school.clerk)

        return await self.heard(rebuild, lambda claim: sorted(lines_of(claim), key=str) == sorted(until, key=str))

    async def submit(self, school: School, claim: Any) -> None:
        await self.post("subsidy", f"/v1/claims/{claim['id']}/submission", by=school.clerk)

    async def approve(self, claim: Any) -> None:
        """Two people review it, one after the other."""
        for reviewer in (REVIEWER, SECOND_REVIEWER):
            await self.post("subsidy", f"/v1/claims/{claim['id']}/approval", by=reviewer)

    async def open_account(self, claim: Any) -> None:
        """The account to which the claim's institution is paid, unless it has one."""
        listed = await self.get("subsidy", "/v1/payee-accounts", by=FINANCE, institution_id=claim["institution_id"])
        if listed["rows"]:
            return
        # Of its own: what two institutions share is held until a reviewer has looked.
        number = f"1605{UUID(claim['institution_id']).int % 10**13:013d}"
        content = {
            "institution_id": claim["institution_id"], "holder": "示范学校", "bank": "样例银行营业部",
            "bank_code": "103491000017", "number": number, "reason": "开户许可证",
        }  # fmt: skip
        entered = await self.post("subsidy", "/v1/payee-accounts", content, by=FINANCE)
        await self.post("subsidy", f"/v1/proposals/{entered['proposal_id']}/confirmation", by=ANOTHER)

    async def pay(self, claim: Any) -> None:
        await self.open_account(claim)
        path = f"/v1/claims/{claim['id']}"
        approved_on = (await self.get("subsidy", path, by=FINANCE))["approved_on"]
        await self.post("subsidy", f"{path}/payment", {"paid_on": approved_on, "reference": "T-1"}, by=FINANCE)

    async def recover(self, claim: Any) -> None:
        second = Caller("finance", "zhou", region=REPORTING_REGION)
        content = {"all_lines": True, **WHY}
        await self.agree("subsidy", f"/v1/claims/{claim['id']}/recovery", content, by=FINANCE, second=second)

    async def paid(self, school: School, class_id: str) -> Any:
        """A claim for the class that was paid."""
        claim = await self.rebuilt(school, await self.claim(school, class_id), [(L4_FEN, None)])
        await self.submit(school, claim)
        await self.approve(claim)
        await self.pay(claim)
        return claim

    async def totals(self) -> Totals:
        """Flows by day; the stock of people in training as it is, under the day "now"."""
        path = f"{self.run.addresses['metrics']}/v1/totals"
        async with httpx.AsyncClient(timeout=10) as http:
            by_day, now = [(await http.get(path, params=query)).raise_for_status() for query in ({"by": "day"}, {})]
        flows = [name for name in MEASURES if name != IN_TRAINING]
        found = Counter({(name, row["day"]): row[name] for row in by_day.json()["rows"] for name in flows if row[name]})
        found[IN_TRAINING, "now"] = sum(row[IN_TRAINING] for row in now.json()["rows"])
        return found

    async def expect_again(self, due: Totals) -> None:
        """Return once the totals are the same as before, each on its day; shown if they are not."""
        found = await self.heard(self.totals, lambda found: found == due)
        assert dict(found) == dict(due)

    async def expect(self, before: Totals, **changes: int) -> None:
        """Return once the totals are those `before` with these changes, over all days; shown if they are not."""
        due = sums(before)
        due.update(changes)

        async def ask() -> Counter[str]:
            return sums(await self.totals())

        found = await self.heard(ask, lambda found: found == due)
        assert {name: found[name] for name in MEASURES} == {name: due[name] for name in MEASURES}

    async def heard(self, ask: Callable[[], Awaitable[Any]], is_right: Callable[[Any], bool]) -> Any:
        """The answer, asked for until it is right or facts have had their time to come."""
        deadline = time.monotonic() + HEARD_SECONDS_MAX
        while True:
            answer = await ask()
            if is_right(answer) or time.monotonic() > deadline:
                return answer
            await asyncio.sleep(PAUSE_SECONDS)

    async def turn_to(self, day: date) -> None:
        """Start the registry again on another day."""
        self.today = day
        await self.run.turn(Turn(["registry"], day))


L4_FEN: Final = 200_000
"""What the subsidy standards give for a training to level 4."""


def sums(totals: Totals) -> Counter[str]:
    """Amounts by measure."""
    found = Counter[str]()
    for (measure, _), amount in totals.items():
        found[measure] += amount
    return found


def lines_of(claim: Any) -> list[tuple[int, str | None]]:
    """Amount and failed check of each line."""
    return [(line["amount_fen"], line["refusal"]) for line in claim["lines"]]


def person(number: int, **changes: object) -> dict[str, object]:
    """A row for an invented person, for a roster or, in part, for an exam."""
    return trainee(number, **changes)
