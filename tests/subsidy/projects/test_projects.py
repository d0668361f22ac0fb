"""A funded project over HTTP: filed, approved, paid in parts, judged, cancelled, recovered, reinstated."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from services.subsidy.worker import SERVICE
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimApproved, ClaimPaid
from shared.kernel.callers import Role
from tests.conftest import OpenService
from tests.subsidy.batches import banking
from tests.subsidy.builders import TODAY
from tests.subsidy.ledger.books import balanced, ledger
from tests.subsidy.office import Office
from tests.subsidy.payees.accounts import open_account
from tests.subsidy.projects import funded
from tests.subsidy.projects.funded import FIRST_FEN, GRANT_FEN, MEASURE, REST_FEN, REST_ON, YEAR

pytestmark = pytest.mark.timeout(120)


class TestGrant:
    async def test_the_whole_grant_is_committed_with_the_approval_and_paid_when_each_part_is_due(
        self, office: Office
    ) -> None:
        taught = await funded.payee(office)
        project_id = await funded.approved(office, taught)
        first, rest = await funded.claims_of(office, project_id)
        committed = await funded.fund(office)

        early = await office.pay(rest)
        await open_account(office.service, first)
        payable = (await office.get("/v1/payable-claims", office.finance())).json()["rows"]
        named = await banking.draft(office, 1, REST_FEN, claims=[rest])
        batch_id = await banking.released(office, 1, FIRST_FEN, claims=[first])
        assert (await banking.returned(office, batch_id))["status"] == "done"

        assert committed == {"committed": GRANT_FEN, "paid": 0, "recovered": 0, "free": GRANT_FEN}
        assert (early.json()["code"], early.json()["payable_from"]) == ("instalment-not-due", REST_ON.isoformat())
        assert [each["claim_id"] for each in payable] == [first]
        assert named.json()["claims"] == [{"claim_id": rest, "barrier": "not_due"}]
        assert await funded.states_of(office, project_id) == ["paid", "approved"]
        assert await funded.fund(office) == committed | {"paid": FIRST_FEN}
        office.service.clock.offset = REST_ON - TODAY
        later = await office.pay(rest, on=REST_ON)
        office.service.clock.offset = timedelta(0)
        assert later.json()["status"] == "paid"
        await balanced(office)

    async def test_its_claims_are_explained_told_and_booked_as_others_are(self, office: Office) -> None:
        taught = await funded.payee(office)
        project_id = await funded.approved(office, taught)
        first, _ = await funded.claims_of(office, project_id)
        assert (await office.pay(first)).status_code == 200

        claim = (await office.get(f"/v1/claims/{first}", office.institution(taught))).json()
        explained = (await office.get(f"/v1/claims/{first}/lines/1/explanation", office.finance())).json()
        replayed = (await office.get(f"/v1/claims/{first}/replay", office.finance())).json()
        verbs = [each["verb"] for each in await ledger(office) if each["claim_id"] == first]
        told = [each for each in await office.service.told() if isinstance(each, ClaimApproved | ClaimPaid)]

        assert (claim["kind"], claim["budget_year"], claim["institution_name"]) == ("project_grant", YEAR, "甲校")
        assert (claim["lines"][0]["instalment_id"], claim["class_id"], claim["exam_id"]) == (
            (await funded.read(office, project_id))["instalments"][0]["id"], None, None,
        )  # fmt: skip
        assert [each["verb"] for each in claim["history"]] == ["draft", "submit", "approve", "pay"]
        assert [(each["code"], each["outcome"]) for each in explained["checks"]] == [
            ("OBJECTION", "passed"), ("CANCELLED", "passed"),
        ]  # fmt: skip
        assert replayed["lines"][0]["same"] is True
        assert verbs == ["reserve", "clear", "approve", "pay"]
        of_first = [each for each in told if str(each.claim_id) == first]
        assert [type(each) for each in of_first] == [ClaimApproved, ClaimPaid]
        assert {each.kind for each in told} == {SubsidyKind.PROJECT_GRANT}

    async def test_too_small_a_budget_leaves_the_project_filed_and_commits_nothing(self, office: Office) -> None:
        taught = await funded.payee(office)
        assert (await office.budget(GRANT_FEN - 1, year=YEAR)).status_code == 200
        filed = await funded.file(office, taught)

        refused = await funded.approve(office, filed)

        assert refused.json()["code"] == "over-budget"
        project = await funded.read(office, filed.json()["id"])
        assert (project["status"], [each["claim_id"] for each in project["instalments"]]) == ("filed", [None, None])
        assert (await funded.fund(office))["committed"] == 0
        assert await office.service.rows("SELECT id FROM claim") == []

    async def test_a_returned_part_can_be_rebuilt_or_given_up_and_claimed_for_again(self, office: Office) -> None:
        taught = await funded.payee(office)
        clerk = office.institution(taught)
        project_id = await funded.approved(office, taught)
        first, _ = await funded.claims_of(office, project_id)
        instalment_id = (await funded.read(office, project_id))["instalments"][0]["id"]

        back = {"reason": "材料不全"}
        assert (await office.post(f"/v1/claims/{first}/return", back, office.reviewer("zhang"))).is_success
        freed = await funded.fund(office)
        assert (await office.post(f"/v1/claims/{first}/withdrawal", {}, clerk)).is_success
        asked = {"instalment_id": instalment_id, "local_id": "g-1"}
        again = await office.post("/v1/claims", asked, clerk)
        twice = await office.post("/v1/claims", asked | {"local_id": "g-2"}, clerk)
        assert (await office.post(f"/v1/claims/{again.json()['id']}/submission", None, clerk)).is_success
        assert (await office.approve(again.json()["id"])).is_success

        assert freed["committed"] == REST_FEN
        assert twice.json()["code"] == "class-already-claimed"
        assert (await funded.fund(office))["committed"] == GRANT_FEN


class TestVerdict:
    async def test_results_are_corrected_and_verdicts_replaced_or_taken_back(self, office: Office) -> None:
        taught = await funded.payee(office)
        project_id = await funded.approved(office, taught)

        missing = await funded.judge(office, project_id, "met")
        entered = await funded.enter(office, project_id, 5, office.institution(taught))
        repeated = await funded.enter(office, project_id, 5, office.institution(taught))
        contradicts = await funded.judge(office, project_id, "met")
        assert (await funded.judge(office, project_id, "not_met")).is_success
        await funded.enter(office, project_id, 6)
        assert (await funded.judge(office, project_id, "met")).is_success
        met = (await funded.read(office, project_id))["verdict_by_year"]
        assert (await funded.judge(office, project_id, None)).is_success
        nothing = await funded.judge(office, project_id, None)
        early = await funded.judge(office, project_id, "met", YEAR + 1)
        no_target = await funded.enter(office, project_id, 1, measure="培训人数")

        project = await funded.read(office, project_id)
        assert (missing.json()["code"], missing.json()["measures"]) == ("project-results-missing", [MEASURE])
        assert entered.json() == repeated.json()
        assert contradicts.json()["allowed"] == ["partly", "not_met"]
        assert met == {str(YEAR): "met"}
        assert project["verdict_by_year"] == {}
        assert [each["verdict"] for each in project["verdicts"]] == ["not_met", "met", None]
        assert [each["figure"] for each in project["results"]] == [5, 6]
        assert [each["reached"] for each in project["targets"]] == [6, None]
        assert nothing.json()["code"] == "no-project-verdict"
        assert (early.json()["code"], early.json()["from_on"]) == ("project-year-running", f"{YEAR + 2}-01-01")
        assert (no_target.json()["code"], no_target.json()["measures"]) == ("no-such-target", [MEASURE])

    async def test_every_decision_takes_a_second_person_of_the_province(self, office: Office) -> None:
        taught = await funded.payee(office)
        assert (await office.budget(GRANT_FEN, year=YEAR)).is_success
        filed = await office.post("/v1/projects", funded.content_of(taught), office.province("director"))
        path = f"/v1/proposals/{filed.json()['proposal_id']}/confirmation"

        alone = await funded.approve(office, filed)
        by_finance = await office.post(path, None, office.finance(region="410000"))
        of_city = await office.post(path, None, office.service.tokens.of(Role.PROVINCE, person="w", region="410200"))

        assert [each.json()["code"] for each in (alone, by_finance, of_city)] == [
            "same-person", "wrong-role", "foreign-region",
        ]  # fmt: skip


class TestCancellation:
    async def test_what_was_not_paid_is_free_again_and_what_was_paid_is_owed_until_it_comes_back(
        self, office: Office
    ) -> None:
        taught = await funded.payee(office)
        project_id = await funded.approved(office, taught)
        first, rest = await funded.claims_of(office, project_id)
        await office.pay(first)
        too_soon = await funded.decide(office, project_id, "cancellation")
        await funded.enter(office, project_id, 2)
        assert (await funded.judge(office, project_id, "not_met")).is_success

        cancelled = await funded.decide(office, project_id, "cancellation")
        owed = (await office.get("/v1/owed-lines", office.finance())).json()["rows"]
        freed = await funded.fund(office)
        again = await office.post(
            "/v1/claims",
            {"instalment_id": (await funded.read(office, project_id))["instalments"][1]["id"], "local_id": "g-1"},
            office.institution(taught),
        )
        unjudged = await funded.judge(office, project_id, None)
        part = {"amounts": [{"line": 1, "amount_fen": 5_000_000}], "cause": "ground_lost", "reason": "项目取消"}
        proposed = await office.post(f"/v1/claims/{first}/recovery", part, office.finance())
        assert (await office.confirm(proposed, office.finance("second"))).is_success

        assert too_soon.json()["code"] == "no-ground-to-cancel"
        assert cancelled.status_code == 200
        assert [(each["claim_id"], each["kind"], each["owed"]["check"]) for each in owed] == [
            (first, "project_grant", "CANCELLED")
        ]
        assert freed == {"committed": FIRST_FEN, "paid": FIRST_FEN, "recovered": 0, "free": 2 * GRANT_FEN - FIRST_FEN}
        assert [(each["amount_fen"], each["refusal"]) for each in again.json()["lines"]] == [(0, "CANCELLED")]
        assert unjudged.json()["code"] == "illegal-move"
        assert (await office.get(f"/v1/claims/{rest}", office.finance())).json()["status"] == "withdrawn"
        assert (await funded.fund(office))["recovered"] == 5_000_000
        await balanced(office)

    async def test_a_mistaken_cancellation_is_taken_back_whole(self, office: Office) -> None:
        taught = await funded.payee(office)
        project_id = await funded.approved(office, taught)
        [first, _] = await funded.claims_of(office, project_id)
        await office.pay(first)
        await funded.enter(office, project_id, 2)
        await funded.judge(office, project_id, "not_met")
        before = await funded.fund(office)
        assert (await funded.decide(office, project_id, "cancellation")).is_success

        assert (await funded.decide(office, project_id, "reinstatement")).is_success

        assert (await office.get("/v1/owed-lines", office.finance())).json()["rows"] == []
        assert await funded.states_of(office, project_id) == ["paid", "approved"]
        assert await funded.fund(office) == before
        assert (await funded.decide(office, project_id, "reinstatement")).json()["code"] == "illegal-move"
        await balanced(office)

    async def test_what_is_on_its_way_to_the_bank_has_to_be_known_first(self, office: Office) -> None:
        taught = await funded.payee(office)
        project_id = await funded.approved(office, taught)
        [first, _] = await funded.claims_of(office, project_id)
        await open_account(office.service, first)
        batch_id = await banking.released(office, 1, FIRST_FEN, claims=[first])

        refused = await funded.decide(office, project_id, "cancellation")

        assert (refused.json()["code"], refused.json()["batch_id"]) == ("claim-in-batch", batch_id)
        assert (await funded.read(office, project_id))["status"] == "approved"
        assert await funded.states_of(office, project_id) == ["approved", "approved"]
        assert (await funded.fund(office))["committed"] == GRANT_FEN


class TestFiling:
    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"grant_fen": 9_999_999}, "instalments-differ"),
            ({"kind": "national_base"}, "grant-out-of-range"),
            ({"kind": "talent"}, "policy-unset"),
            ({"first_year": YEAR - 1}, "project-targets-incomplete"),
            ({"award": "L9"}, "unknown-award"),
            ({"institution_id": "0198c0de-0000-7000-8000-000000000000"}, "not-yet-heard"),
        ],
    )
    async def test_bad_input_is_refused_with_a_cure_in_both_languages(
        self, office: Office, changes: dict[str, object], code: str
    ) -> None:
        refused = await funded.file(office, await funded.payee(office), **changes)

        problem = refused.json()
        assert (problem["code"], refused.headers["content-type"]) == (code, "application/problem+json")
        assert all(problem[name] for name in ("title", "title_zh", "cure", "cure_zh") if name in problem)
        assert await office.service.rows("SELECT id FROM project") == []

    async def test_a_project_is_filed_once_and_again_after_its_rejection(self, office: Office) -> None:
        taught = await funded.payee(office)

        answers = await asyncio.gather(*(funded.file(office, taught) for _ in range(6)))
        other = await funded.file(office, taught, reason="补报")
        rejection = f"/v1/proposals/{answers[0].json()['proposal_id']}/rejection"
        assert (await office.post(rejection, {"reason": "重复"}, office.reviewer())).is_success
        again = await funded.file(office, taught, reason="补报")

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert (other.json()["code"], other.json()["project_id"]) == ("project-filed-already", answers[0].json()["id"])
        assert again.status_code == 201

    async def test_lists_are_narrowed_and_progress_stands_beside_the_plan(self, office: Office) -> None:
        taught = await funded.payee(office)
        project_id = await funded.approved(office, taught)
        other = await funded.payee(office, "419001")

        async def listed(query: str, headers: dict[str, str]) -> list[str]:
            return [row["id"] for row in (await office.get(f"/v1/projects?{query}", headers)).json()["rows"]]

        progress = await office.get(f"/v1/project-progress?year={YEAR}", office.province())
        of_city = await office.get(f"/v1/project-progress?year={YEAR}&region=410100", office.finance())
        counted = {each["kind"]: each for each in progress.json()["kinds"]}

        assert await listed("", office.institution(taught)) == await listed("", office.finance()) == [project_id]
        assert await listed("", office.institution(other)) == []
        for query in ("kind=talent", "status=filed", f"year={YEAR + 2}"):
            assert await listed(query, office.finance()) == []
        assert await listed(f"kind=master_studio&status=approved&year={YEAR + 1}", office.finance()) == [project_id]
        assert counted["master_studio"] | {"planned": None} == {
            "kind": "master_studio", "planned": None, "filed": 0, "approved": 1, "cancelled": 0,
            "granted_fen": GRANT_FEN,
        }  # fmt: skip
        assert counted["national_base"]["planned"] == (5 if YEAR == 2025 else None)
        assert {each["planned"] for each in of_city.json()["kinds"]} == {None}


class TestRivals:
    async def test_of_projects_approved_at_once_no_more_are_granted_than_the_budget_holds(
        self, open_service: OpenService
    ) -> None:
        office = await Office.open(await open_service(SERVICE))
        assert (await office.budget(2 * GRANT_FEN + 1, year=YEAR)).is_success
        taught = await funded.payee(office)
        filed = [await funded.file(office, taught, name=f"工作室{number}") for number in range(3)]

        answers = await asyncio.gather(*(funded.approve(office, each) for each in filed for _ in range(2)))

        counted = Counter(answer.json().get("code", "approved") for answer in answers)
        assert counted.keys() <= {"approved", "over-budget", "illegal-move", "occupied", "busy"}
        assert 1 <= counted["approved"] <= 2
        assert (await funded.fund(office))["committed"] == counted["approved"] * GRANT_FEN
        states = Counter([(await funded.read(office, each.json()["id"]))["status"] for each in filed])
        assert states == Counter({"approved": counted["approved"], "filed": 3 - counted["approved"]})
        await balanced(office)

    async def test_a_cancellation_and_a_payment_at_once_leave_the_part_owed_or_free(self, office: Office) -> None:
        taught = await funded.payee(office)
        project_id = await funded.approved(office, taught)
        [first, _] = await funded.claims_of(office, project_id)
        await open_account(office.service, first)
        await funded.enter(office, project_id, 2)
        await funded.judge(office, project_id, "not_met")

        paid, cancelled = await asyncio.gather(office.pay(first), funded.decide(office, project_id, "cancellation"))

        claim = (await office.get(f"/v1/claims/{first}", office.finance())).json()
        assert cancelled.status_code == 200
        if paid.status_code == 200:
            assert (claim["status"], claim["lines"][0]["owed"]["check"]) == ("paid", "CANCELLED")
        else:
            assert (paid.json()["code"], claim["status"]) == ("illegal-move", "withdrawn")
        await balanced(office)
