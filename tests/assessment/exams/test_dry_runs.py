"""Dry runs of candidates and results: decided by the same rules, nothing stored, nothing locked."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import text

from services.assessment.exams.rules.marks import Marks
from services.assessment.exams.rules.results import ResultRow
from services.assessment.exams.usecases import candidates, results
from services.assessment.exams.usecases.candidates import CandidateRow
from shared.kernel.callers import Caller, Role
from shared.kernel.identity import DocumentKind
from shared.kernel.outcomes import RowOutcome
from shared.persons import Particulars, Persons
from tests.assessment.centre import BORN, Centre, pass_row, person_row
from tests.support.people import identity_number

AT = datetime(2025, 7, 1, 4, tzinfo=UTC)


def caller(centre: Centre) -> Caller:
    return Caller("ann", Role.ASSESSMENT_BODY, UUID(centre.body["id"]), None)


def verdicts(outcomes: list[RowOutcome]) -> list[str]:
    return [each.refusal.slug if each.refusal else each.outcome for each in outcomes]


async def test_candidates_are_decided_and_not_stored_while_somebody_else_holds_the_session(centre: Centre) -> None:
    session_id = await centre.examined(pass_row(1))
    persons = Persons.load(centre.service.settings.keys_directory)
    rows = [
        CandidateRow(row, local_id, Particulars(DocumentKind.RESIDENT_ID, identity_number(BORN, order), "王小明"))
        for row, (local_id, order) in enumerate([("1", 1), ("2", 2), ("2", 2), ("3", 1)])
    ]

    async with centre.service.engine.begin() as other, centre.service.engine.begin() as connection:
        await other.execute(text("SELECT FROM session FOR UPDATE"))
        outcomes = await candidates.add(
            connection, UUID(session_id), rows, persons=persons, caller=caller(centre), at=AT, dry_run=True
        )

    assert verdicts(outcomes) == ["repeated", "accepted", "repeated", "already-candidate"]
    ids = await centre.candidate_ids(session_id)
    assert [each.id and str(each.id) for each in outcomes] == [ids["1"], None, None, None]
    assert list(ids) == ["1"]


async def test_results_are_decided_and_not_stored_while_somebody_else_holds_the_candidates(centre: Centre) -> None:
    session_id = await centre.examined(pass_row(1))
    await centre.batch(f"/sessions/{session_id}/candidates", [person_row(2)])
    rows = [
        ResultRow(0, "1", Marks(600, 885)),
        ResultRow(1, "1", None),
        ResultRow(2, "9", None),
        ResultRow(3, "2", Marks(700, 700)),
        ResultRow(4, "2", Marks(700, 700)),
    ]
    before = await centre.service.told()

    async with centre.service.engine.begin() as other, centre.service.engine.begin() as connection:
        await other.execute(text("SELECT FROM candidate FOR UPDATE"))
        outcomes = await results.record(connection, UUID(session_id), rows, caller=caller(centre), at=AT, dry_run=True)

    assert verdicts(outcomes) == ["repeated", "result-differs", "not-in-session", "accepted", "repeated"]
    assert await centre.service.told() == before
    shown = (await centre.get(f"/sessions/{session_id}/candidates")).json()["rows"]
    assert [row["passed"] for row in shown] == [True, None]
