"""Flags over HTTP: who sees them, who settles them."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.registry.flags import usecases as flags
from services.registry.flags.rules.flags import Flag, Observation
from services.registry.flags.rules.kinds import FlagKind
from shared.contracts.registry.flags import FlagRaised, FlagReopened, FlagSettled, FlagStatus
from shared.kernel.callers import Role
from shared.kernel.periods import business_day
from tests.registry.directory.rules.directory import seen
from tests.registry.school import School, set_today
from tests.support.clock import now
from tests.support.services import ServiceUnderTest


async def raise_all(registry: ServiceUnderTest, *found: Observation) -> list[Flag]:
    async with registry.engine.begin() as connection:
        return await flags.raise_all(connection, found, at=now())


async def listed(school: School, headers: dict[str, str], **query: Any) -> list[dict[str, Any]]:
    answer = await school.registry.http.get("/v1/flags", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def settle(school: School, flag: Flag, headers: dict[str, str], verdict: str = "uphold") -> Any:
    content = {"verdict": verdict, "reason": "已到现场核实"}
    return await school.post(f"flags/{flag.id}/settlement", content, headers=headers)


class TestRaise:
    async def test_what_is_seen_again_stays_one_flag_and_is_told_once(self, school: School) -> None:
        first = await raise_all(school.registry, seen(), seen(seen="another"), seen())
        again = await raise_all(school.registry, seen(), seen(kind=FlagKind.SAME_SECOND))

        assert (len(first), len(again)) == (2, 1)
        told = [fact for fact in await school.registry.told() if isinstance(fact, FlagRaised)]
        assert [fact.flag_id for fact in told] == [flag.id for flag in [*first, *again]]
        assert len(await listed(school, school.officer())) == 3

    async def test_the_same_thing_seen_by_many_at_once_is_one_flag(self, school: School) -> None:
        found = [seen(seen=str(number)) for number in range(20)]

        raised = await asyncio.gather(*(raise_all(school.registry, *found[::way]) for way in (1, -1) * 3))

        assert sum(map(len, raised)) == 20

    async def test_nothing_seen_asks_the_database_nothing(self) -> None:
        assert await flags.raise_all(None, [], at=now()) == []  # type: ignore[arg-type]


class TestList:
    async def test_is_narrowed_to_the_officers_region_and_what_lies_below(self, school: School) -> None:
        await raise_all(
            school.registry,
            seen(seen="1"),
            seen(seen="2", region="410103"),
            seen(seen="3", region="410307", reporting_region="410300"),
        )
        province = school.registry.tokens.of(Role.PROVINCE, region="410000")

        assert [row["region"] for row in await listed(school, school.officer())] == ["410102"]
        assert len(await listed(school, school.officer("410100"))) == 2
        assert len(await listed(school, province)) == 3
        assert [row["region"] for row in await listed(school, province, region="410300")] == ["410307"]

    async def test_is_narrowed_to_what_was_asked_for(self, school: School) -> None:
        class_id = uuid4()
        one, other = await raise_all(
            school.registry, seen(seen="1", class_id=class_id), seen(seen="2", check="C20", institution_id=None)
        )
        await settle(school, other, school.officer())

        async def found(**query: str) -> list[str]:
            return [row["id"] for row in await listed(school, school.officer(), **query)]

        assert await found(status="open") == await found(check="C16") == [str(one.id)]
        assert await found(class_id=str(class_id)) == await found(institution_id=str(UUID(int=2))) == [str(one.id)]
        assert await found(status="upheld") == await found(check="C20") == [str(other.id)]
        assert await found(status="dismissed") == []

    async def test_comes_a_page_at_a_time(self, school: School) -> None:
        raised = await raise_all(school.registry, *(seen(seen=str(number)) for number in range(5)))
        found: list[str] = []
        query = {"size": 2}
        while True:
            page = (await school.registry.http.get("/v1/flags", params=query, headers=school.officer())).json()
            found += [row["id"] for row in page["rows"]]
            if page["next"] is None:
                break
            query["cursor"] = page["next"]

        assert found == [str(flag.id) for flag in raised]

    async def test_an_institution_sees_its_own_and_no_other(self, school: School) -> None:
        own, foreign = await raise_all(
            school.registry, seen(seen="1", institution_id=UUID(school.id)), seen(seen="2", institution_id=uuid4())
        )

        assert [row["id"] for row in await listed(school, school.headers)] == [str(own.id)]
        answers = [
            await school.registry.http.get(f"/v1/flags/{flag.id}", headers=school.headers) for flag in (own, foreign)
        ]
        assert [answer.status_code for answer in answers] == [200, 403]
        assert answers[0].json()["facts"] == {"trainees": 3}
        assert "seen" not in answers[0].json()

    @pytest.mark.parametrize(
        ("role", "region", "query", "code"),
        [
            (Role.COUNTY_OFFICER, "410102", {"region": "410100"}, "foreign-region"),
            (Role.COUNTY_OFFICER, None, {}, "unauthenticated"),
            (Role.COUNTY_OFFICER, "330000", {}, "foreign-region"),
            (Role.PROVINCE, "330000", {}, "foreign-region"),
            (Role.PROVINCE, "410102", {}, "foreign-region"),
            (Role.PROVINCE, "410000", {"region": "999999"}, "unknown-region"),
            (Role.ASSESSMENT_BODY, "410102", {}, "wrong-role"),
            (Role.INSTITUTION, None, {"institution_id": str(UUID(int=9))}, "foreign-organisation"),
        ],
    )
    async def test_without_the_right_is_refused(
        self, school: School, role: Role, region: str | None, query: dict[str, str], code: str
    ) -> None:
        headers = school.registry.tokens.of(role, organisation=school.id, region=region)

        answer = await school.registry.http.get("/v1/flags", params=query, headers=headers)

        assert answer.json()["code"] == code


class TestSettle:
    @pytest.mark.parametrize(("verdict", "status"), [("uphold", "upheld"), ("dismiss", "dismissed")])
    async def test_is_stored_with_who_and_why_and_told(self, school: School, verdict: str, status: str) -> None:
        (flag,) = await raise_all(school.registry, seen())

        answer = (await settle(school, flag, school.officer(), verdict)).json()

        assert (answer["status"], answer["settled_by"], answer["settling_reason"], answer["version"]) == (
            status, "officer", "已到现场核实", 2,
        )  # fmt: skip
        (told,) = [fact for fact in await school.registry.told() if isinstance(fact, FlagSettled)]
        assert (told.flag_id, told.version, told.status) == (flag.id, 2, FlagStatus(status))

    async def test_two_officers_at_once_settle_it_once(self, school: School) -> None:
        (flag,) = await raise_all(school.registry, seen())

        answers = await asyncio.gather(
            *(settle(school, flag, school.officer(), verdict) for verdict in ("uphold", "dismiss") * 2)
        )

        assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
        assert {answer.json().get("code") for answer in answers} == {None, "illegal-move"}

    async def test_is_for_officers_of_its_region_or_above(self, school: School) -> None:
        (flag,) = await raise_all(school.registry, seen(institution_id=UUID(school.id)))

        answers = [await settle(school, flag, headers) for headers in (school.headers, school.officer("410103"))]

        assert [answer.json()["code"] for answer in answers] == ["wrong-role", "foreign-region"]
        assert (await settle(school, flag, school.officer("410100"))).status_code == 200


async def take(school: School, flag: Flag, step: str, content: object, *, headers: dict[str, str] | None = None) -> Any:
    return await school.post(f"flags/{flag.id}/{step}", content, headers=headers or school.officer())


class TestReopen:
    async def test_a_wrong_settlement_is_taken_back_and_stays_in_the_history(self, school: School) -> None:
        (flag,) = await raise_all(school.registry, seen(institution_id=UUID(school.id)))
        await settle(school, flag, school.officer(), "dismiss")

        answer = (await take(school, flag, "reopening", {"reason": "点错了"})).json()

        assert (answer["status"], answer["settled_by"], answer["version"]) == ("open", None, 3)
        assert (await settle(school, flag, school.officer(), "uphold")).json()["status"] == "upheld"
        history = await school.registry.http.get(f"/v1/flags/{flag.id}/history", headers=school.headers)
        assert [row["verb"] for row in history.json()["rows"]] == ["dismiss", "reopen", "uphold"]
        told = [fact for fact in await school.registry.told() if isinstance(fact, FlagReopened)]
        assert [(fact.version, fact.status) for fact in told] == [(3, FlagStatus.OPEN)]

    async def test_an_open_one_and_a_foreign_one_are_refused(self, school: School) -> None:
        (flag,) = await raise_all(school.registry, seen())
        reason = {"reason": "点错了"}

        answers = [
            await take(school, flag, "reopening", reason, headers=headers)
            for headers in (school.officer(), school.officer("410103"), school.headers)
        ]

        assert [answer.json()["code"] for answer in answers] == ["illegal-move", "foreign-region", "wrong-role"]


class TestOwners:
    async def test_a_flag_has_a_due_day_and_is_overdue_after_it(self, school: School) -> None:
        (flag, other) = await raise_all(school.registry, seen(seen="1"), seen(seen="2"))
        due_on = business_day(now()) + timedelta(days=10)

        assert flag.due_on == due_on
        assert await listed(school, school.officer(), overdue=True) == []
        await settle(school, other, school.officer())
        set_today(school.registry, due_on + timedelta(days=1))
        assert [row["id"] for row in await listed(school, school.officer(), overdue=True)] == [str(flag.id)]

    async def test_a_flag_is_given_to_a_person_and_back_to_the_county(self, school: School) -> None:
        (flag, _) = await raise_all(school.registry, seen(seen="1"), seen(seen="2"))
        given = {"person": "inspector-7", "reason": "由其负责该片区"}

        answers = [await take(school, flag, "assignment", given) for _ in range(2)]

        assert [answer.json()["assigned_to"] for answer in answers] == ["inspector-7"] * 2
        assert [row["id"] for row in await listed(school, school.officer(), assigned_to="inspector-7")] == [
            str(flag.id)
        ]
        back = await take(school, flag, "assignment", {"reason": "休假"})
        assert (back.json()["assigned_to"], back.json()["version"]) == (None, 1)
        history = await school.registry.http.get(f"/v1/flags/{flag.id}/history", headers=school.officer())
        assert [row["assigned_to"] for row in history.json()["rows"]] == ["inspector-7", None]

    async def test_an_identity_number_is_nobodys_id_and_a_settled_flag_nobodys_work(self, school: School) -> None:
        (flag,) = await raise_all(school.registry, seen())
        number = await take(school, flag, "assignment", {"person": "11010519491231002X", "reason": "试试"})
        await settle(school, flag, school.officer())
        late = await take(school, flag, "assignment", {"person": "inspector-7", "reason": "试试"})

        assert (number.status_code, "11010519491231002X" in number.text) == (422, False)
        assert late.json()["code"] == "flag-settled-already"


class TestHitRates:
    async def rates(self, school: School, **query: Any) -> dict[str, dict[str, Any]]:
        today = business_day(now())
        days = {"first_on": str(today - timedelta(days=1)), "last_on": str(today)}
        answer = await school.registry.http.get("/v1/flag-rates", params=days | query)
        assert answer.status_code == 200, answer.text
        return {row["kind"]: row for row in answer.json()["rows"]}

    async def test_are_public_by_rule_and_region(self, school: School) -> None:
        flags_ = await raise_all(
            school.registry,
            *(seen(seen=str(number)) for number in range(4)),
            seen(seen="5", region="410307", reporting_region="410300"),
        )
        for flag, verdict in zip(flags_, ("uphold", "dismiss", "dismiss"), strict=False):
            await settle(school, flag, school.officer(), verdict)

        (rate,) = (await self.rates(school)).values()

        assert (rate["raised"], rate["upheld"], rate["dismissed"], rate["open"]) == (5, 1, 2, 2)
        assert (rate["upheld_permille"], rate["overdue"], rate["check"]) == (333, 0, "C16")
        assert (await self.rates(school, region="410300"))["one-phone-many-trainees"]["raised"] == 1

    async def test_few_flags_about_people_show_no_count(self, school: School) -> None:
        await raise_all(school.registry, *(seen(seen=str(number), person=UUID(int=number + 1)) for number in range(9)))
        few = (await self.rates(school))["one-phone-many-trainees"]
        await raise_all(school.registry, seen(seen="10", person=UUID(int=10)))

        assert (few["suppressed"], few["raised"], few["open"]) == (True, None, None)
        assert (await self.rates(school))["one-phone-many-trainees"]["raised"] == 10

    @pytest.mark.parametrize(
        ("query", "code"),
        [
            ({"region": "419999"}, "unknown-region"),
            ({"first_on": str(date(2024, 1, 1))}, "flag-rates-too-long"),
            ({"last_on": str(date(2024, 1, 1))}, "period-ends-before-start"),
        ],
    )
    async def test_what_cannot_be_asked_is_refused(self, school: School, query: dict[str, str], code: str) -> None:
        today = str(business_day(now()))
        answer = await school.registry.http.get("/v1/flag-rates", params={"first_on": today, "last_on": today} | query)

        assert (answer.status_code, answer.json()["code"]) == (422, code)
