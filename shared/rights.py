"""Rights: who may call an operation of a service, and whose things each role reaches with it.

Each service states them in one table, `services/<service>/rights.py`. The edge refuses a role that has no entry before
anything of the request is read. Use cases and statements go by `Caller.whose`, which comes from here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from shared.kernel.callers import Caller, Role, Whose, WrongRole

READING: Final = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, kw_only=True)
class Right:
    """Who may call an operation, and whose things each role reaches with it.

    A write says who its `two_people` are, or why one person is enough (`one_person`). `note` is for people: what a
    reader would otherwise have to ask.
    """

    whose: Mapping[Role, Whose]
    two_people: str = ""
    one_person: str = ""
    note: str = ""

    @property
    def is_public(self) -> bool:
        """Whether no token is needed."""
        return Whose.PUBLIC in self.whose.values()

    def admit(self, caller: Caller) -> Caller:
        """`caller` with what they reach by this operation. Raises WrongRole."""
        whose = self.whose.get(caller.role)
        if whose is None:
            raise WrongRole(roles=sorted(self.whose))
        return replace(caller, whose=whose)


Rights = Mapping[str, Right]
"""The rights of a service by operation id."""

ORGANISATIONS: Final[Mapping[Role, Whose]] = {Role.INSTITUTION: Whose.OWN}
"""A training institution, for its own things."""
BODIES: Final[Mapping[Role, Whose]] = {Role.ASSESSMENT_BODY: Whose.OWN}
"""An assessment body, for its own things."""
OFFICERS: Final[Mapping[Role, Whose]] = {Role.COUNTY_OFFICER: Whose.REGION, Role.PROVINCE: Whose.REGION}
"""Those who decide about what lies in their region: county, city and province."""
AUDITORS: Final[Mapping[Role, Whose]] = {Role.AUDITOR: Whose.REGION}
"""Those who examine afterwards what was done in their region. They only read: see `require_complete`."""
SUPERVISORS: Final[Mapping[Role, Whose]] = {**OFFICERS, Role.REVIEWER: Whose.REGION, **AUDITORS}
"""Those who look at what lies in their region."""
HOLDERS: Final[Mapping[Role, Whose]] = {Role.HOLDER: Whose.SELF}
"""A person, for what is recorded about themselves."""
EVERY_ROLE: Final[Mapping[Role, Whose]] = {role: Whose.ALL for role in Role if role not in HOLDERS}
"""Every role of those who take part in the programme, with a token."""


def reads(*whose: Mapping[Role, Whose], note: str = "") -> Right:
    """The right to read, for the roles of all of `whose`."""
    return Right(whose=_together(whose), note=note)


def writes(*whose: Mapping[Role, Whose], two: str = "", one: str = "", note: str = "") -> Right:
    """The right to write, for the roles of all of `whose`: `two` people are needed, or `one` says why not."""
    return Right(whose=_together(whose), two_people=two, one_person=one, note=note)


def public(note: str, *, one: str = "") -> Right:
    """The right of everybody, without a token; `note` says why, `one` why one person is enough to write."""
    return Right(whose=dict.fromkeys(Role, Whose.PUBLIC), note=note, one_person=one)


def _together(whose: Iterable[Mapping[Role, Whose]]) -> Mapping[Role, Whose]:
    return {role: reached for each in whose for role, reached in each.items()}


_DESCRIPTION: Final = "The description of the service holds nobody's data."

OF_EVERY_SERVICE: Final[Rights] = {
    "openapi": public(_DESCRIPTION),
    "file": public(_DESCRIPTION),
    "docs": public(_DESCRIPTION),
    "redoc": public(_DESCRIPTION),
    "asset": public("Scripts and styles of the pages hold nobody's data."),
    "sign_in_page": public("Whoever signs in has not yet."),
    "get_sign_in": public("It tells people who they are, and on one machine whom they can choose to be."),
    "choose_person": public("Only where a sandbox lists people to choose from.", one="It writes nothing down."),
    "begin_at_provider": public("Whoever signs in has not yet."),
    "return_from_provider": public("The same person comes back, with what proves who they are."),
    "end_at_provider": public("Whoever has signed out here goes on to sign out there."),
    "ended_at_provider": public("The same person comes back, signed out."),
    "sign_out": public("Whoever has no session ends none.", one="It writes nothing down."),
    "list_problems": public(_DESCRIPTION),
    "describe_problem": public(_DESCRIPTION),
    "get_liveness": public("An orchestrator has no token."),
    "get_readiness": public("An orchestrator has no token."),
    "get_backlog": public("Monitoring has no token; the answer holds counts only."),
    "get_prometheus_metrics": public("Prometheus has no token; the answer holds counts and times only."),
}
"""The routes that every service has. With the public ones of the services, these are all that need no token."""

_PUBLIC_NAMES: Final = "Who is paid is public for some days, so that whoever knows better can object."
OF_PUBLIC_LISTS: Final[Rights] = {
    "list_public_lists": public("Sums of claims, and no names."),
    "get_public_list": public(_PUBLIC_NAMES),
    "get_public_list_file": public(_PUBLIC_NAMES),
    "public_lists_page": public("A page for the public, which asks the routes of public lists."),
}
"""The routes of `shared.public_lists`, in the services that own the people of claims."""


class IncompleteRights(ValueError):
    """The table of rights and the routes of a service do not match."""


def require_complete(rights: Rights, operations: Iterable[tuple[str, frozenset[str], bool]]) -> None:
    """Check that every operation (id, methods, whether it needs a caller) has its row, and every row its operation; and
    that auditors write nothing but what everybody may without a token.

    Raises IncompleteRights.
    """
    faults: list[str] = []
    times: Counter[str] = Counter()
    for name, methods, needs_caller in operations:
        times[name] += 1
        right = rights.get(name)
        if right is None:
            faults.append(f"{name} has no row")
            continue
        if right.is_public is needs_caller:
            faults.append(f"{name} is {'public' if right.is_public else 'not public'} here and otherwise in its route")
        if methods <= READING:
            continue
        if bool(right.two_people) is bool(right.one_person):
            faults.append(f"{name} writes: say who its two people are, or why one is enough")
        if Role.AUDITOR in right.whose and not right.is_public:
            faults.append(f"{name} writes, and auditors only read")
    faults += [f"{name} has no operation" for name in rights if name not in times]
    faults += [f"{name} is the name of {count} operations" for name, count in times.items() if count > 1]
    if faults:
        raise IncompleteRights("; ".join(sorted(faults)))
