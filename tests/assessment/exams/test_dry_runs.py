"""`mode=validate` on assessment's batch routes: the same answers, and nothing is stored."""

from __future__ import annotations

from typing import Any

from tests.assessment.centre import Centre, fail_row, pass_row, person_row
from tests.support.dry_runs import same_as_real

LOCKED = ("session", "candidate")


def verdicts(rows: list[dict[str, Any]]) -> list[str]:
    return [row["errors"][0]["code"] if "errors" in row else row["outcome"] for row in rows]


async def test_of_candidates(centre: Centre) -> None:
    session_id = await centre.session()
    known, other = person_row(1), person_row(1, local_id="2")
    rows = [known, known, person_row(2), other, person_row(3, name="")]

    answers = await same_as_real(
        centre.service, f"/v1/sessions/{session_id}/candidates", rows, headers=centre.own, lock=LOCKED
    )

    assert verdicts(answers)[:3] == ["accepted", "repeated", "accepted"]


async def test_of_results(centre: Centre) -> None:
    session_id = await centre.session()
    await centre.batch(f"/sessions/{session_id}/candidates", [person_row(order) for order in range(1, 4)])
    rows = [pass_row(1), pass_row(1), pass_row(1, theory=61), fail_row(2), pass_row(9), pass_row(3, theory=101)]

    answers = await same_as_real(
        centre.service, f"/v1/sessions/{session_id}/results", rows, headers=centre.own, lock=LOCKED
    )

    assert verdicts(answers) == [
        "accepted", "repeated", "result-differs", "accepted", "not-in-session", "less-than-equal",
    ]  # fmt: skip
