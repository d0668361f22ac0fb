"""Terms of posts over HTTP: a term ends, is renewed or lapses, and the certificate stays what it is."""

from __future__ import annotations

from datetime import date

import pytest

from tests.assessment.centre import Centre
from tests.assessment.conferrals.employer import POST, WHY, confirmed, employer, listed
from tests.registry.school import set_today
from tests.support.services import ServiceUnderTest

RENEWAL = {
    "post": "特级技师岗", "reference": "PR-2029-1", "first_on": "2029-07-01", "last_on": "2032-06-30", **WHY,
}  # fmt: skip


@pytest.fixture
async def works(assessment: ServiceUnderTest) -> Centre:
    set_today(assessment, date(2026, 7, 6))
    return await employer(assessment)


async def appointed(works: Centre) -> str:
    """The id of the certificate of a special-grade technician, appointed until the middle of 2029."""
    conferral = await listed(works, "appointment", "L7", POST, 1)
    assert (await confirmed(works, conferral, works.province)).status_code == 200
    set_today(works.service, date(2026, 7, 14))
    concluded = await works.post(f"/conferrals/{conferral}/conclusion")
    return str(concluded.json()["certificates"][0]["id"])


async def appointment(works: Centre, certificate: str) -> str:
    return str((await works.get(f"/certificates/{certificate}/terms")).json()["appointment"])


async def test_a_term_lapses_and_the_certificate_stays_valid(works: Centre) -> None:
    certificate = await appointed(works)

    seen = []
    for day in (date(2026, 7, 14), date(2029, 6, 30), date(2029, 7, 1)):
        set_today(works.service, day)
        seen.append(await appointment(works, certificate))

    assert seen == ["appointed", "appointed", "lapsed"]
    assert (await works.get(f"/certificates/{certificate}")).json()["status"] == "valid"
    [term] = (await works.get(f"/certificates/{certificate}/terms")).json()["terms"]
    assert (term["post"], term["opened_by"], term["agreed_by"]) == ("特级技师岗", "ann", "officer")


async def test_a_renewal_takes_the_enterprise_and_the_province(works: Centre) -> None:
    certificate = await appointed(works)

    overlapping = await works.post(f"/certificates/{certificate}/terms", RENEWAL | {"first_on": "2029-06-30"})
    asked = await works.post(f"/certificates/{certificate}/terms", RENEWAL)
    by_city = await works.confirm(asked, works.officer())
    by_province = await works.confirm(asked, works.province)

    assert overlapping.json()["code"] == "term-overlaps"
    assert (by_city.json()["code"], by_province.status_code) == ("higher-authority-files", 200)
    set_today(works.service, date(2030, 1, 1))
    assert await appointment(works, certificate) == "appointed"


async def test_who_leaves_the_post_is_not_appointed_until_that_is_taken_back(works: Centre) -> None:
    certificate = await appointed(works)
    term = (await works.get(f"/certificates/{certificate}/terms")).json()["terms"][0]["id"]

    ended = await works.post(f"/terms/{term}/ending", {"from_on": "2026-07-14", "reason": "离职"})
    lapsed = await appointment(works, certificate)
    back = await works.post(f"/terms/{term}/reinstatement", WHY)

    assert (ended.json()["last_on"], lapsed) == ("2026-07-13", "lapsed")
    assert (back.json()["last_on"], await appointment(works, certificate)) == ("2029-06-30", "appointed")


async def test_only_valid_certificates_of_appointments_have_terms(works: Centre) -> None:
    certificate = await appointed(works)
    await works.revoke(certificate, {"reason": "材料不实"})

    refused = await works.post(f"/certificates/{certificate}/terms", RENEWAL)

    assert refused.json()["code"] == "not-appointed"
