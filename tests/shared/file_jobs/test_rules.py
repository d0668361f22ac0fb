"""The state machine of files, and how long what was refused is kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.file_jobs import rules
from shared.file_jobs.rules import MOVES, FileJob, FileStatus, FileVerb, Posting, RefusedRowsErased, Tally
from shared.kernel.refusals import IllegalMove, TooManyRequests
from shared.spreadsheets.tables import FileFormat
from tests.registry.builders import NOON

MONTH = timedelta(days=30)

VERBS: dict[FileVerb, Callable[[FileJob], FileJob]] = {
    FileVerb.TAKE: rules.take,
    FileVerb.FINISH: lambda file: rules.finish(file, at=NOON, rows_kept=MONTH),
    FileVerb.REFUSE: lambda file: rules.refuse(file, {}, at=NOON, rows_kept=MONTH),
    FileVerb.CANCEL: lambda file: rules.cancel(file, at=NOON, rows_kept=MONTH),
}


def file_job(**changes: Any) -> FileJob:
    usual: dict[str, Any] = {
        "id": UUID(int=1), "kind": "roster", "posting": Posting(UUID(int=2), None, "clerk", dry_run=False),
        "format": FileFormat.XLSX, "status": FileStatus.WORKING, "rows_total": 9, "tally": Tally(refused=2),
        "problem": None, "posted_at": NOON, "finished_at": None, "attempts": 1,
    }  # fmt: skip
    return FileJob(**usual | changes)


@pytest.mark.parametrize("status", FileStatus)
@pytest.mark.parametrize("verb", FileVerb)
def test_a_file_moves_by_its_table_and_no_other_way(status: FileStatus, verb: FileVerb) -> None:
    before = file_job(status=status)

    if verb in MOVES[status]:
        assert VERBS[verb](before).status is MOVES[status][verb]
    else:
        with pytest.raises(IllegalMove):
            VERBS[verb](before)


class TestRefusedRows:
    @pytest.mark.parametrize("verb", [FileVerb.FINISH, FileVerb.REFUSE, FileVerb.CANCEL])
    def test_are_kept_for_a_while_after_the_end(self, verb: FileVerb) -> None:
        file = VERBS[verb](file_job())

        rules.require_rows(file, at=NOON + MONTH - timedelta(seconds=1))
        with pytest.raises(RefusedRowsErased):
            rules.require_rows(file, at=NOON + MONTH)

    def test_that_were_erased_are_refused_from_that_moment_on(self) -> None:
        file = rules.erase_rows(VERBS[FileVerb.FINISH](file_job()), at=NOON + timedelta(days=1))

        with pytest.raises(RefusedRowsErased):
            rules.require_rows(file, at=NOON + timedelta(days=1))

    @given(st.lists(st.integers(0, 60), max_size=4))
    def test_are_never_kept_longer_by_erasing_them(self, days: list[int]) -> None:
        file = VERBS[FileVerb.FINISH](file_job())

        for day in days:
            file = rules.erase_rows(file, at=NOON + timedelta(days=day))

        assert file.rows_until == NOON + timedelta(days=min([30, *days]))

    def test_of_which_there_are_none_are_never_missed(self) -> None:
        file = VERBS[FileVerb.FINISH](file_job(tally=Tally(accepted=9)))

        assert file.rows_until is None
        rules.require_rows(file, at=NOON + 2 * MONTH)


class TestDryRuns:
    HOUR = timedelta(hours=1)

    def require(self, *earlier: tuple[timedelta, int]) -> None:
        rules.require_dry_run_rows([(NOON - ago, rows) for ago, rows in earlier], rows_an_hour=60, at=NOON)

    @pytest.mark.parametrize("earlier", [[], [(HOUR / 2, 89)], [(timedelta(), 59)], [(3 * HOUR, 100), (HOUR, 60)]])
    def test_may_be_posted_while_a_row_is_left(self, earlier: list[tuple[timedelta, int]]) -> None:
        self.require(*earlier)

    @pytest.mark.parametrize(
        ("earlier", "seconds"),
        [([(timedelta(), 60)], 60), ([(HOUR / 2, 90)], 60), ([(HOUR, 600)], 8 * 3600 + 60), ([(HOUR, 1)] * 121, 120)],
    )
    def test_wait_until_the_rows_of_earlier_ones_have_come_back(
        self, earlier: list[tuple[timedelta, int]], seconds: int
    ) -> None:
        with pytest.raises(TooManyRequests) as refused:
            self.require(*earlier)

        assert refused.value.facts == {"retry_after_s": seconds}
