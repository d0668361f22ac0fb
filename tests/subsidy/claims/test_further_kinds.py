"""Claims for skill upgrades, living allowances and apprenticeships: each from what it rests on to what comes back."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import httpx
from msgspec.structs import asdict, replace

from services.subsidy.external_lists import store as matches
from services.subsidy.external_lists.rules import ExternalMatch
from services.subsidy.holds.rules import ListKind
from shared.contracts.registry.attendance import AttendanceRecorded
from shared.contracts.registry.enrolments import EnrolmentCompleted, EnrolmentCorrected
from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import ClaimPaid
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.subsidy.assessed import Assessed, claim_of, of_strangers
from tests.subsidy.builders import L4_FEN, NOW, STARTS_ON, TODAY, Taught, amounts, people
from tests.subsidy.external_lists.lists import key_of
from tests.subsidy.office import Office
from tests.support.people import identity_number
from tests.support.persons import merged

NUMBER = "11010519491231002X"
STRANGER = identity_number(date(1990, 1, 1), 1)
UPGRADE_FEN = 200_000
"""What the national rows give for a certificate at level L4: 2,000 yuan."""
YEAR_FEN = 600_000
"""What the plan's policy gives for a year of an apprenticeship at level L4: 6,000 yuan."""


def holder(office: Office, person: UUID) -> dict[str, str]:
    return office.service.tokens.of(Role.HOLDER, person=str(person))


async def insured(office: Office, person: UUID, *, months: int = 24, as_of: date = TODAY) -> str:
    """The person is on a list of the insurance; the id of the match."""
    first_on = date(as_of.year - months // 12, as_of.month, 1)
    match = ExternalMatch(
        id=new_id(), kind=ListKind.INSURED, person=person, first_on=first_on, last_on=None, as_of=as_of,
        source="省社保局", posted_by="registrar", posted_at=NOW,
    )  # fmt: skip
    async with office.service.engine.begin() as connection:
        await matches.add_all(connection, [match], province="410000")
    return str(match.id)


async def upgrade(office: Office, exam: Assessed, place: int = 0, local_id: str = "u-1") -> httpx.Response:
    content = {"certificate_id": str(exam.ids[place]), "local_id": local_id}
    return await office.post("/v1/claims", content, holder(office, exam.persons[place]))


def attended(taught: Taught, place: int, days: int, *, version: int = 1) -> AttendanceRecorded:
    return AttendanceRecorded(
        subject=f"attendance/{taught.enrolments[place]}",
        version=version,
        at=NOW,
        enrolment_id=taught.enrolments[place],
        class_id=taught.class_id,
        institution_id=taught.institution_id,
        person=taught.persons[place],
        day=STARTS_ON,
        day_hours=8,
        hours=8 * days,
        days=days,
        **taught.place,
    )


def of_group(taught: Taught, place: int, **changes: Any) -> EnrolmentCompleted:
    return EnrolmentCompleted(**asdict(taught.finished(place)) | {"priority": True} | changes)


class TestSkillUpgrade:
    async def test_an_insured_holder_claims_for_their_certificate_and_is_paid_to_their_own_account(
        self, office: Office
    ) -> None:
        person = key_of(office, NUMBER)
        exam = Assessed([person])
        await office.service.hear(*exam.certificates())
        assert (await office.budget(10**9, fund_source="unemployment_insurance")).status_code == 200

        uninsured = (await upgrade(office, exam)).json()
        await insured(office, person)
        own = holder(office, person)
        asked = {"certificate_id": str(exam.ids[0])}
        quoted = (await office.post("/v1/quotes", asked, own)).json()
        claim = (await office.post(f"/v1/claims/{uninsured['id']}/rebuild", None, own)).json()

        assert amounts(uninsured) == [(0, "C22")]
        assert amounts(quoted) == amounts(claim) == [(UPGRADE_FEN, None)]
        assert (quoted["policy_row"], claim["policy_row"]) == ("NAT-U-L4", "NAT-U-L4")
        assert (quoted["lines"][0]["used_in_year"], quoted["lines"][0]["in_year_max"]) == (0, 3)
        assert (claim["kind"], claim["fund_source"]) == ("skill_upgrade", "unemployment_insurance")
        assert (claim["institution_id"], claim["class_id"], claim["exam_id"]) == (str(person), None, None)
        assert claim["lines"][0]["certificate_id"] == str(exam.ids[0])

        account = {
            "institution_id": str(person), "holder": "王小二", "bank": "中国银行", "bank_code": "103491000017",
            "number": "6217 0000 1234 5678", "reason": "社会保障卡",
        }  # fmt: skip
        unproved = await office.post("/v1/payee-accounts", account, own)
        foreign = await office.post("/v1/payee-accounts", account | {"document_number": STRANGER}, own)
        entered = await office.post("/v1/payee-accounts", account | {"document_number": NUMBER}, own)
        confirmation = f"/v1/proposals/{entered.json()['proposal_id']}/confirmation"
        assert (await office.post(confirmation, None, office.finance("second"))).is_success
        assert unproved.json()["code"] == foreign.json()["code"] == "account-holder-unproved"
        assert (entered.json()["holder"], entered.json()["ending"]) == ("王**", "5678")

        assert (await office.post(f"/v1/claims/{claim['id']}/submission", None, own)).is_success
        assert (await office.approve(claim["id"])).is_success
        paid = await office.pay(claim["id"])
        explained = (await office.get(f"/v1/claims/{claim['id']}/lines/1/explanation", own)).json()
        listed = (await office.get("/v1/claims?kind=skill_upgrade", own)).json()["rows"]

        assert paid.json()["account_id"] == entered.json()["id"]
        assert [row["id"] for row in listed] == [claim["id"]]
        [insurance] = [each for each in explained["checks"] if each["code"] == "C22"]
        assert insurance["facts"][0]["value"] >= 12
        [told] = [each for each in await office.service.told() if isinstance(each, ClaimPaid)]
        assert (told.kind, told.institution_id) == (SubsidyKind.SKILL_UPGRADE, person)
        await office.service.hear(exam.revoked(0))
        assert (await claim_of(office, claim["id"]))["lines"][0]["owed"]["check"] == "C12"

    async def test_it_excludes_a_training_subsidy_of_the_same_award_and_is_paid_three_times_a_year(
        self, office: Office
    ) -> None:
        taught = Taught(people(1))
        [person] = taught.persons
        await insured(office, person)
        same = Assessed([person])
        exams = [
            Assessed([person], occupation=f"6-18-02-0{number}", body_id=same.body_id) for number in range(1, 5)
        ]  # fmt: skip
        await office.service.hear(*taught.all_finished(), *same.certificates())
        for exam in exams:
            await office.service.hear(*exam.certificates())
        # So many certificates of one person look odd, until somebody has looked.
        [burst] = (await office.get("/v1/patterns", office.reviewer())).json()["rows"]
        verdict = {"verdict": "dismiss", "reason": "核查属实"}
        assert (await office.post(f"/v1/patterns/{burst['id']}/settlement", verdict, office.reviewer())).is_success
        await office.paid(taught)

        barred = (await upgrade(office, same)).json()
        made = [(await upgrade(office, exam, 0, f"u-{exam.occupation}")).json() for exam in exams]

        assert amounts(barred) == [(0, "C09")]
        assert barred["lines"][0]["held_by"][0]["kind"] == "training"
        assert [amounts(claim) for claim in made] == [[(UPGRADE_FEN, None)]] * 3 + [[(0, "C11")]]

    async def test_nobody_claims_for_another_persons_certificate_or_in_their_name(self, office: Office) -> None:
        exam = of_strangers(2)
        await office.service.hear(*exam.certificates())
        content = {"certificate_id": str(exam.ids[0]), "local_id": "u-1"}

        other = await office.post("/v1/claims", content, holder(office, exam.persons[1]))
        looked = await office.post("/v1/quotes", {"certificate_id": str(exam.ids[0])}, holder(office, exam.persons[1]))
        as_training = await office.post("/v1/claims", content | {"kind": "training"}, holder(office, exam.persons[0]))
        mine = (await upgrade(office, exam)).json()
        seen = await office.get(f"/v1/claims/{mine['id']}", holder(office, exam.persons[1]))

        assert other.json()["code"] == looked.json()["code"] == seen.json()["code"] == "foreign-organisation"
        assert as_training.json()["code"] == "claim-basis-unclear"

    async def test_a_holder_acts_under_each_key_and_a_certificate_that_is_anothers_pays_nothing(
        self, office: Office
    ) -> None:
        exam = of_strangers(1)
        [before], into, stranger = exam.persons, *people(2)
        assert (await office.budget(10**9, fund_source="unemployment_insurance")).status_code == 200
        await insured(office, before)
        await office.service.hear(*exam.certificates())
        claim = (await upgrade(office, exam)).json()
        await office.service.hear(merged(before, into), exam.other_holder(0, into))

        submitted = await office.post(f"/v1/claims/{claim['id']}/submission", None, holder(office, into))
        approved = await office.approve(claim["id"])
        await office.service.hear(replace(exam.other_holder(0, stranger), version=3))
        after = await claim_of(office, claim["id"])

        assert (submitted.status_code, approved.status_code) == (200, 200)
        assert amounts(after) == [(0, "C12")]
        assert after["lines"][0]["stopped_fen"] == UPGRADE_FEN


class TestLiving:
    async def test_each_day_of_an_entitled_trainee_is_paid_beside_the_training(self, office: Office) -> None:
        taught = Taught(people(4))
        late = STARTS_ON + timedelta(days=3)
        await office.service.hear(*taught.all_finished())
        await office.service.hear(
            of_group(taught, 0, version=2), of_group(taught, 1, version=2, evidence_on=late),
            of_group(taught, 2, version=2), attended(taught, 0, 12), attended(taught, 1, 9), attended(taught, 3, 12),
        )  # fmt: skip
        content = {"class_id": str(taught.class_id), "local_id": "l-1", "kind": "living"}
        training = (await office.draft(taught)).json()
        unset = (await office.post("/v1/claims", content, office.institution(taught))).json()
        row = {
            "kind": "living", "payee": "institution", "item": "生活费(含交通费)", "amount_fen": 3_000,
            "unit": "per_person_day", "jurisdiction": "410100", "valid_from": STARTS_ON.isoformat(), "source": "文件",
            "reason": "当日起执行",
        }  # fmt: skip
        entered = (await office.post("/v1/policy-rows", row, office.province())).json()
        await office.post(f"/v1/policy-rows/{entered['id']}/approval", None, office.province("second"))
        asked = {"class_id": str(taught.class_id), "kind": "living"}
        quoted = (await office.post("/v1/quotes", asked, office.institution(taught))).json()

        claim = (await office.post(f"/v1/claims/{unset['id']}/rebuild", None, office.institution(taught))).json()
        await office.post(f"/v1/claims/{claim['id']}/submission", None, office.institution(taught))
        assert (await office.approve(claim["id"])).is_success
        await office.pay(claim["id"])
        corrected = {"version": 3, "priority": False}
        await office.service.hear(EnrolmentCorrected(**asdict(of_group(taught, 0)) | corrected))
        owed = await claim_of(office, claim["id"])

        assert amounts(training) == [(L4_FEN, None)] * 4
        assert [each[1] for each in amounts(unset)] == ["POLICY", "C21", "DAYS", "C21"]
        assert amounts(claim) == amounts(quoted) == [(36_000, None), (0, "C21"), (0, "DAYS"), (0, "C21")]
        assert quoted["lines"][0]["units"] == 12
        assert owed["lines"][0]["owed"]["check"] == "C21"


class TestApprenticeship:
    async def test_half_is_advanced_the_rest_is_due_at_the_end_and_an_unearned_advance_comes_back(
        self, office: Office
    ) -> None:
        taught = Taught(people(3))
        clerk = office.institution(taught)
        asked = {"class_id": str(taught.class_id), "local_id": "a-1", "kind": "apprenticeship_advance"}
        stated = {"class_id": str(taught.class_id), "years": 1, "reason": "学徒协议"}
        await office.service.hear(taught.started(), *(taught.enrolled(place) for place in range(3)))

        unstated = await office.post("/v1/claims", asked, clerk)
        assert (await office.post("/v1/apprenticeships", stated, clerk)).status_code == 201
        early = await office.post("/v1/claims", asked | {"kind": "apprenticeship", "local_id": "f-0"}, clerk)
        advance = await approved(office, asked, clerk)
        await office.pay(advance["id"])
        outcomes = [taught.finished(0, version=2), taught.finished(1, version=2), taught.failed(2, version=2)]
        await office.service.hear(*outcomes, taught.certified(0), taught.certified(1), taught.completed(version=2))
        due = {"class_id": str(taught.class_id), "local_id": "f-1", "kind": "apprenticeship"}
        unspent = await office.post("/v1/claims", due, clerk)
        await office.post("/v1/apprenticeships", stated | {"spent_fen": 500_000}, clerk)
        training = (await office.draft(taught)).json()
        final = (await office.post("/v1/claims", due, clerk)).json()
        owed = await claim_of(office, advance["id"])
        recovered = (await office.recover(advance["id"], [3])).json()
        listed = (await office.get("/v1/apprenticeships", clerk)).json()["rows"]

        assert unstated.json()["code"] == "no-apprenticeship"
        assert early.json()["code"] == "claim-before-completion"
        assert amounts(advance) == [(YEAR_FEN // 2, None)] * 3
        assert unspent.json()["code"] == "spending-unstated"
        assert [each[1] for each in amounts(training)] == ["C09", "C09", "C14"]
        assert amounts(final) == [(500_000 - YEAR_FEN // 2, None)] * 2 + [(0, "C14")]
        assert [None if line["owed"] is None else line["owed"]["check"] for line in owed["lines"]] == [
            None,
            None,
            "C14",
        ]
        assert (recovered["recovered_fen"], recovered["status"]) == (YEAR_FEN // 2, "paid")
        assert [each["spent_fen"] for each in listed] == [None, 500_000]

    async def test_what_is_left_is_not_known_before_the_advance_is_paid_or_given_up(self, office: Office) -> None:
        taught = Taught(people(1))
        clerk = office.institution(taught)
        asked = {"class_id": str(taught.class_id), "local_id": "a-1", "kind": "apprenticeship_advance"}
        stated = {"class_id": str(taught.class_id), "years": 2, "spent_fen": 10_000_000, "reason": "学徒协议"}
        await office.service.hear(taught.started(), taught.enrolled(0))
        assert (await office.post("/v1/apprenticeships", stated, clerk)).is_success
        advance = (await office.post("/v1/claims", asked, clerk)).json()
        await office.service.hear(taught.finished(0, version=2), taught.certified(0), taught.completed(version=2))

        waits = await office.post("/v1/claims", asked | {"kind": "apprenticeship", "local_id": "f-1"}, clerk)
        again = await office.post("/v1/claims", asked | {"local_id": "a-2"}, clerk)
        await office.post(f"/v1/claims/{advance['id']}/withdrawal", {}, clerk)
        final = await office.post("/v1/claims", asked | {"kind": "apprenticeship", "local_id": "f-1"}, clerk)

        assert (waits.json()["code"], waits.json()["claim_id"]) == ("advance-in-progress", advance["id"])
        assert again.json()["code"] == "class-already-claimed"
        assert amounts(final.json()) == [(2 * YEAR_FEN, None)]


async def approved(office: Office, content: dict[str, str], clerk: dict[str, str]) -> dict[str, Any]:
    drafted = await office.post("/v1/claims", content, clerk)
    assert drafted.status_code == 201, drafted.text
    claim: dict[str, Any] = drafted.json()
    assert (await office.post(f"/v1/claims/{claim['id']}/submission", None, clerk)).is_success
    assert (await office.approve(claim["id"])).is_success
    return claim
