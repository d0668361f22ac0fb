"""Lines wait for certificates that the national query network does not find."""

from __future__ import annotations

from typing import Any

from shared.contracts.assessment import CertificateFound, CertificateIssued, CertificateNotFound
from tests.subsidy.builders import NOW, Taught, people
from tests.subsidy.office import Office


def unfound(certificate: CertificateIssued, *, version: int = 1, is_found: bool = False) -> Any:
    return (CertificateFound if is_found else CertificateNotFound)(
        subject=f"national-listings/{certificate.certificate_id}",
        version=version,
        at=NOW,
        certificate_id=certificate.certificate_id,
        person=certificate.person,
        region=certificate.region,
        reporting_region=certificate.reporting_region,
        occupation=certificate.occupation,
        level=certificate.level,
        award=certificate.award,
        is_found=is_found,
        checked_on=NOW.date(),
    )


async def test_a_claim_waits_until_the_network_finds_the_certificate_of_each_line(office: Office) -> None:
    taught = Taught(people(2))
    told = taught.all_finished()
    await office.service.hear(*told)
    claim_id = await office.submitted(taught)
    certificate = next(fact for fact in told if isinstance(fact, CertificateIssued))
    await office.service.hear(unfound(certificate))

    refused = await office.approve(claim_id)
    shown = (await office.get(f"/v1/claims/{claim_id}", office.reviewer())).json()["held_by"]
    await office.service.hear(unfound(certificate, version=2, is_found=True))

    assert (refused.status_code, refused.json()["code"]) == (409, "flags-open")
    assert [(each["id"], each["check"], each["kind"], each["about"]) for each in shown] == [
        (str(certificate.certificate_id), "C12", "not-in-national-query", "certificate")
    ]
    assert (await office.get(f"/v1/claims/{claim_id}", office.reviewer())).json()["held_by"] == []
    assert (await office.approve(claim_id)).json()["status"] == "approved"


async def test_a_certificate_of_something_else_holds_no_line(office: Office) -> None:
    taught, other = Taught(people(1)), Taught(people(1), occupation="4-03-02-01")
    told = other.all_finished()
    await office.service.hear(*taught.all_finished(), *told)
    claim_id = await office.submitted(taught)

    await office.service.hear(*(unfound(fact) for fact in told if isinstance(fact, CertificateIssued)))

    assert (await office.get(f"/v1/claims/{claim_id}", office.reviewer())).json()["held_by"] == []
