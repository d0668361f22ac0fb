"""Review over HTTP, on a real database."""

from __future__ import annotations

from tests.subsidy.builders import (
    L4_FEN,
    Taught,
    amounts,
    people,
    revoked,
)
from tests.subsidy.office import Office


class TestApprove:
    async def test_the_submitter_cannot_approve(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)

        answer = await office.approve(claim_id, office.reviewer("clerk"))

        assert (answer.status_code, answer.json()["code"]) == (403, "same-person")
        assert (await office.balance())["committed"] == 0

    async def test_a_reviewer_of_the_region_or_above_approves(self, office: Office) -> None:
        for region, status in (("410102", 200), ("410000", 200), ("410200", 403)):
            taught = Taught(people(1))
            await office.service.hear(*taught.all_finished())
            claim_id = await office.submitted(taught)

            assert (await office.approve(claim_id, office.reviewer(region=region))).status_code == status

    async def test_a_certificate_revoked_since_the_draft_sends_the_claim_back(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(taught.completed(), taught.finished(0), taught.finished(1), taught.certified(0))
        await office.service.hear(certificate := taught.certified(1))
        claim_id = await office.submitted(taught)
        await office.service.hear(revoked(certificate))

        answer = await office.approve(claim_id)
        assert (answer.status_code, answer.json()["code"]) == (409, "claim-outdated")
        assert answer.json()["lines"] == [{"line": 2, "refusal": "C12"}]

        reason = {"reason": "证书已撤销"}
        returned = await office.post(f"/v1/claims/{claim_id}/return", reason, office.reviewer())
        assert returned.json()["status"] == "returned"
        rebuilt = await office.post(f"/v1/claims/{claim_id}/rebuild", None, office.institution(taught))
        assert amounts(rebuilt.json()) == [(L4_FEN, None), (0, "C12")]
        assert (await office.submit(claim_id, taught)).status_code == 200
        assert (await office.approve(claim_id)).json()["amount_fen"] == L4_FEN

    async def test_a_withdrawal_since_the_draft_is_noticed(self, office: Office) -> None:
        taught = Taught(people(1))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        await office.service.hear(taught.withdrawn(0, version=2))

        assert (await office.approve(claim_id)).json()["lines"] == [{"line": 1, "refusal": "WITHDRAWN"}]
