"""The session rules of the two years, as values; those of 2026 are what the migration's rows say."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.assessment.session_rules.rules import Figures
from tests.support.services import ServiceUnderTest

IN_2025 = Figures(
    filing_lead_working_days=None,
    filing_delay_days_max=None,
    filing_plan_year_only=True,
    filing_plan_required=False,
    filing_approval_required=False,
    roster_sealing_required=False,
    group_theory_size_min=0,
    group_skills_size_min=0,
    group_review_size_min=0,
    group_theory_seats_per_examiner_max=1000,
    group_review_odd=False,
    group_supervisors_min=0,
    examiner_sessions_in_row_max=0,
    examiner_day_sittings_max=1000,
    publicity_working_days=0,
    eligibility_required=False,
)
IN_2024 = replace(IN_2025, filing_delay_days_max=90, filing_plan_year_only=False)
IN_2026 = Figures(
    filing_lead_working_days=5,
    filing_delay_days_max=None,
    filing_plan_year_only=False,
    filing_plan_required=True,
    filing_approval_required=True,
    roster_sealing_required=True,
    group_theory_size_min=2,
    group_skills_size_min=3,
    group_review_size_min=3,
    group_theory_seats_per_examiner_max=15,
    group_review_odd=True,
    group_supervisors_min=1,
    examiner_sessions_in_row_max=3,
    examiner_day_sittings_max=4,
    publicity_working_days=5,
    eligibility_required=True,
)


async def keep_2025(service: ServiceUnderTest) -> None:
    """The rules of 2025 hold for ever, as where the province moves the day: for tests of something else."""
    async with service.engine.begin() as connection:
        await connection.execute(text("DELETE FROM session_rule WHERE lower(validity) = '2026-01-01'"))
        await connection.execute(text("DELETE FROM session_rule WHERE upper(validity) = '2025-01-01'"))
        await connection.execute(text("UPDATE session_rule SET validity = '[2000-01-01,)'"))


async def file_however_late(connection: AsyncConnection) -> None:
    """Sessions of the past are filed in whatever year a test runs: for tests of something else."""
    await connection.execute(text("UPDATE session_rule SET value = '' WHERE key = 'filing.delay_days_max'"))
    await connection.execute(text("UPDATE session_rule SET value = 'no' WHERE key = 'filing.plan_year_only'"))
