"""Revocations over HTTP, on a real database."""

from __future__ import annotations

from shared.contracts.assessment import CertificateRevoked
from shared.contracts.fact import encode
from shared.kernel.callers import Role
from tests.assessment.centre import Centre, pass_row, province

REASON = {"reason": "评分有误"}


class TestRevoke:
    async def certificate_id(self, centre: Centre) -> str:
        session_id = await centre.examined(pass_row(1))
        await centre.conclude(session_id)
        return str((await centre.certificates(session_id))[0]["id"])

    async def test_a_revoked_certificate_is_told_and_shown_as_revoked(self, centre: Centre) -> None:
        certificate_id = await self.certificate_id(centre)

        answer = await centre.revoke(certificate_id, REASON)

        assert (answer.status_code, answer.json()["status"], answer.json()["version"]) == (200, "revoked", 2)
        told = (await centre.service.told())[-1]
        assert isinstance(told, CertificateRevoked)
        assert (told.version, told.number) == (2, answer.json()["number"])
        assert REASON["reason"] not in encode(told).decode()

    async def test_two_officers_of_the_region_revoke_who_did_not_issue_it(self, centre: Centre) -> None:
        certificate_id = await self.certificate_id(centre)
        path = f"/certificates/{certificate_id}/revocation"
        tokens = centre.service.tokens
        refused = [
            ("wrong-role", centre.own),
            ("wrong-role", tokens.of(Role.REVIEWER, region="410000")),
            ("foreign-region", centre.officer(region="410300")),
            ("same-person", province(centre.service, person="carl")),
            ("same-person", province(centre.service, person="Carl")),
        ]
        for code, headers in refused:
            answer = await centre.post(path, REASON, headers)
            assert (answer.status_code, answer.json()["code"]) == (403, code)

        proposed = await centre.post(path, REASON, centre.officer("bob", region="410102"))
        confirmation = f"/proposals/{proposed.json()['id']}/confirmation"
        for code, headers in (*refused, ("same-person", centre.officer("bob"))):
            answer = await centre.post(confirmation, None, headers)
            assert (answer.status_code, answer.json()["code"]) == (403, code)
        standing = (await centre.get(f"/certificates/{certificate_id}")).json()["status"]
        confirmed = await centre.post(confirmation, None, centre.officer("eve"))
        again = await centre.post(path, REASON, centre.province)

        assert (standing, confirmed.json()["status"]) == ("valid", "confirmed")
        assert (await centre.get(f"/certificates/{certificate_id}")).json()["status"] == "revoked"
        assert (again.status_code, again.json()["code"]) == (409, "illegal-move")
        [row] = await centre.service.rows("SELECT revoked_by, revocation_reason FROM certificate")
        assert tuple(row) == ("eve", REASON["reason"])

    async def test_a_reason_is_needed(self, centre: Centre) -> None:
        path = f"/certificates/{await self.certificate_id(centre)}/revocation"

        assert (await centre.post(path, {}, centre.province)).status_code == 422
        assert (await centre.post(path, {"reason": "  "}, centre.province)).status_code == 422

    async def test_afterwards_the_person_can_be_examined_and_certified_again(self, centre: Centre) -> None:
        certificate_id = await self.certificate_id(centre)
        await centre.revoke(certificate_id, REASON)

        answer = await centre.conclude(await centre.examined(pass_row(1), local_id="E2"))

        assert answer.json()["certificates"] == 1
