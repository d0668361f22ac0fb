"""What becomes of approved and paid lines when what they rest on falls away: exactly these stop, or are owed back."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import asdict

from shared.contracts.assessment import CertificateIssued
from shared.contracts.fact import Fact
from shared.contracts.registry.enrolments import EnrolmentReinstated, EnrolmentStatus
from shared.contracts.registry.flags import FlagStatus
from shared.contracts.subsidy.claims import ClaimLinesOwed, ClaimLinesStopped
from tests.subsidy.builders import (
    L4_FEN,
    TODAY,
    Taught,
    amounts,
    people,
    revoked,
)
from tests.subsidy.holds.test_holds import about, raised, settled
from tests.subsidy.office import Office
from tests.support.persons import merged


async def told_of(office: Office) -> tuple[Taught, list[CertificateIssued]]:
    """A completed class of three, each with a certificate."""
    taught = Taught(people(3))
    certificates = [taught.certified(place) for place in range(3)]
    finished = [taught.finished(place) for place in range(3)]
    await office.service.hear(*finished, *certificates, taught.completed())
    return taught, certificates


def loss(what: str, taught: Taught, certificate: CertificateIssued) -> tuple[list[Fact], str]:
    """What takes away the ground of the first line, and the check that says so."""
    flag = raised(taught, **about(taught, "trainee"))
    losses: dict[str, tuple[list[Fact], str]] = {
        "revocation": ([revoked(certificate)], "C12"),
        "withdrawal": ([taught.withdrawn(0, version=2)], "WITHDRAWN"),
        "flag": ([flag, settled(flag, FlagStatus.UPHELD)], "FLAGGED"),
    }
    return losses[what]


async def claim_of(office: Office, claim_id: str) -> dict[str, Any]:
    answer = await office.get(f"/v1/claims/{claim_id}", office.finance())
    claim: dict[str, Any] = answer.json()
    return claim


@pytest.mark.parametrize("what", ["revocation", "withdrawal", "flag"])
class TestLosses:
    async def test_between_approval_and_payment_exactly_that_line_stops(self, office: Office, what: str) -> None:
        taught, certificates = await told_of(office)
        claim_id = await office.submitted(taught)
        await office.approve(claim_id)
        facts, check = loss(what, taught, certificates[0])

        await office.service.hear(*facts)
        claim = await claim_of(office, claim_id)
        paid = await office.pay(claim_id)

        assert amounts(claim) == [(0, check), (L4_FEN, None), (L4_FEN, None)]
        stopped = claim["lines"][0]
        assert (stopped["stopped_on"], stopped["stopped_fen"]) == (TODAY.isoformat(), L4_FEN)
        assert stopped["refusal_zh"]
        assert claim["history"][-1]["verb"] == "stop"
        assert (paid.status_code, paid.json()["amount_fen"]) == (200, 2 * L4_FEN)
        balance = await office.balance()
        assert (balance["committed"], balance["paid"]) == (2 * L4_FEN, 2 * L4_FEN)

    async def test_after_the_payment_the_line_is_owed_with_evidence_until_it_is_recovered(
        self, office: Office, what: str
    ) -> None:
        taught, certificates = await told_of(office)
        claim_id = await office.paid(taught)
        facts, check = loss(what, taught, certificates[0])

        await office.service.hear(*facts)
        claim = await claim_of(office, claim_id)
        listed = (await office.get("/v1/owed-lines", office.finance())).json()["rows"]
        await office.recover(claim_id, [1])
        after = (await office.get("/v1/owed-lines", office.finance())).json()["rows"]

        assert [line["amount_fen"] for line in claim["lines"]] == [L4_FEN] * 3
        assert [line["owed"] is not None for line in claim["lines"]] == [True, False, False]
        owed = claim["lines"][0]["owed"]
        assert (owed["check"], owed["since"]) == (check, TODAY.isoformat())
        assert [(row["claim_id"], row["line"], row["owed"], row["amount_fen"]) for row in listed] == [
            (claim_id, 1, owed, L4_FEN)
        ]
        assert after == []


class TestReturn:
    async def test_what_stands_again_is_owed_no_longer(self, office: Office) -> None:
        taught, certificates = await told_of(office)
        claim_id = await office.paid(taught)
        gone = taught.withdrawn(0, version=2)
        back = EnrolmentReinstated(**asdict(taught.finished(0)) | {"version": 3, "status": EnrolmentStatus.COMPLETED})

        await office.service.hear(gone, revoked(certificates[1]))
        during = await claim_of(office, claim_id)
        await office.service.hear(back)
        after = await claim_of(office, claim_id)

        assert [line["owed"] is not None for line in during["lines"]] == [True, True, False]
        assert [line["owed"] is not None for line in after["lines"]] == [False, True, False]

    async def test_a_stopped_line_that_stands_again_is_taken_by_a_further_claim(self, office: Office) -> None:
        taught, _ = await told_of(office)
        claim_id = await office.submitted(taught)
        await office.approve(claim_id)
        await office.service.hear(taught.withdrawn(0, version=2))
        await office.pay(claim_id)
        await office.service.hear(
            EnrolmentReinstated(**asdict(taught.finished(0)) | {"version": 3, "status": EnrolmentStatus.COMPLETED})
        )

        drafted = (await office.draft(taught, "c-2")).json()

        assert amounts(drafted) == [(L4_FEN, None)]
        assert [line["enrolment_id"] for line in drafted["lines"]] == [str(taught.enrolments[0])]

    async def test_a_claim_of_which_every_line_was_stopped_is_not_paid_and_goes_back(self, office: Office) -> None:
        taught = Taught(people(1))
        certificate = taught.certified(0)
        await office.service.hear(taught.finished(0), certificate, taught.completed())
        claim_id = await office.submitted(taught)
        await office.approve(claim_id)
        await office.service.hear(revoked(certificate))

        refused = await office.pay(claim_id)
        returned = await office.post(f"/v1/claims/{claim_id}/return", {"reason": "证书已撤销"}, office.reviewer())

        assert (refused.status_code, refused.json()["code"]) == (409, "nothing-to-claim")
        assert (returned.json()["status"], (await office.balance())["committed"]) == ("returned", 0)


class TestMerge:
    async def test_of_two_subsidies_of_one_human_the_paid_one_stands_and_the_approved_one_stops(
        self, office: Office
    ) -> None:
        one, other = people(2)
        first, second = Taught([one]), Taught([other])
        await office.service.hear(*first.all_finished(), *second.all_finished())
        approved = await office.submitted(first)
        await office.approve(approved)
        paid = await office.paid(second)

        await office.service.hear(merged(other, one))

        assert amounts(await claim_of(office, approved)) == [(0, "C09")]
        assert (await claim_of(office, paid))["lines"][0]["owed"] is None

    async def test_of_two_paid_ones_the_later_is_owed(self, office: Office) -> None:
        one, other = people(2)
        first, second = Taught([one]), Taught([other])
        await office.service.hear(*first.all_finished(), *second.all_finished())
        stands, owed = await office.paid(first), await office.paid(second)

        await office.service.hear(merged(other, one))

        line = (await claim_of(office, owed))["lines"][0]
        assert (line["owed"]["check"], line["owed"]["held_by"]) == ("C09", [stands])
        assert (await claim_of(office, stands))["lines"][0]["owed"] is None


async def test_each_change_is_told_once(office: Office) -> None:
    taught, certificates = await told_of(office)
    claim_id = await office.submitted(taught)
    await office.approve(claim_id)
    await office.service.hear(revoked(certificates[0]))
    stopped = [each for each in await office.service.told() if isinstance(each, ClaimLinesStopped)]
    await office.pay(claim_id)
    await office.service.hear(revoked(certificates[1]))
    owed = [each for each in await office.service.told() if isinstance(each, ClaimLinesOwed)]

    assert [each.amount_fen for each in stopped] == [2 * L4_FEN]
    assert [[line.owed_for for line in each.lines] for each in owed] == [[None, "C12", None]]
