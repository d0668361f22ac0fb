"""Closings over HTTP: what goes on under the successor, what ends, and the way back."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from shared.contracts.registry.directory import (
    InstitutionChanged,
    ListingClosed,
    ListingOpened,
    SanctionImposed,
    SanctionLifted,
)
from shared.kernel.callers import Role
from tests.registry.directory.directory import OWNER, PROJECT, THIRD_CREDIT_CODE, impose, open_listing, register, rows
from tests.registry.enrolling import code
from tests.registry.rosters.spreadsheets.posting import counts, post, roster, work
from tests.registry.school import (
    ANOTHER_CREDIT_CODE,
    CREDIT_CODE,
    School,
    filing,
    open_school,
    set_today,
    trainee,
)
from tests.registry.teaching import engage, teacher
from tests.shared.spreadsheets.workbooks import full_line
from tests.support.services import ServiceUnderTest

DAY = date(2025, 3, 5)
SUCCESSION = {"kind": "succession", "from_on": "2025-03-04", "reason": "换发新的信用代码"}


@pytest.fixture
async def old(registry: ServiceUnderTest) -> School:
    set_today(registry, DAY)
    return await open_school(registry)


@pytest.fixture
async def new(registry: ServiceUnderTest) -> School:
    return await register(registry, credit_code=ANOTHER_CREDIT_CODE, name="新郑州学校")


async def propose(school: School, *, person: str = "one", region: str = "410102", **changes: Any) -> httpx.Response:
    headers = school.officer(region, person=person)
    return await school.post(f"institutions/{school.id}/closings", SUCCESSION | changes, headers=headers)


async def step(school: School, closing_id: str, verb: str, person: str) -> httpx.Response:
    return await school.post(
        f"closings/{closing_id}/{verb}", {"reason": "材料齐全"}, headers=school.officer(person=person)
    )


async def succeed(old: School, new: School, **changes: Any) -> str:
    """The id of a closing by which `new` has taken over `old`."""
    proposed = await propose(old, successor_id=new.id, **changes)
    assert proposed.status_code == 201, proposed.text
    confirmed = await step(old, proposed.json()["id"], "confirmation", "other")
    assert confirmed.status_code == 200, confirmed.text
    closing_id: str = proposed.json()["id"]
    return closing_id


async def reverse(old: School, closing_id: str) -> None:
    for verb, person in (("reversal", "one"), ("reversal-confirmation", "other")):
        answer = await step(old, closing_id, verb, person)
        assert answer.status_code == 200, answer.text


async def read(school: School, path: str, **query: Any) -> Any:
    answer = await school.registry.http.get(f"/v1/{path}", params=query, headers=school.headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


class TestSuccession:
    async def test_the_successor_sees_and_acts_on_what_it_took_over(self, old: School, new: School) -> None:
        class_id = await old.run(trainee(1), trainee(2))
        await succeed(old, new)

        seen = await read(new, "classes")
        enrolled = await new.enrol(class_id, trainee(3))
        rosters = await read(new, f"classes/{class_id}/enrolments")
        mark = {"local_id": "M1", "enrolment_id": rosters["rows"][0]["id"], "direction": "in", "method": "hand"}
        marked = await new.post("attendance-marks?mode=validate", {"rows": [mark | {"at": "2025-03-04T00:30:00Z"}]})
        set_today(old.registry, date(2025, 3, 20))
        outcomes = await new.conclude(class_id, T1=60, T2=60, T3=60)
        completed = await new.post(f"classes/{class_id}/completion")

        assert [(row["id"], row["institution_id"]) for row in seen["rows"]] == [(class_id, old.id)]
        assert enrolled.json()["accepted"] == 1
        assert len(rosters["rows"]) == 3
        assert marked.json()["rows"][0]["outcome"] == "accepted", marked.text
        assert outcomes.json()["accepted"] == 3
        assert completed.json()["status"] == "completed"
        history = await read(new, f"classes/{class_id}/history")
        assert history["rows"][0]["done_by"] == "clerk"

    async def test_a_file_for_a_class_that_was_taken_over_is_decided_for_the_successor(
        self, old: School, new: School
    ) -> None:
        class_id = await old.file()
        await succeed(old, new)

        posted = await post(new, roster(full_line(1), full_line(2)), class_id=class_id)
        await work(new)

        assert posted.status_code == 202, posted.text
        file = await new.registry.http.get(f"/v1/roster-files/{posted.json()['id']}", headers=new.headers)
        assert counts(file.json()) == (2, 0, 0), file.text

    async def test_the_token_of_the_closed_one_reads_and_does_not_write(self, old: School, new: School) -> None:
        class_id = await old.file()
        await succeed(old, new)

        answers = [
            await old.post("classes", filing(local_id="2025-002")),
            await old.enrol(class_id, trainee(1)),
            await old.cancel(class_id),
        ]

        assert [code(answer) for answer in answers] == [(403, "organisation-closed")] * 3
        assert (answers[0].json()["closed_from"], answers[0].json()["successor"]) == ("2025-03-04", new.id)
        assert [row["id"] for row in (await read(old, "classes"))["rows"]] == [class_id]
        known = await read(old, f"institutions/{old.id}")
        assert (known["closed_from"], known["succeeded_by"]) == ("2025-03-04", new.id)

    async def test_a_class_that_was_approved_starts_under_the_successors_listing(
        self, old: School, new: School
    ) -> None:
        class_id = await old.file(starts_on="2025-03-05")
        await old.enrol(class_id, trainee(1))
        await old.post(f"classes/{class_id}/approval", headers=old.officer())
        await succeed(old, new)

        started = await new.post(f"classes/{class_id}/start")
        filed = await new.post("classes", filing(starts_on="2025-03-06"))

        assert (started.status_code, filed.status_code) == (200, 201), started.text + filed.text

    async def test_listings_and_sanctions_go_to_the_successor_and_all_is_told(self, old: School, new: School) -> None:
        await impose(old, "stop", last_on="2025-12-31")
        before = len(await old.registry.told())
        await succeed(old, new)

        ended = [row for row in await rows(old, "listings") if row["project"] == PROJECT]
        (given,) = [row for row in await rows(new, "listings") if row["project"] == PROJECT]
        (sanction,) = await rows(new, "sanctions")
        assert [row["last_on"] for row in ended] == ["2025-03-03"]
        assert (given["first_on"], given["opened_by"]) == ("2025-03-04", "other")
        assert (sanction["step"], sanction["first_on"], sanction["last_on"]) == ("stop", "2025-03-04", "2025-12-31")
        assert code(await new.post("classes", filing(starts_on="2025-03-06"))) == (409, "institution-stopped")
        told = (await old.registry.told())[before:]
        (changed,) = [fact for fact in told if isinstance(fact, InstitutionChanged)]
        assert (str(changed.succeeded_by), changed.closed_from) == (new.id, date(2025, 3, 4))
        assert {type(fact) for fact in told} == {InstitutionChanged, ListingClosed, ListingOpened, SanctionImposed}
        (imposed,) = [fact for fact in told if isinstance(fact, SanctionImposed)]
        assert (str(imposed.institution_id), imposed.stops, imposed.imposed_on) == (new.id, True, DAY)

    async def test_a_full_time_teacher_goes_on_at_the_successor(self, old: School, new: School) -> None:
        await engage(old)
        refused = await new.post(f"institutions/{new.id}/teachers", teacher(1))
        await succeed(old, new)

        assert code(refused) == (409, "teacher-full-time-elsewhere")
        assert (await engage(new))["full_time"]

    async def test_who_succeeds_a_successor_acts_for_both(self, old: School, new: School) -> None:
        class_id = await old.file()
        third = await register(old.registry, credit_code=THIRD_CREDIT_CODE)
        await succeed(old, new)
        await succeed(new, third)

        assert [row["id"] for row in (await read(third, "classes"))["rows"]] == [class_id]
        assert (await third.cancel(class_id)).status_code == 200
        assert code(await new.cancel(class_id))[1] == "organisation-closed"

    async def test_a_stranger_still_sees_nothing(self, old: School, new: School) -> None:
        class_id = await old.file()
        third = await register(old.registry, credit_code=THIRD_CREDIT_CODE)
        await succeed(old, new)

        answer = await old.registry.http.get(f"/v1/classes/{class_id}", headers=third.headers)

        assert code(answer) == (403, "foreign-organisation")


class TestClosure:
    async def test_nothing_may_be_left_open(self, old: School) -> None:
        class_id = await old.file()
        proposed = (await propose(old, kind="closure")).json()
        refused = await step(old, proposed["id"], "confirmation", "other")
        await old.cancel(class_id)
        confirmed = await step(old, proposed["id"], "confirmation", "other")

        assert code(refused) == (409, "classes-open")
        assert refused.json()["classes"] == [class_id]
        assert confirmed.json()["status"] == "closed"
        assert code(await old.post("classes", filing(local_id="2025-002")))[1] == "organisation-closed"

    async def test_its_teachers_are_free_and_come_back_with_it(self, old: School, new: School) -> None:
        await engage(old)
        proposed = (await propose(old, kind="closure")).json()
        await step(old, proposed["id"], "confirmation", "other")

        (ended,) = await rows(old, "teachers")
        assert ended["last_on"] == "2025-03-03"
        await reverse(old, proposed["id"])
        (restored,) = await rows(old, "teachers")
        assert restored["last_on"] is None
        assert (await old.post("classes", filing(starts_on="2025-03-06"))).status_code == 201


class TestFourEyes:
    async def test_nobody_confirms_their_own_and_no_stranger_another(self, old: School, new: School) -> None:
        proposed = (await propose(old, successor_id=new.id)).json()
        foreign = old.officer("410103", person="other")
        reason = {"reason": "材料齐全"}

        answers = [
            await step(old, proposed["id"], "confirmation", "one"),
            await old.post(f"closings/{proposed['id']}/confirmation", reason, headers=foreign),
            await old.post(f"closings/{proposed['id']}/confirmation", reason),
            await propose(old, kind="closure"),
        ]

        assert [code(answer)[1] for answer in answers] == [
            "same-person", "foreign-region", "wrong-role", "closed-already",
        ]  # fmt: skip
        assert (await old.post("classes", filing(starts_on="2025-03-06"))).status_code == 201

    async def test_a_successor_in_another_county_takes_an_officer_above_both(
        self, old: School, registry: ServiceUnderTest
    ) -> None:
        elsewhere = await register(registry, credit_code=ANOTHER_CREDIT_CODE, region="410103")

        assert code(await propose(old, successor_id=elsewhere.id))[1] == "foreign-region"
        assert (await propose(old, successor_id=elsewhere.id, region="410100")).status_code == 201

    async def test_a_merger_is_of_one_owner(self, registry: ServiceUnderTest, old: School) -> None:
        one = await register(registry, credit_code=ANOTHER_CREDIT_CODE, owner=OWNER)
        other = await register(registry, credit_code=THIRD_CREDIT_CODE, owner=OWNER)

        refused = await propose(old, kind="merger", successor_id=other.id)
        merged = await propose(one, kind="merger", successor_id=other.id)

        assert code(refused) == (409, "owners-differ")
        assert merged.status_code == 201

    async def test_before_its_day_it_is_not_confirmed(self, old: School, new: School) -> None:
        proposed = (await propose(old, successor_id=new.id, from_on="2025-03-06")).json()

        refused = await step(old, proposed["id"], "confirmation", "other")

        assert (code(refused)[1], refused.json()["possible_from"]) == ("closing-ahead", "2025-03-06")


class TestWayBack:
    async def test_a_wrong_succession_is_reversed_by_two_and_leaves_its_history(self, old: School, new: School) -> None:
        class_id = await old.file()
        await impose(old, "rectify", last_on="2025-12-31")
        closing_id = await succeed(old, new)
        set_today(old.registry, date(2025, 3, 8))

        alone = [await step(old, closing_id, verb, "one") for verb in ("reversal", "reversal-confirmation")]
        done = await step(old, closing_id, "reversal-confirmation", "other")

        assert [code(answer)[1] for answer in alone[1:]] == ["same-person"]
        assert done.json()["status"] == "reversed"
        assert (await old.cancel(class_id)).status_code == 200
        assert (await read(new, "classes"))["rows"] == []
        back = [row for row in await rows(old, "listings", params={"size": 500}) if row["project"] == PROJECT]
        assert [(row["first_on"], row["last_on"]) for row in back] == [
            ("2025-01-01", "2025-03-03"),
            ("2025-03-08", None),
        ]
        (taken,) = [row for row in await rows(new, "listings") if row["project"] == PROJECT]
        assert taken["last_on"] == "2025-03-07"
        (lifted,) = await rows(new, "sanctions")
        assert lifted["last_on"] == "2025-03-07"
        assert [fact for fact in await old.registry.told() if isinstance(fact, SanctionLifted)]
        shown = await read(old, f"closings/{closing_id}")
        assert [(each["verb"], each["done_by"]) for each in shown["history"]] == [
            ("propose", "one"), ("confirm", "other"), ("propose_reversal", "one"), ("confirm_reversal", "other"),
        ]  # fmt: skip
        again = await propose(old, successor_id=new.id)
        assert again.status_code == 201

    async def test_a_proposal_and_a_reversal_are_taken_back(self, old: School, new: School) -> None:
        proposed = (await propose(old, successor_id=new.id)).json()
        withdrawn = await step(old, proposed["id"], "withdrawal", "one")
        closing_id = await succeed(old, new)
        await step(old, closing_id, "reversal", "one")
        kept = await step(old, closing_id, "reversal-withdrawal", "one")

        assert (withdrawn.json()["status"], kept.json()["status"]) == ("withdrawn", "closed")
        officer = old.registry.tokens.of(Role.FINANCE, region="410100")
        listed = await old.registry.http.get("/v1/closings", params={"status": "closed"}, headers=officer)
        assert [row["id"] for row in listed.json()["rows"]] == [closing_id]

    async def test_a_listing_that_the_successor_had_stays_its_own(self, old: School, new: School) -> None:
        await open_listing(new)
        closing_id = await succeed(old, new)
        await reverse(old, closing_id)

        (own,) = [row for row in await rows(new, "listings") if row["project"] == PROJECT]
        assert (own["first_on"], own["last_on"]) == ("2025-01-01", None)


async def test_the_credit_code_of_a_closed_one_still_names_it(old: School, new: School) -> None:
    await succeed(old, new)

    found = await old.registry.http.get("/v1/institutions", params={"credit_code": CREDIT_CODE}, headers=old.officer())

    assert [row["succeeded_by"] for row in found.json()["rows"]] == [new.id]
