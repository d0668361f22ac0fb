"""Recoveries in part and by cause, kept from later payments; what is given up; cases that officers dismiss."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from shared.contracts.subsidy.claims import RecoveryConfirmed
from tests.subsidy.builders import (
    L4_FEN,
    Taught,
    amounts,
    people,
    revoked,
)
from tests.subsidy.ledger.books import balanced, ledger
from tests.subsidy.office import Office
from tests.support.persons import rekeyed


async def paid(office: Office, count: int = 2) -> tuple[Taught, str]:
    taught = Taught(people(count))
    await office.service.hear(*taught.all_finished())
    return taught, await office.paid(taught)


async def propose(office: Office, claim_id: str, step: str = "recovery", **content: Any) -> httpx.Response:
    return await office.post(f"/v1/claims/{claim_id}/{step}", content | {"reason": "核查结论"}, office.finance())


async def do(office: Office, claim_id: str, step: str = "recovery", **content: Any) -> httpx.Response:
    return await office.confirm(await propose(office, claim_id, step, **content), office.finance("second"))


async def claim_of(office: Office, claim_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await office.get(f"/v1/claims/{claim_id}", office.finance())).json()
    return found


async def owed(office: Office) -> list[int]:
    answer = await office.get("/v1/owed-lines", office.finance())
    return [row["line"] for row in answer.json()["rows"]]


class TestParts:
    async def test_a_line_comes_back_in_parts_by_cause_and_never_more_than_was_paid(self, office: Office) -> None:
        _, claim_id = await paid(office)
        part = [{"line": 1, "amount_fen": 60_000}]

        first = await do(office, claim_id, amounts=part, cause="overpaid")
        again = await propose(office, claim_id, amounts=part, cause="overpaid")
        above = await propose(office, claim_id, amounts=[{"line": 1, "amount_fen": 140_001}], cause="audit")
        rest = await do(office, claim_id, lines=[1], cause="audit")
        after = await propose(office, claim_id, lines=[1], cause="fraud")

        assert (first.status_code, rest.status_code) == (200, 200)
        assert (again.status_code, again.json()["code"], again.json()["lines"]) == (409, "cause-recovered-already", [1])
        assert (above.status_code, above.json()["code"]) == (422, "amount-above-outstanding")
        assert above.json()["lines"] == [{"line": 1, "outstanding_fen": 140_000}]
        assert after.json()["code"] == "line-recovered-already"
        claim = await claim_of(office, claim_id)
        assert ([line["recovered_fen"] for line in claim["lines"]], claim["status"]) == ([L4_FEN, 0], "paid")
        listed = (await office.get(f"/v1/claims/{claim_id}/recoveries", office.finance())).json()["rows"]
        assert [(each["line"], each["cause"], each["amount_fen"]) for each in listed] == [
            (1, "overpaid", 60_000), (1, "audit", 140_000),
        ]  # fmt: skip
        await balanced(office)

    async def test_what_came_back_in_part_goes_on_holding_the_subsidy(self, office: Office) -> None:
        taught, claim_id = await paid(office, 1)
        other = Taught(taught.persons)
        await office.service.hear(*other.all_finished())
        await do(office, claim_id, amounts=[{"line": 1, "amount_fen": 1}])

        while_in_part = (await office.draft(other, "c-2")).json()

        assert amounts(while_in_part) == [(0, "C09")]

    async def test_a_recovery_that_is_taken_back_can_be_made_again(self, office: Office) -> None:
        _, claim_id = await paid(office, 1)
        await do(office, claim_id, amounts=[{"line": 1, "amount_fen": 500}], cause="audit")

        reversed_ = await office.confirm(
            await propose(office, claim_id, "recovery-reversal", all_lines=True), office.finance("third")
        )
        again = await do(office, claim_id, all_lines=True, cause="audit")

        assert (reversed_.status_code, again.status_code) == (200, 200)
        assert (await claim_of(office, claim_id))["status"] == "recovered"
        await balanced(office)

    async def test_the_database_holds_it_by_itself(self, office: Office) -> None:
        _, claim_id = await paid(office, 1)
        await do(office, claim_id, amounts=[{"line": 1, "amount_fen": 500}], cause="audit")
        once_more = (
            "INSERT INTO line_recovery SELECT uuidv7(), claim_id, line, cause, 1, NULL, recovered_on, 'a', 'b'"
            " FROM line_recovery"
        )

        for repair in (f"UPDATE claim_line SET recovered_part_fen = {L4_FEN + 1}",
                       f"UPDATE claim_line SET written_off_fen = {L4_FEN}", once_more):  # fmt: skip
            with pytest.raises(DBAPIError):
                async with office.service.engine.begin() as connection:
                    await connection.execute(text(repair))


class TestOffset:
    async def test_money_is_kept_from_a_later_payment_of_the_same_institution(self, office: Office) -> None:
        taught, claim_id = await paid(office, 1)
        later = Taught(people(1), institution_id=taught.institution_id)
        await office.service.hear(*later.all_finished())
        later_id = await office.submitted(later, "c-2")
        too_early = await propose(office, claim_id, all_lines=True, against=later_id)
        await office.approve(later_id)

        kept = await do(office, claim_id, all_lines=True, against=later_id)

        assert (too_early.status_code, too_early.json()["code"]) == (409, "offset-impossible")
        assert kept.status_code == 200
        verbs = [each["verb"] for each in await ledger(office, claim_id=claim_id, line=1)]
        assert verbs == ["approve", "pay", "offset"]
        [row] = (await office.get(f"/v1/claims/{later_id}/recoveries", office.finance())).json()["rows"]
        assert (row["claim_id"], row["against"], row["amount_fen"]) == (claim_id, later_id, L4_FEN)
        await balanced(office)

    async def test_nothing_is_kept_from_another_institution_or_above_the_payment(self, office: Office) -> None:
        taught, claim_id = await paid(office, 2)
        same, foreign = Taught(people(1), institution_id=taught.institution_id), Taught(people(2))
        await office.service.hear(*same.all_finished(), *foreign.all_finished())
        same_id, foreign_id = await office.submitted(same, "c-2"), await office.submitted(foreign)
        await office.approve(same_id)
        await office.approve(foreign_id)

        above = await propose(office, claim_id, all_lines=True, against=same_id)
        elsewhere = await propose(office, claim_id, all_lines=True, against=foreign_id)

        assert (above.json()["code"], above.json()["left_fen"]) == ("offset-impossible", L4_FEN)
        assert (elsewhere.json()["code"], elsewhere.json()["left_fen"]) == ("offset-impossible", 0)


class TestWriteOff:
    async def test_what_did_not_come_back_is_given_up_by_two_persons_and_can_be_due_again(self, office: Office) -> None:
        _, claim_id = await paid(office)
        await do(office, claim_id, lines=[2])
        proposed = await propose(office, claim_id, "write-off", lines=[1])

        alone = await office.confirm(proposed, office.finance())
        given_up = await office.confirm(proposed, office.finance("second"))
        status = (await claim_of(office, claim_id))["status"]
        await balanced(office)
        due = await office.confirm(
            await propose(office, claim_id, "write-off-reversal", all_lines=True), office.finance("third")
        )
        back = await do(office, claim_id, lines=[1])

        assert (alone.json()["code"], given_up.status_code, status) == ("same-person", 200, "written_off")
        assert (due.status_code, back.status_code) == (200, 200)
        assert (await claim_of(office, claim_id))["status"] == "recovered"
        verbs = [each["verb"] for each in await ledger(office, claim_id=claim_id, line=1)]
        assert verbs == ["approve", "pay", "write_off", "reverse_write_off", "recover"]
        await balanced(office)


class TestOwed:
    async def test_officers_dismiss_a_case_which_the_same_fact_does_not_open_again(self, office: Office) -> None:
        taught = Taught(people(1))
        certificate = taught.certified(0)
        await office.service.hear(taught.finished(0), certificate, taught.completed())
        claim_id = await office.paid(taught)
        await office.service.hear(revoked(certificate))
        before = await owed(office)

        dismissed = await do(office, claim_id, "owed-dismissal", lines=[1])
        await office.service.hear(taught.finished(0, version=2))

        assert (before, dismissed.status_code, await owed(office)) == ([1], 200, [])
        again = await propose(office, claim_id, "owed-dismissal", lines=[1])
        assert (again.status_code, again.json()["code"]) == (422, "not-an-owed-line")

    async def test_a_new_valid_certificate_closes_a_case_by_itself(self, office: Office) -> None:
        taught = Taught(people(1))
        certificate = taught.certified(0)
        await office.service.hear(taught.finished(0), certificate, taught.completed())
        await office.paid(taught)
        await office.service.hear(revoked(certificate))
        before = await owed(office)

        await office.service.hear(taught.certified(0))

        assert (before, await owed(office)) == ([1], [])


class TestRekeyed:
    async def test_a_re_key_before_the_payment_stops_its_line_and_the_others_are_paid(self, office: Office) -> None:
        taught = Taught(people(2))
        await office.service.hear(*taught.all_finished())
        claim_id = await office.submitted(taught)
        await office.approve(claim_id)
        await office.service.hear(rekeyed(taught.finished(0), people(1)[0]))

        answer = await office.pay(claim_id)

        assert (answer.status_code, answer.json()["status"]) == (200, "paid")
        assert sorted(amounts(answer.json()), key=str) == [(0, "REKEYED"), (L4_FEN, None)]
        assert await office.balance() | {"total": 0, "free": 0} == {
            "total": 0, "committed": L4_FEN, "paid": L4_FEN, "recovered": 0, "free": 0,
        }  # fmt: skip
        await balanced(office)


async def test_a_recovery_is_told_with_its_cause_to_whoever_decides_about_sanctions(office: Office) -> None:
    taught, claim_id = await paid(office, 2)

    await do(office, claim_id, lines=[1, 2], cause="audit")

    [told] = [fact for fact in await office.service.told() if isinstance(fact, RecoveryConfirmed)]
    assert (told.cause, told.lines, told.amount_fen, told.institution_id) == (
        "audit", 2, 2 * L4_FEN, taught.institution_id,
    )  # fmt: skip
