"""How many statements a request sends to the database: nothing is read twice for what is known already."""

from __future__ import annotations

from tests.subsidy.builders import (
    Taught,
    amounts,
    people,
)
from tests.subsidy.office import Office
from tests.support.persons import merged
from tests.support.statements import statements

DRAFT = 18
"""Its class, its local id, a standing claim; trainees, keys, regions, amounts, a bound one, limits; the
queue, what is held, flags, objections, certificates; the claim, its lines, its event, its fact."""
REBUILD = 20
"""The claim and its lines instead of local id and standing claim; the old lines go; and what is booked."""
APPROVE = 19
"""Regions, the claim and its lines; class, trainees, keys, amounts, a bound one, limits, certificates;
flags, who prepared it; what is booked, shares of budgets, the budget, postings; claim, event, fact."""


async def test_a_draft_reads_each_thing_once(office: Office) -> None:
    taught = Taught(people(30))
    await office.service.hear(*taught.all_finished())

    with statements() as sent:
        drafted = await office.draft(taught)

    assert drafted.status_code == 201
    assert len(sent) == DRAFT, "\n".join(sent)


async def test_a_rebuild_reads_each_thing_once(office: Office) -> None:
    taught = Taught(people(2))
    await office.service.hear(*taught.all_finished())
    claim_id = (await office.draft(taught)).json()["id"]

    with statements() as sent:
        rebuilt = await office.post(f"/v1/claims/{claim_id}/rebuild", None, office.institution(taught))

    assert rebuilt.status_code == 200
    assert len(sent) == REBUILD, "\n".join(sent)


async def test_an_approval_reads_each_thing_once(office: Office) -> None:
    taught = Taught(people(30))
    await office.service.hear(*taught.all_finished())
    claim_id = await office.submitted(taught)

    with statements() as sent:
        approved = await office.approve(claim_id)

    assert approved.status_code == 200
    assert len(sent) == APPROVE, "\n".join(sent)


async def test_an_approval_looks_up_what_other_keys_hold_only_where_there_are_any(office: Office) -> None:
    one, other = people(2)
    taught = Taught([one])
    await office.service.hear(*taught.all_finished())
    claim_id = await office.submitted(taught)
    await office.service.hear(merged(other, one))

    with statements() as sent:
        approved = await office.approve(claim_id)

    assert (approved.status_code, len(amounts(approved.json()))) == (200, 1)
    assert len(sent) == APPROVE + 1, "\n".join(sent)
