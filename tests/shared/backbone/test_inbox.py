"""The version guard: whatever comes in whatever order, each version of a subject is let through once and in order."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.backbone.inbox import InboxTable, NotNext, Steps, admit, steps
from tests.shared.backbone.ledger import Ledger


class Arrival(NamedTuple):
    subject: str
    version: int

    @property
    def fact(self) -> Arrival:
        return self


SUBJECTS = ("a", "b", "c")
arrivals = st.lists(st.builds(Arrival, st.sampled_from(SUBJECTS), st.integers(1, 6)), max_size=60)
known_versions = st.dictionaries(st.sampled_from(SUBJECTS), st.integers(1, 4))


class TestAdmit:
    @given(arrivals, known_versions)
    def test_lets_each_version_through_once_and_in_order(self, arrived: list[Arrival], known: dict[str, int]) -> None:
        fresh, _ = admit(known, arrived)

        by_subject: defaultdict[str, list[int]] = defaultdict(list)
        for fact in fresh:
            by_subject[fact.subject].append(fact.version)
        for subject, versions in by_subject.items():
            first = known.get(subject, 0) + 1
            assert versions == list(range(first, first + len(versions)))

    @given(arrivals, known_versions)
    def test_accounts_for_every_arrival_as_next_behind_a_gap_or_repeated(
        self, arrived: list[Arrival], known: dict[str, int]
    ) -> None:
        fresh, gaps = admit(known, arrived)

        at = dict(known)
        expected_fresh, expected_gaps = [], []
        for fact in arrived:
            step = fact.version - at.get(fact.subject, 0)
            if step == 1:
                at[fact.subject] = fact.version
                expected_fresh.append(fact)
            elif step > 1:
                expected_gaps.append(fact)
        assert fresh == expected_fresh
        assert [fact for fact, _ in gaps] == expected_gaps
        assert all(fact.version > at + 1 for fact, at in gaps)

    @given(st.lists(st.integers(0, 30), max_size=30), st.data())
    def test_is_complete_when_an_ordered_stream_is_sent_again_from_any_point(
        self, restarts: list[int], draw: st.DataObject
    ) -> None:
        stream = [Arrival(subject, version) for version in range(1, 11) for subject in SUBJECTS]
        delivered: list[Arrival] = []
        for restart in restarts:
            delivered += stream[: draw.draw(st.integers(0, restart))]
        delivered += stream

        fresh, gaps = admit({}, delivered)

        assert sorted(fresh) == sorted(stream)
        assert not gaps

    @given(arrivals, known_versions)
    def test_changes_nothing_that_it_was_given(self, arrived: list[Arrival], known: dict[str, int]) -> None:
        before = dict(known)

        admit(known, arrived)

        assert known == before


class TestSteps:
    @given(arrivals)
    def test_are_those_of_a_stream_whose_versions_follow_each_other_and_of_no_other(
        self, arrived: list[Arrival]
    ) -> None:
        found = steps(arrived)

        by_subject: defaultdict[str, list[int]] = defaultdict(list)
        for fact in arrived:
            by_subject[fact.subject].append(fact.version)
        if all(versions == list(range(versions[0], versions[0] + len(versions))) for versions in by_subject.values()):
            assert found == (
                {subject: versions[0] - 1 for subject, versions in by_subject.items()},
                {subject: versions[-1] for subject, versions in by_subject.items()},
            )
        else:
            assert found is None

    @given(arrivals)
    def test_let_through_exactly_what_admit_lets_through_when_the_versions_known_are_those_before(
        self, arrived: list[Arrival]
    ) -> None:
        found = steps(arrived)
        assume(found is not None)
        assert found is not None

        assert admit(found.before, arrived) == (arrived, [])


class TestInboxTable:
    async def test_remembers_the_last_version_of_each_subject_for_each_consumer(self, ledger: Ledger) -> None:
        first, second = InboxTable("first"), InboxTable("second")
        async with ledger.engine.begin() as connection:
            await first.move(connection, Steps({"accounts/1": 0, "accounts/2": 0}, {"accounts/1": 3, "accounts/2": 1}))
            await first.move(connection, Steps({"accounts/1": 3}, {"accounts/1": 4}))
            await second.move(connection, Steps({"accounts/1": 0}, {"accounts/1": 9}))

            assert await first.known(connection, {"accounts/1", "accounts/2", "accounts/3"}) == {
                "accounts/1": 4,
                "accounts/2": 1,
            }
            assert await second.known(connection, ["accounts/1"]) == {"accounts/1": 9}

    @pytest.mark.parametrize("before", [0, 1, 3])
    async def test_refuses_a_step_from_a_version_where_the_subject_is_not(self, ledger: Ledger, before: int) -> None:
        inbox = InboxTable("first")
        async with ledger.engine.begin() as connection:
            await inbox.move(connection, Steps({"accounts/1": 0}, {"accounts/1": 2}))

            with pytest.raises(NotNext):
                await inbox.move(connection, Steps({"accounts/1": before}, {"accounts/1": 4}))

            assert await inbox.known(connection, ["accounts/1"]) == {"accounts/1": 2}

    async def test_refuses_a_later_step_of_a_subject_never_heard_of(self, ledger: Ledger) -> None:
        async with ledger.engine.begin() as connection:
            with pytest.raises(NotNext):
                await InboxTable("first").move(connection, Steps({"accounts/1": 1}, {"accounts/1": 2}))
