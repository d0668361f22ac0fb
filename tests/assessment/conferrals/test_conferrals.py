"""Awards without an exam over HTTP: each way from its list to certificates, who decides, and every way back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.assessment.chain import usecases as chain
from shared.contracts.assessment import CertificateIssued, CertificateWay
from tests.assessment.centre import Centre, open_centre, pass_row, person_row
from tests.assessment.conferrals.employer import (
    APPRENTICESHIP,
    OCCUPATION,
    PLACE,
    POST,
    PROCESS,
    WHY,
    colleague,
    confirmed,
    employer,
    filing,
    listed,
    submit,
)
from tests.registry.school import set_today
from tests.support.services import ServiceUnderTest

FILED_ON = date(2026, 7, 6)
"""A Monday."""
PUBLIC_UNTIL = "2026-07-13"
AFTER = date(2026, 7, 14)


@pytest.fixture
async def works(assessment: ServiceUnderTest) -> Centre:
    set_today(assessment, FILED_ON)
    return await employer(assessment)


async def conclude(works: Centre, conferral: str) -> dict[str, Any]:
    set_today(works.service, AFTER)
    answer = await works.post(f"/conferrals/{conferral}/conclusion")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def statuses(works: Centre, conferral: str) -> str:
    return str((await works.get(f"/conferrals/{conferral}")).json()["status"])


class TestWays:
    @pytest.mark.parametrize(
        ("way", "award", "evidence", "number"),
        [
            ("process", "L4", PROCESS, "Y000041000700263000001"),
            ("process", "special_ability", PROCESS, "Y000041000700266000001"),
            ("recognition", "L5", PLACE, "Y000041000700262000001"),
            ("appointment", "L7", POST, "Y00004100070026T000001"),
        ],
    )
    async def test_a_list_is_filed_decided_public_for_five_days_and_issued(
        self, works: Centre, way: str, award: str, evidence: dict[str, Any], number: str
    ) -> None:
        conferral = await listed(works, way, award, evidence, 1, 2)

        assert (await confirmed(works, conferral, works.province)).status_code == 200
        shown = (await works.get(f"/conferrals/{conferral}")).json()
        assert (shown["status"], shown["public_until"], shown["decided_by"]) == ("public", PUBLIC_UNTIL, "officer")
        early = await works.post(f"/conferrals/{conferral}/conclusion")
        assert early.json()["code"] == "conferral-still-public"
        concluded = await conclude(works, conferral)

        assert concluded["certificates"][0]["number"] == number
        assert (concluded["status"], len(concluded["certificates"])) == ("concluded", 2)
        rows = (await works.get(f"/certificates?conferral_id={conferral}")).json()["rows"]
        assert {(row["way"], row["award"], row["session_id"], row["candidate_id"]) for row in rows} == {
            (way, award, None, None)
        }
        # Born in 1990: 36 years old.
        assert {row["is_young"] for row in rows} == {False}
        told = [fact for fact in await works.service.told() if isinstance(fact, CertificateIssued)]
        assert {(fact.way, str(fact.session_id), fact.is_young) for fact in told} == {
            (CertificateWay(way), conferral, False)
        }
        history = (await works.get(f"/conferrals/{conferral}/history")).json()
        assert [step["verb"] for step in history] == ["file", "submit", "confirm", "conclude"]

    async def test_an_employer_designates_apprentices_with_two_of_its_own_people(self, works: Centre) -> None:
        conferral = await listed(works, "apprenticeship", "L1", APPRENTICESHIP, 1)
        asked = await submit(works, conferral)

        alone = await works.confirm(asked, works.own)
        two = await works.confirm(asked, colleague(works))
        concluded = await works.post(f"/conferrals/{conferral}/conclusion")

        assert (alone.json()["code"], two.status_code) == ("same-person", 200)
        [issued] = concluded.json()["certificates"]
        assert issued["number"] == "Y000041000700260000001"
        seen = await works.post("/verifications", {"number": issued["number"], "name": "王小明"})
        assert (seen.status_code, seen.json()["award"], seen.json()["status"]) == (200, "L1", "valid")

    async def test_numbers_of_all_ways_are_one_series_of_the_body(self, works: Centre) -> None:
        first = await listed(works, "apprenticeship", "L1", APPRENTICESHIP, 1)
        second = await listed(works, "process", "L4", PROCESS, 2)
        for conferral in (first, second):
            assert (await confirmed(works, conferral)).status_code == 200

        numbers = [(await conclude(works, each))["certificates"][0]["number"][-6:] for each in (first, second)]

        assert numbers == ["000001", "000002"]
        block = (await works.get(f"/bodies/{works.body['id']}/number-blocks")).json()["rows"][0]["id"]
        runs = (await works.get(f"/number-blocks/{block}/account")).json()["runs"]
        assert [(run["first_serial"], run["last_serial"], run["state"]) for run in runs[:1]] == [(1, 2, "issued")]

    @pytest.mark.parametrize(
        ("way", "award"),
        [("process", "L5"), ("recognition", "L7"), ("appointment", "L6"), ("apprenticeship", "L2")],
    )
    async def test_a_way_gives_its_own_awards_only(self, works: Centre, way: str, award: str) -> None:
        refused = await works.post("/conferrals", filing(way, award))

        assert (refused.status_code, refused.json()["code"]) == (422, "way-does-not-give")

    @pytest.mark.parametrize("award", ["L1", "L4", "L7"])
    async def test_an_exam_is_a_session_and_no_list(self, works: Centre, award: str) -> None:
        refused = await works.post("/conferrals", filing("exam", award))

        assert (refused.status_code, refused.json()["code"]) == (422, "exams-are-sessions")
        assert refused.json()["pointer"] == "/way"

    async def test_a_body_confers_within_its_scope(self, works: Centre) -> None:
        school = await open_centre(works.service, 701)

        refused = await school.post("/conferrals", filing("process", "L4"))

        assert refused.json()["code"] == "outside-scope"

    async def test_a_completed_training_or_a_licence_is_shown_otherwise(self, works: Centre) -> None:
        for award in ("completion", "special_operations"):
            refused = await works.post("/conferrals", filing("process", award))
            assert refused.json()["code"] == "way-does-not-give"

    async def test_exams_of_these_awards_are_sent_here(self, works: Centre) -> None:
        for level in ("L1", "L7"):
            refused = await works.post(
                "/sessions",
                {"local_id": level, "programme": "S08", "region": "410102", "occupation": OCCUPATION, "level": level,
                 "held_on": "2025-06-30"},
            )  # fmt: skip
            assert "POST /v1/conferrals" in str(refused.json())


class TestRows:
    async def test_each_row_is_judged_by_its_evidence(self, works: Centre) -> None:
        conferral = await listed(works, "process", "L4", PROCESS)
        late = PROCESS["process"] | {"last_on": "2026-08-01"}
        backwards = PROCESS["process"] | {"first_on": "2026-06-01", "last_on": "2026-05-01"}
        rows: list[dict[str, Any]] = [
            person_row(1) | PROCESS,
            person_row(2) | {"process": PROCESS["process"] | {"points": 59.9}},
            person_row(3) | {"process": late},
            person_row(4) | PLACE,
            person_row(5),
            person_row(1, local_id="1b") | PROCESS,
            person_row(6, local_id="1") | PROCESS,
            person_row(7) | {"process": PROCESS["process"] | {"points": 101}},
            person_row(8) | {"process": backwards},
            person_row(1) | PROCESS,
        ]

        dry = await works.post(f"/conferrals/{conferral}/nominees?mode=validate", {"rows": rows})
        answers = await works.batch(f"/conferrals/{conferral}/nominees", rows)

        codes = [row["errors"][0]["code"] if row.get("errors") else row["outcome"] for row in answers]
        assert codes == [
            "accepted", "process-not-passed", "evidence-not-yet", "evidence-of-another-way", "value-error",
            "already-nominated", "local-id-taken", "less-than-equal", "period-ends-before-start", "repeated",
        ]  # fmt: skip
        assert dry.json()["accepted"] == 1

    async def test_who_holds_the_award_is_refused_also_under_another_name(self, works: Centre) -> None:
        first = await listed(works, "process", "L4", PROCESS, 1)
        await confirmed(works, first)
        await conclude(works, first)
        second = await listed(works, "process", "L4", PROCESS, local_id="again")

        again, otherwise = await works.batch(
            f"/conferrals/{second}/nominees",
            [person_row(1) | PROCESS, person_row(1, local_id="2", name="王晓明") | PROCESS],
        )

        assert again["errors"][0]["code"] == "already-awarded"
        assert otherwise["errors"][0]["code"] == "already-awarded"

    async def test_another_name_is_told_and_an_officer_settles_it_by_the_document(self, works: Centre) -> None:
        await listed(works, "process", "L4", PROCESS, 1)
        conferral = await listed(works, "process", "L3", PROCESS)
        row = person_row(1, name="王晓明") | PROCESS
        dry = await works.post(f"/conferrals/{conferral}/nominees?mode=validate", {"rows": [row]})

        [named] = await works.batch(f"/conferrals/{conferral}/nominees", [row])
        [question] = (await works.get("/name-questions?status=open")).json()["rows"]
        await confirmed(works, conferral)
        [issued] = (await conclude(works, conferral))["certificates"]
        path = f"/name-questions/{question['id']}/settlement"
        settled = await works.post(path, WHY | {"name": "王晓明"}, works.officer())

        assert [each["code"] for each in dry.json()["rows"][0]["warnings"]] == ["name-differs"]
        assert (named["outcome"], [each["code"] for each in named["warnings"]]) == ("accepted", ["name-differs"])
        about = (question["conferral_id"], question["nominee_id"], question["session_id"], question["candidate_id"])
        assert about == (conferral, named["id"], None, None)
        assert (settled.json()["status"], settled.json()["certificates_to_reissue"]) == ("corrected", 1)
        [listed_] = (await works.get("/certificates?name_differs=true")).json()["rows"]
        assert listed_["id"] == issued["id"]
        seen = await works.post("/verifications", {"number": issued["number"], "name": "王晓明"})
        assert seen.json()["status"] == "valid"

    async def test_who_got_the_award_meanwhile_is_left_out_and_named(self, works: Centre) -> None:
        first = await listed(works, "process", "L4", PROCESS, 1, 2)
        second = await listed(works, "process", "L4", PROCESS, 2, local_id="second")
        for each in (first, second):
            assert (await confirmed(works, each)).status_code == 200

        assert len((await conclude(works, second))["certificates"]) == 1
        concluded = await conclude(works, first)

        nominees = (await works.get(f"/conferrals/{first}/nominees")).json()["rows"]
        left_out = next(row["id"] for row in nominees if row["local_id"] == "2")
        assert (len(concluded["certificates"]), concluded["already_certified"]) == (1, [left_out])

    async def test_the_list_shows_people_masked_and_references_by_their_end(self, works: Centre) -> None:
        conferral = await listed(works, "process", "L4", PROCESS, 1)

        [row] = (await works.get(f"/conferrals/{conferral}/nominees", works.officer())).json()["rows"]

        assert (row["name"], row["evidence"]["reference"], row["evidence"]["tenths"]) == ("王**", "…6-12", 865)
        assert "*" in row["document_number"]


class TestDecision:
    @pytest.mark.parametrize(
        ("way", "award", "evidence", "region", "outcome"),
        [
            ("process", "L4", PROCESS, "410102", 200),
            ("process", "L4", PROCESS, "410308", 403),
            ("recognition", "L5", PLACE, "410102", 403),
            ("recognition", "L5", PLACE, "410100", 200),
            ("appointment", "L8", POST, "410100", 403),
        ],
    )
    async def test_the_authority_for_the_award_decides(
        self, works: Centre, way: str, award: str, evidence: dict[str, Any], region: str, outcome: int
    ) -> None:
        conferral = await listed(works, way, award, evidence, 1)

        answer = await confirmed(works, conferral, works.officer(region=region))

        assert answer.status_code == outcome, answer.text
        assert await statuses(works, conferral) == ("public" if outcome == 200 else "submitted")

    async def test_a_body_does_not_decide_about_its_own_technicians(self, works: Centre) -> None:
        conferral = await listed(works, "process", "L4", PROCESS, 1)

        answer = await confirmed(works, conferral, colleague(works))

        assert answer.status_code == 403

    async def test_what_is_returned_is_corrected_and_submitted_again(self, works: Centre) -> None:
        conferral = await listed(works, "process", "L4", PROCESS, 1)
        asked = (await submit(works, conferral)).json()["id"]
        closed = await works.post(f"/conferrals/{conferral}/nominees", {"rows": [person_row(2) | PROCESS]})

        returned = await works.post(f"/proposals/{asked}/rejection", WHY, works.officer())

        assert closed.json()["code"] == "conferral-list-closed"
        assert (returned.status_code, await statuses(works, conferral)) == (200, "open")
        await works.batch(f"/conferrals/{conferral}/nominees", [person_row(2) | PROCESS])
        assert (await confirmed(works, conferral)).status_code == 200

    async def test_a_list_of_nobody_is_not_submitted(self, works: Centre) -> None:
        conferral = await listed(works, "process", "L4", PROCESS)

        assert (await submit(works, conferral)).json()["code"] == "nobody-nominated"


class TestWaysBack:
    async def test_an_objection_in_the_publicity_strikes_one_or_withholds_all(self, works: Centre) -> None:
        conferral = await listed(works, "process", "L4", PROCESS, 1, 2)
        await confirmed(works, conferral)
        rows = (await works.get(f"/conferrals/{conferral}/nominees")).json()["rows"]
        path = f"/nominees/{rows[1]['id']}"

        by_body = await works.post(f"{path}/striking", WHY)
        struck = await works.post(f"{path}/striking", {"reason": "举报属实"}, works.officer())
        restored = await works.post(f"{path}/restoration", WHY, works.officer())
        again = await works.post(f"{path}/striking", WHY, works.officer())

        assert by_body.json()["code"] == "conferral-list-closed"
        assert (struck.json()["struck_by"], restored.json()["struck_by"]) == ("officer", None)
        assert again.json()["version"] == 4
        assert len((await conclude(works, conferral))["certificates"]) == 1
        late = await works.post(f"{path}/restoration", WHY, works.officer())
        assert late.json()["code"] == "conferral-list-closed"

    async def test_a_confirmation_is_taken_back_and_a_withdrawal_too(self, works: Centre) -> None:
        conferral = await listed(works, "process", "L4", PROCESS, 1)
        await confirmed(works, conferral)

        withheld = await works.post(f"/conferrals/{conferral}/withholding", WHY, works.officer())
        assert (withheld.json()["status"], withheld.json()["decided_by"]) == ("open", None)
        withdrawn = await works.post(f"/conferrals/{conferral}/withdrawal", WHY)
        reopened = await works.post(f"/conferrals/{conferral}/reopening", WHY)

        assert (withdrawn.json()["status"], reopened.json()["status"]) == ("withdrawn", "open")
        assert (await confirmed(works, conferral)).status_code == 200

    async def test_a_mistaken_award_is_revoked_and_its_contest_can_be_recognised_again(self, works: Centre) -> None:
        conferral = await listed(works, "recognition", "L5", PLACE, 1)
        await confirmed(works, conferral)
        [issued] = (await conclude(works, conferral))["certificates"]

        revoked = await works.revoke(issued["id"], {"reason": "职业填错"})
        reinstated = await works.reinstate(issued["id"], {"reason": "撤销有误"})
        await works.revoke(issued["id"], {"reason": "职业填错"})
        second = await listed(works, "recognition", "L5", PLACE, 1, local_id="second")

        assert (revoked.json()["status"], reinstated.json()["status"]) == ("revoked", "valid")
        assert (await confirmed(works, second)).status_code == 200

    async def test_a_correction_keeps_to_the_awards_of_the_way(self, works: Centre) -> None:
        conferral = await listed(works, "process", "L4", PROCESS, 1)
        await confirmed(works, conferral)
        [issued] = (await conclude(works, conferral))["certificates"]
        path = f"/certificates/{issued['id']}/correction"

        above = await works.post(path, {"award": "L7", **WHY})
        before = await works.post(path, {"issued_on": "2026-07-05", **WHY})
        below = await works.confirm(await works.post(path, {"award": "L3", **WHY}), works.officer("third"))

        assert above.json()["code"] == "way-does-not-give"
        assert before.json()["code"] == "issue-day-outside-session"
        assert below.status_code == 200
        assert (await works.get(f"/certificates/{issued['id']}")).json()["number"] == "Y000041000700264000002"


class TestChain:
    async def test_lists_and_their_certificates_are_linked_and_a_touched_one_is_named(self, works: Centre) -> None:
        conferral = await listed(works, "process", "L4", PROCESS, 1, 2)
        await confirmed(works, conferral)
        await conclude(works, conferral)
        service = works.service

        async with service.engine.begin() as connection:
            sound = await chain.verify(connection)
        kinds = await service.rows(
            "SELECT kind FROM chain_link WHERE chain = CAST(:id AS uuid) ORDER BY place", id=conferral
        )
        async with service.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE nominee SET local_id = '9' WHERE local_id = '2'")
            touched = await chain.verify(connection)

        assert (sound.fault, sound.unlinked) == (None, 0)
        assert [row[0] for row in kinds] == [
            "conferral-submitted", "conferral-concluded", "certificate-numbered", "certificate-numbered",
        ]  # fmt: skip
        assert touched.fault is not None
        assert touched.fault.record == f"conferrals/{conferral} (conferral)"


class TestYoung:
    async def test_who_is_under_35_on_the_day_of_issue_is_young_also_after_an_exam(self, centre: Centre) -> None:
        set_today(centre.service, date(2025, 5, 16))
        first = await centre.examined(pass_row(1), held_on="2025-05-10")
        await centre.conclude(first)
        set_today(centre.service, date(2025, 5, 17))
        second = await centre.examined(pass_row(2), local_id="E2", held_on="2025-05-10")
        await centre.conclude(second)

        young = [(await centre.certificates(each))[0]["is_young"] for each in (first, second)]

        # Born on 17 May 1990.
        assert young == [True, False]
