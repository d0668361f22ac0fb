"""What can go wrong in a training's life, and the way back, through all four services as processes and on both logs.

Each case is put right over REST by who would do so, and the totals afterwards are those worked out by hand.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from deploy.sandbox.client import Unanswered
from tests.registry.attending import lesson as marks
from tests.registry.school import name_of
from tests.registry.teaching import lesson
from tests.system.cases import Play, document
from tests.system.province import (
    ANOTHER,
    FINANCE,
    L4_FEN,
    OFFICER,
    WHY,
    Province,
    School,
    lines_of,
    person,
)

pytestmark = [pytest.mark.timeout(240), pytest.mark.xdist_group("cases")]


def named(number: int, of: int) -> dict[str, object]:
    """A row with the document of one person and the name of another: what a clerk types from the wrong card."""
    return person(number, name=name_of("学员", of), local_id=f"T{of}")


async def rekey(province: Province, enrolment_id: str, number: int) -> None:
    content = document(number) | {"name": name_of("学员", number)} | WHY
    await province.agree("registry", f"/v1/enrolments/{enrolment_id}/rekeying", content, by=OFFICER, second=ANOTHER)


async def listed(province: Province, service: str, path: str, count: int) -> list[Any]:
    """The rows of a list, once there are so many."""

    async def ask() -> Any:
        return (await province.get(service, path, by=FINANCE))["rows"]

    rows: list[Any] = await province.heard(ask, lambda rows: len(rows) == count)
    assert len(rows) == count, rows
    return rows


async def passed_of_started(province: Province, school: School) -> tuple[int, int]:
    query = {"first_on": "2025-01-01", "last_on": "2025-12-31"}
    groups = (await province.get("registry", "/v1/quality", by=school.clerk, **query))["rows"]
    rate = groups[0]["passed_of_started"] if groups else {"suppressed": True}
    return (0, 0) if rate["suppressed"] else (rate["numerator"], rate["denominator"])


def test_a_training_re_keyed_before_certificate_and_claim(play: Play) -> None:
    async def case(province: Province) -> None:
        before, school = await province.totals(), await province.school()
        class_id, [wrong] = await province.begin(school, named(101, of=102))
        await province.conclude(school, class_id, T102=60)

        await rekey(province, wrong, 102)
        await province.certify(class_id, person(102))
        claim = await province.rebuilt(school, await province.claim(school, class_id), [(L4_FEN, None)])
        await province.submit(school, claim)
        await province.approve(claim)

        assert lines_of(claim) == [(L4_FEN, None)]
        await province.expect(
            before,
            trainings=1, certificates=1, high_skilled_persons=1, subsidised_trainings=1, approved_fen=L4_FEN,
        )  # fmt: skip
        rates = await province.heard(lambda: passed_of_started(province, school), lambda found: found == (1, 1))
        assert rates == (1, 1)
        # The owner of the number has days and name back.
        other = await province.school()
        assert [row["outcome"] for row in await province.enrol(other, await province.file(other), person(101))] == [
            "accepted"
        ]

    play(case)


def test_a_training_re_keyed_after_it_was_certified_and_paid(play: Play) -> None:
    async def case(province: Province) -> None:
        before, school = await province.totals(), await province.school()
        class_id, [wrong] = await province.begin(school, named(103, of=104))
        await province.conclude(school, class_id, T104=60)
        [certificate_id] = await province.certify(class_id, named(103, of=104))
        claim = await province.paid(school, class_id)
        await listed(province, "subsidy", "/v1/rekeyed-lines", 0)

        await rekey(province, wrong, 104)
        [certificate] = await listed(province, "assessment", "/v1/rekeyed-certificates", 1)
        [line] = await listed(province, "subsidy", "/v1/rekeyed-lines", 1)
        await province.expect(
            before,
            trainings=1, certificates=1, high_skilled_persons=1, subsidised_trainings=1, approved_fen=L4_FEN,
            paid_fen=L4_FEN,
        )  # fmt: skip
        await province.revoke(certificate_id)
        await province.recover(claim)
        await province.certify(class_id, person(104))

        assert (certificate["id"], line["claim_id"], line["status"]) == (certificate_id, claim["id"], "paid")
        await listed(province, "assessment", "/v1/rekeyed-certificates", 0)
        await listed(province, "subsidy", "/v1/rekeyed-lines", 0)
        await province.expect(
            before,
            trainings=1, certificates=1, high_skilled_persons=1, approved_fen=L4_FEN, paid_fen=L4_FEN,
            recovered_fen=L4_FEN,
        )  # fmt: skip

    play(case)


def test_a_withdrawal_by_mistake_after_completion(play: Play) -> None:
    async def case(province: Province) -> None:
        at_first, school = await province.totals(), await province.school()
        class_id, [mistaken, _] = await province.begin(school, person(105), person(106))
        await province.conclude(school, class_id, T105=60, T106=60)
        await province.certify(class_id, person(105), person(106))
        both = [(L4_FEN, None)] * 2
        claim = await province.rebuilt(school, await province.claim(school, class_id), both)
        days = [(line["enrolment_id"], line["trained_on"]) for line in claim["lines"]]
        await province.expect(at_first, trainings=2, certificates=2, high_skilled_persons=2)
        before = await province.totals()

        await province.post("registry", f"/v1/enrolments/{mistaken}/withdrawal", WHY, by=school.clerk)
        await province.expect(before, trainings=-1)
        without = await province.rebuilt(school, claim, [(0, "WITHDRAWN"), (L4_FEN, None)])
        await province.post("registry", f"/v1/enrolments/{mistaken}/reinstatement", WHY, by=OFFICER)
        again = await province.rebuilt(school, claim, both)

        assert sorted(lines_of(without)) == [(0, "WITHDRAWN"), (L4_FEN, None)]
        assert lines_of(again) == both
        assert [(line["enrolment_id"], line["trained_on"]) for line in again["lines"]] == days
        # On their old days.
        await province.expect_again(before)
        await province.submit(school, again)
        await province.approve(again)
        await province.pay(again)
        await province.expect(before, subsidised_trainings=2, approved_fen=2 * L4_FEN, paid_fen=2 * L4_FEN)

    play(case)


def test_one_human_with_two_documents_merged_after_both_were_paid(play: Play) -> None:
    async def case(province: Province) -> None:
        before, schools = await province.totals(), [await province.school() for _ in range(2)]
        periods = (("2025-03-01", "2025-03-10"), ("2025-03-11", "2025-03-20"))
        certificates, claims = [], []
        for number, school, (first, last) in zip((107, 108), schools, periods, strict=True):
            class_id, _ = await province.begin(school, person(number), starts_on=first, ends_on=last)
            await province.conclude(school, class_id, **{f"T{number}": 60})
            certificates += await province.certify(class_id, person(number))
            claims.append(await province.paid(school, class_id))
        await listed(province, "subsidy", "/v1/duplicates", 0)

        pair = {"first": document(107), "second": document(108), "into": "first", **WHY}
        await province.agree("registry", "/v1/persons/merges", pair, by=OFFICER, second=ANOTHER)
        [subsidies] = await listed(province, "subsidy", "/v1/duplicates", 1)
        [twice] = await listed(province, "assessment", "/v1/duplicates", 1)
        # Of two subsidies of one human the later claimed is owed back, so it counts no longer.
        await province.expect(
            before,
            trainings=2, certificates=2, high_skilled_persons=1, subsidised_trainings=1, approved_fen=2 * L4_FEN,
            paid_fen=2 * L4_FEN,
        )  # fmt: skip
        await province.revoke(certificates[1])
        await province.recover(claims[1])

        assert {subsidies[each]["claim_id"] for each in ("first", "second")} == {claim["id"] for claim in claims}
        assert {twice[each]["id"] for each in ("first", "second")} == set(certificates)
        for service in ("subsidy", "assessment"):
            await listed(province, service, "/v1/duplicates", 0)
        await province.expect(
            before,
            trainings=2, certificates=1, high_skilled_persons=1, subsidised_trainings=1, approved_fen=2 * L4_FEN,
            paid_fen=2 * L4_FEN, recovered_fen=L4_FEN,
        )  # fmt: skip

    play(case)


def test_one_human_under_two_documents_before_anything_is_paid(play: Play) -> None:
    born = str(document(113)["document_number"])[6:14]
    foreign = person(
        113,
        local_id="F113", document_kind="foreign_permanent_resident", document_number="USA310190010100",
        birth_date=f"{born[:4]}-{born[4:6]}-{born[6:]}",
    )  # fmt: skip

    async def case(province: Province) -> None:
        before, school, other = await province.totals(), await province.school(), await province.school()
        class_id, _ = await province.begin(school, person(113))
        april = await province.file(other, starts_on="2025-04-07", ends_on="2025-04-27")
        [row] = await province.enrol(other, april, foreign)
        await province.conclude(school, class_id, T113=60)
        await province.certify(class_id, person(113))
        claim = await province.rebuilt(school, await province.claim(school, class_id), [(L4_FEN, None)])

        async def with_flags() -> Any:
            return await province.get("subsidy", f"/v1/claims/{claim['id']}", by=school.clerk)

        waiting = await province.heard(with_flags, lambda claim: claim["held_by"] != [])
        await province.submit(school, claim)
        with pytest.raises(Unanswered, match="flags-open"):
            await province.approve(claim)
        await province.expect(before, trainings=1, certificates=1, high_skilled_persons=1)
        flags = (await province.get("registry", "/v1/flags", by=OFFICER, check="C01", status="open"))["rows"]
        for flag in flags:
            settled = {"verdict": "dismiss", "reason": "核对证件，确为两人"}
            await province.post("registry", f"/v1/flags/{flag['id']}/settlement", settled, by=OFFICER)
        await province.heard(with_flags, lambda claim: claim["held_by"] == [])
        await province.approve(claim)

        assert row["outcome"] == "accepted"
        assert [flag["check"] for flag in waiting["held_by"]] == ["C01"]
        assert len(flags) == 2
        await province.expect(
            before,
            trainings=1, certificates=1, high_skilled_persons=1, subsidised_trainings=1, approved_fen=L4_FEN,
        )  # fmt: skip

    play(case)


def test_an_institution_that_was_succeeded_in_the_middle_of_a_class(play: Play) -> None:
    async def case(province: Province) -> None:
        before, old, new = await province.totals(), await province.school(), await province.school()
        class_id, _ = await province.begin(old, person(109))
        await province.expect(before, in_training=1)
        closing = {"kind": "succession", "successor_id": new.id, "from_on": "2025-03-10", "reason": "换发新的信用代码"}
        proposed = await province.post("registry", f"/v1/institutions/{old.id}/closings", closing, by=OFFICER)
        await province.post("registry", f"/v1/closings/{proposed['id']}/confirmation", WHY, by=ANOTHER)

        await province.conclude(new, class_id, T109=60)
        await province.certify(class_id, person(109))
        await province.paid(new, class_id)

        await province.expect(
            before,
            trainings=1, certificates=1, high_skilled_persons=1, subsidised_trainings=1, approved_fen=L4_FEN,
            paid_fen=L4_FEN,
        )  # fmt: skip

    play(case)


def test_an_evening_and_a_weekend_class_of_one_person(play: Play) -> None:
    week = {"starts_on": "2025-03-24", "ends_on": "2025-03-30", "hours": 8, "fund_source": None}

    def at(day: int, begins: str, ends: str, **changes: object) -> dict[str, object]:
        on = f"2025-03-{day}"
        times = {"begins_at": f"{on}T{begins}:00+08:00", "ends_at": f"{on}T{ends}:00+08:00"}
        return lesson(on, **times, **changes)

    evenings = [at(day, "18:30", "20:00", hours=2) for day in (24, 25, 26, 27)]
    weekend = [at(day, "08:30", "11:30", hours=4) for day in (29, 30)]
    elsewhere = [{**each, "teacher": "J2", "room": "102"} for each in evenings]

    async def case(province: Province) -> None:
        before, school = await province.totals(), await province.school()
        lessons = {"evening": evenings, "weekend": weekend, "same": elsewhere, "none": []}
        outcomes = {}
        for name, planned in lessons.items():
            class_id = await province.file(school, local_id=name, lessons=planned, **week)
            [row] = await province.enrol(school, class_id, person(110, local_id=name))
            outcomes[name] = row["errors"][0]["code"] if "errors" in row else row["outcome"]
            if row["outcome"] == "accepted":
                await province.start(school, class_id)

        assert outcomes == {
            "evening": "accepted", "weekend": "accepted", "same": "overlapping-class", "none": "overlapping-class",
        }  # fmt: skip
        await province.expect(before, in_training=2)

    play(case)


def test_a_transfer_adds_the_hours_of_both_classes_up(play: Play) -> None:
    """The last: days go by in it, for the registry."""

    async def attend(province: Province, school: School, class_: str, local_id: str, *days: str) -> None:
        which = {"class_local_id": class_, "trainee_local_id": local_id}
        rows = [row for day in days for row in marks(111, "08:30", "13:00", day=day, **which)]
        answer = await province.post("registry", "/v1/attendance-marks", {"rows": rows}, by=school.clerk)
        assert answer["accepted"] == len(rows), answer

    async def case(province: Province) -> None:
        before, school = await province.totals(), await province.school()
        days = {"starts_on": "2025-03-24", "ends_on": "2025-04-18"}
        _, [mistaken] = await province.begin(school, person(111), local_id="from", **days)
        to, _ = await province.begin(school, person(112), local_id="to", **days)
        await attend(province, school, "from", "T111", *(f"2025-03-{day}" for day in (25, 26, 27)))
        await province.expect(before, in_training=2)
        transfer = {"class_id": to, "local_id": "N111", **WHY}
        await province.post("registry", f"/v1/enrolments/{mistaken}/transfer", transfer, by=school.clerk)

        await province.turn_to(date(2025, 4, 20))
        await attend(province, school, "to", "N111", *(f"2025-04-{day:02d}" for day in range(7, 12)))
        concluded = await province.post("registry", f"/v1/classes/{to}/conclusion", by=school.clerk)

        rows = {row["local_id"]: row for row in concluded["rows"]}
        shown = {name: rows["N111"][name] for name in ("status", "hours", "attended", "carried")}
        assert shown == {"status": "completed", "hours": 48, "attended": 30, "carried": 18}
        await province.expect(before, trainings=1)

    play(case)
