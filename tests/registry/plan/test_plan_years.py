"""Plans of two years side by side in the registry: loading, codes that both have, regions that move between them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.registry.directory.usecases import moves
from services.registry.plan.rules.plan import PlanInUse, PlanYearTaken
from services.registry.plan.usecases import plan
from services.registry.plan.usecases.plan import PlanLoaded
from shared.contracts.registry.classes import ClassChanged, ClassFiled
from shared.contracts.registry.directory import InstitutionChanged, SiteListed
from shared.contracts.registry.enrolments import EnrolmentCompleted, EnrolmentCorrected, TraineeEnrolled
from shared.contracts.registry.plan import IndicatorListed, ProgrammeListed, RegionListed
from tests.registry.plan.catalogue import enter, get, row
from tests.registry.school import ANOTHER_CREDIT_CODE, School, filing, open_school, set_today, trainee
from tests.support.clock import now
from tests.support.plans import ENDED, MOVED, PLAN_2025, Row, change_rows, plan_2026
from tests.support.services import ServiceUnderTest

EVE, NEW_YEAR = date(2025, 12, 31), date(2026, 1, 1)
FIRST_MOMENT = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)
"""Of the new year, in the province."""


async def load(registry: ServiceUnderTest, directory: Path) -> PlanLoaded:
    async with registry.engine.begin() as connection:
        return await plan.load(connection, directory, at=now())


@pytest.fixture
async def two_plans(registry: ServiceUnderTest, tmp_path: Path) -> Path:
    """The directory of the plan of 2026, which is loaded beside that of 2025."""
    directory = plan_2026(tmp_path / "henan-2026")
    await load(registry, directory)
    return directory


class TestLoading:
    async def test_a_second_plan_is_told_beside_the_first_and_loading_it_again_changes_nothing(
        self, registry: ServiceUnderTest, two_plans: Path
    ) -> None:
        told = [fact for fact in await registry.told() if isinstance(fact, ProgrammeListed | IndicatorListed)]
        assert {(fact.year, fact.version) for fact in told} == {(2026, 1)}
        assert {"programmes/2026-S01", "indicators/2026-I01"} <= {fact.subject for fact in told}

        assert (await load(registry, two_plans)).changed == 0
        assert (await load(registry, PLAN_2025)).changed == 0
        assert (await load(registry, two_plans)).changed == 0

    async def test_each_has_its_programmes_and_the_one_of_the_day_is_shown_first(
        self, registry: ServiceUnderTest, two_plans: Path
    ) -> None:
        assert [(each["code"], each["year"], each["last_on"]) for each in await get(registry, "plans")] == [
            ("HN2025", 2025, "2025-12-31"), ("HN2026", 2026, "2026-12-31"),
        ]  # fmt: skip

        async def names(**query: Any) -> dict[str, str]:
            return {each["code"]: each["name_en"] for each in await get(registry, "programmes", **query)}

        set_today(registry, EVE)
        before = await names()
        set_today(registry, NEW_YEAR)
        after = await names()
        assert (before["S01"], after["S01"]) == ("Advanced manufacturing", "Industries of the future")
        assert (before.keys() - after.keys(), after.keys() - before.keys()) == ({"S09", "HN2025"}, {"S11", "HN2026"})
        assert await names(plan="HN2025") == before

    async def test_a_plan_that_is_not_loaded_is_unknown(self, registry: ServiceUnderTest) -> None:
        for path in ("programmes?plan=HN2031", "plans/HN2031/changes"):
            answer = await registry.http.get(f"/v1/{path}", headers=registry.tokens.of("province", region="410000"))  # type: ignore[arg-type]
            assert (answer.status_code, answer.json()["code"]) == (422, "unknown-plan")
            assert answer.json()["known"] == ["HN2025"]

    async def test_a_changed_target_of_a_plan_in_use_is_recorded_with_what_it_was(
        self, registry: ServiceUnderTest, two_plans: Path
    ) -> None:
        def higher(row: Row) -> list[Row]:
            return [row | {"training_target": "1200"} if row["code"] == "S01" else row]

        change_rows(two_plans / "programmes.csv", higher)

        assert (await load(registry, two_plans)).changed == 1
        (change,) = await get(registry, "plans/HN2026/changes")
        assert (change["entry"], change["version"]) == ("programmes/2026-S01", 2)
        assert (change["before"], change["after"]) == ({"trainings_target": 1000}, {"trainings_target": 1200})
        assert await get(registry, "plans/HN2025/changes") == []

    async def test_a_programme_of_a_plan_in_use_is_neither_removed_nor_placed_elsewhere(
        self, registry: ServiceUnderTest, two_plans: Path
    ) -> None:
        def broken(row: Row) -> list[Row]:
            return [] if row["code"] == "S10" else [row | {"parent_code": "S01"} if row["code"] == "S11" else row]

        change_rows(two_plans / "programmes.csv", broken)

        with pytest.raises(PlanInUse) as refused:
            await load(registry, two_plans)
        assert refused.value.facts == {"plan": "HN2026", "codes": ["S10", "S11"]}

    async def test_a_year_has_one_plan(self, registry: ServiceUnderTest, two_plans: Path) -> None:
        toml = two_plans / "plan.toml"
        toml.write_text(toml.read_text(encoding="utf-8").replace('"HN2026"', '"HX2026"'), encoding="utf-8")

        with pytest.raises(PlanYearTaken) as refused:
            await load(registry, two_plans)
        assert refused.value.facts == {"plan": "HN2026", "year": 2026}


class TestOfTheFirstPlan:
    async def test_entries_keep_the_subjects_under_which_they_were_told_before_plans_had_years(
        self, registry: ServiceUnderTest, tmp_path: Path
    ) -> None:
        async with registry.engine.begin() as connection:
            await connection.exec_driver_sql(
                "UPDATE plan_entry SET subject = regexp_replace(subject, '/2025-', '/'),"
                " content = content || jsonb_build_object('subject', regexp_replace(subject, '/2025-', '/'))"
                " WHERE subject ~ '^(programmes|indicators)/2025-'"
            )

        assert (await load(registry, PLAN_2025)).changed == 0
        await load(registry, plan_2026(tmp_path / "henan-2026"))

        subjects = {row.subject for row in await registry.rows("SELECT subject FROM plan_entry")}
        assert {"programmes/S01", "programmes/2026-S01"} <= subjects
        assert "programmes/2025-S01" not in subjects


class TestClasses:
    async def test_a_class_belongs_to_the_plan_of_its_first_day(self, school: School, two_plans: Path) -> None:
        async def filed(programme: str, starts_on: str) -> tuple[int, str]:
            said = filing(
                local_id=f"{programme}-{starts_on}", programme=programme, fund_source=None, starts_on=starts_on,
                ends_on="2026-02-10",
            )  # fmt: skip
            answer = await school.post("classes", said)
            return answer.status_code, answer.json().get("code", "filed")

        set_today(school.registry, date(2025, 12, 1))
        assert await filed("S09", "2025-12-31") == (201, "filed")
        assert await filed("S09", "2026-01-01") == (422, "unknown-programme")
        assert await filed("S11", "2025-12-31") == (422, "unknown-programme")
        assert await filed("S11", "2026-01-01") == (201, "filed")

    async def test_a_late_posting_of_december_counts_to_the_year_of_its_class(
        self, school: School, two_plans: Path
    ) -> None:
        set_today(school.registry, date(2025, 12, 1))
        class_id = await school.file(fund_source=None, starts_on="2025-12-31", ends_on="2026-02-10", programme="S09")
        set_today(school.registry, date(2026, 1, 8))

        answer = await school.enrol(class_id, trainee(1))

        assert answer.json()["accepted"] == 1, answer.text
        told = [fact for fact in await school.registry.told() if isinstance(fact, TraineeEnrolled)]
        assert [(fact.programme, fact.plan_year) for fact in told] == [("S09", 2025)]

    async def test_moved_over_the_new_year_it_needs_a_programme_of_that_year(
        self, school: School, two_plans: Path
    ) -> None:
        set_today(school.registry, date(2025, 12, 1))
        days = {"fund_source": None, "starts_on": "2025-12-31", "ends_on": "2026-02-10"}
        gone = await school.file(local_id="A", programme="S09", **days)
        stays = await school.file(local_id="B", programme="S10", **days)
        for class_id in (gone, stays):
            await school.post(f"classes/{class_id}/approval", headers=school.officer())

        change = {"reason": "开班推迟", "starts_on": "2026-01-05"}
        answers = [await school.post(f"classes/{each}/change", change) for each in (gone, stays)]

        assert [answer.status_code for answer in answers] == [422, 200], [answer.text for answer in answers]
        assert answers[0].json()["code"] == "unknown-programme"


class TestRegions:
    async def test_are_shown_as_on_a_day(self, registry: ServiceUnderTest, two_plans: Path) -> None:
        async def reporting(on: str) -> dict[str, str | None]:
            return {each["code"]: each["reporting_region"] for each in await get(registry, "regions", on=on)}

        before, after = await reporting("2025-12-31"), await reporting("2026-01-01")

        assert (before[MOVED], after[MOVED]) == ("410100", "410200")
        assert before.keys() - after.keys() == {ENDED}
        assert {code for code in after if before[code] != after[code]} == {MOVED}

    async def test_a_move_is_told_with_its_days(self, registry: ServiceUnderTest, two_plans: Path) -> None:
        told = {fact.code: fact for fact in await registry.told() if isinstance(fact, RegionListed)}

        assert set(told) == {MOVED, ENDED}
        assert [(each.valid_from, each.valid_to, each.reporting_region) for each in told[MOVED].periods] == [
            (None, EVE, "410100"), (NEW_YEAR, None, "410200"),
        ]  # fmt: skip
        assert (told[ENDED].valid_to, told[ENDED].replaced_by, told[ENDED].periods) == (EVE, "410102", ())

    async def test_a_class_is_reported_by_the_region_of_its_first_day(self, school: School, two_plans: Path) -> None:
        set_today(school.registry, date(2025, 12, 1))
        for day in ("2025-12-31", "2026-01-01"):
            await school.file(local_id=day, region=MOVED, fund_source=None, starts_on=day, ends_on="2026-02-10")

        told = [fact for fact in await school.registry.told() if isinstance(fact, ClassFiled)]

        assert [(fact.starts_on, fact.reporting_region) for fact in told] == [(EVE, "410100"), (NEW_YEAR, "410200")]

    async def test_a_county_that_ended_takes_no_classes_any_more(self, school: School, two_plans: Path) -> None:
        set_today(school.registry, date(2025, 12, 1))

        answer = await school.post(
            "classes", filing(region=ENDED, fund_source=None, starts_on="2026-01-01", ends_on="2026-02-10")
        )

        assert (answer.status_code, answer.json()["code"]) == (422, "ended-region")
        assert answer.json()["replaced_by"] == "410102"


class TestAfterTheMove:
    """A class of the county that moved, filed in December, seen from both cities; beside it one in 410102."""

    @pytest.fixture
    async def class_id(self, school: School, two_plans: Path) -> str:
        set_today(school.registry, date(2025, 12, 1))
        await school.file(local_id="E", region="410102", fund_source=None, starts_on="2025-12-15", ends_on="2026-01-31")
        return await school.file(
            local_id="M", region=MOVED, fund_source=None, starts_on="2025-12-15", ends_on="2026-01-31"
        )

    async def seen(self, school: School, region: str) -> set[str]:
        answer = await school.registry.http.get("/v1/classes", headers=school.officer(region))
        assert answer.status_code == 200, answer.text
        return {row["local_id"] for row in answer.json()["rows"]}

    async def get(self, school: School, class_id: str, region: str) -> int:
        headers = school.officer(region)
        return (await school.registry.http.get(f"/v1/classes/{class_id}", headers=headers)).status_code

    async def approve(self, school: School, class_id: str, region: str) -> int:
        return (await school.post(f"classes/{class_id}/approval", headers=school.officer(region))).status_code

    async def test_until_then_it_is_the_old_citys(self, school: School, class_id: str) -> None:
        set_today(school.registry, EVE)

        assert (await self.seen(school, "410100"), await self.seen(school, "410200")) == ({"E", "M"}, set())
        assert await self.get(school, class_id, "410200") == 403
        assert await self.approve(school, class_id, "410200") == 403
        assert await self.approve(school, class_id, "410100") == 200

    async def test_then_the_new_city_sees_and_handles_it_and_the_old_one_reads_what_it_reported(
        self, school: School, class_id: str
    ) -> None:
        set_today(school.registry, NEW_YEAR)

        assert (await self.seen(school, "410100"), await self.seen(school, "410200")) == ({"E", "M"}, {"M"})
        assert await self.seen(school, MOVED) == {"M"}
        assert [await self.get(school, class_id, city) for city in ("410100", "410200", "410300")] == [200, 200, 403]
        assert await self.approve(school, class_id, "410100") == 403
        assert await self.approve(school, class_id, "410200") == 200

    async def test_a_county_handles_what_is_left_of_one_that_it_took_in(self, school: School, two_plans: Path) -> None:
        set_today(school.registry, date(2025, 12, 1))
        class_id = await school.file(region=ENDED, fund_source=None, starts_on="2025-12-15", ends_on="2026-01-31")

        assert (await self.seen(school, "410102"), await self.get(school, class_id, "410102")) == (set(), 403)
        set_today(school.registry, NEW_YEAR)
        assert (await self.seen(school, "410102"), await self.get(school, class_id, "410102")) == ({"2025-001"}, 200)
        assert await self.approve(school, class_id, "410102") == 200

    async def test_rates_and_coverage_stay_with_the_region_that_reported(self, school: School, class_id: str) -> None:
        set_today(school.registry, date(2025, 12, 20))
        assert (await school.enrol(class_id, trainee(1))).json()["accepted"] == 1
        await self.approve(school, class_id, MOVED)
        assert (await school.post(f"classes/{class_id}/start")).status_code == 200

        async def counted(region: str) -> dict[str, int]:
            answer = await school.registry.http.get(
                "/v1/patrols/coverage", params={"first_on": "2025-12-01", "last_on": "2025-12-31"},
                headers=school.officer(region),
            )  # fmt: skip
            assert answer.status_code == 200, answer.text
            return {row["reporting_region"]: row["classes"] for row in answer.json()}

        before = await counted("410100"), await counted("410200")
        set_today(school.registry, date(2026, 2, 1))
        assert (await counted("410100"), await counted("410200")) == before == ({"410100": 1}, {})

    async def test_an_institution_goes_with_its_county_on_the_day(
        self, registry: ServiceUnderTest, two_plans: Path
    ) -> None:
        set_today(registry, EVE)
        moved = await open_school(registry, region=MOVED)
        ended = await open_school(registry, region=ENDED, credit_code=ANOTHER_CREDIT_CODE)
        assert not await moves.follow(registry.engine, at=datetime(2025, 12, 31, 15, 59, tzinfo=UTC))
        assert await moves.follow(registry.engine, at=datetime(2025, 12, 31, 16, 0, tzinfo=UTC))
        assert not await moves.follow(registry.engine, at=datetime(2026, 1, 1, tzinfo=UTC))

        told = {
            str(fact.institution_id): fact for fact in await registry.told() if isinstance(fact, InstitutionChanged)
        }
        assert (told[moved.id].region, told[moved.id].reporting_region, told[moved.id].version) == (MOVED, "410200", 2)
        assert (told[ended.id].region, told[ended.id].reporting_region) == ("410102", "410100")

    async def test_a_site_goes_with_its_county_and_keeps_the_check_of_its_place(
        self, school: School, class_id: str
    ) -> None:
        (site,) = [row for row in await self.sites(school) if row["region"] == MOVED]
        await school.post(f"classes/{class_id}/check", {"passed": True}, headers=school.officer(MOVED))
        assert await self.approve(school, class_id, MOVED) == 200
        set_today(school.registry, NEW_YEAR)
        assert await moves.follow(school.registry.engine, at=FIRST_MOMENT)

        (moved,) = [row for row in await self.sites(school) if row["region"] == MOVED]
        assert moved == site | {"reporting_region": "410200", "version": 2}
        told = [fact for fact in await school.registry.told() if isinstance(fact, SiteListed)]
        assert [(fact.region, fact.reporting_region, fact.version) for fact in told if fact.region == MOVED] == [
            (MOVED, "410100", 1), (MOVED, "410200", 2),
        ]  # fmt: skip
        # Nobody altered the place, so it is still the one that was checked.
        class_ = await school.registry.http.get(f"/v1/classes/{class_id}", headers=school.headers)
        put_off = await school.post(f"classes/{class_id}/change", {"seats": 41, "reason": "增加名额"})
        assert (class_.json()["checked_on"], put_off.json().get("checked_on")) == ("2025-12-01", "2025-12-01")
        # What is found there from now on is the new city's, whose officers inspect it.
        inspection = {"local_id": "I1", "inspected_at": "2026-01-01T01:00:00Z", "site_id": site["id"], "hazards": []}
        path = f"institutions/{school.id}/inspections"
        old, new = [await school.post(path, inspection, headers=school.officer(city)) for city in ("410100", "410200")]
        assert (old.status_code, new.status_code) == (403, 201), new.text
        assert new.json()["reporting_region"] == "410200"

    async def sites(self, school: School) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = (await get(school.registry, f"institutions/{school.id}/sites"))["rows"]
        return rows

    async def test_a_class_without_a_level_goes_over_the_new_year_by_the_rules_of_its_first_day(
        self, school: School, two_plans: Path
    ) -> None:
        set_today(school.registry, date(2025, 12, 15))
        asked = {"level": None, "award": "completion", "occupation": "5-01-02-01", "programme": "S01"}
        class_id = await school.run(trainee(1), starts_on="2025-12-15", ends_on="2026-01-20", **asked)
        set_today(school.registry, date(2026, 1, 20))
        # The new year's own figure would fail the training.
        strict = row(key="attendance.share_min", value="0.95", region="410102", first_on="2026-01-01")
        assert (await enter(school.registry, strict)).status_code == 200

        assert (await school.conclude(class_id, T1=50)).json()["accepted"] == 1

        told = [fact for fact in await school.registry.told() if isinstance(fact, EnrolmentCompleted)]
        assert [(fact.plan_year, fact.award, fact.level, fact.effective_on) for fact in told] == [
            (2025, "completion", None, date(2026, 1, 20)),
        ]  # fmt: skip
        replay = await get(school.registry, f"enrolments/{told[0].enrolment_id}/history/2/replay")
        assert (replay["status"], replay["same"]) == ("completed", True)

    async def test_classes_and_sites_of_a_county_that_ended_are_of_one_place(
        self, school: School, two_plans: Path
    ) -> None:
        set_today(school.registry, date(2025, 12, 1))
        days = {"fund_source": None, "starts_on": "2025-12-15", "ends_on": "2026-01-31"}
        old = await school.file(region=ENDED, local_id="old", **days)
        assert (await school.enrol(old, trainee(1))).json()["accepted"] == 1
        other = await open_school(school.registry, region=ENDED, credit_code=ANOTHER_CREDIT_CODE)
        february = {"fund_source": None, "starts_on": "2026-02-02", "ends_on": "2026-02-27"}

        # In February, the place is 410102; in December it is not.
        ahead = await other.post("classes", filing(region="410102", **february))
        before = await other.post("classes", filing(region="410102", local_id="D", **days | {"ends_on": "2025-12-31"}))
        set_today(school.registry, NEW_YEAR)
        assert await moves.follow(school.registry.engine, at=FIRST_MOMENT)
        sited = await school.post("classes", filing(region="410102", local_id="new", site=f"S{ENDED}", **february))
        for step, headers in (("approval", school.officer("410102")), ("start", school.headers)):
            assert (await school.post(f"classes/{old}/{step}", headers=headers)).status_code == 200
        at_its_site = await school.post(f"classes/{old}/change", {"site": f"S{ENDED}", "reason": "明确培训点"})

        assert ahead.status_code == 201, ahead.text
        assert (before.status_code, before.json()["code"]) == (409, "no-site-in-region")
        assert (sited.status_code, sited.json().get("region")) == (201, "410102"), sited.text
        assert (at_its_site.status_code, at_its_site.json().get("region")) == (200, ENDED), at_its_site.text

    async def test_a_class_that_is_put_off_over_the_new_year_is_reported_by_who_has_the_county_then(
        self, school: School, two_plans: Path
    ) -> None:
        set_today(school.registry, date(2025, 12, 1))
        class_id = await school.file(region=MOVED, fund_source=None, starts_on="2025-12-15", ends_on="2026-01-31")
        assert (await school.enrol(class_id, trainee(1))).json()["accepted"] == 1
        assert await self.approve(school, class_id, MOVED) == 200

        answer = await school.post(f"classes/{class_id}/change", {"starts_on": "2026-01-05", "reason": "推迟开班"})

        assert answer.status_code == 200, answer.text
        told = [fact for fact in await school.registry.told() if isinstance(fact, ClassChanged | EnrolmentCorrected)]
        assert [(type(fact), fact.reporting_region) for fact in told] == [
            (ClassChanged, "410200"), (EnrolmentCorrected, "410200"),
        ]  # fmt: skip
