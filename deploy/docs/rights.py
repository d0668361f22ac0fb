"""docs/rights.md: who may call each operation of each service, and whose things each role reaches with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from fastapi.routing import APIRoute

from deploy.docs.apis import application, names
from deploy.docs.markdown import table
from shared.edge.methods import routes_of
from shared.kernel.callers import Role
from shared.rights import OF_EVERY_SERVICE, Right

HEAD: Final = """\
# Rights

Who may call each operation, and whose things each role reaches with it. The tables are `services/<service>/rights.py`.
A service does not start if an operation has no row or a row has no operation. The edge refuses a role without an entry
(403 `wrong-role`, with the roles that may) before it reads anything of the request. Use cases and statements go by what
the entry says, so that a list shows exactly the records that can be read one by one.

| entry | the caller reaches |
|---|---|
| public | what everybody may see, without a token |
| own | what is of their own organisation |
| self | what is recorded about themselves |
| region | what lies in their region or below it; for the province, the whole province |
| all | everything |
| – | nothing: 403 `wrong-role` |

The province is a caller with that role whose region is the province's code. With another region, or one that does not
exist, the role reaches nothing (403 `foreign-region`).

A list can be narrowed with `region`, for every role in the same way: the province's code gives everything that the
caller may see, a region that does not lie in an officer's own is 403 `foreign-region`, and a code that is not in the
list of regions is 422 `unknown-region`.

**For a county**: officers of the city, or of the province with the role `county_officer`, may do in a county what its
own officers may. The province's own role may where its column has an entry. Approving, returning and checking classes,
moving trainees and reading the priority groups of a person are left to county officers.

**Several regions**: what concerns persons who were trained in several counties needs an officer of or above all of
them; each of these regions sees what was decided.

**Your own step**: who paid a claim may propose its recovery, which another person confirms. Who prepared a claim
neither returns, rejects nor approves it, in any role. The column on people says for every step who the second person
is.

**Auditors** read what reviewers and finance of their region read of claims, money, evidence and flags, with names and
numbers masked as for them, and write nothing: a service does not start if its table lets them. Not for auditors are
bank files, with whole account numbers, and files of rows as they were sent.

**No token** is needed for the routes that are public below; every other route answers 401 without one.

Rights follow the token of the request and are kept nowhere: a person whose role, organisation or region changes has
the new rights with the next token.

*Two people*: who they are, or why one is enough and how a mistake is corrected.

This page is generated from the code (`python -m deploy.docs`); a test compares the two.
"""

_HEADINGS: Final = ["operation", *(role.value for role in Role), "two people", "note"]
_ENTRY: Final = {"own organisation": "own", "own region and below": "region", "own person": "self"}


def page() -> str:
    """The page in Markdown."""
    parts = [HEAD, "## Every service\n", _table(_common())]
    for name in names():
        parts += [f"## {name}\n", _table(_own(name))]
    return "\n".join(parts)


def _common() -> Iterator[tuple[APIRoute, Right]]:
    for route in routes_of(application(names()[0])):
        if route.name in OF_EVERY_SERVICE:
            yield route, OF_EVERY_SERVICE[route.name]


def _own(name: str) -> Iterator[tuple[APIRoute, Right]]:
    app = application(name)
    for route in routes_of(app):
        if route.name not in OF_EVERY_SERVICE:
            yield route, app.state.rights[route.name]


def _table(rows: Iterator[tuple[APIRoute, Right]]) -> str:
    return table(_HEADINGS, [_row(route, right) for route, right in rows])


def _row(route: APIRoute, right: Right) -> list[str]:
    entries = [_ENTRY.get(right.whose[role], right.whose[role]) if role in right.whose else "–" for role in Role]
    method = " ".join(sorted(route.methods or ()))
    people = f"**Two.** {right.two_people}" if right.two_people else right.one_person
    return [f"`{method} {route.path}`", *entries, people, right.note]
