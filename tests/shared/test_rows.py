"""Rows of a batch are read one by one: a value that no row may have spoils its own row, with its place, alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter

from shared.form_errors import Entry, MalformedRequest
from shared.rows import ROWS_MAX, Posted, errors_of, parse_posted, rows_of_json, rows_of_lines


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    local_id: str
    note: Any = None


ROWS = TypeAdapter(Row)
BAD = {"half": "王\ud842", "nan": float("nan"), "infinity": float("-inf"), "null": "a\0"}
CODES = {"half": "string-unicode", "nan": "finite-number", "infinity": "finite-number", "null": "null-character"}


def in_json(rows: list[object]) -> Posted:
    return rows_of_json(json.dumps({"rows": rows}).encode())


def in_lines(rows: list[object]) -> Posted:
    return rows_of_lines("\n".join(map(json.dumps, rows)).encode())


@pytest.mark.parametrize("read", [in_json, in_lines])
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_value_spoils_its_own_row_alone_and_is_told_by_its_place(read: Any, kind: str) -> None:
    rows: list[object] = [{"local_id": "a"}, {"local_id": "b", "note": [1, BAD[kind]]}, {"local_id": "c"}]

    parsed, refused = parse_posted(ROWS, read(rows))

    assert [place for place, _ in parsed] == [0, 2]
    (outcome,) = refused
    assert (outcome.row, outcome.row_id, outcome.outcome) == (1, "b", "refused")
    (error,) = errors_of(outcome)
    assert (error["code"], error["pointer"]) == (CODES[kind], "/note/1")
    assert any("\u4e00" <= char <= "\u9fff" for char in str(error["title_zh"]))


@pytest.mark.parametrize("read", [in_json, in_lines])
def test_a_name_with_half_a_character_is_not_repeated(read: Any) -> None:
    _, (outcome,) = parse_posted(ROWS, read([{"local_id": "a\ud842"}]))

    assert outcome.row_id is None
    assert [error["pointer"] for error in errors_of(outcome)] == ["/local_id"]


@pytest.mark.parametrize("read", [in_json, in_lines])
def test_a_row_that_is_wrong_in_two_ways_is_told_both(read: Any) -> None:
    _, (outcome,) = parse_posted(ROWS, read([{"local_id": 7, "note": "\0"}]))

    assert {error["code"] for error in errors_of(outcome)} == {"null-character", "string-type"}


def test_words_may_be_handed_in_and_code_and_place_stay() -> None:
    def words(error: Entry) -> Entry:
        return error | {"title": "Ask the clerk"}

    _, (outcome,) = parse_posted(ROWS, in_json([{"note": 1}]), in_words=words)

    (error,) = errors_of(outcome)
    assert (error["code"], error["pointer"]) == ("missing", "/local_id")
    assert (error["title"], error["cure_zh"]) == ("Ask the clerk", "请补充此项。")


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        (b"{", [("json-invalid", "")]),
        (b"", [("json-invalid", "")]),
        (b"[]", [("model-type", "")]),
        (b"{}", [("missing", "/rows")]),
        (b'{"rows": {}}', [("list-type", "/rows")]),
        (b'{"rows": [], "row": 1}', [("extra-forbidden", "/row")]),
        (b'{"rows": [], "\\ud842": 1}', [("extra-forbidden", "/?")]),
        (json.dumps({"rows": [1] * (ROWS_MAX + 1)}).encode(), [("too-long", "/rows")]),
    ],
)
def test_what_holds_no_rows_is_refused_whole(text: bytes, errors: list[tuple[str, str]]) -> None:
    with pytest.raises(MalformedRequest) as refused:
        rows_of_json(text)

    assert [(error["code"], error["pointer"]) for error in refused.value.errors] == errors


@given(st.lists(st.sampled_from([*BAD, "good", "number"]), max_size=8))
def test_every_row_is_either_parsed_or_refused_at_its_place(kinds: list[str]) -> None:
    contents: list[object] = [
        {"local_id": "a", "note": BAD[kind]} if kind in BAD else {"local_id": "a"} if kind == "good" else 7
        for kind in kinds
    ]

    for posted in (in_json(contents), in_lines(contents)):
        parsed, refused = parse_posted(ROWS, posted)
        assert [place for place, _ in parsed] == [place for place, kind in enumerate(kinds) if kind == "good"]
        assert sorted(outcome.row for outcome in refused) == [
            place for place, kind in enumerate(kinds) if kind != "good"
        ]
