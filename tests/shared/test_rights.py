"""The table of rights: complete before a service starts, and the first thing that a request meets."""

from __future__ import annotations

from uuid import uuid4

import pytest

from shared.kernel.callers import Caller, Role, Whose, WrongRole
from shared.rights import (
    BODIES,
    OFFICERS,
    ORGANISATIONS,
    SUPERVISORS,
    IncompleteRights,
    public,
    reads,
    require_complete,
    writes,
)
from tests.shared.noteboard import Noteboard

GET, POST = frozenset({"GET"}), frozenset({"POST"})


class TestAdmit:
    def test_gives_the_caller_what_their_role_reaches(self) -> None:
        right = reads(ORGANISATIONS, OFFICERS)

        assert right.admit(Caller("o", Role.COUNTY_OFFICER, None, "410102")).whose is Whose.REGION
        assert right.admit(Caller("c", Role.INSTITUTION, uuid4(), None)).whose is Whose.OWN

    def test_refuses_another_role_and_names_those_that_may(self) -> None:
        with pytest.raises(WrongRole) as refused:
            reads(BODIES, OFFICERS).admit(Caller("f", Role.FINANCE, None, "410100"))

        assert refused.value.facts == {"roles": ["assessment_body", "county_officer", "province"]}

    async def test_comes_before_anything_that_was_sent_is_read(self, board: Noteboard) -> None:
        board.app.state.rights = {**board.app.state.rights, "write": writes(OFFICERS, one="They may.")}
        headers = board.tokens.of(Role.INSTITUTION, organisation=uuid4()) | {"Content-Type": "text/plain"}

        answer = await board.http.post("/v1/notes?stauts=x", content=b"{", headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (403, "wrong-role")
        assert answer.json()["roles"] == ["county_officer", "province"]


class TestDescription:
    def test_tells_who_may_call_an_operation_and_what_they_reach(self, board: Noteboard) -> None:
        paths = board.app.openapi()["paths"]

        told = paths["/v1/notes"]["post"]["x-rights"]
        pinners = [role.value for role in Role if role not in (Role.HOLDER, Role.AUDITOR)]
        assert told == {"roles": dict.fromkeys(pinners, "all")}
        assert paths["/health/live"]["get"]["x-rights"] == {"public": True}
        assert "403" not in paths["/health/live"]["get"]["responses"]


class TestRequireComplete:
    def test_accepts_a_row_for_each_operation(self) -> None:
        rights = {
            "page": public("A page."),
            "report": public("Whoever saw it.", one="It decides nothing."),
            "list": reads(SUPERVISORS),
            "add": writes(OFFICERS, two="Two officers."),
        }
        operations = [("page", GET, False), ("report", POST, False), ("list", GET, True), ("add", POST, True)]

        require_complete(rights, operations)

    @pytest.mark.parametrize(
        ("rights", "operations", "fault"),
        [
            ({}, [("list", GET, True)], "list has no row"),
            ({"list": reads(OFFICERS)}, [], "list has no operation"),
            ({"list": reads(OFFICERS)}, [("list", GET, False)], "list is not public here and otherwise in its route"),
            ({"list": public("All.")}, [("list", GET, True)], "list is public here and otherwise in its route"),
            ({"list": reads(OFFICERS)}, [("list", GET, True), ("list", GET, True)], "list is the name of 2 operations"),
            ({"add": reads(OFFICERS)}, [("add", POST, True)], "add writes: say who its two people are, or why one is"),
            (
                {"add": writes(OFFICERS, two="A.", one="B.")},
                [("add", POST, True)],
                "add writes: say who its two people",
            ),
            (
                {"add": writes(SUPERVISORS, two="Two of them.")},
                [("add", POST, True)],
                "add writes, and auditors only read",
            ),
        ],
    )
    def test_tells_what_does_not_match(
        self, rights: dict[str, object], operations: list[tuple[str, frozenset[str], bool]], fault: str
    ) -> None:
        with pytest.raises(IncompleteRights, match=fault):
            require_complete(rights, operations)  # type: ignore[arg-type]
