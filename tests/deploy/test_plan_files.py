"""The 2025 plan of Henan as committed: its figures agree with each other and with the code."""

import csv
import tomllib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from services.registry.plan.rules.policy import CALENDAR_KEY, KEYS, parse, policy_on
from services.registry.plan.usecases.plan_files import read_policy, read_projects
from services.subsidy.policy.rules import item_of
from shared.dated_rules.rules import loaded
from shared.kernel.awards import Award
from shared.kernel.levels import Level
from shared.kernel.money import fen_from_yuan
from shared.kernel.periods import Period
from shared.kernel.working_days import CalendarUnset, WorkingDays

PLAN = Path(__file__).parents[2] / "deploy" / "plans" / "henan-2025"
SIGNED = loaded(by="load-plan", at=datetime(2024, 12, 1, tzinfo=UTC), sequence=1)
POLICY = list(read_policy(PLAN, signed=SIGNED))

Row = dict[str, str]


def rows(name: str) -> list[Row]:
    with (PLAN / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, strict=True))


def keyed(name: str, key: str = "code") -> dict[str, Row]:
    found = rows(name)
    by_key = {row[key]: row for row in found}
    assert len(by_key) == len(found), f"{name}: {key} is not unique"
    return by_key


def parts_of(parent: str) -> list[Row]:
    return [row for row in rows("programmes.csv") if row["parent_code"] == parent]


def total(programmes: list[Row], column: str) -> int:
    return sum(int(row[column]) for row in programmes)


class TestPlan:
    def test_the_plan_covers_the_calendar_year(self) -> None:
        plan = tomllib.loads((PLAN / "plan.toml").read_text(encoding="utf-8"))

        assert (plan["code"], plan["year"]) == ("HN2025", 2025)
        assert (plan["first_day"], plan["last_day"]) == (date(2025, 1, 1), date(2025, 12, 31))
        assert plan["code"] in keyed("programmes.csv")
        assert keyed("regions.csv")[plan["province"]]["kind"] == "province"

    @pytest.mark.parametrize("path", sorted(PLAN.glob("*.csv")), ids=lambda path: path.name)
    def test_every_row_has_every_column_and_no_stray_space(self, path: Path) -> None:
        with path.open(encoding="utf-8", newline="") as lines:
            header, *table = csv.reader(lines, strict=True)

        assert table
        assert all(len(row) == len(header) for row in table)
        assert all(cell == cell.strip() for row in [header, *table] for cell in row)


class TestProgrammes:
    def test_the_trainings_of_the_ten_specials_are_the_plans(self) -> None:
        specials = parts_of("HN2025")

        assert [row["code"] for row in specials] == [f"S{number:02}" for number in range(1, 11)]
        assert total(specials, "training_target") == 2_000_000
        assert keyed("programmes.csv")["HN2025"]["training_target"] == "2000000"

    def test_high_skilled_agree_once_the_young_technicians_are_left_out(self) -> None:
        specials = parts_of("HN2025")
        counting = [row for row in specials if row["high_skilled_counts"] == "yes"]

        assert total(specials, "high_skilled_target") == 660_000
        assert total(counting, "high_skilled_target") == 650_000
        assert {row["code"] for row in specials} - {row["code"] for row in counting} == {"S06"}
        assert keyed("programmes.csv")["HN2025"]["high_skilled_target"] == "650000"

    def test_modern_services_are_their_five_parts(self) -> None:
        services, parts = keyed("programmes.csv")["S02"], parts_of("S02")

        assert len(parts) == 5
        for column in ("training_target", "high_skilled_target"):
            assert total(parts, column) == int(services[column])

    def test_exactly_the_programmes_with_parts_are_sums(self) -> None:
        programmes = rows("programmes.csv")
        parents = {row["parent_code"] for row in programmes} - {""}

        assert {row["code"] for row in programmes if row["is_sum"] == "yes"} == parents == {"HN2025", "S02"}

    def test_every_parent_exists_and_only_the_plan_has_none(self) -> None:
        programmes = keyed("programmes.csv")

        assert [code for code, row in programmes.items() if not row["parent_code"]] == ["HN2025"]
        assert all(row["parent_code"] in programmes for row in programmes.values() if row["parent_code"])

    def test_every_indicator_belongs_to_a_programme_and_has_a_target(self) -> None:
        indicators = keyed("indicators.csv")

        assert len(indicators) == 13
        assert {row["programme_code"] for row in indicators.values()} <= set(keyed("programmes.csv"))
        assert all(Decimal(row["target"]) > 0 for row in indicators.values())
        assert (indicators["I01"]["target"], indicators["I02"]["target"]) == ("2000000", "650000")


class TestRegions:
    def test_nineteen_regions_report(self) -> None:
        reporting = {code: row for code, row in keyed("regions.csv").items() if row["reports"] == "yes"}

        assert len(reporting) == 19
        assert sum(row["kind"] == "prefecture_city" for row in reporting.values()) == 17
        assert {"419001", "410173"} < set(reporting)

    def test_jiyuan_and_the_airport_zone_report_on_their_own(self) -> None:
        regions = keyed("regions.csv")

        assert [regions[code]["parent"] for code in ("419001", "410173")] == ["410000", "410000"]
        assert not [row for row in regions.values() if row["parent"] in {"419001", "410173"}]

    def test_every_parent_exists_and_is_province_or_reporting_region(self) -> None:
        regions = keyed("regions.csv")

        assert [code for code, row in regions.items() if not row["parent"]] == ["410000"]
        for row in regions.values():
            if row["kind"] == "county":
                assert regions[row["parent"]]["reports"] == "yes"
            elif row["kind"] != "province":
                assert row["parent"] == "410000"

    def test_156_counties_stand(self) -> None:
        counties = [row for row in rows("regions.csv") if row["kind"] == "county"]

        assert len([row for row in counties if not row["valid_to"]]) == 156

    def test_an_ended_region_names_a_successor_under_the_same_parent_that_begins_the_day_after(self) -> None:
        regions = keyed("regions.csv")
        ended = {code: row for code, row in regions.items() if row["valid_to"]}

        assert {code: row["replaced_by"] for code, row in ended.items()} == {
            "410306": "410308",
            "410322": "410308",
            "410381": "410307",
        }
        for row in ended.values():
            successor = regions[row["replaced_by"]]
            assert successor["parent"] == row["parent"]
            assert date.fromisoformat(successor["valid_from"]) == date.fromisoformat(row["valid_to"]) + timedelta(
                days=1
            )
            assert not successor["valid_to"]


class TestLevels:
    def test_the_file_says_what_the_code_says(self) -> None:
        listed = [
            (row["code"], int(row["rank"]), row["name_zh"], row["name_en"], row["certificate_level_code"] or None)
            for row in rows("levels.csv")
        ]

        assert listed == [
            (level.code, level.value, level.name_zh, level.name_en, level.certificate_mark) for level in Level
        ]
        assert [row["high_skilled"] == "yes" for row in rows("levels.csv")] == [
            level.is_high_skilled for level in Level
        ]

    def test_every_route_leads_to_a_level_and_starts_from_a_lower_one(self) -> None:
        for route in keyed("eligibility.csv", "route_code").values():
            reached = Level.from_code(route["level_code"])
            if route["required_level"]:
                assert Level.from_code(route["required_level"]) < reached


class TestSubsidyStandards:
    def test_every_amount_is_whole_fen_and_only_the_living_subsidy_has_none(self) -> None:
        standards = keyed("subsidy_standards.csv", "id")

        assert [key for key, row in standards.items() if not row["yuan"]] == ["HN-LIV"]
        assert standards["HN-LIV"]["status"] == "amount_missing"
        assert all(fen_from_yuan(Decimal(row["yuan"])) > 0 for row in standards.values() if row["yuan"])

    def test_every_row_holds_from_a_day_whose_source_is_told(self) -> None:
        for row in rows("subsidy_standards.csv"):
            last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else None
            Period(date.fromisoformat(row["valid_from"]), last)
            assert row["valid_from_status"] in {"sourced", "assumption"}

    def test_no_two_rows_answer_the_same_question_on_the_same_day(self) -> None:
        standards = rows("subsidy_standards.csv")
        questions = {(row["kind"], row["level_or_item"], row["jurisdiction"]) for row in standards}

        assert len(questions) == len(standards)

    def test_every_training_rate_is_that_of_one_award(self) -> None:
        items = {
            row["level_or_item"]: key
            for key, row in keyed("subsidy_standards.csv", "id").items()
            if row["kind"] == "training"
        }
        paid = [Award(rank) for rank in range(2, 7)] + list(SHORT)

        assert {items[item_of(award)]: award for award in paid} == {
            f"HN-T-{SHORT.get(award, award.code)}": award for award in paid
        }
        assert len(items) == len(paid) == 11

    def test_the_amounts_by_level_are_those_of_the_regulation(self) -> None:
        yuan = {key: row["yuan"] for key, row in keyed("subsidy_standards.csv", "id").items()}

        assert [yuan[f"HN-T-L{rank}"] for rank in range(2, 7)] == ["1200", "1600", "2000", "4000", "5000"]
        assert [yuan[f"HN-E-L{rank}"] for rank in range(2, 7)] == ["200", "240", "280", "350", "380"]


class TestPolicy:
    def test_every_key_has_a_row_on_every_day_of_the_plan_and_the_year_after(self) -> None:
        policy = POLICY
        days = [date(2025, 1, 1) + timedelta(days=each) for each in range(730)]

        for day in days:
            policy_on(policy, day=day, region_and_above=["410102", "410100", "410000"])

        assert {row.key for row in policy} == {*KEYS, CALENDAR_KEY}

    def test_no_two_rows_of_a_key_hold_on_one_day(self) -> None:
        overlapping = [
            (one.key, one.first_on, other.first_on)
            for one in POLICY
            for other in POLICY
            if one is not other and one.subject == other.subject and one.validity.overlaps(other.validity)
        ]

        assert overlapping == []

    def test_every_row_says_whether_it_is_a_rule_or_an_assumption_and_of_what(self) -> None:
        for row in rows("policy.csv"):
            assert row["status"] in {"sourced", "assumption"}
            assert row["source"]
            parse(row["key"], row["value"])


class TestCalendar:
    CALENDAR = WorkingDays({date.fromisoformat(row["day"]): row["working"] == "yes" for row in rows("calendar.csv")})

    def test_2025_has_248_working_days(self) -> None:
        assert self.CALENDAR.between(date(2024, 12, 31), date(2025, 12, 31)) == 248

    def test_only_days_that_are_not_what_their_weekday_says_or_are_holidays_are_listed(self) -> None:
        for day, working in self.CALENDAR.listed.items():
            assert working == (day.weekday() >= 5) or not working

    def test_five_working_days_over_national_day_end_after_the_holidays_and_on_a_made_up_saturday_if_there_is_one(
        self,
    ) -> None:
        # 30 September 2025 is a Tuesday; 1 to 8 October are holidays; Saturday the 11th is worked.
        assert self.CALENDAR.after(date(2025, 9, 30), 2) == date(2025, 10, 10)
        assert self.CALENDAR.after(date(2025, 9, 30), 3) == date(2025, 10, 11)
        assert self.CALENDAR.after(date(2025, 9, 30), 4) == date(2025, 10, 13)

    def test_a_year_that_was_not_loaded_cannot_be_counted_in(self) -> None:
        with pytest.raises(CalendarUnset):
            self.CALENDAR.after(date(2026, 12, 31), 1)


SHORT = {
    Award.SPECIAL_ABILITY: "SP",
    Award.COMPLETION: "PASS",
    Award.SPECIAL_OPERATIONS: "SW",
    Award.SPECIAL_OPERATIONS_RENEWAL: "SWR",
    Award.PRE_JOB: "PREJOB",
    Award.SENIOR_TECHNICIAN_UPGRADING: "L6UP",
}
"""Awards without a level in the codes of projects and subsidy standards."""


class TestProjects:
    def test_codes_say_occupation_and_award_and_are_unique(self) -> None:
        for code, row in keyed("projects.csv").items():
            award = Award.from_code(row["award"])
            assert code == f"{row['occupation']}-{SHORT.get(award, award.code)}"
            assert int(row["hours_min"]) >= 24
            assert row["is_scarce"] in {"yes", "no"}
            assert row["is_needed"] in {"yes", "no"}

    def test_every_award_without_a_level_has_one(self) -> None:
        assert {Award.from_code(row["award"]) for row in rows("projects.csv")} >= set(SHORT)

    def test_files_from_before_there_were_awards_name_the_level(self, tmp_path: Path) -> None:
        text = (PLAN / "projects.csv").read_text(encoding="utf-8").splitlines()
        (tmp_path / "projects.csv").write_text(f"{text[0].replace('award', 'level')}\n{text[1]}\n", encoding="utf-8")

        assert [project.award.code for project in read_projects(tmp_path, signed=SIGNED)] == ["L2"]
