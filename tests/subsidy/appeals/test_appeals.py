"""Appeals over HTTP, on a real database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.kernel.callers import Role
from tests.subsidy.builders import (
    L4_FEN,
    TODAY,
    Taught,
    amounts,
    people,
)
from tests.subsidy.ladder import CALENDAR, go_past_publicity, go_to, published
from tests.subsidy.office import Office

WHY = {"reason": "资料不实"}


async def rejected(office: Office) -> tuple[Taught, str]:
    taught = Taught(people(1))
    await office.service.hear(*taught.all_finished())
    claim_id = await office.submitted(taught)
    answer = await office.post(f"/v1/claims/{claim_id}/rejection", WHY, office.reviewer("second"))
    assert answer.json()["status"] == "rejected"
    return taught, claim_id


async def appeal(office: Office, taught: Taught, claim_id: str, **about: object) -> httpx.Response:
    content = {"about": "rejection", "reason": "材料齐全，请复核"} | about
    return await office.post(f"/v1/claims/{claim_id}/appeals", content, office.institution(taught))


async def decide(
    office: Office, filed: httpx.Response, verdict: str = "grant", *, region: str = "410000", person: str = "above"
) -> httpx.Response:
    content = {"verdict": verdict, "answer": "复核属实"}
    headers = office.reviewer(person, region)
    return await office.post(f"/v1/appeals/{filed.json()['id']}/decision", content, headers)


class TestRejection:
    async def test_granted_by_the_region_above_it_opens_the_claim_again(self, ladder: Office) -> None:
        taught, claim_id = await rejected(ladder)

        filed = await appeal(ladder, taught, claim_id)
        again = await appeal(ladder, taught, claim_id)
        granted = await decide(ladder, filed)
        rebuilt = await ladder.post(f"/v1/claims/{claim_id}/rebuild", None, ladder.institution(taught))
        submitted = await ladder.submit(claim_id, taught)

        assert (filed.status_code, filed.json()["due_on"]) == (201, CALENDAR.after(TODAY, 20).isoformat())
        assert again.json()["id"] == filed.json()["id"]
        assert granted.json()["status"] == "granted"
        assert amounts(rebuilt.json()) == [(L4_FEN, None)]
        assert submitted.json()["status"] == "submitted"

    async def test_denied_it_leaves_everything_as_it_was(self, ladder: Office) -> None:
        taught, claim_id = await rejected(ladder)

        denied = await decide(ladder, await appeal(ladder, taught, claim_id), "deny")
        twice = await decide(ladder, denied, "grant")

        assert (denied.json()["status"], twice.json()["code"]) == ("denied", "illegal-move")
        assert (await ladder.get(f"/v1/claims/{claim_id}", ladder.reviewer())).json()["status"] == "rejected"

    async def test_the_region_that_rejected_and_the_person_who_did_decide_on_no_appeal(self, ladder: Office) -> None:
        taught, claim_id = await rejected(ladder)
        filed = await appeal(ladder, taught, claim_id)

        same_region = await decide(ladder, filed, region="410102")
        same_person = await decide(ladder, filed, person="second")

        assert (same_region.status_code, same_region.json()["code"]) == (403, "not-the-region-above")
        assert (same_person.status_code, same_person.json()["code"]) == (403, "same-person")

    async def test_it_is_not_opened_again_beside_another_claim_for_the_class(self, ladder: Office) -> None:
        taught, claim_id = await rejected(ladder)
        filed = await appeal(ladder, taught, claim_id)
        await ladder.submitted(taught, "c-2")

        refused = await decide(ladder, filed)

        assert (refused.status_code, refused.json()["code"]) == (409, "class-already-claimed")
        [row] = (await ladder.get("/v1/appeals?status=open", ladder.institution(taught))).json()["rows"]
        assert row["id"] == filed.json()["id"]

    async def test_after_its_time_it_is_told_the_last_day(self, ladder: Office) -> None:
        taught, claim_id = await rejected(ladder)

        go_to(ladder, TODAY + timedelta(days=61))
        late = await appeal(ladder, taught, claim_id)
        go_to(ladder, TODAY + timedelta(days=60))
        in_time = await appeal(ladder, taught, claim_id)

        assert (late.json()["code"], late.json()["last_day"]) == (
            "appeal-too-late", (TODAY + timedelta(days=60)).isoformat(),
        )  # fmt: skip
        assert in_time.status_code == 201


class TestLine:
    async def test_granted_against_an_upheld_objection_a_further_claim_takes_the_trainee(self, ladder: Office) -> None:
        taught = Taught(people(2))
        await ladder.service.hear(*taught.all_finished())
        claim_id = await published(ladder, taught)
        objection = {"claim_id": claim_id, "line": 1, "text": "该学员当月一直在外地务工"}
        assert (await ladder.post("/v1/objections", objection, {})).status_code == 201
        [row] = (await ladder.get("/v1/objections", ladder.reviewer())).json()["rows"]
        verdict = {"verdict": "uphold", "reason": "轨迹不符", "answer": "属实"}
        await ladder.post(f"/v1/objections/{row['id']}/answer", verdict, ladder.reviewer("third"))

        filed = await appeal(ladder, taught, claim_id, about="line", line=1)
        same = await decide(ladder, filed, person="third")
        granted = await decide(ladder, filed)
        go_past_publicity(ladder)
        await ladder.approve(claim_id)
        await ladder.pay(claim_id, on=TODAY + timedelta(days=(CALENDAR.after(TODAY, 5) - TODAY).days + 1))
        further = await ladder.draft(taught, "c-2")

        assert same.json()["code"] == "same-person"
        assert granted.json()["status"] == "granted"
        assert amounts(further.json()) == [(L4_FEN, None)]

    @pytest.mark.parametrize(
        ("about", "code"),
        [
            ({"about": "line", "line": 1}, "nothing-to-appeal"),
            ({"about": "recovery", "line": 1}, "nothing-to-appeal"),
            ({"about": "rejection"}, "nothing-to-appeal"),
            ({"about": "line"}, "appeal-unspecific"),
            ({"about": "rejection", "line": 1}, "appeal-unspecific"),
            ({"about": "line", "line": 9}, "not-found"),
        ],
    )
    async def test_only_what_was_decided_against_somebody(
        self, ladder: Office, about: dict[str, Any], code: str
    ) -> None:
        taught = Taught(people(1))
        await ladder.service.hear(*taught.all_finished())
        claim_id = await ladder.submitted(taught)

        assert (await appeal(ladder, taught, claim_id, **about)).json()["code"] == code


class TestRecovery:
    async def test_of_a_person_at_the_counter_granted_it_is_proposed_to_take_the_recovery_back(
        self, office: Office
    ) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.paid(taught)
        assert (await office.recover(claim_id)).json()["status"] == "recovered"

        counter = office.service.tokens.of(Role.COUNTY_OFFICER, person="counter", region="410102")
        content = {"about": "recovery", "line": 1, "reason": "本人确实参加了培训"}
        filed = await office.post(f"/v1/claims/{claim_id}/appeals", content, counter)
        assert (await decide(office, filed)).json()["status"] == "granted"
        [proposal] = (await office.get("/v1/proposals?status=proposed", office.finance())).json()["rows"]

        assert filed.json()["by_person"] is True
        assert (proposal["kind"], proposal["content"]) == ("recovery-reversal", {"lines": [1]})
