"""Claims for every rate of a training, from the class to the amount, and what shows awards without a level."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.subsidy.policy.rules import PolicyRow, item_of
from services.subsidy.policy.usecases import read
from shared.contracts.fact import Fact
from shared.contracts.subsidy import SubsidyKind
from shared.dated_rules.rules import loaded
from shared.kernel.awards import Award, AwardEvidence
from shared.kernel.periods import months_after
from tests.subsidy.builders import (
    CERTIFIED_ON,
    PLAN,
    STARTS_ON,
    TODAY,
    Taught,
    amounts,
    people,
)
from tests.subsidy.office import Office

SIGNED = loaded(by="load-policy", at=datetime(2024, 12, 1, tzinfo=UTC), sequence=1)
TRAINING_RATES = [row for row in read(PLAN, signed=SIGNED) if row.kind is SubsidyKind.TRAINING]
OF_ITEM = {item_of(award): award for award in Award}


def shown(taught: Taught, place: int) -> list[Fact]:
    """What shows the award of the class for a trainee who completed it."""
    match taught.award.evidence:
        case AwardEvidence.CERTIFICATE:
            return [taught.certified(place)]
        case AwardEvidence.LICENCE:
            return [taught.recorded(place), taught.licensed(place)]
        case AwardEvidence.COMPLETION:
            return []


async def lines(office: Office, taught: Taught, *facts: Fact, local_id: str = "c-1") -> list[tuple[int, str | None]]:
    """Each line of a new claim for a class whose trainees completed it, with `facts` of what shows the award."""
    finished = [taught.finished(place) for place in range(len(taught.persons))]
    await office.service.hear(*finished, *facts, taught.completed())
    answer = await office.draft(taught, local_id)
    assert answer.status_code == 201, answer.text
    return amounts(answer.json())


async def rebuilt(office: Office, taught: Taught, *facts: Fact) -> list[tuple[int, str | None]]:
    """Each line of the class's only claim, rebuilt after `facts`."""
    await office.service.hear(*facts)
    listed = await office.service.http.get("/v1/claims", headers=office.institution(taught))
    [claim] = listed.json()["rows"]
    answer = await office.post(f"/v1/claims/{claim['id']}/rebuild", None, office.institution(taught))
    return amounts(answer.json())


class TestRates:
    @pytest.mark.parametrize("rate", TRAINING_RATES, ids=lambda row: row.id)
    async def test_each_of_the_eleven_is_reached_by_a_class_and_pays_its_amount(
        self, office: Office, rate: PolicyRow
    ) -> None:
        taught = Taught(people(1), award=OF_ITEM[rate.item])

        assert await lines(office, taught, *shown(taught, 0)) == [(rate.amount_fen, None)]
        [claim] = (await office.service.http.get("/v1/claims", headers=office.reviewer())).json()["rows"]
        assert (claim["award"], claim["policy_row"]) == (taught.award.code, rate.id)
        assert claim["level"] == (None if taught.award.level is None else taught.award.code)

    def test_there_are_eleven(self) -> None:
        assert len(TRAINING_RATES) == 11
        assert {row.item for row in TRAINING_RATES} <= OF_ITEM.keys()

    async def test_claims_are_listed_by_award(self, office: Office) -> None:
        one, other = Taught(people(1), award=Award.COMPLETION), Taught(people(1))
        await lines(office, one)
        await lines(office, other, other.certified(0))

        async def found(**asked: str) -> list[str]:
            answer = await office.service.http.get("/v1/claims", params=asked, headers=office.reviewer())
            return [row["class_id"] for row in answer.json()["rows"]]

        assert await found(award="completion") == [str(one.class_id)]
        assert await found(award="L4") == await found(level="L4") == [str(other.class_id)]

    async def test_the_fact_of_the_claim_names_the_award(self, office: Office) -> None:
        await lines(office, Taught(people(1), award=Award.PRE_JOB))

        told: Any = (await office.service.told())[-1]
        assert [(each.award, each.level) for each in told.lines] == [("pre_job", None)]


class TestEvidence:
    async def test_a_special_ability_needs_its_own_certificate(self, office: Office) -> None:
        taught = Taught(people(1), award=Award.SPECIAL_ABILITY)
        of_level = Taught(taught.persons, award=Award.SENIOR_WORKER)

        assert await lines(office, taught, of_level.certified(0)) == [(0, "C12")]
        assert await rebuilt(office, taught, taught.certified(0)) == [(80_000, None)]

    async def test_a_licence_counts_once_another_person_confirmed_it_and_no_longer_when_it_is_rejected(
        self, office: Office
    ) -> None:
        taught = Taught(people(2), award=Award.SPECIAL_OPERATIONS)

        assert await lines(office, taught, taught.recorded(0), taught.recorded(1)) == [(0, "C12")] * 2
        assert await rebuilt(office, taught, taught.licensed(0)) == [(80_000, None), (0, "C12")]
        assert await rebuilt(office, taught, taught.rejected(0, version=3)) == [(0, "C12")] * 2

    async def test_a_licence_counts_no_longer_when_its_training_turns_out_to_be_another_persons(
        self, office: Office
    ) -> None:
        taught = Taught(people(1), award=Award.SPECIAL_OPERATIONS)

        assert await lines(office, taught, taught.recorded(0), taught.licensed(0)) == [(80_000, None)]
        assert await rebuilt(office, taught, taught.recorded(0, version=3)) == [(0, "C12")]
        assert await rebuilt(office, taught, taught.licensed(0, version=4)) == [(80_000, None)]

    async def test_a_licence_from_before_the_class_shows_nothing(self, office: Office) -> None:
        taught = Taught(people(1), award=Award.SPECIAL_OPERATIONS)
        early = STARTS_ON - timedelta(days=1)

        facts = [taught.recorded(0, issued_on=early), taught.licensed(0, issued_on=early)]

        assert await lines(office, taught, *facts) == [(0, "C12")]

    async def test_who_did_not_complete_the_training_has_nothing_to_show(self, office: Office) -> None:
        taught = Taught(people(2), award=Award.COMPLETION)
        await office.service.hear(taught.finished(0), taught.failed(1), taught.completed())

        assert amounts((await office.draft(taught)).json()) == [(70_000, None), (0, "C14")]

    async def test_a_completion_is_claimed_for_within_the_window_like_a_certificate(self, office: Office) -> None:
        late = TODAY
        while months_after(late, 12) >= TODAY:
            late -= timedelta(days=1)
        taught = Taught(people(1), award=Award.COMPLETION, starts_on=late)

        assert await lines(office, taught) == [(0, "C13")]


class TestOncePerAward:
    async def test_the_same_award_is_paid_once_and_others_of_the_occupation_beside_it(self, office: Office) -> None:
        [person] = people(1)
        first, same = (Taught([person], award=Award.COMPLETION) for _ in range(2))
        ability, level = Taught([person], award=Award.SPECIAL_ABILITY), Taught([person], award=Award.JUNIOR_WORKER)

        assert await lines(office, first) == [(70_000, None)]
        assert await lines(office, same) == [(0, "C09")]
        assert await lines(office, ability, ability.certified(0)) == [(80_000, None)]
        assert await lines(office, level, level.certified(0)) == [(120_000, None)]

    async def test_an_award_without_a_level_is_neither_below_nor_above_a_level(self, office: Office) -> None:
        [person] = people(1)
        high, after = Taught([person], award=Award.TECHNICIAN), Taught([person], award=Award.SPECIAL_ABILITY)

        assert await lines(office, high, high.certified(0)) == [(400_000, None)]
        assert await lines(office, after, after.certified(0)) == [(80_000, None)]

    async def test_a_renewal_is_paid_again_in_the_next_cycle_of_three_years(self, office: Office) -> None:
        [person] = people(1)
        first, second, third = (
            Taught([person], award=Award.SPECIAL_OPERATIONS_RENEWAL, starts_on=date(year, 1, 5))
            for year in (TODAY.year - 3, TODAY.year - 1, TODAY.year)
        )

        assert await lines(office, third, third.recorded(0), _confirmed(third)) == [(30_000, None)]
        assert await lines(office, second, second.recorded(0), _confirmed(second)) == [(0, "C09")]
        assert await lines(office, first, first.recorded(0), _confirmed(first)) == [(30_000, None)]


def _confirmed(taught: Taught) -> Fact:
    """A licence that is still within the claim's window, whenever the class began."""
    return taught.licensed(0, issued_on=max(CERTIFIED_ON, taught.starts_on))
