"""Findings that are there already."""

from __future__ import annotations

from uuid import uuid4

from services.subsidy.patterns import rules, store
from services.subsidy.patterns.rules import PatternFinding, PatternRule
from shared.kernel.ids import new_id
from tests.subsidy.builders import NOW, TODAY
from tests.subsidy.office import Office


async def found(office: Office, region: str, reporting_region: str) -> str:
    """The id of an open finding about an institution of which nothing else is known."""
    finding = PatternFinding(
        id=new_id(),
        rule=PatternRule.SHARED_ACCOUNT,
        key=f"{uuid4()}/{uuid4()}",
        institution_id=uuid4(),
        evidence={"accounts": [], "payees": []},
        region=region,
        reporting_region=reporting_region,
        found_at=NOW,
        due_on=rules.due_on(TODAY),
    )
    async with office.service.engine.begin() as connection:
        await store.add_all(connection, [finding])
    return str(finding.id)
