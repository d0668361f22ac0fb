"""What the subsidy makes of what other services tell."""

from __future__ import annotations

import pytest
from msgspec.structs import asdict

from shared.contracts.registry.classes import (
    ClassApproved,
    ClassChanged,
    ClassChecked,
    ClassCompleted,
    ClassFiled,
    ClassRefiled,
    ClassReturned,
    ClassStarted,
    ClassState,
    ClassStatus,
)
from shared.contracts.registry.enrolments import EnrolmentResumed
from tests.subsidy.builders import (
    L4_FEN,
    Taught,
    amounts,
    people,
    revoked,
)
from tests.subsidy.office import Office
from tests.support.persons import merged, reassigned, separated


class TestHear:
    async def test_of_several_facts_of_one_subject_in_one_batch_the_last_counts(self, office: Office) -> None:
        taught = Taught(people(2))
        certificate = taught.certified(0)

        await office.service.hear(
            taught.started(),
            taught.enrolled(0),
            taught.finished(0, version=2),
            taught.withdrawn(0, version=3),
            taught.finished(1),
            certificate,
            revoked(certificate),
            taught.completed(version=2),
        )

        rows = await office.service.rows("SELECT id, outcome FROM heard_enrolment ORDER BY id")
        assert [tuple(row) for row in rows] == list(zip(taught.enrolments, ["withdrawn", "completed"], strict=True))
        assert [row.state for row in await office.service.rows("SELECT state FROM heard_class")] == ["completed"]
        assert [row.valid for row in await office.service.rows("SELECT valid FROM heard_certificate")] == [False]

    async def test_facts_told_again_change_nothing(self, office: Office) -> None:
        taught = Taught(people(1))
        facts = [taught.finished(0), taught.withdrawn(0, version=2)]
        await office.service.hear(*facts)

        await office.service.hear(*facts)

        assert [row.outcome for row in await office.service.rows("SELECT outcome FROM heard_enrolment")] == [
            "withdrawn"
        ]
        assert await office.service.rows("SELECT 1 FROM dead_letter") == []

    async def test_every_step_of_a_class_is_heard_so_that_its_completion_is(self, office: Office) -> None:
        taught = Taught(people(1))
        steps: list[tuple[type[ClassState], ClassStatus]] = [
            (ClassFiled, ClassStatus.FILED),
            (ClassReturned, ClassStatus.RETURNED),
            (ClassRefiled, ClassStatus.FILED),
            (ClassApproved, ClassStatus.APPROVED),
            (ClassChecked, ClassStatus.APPROVED),
            (ClassChanged, ClassStatus.APPROVED),
            (ClassStarted, ClassStatus.RUNNING),
            (ClassCompleted, ClassStatus.COMPLETED),
        ]
        known = asdict(taught.completed())

        await office.service.hear(
            *(fact(**known | {"version": version, "status": status}) for version, (fact, status) in enumerate(steps, 1))
        )

        assert [row.state for row in await office.service.rows("SELECT state FROM heard_class")] == ["completed"]

    async def test_who_deferred_or_went_on_elsewhere_gets_a_line_that_says_so(self, office: Office) -> None:
        taught = Taught(people(3))
        resumed = EnrolmentResumed(**asdict(taught.enrolled(2)) | {"version": 3})

        await office.service.hear(
            taught.completed(),
            taught.enrolled(0),
            taught.deferred(0, version=2),
            taught.enrolled(1),
            taught.transferred(1, version=2),
            taught.enrolled(2),
            taught.deferred(2, version=2),
            resumed,
            taught.finished(2, version=4),
            taught.certified(2),
        )

        drafted = await office.draft(taught)
        assert amounts(drafted.json()) == [(0, "C14"), (0, "TRANSFERRED"), (L4_FEN, None)]


class TestMergedPersons:
    """`one` and `other` are keys of one human; each sat in a class of the same occupation and level."""

    @pytest.mark.parametrize("reassigned_first", [True, False])
    async def test_are_paid_once_whichever_fact_of_the_merge_comes_first(
        self, office: Office, reassigned_first: bool
    ) -> None:
        one, other = people(2)
        first, second = Taught([one]), Taught([other])
        await office.service.hear(*first.all_finished(), *second.all_finished())
        await office.paid(second)

        told = [reassigned(second.finished(0), one), merged(other, one)]
        await office.service.hear(*(told if reassigned_first else reversed(told)))

        assert amounts((await office.draft(first)).json()) == [(0, "C09")]

    async def test_are_paid_once_also_where_one_fact_of_the_merge_has_come_alone(self, office: Office) -> None:
        one, other = people(2)
        first, second = Taught([one]), Taught([other])
        await office.service.hear(*first.all_finished(), *second.all_finished(), merged(one, other))
        await office.paid(second)

        assert amounts((await office.draft(first)).json()) == [(0, "C09")]

    async def test_have_the_certificates_of_both_keys(self, office: Office) -> None:
        one, other = people(2)
        taught, elsewhere = Taught([one]), Taught([other])
        await office.service.hear(taught.finished(0), taught.completed(), elsewhere.certified(0), merged(other, one))

        assert amounts((await office.draft(taught)).json()) == [(L4_FEN, None)]

    async def test_who_were_both_claimed_for_are_not_both_approved(self, office: Office) -> None:
        one, other = people(2)
        first, second = Taught([one]), Taught([other])
        await office.service.hear(*first.all_finished(), *second.all_finished())
        await office.paid(second)
        submitted = await office.submitted(first)

        await office.service.hear(merged(other, one))

        answer = await office.approve(submitted)
        assert (answer.status_code, answer.json()["code"]) == (409, "claim-outdated")
        assert [each["refusal"] for each in answer.json()["lines"]] == ["C09"]

    async def test_count_apart_again_once_they_are_separated(self, office: Office) -> None:
        one, other = people(2)
        first, second = Taught([one]), Taught([other])
        await office.service.hear(*first.all_finished(), *second.all_finished())
        await office.paid(second)

        await office.service.hear(merged(other, one), separated(other, one))

        assert amounts((await office.draft(first)).json()) == [(L4_FEN, None)]
