"""What becomes of certificates later: revocations and corrections, over HTTP, on a real database."""

from __future__ import annotations

from services.assessment.certificates.rules.numbers import parse
from shared.contracts.assessment import (
    CertificateRevoked,
    ResultCorrected,
)
from shared.contracts.fact import encode
from shared.kernel.callers import Role
from tests.assessment.centre import (
    Centre,
    fail_row,
    pass_row,
    person_row,
    province,
)

ABSENT = {"local_id": "3", "absent": True}
REASON = {"reason": "评分有误"}


class TestRevoke:
    async def certificate_id(self, centre: Centre) -> str:
        session_id = await centre.examined(pass_row(1))
        await centre.conclude(session_id)
        return str((await centre.certificates(session_id))[0]["id"])

    async def test_a_revoked_certificate_is_told_and_shown_as_revoked(self, centre: Centre) -> None:
        certificate_id = await self.certificate_id(centre)

        answer = await centre.post(f"/certificates/{certificate_id}/revocation", REASON, centre.province)

        assert (answer.status_code, answer.json()["status"], answer.json()["version"]) == (200, "revoked", 2)
        told = (await centre.service.told())[-1]
        assert isinstance(told, CertificateRevoked)
        assert (told.version, told.number) == (2, answer.json()["number"])
        assert REASON["reason"] not in encode(told).decode()

    async def test_it_is_done_once_by_an_officer_of_the_region_who_did_not_issue_it(self, centre: Centre) -> None:
        certificate_id = await self.certificate_id(centre)
        path = f"/certificates/{certificate_id}/revocation"
        tokens = centre.service.tokens
        refused = [
            ("wrong-role", centre.own),
            ("wrong-role", tokens.of(Role.REVIEWER, region="410000")),
            ("foreign-region", tokens.of(Role.COUNTY_OFFICER, region="410300")),
            ("same-person", province(centre.service, person="ann")),
        ]
        for code, headers in refused:
            answer = await centre.post(path, REASON, headers)
            assert (answer.status_code, answer.json()["code"]) == (403, code)

        first = await centre.post(path, REASON, tokens.of(Role.COUNTY_OFFICER, person="bob", region="410100"))
        second = await centre.post(path, REASON, centre.province)

        assert first.status_code == 200
        assert (second.status_code, second.json()["code"]) == (409, "illegal-move")

    async def test_a_reason_is_needed(self, centre: Centre) -> None:
        path = f"/certificates/{await self.certificate_id(centre)}/revocation"

        assert (await centre.post(path, {}, centre.province)).status_code == 422
        assert (await centre.post(path, {"reason": "  "}, centre.province)).status_code == 422

    async def test_afterwards_the_person_can_be_examined_and_certified_again(self, centre: Centre) -> None:
        certificate_id = await self.certificate_id(centre)
        await centre.post(f"/certificates/{certificate_id}/revocation", REASON, centre.province)

        answer = await centre.conclude(await centre.examined(pass_row(1), local_id="E2"))

        assert answer.json()["certificates"] == 1


class TestCorrect:
    async def test_a_correction_is_the_next_version_and_what_was_stays_on_record(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        candidate_id = (await centre.candidate_ids(session_id))["1"]
        content = {"theory": 59, "skills": 88.5} | REASON

        answer = await centre.post(f"/candidates/{candidate_id}/correction", content)
        again = await centre.post(f"/candidates/{candidate_id}/correction", content)

        assert (answer.json()["passed"], answer.json()["version"]) == (False, 2)
        assert again.json() == answer.json()
        told = [fact for fact in await centre.service.told() if isinstance(fact, ResultCorrected)]
        assert [(fact.version, fact.passed) for fact in told] == [(2, False)]
        shown = (await centre.get(f"/candidates/{candidate_id}")).json()
        assert [(each["version"], each["marks"]["theory"], each["reason"]) for each in shown["replaced"]] == [
            (1, 60.0, REASON["reason"])
        ]

    async def test_it_needs_a_reason_and_a_result_and_the_parts_of_the_level(self, centre: Centre) -> None:
        session_id = await centre.session()
        await centre.batch(f"/sessions/{session_id}/candidates", [person_row(1)])
        path = f"/candidates/{(await centre.candidate_ids(session_id))['1']}/correction"

        none_yet = await centre.post(path, {"theory": 70, "skills": 70} | REASON)
        await centre.batch(f"/sessions/{session_id}/results", [fail_row(1)])
        no_reason = await centre.post(path, {"theory": 70, "skills": 70})
        reviewed = await centre.post(path, {"theory": 70, "skills": 70, "review": 70} | REASON)

        codes = [answer.json()["code"] for answer in (none_yet, no_reason, reviewed)]
        assert codes == ["no-result-yet", "malformed-request", "part-not-held"]

    async def test_a_pass_found_after_the_conclusion_gets_its_certificate_then(self, centre: Centre) -> None:
        session_id = await centre.examined(fail_row(1), ABSENT, pass_row(4))
        await centre.conclude(session_id)
        ids = await centre.candidate_ids(session_id)

        failed, absent = [
            await centre.post(f"/candidates/{ids[local_id]}/correction", {"theory": 60, "skills": 60} | REASON)
            for local_id in ("1", "3")
        ]

        rows = await centre.certificates(session_id)
        assert [parse(row["number"]).serial for row in rows] == [1, 2, 3]
        assert [failed.json()["certificate_id"], absent.json()["certificate_id"]] == [row["id"] for row in rows[1:]]
        assert (failed.json()["version"], absent.json()["version"]) == (2, 1)

    async def test_a_pass_is_not_taken_back_while_its_certificate_stands(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        await centre.conclude(session_id)
        [certificate] = await centre.certificates(session_id)
        path = f"/candidates/{certificate['candidate_id']}/correction"
        content = {"theory": 10, "skills": 88.5} | REASON

        refused = await centre.post(path, content)
        await centre.post(f"/certificates/{certificate['id']}/revocation", REASON, centre.province)
        corrected = await centre.post(path, content)

        assert (refused.status_code, refused.json()["code"]) == (409, "certificate-stands")
        assert refused.json()["certificate_id"] == certificate["id"]
        assert (corrected.status_code, corrected.json()["passed"]) == (200, False)
