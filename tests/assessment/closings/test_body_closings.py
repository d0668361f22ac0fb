"""Bodies that are closed or taken over by two officers, and opened again."""

from __future__ import annotations

from typing import Any

import httpx

from shared.contracts.assessment import BodyFiled
from tests.assessment.centre import Centre, open_centre, pass_row, session_filing

FROM = {"from_on": "2025-07-01", "reason": "并入新机构"}


async def close(centre: Centre, successor: Centre | None = None, **changes: object) -> httpx.Response:
    """Proposed by one officer of the prefecture and confirmed by another, or the refusal of either."""
    content = FROM | ({} if successor is None else {"successor_id": successor.body["id"]}) | changes
    proposed = await centre.post(f"/bodies/{centre.body['id']}/closing", content, centre.officer("zoe"))
    return await centre.confirm(proposed, centre.officer("yan"))


async def reverse(centre: Centre) -> httpx.Response:
    path = f"/bodies/{centre.body['id']}/closing-reversal"
    proposed = await centre.post(path, {"reason": "误办"}, centre.officer("yan"))
    return await centre.confirm(proposed, centre.officer("zoe"))


async def body(centre: Centre) -> dict[str, Any]:
    found: dict[str, Any] = (await centre.get(f"/bodies/{centre.body['id']}", centre.province)).json()
    return found


def scope(known: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(item["occupation"], item["level"], item["first_on"]) for item in known["scope"]}


class TestSuccession:
    async def test_the_successor_acts_for_the_body_gets_its_scope_and_its_sanctions(self, centre: Centre) -> None:
        new = await open_centre(centre.service, 124, scope=[{"occupation": "4-03-02-01", "level": "L4"}])
        session_id = await centre.examined(pass_row(1))
        sanction = {"step": "rectify", "first_on": "2025-06-15", "reason": "整改"}
        path = f"/bodies/{centre.body['id']}"
        assert (await centre.post(f"{path}/sanctions", sanction, centre.officer())).status_code == 201

        closed = await close(centre, new)

        assert closed.status_code == 200, closed.text
        known, successor = await body(centre), await body(new)
        assert (known["closed_from"], known["succeeded_by"], known["scope"]) == ("2025-07-01", new.body["id"], [])
        caregivers = {("4-10-01-05", level, "2025-07-01") for level in ("L2", "L3", "L4", "L5")}
        assert scope(successor) == {("4-03-02-01", "L4", "2020-01-01")} | caregivers
        listed = (await new.get("/body-sanctions")).json()["rows"]
        assert [(row["step"], row["first_on"]) for row in listed if row["body_id"] == new.body["id"]] == [
            ("rectify", "2025-07-01")
        ]
        # The closed body's token only reads; the successor goes on with its session, and the numbers stay the body's.
        written = await centre.conclude(session_id)
        assert (written.status_code, written.json()["code"]) == (403, "organisation-closed")
        assert written.json()["successor"] == new.body["id"]
        assert (await centre.get(f"/sessions/{session_id}")).status_code == 200
        assert (await new.conclude(session_id)).status_code == 200
        (certificate,) = await new.certificates(session_id)
        assert certificate["number"].startswith(centre.body["number_prefix"])
        assert {row["id"] for row in (await new.get("/bodies")).json()["rows"]} == {centre.body["id"], new.body["id"]}
        assert (await new.post("/sessions", session_filing(held_on="2025-07-02"))).status_code == 201
        told = [each for each in await centre.service.told() if isinstance(each, BodyFiled)]
        assert (str(told[-1].succeeded_by), told[-1].scope) == (new.body["id"], ())

    async def test_a_reversal_changes_back_what_the_closing_changed(self, centre: Centre) -> None:
        new = await open_centre(centre.service, 124, scope=[{"occupation": "4-03-02-01", "level": "L4"}])
        before = await body(centre)
        assert (await close(centre, new)).status_code == 200

        opened = await reverse(centre)

        assert opened.status_code == 200, opened.text
        known = await body(centre)
        assert known | {"version": 0} == before | {"version": 0}
        assert scope(await body(new)) == {("4-03-02-01", "L4", "2020-01-01")}
        assert (await centre.post("/sessions", session_filing(held_on="2025-07-02"))).status_code == 201
        assert (await reverse(centre)).json()["code"] == "body-not-closed"
        # It can be closed once more.
        assert (await close(centre, new)).status_code == 200


class TestRefusals:
    async def test_without_a_successor_no_session_is_left_open(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))

        open_ = await close(centre)
        await centre.conclude(session_id)
        proposal = (await centre.get("/proposals?status=proposed", centre.officer())).json()["rows"][0]["id"]
        closed = await centre.post(f"/proposals/{proposal}/confirmation", None, centre.officer("yan"))

        assert (open_.status_code, open_.json()["code"], open_.json()["sessions"]) == (
            409, "sessions-open", [session_id],
        )  # fmt: skip
        assert closed.status_code == 200, closed.text
        assert (await close(centre)).json()["code"] == "body-closed-already"

    async def test_who_decides_and_when(self, centre: Centre) -> None:
        new = await open_centre(centre.service, 124)
        far = await open_centre(centre.service, 125, region="410308")
        path = f"/bodies/{centre.body['id']}/closing"
        own = await centre.post(path, FROM, centre.officer("zoe"))

        refused = [
            # The body is filed for technicians, which takes the prefecture.
            await centre.post(path, FROM, centre.officer("county", "410102")),
            await centre.post(path, FROM | {"successor_id": far.body["id"]}, centre.officer("zoe")),
            await centre.post(path, FROM | {"successor_id": centre.body["id"]}, centre.officer("zoe")),
            await centre.post(path, FROM | {"successor_id": new.body["id"]}, centre.officer("zoe")),
            await centre.post(f"/proposals/{own.json()['id']}/confirmation", None, centre.officer("zoe")),
            await centre.post(f"/proposals/{own.json()['id']}/confirmation", None, centre.own),
            await close(new, from_on="2098-01-01"),
        ]

        assert [each.json()["code"] for each in refused] == [
            "higher-authority-files", "foreign-region", "body-successor-closed", "already-proposed", "same-person",
            "wrong-role", "body-closing-ahead",
        ]  # fmt: skip
        assert (await body(centre))["closed_from"] is None
