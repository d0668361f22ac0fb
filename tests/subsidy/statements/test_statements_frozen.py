"""Monthly statements: frozen once, corrected by new ones, and equal to the ledger and to metrics to the fen."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.metrics.measures.rules.contributions import of_claim
from services.metrics.measures.rules.measures import Measure
from services.subsidy.ledger.rules import PostingVerb
from shared.contracts.subsidy.claims import ClaimState
from tests.subsidy.builders import (
    L4_FEN,
    TODAY,
    Taught,
    people,
)
from tests.subsidy.ledger.books import balanced, ledger
from tests.subsidy.office import Office


async def freeze(office: Office, **content: Any) -> Any:
    return await office.post("/v1/statements", {"month": TODAY.isoformat()} | content, office.finance())


async def statements(office: Office, headers: dict[str, str] | None = None, query: str = "") -> list[dict[str, Any]]:
    answer = await office.get(f"/v1/statements?size=500{query}", headers or office.finance())
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def test_a_month_is_frozen_when_it_is_over_and_later_bookings_are_statements_of_their_own(office: Office) -> None:
    taught = Taught(people(2))
    await office.service.hear(*taught.all_finished())
    claim_id = await office.paid(taught)

    early = await freeze(office)
    office.service.clock.offset = timedelta(days=32)
    first, again = await freeze(office), await freeze(office)
    await office.recover(claim_id, [1])
    office.service.clock.offset = timedelta(days=64)
    later = await freeze(office, month=(TODAY + timedelta(days=32)).isoformat())

    assert (early.status_code, early.json()["code"]) == (422, "month-not-over")
    assert [each.json()["statements"] for each in (first, again, later)] == [2, 0, 2]
    own = await statements(office, office.institution(taught))
    assert [(each["kind"], each["number"], each["sums"]) for each in own] == [
        ("institution", 1, {
            "reserve": 2 * L4_FEN, "clear": 2 * L4_FEN, "approve": 2 * L4_FEN, "pay": 2 * L4_FEN,
        }),
        ("institution", 1, {"recover": L4_FEN}),
    ]  # fmt: skip
    one = (await office.get(f"/v1/statements/{own[0]['id']}", office.institution(taught))).json()
    assert (one["is_intact"], len(one["digest"])) == (True, 64)
    lines = (await office.get(f"/v1/statements/{own[0]['id']}/postings", office.institution(taught))).json()["rows"]
    assert len(lines) == own[0]["postings"] == 6
    assert await statements(office, office.institution(Taught(people(1)))) == []


async def test_what_is_booked_for_a_frozen_month_later_is_its_next_statement(office: Office) -> None:
    taught = Taught(people(1))
    await office.service.hear(*taught.all_finished())
    claim_id = await office.submitted(taught)
    office.service.clock.offset = timedelta(days=32)
    await freeze(office)
    office.service.clock.offset = timedelta(0)
    assert (await office.approve(claim_id)).status_code == 200
    office.service.clock.offset = timedelta(days=32)

    await freeze(office)

    own = await statements(office, query="&kind=institution")
    assert [(each["number"], each["sums"]) for each in own] == [
        (1, {"reserve": L4_FEN}), (2, {"clear": L4_FEN, "approve": L4_FEN}),
    ]  # fmt: skip


async def test_a_statement_is_not_rewritten(office: Office) -> None:
    taught = Taught(people(1))
    await office.service.hear(*taught.all_finished())
    await office.paid(taught)
    office.service.clock.offset = timedelta(days=32)
    await freeze(office)

    for repair in ("UPDATE statement SET digest = ''", "DELETE FROM statement_line"):
        with pytest.raises(DBAPIError):
            async with office.service.engine.begin() as connection:
                await connection.execute(text(repair))


async def test_ledger_statements_and_metrics_are_the_same_to_the_fen(office: Office) -> None:
    classes = [Taught(people(count)) for count in (1, 2, 3)]
    await office.service.hear(*(fact for taught in classes for fact in taught.all_finished()))
    approved = await office.submitted(classes[0])
    await office.approve(approved)
    whole, part = await office.paid(classes[1]), await office.paid(classes[2])
    await office.recover(whole)
    in_part = {"amounts": [{"line": 1, "amount_fen": 777}], "reason": "核查"}
    proposed = await office.post(f"/v1/claims/{part}/recovery", in_part, office.finance())
    assert (await office.confirm(proposed, office.finance("second"))).status_code == 200
    office.service.clock.offset = timedelta(days=32)
    await freeze(office)

    booked = Counter[str]()
    for each in await ledger(office):
        booked[each["verb"]] += each["amount_fen"]
    frozen = Counter[str]()
    for each in await statements(office, query="&kind=institution"):
        frozen.update(each["sums"])
    of_fund = Counter[str]()
    for each in await statements(office, query="&kind=fund"):
        of_fund.update(each["sums"])
    latest = {fact.subject: fact for fact in await office.service.told() if isinstance(fact, ClaimState)}
    counted = Counter[Measure | None]()
    for fact in latest.values():
        for each_ in of_claim(fact, before=0):
            counted[each_.measure] += each_.amount

    assert of_fund == booked
    del booked[PostingVerb.ALLOCATE]
    assert frozen == booked
    assert counted[Measure.APPROVED_FEN] == booked["approve"] == 6 * L4_FEN
    assert counted[Measure.PAID_FEN] == booked["pay"] == 5 * L4_FEN
    assert counted[Measure.RECOVERED_FEN] == booked["recover"] == 2 * L4_FEN + 777
    await balanced(office)
