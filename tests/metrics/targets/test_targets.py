"""Sheets of targets: posted as a file, confirmed by a second person, and what progress and pace are held against."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest

from services.metrics.worker import SERVICE
from shared.contracts.registry.enrolments import EnrolmentStatus
from shared.kernel.callers import Role
from tests.conftest import OpenService
from tests.metrics.targets.province import HEADINGS, confirm, of_province, open_proposal, post
from tests.registry.school import set_today
from tests.shared.spreadsheets.workbooks import csv_file, workbook
from tests.support.facts import enrolment, programme, region
from tests.support.services import ServiceUnderTest

BY_REGION = (
    ("HN2025", "地区", "410100", "完成培训", "", "", "120"),
    ("HN2025", "地区", "410200", "完成培训", "", "", "80"),
    ("HN2025", "地区", "419001", "完成培训", "", "", ""),
    ("HN2025", "地区", "合计", "完成培训", "", "", "200"),
    ("HN2025", "地区", "410100", "完成培训", "S01", "", "60"),
    ("HN2025", "地区", "合计", "完成培训", "", "3", "30"),
    ("HN2025", "地区", "410100", "完成培训", "", "3", "30"),
)


@pytest.fixture
async def metrics(open_service: OpenService) -> ServiceUnderTest:
    metrics = await open_service(SERVICE)
    set_today(metrics, date(2025, 7, 2))
    await metrics.hear(
        region("410000", reports_to=None, parent=None),
        region("410100", reports_to="410100"),
        region("410200", reports_to="410200"),
        region("410102", reports_to="410100", parent="410100"),
        region("419001", reports_to="419001"),
        programme("HN2025", parent=None, trainings=220, high_skilled_target=10),
        programme("S01", trainings=100, departments=("教育厅", "工信厅")),
    )
    return metrics


async def get(metrics: ServiceUnderTest, path: str, **query: Any) -> dict[str, Any]:
    answer = await metrics.http.get(f"/v1/{path}", params=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def codes(answer: httpx.Response) -> dict[int, str]:
    return {row["row"]: row["errors"][0]["code"] for row in answer.json()["rows"]}


class TestLoading:
    async def test_a_sheet_holds_once_another_person_confirms_it(self, metrics: ServiceUnderTest) -> None:
        posted = await post(metrics, BY_REGION)
        assert (posted.json()["accepted"], posted.json()["refused"]) == (7, 0)
        assert (await get(metrics, "targets", plan="HN2025"))["lines"] == []

        proposal = await open_proposal(metrics)
        own = await metrics.http.post(f"/v1/proposals/{proposal}/confirmation", headers=of_province(metrics, "one"))
        assert (own.status_code, own.json()["code"]) == (403, "same-person")
        await confirm(metrics, proposal)

        found = await get(metrics, "targets", plan="HN2025")
        assert (found["version"], found["versions"][0]["confirmed_by"]) == (1, "two")
        assert {(line["key"], line["programme"], line["month"]): line["target"] for line in found["lines"]} == {
            ("410100", None, None): 120, ("410200", None, None): 80, ("419001", None, None): None,
            ("410100", "S01", None): 60, ("410100", None, 3): 30,
        }  # fmt: skip
        # The sheet sums to its own total, which is 20 less than the plan's; what is unset is not 0.
        assert found["sums"][0] == {
            "measure": "trainings", "programme": None, "month": None, "sum": 200, "unset": 1, "total": 200,
            "plan": 220, "difference": -20,
        }  # fmt: skip

    async def test_a_new_version_leaves_the_old_one_as_it_was(self, metrics: ServiceUnderTest) -> None:
        for target in ("120", "130"):
            await post(metrics, [("HN2025", "地区", "410100", "完成培训", "", "", target)])
            await confirm(metrics, await open_proposal(metrics))

        newest, first = (
            await get(metrics, "targets", plan="HN2025"),
            await get(metrics, "targets", plan="HN2025", version=1),
        )
        assert [newest["version"], newest["lines"][0]["target"]] == [2, 130]
        assert [first["version"], first["lines"][0]["target"]] == [1, 120]

    async def test_a_dry_run_proposes_nothing(self, metrics: ServiceUnderTest) -> None:
        answer = await post(metrics, BY_REGION, mode="validate")

        assert (answer.json()["accepted"], answer.json()["dry_run"]) == (7, True)
        listed = await metrics.http.get("/v1/proposals", headers=of_province(metrics, "one"))
        assert listed.json()["rows"] == []

    async def test_a_workbook_holds_targets_as_numbers(self, metrics: ServiceUnderTest) -> None:
        rows = [("HN2025", "地区", "410100", "完成培训", None, 3, 1_000)]
        content = workbook(*rows, headings=HEADINGS)

        await post(metrics, content, form="xlsx")
        await confirm(metrics, await open_proposal(metrics))

        [line] = (await get(metrics, "targets", plan="HN2025"))["lines"]
        assert (line["month"], line["target"]) == (3, 1_000)

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ([("410100", "", "", "120"), ("合计", "", "", "121")], "targets-do-not-sum"),
            ([("410100", "", "", "120"), ("410100", "", "", "110")], "target-repeated"),
            ([("410102", "", "", "120")], "target-for-nothing"),
            ([("410100", "S99", "", "120")], "target-for-nothing"),
            ([("410100", "", "13", "120")], "cell-unfit"),
            ([("410100", "", "", "many")], "cell-unfit"),
        ],
    )
    async def test_a_sheet_with_a_wrong_row_proposes_nothing(
        self, metrics: ServiceUnderTest, rows: list[tuple[str, str, str, str]], code: str
    ) -> None:
        answer = await post(metrics, [("HN2025", "地区", key, "完成培训", *rest) for key, *rest in rows])

        assert list(codes(answer).values()) == [code]
        listed = await metrics.http.get("/v1/proposals", headers=of_province(metrics, "one"))
        assert listed.json()["rows"] == []

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ([("HN2025", "地区", "410100"), ("HN2025", "部门", "教育厅")], "several-sheets"),
            ([("HN2031", "地区", "410100")], "unknown-plan"),
        ],
    )
    async def test_a_sheet_of_no_one_plan_is_refused(
        self, metrics: ServiceUnderTest, rows: list[tuple[str, str, str]], code: str
    ) -> None:
        answer = await post(metrics, [(*row, "完成培训", "", "", "1") for row in rows])

        assert (answer.status_code, answer.json()["code"]) == (409 if code == "several-sheets" else 422, code)

    async def test_a_city_loads_no_targets(self, metrics: ServiceUnderTest) -> None:
        headers = metrics.tokens.of(Role.PROVINCE, person="one", region="410100") | {"Content-Type": "text/csv"}
        content = csv_file(*BY_REGION, headings=HEADINGS).encode()

        answer = await metrics.http.post("/v1/target-files", content=content, headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "foreign-region")


class TestProgress:
    async def test_a_part_of_the_plan_is_held_against_its_own_target_or_none(self, metrics: ServiceUnderTest) -> None:
        await post(metrics, BY_REGION)
        await confirm(metrics, await open_proposal(metrics))
        await metrics.hear(
            *(
                enrolment(number, status=EnrolmentStatus.COMPLETED, effective_on=date(2025, month, 1))
                for number, month in enumerate((3, 3, 3, 4, 5, 6))
            )
        )

        async def progress(**query: Any) -> dict[str, Any]:
            found = await get(metrics, "progress", plan="HN2025", **query)
            return {
                each["code"]: (each["trainings"]["done"], each["trainings"]["target"]) for each in found["programmes"]
            }

        assert await progress() == {"HN2025": (6, 220), "S01": (6, 100)}
        assert await progress(year=2025) == {"HN2025": (6, 220), "S01": (6, 100)}
        assert await progress(region="410100") == {"HN2025": (6, 120), "S01": (6, 60)}
        assert await progress(region="419001") == {"HN2025": (0, None), "S01": (0, None)}
        assert await progress(region="410102") == {"HN2025": (6, None), "S01": (6, None)}
        march = {"first_day": "2025-03-01", "last_day": "2025-03-31"}
        assert await progress(**march) == {"HN2025": (3, 30), "S01": (3, None)}
        assert await progress(region="410100", **march) == {"HN2025": (3, 30), "S01": (3, None)}
        assert await progress(first_day="2025-03-01", last_day="2025-03-30") == {"HN2025": (3, None), "S01": (3, None)}
        assert await progress(award="L4") == {"HN2025": (6, None), "S01": (6, None)}
        assert await progress(department="教育厅") == {"HN2025": (6, None), "S01": (6, None)}
        unknown = await metrics.http.get("/v1/progress", params={"department": "宇航局"})
        assert (unknown.json()["code"], unknown.json()["known"]) == ("unknown-department", ["教育厅"])


class TestPace:
    async def test_names_who_is_behind_by_how_much_and_since_when(self, metrics: ServiceUnderTest) -> None:
        await post(metrics, BY_REGION)
        await confirm(metrics, await open_proposal(metrics))
        done = [enrolment(n, status=EnrolmentStatus.COMPLETED, effective_on=date(2025, 1, 2)) for n in range(50)]
        await metrics.hear(*done)

        found = await get(metrics, "pace")

        # 2 July is the 183rd of 365 days: 0.5014 of the year.
        assert (found["plan"]["code"], found["day"], found["method"], found["share"]) == (
            "HN2025", "2025-07-02", "linear", "0.5014",
        )  # fmt: skip
        rows = {row["key"]: row for row in found["rows"]}
        assert [row["key"] for row in found["rows"]] == ["410200", "410100", "419001"]
        assert rows["410200"] | {"as_of": None} == {
            "key": "410200", "target": 80, "done": 0, "percent": "0.0", "expected": 40, "behind_by": 40,
            "behind_since": "2025-01-03", "forecast": 0, "forecast_percent": "0.0", "alert": True, "as_of": None,
        }  # fmt: skip
        # 50 of 120: as many as were expected until the 152nd day, 1 June; on 2 June one less.
        behind = rows["410100"]
        assert (behind["expected"], behind["behind_by"], behind["behind_since"]) == (60, 10, "2025-06-03")
        assert (behind["forecast"], behind["forecast_percent"], behind["alert"]) == (100, "83.3", True)
        assert (rows["419001"]["target"], rows["419001"]["behind_by"], rows["419001"]["alert"]) == (None, None, False)
        assert (found["total"]["target"], found["total"]["done"], found["total"]["expected"]) == (220, 50, 110)

    async def test_of_departments_and_programmes(self, metrics: ServiceUnderTest) -> None:
        await post(metrics, [("HN2025", "部门", "教育厅", "完成培训", "", "", "100")])
        await confirm(metrics, await open_proposal(metrics, axis="department"))
        await metrics.hear(enrolment(1, status=EnrolmentStatus.COMPLETED, effective_on=date(2025, 1, 2)))

        by_department = await get(metrics, "pace", along="department")
        by_programme = await get(metrics, "pace", along="programme", day="2025-12-31")

        assert [(row["key"], row["target"], row["done"]) for row in by_department["rows"]] == [("教育厅", 100, 1)]
        assert [(row["key"], row["expected"], row["done"]) for row in by_programme["rows"]] == [("S01", 100, 1)]
