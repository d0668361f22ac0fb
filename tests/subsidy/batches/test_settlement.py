"""What a return settles in statements over sets is what the rules of a single claim say of each."""

from __future__ import annotations

import random
from collections import Counter
from uuid import UUID

import pytest

from services.subsidy.batches.usecases.settlement import Settler
from services.subsidy.claims.rules.claims import fact_of
from services.subsidy.claims.store import claims as claim_store
from services.subsidy.claims.store import lines as line_store
from shared.contracts.subsidy.claims import ClaimPaid, ClaimPaymentFailed, ClaimState
from tests.subsidy.batches import banking
from tests.subsidy.builders import L4_FEN
from tests.subsidy.ledger.books import balanced, ledger
from tests.subsidy.office import Office


async def last_told(office: Office, claim_id: str) -> ClaimState:
    facts = [fact for fact in await office.service.told() if isinstance(fact, ClaimState)]
    return [fact for fact in facts if fact.claim_id == UUID(claim_id)][-1]


async def test_what_is_told_of_a_claim_is_the_claim_as_it_is_stored(office: Office) -> None:
    taught, stopped = await banking.approved(office, trainees=3)
    await office.service.hear(taught.withdrawn(0, version=2))
    _, failed = await banking.approved(office, trainees=2)
    batch_id = await banking.released(office, 2, 4 * L4_FEN)

    await banking.returned(office, batch_id, banking.failing(2))

    for claim_id, fact in ((stopped, ClaimPaid), (failed, ClaimPaymentFailed)):
        told = await last_told(office, claim_id)
        async with office.service.engine.connect() as connection:
            stored = await claim_store.load(connection, UUID(claim_id))
        assert told == fact_of(fact, stored, at=told.at)
    assert [line.amount_fen for line in (await last_told(office, stopped)).lines] == [0, L4_FEN, L4_FEN]


async def test_each_fund_pays_what_it_had_committed_and_nothing_for_what_failed(office: Office) -> None:
    assert (await office.budget(10 * L4_FEN, fund_source="other")).status_code == 200
    assert (await office.share({"employment_fund": 6667, "other": 3333})).status_code == 200
    _, paid = await banking.approved(office, trainees=2)
    _, failed = await banking.approved(office)

    await banking.returned(office, await banking.released(office, 2, 3 * L4_FEN), banking.failing(2))
    await banking.returned(office, await banking.released(office, 1, L4_FEN, same_accounts=True))

    for claim_id, lines in ((paid, 2), (failed, 1)):
        moved = [(row["verb"], row["line"], row["amount_fen"]) for row in await ledger(office, claim_id=claim_id)]
        assert sorted(moved[-2 * lines :]) == sorted(
            ("pay", line + 1, amount) for line in range(lines) for amount in (133_340, 66_660)
        )
        assert sum(verb == "pay" for verb, _, _ in moved) == 2 * lines
    await balanced(office)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_workers_that_take_turns_and_are_replaced_settle_each_row_once(office: Office, seed: int) -> None:
    chance, now = random.Random(seed), office.service.clock.now()
    for _ in range(5):
        await banking.approved(office)
    batch_id = await banking.released(office, 5, 5 * L4_FEN)
    await banking.returned(office, batch_id, banking.failing(4), is_settled=False)

    workers = [Settler(office.service.engine, rows_max=2) for _ in range(2)]
    while await chance.choice(workers).settle_chunk(at=now):
        if chance.random() < 0.3:
            workers[0] = Settler(office.service.engine, rows_max=chance.randint(1, 3))

    [(status, paid, failed)] = await office.service.rows(
        "SELECT status, paid_rows, failed_rows FROM payment_batch WHERE id = :id", id=batch_id
    )
    assert (status, paid, failed) == ("settled", 4, 1)
    told = Counter(
        (type(fact), fact.claim_id)
        for fact in await office.service.told()
        if isinstance(fact, ClaimPaid | ClaimPaymentFailed)
    )
    assert (set(told.values()), len(told)) == ({1}, 5)
    assert await office.service.rows("SELECT count(*) FROM payment_row WHERE status = 'open'") == [(0,)]
    await balanced(office)


async def test_lines_of_several_claims_are_those_of_each_without_what_they_were_decided_by(office: Office) -> None:
    taught, owed = await banking.approved(office, trainees=2)
    assert (await office.pay(owed)).status_code == 200
    await office.service.hear(taught.withdrawn(0, version=2))
    _, other = await banking.approved(office)

    async with office.service.engine.connect() as connection:
        found = await line_store.of_claims(connection, [UUID(owed), UUID(other)])
        each = {UUID(claim_id): await line_store.of_claim(connection, UUID(claim_id)) for claim_id in (owed, other)}

    assert found == each
    assert found[UUID(owed)][0].owed is not None
    assert found[UUID(owed)][0].grounds is None
