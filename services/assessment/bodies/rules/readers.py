"""Access to the candidates of a body: for the body itself, and for roles that supervise exams."""

from __future__ import annotations

from uuid import UUID

from shared.kernel.callers import Caller, Whose


def require_reader(caller: Caller, body_id: UUID) -> None:
    """Raises ForeignOrganisation for a body other than `body_id`."""
    if caller.whose is Whose.OWN:
        caller.require_organisation(body_id)


def readable_body(caller: Caller) -> UUID | None:
    """The body whose candidates the caller may see; None for a supervisor, who may see all."""
    return caller.require_some_organisation() if caller.whose is Whose.OWN else None
