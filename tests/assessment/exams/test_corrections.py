"""Corrections of results over HTTP, on a real database."""

from __future__ import annotations

from services.assessment.certificates.rules.numbers import parse
from shared.contracts.assessment import ResultCorrected
from tests.assessment.centre import Centre, fail_row, pass_row, person_row

ABSENT = {"local_id": "3", "absent": True}
REASON = {"reason": "评分有误"}


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
