"""From a number to the records behind it: their amounts add up to it, and nobody sees more than their rights reach."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from services.metrics.measures.rules.measures import Stock
from services.metrics.subjects.store import FIGURES
from services.metrics.totals.rules.cuts import COUNTED
from services.metrics.worker import SERVICE
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.callers import Role
from tests.conftest import OpenService
from tests.metrics.history.generated import REGIONS, days
from tests.metrics.history.test_history import MOVED
from tests.metrics.targets.province import of_province
from tests.registry.school import set_today
from tests.support.facts import an_institution, enrolment, numbered, programme
from tests.support.services import ServiceUnderTest

CUTS: tuple[dict[str, str], ...] = (
    {}, {"region": "410100"}, {"region": "410200", "as": "now"}, {"region": "410122"}, {"programme": "S01"},
    {"first_day": "2025-03-02", "last_day": "2025-03-03"}, {"plan": "HN2025", "group": "priority"},
    {"award": "L4"}, {"fund_source": "employment_fund"}, {"kind": "training_school"}, {"subsidised": "true"},
)  # fmt: skip


@pytest.fixture
async def metrics(open_service: OpenService) -> ServiceUnderTest:
    metrics = await open_service(SERVICE)
    set_today(metrics, date(2025, 3, 9))
    await metrics.hear(*REGIONS, programme("HN2025", parent=None), programme("S01"), programme("S02"))
    return metrics


async def subjects(metrics: ServiceUnderTest, headers: dict[str, str], **query: str) -> list[dict[str, Any]]:
    return await listed(metrics, "/v1/subjects", headers, **query)


async def listed(metrics: ServiceUnderTest, path: str, headers: dict[str, str], **query: str) -> list[dict[str, Any]]:
    """All of them, page by page."""
    found, cursor = [], None
    while True:
        asked = query | {"size": "7"} | ({} if cursor is None else {"cursor": cursor})
        answer = await metrics.http.get(path, params=asked, headers=headers)
        assert answer.status_code == 200, answer.text
        found += answer.json()["rows"]
        cursor = answer.json()["next"]
        if cursor is None:
            return found


@pytest.mark.parametrize("seed", range(2))
async def test_their_amounts_add_up_to_the_number_in_every_cut(metrics: ServiceUnderTest, seed: int) -> None:
    for _, facts, *_ in days(seed, count=5, steps=20):
        await metrics.hear(*facts)
    await metrics.hear(MOVED)
    numbers = 0

    for cut in CUTS:
        total = (await metrics.http.get("/v1/totals", params={"by": ""} | cut)).json()["total"]
        for measure in COUNTED:
            found = await subjects(metrics, of_province(metrics, "one"), measure=measure, **cut)
            assert sum(each["amount"] for each in found) == total[measure], (measure, cut)
            ids = [each["subject"] for each in found]
            assert ids == sorted(set(ids))
            numbers += total[measure] > 0

    assert numbers > len(CUTS) + len(Stock)


@pytest.mark.parametrize("seed", range(2))
async def test_organisations_add_up_to_the_totals_of_every_cut(metrics: ServiceUnderTest, seed: int) -> None:
    for _, facts, *_ in days(seed, count=5, steps=20):
        await metrics.hear(*facts)
    await metrics.hear(MOVED)
    several = 0

    for cut in CUTS:
        total = (await metrics.http.get("/v1/totals", params={"by": ""} | cut)).json()["total"]
        found = await listed(metrics, "/v1/organisation-totals", of_province(metrics, "one"), **cut)
        for figure in FIGURES:
            assert sum(each[figure] for each in found) == total[figure], (figure, cut)
        ids = [each["id"] for each in found]
        assert ids == sorted(set(ids))
        assert all(any(each[figure] for figure in FIGURES) for each in found)
        several += len(found) > 1

    assert several


async def test_an_organisation_has_the_name_it_was_told_last_and_only_who_may_sees_it(
    metrics: ServiceUnderTest,
) -> None:
    one, other = numbered(77), numbered(78)
    done = EnrolmentStatus.COMPLETED
    named = an_institution(one, version=1)
    await metrics.hear(
        named,
        enrolment(1, status=done, region="410102", institution_id=one),
        enrolment(2, status=done, region="410102", institution_id=one),
        enrolment(3, status=done, region="410200", reporting_region="410200", institution_id=other),
    )
    await metrics.hear(replace(an_institution(one, version=2), name="改名后的机构"))
    path = "/v1/organisation-totals"

    def officer(region: str) -> dict[str, str]:
        return metrics.tokens.of(Role.COUNTY_OFFICER, person="li", region=region)

    async def seen(headers: dict[str, str]) -> list[tuple[str, str | None, int]]:
        rows = await listed(metrics, path, headers)
        return [(each["id"], each["name"], each["trainings"]) for each in rows]

    assert await seen(of_province(metrics, "one")) == [(str(one), "改名后的机构", 2), (str(other), None, 1)]
    assert await seen(officer("410102")) == [(str(one), "改名后的机构", 2)]
    assert await seen(metrics.tokens.of(Role.INSTITUTION, person="wang", organisation=str(other))) == [
        (str(other), None, 1)
    ]
    for headers, code in (({}, "unauthenticated"), (officer("410200"), "foreign-region")):
        answer = await metrics.http.get(path, params={"region": "410102"}, headers=headers)
        assert answer.json()["code"] == code


async def test_everybody_sees_what_is_theirs_and_is_led_on_to_its_owner(metrics: ServiceUnderTest) -> None:
    done = EnrolmentStatus.COMPLETED
    await metrics.hear(
        *(enrolment(number, status=done, region="410102") for number in range(3)),
        enrolment(3, status=done, region="410102", institution_id=numbered(77)),
        enrolment(4, status=done, region="410200", reporting_region="410200"),
    )
    metrics.app.state.page_addresses = {"registry": "https://registry.example/"}

    def officer(region: str) -> dict[str, str]:
        return metrics.tokens.of(Role.COUNTY_OFFICER, person="li", region=region)

    async def ids(headers: dict[str, str], **query: str) -> set[UUID]:
        found = await subjects(metrics, headers, measure="trainings", **query)
        return {UUID(each["subject"].split("/")[1]) for each in found}

    everything = {numbered(number) for number in range(5)}
    institution = metrics.tokens.of(Role.INSTITUTION, person="wang", organisation=str(numbered(77)))
    assert await ids(of_province(metrics, "one")) == everything
    assert await ids(officer("410102")) == await ids(officer("410100")) == everything - {numbered(4)}
    assert await ids(officer("410200")) == {numbered(4)}
    assert await ids(institution) == {numbered(3)}

    [row] = await subjects(metrics, officer("410200"), measure="trainings")
    assert row == {
        "subject": f"enrolments/{numbered(4)}", "amount": 1, "parts": 1, "service": "registry",
        "path": f"/v1/enrolments/{numbered(4)}", "address": f"https://registry.example/v1/enrolments/{numbered(4)}",
    }  # fmt: skip

    for headers, query, expected in (
        ({}, {}, (401, "unauthenticated")),
        (metrics.tokens.of(Role.FINANCE, person="wu", region="410100"), {}, (403, "wrong-role")),
        (officer("410200"), {"region": "410100"}, (403, "foreign-region")),
        (officer("410200"), {"region": "999999"}, (422, "unknown-region")),
        (officer("410200"), {"programme": "S99"}, (422, "unknown-programme")),
        (officer("410200"), {"measure": "names"}, (422, "malformed-request")),
        (officer("410200"), {"cursor": "WyJ4Il0"}, (422, "wrong-cursor")),
    ):
        answer = await metrics.http.get("/v1/subjects", params={"measure": "trainings"} | query, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == expected
