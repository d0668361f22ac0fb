"""Access to the candidates of a body: for the body itself, and for roles that supervise exams."""

from __future__ import annotations

from uuid import UUID

from shared.kernel.callers import Caller, Role


def require_reader(caller: Caller, body_id: UUID) -> None:
    """Raises ForeignOrganisation for a body other than `body_id`, and WrongRole for roles that supervise no exams."""
    if caller.role is Role.ASSESSMENT_BODY:
        caller.require_organisation(body_id)
    else:
        caller.require(Role.COUNTY_OFFICER, Role.REVIEWER, Role.PROVINCE)


def readable_body(caller: Caller) -> UUID | None:
    """The body whose candidates the caller may see; None for a supervisor, who may see all. Raises WrongRole."""
    if caller.role is Role.ASSESSMENT_BODY and caller.organisation is not None:
        return caller.organisation
    caller.require(Role.COUNTY_OFFICER, Role.REVIEWER, Role.PROVINCE)
    return None
