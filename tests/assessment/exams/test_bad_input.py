"""What centres, clerks and strangers send that is wrong, in one world over HTTP: each gets a clear answer or a constant
one, nothing is lost, and nothing is half done.
"""

from __future__ import annotations

import asyncio
from datetime import date
from typing import Any

from tests.assessment.centre import Centre, open_centre, pass_row, person_row, session_filing
from tests.assessment.exams.ahead import FILED_ON, HELD_ON, Ahead, ahead
from tests.assessment.national_query.test_exports import export, post_receipt, receipt

AFTER_PUBLICITY = date(2026, 3, 19)
WHY = {"reason": "已核查"}


def codes(rows: list[dict[str, Any]]) -> list[str | None]:
    """What each row was refused for; None for one that was not."""
    return [row["errors"][0]["code"] if row.get("errors") else None for row in rows]


async def refused_filing(here: Ahead, **changes: object) -> str:
    answer = await here.centre.post("/sessions", session_filing(local_id="2026-X") | here.plan() | changes)
    assert answer.status_code in (409, 422), answer.text
    return str(answer.json()["code"])


async def presented(here: Ahead, session_id: str, certificate: dict[str, Any]) -> list[str | None]:
    """What comes of a candidate who presents the certificate as their own."""
    shown = {"level": "L4", "number": certificate["number"], "issued_on": certificate["issued_on"]}
    row = person_row(1, local_id="again", certificates=[shown])
    return codes(await here.centre.batch(f"/sessions/{session_id}/candidates", [row]))


async def ask(centre: Centre, number: str, name: str) -> tuple[int, Any]:
    answer = await centre.service.http.post("/v1/verifications", json={"number": number, "name": name})
    said = answer.json()
    return answer.status_code, said["status"] if answer.status_code == 200 else {**said, "request_id": None}


async def test_everything_that_is_wrong_is_answered_and_changes_nothing(centre: Centre) -> None:
    here, other = await ahead(centre), await open_centre(centre.service, 124)

    # A level that is not in the scope, and one whose scope has ended.
    assert await refused_filing(here, level="L6") == "outside-scope"
    scope: Any = (await centre.get(f"/bodies/{centre.body['id']}/scope")).json()
    [l3] = [each for each in scope["rows"] if (each["occupation"], each["level"]) == ("4-10-01-05", "L3")]
    ended = await centre.post(
        f"/bodies/{centre.body['id']}/scope/{l3['id']}/ending",
        {"from_on": FILED_ON.isoformat()} | WHY,
        centre.officer(region="410102"),
    )
    assert ended.status_code == 200, ended.text
    assert await refused_filing(here, level="L3") == "outside-scope"

    # A candidate twice, also within one batch, and under two names.
    session_id = await here.filed()
    path = f"/sessions/{session_id}"
    assert await here.step(session_id, "approval", officer=True) == "approved"
    added = await centre.batch(
        f"{path}/candidates", [person_row(1), person_row(1, local_id="1b"), person_row(2), person_row(3)]
    )
    again = await centre.batch(f"{path}/candidates", [person_row(1, local_id="1c"), person_row(2, name="李大明")])
    assert codes(added) == [None, "already-candidate", None, None]
    assert codes(again) == ["already-candidate", None]
    assert len(await centre.candidate_ids(session_id)) == 3

    # Results today of a session that is held next week.
    early = await centre.post(f"{path}/results", {"rows": [pass_row(1)]})
    assert (early.status_code, early.json()["code"]) == (409, "session-too-early")

    # The roster opened after it was sealed.
    assert await here.step(session_id, "sealing") == "sealed"
    candidate = (await centre.candidate_ids(session_id))["3"]
    opened = [
        await centre.post(f"{path}/candidates", {"rows": [person_row(4)]}),
        await centre.post(f"/candidates/{candidate}/withdrawal", WHY),
    ]
    assert [each.json()["code"] for each in opened] == ["roster-sealed", "roster-sealed"]

    # Marks that are none.
    here.turn(HELD_ON)
    wrong = [
        pass_row(1, theory=101), pass_row(1, theory="sixty"), pass_row(1, theory=-1), pass_row(1, theory=60.55),
        pass_row(1, theory=True), pass_row(1, theory="NaN"), pass_row(1, review=60), pass_row(99), {"local_id": "1"},
    ]  # fmt: skip
    answered = await centre.batch(f"{path}/results", wrong)
    assert {row["outcome"] for row in answered} == {"refused"}
    assert codes(answered)[6:8] == ["part-not-held", "not-in-session"]
    assert all(not row["marks"] for row in (await centre.get(f"{path}/candidates")).json()["rows"])

    # Fifty conclusions at once.
    marks = await centre.batch(f"{path}/results", [pass_row(order) for order in (1, 2, 3)])
    assert codes(marks) == [None] * 3
    assert await here.step(session_id, "publication") == "published"
    here.turn(AFTER_PUBLICITY)
    concluded = await asyncio.gather(*(centre.conclude(session_id) for _ in range(50)))
    assert [each.status_code for each in concluded].count(200) == 1
    assert {each.status_code for each in concluded} <= {200, 409, 503}
    certificates = await centre.certificates(session_id)
    assert [each["number"][-6:] for each in sorted(certificates, key=lambda each: str(each["number"]))] == [
        "000001", "000002", "000003",
    ]  # fmt: skip

    # The number of another body's block.
    foreign = certificates[0]["number"].replace("S000041000123", "S000041000124")
    void = await other.post(f"/bodies/{other.body['id']}/void-numbers", {"first": certificates[0]["number"]} | WHY)
    own = await other.post(f"/bodies/{other.body['id']}/void-numbers", {"first": foreign} | WHY)
    assert [each.json()["code"] for each in (void, own)] == ["number-of-another-block"] * 2

    # A revoked certificate, presented again by its holder at the next exam, and to a stranger.
    first = (await centre.candidate_ids(session_id))["1"]
    [mine] = [each for each in certificates if each["candidate_id"] == first]
    await centre.revoke(mine["id"], WHY)
    here.turn(FILED_ON)
    next_one = await here.filed(local_id="2026-E2", day=date(2026, 3, 24))
    assert await presented(here, next_one, mine) == ["presented-certificate-differs"]
    assert await ask(centre, mine["number"], "王小明") == (200, "revoked")

    # Guesses: what nobody has and what is somebody else's have one answer, and then there is a limit.
    nobody, another = await ask(centre, "S000041000123264999999", "王小明"), await ask(centre, mine["number"], "李明")
    assert nobody == another
    assert nobody[0] == 404
    guesses = await asyncio.gather(*(ask(centre, f"S00004100012326499{n:04}", "王小明") for n in range(100)))
    assert {status for status, _ in guesses} == {404, 429}

    # A truncated receipt.
    here.turn(AFTER_PUBLICITY)
    exported = await export(centre)
    sound = await receipt(centre, exported)
    truncated = await post_receipt(centre, exported, sound[: sound.rindex("end")])
    assert (truncated.status_code, truncated.json()["code"]) == (422, "receipt-truncated")
    assert (await post_receipt(centre, exported, sound)).json()["rejected"] == 0
