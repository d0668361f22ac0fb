"""Names on the lists of public claims for trainings, without a token."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook
from structlog.testing import capture_logs

from shared.contracts.subsidy import SubsidyKind
from shared.contracts.subsidy.claims import (
    ClaimLine,
    ClaimObjected,
    ClaimObjectionAnswered,
    ClaimRejected,
    ClaimReturned,
    ClaimState,
    ClaimStatus,
    ClaimSubmitted,
    ClaimWithdrawn,
)
from shared.kernel.periods import BUSINESS_ZONE
from tests.registry.persons.test_persons import document, merge, undo
from tests.registry.school import School, trainee
from tests.support.clock import now
from tests.support.facts import line, numbered
from tests.support.people import identity_number
from tests.support.public_lists import CLAIM, FIRST, LAST, Reader, approved, published

SUBMITTED: dict[str, Any] = {"fact": ClaimSubmitted, "status": ClaimStatus.SUBMITTED}
MINOR = trainee(3, name="年幼甲", document_number=identity_number(FIRST.replace(year=2008), 77))


@pytest.fixture
def reader(school: School) -> Reader:
    found = Reader(school.registry)
    found.on(FIRST)
    return found


@pytest.fixture
async def trained(school: School) -> Sequence[UUID]:
    """The enrolments of two adults and a minor of one class, by local_id."""
    await school.run(trainee(1), trainee(2), MINOR)
    rows = await school.registry.rows("SELECT id FROM enrolment ORDER BY local_id")
    return [row.id for row in rows]


@pytest.fixture
async def public(school: School, trained: Sequence[UUID], reader: Reader) -> ClaimState:
    """Their claim is public since today."""
    fact = published(*trained, institution_id=UUID(school.id))
    await school.registry.hear(fact)
    return fact


def next_of(before: ClaimState, *entries: UUID | ClaimLine, **changes: Any) -> ClaimState:
    return published(*entries, version=before.version + 1, institution_id=before.institution_id, **changes)


class TestList:
    async def test_everybody_sees_name_item_amount_and_the_end_of_the_number(
        self, public: ClaimState, reader: Reader
    ) -> None:
        [summary] = await reader.listed()
        answer = await reader.get(f"/{CLAIM}")

        assert (summary["claim_id"], summary["payee_name"], summary["kind"]) == (CLAIM, "郑州学校", "training")
        assert (summary["persons"], summary["amount_fen"], summary["is_objected"]) == (3, 600_000, False)
        assert (summary["published_on"], summary["public_until"]) == (FIRST.isoformat(), LAST.isoformat())
        body = answer.json()
        assert {name: body[name] for name in summary} == summary
        number = str(trainee(1)["document_number"])
        assert body["rows"][0] == {
            "line": 1, "name": "学员一", "document_number": "*" * 14 + number[-4:], "occupation": "4-10-01-05",
            "level": "L4", "award": "L4", "item": "养老护理员（高级工）", "amount_fen": 200_000,
        }  # fmt: skip
        assert [row["name"] for row in body["rows"]] == ["学员一", "学员二", "年**"]

    async def test_nothing_on_the_way_keeps_names(self, public: ClaimState, reader: Reader) -> None:
        answers = [await reader.get(f"/{CLAIM}"), await reader.get(f"/{CLAIM}/file")]

        kept = {(each.headers["Cache-Control"], each.headers["X-Robots-Tag"]) for each in answers}
        assert kept == {("no-store", "noindex, noarchive")}

    async def test_a_page_has_no_more_names_than_were_asked_for(self, public: ClaimState, reader: Reader) -> None:
        seen: list[int] = []
        query: dict[str, Any] = {"size": 2}
        while query:
            page = (await reader.get(f"/{CLAIM}", **query)).json()
            assert len(page["rows"]) <= 2
            seen += [row["line"] for row in page["rows"]]
            query = {"size": 2, "cursor": page["next"]} if page["next"] else {}

        assert seen == [1, 2, 3]
        assert (await reader.get(f"/{CLAIM}", size=501)).status_code == 422
        assert (await reader.get(f"/{CLAIM}", cursor="x")).json()["code"] == "wrong-cursor"

    async def test_a_list_is_of_the_region_that_is_asked_for(self, public: ClaimState, reader: Reader) -> None:
        assert [row["claim_id"] for row in await reader.listed(region="410100")] == [CLAIM]
        assert [row["claim_id"] for row in await reader.listed(region="410000")] == [CLAIM]
        assert await reader.listed(region="419001") == []
        unknown = await reader.get(region="999999")
        assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-region")

    async def test_files_say_the_same(self, public: ClaimState, reader: Reader) -> None:
        rows = (await reader.get(f"/{CLAIM}")).json()["rows"]

        [_, *lines] = await reader.file()
        workbook = CalamineWorkbook.from_filelike(BytesIO((await reader.get(f"/{CLAIM}/file")).content))

        assert [each[:3] for each in lines] == [[str(row["line"]), row["name"], row["document_number"]] for row in rows]
        sheet = workbook.get_sheet_by_index(0).to_python()
        assert [each[1:3] for each in sheet[1:]] == [[row["name"], row["document_number"]] for row in rows]
        assert sheet[1][3:] == ["职业培训补贴", "养老护理员（高级工）", "2000.00", FIRST.isoformat(), LAST.isoformat()]

    async def test_whom_the_service_does_not_know_any_more_stays_without_a_name(
        self, trained: Sequence[UUID], reader: Reader
    ) -> None:
        await reader.service.hear(published(trained[0], numbered(99)))

        assert await reader.names() == ["学员一", None]
        assert [row[1] for row in await reader.file()][1:] == ["学员一", ""]

    async def test_a_list_of_allowances_says_of_what_group_people_are_and_names_nobody(
        self, trained: Sequence[UUID], reader: Reader
    ) -> None:
        await reader.service.hear(published(*trained, kind=SubsidyKind.LIVING))

        assert await reader.names() == ["学**", "学**", "年**"]

    async def test_names_of_certificates_are_elsewhere(self, trained: Sequence[UUID], reader: Reader) -> None:
        await reader.service.hear(published(*trained, kind=SubsidyKind.ASSESSMENT))

        assert await reader.sees_nothing()


class TestPeriod:
    async def test_names_are_shown_to_the_end_of_the_last_day_in_china(
        self, public: ClaimState, reader: Reader
    ) -> None:
        clock, midnight = reader.service.clock, datetime.combine(LAST, datetime.max.time(), BUSINESS_ZONE)

        clock.offset = midnight - timedelta(minutes=1) - now()
        assert await reader.names() == ["学员一", "学员二", "年**"]
        clock.offset = midnight + timedelta(minutes=1) - now()
        assert await reader.sees_nothing()

    async def test_nothing_is_shown_before_the_first(self, public: ClaimState, reader: Reader) -> None:
        reader.on(FIRST - timedelta(days=1))

        assert await reader.sees_nothing()

    async def test_an_objection_is_told_and_what_is_not_paid_any_more_goes(
        self, public: ClaimState, trained: Sequence[UUID], reader: Reader
    ) -> None:
        objected = next_of(public, *trained, fact=ClaimObjected, status=ClaimStatus.OBJECTED)
        await reader.service.hear(objected)
        [waiting] = await reader.listed()
        stopped = [line(1, enrolment_id=trained[0], amount_fen=0, refusal="OBJECTION")]
        stopped += [line(2, enrolment_id=trained[1])]
        await reader.service.hear(next_of(objected, *stopped, fact=ClaimObjectionAnswered))
        [answered] = await reader.listed()

        assert (waiting["is_objected"], waiting["persons"]) == (True, 3)
        assert (answered["is_objected"], answered["persons"], answered["amount_fen"]) == (False, 1, 200_000)
        assert await reader.names() == ["学员二"]

    @pytest.mark.parametrize(
        ("fact", "status"),
        [
            (ClaimReturned, ClaimStatus.RETURNED),
            (ClaimRejected, ClaimStatus.REJECTED),
            (ClaimWithdrawn, ClaimStatus.WITHDRAWN),
        ],
    )
    async def test_a_claim_that_is_not_public_any_more_has_no_list(
        self, public: ClaimState, trained: Sequence[UUID], reader: Reader, fact: type[ClaimState], status: ClaimStatus
    ) -> None:
        await reader.service.hear(next_of(public, *trained, fact=fact, status=status))

        assert await reader.sees_nothing()
        assert await reader.service.rows("SELECT line FROM public_list_entry") == []

    async def test_a_fact_that_comes_again_brings_nothing_back(
        self, public: ClaimState, trained: Sequence[UUID], reader: Reader
    ) -> None:
        done = approved(*trained, version=2)

        await reader.service.hear(done, public, done)
        assert await reader.sees_nothing()

    async def test_only_the_latest_of_many_facts_at_once_counts(self, trained: Sequence[UUID], reader: Reader) -> None:
        await reader.service.hear(
            published(*trained, **SUBMITTED), published(*trained, version=2), published(trained[1], version=3)
        )

        assert await reader.names() == ["学员二"]


class TestNames:
    async def test_a_corrected_name_is_the_one_that_is_shown(
        self, public: ClaimState, school: School, reader: Reader
    ) -> None:
        corrected = await school.agree("persons/particulars", document(1) | {"name": "另名", "reason": "首次填报有误"})

        assert corrected.is_success, corrected.text
        assert (await reader.names())[0] == "另名"

    async def test_a_merged_person_has_one_name_until_they_are_separated(self, school: School, reader: Reader) -> None:
        await school.run(trainee(1), local_id="march")
        await school.run(trainee(2), local_id="april", starts_on="2025-04-01", ends_on="2025-04-20")
        rows = await school.registry.rows("SELECT id FROM enrolment ORDER BY local_id")
        await school.registry.hear(published(*(row.id for row in rows)))

        merged = await merge(school, 1, 2, into="first")
        as_one = await reader.names()
        undone = await undo(school, merged.json()["id"])

        assert undone.is_success, undone.text
        assert as_one == ["学员一", "学员一"]
        assert await reader.names() == ["学员一", "学员二"]

    async def test_no_log_line_has_one(
        self, public: ClaimState, reader: Reader, caplog: pytest.LogCaptureFixture
    ) -> None:
        with capture_logs() as logged, caplog.at_level(logging.DEBUG):
            assert await reader.names()
            assert await reader.file()

        said = str(logged) + caplog.text
        assert not [name for name in ("学员", str(trainee(1)["document_number"])[-4:]) if name in said]
