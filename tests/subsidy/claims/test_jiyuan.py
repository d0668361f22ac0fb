"""A real quarter: 168 batches of assessments, of which 1,948,240 of 2,321,080 yuan were paid."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, time
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy.claims.rules.checks import Check
from services.subsidy.claims.rules.claims import Claim
from services.subsidy.claims.usecases import drafts, steps
from services.subsidy.consumers import apply_of_exams
from services.subsidy.payments import usecases as payments
from services.subsidy.review import usecases as review
from shared.contracts.fact import Fact
from shared.contracts.subsidy import SubsidyKind
from shared.kernel.callers import Caller, Role, Whose
from tests.subsidy.assessed import Assessed
from tests.subsidy.claims import jiyuan
from tests.subsidy.claims.jiyuan import REGION, Batch
from tests.subsidy.office import Office
from tests.subsidy.payees.accounts import open_account

AT: Final = datetime.combine(jiyuan.CLAIMED_ON, time(1), UTC)


def exam_of(batch: Batch) -> Assessed:
    exam = Assessed(
        [batch.person(place) for place in range(batch.certificates)],
        exam_id=batch.id,
        body_id=batch.body,
        region=REGION,
        occupation=batch.occupation,
        award=batch.lot.award,
        way=batch.way,
        issued_on=batch.issued_on,
    )
    exam.ids[:] = [batch.certificate(place) for place in range(batch.certificates)]
    return exam


def facts_of(batch: Batch) -> list[Fact]:
    """What assessment tells of a batch: certificates, some revoked, and what candidates were charged."""
    exam = exam_of(batch)
    revoked = [exam.revoked(place) for place in range(batch.certificates)] if batch.lot.outcome == "C12" else []
    return [*exam.certificates(), *revoked, *([exam.fee(16_000)] if batch.lot.outcome == "C26" else [])]


def earlier(batch: Batch) -> Assessed:
    """An exam of another body, years before, of those who were assessed again."""
    return Assessed(
        exam_of(batch).persons,
        region=REGION,
        occupation=batch.occupation,
        award=batch.lot.award,
        issued_on=jiyuan.CLAIMED_ON.replace(year=2023),
    )


def in_role(role: Role, person: str, exam: Assessed) -> Caller:
    if role is Role.ASSESSMENT_BODY:
        return Caller(person, role, exam.body_id, None, Whose.OWN)
    return Caller(person, role, None, REGION, Whose.REGION)


async def claimed(connection: AsyncConnection, exam: Assessed, local_id: str) -> Claim:
    body = in_role(Role.ASSESSMENT_BODY, "clerk", exam)
    return await drafts.draft(connection, SubsidyKind.ASSESSMENT, exam.exam_id, local_id=local_id, caller=body, at=AT)


async def approved(connection: AsyncConnection, claim: Claim, exam: Assessed) -> Claim:
    """By one review, without publicity: the rows of that year ask for no more."""
    await steps.submit(connection, claim.id, caller=in_role(Role.ASSESSMENT_BODY, "clerk", exam), at=AT)
    return await review.approve(connection, claim.id, caller=in_role(Role.REVIEWER, "reviewer", exam), at=AT)


async def test_the_lines_of_the_quarter_come_to_what_was_paid(office: Office) -> None:
    batches = jiyuan.batches()
    again = [(batch, earlier(batch)) for batch in batches if batch.lot.outcome == Check.ALREADY_CLAIMED]
    for year in (2023, 2024):
        assert (await office.budget(10**10, REGION, year=year)).status_code == 200
    async with office.service.engine.begin() as connection:
        await apply_of_exams(connection, [fact for _, exam in again for fact in exam.certificates()])
        await apply_of_exams(connection, [fact for batch in batches for fact in facts_of(batch)])
        for batch, before in again:
            await approved(connection, await claimed(connection, before, f"before-{batch.number}"), before)

    claims = []
    async with office.service.engine.begin() as connection:
        for batch in batches:
            exam = exam_of(batch)
            claim = await claimed(connection, exam, f"b-{batch.number}")
            claims.append(await approved(connection, claim, exam) if claim.amount_fen else claim)
    paying = [claim for claim in claims if claim.amount_fen]
    for claim in {each.institution_id: each for each in paying}.values():
        await open_account(office.service, str(claim.id))
    async with office.service.engine.begin() as connection:
        finance = Caller("cashier", Role.FINANCE, None, REGION, Whose.REGION)
        for claim in paying:
            await payments.pay(
                connection, claim.id, paid_on=jiyuan.CLAIMED_ON, reference="2023-Q4", caller=finance, at=AT
            )

    lines = [(claim.award, line) for claim in claims for line in claim.lines]
    assert (len(claims), len({claim.occupation for claim in claims}), len(lines)) == (168, 60, 9_637)
    assert sorted(Counter(award.code for award, _ in lines).items()) == [
        ("L2", 2_272), ("L3", 4_930), ("L4", 2_411), ("L5", 24),
    ]  # fmt: skip
    assert sum(jiyuan.RATES[award] for award, _ in lines) == jiyuan.FULL_FEN
    outcomes = Counter(
        line.refusal.value if line.refusal else "full" if line.amount_fen == jiyuan.RATES[award] else "half"
        for award, line in lines
    )
    assert outcomes == {"full": 6_926, "half": 2_360, "C26": 120, "C12": 130, "C09": 101}
    assert sum(line.amount_fen for _, line in lines) == jiyuan.PAID_FEN
    [budget] = await office.service.rows("SELECT paid_fen FROM budget WHERE year = 2023 AND region = :of", of=REGION)
    assert budget.paid_fen == jiyuan.PAID_FEN
