"""Pass rules over HTTP: rows that another person approves; a result keeps the row it was decided by."""

from __future__ import annotations

from typing import Any

import httpx

from shared.kernel.callers import Role
from tests.assessment.centre import Centre, fail_row, pass_row

REASON = "文件下发晚于生效日期"


def rule(**changes: object) -> dict[str, object]:
    return {
        "key": "pass.part_tenths_min", "value": "590", "region": "410000", "first_on": "2025-06-01",
        "source": "某文件", "reason": REASON,
    } | changes  # fmt: skip


def officer(centre: Centre, person: str, region: str = "410000") -> dict[str, str]:
    return centre.service.tokens.of(Role.PROVINCE, person=person, region=region)


async def enter(centre: Centre, **changes: object) -> dict[str, Any]:
    """Propose a row and approve it as somebody else; the approved row."""
    proposed = await centre.post("/pass-rules", rule(**changes), officer(centre, "one"))
    assert proposed.status_code == 201, proposed.text
    path = f"/pass-rules/{proposed.json()['id']}/approval"
    approved = await centre.post(path, headers=officer(centre, "another"))
    assert approved.status_code == 200, approved.text
    row: dict[str, Any] = approved.json()
    return row


async def candidate(centre: Centre, session_id: str) -> httpx.Response:
    """The only candidate of the session, as the body reads it."""
    [row] = (await centre.get(f"/sessions/{session_id}/candidates")).json()["rows"]
    return await centre.get(f"/candidates/{row['id']}")


async def test_a_result_keeps_the_row_it_was_decided_by_after_ten_later_rows(centre: Centre) -> None:
    session_id = await centre.examined(fail_row(1))
    before = await candidate(centre, session_id)

    await enter(centre)
    await enter(centre, value="600", region="410100")
    for number in range(8):
        await enter(centre, first_on=f"2098-01-0{number + 1}", value=str(700 + number))

    assert (await candidate(centre, session_id)).content == before.content
    assert before.json()["passed"] is False
    ground = {"rule": "pass.part_tenths_min", "row": "NAT-PASS-60", "entered_after": False}
    assert before.json()["ground"] == ground


async def test_a_result_after_a_backdated_row_goes_by_it_and_says_so(centre: Centre) -> None:
    row = await enter(centre)

    found = (await candidate(centre, await centre.examined(fail_row(1)))).json()

    assert (found["passed"], found["ground"]["row"], found["ground"]["entered_after"]) == (True, row["id"], True)


async def test_a_proposal_decides_nothing_and_nobody_approves_their_own(centre: Centre) -> None:
    proposed = (await centre.post("/pass-rules", rule(value="900"), officer(centre, "one"))).json()

    own = await centre.post(f"/pass-rules/{proposed['id']}/approval", headers=officer(centre, "one"))
    elsewhere = await centre.post(f"/pass-rules/{proposed['id']}/approval", headers=officer(centre, "x", "330000"))
    session_id = await centre.examined(pass_row(1))

    assert (own.status_code, own.json()["code"]) == (403, "same-person")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (403, "foreign-region")
    assert (await candidate(centre, session_id)).json()["passed"] is True


async def test_a_rule_that_begins_in_the_past_needs_a_reason(centre: Centre) -> None:
    answer = await centre.post("/pass-rules", rule(reason=None), officer(centre, "one"))

    assert (answer.status_code, answer.json()["code"]) == (422, "past-needs-reason")


async def test_lists_answer_for_a_day_and_as_it_was_known(centre: Centre) -> None:
    known_at = (await enter(centre))["provenance"]["decided_at"]
    await enter(centre, value="580")

    async def values(**query: str) -> list[str]:
        answer = await centre.service.http.get("/v1/pass-rules", params=query, headers=centre.own)
        return sorted(each["value"] for each in answer.json() if each["key"] == "pass.part_tenths_min")

    assert await values(on="2025-05-31") == ["600"]
    assert await values(on="2025-06-30") == ["580", "600"]
    assert await values(on="2025-06-30", known_at=known_at) == ["590", "600"]
    assert await values(state="proposed") == []
