"""Revocations that were the mistake, over HTTP, on a real database."""

from __future__ import annotations

from shared.contracts.assessment import CertificateReinstated
from shared.kernel.callers import Role
from tests.assessment.centre import Centre, pass_row, person_key
from tests.support.persons import merged

WRONG = {"reason": "评分有误"}
BACK = {"reason": "撤销有误"}


async def revoked(centre: Centre) -> tuple[str, str]:
    """The ids of a revoked certificate and of its candidate."""
    session_id = await centre.examined(pass_row(1))
    await centre.conclude(session_id)
    [certificate] = await centre.certificates(session_id)
    await centre.revoke(certificate["id"], WRONG)
    return certificate["id"], certificate["candidate_id"]


class TestReinstate:
    async def test_a_certificate_is_valid_again_from_its_old_day_and_the_mistake_stays_on_record(
        self, centre: Centre
    ) -> None:
        certificate_id, _ = await revoked(centre)
        before = (await centre.get(f"/certificates/{certificate_id}")).json()

        answer = await centre.reinstate(certificate_id, BACK)
        history = (await centre.get(f"/certificates/{certificate_id}/history")).json()

        assert answer.json() == before | {"status": "valid", "version": 3}
        told = (await centre.service.told())[-1]
        assert isinstance(told, CertificateReinstated)
        assert (told.version, told.issued_on.isoformat()) == (3, before["issued_on"])
        [mistaken] = history["mistaken_revocations"]
        assert (mistaken["revoked_by"], mistaken["revocation_reason"]) == ("second", WRONG["reason"])
        assert (mistaken["proposed_by"], mistaken["reinstated_by"], mistaken["reason"]) == (
            "officer",
            "third",
            BACK["reason"],
        )

    async def test_it_can_be_revoked_and_reinstated_again(self, centre: Centre) -> None:
        certificate_id, _ = await revoked(centre)
        await centre.reinstate(certificate_id, BACK)

        again = await centre.revoke(certificate_id, WRONG)
        last = await centre.reinstate(certificate_id, BACK)

        assert (again.json()["version"], last.json()["version"], last.json()["status"]) == (4, 5, "valid")
        history = (await centre.get(f"/certificates/{certificate_id}/history")).json()
        assert [each["version"] for each in history["mistaken_revocations"]] == [2, 4]

    async def test_a_further_officer_confirms_who_neither_revoked_nor_proposed(self, centre: Centre) -> None:
        certificate_id, _ = await revoked(centre)
        path = f"/certificates/{certificate_id}/reinstatement"
        refused = [
            ("wrong-role", centre.own),
            ("wrong-role", centre.service.tokens.of(Role.REVIEWER, region="410000")),
            ("foreign-region", centre.officer(region="410300")),
        ]

        for code, headers in refused:
            assert (await centre.post(path, BACK, headers)).json()["code"] == code
        proposed = await centre.post(path, BACK, centre.officer("second"))
        confirmation = f"/proposals/{proposed.json()['id']}/confirmation"
        for code, headers in (*refused, ("same-person", centre.officer("second"))):
            assert (await centre.post(confirmation, None, headers)).json()["code"] == code
        await centre.post(f"/proposals/{proposed.json()['id']}/rejection", {"reason": "另行办理"}, centre.province)
        other = await centre.post(path, BACK, centre.officer("fourth"))
        by_revoker = await centre.post(f"/proposals/{other.json()['id']}/confirmation", None, centre.officer("second"))

        assert (by_revoker.status_code, by_revoker.json()["code"]) == (403, "same-person")
        assert (await centre.get(f"/certificates/{certificate_id}")).json()["status"] == "revoked"

    async def test_a_valid_one_has_nothing_to_take_back(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        await centre.conclude(session_id)
        [certificate] = await centre.certificates(session_id)

        answer = await centre.post(f"/certificates/{certificate['id']}/reinstatement", BACK, centre.province)

        assert (answer.status_code, answer.json()["code"]) == (409, "illegal-move")
        assert answer.json()["allowed"] == ["correct", "reissue", "revoke"]

    async def test_not_while_its_result_is_no_pass(self, centre: Centre) -> None:
        certificate_id, candidate_id = await revoked(centre)
        await centre.correct(candidate_id, {"theory": 10, "skills": 90, "reason": "漏登"})

        answer = await centre.post(f"/certificates/{certificate_id}/reinstatement", BACK, centre.province)

        assert (answer.status_code, answer.json()["code"]) == (409, "result-does-not-pass")

    async def test_not_beside_another_one_of_the_same_human(self, centre: Centre) -> None:
        certificate_id, _ = await revoked(centre)
        second = await centre.examined(pass_row(2), local_id="E2")
        await centre.conclude(second)
        [other] = await centre.certificates(second)
        before = await centre.post(f"/certificates/{certificate_id}/reinstatement", BACK, centre.province)
        await centre.service.hear(merged(person_key(centre.service, 2), person_key(centre.service, 1)))

        confirmed = await centre.confirm(before, centre.officer("third"))
        again = await centre.post(f"/certificates/{certificate_id}/reinstatement", {"reason": "再次"}, centre.province)
        await centre.revoke(other["id"], WRONG)
        after = await centre.confirm(before, centre.officer("third"))

        assert (confirmed.status_code, confirmed.json()["code"]) == (409, "another-certificate-stands")
        assert confirmed.json()["certificate_id"] == other["id"]
        assert again.json()["code"] == "another-certificate-stands"
        assert after.status_code == 200
