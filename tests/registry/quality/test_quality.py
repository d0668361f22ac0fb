"""The five quality rates over HTTP, each worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from shared.contracts.assessment import CertificateRevoked, CertificateStatus, ResultCorrected
from shared.contracts.registry.classes import ClassFiled
from shared.kernel.callers import Role
from tests.registry.rating import WORK, certificate, completed, parts, person_of, quality, report, result
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, set_policy, set_today, trainee
from tests.registry.supervising import province

TEN = range(1, 11)


@pytest.fixture(autouse=True)
async def shown(school: School) -> None:
    """Groups of any size, seen from the spring after next, when the months of all trainings of 2025 are over."""
    await set_policy(school.registry, "quality.group_size_min", "1")
    set_today(school.registry, date(2026, 11, 5))


async def step(school: School, enrolment: str, verb: str, **content: object) -> None:
    answer = await school.post(f"enrolments/{enrolment}/{verb}", content)
    assert answer.status_code == 200, answer.text


class TestPass:
    async def test_who_passed_or_was_certified_counts_of_all_who_began(self, school: School) -> None:
        _, (passed, certified, failed, _) = await completed(school, 1, 2, 3, 4)
        await school.registry.hear(
            result(await person_of(school, passed)),
            certificate(await person_of(school, certified)),
            result(await person_of(school, failed), passed=False),
        )

        assert await parts(school, "passed_of_started") == (2, 4)
        assert await parts(school, "passed_of_tested") == (2, 3)

    async def test_who_gave_up_or_failed_began_and_who_never_came_did_not(self, school: School) -> None:
        class_id = await school.run(*(trainee(number) for number in (1, 2, 3)))
        await school.conclude(class_id, T1=10)
        rows = await school.registry.rows("SELECT id FROM enrolment ORDER BY local_id")
        await step(school, str(rows[1].id), "withdrawal", on="2025-03-10", reason="因病")
        await step(school, str(rows[2].id), "withdrawal", on="2025-03-01", reason="因病")

        (group,) = (await quality(school))["rows"]

        assert group["passed_of_started"] == {"numerator": 0, "denominator": 2, "suppressed": False}
        assert group["demand_match"]["denominator"] in (0, None)

    async def test_a_result_that_was_corrected_and_a_certificate_that_was_revoked_are_gone(
        self, school: School
    ) -> None:
        _, enrolments = await completed(school, 1, 2)
        first, second = [await person_of(school, each) for each in enrolments]
        await school.registry.hear(result(first), certificate(second))
        assert await parts(school, "passed_of_started") == (2, 2)

        await school.registry.hear(
            result(first, ResultCorrected, version=2, passed=False),
            certificate(second, CertificateRevoked, version=2, status=CertificateStatus.REVOKED),
        )

        assert await parts(school, "passed_of_started") == (0, 2)
        assert await parts(school, "passed_of_tested") == (0, 1)

    @pytest.mark.parametrize("other", [{"occupation": "4-10-01-06"}, {"level": 3}, {"effective_on": date(2025, 2, 28)}])
    async def test_a_test_of_something_else_does_not_count(self, school: School, other: dict[str, Any]) -> None:
        _, (enrolment,) = await completed(school, 1)

        await school.registry.hear(result(await person_of(school, enrolment), **other))

        assert await parts(school, "passed_of_started") == (0, 1)

    async def test_what_is_heard_before_the_outcome_counts_as_well(self, school: School) -> None:
        class_id = await school.run(trainee(1))
        (row,) = await school.registry.rows("SELECT id FROM enrolment")
        await school.registry.hear(result(await person_of(school, str(row.id))))
        await quality(school)

        await school.conclude(class_id, T1=60)

        assert await parts(school, "passed_of_started") == (1, 1)


class TestLevelRise:
    async def test_a_higher_level_than_before_within_its_months_is_a_rise(self, school: School) -> None:
        _, enrolments = await completed(school, *range(1, 6))
        rise, same, late, known_before, _ = [await person_of(school, each) for each in enrolments]
        await school.registry.hear(
            *(certificate(each, level=4, issued_on=date(2024, 5, 1)) for each in (rise, same, late)),
            certificate(rise, level=5, issued_on=date(2026, 3, 20)),
            certificate(same, level=3, issued_on=date(2025, 4, 1)),
            certificate(late, level=5, issued_on=date(2026, 3, 21)),
            certificate(known_before, level=2, issued_on=date(2025, 3, 1)),
        )

        assert await parts(school, "level_rise") == (2, 5)

    async def test_those_whose_months_are_not_over_wait(self, school: School) -> None:
        await completed(school, 1, 2)
        set_today(school.registry, date(2026, 3, 20))

        (group,) = (await quality(school))["rows"]
        assert (group["level_rise"]["denominator"], group["level_rise_waiting"]) == (None, 2)

        set_today(school.registry, date(2026, 3, 21))
        assert await parts(school, "level_rise") == (0, 2)


class TestEmployment:
    async def test_work_found_in_time_counts_of_those_who_had_none(self, school: School) -> None:
        _, enrolments = await completed(school, 1, 2, 3)
        await completed(school, 4, employment="employed", local_id="2025-002")
        in_time, too_late, _ = enrolments
        await report(school, {"enrolment_id": in_time} | WORK | {"employed_on": "2025-09-20"})
        await report(school, {"enrolment_id": too_late} | WORK | {"employed_on": "2025-09-21"})

        assert await parts(school, "employment") == (1, 3)

    async def test_those_whose_months_are_not_over_wait(self, school: School) -> None:
        _, (first, _) = await completed(school, 1, 2)
        await report(school, {"enrolment_id": first} | WORK)
        set_today(school.registry, date(2025, 9, 20))

        (group,) = (await quality(school))["rows"]

        assert (group["employment"]["denominator"], group["employment_waiting"]) == (None, 2)

    @pytest.mark.parametrize("verb", ["withdrawal", "correction"])
    async def test_a_training_that_was_not_completed_after_all_takes_its_follow_up_along(
        self, school: School, verb: str
    ) -> None:
        _, (first, second) = await completed(school, 1, 2)
        await report(school, *({"enrolment_id": each} | WORK for each in (first, second)))
        assert await parts(school, "employment") == (2, 2)

        changes = {"on": "2025-03-20"} if verb == "withdrawal" else {"hours": 10}
        await step(school, first, verb, reason="登记有误", **changes)

        (group,) = (await quality(school))["rows"]
        assert group["employment"] == {"numerator": 1, "denominator": 1, "suppressed": False}
        assert group["pay"] == {"median_permille": 250, "n": 1, "suppressed": False}
        assert group["demand_match"]["denominator"] == 1
        assert group["passed_of_started"]["denominator"] == 2


class TestPay:
    @pytest.mark.parametrize(
        ("after", "median"), [((400, 404, 420), 10), ((400, 404, 420, 800), 30), ((396, 399), -7), ((0,), -1000)]
    )
    async def test_the_median_of_even_numbers_lies_in_the_middle_rounded_down(
        self, school: School, after: tuple[int, ...], median: int
    ) -> None:
        _, enrolments = await completed(school, *range(1, len(after) + 1))
        rows = [
            {"enrolment_id": enrolment} | WORK | {"pay_after_fen": 1000 * pay}
            for enrolment, pay in zip(enrolments, after, strict=True)
        ]
        await report(school, *rows)

        (group,) = (await quality(school))["rows"]

        assert group["pay"] == {"median_permille": median, "n": len(after), "suppressed": False}

    async def test_pay_of_which_only_one_figure_is_known_is_no_change(self, school: School) -> None:
        _, (enrolment,) = await completed(school, 1)
        await report(school, {"enrolment_id": enrolment, "pay_before_fen": 1})

        (group,) = (await quality(school))["rows"]

        assert group["pay"]["n"] in (0, None)


class TestPersons:
    async def test_a_certificate_of_the_key_that_was_merged_away_counts_for_who_goes_on(self, school: School) -> None:
        await completed(school, 1)
        _, (gone,) = await completed(
            school, 2, local_id="2025-002", starts_on="2025-06-01", ends_on="2025-06-20", level="L3"
        )
        await school.registry.hear(certificate(await person_of(school, gone)))
        assert await parts(school, "passed_of_started", last_on="2025-05-31") == (0, 1)
        first, second = ({"document_number": trainee(number)["document_number"]} for number in (1, 2))
        pair = {"first": first, "second": second, "into": "first", "reason": "同一人"}

        merged = await school.agree("persons/merges", pair)
        assert await parts(school, "passed_of_started", last_on="2025-05-31") == (1, 1)

        await school.post(
            f"persons/merges/{merged.json()['id']}/undoing", {"reason": "误合并"}, headers=school.officer()
        )
        assert await parts(school, "passed_of_started", last_on="2025-05-31") == (0, 1)


async def test_classes_in_demand_and_those_for_a_signed_order_match(school: School) -> None:
    project = "(SELECT project FROM project_term WHERE occupation = '4-10-01-05' AND level = 4)"
    async with school.registry.engine.begin() as connection:
        await connection.execute(text(f"UPDATE project_term SET is_needed = false WHERE project = {project}"))
    await completed(school, 1)
    await completed(school, 2, 3, local_id="2025-002", signed_order=True)
    async with school.registry.engine.begin() as connection:
        await connection.execute(text(f"UPDATE project_term SET is_needed = true WHERE project = {project}"))
    await completed(school, 4, 5, 6, local_id="2025-003")

    assert await parts(school, "demand_match") == (5, 6)
    filed = [each for each in await school.registry.told() if isinstance(each, ClassFiled)]
    assert [each.signed_order for each in filed] == [False, True, False]


class TestGroups:
    async def test_each_way_of_grouping_names_its_groups_and_pages_by_their_keys(self, school: School) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        await completed(school, 1)
        await completed(other, 2, 3, region="410103", programme="S01", occupation="4-10-01-06")
        city = school.officer("410100")

        async def groups(by: str, **asked: str) -> dict[str, int]:
            rows = (await quality(school, headers=city, by=by, **asked))["rows"]
            return {row["key"]: row["demand_match"]["denominator"] for row in rows}

        assert await groups("region") == {"410102": 1, "410103": 2}
        assert await groups("reporting_region") == {"410100": 3}
        assert await groups("programme") == {"S01": 2, "S02-1": 1}
        assert await groups("occupation") == {"4-10-01-05": 1, "4-10-01-06": 2}
        assert await groups("institution") == {school.id: 1, other.id: 2}
        assert await groups("region", programme="S02") == {"410102": 1}
        assert await groups("region", region="410103") == {"410103": 2}
        first = await quality(school, headers=city, size=1)
        assert ([row["key"] for row in first["rows"]], first["next"]) == (["410102"], "410102")
        second = await quality(school, headers=city, size=1, after=first["next"])
        assert [row["key"] for row in second["rows"]] == ["410103"]

    async def test_small_groups_are_suppressed_each_part_by_itself(self, school: School) -> None:
        await set_policy(school.registry, "quality.group_size_min", "10")
        _, enrolments = await completed(school, *TEN)
        await report(school, *({"enrolment_id": each} | WORK for each in enrolments[:9]))

        (group,) = (await quality(school))["rows"]

        assert group["demand_match"]["denominator"] == 10
        assert group["pay"] == {"median_permille": None, "n": None, "suppressed": True}
        assert group["passed_of_tested"] == {"numerator": None, "denominator": None, "suppressed": True}

    async def test_an_institution_reads_its_own_rates_and_no_others(self, school: School) -> None:
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)
        await completed(school, 1)
        await completed(other, 2, 3)

        told = await quality(school, headers=school.headers, by="institution")

        assert [(row["key"], row["demand_match"]["denominator"]) for row in told["rows"]] == [(school.id, 1)]

    async def test_other_regions_roles_programmes_and_windows_are_refused(self, school: School) -> None:
        body = school.registry.tokens.of(Role.ASSESSMENT_BODY, organisation=school.id)

        assert (await quality(school, headers=body))["code"] == "wrong-role"
        assert (await quality(school, region="410103"))["code"] == "foreign-region"
        assert (await quality(school, headers=school.officer("410300"), region="410102"))["code"] == "foreign-region"
        assert (await quality(school, programme="S99"))["code"] == "unknown-programme"
        assert (await quality(school, last_on="2026-01-02"))["code"] == "wrong-window"
        assert (await quality(school, last_on="2024-12-31"))["code"] == "wrong-window"


async def test_another_row_of_policy_counts_the_classes_of_its_days_anew(school: School) -> None:
    _, (enrolment,) = await completed(school, 1)
    await report(school, {"enrolment_id": enrolment} | WORK)
    assert await parts(school, "employment") == (1, 1)
    row = {"key": "followup.months", "value": "1", "region": "410102", "first_on": "2025-01-01", "source": "试行"}

    answer = await school.post("policy-rows", row, headers=province(school))
    assert answer.status_code == 201, answer.text

    assert await parts(school, "employment") == (0, 1)


async def test_the_answer_says_up_to_when_all_is_counted(school: School) -> None:
    await quality(school)
    await completed(school, 1)
    (due,) = await school.registry.rows("SELECT min(since) AS since FROM recount_due")
    query = {"first_on": "2025-01-01", "last_on": "2025-12-31"}

    before = (await school.registry.http.get("/v1/quality", params=query, headers=school.officer())).json()
    after = await quality(school)

    assert (before["rows"], before["as_of"]) == ([], due.since.isoformat().replace("+00:00", "Z"))
    assert len(after["rows"]) == 1
    assert after["as_of"] != before["as_of"]
