"""Four eyes: some steps need a person who did none of the steps before."""

from __future__ import annotations

from shared.kernel.refusals import SamePerson
from shared.kernel.spelling import canonical


def require_another(person: str, *earlier: str | None, rule: str) -> None:
    """Raises SamePerson if `person` did one of the `earlier` steps (None: nobody did); `rule` names them.

    Persons are compared in one form, so that another spelling of a name in a token is no second person.
    """
    if canonical(person) in {canonical(each) for each in earlier if each is not None}:
        raise SamePerson(rule=rule)
