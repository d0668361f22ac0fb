"""Batches of candidates and results: each row decided as if those before it had been stored."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from services.assessment.exams.rules import candidates, filing, results
from services.assessment.exams.rules.candidates import Candidate, Entry, Seat
from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.results import ResultRow
from services.assessment.exams.rules.sessions import ExamSession
from services.assessment.exams.rules.sittings import Hours
from shared.contracts.assessment import SessionStatus
from shared.kernel.awards import Award
from shared.kernel.outcomes import RowOutcome
from tests.assessment.pass_rules import SIXTY

AT = datetime(2025, 6, 30, 4, tzinfo=UTC)
PASS, FAIL = Marks(600, 1000), Marks(1000, 599)
SESSION = ExamSession(
    id=UUID(int=1), body_id=UUID(int=2), local_id="E1", class_id=None, programme="S02-1", region="410102",
    reporting_region="410100", outside_territory=False, occupation="4-10-01-05", award=Award.SENIOR_WORKER,
    held_on=date(2025, 6, 30), status=SessionStatus.FILED, filed_by="ann", version=1,
)  # fmt: skip


def entry(row: int, person: int, *, local_id: str | None = None, human: int | None = None) -> Entry:
    return Entry(row, UUID(int=100 + row), local_id or str(person), UUID(int=person), UUID(int=human or person))


def told(outcomes: list[RowOutcome]) -> list[str]:
    return [each.refusal.slug if each.refusal else each.outcome for each in outcomes]


class TestCandidates:
    def test_a_row_meets_those_before_it_and_those_who_are_stored(self) -> None:
        known = Seat(UUID(int=50), UUID(int=9), "9")
        entries = [
            entry(0, 1),
            entry(1, 1),
            entry(2, 1, local_id="2"),
            entry(3, 3, local_id="1"),
            entry(4, 9),
            entry(5, 8, human=9),
            entry(6, 7),
        ]

        admitted, outcomes = candidates.decide(
            entries, by_local_id={"9": known}, by_person={UUID(int=9): known}, certified={UUID(int=7)}
        )

        assert told(outcomes) == [
            "accepted", "repeated", "already-candidate", "local-id-taken", "repeated", "already-candidate",
            "already-certified",
        ]  # fmt: skip
        assert admitted == entries[:1]
        assert (outcomes[1].id, outcomes[4].id) == (entries[0].id, known.id)

    def test_who_is_elsewhere_or_barred_is_refused_with_the_hours_or_the_day(self) -> None:
        hours = Hours(datetime(2026, 3, 10, 1, tzinfo=UTC), datetime(2026, 3, 10, 3, tzinfo=UTC))
        entries = [entry(0, 1), entry(1, 2), entry(2, 8, human=1), entry(3, 4)]

        admitted, outcomes = candidates.decide(
            entries,
            by_local_id={},
            by_person={},
            certified=set(),
            elsewhere={UUID(int=1): hours},
            barred={UUID(int=2): date(2026, 12, 31)},
        )

        assert told(outcomes) == ["candidate-elsewhere", "candidate-barred", "candidate-elsewhere", "accepted"]
        assert admitted == entries[3:]
        checks = [(each.refusal.check, dict(each.refusal.facts)) for each in outcomes if each.refusal]
        assert checks[0] == ("C04", {"begins_at": "2026-03-10T01:00:00+00:00", "ends_at": "2026-03-10T03:00:00+00:00"})
        assert checks[1] == ("C19", {"until": "2026-12-31"})

    def test_a_roster_is_free_if_nobody_is_elsewhere_and_the_refusal_names_twenty(self) -> None:
        filing.require_free([])
        with pytest.raises(filing.CandidatesElsewhere) as refused:
            filing.require_free([f"{number:03}" for number in reversed(range(21))])

        assert refused.value.facts["candidates"] == 21
        assert refused.value.facts["local_ids"] == [f"{number:03}" for number in range(20)]


class TestResults:
    def candidate(self, order: int) -> Candidate:
        return Candidate(UUID(int=order), SESSION.id, UUID(int=order), str(order), "S02-1", False, None, None, 0)

    def test_a_first_result_is_recorded_once_and_absences_are_told_nobody(self) -> None:
        known = {str(order): self.candidate(order) for order in (1, 2)}
        rows = [ResultRow(0, "1", PASS), ResultRow(1, "1", PASS), ResultRow(2, "1", FAIL), ResultRow(3, "2", None)]

        recorded, outcomes = results.decide(rows, SESSION, known, rule=SIXTY, at=AT)

        assert told(outcomes) == ["accepted", "repeated", "result-differs", "accepted"]
        assert [(each.local_id, each.passed, each.absent) for each, _ in recorded] == [
            ("1", True, False), ("2", None, True),
        ]  # fmt: skip
        assert [fact is None for _, fact in recorded] == [False, True]

    def test_rows_of_nobody_and_of_parts_that_are_not_held_are_refused_by_themselves(self) -> None:
        rows = [ResultRow(0, "9", PASS), ResultRow(1, "1", Marks(600, 600, 600)), ResultRow(2, "1", FAIL)]

        recorded, outcomes = results.decide(rows, SESSION, {"1": self.candidate(1)}, rule=SIXTY, at=AT)

        assert told(outcomes) == ["not-in-session", "part-not-held", "accepted"]
        assert [each for each, _ in recorded] == [
            self.candidate(1)._replace(marks=FAIL, passed=False, version=1, pass_rule="NAT-PASS-60")
        ]
