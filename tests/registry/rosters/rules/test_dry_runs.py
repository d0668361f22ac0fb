"""Rosters dry_run chunk by chunk tell what storing them would."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.registry.enrolments.rules.overlaps import OccupiedDays
from services.registry.rosters.rules.decisions import Entry, decide
from services.registry.rosters.rules.dry_runs import DryRun
from shared.kernel.outcomes import RowOutcome
from tests.registry.rosters.rules.test_rosters import STRANGER, decided, known_of, rosters, seats_left, stored


class TestADryRun:
    @given(rosters(), stored(), seats_left, st.integers(1, 9))
    def test_chunk_by_chunk_tells_what_deciding_it_all_at_once_would(
        self, entries: list[Entry], known: list[OccupiedDays], seats: Mapping[UUID, int], size: int
    ) -> None:
        dry_run, told = DryRun(), list[RowOutcome]()
        for first in range(0, len(entries), size):
            chunk = entries[first : first + size]
            # Decided twice, as after a connection that broke; it counts once.
            for _ in range(2):
                outcomes, first_days = decide(chunk, dry_run.over(known_of(known, seats), chunk))
                accepted = {outcome.row for outcome in outcomes if outcome.outcome == "accepted"}
                dry_run.note([entry for entry in chunk if entry.row in accepted], first_days, {})
            dry_run.keep()
            told += outcomes

        assert [_said(outcome) for outcome in told] == [_said(each) for each in decided(entries, known, seats)]

    def test_knows_people_by_the_name_that_came_first(self) -> None:
        person, dry_run = UUID(int=101), DryRun()
        for name in ("何示例", "郑示例"):
            dry_run.note([], {}, {person: name})
            dry_run.keep()

        assert dry_run.names([person, STRANGER]) == {person: "何示例"}


def _said(outcome: RowOutcome) -> tuple[int, str, UUID | None, list[str]]:
    return outcome.row, outcome.outcome, outcome.id, [refusal.slug for refusal in outcome.refusals]
