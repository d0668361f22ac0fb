"""Pairs of certificates of one human, over HTTP on a real database."""

from __future__ import annotations

from shared.kernel.callers import Role
from tests.assessment.centre import Centre, pass_row, person_key
from tests.support.persons import merged, separated

REASON = {"reason": "重复发证"}


async def pairs(centre: Centre, headers: dict[str, str]) -> list[tuple[str, str]]:
    rows = (await centre.get("/duplicates", headers)).json()["rows"]
    return [(row["first"]["id"], row["second"]["id"]) for row in rows]


class TestDuplicates:
    async def test_two_certificates_of_one_human_are_a_pair_for_both_regions_until_one_is_revoked(
        self, centre: Centre
    ) -> None:
        keys = [person_key(centre.service, order) for order in (1, 2)]
        sessions = [
            await centre.examined(pass_row(1)),
            await centre.examined(pass_row(2), local_id="E2", region="419001"),
        ]
        certificates = []
        for session_id in sessions:
            await centre.conclude(session_id)
            certificates += [row["id"] for row in await centre.certificates(session_id)]
        tokens, pair = centre.service.tokens, (certificates[0], certificates[1])
        before = await pairs(centre, centre.province)

        await centre.service.hear(merged(keys[1], keys[0]))

        assert before == []
        for role in (Role.COUNTY_OFFICER, Role.REVIEWER, Role.FINANCE):
            for region in ("410102", "410100", "419001", "410000"):
                assert await pairs(centre, tokens.of(role, region=region)) == [pair]
            assert await pairs(centre, tokens.of(role, region="410300")) == []
        assert (await centre.get("/duplicates")).json()["code"] == "wrong-role"
        await centre.revoke(certificates[0], REASON)
        assert await pairs(centre, centre.province) == []

    async def test_a_separation_ends_the_pair_and_other_levels_are_none(self, centre: Centre) -> None:
        keys = [person_key(centre.service, order) for order in (1, 2, 3)]
        for order, level in ((1, "L4"), (2, "L4"), (3, "L3")):
            await centre.conclude(await centre.examined(pass_row(order), local_id=f"E{order}", level=level))

        await centre.service.hear(*(merged(key, keys[0]) for key in keys[1:]))
        together = await pairs(centre, centre.province)
        await centre.service.hear(separated(keys[1], keys[0]))

        assert len(together) == 1
        assert await pairs(centre, centre.province) == []
