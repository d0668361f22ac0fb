"""Sanctions on bodies over HTTP: a stop stops the sessions of its days by itself, and nothing else."""

from __future__ import annotations

from shared.contracts.assessment import BodyFiled, BodySanctionImposed, BodySanctionLifted
from tests.assessment.centre import Centre, pass_row, person_row, session_filing


async def impose(centre: Centre, step: str = "stop", **changes: object) -> dict[str, object]:
    content = {"step": step, "first_on": "2025-06-30", "reason": "抽查不合格"} | changes
    answer = await centre.post(f"/bodies/{centre.body['id']}/sanctions", content, centre.officer("zoe"))
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


class TestStop:
    async def test_no_session_of_its_days_is_filed_filled_marked_or_concluded(self, centre: Centre) -> None:
        before = await centre.examined(pass_row(1), held_on="2025-06-29")
        marked = await centre.examined(pass_row(2), local_id="E2")
        empty = await centre.session(local_id="E3")
        sanction = await impose(centre, last_on="2025-07-31")

        refused = [
            await centre.post("/sessions", session_filing(local_id="E4")),
            await centre.post(f"/sessions/{empty}/candidates", {"rows": [person_row(3)]}),
            await centre.post(f"/sessions/{marked}/results", {"rows": [pass_row(2)]}),
            await centre.conclude(marked),
        ]
        others = [await centre.conclude(before), await centre.post("/sessions", session_filing(held_on="2025-08-01"))]

        assert [(each.status_code, each.json()["code"]) for each in refused] == [(409, "body-stopped")] * 4
        assert (refused[0].json()["first_on"], refused[0].json()["last_on"]) == ("2025-06-30", "2025-07-31")
        assert [each.status_code for each in others] == [200, 409]  # E1 is taken by the session before
        assert others[1].json()["code"] == "local-id-taken"

        lifting = f"/bodies/{centre.body['id']}/sanctions/{sanction['id']}/lifting"
        own = await centre.post(lifting, {"from_on": "2025-06-30", "reason": "整改完成"}, centre.officer("zoe"))
        lifted = await centre.post(lifting, {"from_on": "2025-06-30", "reason": "整改完成"}, centre.officer("yan"))

        assert (own.status_code, own.json()["code"]) == (403, "same-person")
        assert (lifted.json()["status"], lifted.json()["last_on"]) == ("lifted", "2025-06-29")
        assert (await centre.conclude(marked)).status_code == 200
        told = [
            each for each in await centre.service.told() if isinstance(each, BodySanctionImposed | BodySanctionLifted)
        ]
        assert [(type(each), each.version, each.stops) for each in told] == [
            (BodySanctionImposed, 1, True),
            (BodySanctionLifted, 2, True),
        ]

    async def test_a_lifting_can_be_taken_back(self, centre: Centre) -> None:
        session_id = await centre.examined(pass_row(1))
        sanction = await impose(centre)
        path = f"/bodies/{centre.body['id']}/sanctions/{sanction['id']}"
        await centre.post(f"{path}/lifting", {"from_on": "2025-06-30", "reason": "误解除"}, centre.officer("yan"))

        back = await centre.post(f"{path}/reinstatement", {"reason": "误办"}, centre.officer("yan"))

        assert (back.json()["status"], back.json()["last_on"]) == ("imposed", None)
        assert (await centre.conclude(session_id)).json()["code"] == "body-stopped"

    async def test_lower_steps_stop_nothing(self, centre: Centre) -> None:
        for step in ("talk", "rectify"):
            await impose(centre, step)

        assert (await centre.post("/sessions", session_filing())).status_code == 201
        listed = await centre.get("/body-sanctions?on=2025-07-01")
        assert [row["step"] for row in listed.json()["rows"]] == ["rectify"]
        repeated = await centre.post(
            f"/bodies/{centre.body['id']}/sanctions", {"step": "rectify", "reason": "再次"}, centre.officer()
        )
        assert (repeated.status_code, repeated.json()["code"]) == (409, "sanction-stands")


class TestDelist:
    async def test_it_takes_the_prefecture_ends_the_scope_and_lets_nothing_be_filed(self, centre: Centre) -> None:
        path = f"/bodies/{centre.body['id']}"
        content = {"step": "delist", "first_on": "2025-07-01", "reason": "借用资质"}

        county = await centre.post(f"{path}/sanctions", content, centre.officer(region="410102"))
        await impose(centre, "delist", first_on="2025-07-01")
        new = {"occupation": "4-03-02-01", "level": "L3", "first_on": "2025-08-01"}
        refused = await centre.post(f"{path}/scope", new, centre.officer())
        days = [
            await centre.post("/sessions", session_filing(local_id=day, held_on=day))
            for day in ("2025-06-30", "2025-07-01")
        ]

        assert (county.status_code, county.json()["code"]) == (403, "foreign-region")
        assert (refused.status_code, refused.json()["code"]) == (409, "body-delisted")
        assert [each.status_code for each in days] == [201, 422]
        assert (await centre.get(path)).json()["scope"] == []
        told = [each for each in await centre.service.told() if isinstance(each, BodyFiled)]
        assert [len(each.scope) for each in told] == [5, 0]
