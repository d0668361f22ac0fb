"""Totals over HTTP after other services have told their facts."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from typing import Any

import pytest
from msgspec.structs import asdict, replace

from services.metrics.worker import SERVICE
from shared.contracts.assessment import CertificateCorrected
from shared.contracts.fact import Fact
from shared.contracts.registry.enrolments import EnrolmentCompleted, EnrolmentResumed, EnrolmentStatus
from shared.contracts.subsidy.claims import (
    ClaimApproved,
    ClaimCorrected,
    ClaimDrafted,
    ClaimPaid,
    ClaimRecovered,
    ClaimReturned,
    ClaimStatus,
)
from tests.conftest import OpenWorld
from tests.support.facts import (
    certificate,
    claim,
    class_started,
    enrolment,
    line,
    numbered,
    person_key,
    programme,
    region,
)
from tests.support.persons import reassigned
from tests.support.services import ServiceUnderTest


async def with_plan(metrics: ServiceUnderTest) -> ServiceUnderTest:
    await metrics.hear(
        region("410000", reports_to=None, parent=None),
        region("410100", reports_to="410100"),
        region("410102", reports_to="410100", parent="410100"),
        region("410103", reports_to="410100", parent="410100"),
        region("410173", reports_to="410173", parent="410100"),
        region("419001", reports_to="419001"),
        programme("HN2025", parent=None, trainings=200),
        programme("S01"),
        programme("S02", trainings=100),
        programme("S02-1", parent="S02", trainings=60),
        class_started(),
    )
    return metrics


@pytest.fixture
async def metrics(open_world: OpenWorld) -> ServiceUnderTest:
    return await open_world(SERVICE, with_plan)


async def get(metrics: ServiceUnderTest, path: str) -> dict[str, Any]:
    answer = await metrics.http.get(path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def total(metrics: ServiceUnderTest) -> dict[str, int]:
    """What is not 0, without the stocks that are sums of what was issued: see test_dimensions."""
    found = (await get(metrics, "/v1/totals"))["total"].items()
    return {name: amount for name, amount in found if amount and not name.endswith(("holders", "valid_certificates"))}


class TestTotals:
    async def test_counties_roll_up_by_parent_and_zones_report_on_their_own(self, metrics: ServiceUnderTest) -> None:
        places = ["410102", "410103", "410173", "419001", "410102"]

        await metrics.hear(
            *(enrolment(n, status=EnrolmentStatus.IN_TRAINING, region=place) for n, place in enumerate(places))
        )

        rows = (await get(metrics, "/v1/totals?by=region"))["rows"]
        assert {row["region"]: row["in_training"] for row in rows} == {"410100": 3, "410173": 1, "419001": 1}
        assert (await get(metrics, "/v1/totals?by=county&region=410100"))["total"]["in_training"] == 3
        assert (await get(metrics, "/v1/totals?by=region&region=410000"))["rows"] == rows

    @pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
    async def test_enrolments_count_as_in_training_once_their_class_has_started_in_any_order_of_facts(
        self, metrics: ServiceUnderTest, order: tuple[int, ...]
    ) -> None:
        soon, never = numbered(1_000_001), numbered(1_000_002)
        facts: list[Fact] = [
            enrolment(1, status=EnrolmentStatus.IN_TRAINING, class_id=soon),
            enrolment(2, status=EnrolmentStatus.IN_TRAINING, class_id=soon, region="419001"),
            enrolment(3, status=EnrolmentStatus.IN_TRAINING, class_id=never),
            class_started(soon),
        ]
        await metrics.hear(*facts[:3] if order[0] == 1 else ())
        before = await total(metrics)

        await metrics.hear(*(facts[place] for place in order if order[0] != 1 or place == 3))

        assert before == {}
        assert await total(metrics) == {"in_training": 2}
        rows = (await get(metrics, "/v1/totals?by=region"))["rows"]
        assert {row["region"]: row["in_training"] for row in rows} == {"410100": 1, "419001": 1}

    async def test_an_enrolment_that_is_withdrawn_before_the_start_never_counts(
        self, metrics: ServiceUnderTest
    ) -> None:
        class_id = numbered(1_000_001)
        await metrics.hear(enrolment(1, status=EnrolmentStatus.IN_TRAINING, class_id=class_id))
        await metrics.hear(
            enrolment(1, version=2, status=EnrolmentStatus.WITHDRAWN, class_id=class_id), class_started(class_id)
        )

        assert await total(metrics) == {}

    async def test_an_enrolment_moves_from_in_training_to_trained_to_nothing(self, metrics: ServiceUnderTest) -> None:
        await metrics.hear(enrolment(1, status=EnrolmentStatus.IN_TRAINING))
        assert await total(metrics) == {"in_training": 1}

        await metrics.hear(enrolment(1, version=2, status=EnrolmentStatus.COMPLETED, effective_on=date(2025, 3, 20)))
        assert await total(metrics) == {"trainings": 1}

        await metrics.hear(enrolment(1, version=3, status=EnrolmentStatus.WITHDRAWN))
        assert await total(metrics) == {}

    async def test_a_deferred_or_transferred_training_counts_nowhere(self, metrics: ServiceUnderTest) -> None:
        await metrics.hear(
            *(enrolment(number, status=EnrolmentStatus.IN_TRAINING) for number in (1, 2, 3)),
            enrolment(1, version=2, status=EnrolmentStatus.DEFERRED),
            enrolment(2, version=2, status=EnrolmentStatus.TRANSFERRED),
        )
        assert await total(metrics) == {"in_training": 1}

        resumed = asdict(enrolment(1, version=3, status=EnrolmentStatus.IN_TRAINING))
        await metrics.hear(EnrolmentResumed(**resumed))
        assert await total(metrics) == {"in_training": 2}

    async def test_a_training_counts_once_whosever_it_turns_out_to_be(self, metrics: ServiceUnderTest) -> None:
        trained = enrolment(1, status=EnrolmentStatus.COMPLETED)

        await metrics.hear(trained, reassigned(trained, person_key(7)))

        assert await total(metrics) == {"trainings": 1}

    async def test_a_fact_told_twice_counts_once(self, metrics: ServiceUnderTest) -> None:
        told = enrolment(1, status=EnrolmentStatus.COMPLETED)

        await metrics.hear(told, told)
        await metrics.hear(told)

        assert await total(metrics) == {"trainings": 1}

    async def test_a_correction_of_the_programme_moves_the_training(self, metrics: ServiceUnderTest) -> None:
        await metrics.hear(enrolment(1, status=EnrolmentStatus.COMPLETED))
        await metrics.hear(enrolment(1, version=2, status=EnrolmentStatus.COMPLETED, programme="S02-1"))

        rows = (await get(metrics, "/v1/totals?by=programme"))["rows"]
        assert {row["programme"]: row["trainings"] for row in rows if row["trainings"]} == {"S02-1": 1}

    async def test_a_correction_of_the_programme_moves_its_certificate_and_its_subsidy_too(
        self, metrics: ServiceUnderTest
    ) -> None:
        day = date(2025, 3, 20)
        days = {"approved_on": date(2025, 6, 1), "paid_on": date(2025, 6, 2)}
        paid: dict[str, Any] = days | {"status": ClaimStatus.PAID}
        await metrics.hear(
            enrolment(1, status=EnrolmentStatus.COMPLETED, effective_on=day),
            certificate(1, person=1),
            claim(1, version=1, fact=ClaimPaid, **paid),
        )

        await metrics.hear(
            enrolment(1, version=2, status=EnrolmentStatus.COMPLETED, programme="S02-1", effective_on=day),
            CertificateCorrected(**asdict(certificate(1, person=1, version=2, programme="S02-1"))),
            replace(
                claim(1, version=2, fact=ClaimCorrected, lines=0, **paid),
                lines=(line(1, programme="S02-1"),),
                amount_fen=200_000,
            ),
        )

        [row] = [row for row in (await get(metrics, "/v1/totals?by=programme"))["rows"] if row["trainings"]]
        assert row["programme"] == "S02-1"
        counted = ("trainings", "subsidised_trainings", "certificates", "high_skilled_persons", "paid_fen")
        assert [row[measure] for measure in counted] == [1, 1, 1, 1, 200_000]
        assert (await total(metrics)) == {each: row[each] for each in (*counted, "approved_fen", "skilled_persons")}

    async def test_a_person_with_two_high_certificates_is_one_high_skilled_person(
        self, metrics: ServiceUnderTest
    ) -> None:
        await metrics.hear(
            certificate(11, person=1, level=4, issued_on=date(2025, 4, 1)),
            certificate(12, person=1, level=5, issued_on=date(2025, 3, 1), programme="S02-1"),
            certificate(13, person=2, level=3),
        )

        persons = {"high_skilled_persons": 1, "skilled_persons": 2, "technicians": 1}
        assert await total(metrics) == {"certificates": 3} | persons
        rows = (await get(metrics, "/v1/totals?by=programme,level,day"))["rows"]
        first = next(row for row in rows if row["high_skilled_persons"])
        assert (first["programme"], first["level"], first["day"]) == ("S02-1", 5, "2025-03-01")

    async def test_awards_without_a_level_count_and_make_nobody_high_skilled(self, metrics: ServiceUnderTest) -> None:
        ability: dict[str, Any] = {"level": None, "award": "special_ability"}
        completion: dict[str, Any] = {"level": None, "award": "completion"}
        await metrics.hear(
            enrolment(1, status=EnrolmentStatus.COMPLETED, award="L4"),
            enrolment(2, status=EnrolmentStatus.COMPLETED),
            enrolment(3, status=EnrolmentStatus.COMPLETED, **ability),
            enrolment(4, status=EnrolmentStatus.IN_TRAINING, **completion),
            certificate(11, person=1, **ability),
        )

        assert await total(metrics) == {"in_training": 1, "trainings": 3, "certificates": 1}
        by_award = (await get(metrics, "/v1/totals?by=award,level"))["rows"]
        assert {(row["award"], row["level"]): row["trainings"] + row["in_training"] for row in by_award} == {
            ("L4", 4): 2, ("special_ability", None): 1, ("completion", None): 1,
        }  # fmt: skip
        by_level = (await get(metrics, "/v1/totals?by=level"))["rows"]
        assert [(row["level"], row["trainings"]) for row in by_level] == [(4, 2), (None, 1)]
        for query, trainings in {
            "award=special_ability": 1,
            "award=L4": 2,
            "level=L4": 2,
            "award=L4&level=L4": 2,
        }.items():
            assert (await get(metrics, f"/v1/totals?{query}"))["total"]["trainings"] == trainings

    async def test_revoking_the_first_certificate_lets_the_next_one_count_and_then_none(
        self, metrics: ServiceUnderTest
    ) -> None:
        await metrics.hear(
            certificate(11, person=1, issued_on=date(2025, 3, 1)),
            certificate(12, person=1, issued_on=date(2025, 4, 1), programme="S02-1"),
        )

        await metrics.hear(certificate(11, person=1, version=2, valid=False, issued_on=date(2025, 3, 1)))
        rows = (await get(metrics, "/v1/totals?by=programme"))["rows"]
        assert {row["programme"]: row["high_skilled_persons"] for row in rows} == {"S01": 0, "S02-1": 1}

        await metrics.hear(certificate(12, person=1, version=2, valid=False, programme="S02-1"))
        assert await total(metrics) == {}

    async def test_money_counts_when_approved_paid_and_recovered(self, metrics: ServiceUnderTest) -> None:
        approved, paid = date(2025, 7, 1), date(2025, 7, 20)
        await metrics.hear(
            claim(21, version=1, fact=ClaimDrafted, status=ClaimStatus.DRAFT, lines=2),
            claim(21, version=2, fact=ClaimApproved, status=ClaimStatus.APPROVED, lines=2, approved_on=approved),
        )
        assert await total(metrics) == {"subsidised_trainings": 2, "approved_fen": 400_000}

        dates: dict[str, Any] = {"approved_on": approved, "paid_on": paid}
        await metrics.hear(claim(21, version=3, fact=ClaimPaid, status=ClaimStatus.PAID, lines=2, **dates))
        assert await total(metrics) == {"subsidised_trainings": 2, "approved_fen": 400_000, "paid_fen": 400_000}

        told = claim(21, version=4, fact=ClaimRecovered, status=ClaimStatus.PAID, **dates)
        recovered = line(1, recovered_fen=200_000, recovered_on=date(2025, 9, 1))
        await metrics.hear(replace(told, lines=(recovered, line(2)), recovered_fen=200_000))
        assert await total(metrics) == {
            "subsidised_trainings": 1, "approved_fen": 400_000, "paid_fen": 400_000, "recovered_fen": 200_000,
        }  # fmt: skip

    async def test_an_approval_that_is_taken_back_counts_no_more(self, metrics: ServiceUnderTest) -> None:
        approved: dict[str, Any] = {"lines": 2, "approved_on": date(2025, 7, 1)}
        await metrics.hear(
            claim(21, version=1, fact=ClaimDrafted, status=ClaimStatus.DRAFT, lines=2),
            claim(21, version=2, fact=ClaimApproved, status=ClaimStatus.APPROVED, **approved),
        )

        await metrics.hear(claim(21, version=3, fact=ClaimReturned, status=ClaimStatus.RETURNED, lines=2))

        assert await total(metrics) == {}

    async def test_says_how_far_each_topic_is_applied(self, metrics: ServiceUnderTest) -> None:
        await metrics.hear(enrolment(1, status=EnrolmentStatus.IN_TRAINING))

        assert (await get(metrics, "/v1/totals"))["as_of"]["topics"]["registry"]["facts"] == 12

    async def test_a_programme_stands_for_its_parts(self, metrics: ServiceUnderTest) -> None:
        await metrics.hear(
            enrolment(1, status=EnrolmentStatus.COMPLETED, programme="S02-1"),
            enrolment(2, status=EnrolmentStatus.COMPLETED, programme="S01"),
        )

        for named, trainings in {"S02": 1, "S02-1": 1, "S01": 1, "HN2025": 2}.items():
            assert (await get(metrics, f"/v1/totals?programme={named}"))["total"]["trainings"] == trainings

    @pytest.mark.parametrize(
        "query",
        [
            "by=person",
            "by=region,region",
            "level=L9",
            "award=gold",
            "award=pre_job&level=L4",
            "first_day=yesterday",
            "programme=S77",
            "region=999999",
        ],
    )
    async def test_a_query_that_makes_no_sense_is_told_so(self, metrics: ServiceUnderTest, query: str) -> None:
        answer = await metrics.http.get(f"/v1/totals?{query}")

        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"

    @pytest.mark.parametrize("seed", range(5))
    async def test_totals_equal_the_sum_of_the_latest_facts_whatever_the_batches(
        self, metrics: ServiceUnderTest, seed: int
    ) -> None:
        chance = random.Random(seed)
        latest: dict[int, Fact] = {}
        told: list[Fact] = []
        waiting = [(number, version) for version in (1, 2, 3) for number in range(40)]
        while waiting:
            size = chance.randint(1, 30)
            batch, waiting = waiting[:size], waiting[size:]
            facts = [
                enrolment(
                    number,
                    version=version,
                    status=chance.choice([EnrolmentStatus.IN_TRAINING, EnrolmentStatus.COMPLETED]),
                    programme=chance.choice(["S01", "S02-1"]),
                    region=chance.choice(["410102", "419001"]),
                )
                for number, version in batch
            ]
            latest |= dict(zip((number for number, _ in batch), facts, strict=True))
            # What was told before comes again, and what is to come comes too early, as after crashes and losses.
            again = chance.sample(told, k=min(len(told), chance.choice([0, 0, 3])))
            early = [enrolment(99, version=chance.randint(2, 9), status=EnrolmentStatus.COMPLETED)] * chance.randint(
                0, 1
            )
            arriving = facts + again + early
            told += facts
            await metrics.hear(*arriving)

        tally = Counter(
            (fact.programme, fact.region, "trainings" if isinstance(fact, EnrolmentCompleted) else "in_training")  # type: ignore[attr-defined]
            for fact in latest.values()
        )
        rows = (await get(metrics, "/v1/totals?by=programme,county"))["rows"]
        counted = {
            (row["programme"], row["county"], measure): row[measure]
            for row in rows
            for measure in ("trainings", "in_training")
            if row[measure]
        }
        assert counted == dict(tally)


class TestProgress:
    async def test_parts_add_up_and_nothing_is_capped(self, metrics: ServiceUnderTest) -> None:
        await metrics.hear(
            *(enrolment(n, status=EnrolmentStatus.COMPLETED, programme="S02-1") for n in range(90)),
            enrolment(99, status=EnrolmentStatus.COMPLETED, effective_on=date(2024, 12, 31)),
        )

        body = await get(metrics, "/v1/progress")

        trainings = {each["code"]: each["trainings"] for each in body["programmes"]}
        assert trainings["S02-1"] == {"done": 90, "target": 60, "percent": "150.0"}
        assert trainings["S02"]["done"] == trainings["HN2025"]["done"] == 90
        assert trainings["S01"] == {"done": 0, "target": 100, "percent": "0.0"}
