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

    async def test_what_was_not_known_is_filled_in_later_and_told(self, school: School) -> None:
        _, (enrolment,) = await completed(school, 1)
        row = {"enrolment_id": enrolment}
        first = {name: WORK[name] for name in ("employed_on", "evidence", "pay_before_fen")}

        outcomes = await report(school, row | first, row | {"pay_after_fen": 500_000}, row | WORK, row)

        assert outcomes == ["accepted", "accepted", "repeated", "repeated"]
        facts = [each for each in await school.registry.told() if isinstance(each, FollowUpReported)]
        assert [(each.version, each.pay_change_permille) for each in facts] == [(1, None), (2, 250)]
        (kept,) = await school.registry.rows("SELECT * FROM replaced_follow_up")
        assert (kept.version, kept.pay_after_fen, kept.reported_by, kept.reason) == (1, None, "clerk", "")

    async def test_class_and_trainee_may_be_named_by_the_institutions_own_numbers(self, school: School) -> None:
        _, (enrolment,) = await completed(school, 1)
        await completed(school, 2, local_id="2025-002")
        named = {"class_local_id": "2025-001", "trainee_local_id": "T-1"}

        outcomes = await report(
            school,
            named | WORK,
            named | {"class_local_id": "2025-002"},
            named | {"trainee_local_id": "T-9"},
            named | {"enrolment_id": enrolment},
            {"class_local_id": "2025-001"},
        )

        whose = "whose-follow-up"
        assert outcomes == ["accepted", "not-in-class", "not-in-class", whose, whose]
        (row,) = await school.registry.rows("SELECT enrolment_id FROM follow_up")
        assert str(row.enrolment_id) == enrolment

    async def test_an_officer_names_enrolments(self, school: School) -> None:
        _, (enrolment,) = await completed(school, 1)
        named = {"class_local_id": "2025-001", "trainee_local_id": "T-1"}

        refused = await school.post("follow-ups", {"rows": [named]}, headers=school.officer())
        foreign = await school.post(
            "follow-ups", {"rows": [{"enrolment_id": enrolment} | WORK]}, headers=school.officer("410103")
        )
        accepted = await school.post(
            "follow-ups", {"rows": [{"enrolment_id": enrolment} | WORK]}, headers=school.officer()
        )

        assert (refused.status_code, refused.json()["code"]) == (403, "foreign-organisation")
        assert foreign.json()["rows"][0]["errors"][0]["code"] == "foreign-region"
        assert accepted.json()["accepted"] == 1

    async def test_lines_of_json_are_taken_as_well(self, school: School) -> None:
        await completed(school, 1, 2)
        lines = "\n".join(f'{{"class_local_id": "2025-001", "trainee_local_id": "T-{number}"}}' for number in (1, 2))

        answer = await school.registry.http.post(
            "/v1/follow-ups",
            content=f"{lines}\n{{",
            headers=school.headers | {"Content-Type": "application/x-ndjson"},
        )

        assert [row["outcome"] for row in answer.json()["rows"]] == ["accepted", "accepted", "refused"]

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


async def test_many_are_corrected_at_once_each_with_its_reason(school: School) -> None:
    _, (first, second, third) = await completed(school, 1, 2, 3)
    await report(school, {"enrolment_id": first} | WORK, {"enrolment_id": second} | WORK)
    said = {"pay_before_fen": 1, "reason": "工资填错"}

    outcomes = await report(
        school,
        {"enrolment_id": first} | said,
        {"class_local_id": "2025-001", "trainee_local_id": "T-2"} | said,
        {"enrolment_id": first} | said,
        {"enrolment_id": third} | said,
        {"enrolment_id": second, "pay_before_fen": 2},
        path="follow-up-corrections",
    )

    assert outcomes == ["accepted", "accepted", "repeated", "not-found", "missing"]
    kept = await school.registry.rows("SELECT * FROM replaced_follow_up")
    assert [(row.version, row.reason, row.reported_by) for row in kept] == [(1, "工资填错", "clerk")] * 2
    told = [each for each in await school.registry.told() if isinstance(each, FollowUpCorrected)]
    assert [(each.version, each.employed_on) for each in told] == [(2, None)] * 2


async def test_a_training_that_was_withdrawn_takes_no_further_follow_up(school: School) -> None:
    _, (enrolment,) = await completed(school, 1)
    await report(school, {"enrolment_id": enrolment, "pay_before_fen": 1})
    await school.post(f"enrolments/{enrolment}/withdrawal", {"on": "2025-03-20", "reason": "登记有误"})

    assert await report(school, {"enrolment_id": enrolment, "pay_after_fen": 1}) == ["training-not-completed"]


async def test_a_correction_after_a_merge_names_the_person_who_goes_on(school: School) -> None:
    _, (enrolment,) = await completed(school, 1)
    await report(school, {"enrolment_id": enrolment} | WORK)
    await school.run(trainee(2), local_id="2025-002", starts_on="2025-06-01", ends_on="2025-06-20")
    first, second = ({name: trainee(number)[name] for name in ("document_number",)} for number in (1, 2))
    pair = {"first": first, "second": second, "into": "second", "reason": "同一人"}
    merged = await school.agree("persons/merges", pair)
    assert merged.status_code == 200, merged.text

    await school.post(f"follow-ups/{enrolment}/correction", {"reason": "工资填错", "pay_before_fen": 1})

    facts = [each for each in await school.registry.told() if isinstance(each, FollowUpCorrected | FollowUpReported)]
    (row,) = await school.registry.rows("SELECT person FROM enrolment WHERE id = :id", id=enrolment)
    assert facts[-1].person == row.person != facts[0].person
