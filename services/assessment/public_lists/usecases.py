"""What assessment owns of public claims: the people of exams and of certificates."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.bodies.store.bodies import BODY
from services.assessment.certificates.store import CERTIFICATE
from services.assessment.plan import usecases as plan
from services.assessment.public_lists.store import HOLDER
from services.assessment.standards import store as standards
from shared.contracts.subsidy import SubsidyKind
from shared.plan import Plan
from shared.public_lists.rules import Skill
from shared.public_lists.store import Owner


class _Certificates:
    kinds = frozenset({SubsidyKind.ASSESSMENT, SubsidyKind.SKILL_UPGRADE})
    sources = CERTIFICATE
    people = HOLDER
    payees = BODY

    async def load_plan(self, connection: AsyncConnection) -> Plan:
        """Raises NotYetReceived."""
        return await plan.load(connection)

    async def skill_names(self, connection: AsyncConnection, skills: Collection[Skill]) -> dict[Skill, str]:
        """By the newest standard of the occupation."""
        called = await standards.occupation_names(connection, {skill.occupation for skill in skills})
        known = [skill for skill in skills if skill.occupation in called]
        return {skill: f"{called[skill.occupation]}（{skill.award.name_zh}）" for skill in known}


OWNER: Final[Owner] = _Certificates()
