"""Pairs of subsidies of one human, over HTTP on a real database."""

from __future__ import annotations

from shared.kernel.awards import Award
from shared.kernel.callers import Role
from tests.subsidy.builders import (
    L4_FEN,
    Taught,
    people,
)
from tests.subsidy.office import Office
from tests.support.persons import merged, reassigned, separated


class TestDuplicates:
    async def test_two_paid_lines_of_one_human_are_a_pair_for_both_regions_after_the_merge(
        self, office: Office
    ) -> None:
        (one, other), here = people(2), "410102"
        first, second = Taught([one], region=here), Taught([other], region="419001")
        await office.service.hear(*first.all_finished(), *second.all_finished(), first.institution("甲校"))
        claims = [await office.paid(first), await office.submitted(second)]
        before = (await office.get("/v1/duplicates", office.finance())).json()["rows"]

        await office.service.hear(reassigned(second.finished(0), one), merged(other, one))

        assert before == []
        for role in (Role.COUNTY_OFFICER, Role.REVIEWER, Role.FINANCE):
            for region in (here, "410100", "419001", "410000"):
                answer = await office.get("/v1/duplicates", office.service.tokens.of(role, region=region))
                [pair] = answer.json()["rows"]
                assert [pair["first"]["claim_id"], pair["second"]["claim_id"]] == claims
                assert (pair["check"], pair["first"]["institution_name"]) == ("C09", "甲校")
                assert [pair[each]["status"] for each in ("first", "second")] == ["paid", "submitted"]
                assert [pair[each]["amount_fen"] for each in ("first", "second")] == [L4_FEN, L4_FEN]
                assert str(one) not in answer.text
        assert (await office.get("/v1/duplicates", office.finance(region="410200"))).json()["rows"] == []
        assert (await office.get("/v1/duplicates", office.institution(first))).json()["code"] == "wrong-role"

    async def test_the_pair_ends_with_a_recovery_or_with_the_separation_of_the_persons(self, office: Office) -> None:
        one, other = people(2)
        first, second = Taught([one]), Taught([other])
        await office.service.hear(*first.all_finished(), *second.all_finished())
        await office.paid(first)
        paid = await office.paid(second)

        async def pairs() -> int:
            return len((await office.get("/v1/duplicates", office.finance())).json()["rows"])

        await office.service.hear(merged(other, one))
        together = await pairs()
        await office.service.hear(separated(other, one))
        apart = await pairs()
        await office.service.hear(merged(other, one, version=3))
        again = await pairs()
        await office.recover(paid)

        assert (together, apart, again, await pairs()) == (1, 0, 1, 0)

    async def test_a_lower_level_after_a_higher_one_is_a_pair_and_a_higher_after_a_lower_is_none(
        self, office: Office
    ) -> None:
        people_ = people(4)
        up = [Taught(people_[:1], award=Award.INTERMEDIATE_WORKER), Taught(people_[1:2], award=Award.SENIOR_WORKER)]
        down = [Taught(people_[2:3], award=Award.SENIOR_WORKER), Taught(people_[3:], award=Award.INTERMEDIATE_WORKER)]
        for each in (*up, *down):
            await office.service.hear(*each.all_finished())
            await office.submitted(each)

        await office.service.hear(merged(people_[0], people_[1]), merged(people_[2], people_[3]))

        [pair] = (await office.get("/v1/duplicates", office.finance())).json()["rows"]
        assert (pair["check"], pair["first"]["level"], pair["second"]["level"]) == ("C10", "L4", "L3")

    async def test_awards_without_a_level_are_pairs_of_their_own_kind_only(self, office: Office) -> None:
        people_ = people(4)
        same = [Taught([each], award=Award.COMPLETION) for each in people_[:2]]
        beside = [Taught(people_[2:3], award=Award.PRE_JOB), Taught(people_[3:], award=Award.SENIOR_WORKER)]
        for each in (*same, *beside):
            await office.service.hear(*each.all_finished())
            await office.submitted(each)

        await office.service.hear(merged(people_[0], people_[1]), merged(people_[2], people_[3]))

        [pair] = (await office.get("/v1/duplicates", office.finance())).json()["rows"]
        assert (pair["check"], pair["first"]["award"], pair["second"]["level"]) == ("C09", "completion", None)

    async def test_more_subsidies_in_a_year_than_one_human_may_have_are_pairs_and_as_many_are_none(
        self, office: Office
    ) -> None:
        one, other = people(2)
        classes = [
            Taught([person], occupation=f"4-10-01-0{number}")
            for number, person in enumerate((one, one, other, other), 1)
        ]
        for each in classes[:3]:
            await office.service.hear(*each.all_finished())
            await office.submitted(each)
        await office.service.hear(merged(other, one))
        as_many = (await office.get("/v1/duplicates", office.finance())).json()["rows"]
        await office.service.hear(separated(other, one), *classes[3].all_finished())
        await office.submitted(classes[3])

        await office.service.hear(merged(other, one, version=3))

        rows = (await office.get("/v1/duplicates", office.finance())).json()["rows"]
        assert as_many == []
        assert [row["check"] for row in rows] == ["C11"] * 6

    async def test_a_page_ends_with_a_cursor_for_the_next(self, office: Office) -> None:
        one, *others = people(3)
        classes = [Taught([each]) for each in (one, *others)]
        for each in classes:
            await office.service.hear(*each.all_finished())
            await office.submitted(each)
        await office.service.hear(*(merged(other, one) for other in others))

        first = (await office.get("/v1/duplicates?size=2", office.finance())).json()
        second = (await office.get(f"/v1/duplicates?size=2&cursor={first['next']}", office.finance())).json()

        found = [(row["first"]["claim_id"], row["second"]["claim_id"]) for row in [*first["rows"], *second["rows"]]]
        assert (len(first["rows"]), len(second["rows"]), second["next"]) == (2, 1, None)
        assert len(set(found)) == 3
