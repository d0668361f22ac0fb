"""Claims of assessment bodies: built from certificates, paid to the body, once for a person, occupation and award."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.subsidy.holds.rules import ListKind
from shared.contracts.assessment import CertificateWay
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimLinesOwed, ClaimLinesStopped, ClaimPaid, ClaimState
from shared.kernel.awards import Award
from shared.kernel.callers import Role
from tests.subsidy.assessed import Assessed, approved, body_of, claim_of, draft, of_strangers, submitted
from tests.subsidy.builders import CERTIFIED_ON, L4_FEN, TODAY, Taught, amounts, people
from tests.subsidy.external_lists.lists import matched
from tests.subsidy.office import Office
from tests.subsidy.payees.accounts import account_of
from tests.support.persons import merged

FULL = 28_000
"""What the plan's policy gives for an assessment at level L4: 280 yuan."""
HALF = 14_000


class TestDraft:
    async def test_each_certificate_has_a_line_with_the_amount_of_its_award(self, office: Office) -> None:
        exam = of_strangers(2)
        await office.service.hear(exam.body(), *exam.certificates())

        claim = (await draft(office, exam)).json()

        assert amounts(claim) == [(FULL, None), (FULL, None)]
        assert (claim["kind"], claim["exam_id"], claim["class_id"]) == ("assessment", str(exam.exam_id), None)
        assert (claim["institution_id"], claim["policy_row"]) == (str(exam.body_id), "HN-E-L4")
        assert (claim["fund_source"], claim["starts_on"]) == ("employment_fund", CERTIFIED_ON.isoformat())
        assert [line["certificate_id"] for line in claim["lines"]] == [str(each) for each in exam.ids]
        assert all(line["enrolment_id"] is None for line in claim["lines"])

    @pytest.mark.parametrize(
        ("way", "amount"),
        [(CertificateWay.EXAM, FULL), (CertificateWay.PROCESS, FULL), (CertificateWay.RECOGNITION, HALF)],
    )
    async def test_a_direct_recognition_is_paid_by_half(self, office: Office, way: CertificateWay, amount: int) -> None:
        exam = of_strangers(1, way=way)
        await office.service.hear(*exam.certificates())

        claim = (await draft(office, exam)).json()

        assert amounts(claim) == [(amount, None)]
        assert claim["lines"][0]["way"] == way.value

    async def test_a_county_may_pay_less_for_a_direct_recognition(self, office: Office) -> None:
        exam = of_strangers(1, way=CertificateWay.RECOGNITION)
        row = {
            "key": "claim.recognition_share", "value": "0.25", "region": "410102", "first_on": TODAY.isoformat(),
            "source": "文件",
        }  # fmt: skip
        entered = (await office.post("/v1/claim-limits", row, office.province())).json()
        await office.post(f"/v1/claim-limits/{entered['id']}/approval", None, office.province("second"))
        await office.service.hear(*exam.certificates())

        claim = (await draft(office, exam)).json()
        explained = await office.get(f"/v1/claims/{claim['id']}/lines/1/explanation", body_of(office, exam))

        assert amounts(claim) == [(FULL // 4, None)]
        [policy] = [each for each in explained.json()["checks"] if each["code"] == "POLICY"]
        facts = {each["name"]: (each["value"], each["source"]) for each in policy["facts"]}
        assert facts["claim.recognition_share"] == ("0.25", f"subsidy: row {entered['id']}")
        assert facts["way"] == ("recognition", f"assessment: certificates/{exam.ids[0]}")

    async def test_nothing_is_paid_where_candidates_were_charged_until_the_fee_is_corrected(
        self, office: Office
    ) -> None:
        exam = of_strangers(1)
        await office.service.hear(*exam.certificates(), exam.fee(16_000))

        charged = (await draft(office, exam)).json()
        refused = await office.post(f"/v1/claims/{charged['id']}/submission", None, body_of(office, exam))
        await office.service.hear(exam.fee(0, version=2))
        rebuilt = await office.post(f"/v1/claims/{charged['id']}/rebuild", None, body_of(office, exam))

        assert amounts(charged) == [(0, "C26")]
        assert (refused.status_code, refused.json()["code"]) == (409, "nothing-to-claim")
        assert amounts(rebuilt.json()) == [(FULL, None)]

    async def test_a_person_is_assessed_once_for_an_occupation_and_award(self, office: Office) -> None:
        [person] = people(1)
        first, again = Assessed([person]), Assessed([person])
        lower = Assessed([person], award=Award.INTERMEDIATE_WORKER)
        await office.service.hear(*first.certificates(), *again.certificates(), *lower.certificates())

        await approved(office, first)
        second, third = (await draft(office, again)).json(), (await draft(office, lower)).json()

        assert amounts(second) == [(0, "C09")]
        assert second["lines"][0]["held_by"][0]["status"] == "approved"
        assert amounts(third) == [(24_000, None)]  # a lower level after a higher one is no matter of the body

    async def test_a_training_and_an_assessment_of_one_award_exclude_each_other_in_neither_order(
        self, office: Office
    ) -> None:
        taught = Taught(people(1))
        exam = Assessed(taught.persons)
        await office.service.hear(*taught.all_finished(), *exam.certificates())

        training = await office.draft(taught)
        assessment = await draft(office, exam)

        assert amounts(training.json()) == [(L4_FEN, None)]
        assert amounts(assessment.json()) == [(FULL, None)]
        duplicates = await office.get("/v1/duplicates", office.finance())
        assert duplicates.json()["rows"] == []

    async def test_assessments_use_up_none_of_the_trainings_of_a_year(self, office: Office) -> None:
        taught = Taught(people(1))
        for number in range(3):
            exam = Assessed(taught.persons, occupation=f"6-18-02-0{number + 1}")
            await office.service.hear(*exam.certificates())
            await approved(office, exam, f"e-{number}")
        await office.service.hear(*taught.all_finished())

        assert amounts((await office.draft(taught)).json()) == [(L4_FEN, None)]

    async def test_a_certificate_that_came_later_is_taken_by_a_further_claim(self, office: Office) -> None:
        exam = of_strangers(2)
        await office.service.hear(exam.certificate(0))
        claim_id = await approved(office, exam)
        await office.service.hear(exam.certificate(1))

        in_progress = await draft(office, exam, "e-2")
        await office.pay(claim_id)
        further = (await draft(office, exam, "e-2")).json()

        assert in_progress.json()["code"] == "class-already-claimed"
        assert [line["certificate_id"] for line in further["lines"]] == [str(exam.ids[1])]
        assert further["supplements"] == claim_id

    async def test_another_body_is_refused_and_an_exam_without_certificates_is_not_known(self, office: Office) -> None:
        exam, unknown = of_strangers(1), of_strangers(1)
        await office.service.hear(*exam.certificates())
        content = {"exam_id": str(exam.exam_id), "local_id": "e-1"}

        foreign = await office.post("/v1/claims", content, body_of(office, unknown))
        none = await draft(office, unknown)
        both = await office.post("/v1/claims", content | {"class_id": str(exam.exam_id)}, body_of(office, exam))

        assert (foreign.status_code, foreign.json()["code"]) == (403, "foreign-organisation")
        assert none.json()["code"] == "not-yet-heard"
        assert (both.status_code, both.json()["code"]) == (422, "claim-basis-unclear")

    async def test_it_has_to_be_claimed_for_within_the_window(self, office: Office) -> None:
        exam = of_strangers(1, issued_on=TODAY - timedelta(days=400))
        await office.service.hear(*exam.certificates())

        assert amounts((await draft(office, exam)).json()) == [(0, "C13")]


class TestPayment:
    async def test_the_body_is_paid_to_its_own_account_and_the_fact_says_the_kind(self, office: Office) -> None:
        exam = of_strangers(2)
        await office.service.hear(exam.body(), *exam.certificates())
        account = account_of(Taught(people(1), institution_id=exam.body_id), holder="甲评价中心")
        entered = await office.post("/v1/payee-accounts", account, body_of(office, exam))
        confirmation = f"/v1/proposals/{entered.json()['proposal_id']}/confirmation"
        assert (await office.post(confirmation, None, office.finance("second"))).is_success
        claim_id = await approved(office, exam)

        paid = await office.pay(claim_id)

        assert (paid.status_code, paid.json()["amount_fen"]) == (200, 2 * FULL)
        assert paid.json()["account_id"] == entered.json()["id"]
        assert (await office.balance())["paid"] == 2 * FULL
        listed = (await office.get("/v1/claims?kind=assessment", body_of(office, exam))).json()["rows"]
        assert [(row["id"], row["institution_name"]) for row in listed] == [(claim_id, "甲评价中心")]
        assert (await office.get("/v1/claims?kind=training", office.finance())).json()["rows"] == []
        [told] = [each for each in await office.service.told() if isinstance(each, ClaimPaid)]
        assert told.kind is SubsidyKind.ASSESSMENT
        assert told.class_id == exam.exam_id

    async def test_a_revocation_after_the_approval_stops_exactly_that_line(self, office: Office) -> None:
        exam = of_strangers(3)
        await office.service.hear(*exam.certificates())
        claim_id = await approved(office, exam)

        await office.service.hear(exam.revoked(1))

        claim = await claim_of(office, claim_id)
        assert amounts(claim) == [(FULL, None), (0, "C12"), (FULL, None)]
        assert claim["lines"][1]["stopped_fen"] == FULL
        assert (await office.balance())["committed"] == 2 * FULL

    async def test_after_the_payment_it_is_owed_until_the_certificate_stands_again(self, office: Office) -> None:
        exam = of_strangers(2)
        await office.service.hear(*exam.certificates())
        claim_id = await approved(office, exam)
        await office.pay(claim_id)

        await office.service.hear(exam.revoked(1))
        [owed] = (await office.get("/v1/owed-lines", office.finance())).json()["rows"]
        await office.service.hear(exam.reinstated(1))
        none = (await office.get("/v1/owed-lines", office.finance())).json()["rows"]

        assert (owed["claim_id"], owed["line"], owed["kind"]) == (claim_id, 2, "assessment")
        assert (owed["certificate_id"], owed["enrolment_id"]) == (str(exam.ids[1]), None)
        assert (owed["owed"]["check"], owed["owed"]["outcome"]) == ("C12", None)
        assert none == []
        recovered = await office.recover(claim_id, [2])
        assert recovered.json()["recovered_fen"] == FULL

    async def test_a_fee_that_becomes_known_stops_the_approved_claim_and_makes_the_paid_one_owed(
        self, office: Office
    ) -> None:
        waits, done = of_strangers(1), of_strangers(1)
        await office.service.hear(*waits.certificates(), *done.certificates())
        await approved(office, waits)
        await office.pay(await approved(office, done))

        await office.service.hear(waits.fee(100), done.fee(100))

        told = await office.service.told()
        [stopped] = [each for each in told if isinstance(each, ClaimLinesStopped)]
        [owed] = [each for each in told if isinstance(each, ClaimLinesOwed)]
        assert [line.refusal for line in stopped.lines] == ["C26"]
        assert [line.owed_for for line in owed.lines] == ["C26"]

    async def test_of_two_keys_of_one_human_the_paid_subsidy_stands(self, office: Office) -> None:
        one, other = people(2)
        first, second = Assessed([one]), Assessed([other])
        await office.service.hear(*first.certificates(), *second.certificates())
        waits, paid = await approved(office, first), await approved(office, second)
        await office.pay(paid)

        await office.service.hear(merged(other, one))

        assert amounts(await claim_of(office, waits)) == [(0, "C09")]
        assert (await claim_of(office, paid))["lines"][0]["owed"] is None

    async def test_a_corrected_holder_is_followed_while_it_is_not_decided(self, office: Office) -> None:
        exam = of_strangers(1)
        [right] = people(1)
        await office.service.hear(*exam.certificates())
        await submitted(office, exam)

        await office.service.hear(exam.other_holder(0, right))

        last = [each for each in await office.service.told() if isinstance(each, ClaimState)][-1]
        assert last.lines[0].person == right


async def test_who_may_be_trained_is_no_matter_of_an_assessment_but_who_was_dead_is(office: Office) -> None:
    exam = of_strangers(1)
    await office.service.hear(*exam.certificates())
    claim_id = await submitted(office, exam)

    await matched(office, exam.persons[0], kind=ListKind.PENSION)
    pensioner = (await claim_of(office, claim_id))["held_by"]
    await matched(office, exam.persons[0], kind=ListKind.DEATH)
    dead = (await claim_of(office, claim_id))["held_by"]

    assert pensioner == []
    assert [each["kind"] for each in dead] == ["death"]
    assert (await office.approve(claim_id)).json()["code"] == "flags-open"


async def test_an_institution_sees_no_claim_of_a_body(office: Office) -> None:
    exam = of_strangers(1)
    await office.service.hear(*exam.certificates())
    claim_id = (await draft(office, exam)).json()["id"]
    stranger = office.service.tokens.of(Role.INSTITUTION, organisation=Taught(people(1)).institution_id)

    assert (await office.get(f"/v1/claims/{claim_id}", stranger)).status_code == 403
