"""Follow-ups over HTTP."""

from __future__ import annotations

import asyncio

from shared.contracts.registry.follow_ups import FollowUpCorrected, FollowUpReported
from tests.registry.rating import WORK, completed, report
from tests.registry.school import ANOTHER_CREDIT_CODE, School, open_school, trainee


class TestReport:
    async def test_rows_are_accepted_repeated_or_refused_by_themselves(self, school: School) -> None:
        _, (enrolment,) = await completed(school, 1)
        row = {"enrolment_id": enrolment} | WORK

        early = {"employed_on": "2025-03-19"}
        outcomes = await report(school, row | early, row, row, row | {"pay_after_fen": 1}, row | {"evidence": "x"})

        assert outcomes[:4] == ["employed-before-completion", "accepted", "repeated", "other-follow-up"]
        assert outcomes[4] not in ("accepted", "repeated")
        (fact,) = [each for each in await school.registry.told() if isinstance(each, FollowUpReported)]
        assert (fact.pay_change_permille, str(fact.enrolment_id), fact.version) == (250, enrolment, 1)

    async def test_the_same_row_twice_at_once_is_accepted_once(self, school: School) -> None:
        _, (enrolment,) = await completed(school, 1)
        row = {"enrolment_id": enrolment} | WORK

        outcomes = await asyncio.gather(report(school, row), report(school, row))

        assert sorted(outcomes) == [["accepted"], ["repeated"]]

    async def test_another_institution_reports_nothing(self, school: School) -> None:
        _, (enrolment,) = await completed(school, 1)
        other = await open_school(school.registry, credit_code=ANOTHER_CREDIT_CODE)

        assert await report(other, {"enrolment_id": enrolment} | WORK) == ["foreign-organisation"]

    async def test_an_unfinished_training_is_not_followed_up(self, school: School) -> None:
        await school.run(trainee(1))
        (row,) = await school.registry.rows("SELECT id FROM enrolment")

        assert await report(school, {"enrolment_id": str(row.id)} | WORK) == ["training-not-completed"]


async def test_a_correction_keeps_what_stood_before(school: School) -> None:
    class_id, (enrolment,) = await completed(school, 1)
    await report(school, {"enrolment_id": enrolment} | WORK)

    answer = await school.post(f"follow-ups/{enrolment}/correction", {"reason": "工资填错", "pay_before_fen": 1})

    assert (answer.status_code, answer.json()["version"], answer.json()["employed_on"]) == (200, 2, None)
    (kept,) = await school.registry.rows("SELECT * FROM replaced_follow_up")
    assert (kept.version, kept.pay_before_fen, kept.reason) == (1, 400_000, "工资填错")
    assert isinstance((await school.registry.told())[-1], FollowUpCorrected)
    listed = await school.registry.http.get(f"/v1/follow-ups?class_id={class_id}", headers=school.headers)
    assert [(row["enrolment_id"], row["version"]) for row in listed.json()["rows"]] == [(enrolment, 2)]


async def test_a_correction_after_a_merge_names_the_person_who_goes_on(school: School) -> None:
    _, (enrolment,) = await completed(school, 1)
    await report(school, {"enrolment_id": enrolment} | WORK)
    await school.run(trainee(2), local_id="2025-002", starts_on="2025-06-01", ends_on="2025-06-20")
    first, second = ({name: trainee(number)[name] for name in ("document_number",)} for number in (1, 2))
    pair = {"first": first, "second": second, "into": "second", "reason": "同一人"}
    merged = await school.post("persons/merges", pair, headers=school.officer())
    assert merged.status_code == 201, merged.text

    await school.post(f"follow-ups/{enrolment}/correction", {"reason": "工资填错", "pay_before_fen": 1})

    facts = [each for each in await school.registry.told() if isinstance(each, FollowUpCorrected | FollowUpReported)]
    (row,) = await school.registry.rows("SELECT person FROM enrolment WHERE id = :id", id=enrolment)
    assert facts[-1].person == row.person != facts[0].person
