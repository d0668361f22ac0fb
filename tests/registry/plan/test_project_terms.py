"""Terms of a project over HTTP: the catalogue of a day stays what it was, whatever the province puts later."""

from __future__ import annotations

from datetime import date

from shared.contracts.registry.plan import ProjectListed
from tests.registry.directory.directory import PROJECT, register
from tests.registry.plan.catalogue import again, get, project, put
from tests.registry.school import filing, list_for_everything, set_today, trainee
from tests.support.services import ServiceUnderTest


async def test_a_later_first_day_opens_a_term_and_the_days_before_stay_as_they_were(registry: ServiceUnderTest) -> None:
    before = await get(registry, f"projects/{PROJECT}", on="2025-03-01")

    answer = await put(registry, again(before, first_on="2026-01-01", hours_min=80), code=PROJECT)

    assert (answer.status_code, answer.json()["version"]) == (200, 2)
    terms = await get(registry, f"projects/{PROJECT}/terms")
    assert [(each["first_on"], each["last_on"], each["hours_min"]) for each in terms] == [
        ("2025-01-01", "2025-12-31", before["hours_min"]), ("2026-01-01", None, 80),
    ]  # fmt: skip
    listed = [
        (await get(registry, "projects", on=day, occupation="4-10-01-05", level="L4"))["rows"]
        for day in ("2025-03-01", "2026-03-01")
    ]
    assert listed == [[terms[0]], [terms[1]]]
    days = ("2024-12-31", "2025-12-31", "2027-01-01")
    hours = [(await get(registry, f"projects/{PROJECT}", on=day))["hours_min"] for day in days]
    assert hours == [before["hours_min"], before["hours_min"], 80]
    (told,) = [fact for fact in await registry.told() if isinstance(fact, ProjectListed)]
    assert (told.version, str(told.first_on), told.hours_min) == (2, "2026-01-01", 80)


async def test_a_term_that_would_reach_into_a_later_one_is_refused(registry: ServiceUnderTest) -> None:
    await put(registry, project())

    answer = await put(registry, project(version=1, first_on="2025-06-01"))

    assert (answer.status_code, answer.json()["code"]) == (409, "project-term-overlaps")
    assert answer.json()["first_on"] == "2026-01-01"
    assert (await get(registry, "projects/DRONE-L4"))["version"] == 1


async def test_a_class_goes_by_the_term_of_its_first_day(registry: ServiceUnderTest) -> None:
    school = await register(registry)
    await list_for_everything(registry, school.id)
    set_today(registry, date(2025, 2, 20))
    class_id = await school.file()
    before = await get(registry, f"projects/{PROJECT}", on="2025-03-01")
    await put(registry, again(before, last_on="2025-06-30"), code=PROJECT)
    await put(registry, again(before, version=2, first_on="2025-09-01", hours_min=80), code=PROJECT)

    approved = await school.post(f"classes/{class_id}/approval", headers=school.officer())
    filed = [
        await school.post("classes", filing(local_id=day, starts_on=day, ends_on="2025-12-01", hours=60))
        for day in ("2025-06-30", "2025-07-01", "2025-09-01")
    ]
    moved = await school.post(
        f"classes/{class_id}/change", {"reason": "推迟", "starts_on": "2025-09-08", "ends_on": "2025-09-30"}
    )
    await school.enrol(class_id, trainee(1))
    set_today(registry, date(2025, 3, 1))
    started = await school.post(f"classes/{class_id}/start")

    assert [each.status_code for each in filed] == [201, 409, 422]
    assert [each.json().get("code") for each in (*filed[1:], moved)] == [
        "no-project-for-class", "class-too-short", "class-too-short",
    ]  # fmt: skip
    assert (approved.status_code, started.status_code) == (200, 200)
