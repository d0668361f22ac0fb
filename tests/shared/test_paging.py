"""Lists: pages join without a gap or a repeat, also while rows are added."""

from __future__ import annotations

import base64
from contextlib import suppress
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.paging import BEGINNING, END, WrongCursor, after, after_day, before, cursor_of, next_cursor, position_of
from tests.shared.noteboard import NoteAnswer, Noteboard


def rows(*ids: UUID) -> list[NoteAnswer]:
    return [NoteAnswer(id=each, title="") for each in ids]


async def page(board: Noteboard, **query: object) -> dict[str, Any]:
    answer = await board.http.get("/v1/notes", params=query, headers=board.anybody)  # type: ignore[arg-type]
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def write(board: Noteboard, *titles: str) -> None:
    for title in titles:
        await board.http.post("/v1/notes", json={"title": title}, headers=board.anybody)


class TestCursor:
    @given(st.uuids())
    def test_leads_on_before_the_last_row_of_a_list_from_the_newest_on(self, last: UUID) -> None:
        assert before(next_cursor(rows(last), 1)) == last
        assert before(None) == END >= last

    @given(st.uuids())
    def test_leads_on_after_the_last_row(self, last: UUID) -> None:
        cursor = next_cursor(rows(UUID(int=1), last), 2)

        assert cursor is not None
        assert cursor.isascii()
        assert after(cursor) == last

    def test_is_none_when_the_page_is_not_full(self) -> None:
        assert next_cursor(rows(UUID(int=1)), 2) is None
        assert next_cursor([], 2) is None

    def test_begins_at_the_beginning_when_left_out(self) -> None:
        assert after(None) == BEGINNING

    @given(st.text(max_size=40))
    def test_of_other_making_is_refused_or_harmless(self, cursor: str) -> None:
        with suppress(WrongCursor):
            assert isinstance(after(cursor), UUID)

    @given(st.dates(), st.uuids())
    def test_of_a_list_by_days_leads_on_after_day_and_id(self, day: date, last: UUID) -> None:
        cursor = next_cursor(rows(last), 1, lambda row: (day, row.id))

        assert cursor is not None
        assert after_day(cursor) == (day, last)
        assert after_day(None) == (date.min, BEGINNING)

    @given(st.tuples(st.text(max_size=9), st.integers(), st.dates(), st.uuids()))
    def test_holds_a_position_of_any_values(self, position: tuple[str, int, date, UUID]) -> None:
        assert position_of(cursor_of(position), str, int, date, UUID) == position

    @given(st.dates(), st.uuids())
    def test_of_another_list_is_refused(self, day: date, last: UUID) -> None:
        with pytest.raises(WrongCursor):
            after(cursor_of((day, last)))
        with pytest.raises(WrongCursor):
            after_day(cursor_of((last,)))

    @pytest.mark.parametrize("cursor", ["", "x", "ü", "bnVsbA", "WzFd", base64.urlsafe_b64encode(b"short").decode()])
    async def test_that_is_wrong_is_told(self, board: Noteboard, cursor: str) -> None:
        answer = await board.http.get("/v1/notes", params={"cursor": cursor}, headers=board.anybody)

        assert (answer.status_code, answer.json()["code"]) == (422, "wrong-cursor")


class TestPages:
    async def test_join_without_gap_or_repeat(self, board: Noteboard) -> None:
        titles = [f"note {number}" for number in range(7)]
        await write(board, *titles)

        seen: list[str] = []
        cursor: str | None = None
        for expected in (3, 3, 1):
            found = await page(board, size=3, **({"cursor": cursor} if cursor else {}))
            seen += [row["title"] for row in found["rows"]]
            assert len(found["rows"]) == expected
            cursor = found["next"]

        assert seen == titles
        assert cursor is None

    async def test_stay_where_they_are_while_rows_are_added(self, board: Noteboard) -> None:
        await write(board, "a", "b")
        first = await page(board, size=2)
        await write(board, "c")

        second = await page(board, size=2, cursor=first["next"])

        assert [row["title"] for row in second["rows"]] == ["c"]
        assert await page(board, size=2) == first

    @pytest.mark.parametrize("size", ["0", "501", "-1", "many"])
    async def test_have_a_bounded_size(self, board: Noteboard, size: str) -> None:
        answer = await board.http.get("/v1/notes", params={"size": size}, headers=board.anybody)

        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/query/size")
