"""Nobody comes into a class by a side door: transfers, filing again, and changes of a class, over HTTP (C01)."""

from __future__ import annotations

from datetime import date

import httpx
import pytest

from tests.registry.class_lifecycle.class_steps import mended, returned
from tests.registry.enrolling import MID_MARCH, code, enrolment_of, running, step, transfer
from tests.registry.school import School, set_policy, set_today, trainee
from tests.support.people import identity_number

OLD = {"local_id": "T1", "document_number": identity_number(date(1945, 1, 1), 7), "name": "王老"}
BARE = {name: trainee(2)[name] for name in ("local_id", "document_number", "name")}


@pytest.fixture
async def school(school: School) -> School:
    await set_policy(school.registry, "trainee.particulars_required", "yes")
    return school


class TestTransfer:
    @pytest.mark.parametrize(("row", "refusal"), [(OLD, "age-out-of-range"), (BARE, "trainee-incomplete")])
    async def test_into_a_subsidised_class_is_refused_to_whom_its_roster_refuses(
        self, school: School, row: dict[str, object], refusal: str
    ) -> None:
        set_today(school.registry, MID_MARCH)
        await school.run(row, fund_source=None)
        enrolment_id = await enrolment_of(school, str(row["local_id"]))
        to = await school.file(local_id="to", starts_on="2025-03-05", ends_on="2025-04-05")

        answer = await transfer(school, enrolment_id, to)

        assert (code(answer)[1], answer.json()["pointer"]) == (refusal, "/class_id")
        assert not {"王老", str(row["document_number"])} & set(answer.text.split('"'))

    async def test_takes_along_what_was_said_at_entry(self, school: School) -> None:
        set_today(school.registry, MID_MARCH)
        row = trainee(1, document_number=OLD["document_number"], draws_pension=False)
        await school.run(row)
        to = await school.file(local_id="to", starts_on="2025-03-05", ends_on="2025-04-05")

        answer = await transfer(school, await enrolment_of(school, "T1"), to)

        assert answer.status_code == 201, answer.text

    async def test_a_phone_that_came_with_a_later_roster_is_not_missing(self, school: School) -> None:
        set_today(school.registry, MID_MARCH)
        row = {name: value for name, value in trainee(1).items() if name != "phone"}
        await school.run(row, fund_source=None)
        later = await school.file(local_id="later", starts_on="2025-06-01", ends_on="2025-06-10")
        await school.enrol(later, trainee(1, local_id="L1"))
        to = await school.file(local_id="to", starts_on="2025-03-05", ends_on="2025-04-05")

        answer = await transfer(school, await enrolment_of(school, "T1"), to)

        assert answer.status_code == 201, answer.text


class TestChangedClass:
    async def refile(self, school: School, class_id: str, **changes: object) -> httpx.Response:
        return await school.post(f"classes/{class_id}/refiling", mended(**changes))

    async def test_filed_again_with_a_subsidy_it_names_who_could_not_be_enrolled(self, school: School) -> None:
        set_today(school.registry, date(2025, 2, 1))
        class_id = await returned(school, OLD, BARE, trainee(3), fund_source=None)

        refused = await self.refile(school, class_id)
        unsubsidised = await self.refile(school, class_id, fund_source=None)

        assert code(refused) == (409, "trainees-unfit")
        assert (refused.json()["trainees"], refused.json()["local_ids"]) == (2, ["T1", "T2"])
        assert unsubsidised.status_code == 200, unsubsidised.text

    async def test_filed_again_it_takes_them_once_they_are_withdrawn(self, school: School) -> None:
        set_today(school.registry, date(2025, 2, 1))
        class_id = await returned(school, OLD, trainee(3), fund_source=None)
        await step(school, await enrolment_of(school, "T1"), "withdrawal")

        answer = await self.refile(school, class_id)

        assert answer.status_code == 200, answer.text

    async def test_moved_to_days_on_which_somebody_is_too_old_it_is_refused(self, school: School) -> None:
        set_today(school.registry, date(2025, 2, 1))
        nearly_sixty = trainee(1, document_number=identity_number(date(1965, 3, 10), 7))
        class_id = await school.file()
        await school.enrol(class_id, nearly_sixty)
        await school.post(f"classes/{class_id}/approval", headers=school.officer())

        def change(starts_on: str) -> dict[str, object]:
            return {"reason": "教室检修", "starts_on": starts_on}

        refused = await school.post(f"classes/{class_id}/change", change("2025-03-12"))
        taken = await school.post(f"classes/{class_id}/change", change("2025-03-09"))

        assert code(refused) == (409, "trainees-unfit")
        assert taken.status_code == 200, taken.text

    async def test_changed_in_other_terms_nobody_is_asked_again(self, school: School) -> None:
        set_today(school.registry, MID_MARCH)
        await set_policy(school.registry, "trainee.particulars_required", "no")
        class_id, _ = await running(school, 3)
        await school.enrol(class_id, BARE)
        await set_policy(school.registry, "trainee.particulars_required", "yes")

        answer = await school.post(f"classes/{class_id}/change", {"reason": "停电顺延", "ends_on": "2025-03-25"})

        assert answer.status_code == 200, answer.text
