"""Who may see the people that a body examined."""

from __future__ import annotations

from uuid import UUID

from shared.kernel.callers import Caller, Role


def require_reader(caller: Caller, body_id: UUID) -> None:
    """Raises ForeignOrganisation for another body than `body_id`, and WrongRole for who supervises no exams."""
    if caller.role is Role.ASSESSMENT_BODY:
        caller.require_organisation(body_id)
    else:
        caller.require(Role.COUNTY_OFFICER, Role.REVIEWER, Role.PROVINCE)
