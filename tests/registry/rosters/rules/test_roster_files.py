"""The state machine of roster files, and how long what was refused is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registry.rosters.rules import files as rules
from services.registry.rosters.rules.files import (
    MOVES,
    RefusedRowsErased,
    RosterFile,
    RosterFileForm,
    RosterFileStatus,
    RosterFileVerb,
    Tally,
)
from shared.kernel.refusals import IllegalMove
from tests.registry.builders import NOON

MONTH = timedelta(days=30)

VERBS: dict[RosterFileVerb, Callable[[RosterFile], RosterFile]] = {
    RosterFileVerb.TAKE: rules.take,
    RosterFileVerb.FINISH: lambda file: rules.finish(file, at=NOON, rows_kept=MONTH),
    RosterFileVerb.REFUSE: lambda file: rules.refuse(file, {}, at=NOON, rows_kept=MONTH),
    RosterFileVerb.CANCEL: lambda file: rules.cancel(file, at=NOON, rows_kept=MONTH),
}


def roster_file(**changes: Any) -> RosterFile:
    usual = {
        "id": UUID(int=1), "institution_id": UUID(int=2), "class_id": None, "form": RosterFileForm.XLSX,
        "dry_run": False, "status": RosterFileStatus.WORKING, "rows_total": 9, "tally": Tally(refused=2),
        "problem": None, "posted_by": "clerk", "posted_at": NOON, "finished_at": None, "attempts": 1,
    }  # fmt: skip
    return RosterFile(**usual | changes)


@pytest.mark.parametrize("status", RosterFileStatus)
@pytest.mark.parametrize("verb", RosterFileVerb)
def test_a_file_moves_by_its_table_and_no_other_way(status: RosterFileStatus, verb: RosterFileVerb) -> None:
    before = roster_file(status=status)

    if verb in MOVES[status]:
        assert VERBS[verb](before).status is MOVES[status][verb]
    else:
        with pytest.raises(IllegalMove):
            VERBS[verb](before)


class TestRefusedRows:
    @pytest.mark.parametrize("verb", [RosterFileVerb.FINISH, RosterFileVerb.REFUSE, RosterFileVerb.CANCEL])
    def test_are_kept_for_a_while_after_the_end(self, verb: RosterFileVerb) -> None:
        file = VERBS[verb](roster_file())

        rules.require_rows(file, at=NOON + MONTH - timedelta(seconds=1))
        with pytest.raises(RefusedRowsErased):
            rules.require_rows(file, at=NOON + MONTH)

    def test_that_were_erased_are_refused_from_that_moment_on(self) -> None:
        file = rules.erase_rows(VERBS[RosterFileVerb.FINISH](roster_file()), at=NOON + timedelta(days=1))

        with pytest.raises(RefusedRowsErased):
            rules.require_rows(file, at=NOON + timedelta(days=1))

    @given(st.lists(st.integers(0, 60), max_size=4))
    def test_are_never_kept_longer_by_erasing_them(self, days: list[int]) -> None:
        file = VERBS[RosterFileVerb.FINISH](roster_file())

        for day in days:
            file = rules.erase_rows(file, at=NOON + timedelta(days=day))

        assert file.rows_until == NOON + timedelta(days=min([30, *days]))

    def test_of_which_there_are_none_are_never_missed(self) -> None:
        file = VERBS[RosterFileVerb.FINISH](roster_file(tally=Tally(accepted=9)))

        assert file.rows_until is None
        rules.require_rows(file, at=NOON + 2 * MONTH)
