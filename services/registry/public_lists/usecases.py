"""What the registry owns of public claims: the people of trainings."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.directory.store.institutions import INSTITUTION
from services.registry.enrolments.store.enrolments import ENROLMENT
from services.registry.plan.store import rulebook as rulebook_store
from services.registry.public_lists.store import TRAINEE
from shared.contracts.subsidy import SubsidyKind
from shared.plan import Plan
from shared.public_lists.rules import Skill
from shared.public_lists.store import Owner


class _Trainings:
    kinds = frozenset(
        {
            SubsidyKind.TRAINING,
            SubsidyKind.LIVING,
            SubsidyKind.APPRENTICESHIP,
            SubsidyKind.APPRENTICESHIP_ADVANCE,
        }
    )
    sources = ENROLMENT
    people = TRAINEE
    payees = INSTITUTION

    async def load_plan(self, connection: AsyncConnection) -> Plan:
        return (await rulebook_store.current(connection)).plan

    async def skill_names(self, connection: AsyncConnection, skills: Collection[Skill]) -> dict[Skill, str]:
        """What the catalogue called a project last."""
        catalogue = (await rulebook_store.current(connection)).catalogue
        named = {Skill(term.occupation, term.award): term.name_zh for terms in catalogue.values() for term in terms}
        return {skill: named[skill] for skill in skills if skill in named}


OWNER: Final[Owner] = _Trainings()
