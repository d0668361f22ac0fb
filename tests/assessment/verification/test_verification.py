"""The public look-up of certificates over HTTP, on a real database."""

from __future__ import annotations

from shared.kernel.awards import Award
from tests.assessment.centre import Centre, pass_row

REASON = {"reason": "评分有误"}


class TestVerify:
    async def test_anybody_learns_whether_a_certificate_stands_and_nothing_of_its_holder(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        await centre.conclude(session_id)
        [certificate] = await centre.certificates(session_id)
        path = f"/v1/verifications/{certificate['number']}"

        valid = await centre.service.http.get(path)
        await centre.revoke(certificate["id"], REASON)
        revoked = await centre.service.http.get(path.lower())

        assert valid.json() == {
            "number": certificate["number"],
            "status": "valid",
            "occupation": "4-10-01-05",
            "level": "L4",
            "level_name_zh": "高级工",
            "level_name_en": Award.SENIOR_WORKER.name_en,
            "award": "L4",
            "award_name_zh": "高级工",
            "award_name_en": Award.SENIOR_WORKER.name_en,
            "issued_on": certificate["issued_on"],
            "body_name": "郑州评价中心",
        }
        assert revoked.json() == valid.json() | {"status": "revoked"}

    async def test_a_number_that_no_certificate_has_is_not_found_and_a_malformed_one_refused(
        self, centre: Centre
    ) -> None:
        answers = [
            await centre.service.http.get(f"/v1/verifications/{number}")
            for number in ("S000041000123253000001", "S00004100012325300000", "X000041000123253000001")
        ]

        assert [answer.status_code for answer in answers] == [404, 422, 422]

    async def test_a_record_whose_year_or_level_differs_from_the_number_is_not_vouched_for(
        self, centre: Centre
    ) -> None:
        session_id = await centre.examined(pass_row(1))
        await centre.conclude(session_id)
        [certificate] = await centre.certificates(session_id)
        async with centre.service.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE certificate SET issued_on = issued_on - 800")

        answer = await centre.service.http.get(f"/v1/verifications/{certificate['number']}")

        assert answer.status_code == 404
