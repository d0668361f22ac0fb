"""Corrections of results over HTTP, on a real database."""

from __future__ import annotations

from services.assessment.numbers.rules.numbers import parse
from shared.contracts.assessment import ResultCorrected
from shared.kernel.callers import Role
from shared.kernel.ids import new_id
from tests.assessment.centre import Centre, fail_row, pass_row, person_row

ABSENT = {"local_id": "3", "absent": True}
REASON = {"reason": "评分有误"}


class TestCorrect:
    async def test_a_correction_is_the_next_version_and_what_was_stays_on_record(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        candidate_id = (await centre.candidate_ids(session_id))["1"]
        content = {"theory": 59, "skills": 88.5} | REASON

        answer = await centre.correct(candidate_id, content)
        again = await centre.correct(candidate_id, content)

        assert (answer.json()["passed"], answer.json()["version"]) == (False, 2)
        assert (again.status_code, again.json()["code"]) == (409, "result-is-the-same")
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
            await centre.correct(ids[local_id], {"theory": 60, "skills": 60} | REASON) for local_id in ("1", "3")
        ]

        rows = await centre.certificates(session_id)
        assert [parse(row["number"]).serial for row in rows] == [1, 2, 3]
        assert [failed.json()["id"], absent.json()["id"]] == [row["candidate_id"] for row in rows[1:]]
        assert (failed.json()["version"], absent.json()["version"]) == (2, 1)

    async def test_a_pass_is_not_taken_back_while_its_certificate_stands(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        await centre.conclude(session_id)
        [certificate] = await centre.certificates(session_id)
        content = {"theory": 10, "skills": 88.5} | REASON

        refused = await centre.correct(certificate["candidate_id"], content)
        await centre.revoke(certificate["id"], REASON)
        corrected = await centre.correct(certificate["candidate_id"], content)

        assert (refused.status_code, refused.json()["code"]) == (409, "certificate-stands")
        assert refused.json()["certificate_id"] == certificate["id"]
        assert (corrected.status_code, corrected.json()["passed"]) == (200, False)


class TestTwoPeople:
    async def proposed(self, centre: Centre, *, concluded: bool) -> dict[str, str]:
        session_id = await centre.examined(fail_row(1))
        if concluded:
            await centre.conclude(session_id)
        candidate_id = (await centre.candidate_ids(session_id))["1"]
        answer = await centre.post(f"/candidates/{candidate_id}/correction", {"theory": 60, "skills": 60.5} | REASON)
        assert answer.status_code == 201, answer.text
        proposal: dict[str, str] = answer.json()
        return proposal

    async def test_before_the_conclusion_a_colleague_of_the_body_confirms(self, centre: Centre) -> None:
        tokens, body_id = centre.service.tokens, centre.body["id"]
        colleague = tokens.of(Role.ASSESSMENT_BODY, person="ben", organisation=body_id)
        early = await self.proposed(centre, concluded=False)
        path = f"/proposals/{early['id']}/confirmation"

        own = await centre.post(path, None, centre.own)
        by_colleague = await centre.post(path, None, colleague)

        assert (own.status_code, own.json()["code"]) == (403, "same-person")
        assert (by_colleague.json()["status"], by_colleague.json()["content"]) == (
            "confirmed",
            {"theory": 60.0, "skills": 60.5, "review": None},
        )

    async def test_after_the_conclusion_only_an_officer_of_the_region_confirms(self, centre: Centre) -> None:
        tokens, body_id = centre.service.tokens, centre.body["id"]
        colleague = tokens.of(Role.ASSESSMENT_BODY, person="ben", organisation=body_id)
        proposal = await self.proposed(centre, concluded=True)
        path = f"/proposals/{proposal['id']}/confirmation"

        refused = [
            (await centre.post(path, None, headers)).json()["code"]
            for headers in (
                colleague,
                tokens.of(Role.REVIEWER, region="410100"),
                centre.officer(region="410300"),
                tokens.of(Role.INSTITUTION, organisation=new_id()),
                tokens.of(Role.ASSESSMENT_BODY, organisation=new_id()),
            )
        ]
        nothing_yet = (await centre.get(f"/{proposal['subject']}")).json()
        confirmed = await centre.post(path, None, centre.officer(region="410102"))
        after = (await centre.get(f"/{proposal['subject']}")).json()

        assert refused == ["wrong-role", "wrong-role", "foreign-region", "wrong-role", "foreign-organisation"]
        assert (nothing_yet["passed"], nothing_yet["replaced"]) == (False, [])
        assert (confirmed.status_code, after["passed"], after["version"]) == (200, True, 2)
        assert len(await centre.certificates(after["session_id"])) == 1

    async def test_what_changed_since_the_proposal_is_looked_at_again(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        candidate_id = (await centre.candidate_ids(session_id))["1"]
        failing = await centre.post(f"/candidates/{candidate_id}/correction", {"theory": 10, "skills": 70} | REASON)
        await centre.conclude(session_id)

        answer = await centre.confirm(failing)

        assert (answer.status_code, answer.json()["code"]) == (409, "certificate-stands")
        assert (await centre.get(f"/candidates/{candidate_id}")).json()["passed"] is True
        rejected = await centre.post(f"/proposals/{failing.json()['id']}/rejection", REASON)
        assert rejected.json()["status"] == "rejected"
