"""What the subsidy makes of what other services tell."""

from __future__ import annotations

from tests.subsidy.builders import Office, Taught, people, revoked


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
