"""Names on the lists of public claims for exams and certificates, without a token."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import pytest

from services.assessment.worker import SERVICE
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.ids import new_id
from tests.assessment.centre import BORN, Centre, pass_row
from tests.conftest import OpenService
from tests.support.people import identity_number
from tests.support.public_lists import CLAIM, FIRST, LAST, Reader, approved, published


@pytest.fixture
def reader(centre: Centre) -> Reader:
    found = Reader(centre.service)
    found.on(FIRST)
    return found


@pytest.fixture
async def certified(centre: Centre) -> Sequence[UUID]:
    """The certificates of two candidates of one session."""
    session_id = await centre.examined(pass_row(1), pass_row(2))
    assert (await centre.conclude(session_id)).status_code == 200
    return [UUID(row["id"]) for row in await centre.certificates(session_id)]


async def test_the_list_of_an_exam_names_who_was_certified(
    centre: Centre, certified: Sequence[UUID], reader: Reader
) -> None:
    body = UUID(centre.body["id"])

    await centre.service.hear(published(*certified, kind=SubsidyKind.ASSESSMENT, institution_id=body))

    [summary] = await reader.listed(region="410100")
    rows = (await reader.get(f"/{CLAIM}")).json()["rows"]
    assert (summary["payee_name"], summary["kind_name_zh"]) == ("郑州评价中心", "职业技能评价补贴")
    assert [(row["name"], row["document_number"]) for row in rows] == [
        ("王小明", "*" * 14 + identity_number(BORN, order)[-4:]) for order in (1, 2)
    ]
    assert {(row["item"], row["amount_fen"]) for row in rows} == {("4-10-01-05（高级工）", 200_000)}
    assert (await reader.file())[1][:2] == ["1", "王小明"]


async def test_a_person_who_claims_for_a_certificate_is_on_a_list_of_one(
    centre: Centre, certified: Sequence[UUID], reader: Reader
) -> None:
    claimed = published(certified[0], kind=SubsidyKind.SKILL_UPGRADE, institution_id=new_id())

    await centre.service.hear(claimed)

    [summary] = await reader.listed()
    assert (summary["payee_name"], summary["persons"]) == (None, 1)
    assert await reader.names() == ["王小明"]


async def test_the_names_are_gone_with_the_approval_and_after_the_last_day(
    centre: Centre, certified: Sequence[UUID], reader: Reader
) -> None:
    await centre.service.hear(published(*certified, kind=SubsidyKind.ASSESSMENT))
    reader.on(LAST.replace(day=LAST.day + 1))
    after = await reader.sees_nothing()
    reader.on(LAST)
    on_the_last = await reader.names()

    await centre.service.hear(approved(*certified, version=2, kind=SubsidyKind.ASSESSMENT))

    assert (after, on_the_last) == (True, ["王小明", "王小明"])
    assert await reader.sees_nothing()


async def test_a_region_is_not_known_before_the_plan_was_heard(open_service: OpenService) -> None:
    early = Reader(await open_service(SERVICE))

    answer = await early.get(region="410100")

    assert (answer.status_code, answer.json()["code"]) == (409, "not-yet-heard")
    assert await early.listed() == []


async def test_names_of_trainings_are_elsewhere(centre: Centre, certified: Sequence[UUID], reader: Reader) -> None:
    await centre.service.hear(published(*certified))

    assert await reader.sees_nothing()


async def test_an_occupation_is_called_as_its_newest_standard_calls_it(
    centre: Centre, certified: Sequence[UUID], reader: Reader
) -> None:
    async with centre.service.engine.begin() as connection:
        for edition, first_on, name in (("2019", "2019-01-01", "旧名"), ("2024", "2024-01-01", "养老护理员")):
            await connection.exec_driver_sql(
                "INSERT INTO standard (occupation, edition, version, name_zh, first_on, source, levels, loaded_at) "
                f"VALUES ('4-10-01-05', '{edition}', 1, '{name}', '{first_on}', 'a test', '[]', now())"
            )

    await centre.service.hear(published(*certified, kind=SubsidyKind.ASSESSMENT))

    rows = (await reader.get(f"/{CLAIM}")).json()["rows"]
    assert {row["item"] for row in rows} == {"养老护理员（高级工）"}
