"""JSON text: read strictly, and what cannot be kept is told by its place while the rest is read all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.json_text import DEPTH_MAX, MEMBERS_MAX, MEMBERS_OF_ALL_MAX, Fault, NotJson, read

storable_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | storable_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(storable_text, inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(documents)
def test_what_json_can_say_and_we_can_keep_has_no_fault(document: Any) -> None:
    assert read(json.dumps(document, ensure_ascii=False).encode()) == (document, ())
    assert read(json.dumps(document).encode()) == (document, ())


@given(documents, st.sampled_from([("\ud842", "string_unicode"), (float("nan"), "finite_number"),
    (float("inf"), "finite_number"), ("a\0b", "null_character")]))  # fmt: skip
def test_one_bad_value_is_found_at_its_place_beside_anything_else(document: Any, bad: tuple[Any, str]) -> None:
    value, type_ = bad

    found, faults = read(json.dumps({"before": document, "at": [0, {"fault": value}]}).encode())

    assert faults == (Fault(("at", 1, "fault"), type_),)
    assert found["before"] == document


@given(documents, documents, st.sampled_from(["", " ", "\n", "\t "]), storable_text, st.booleans())
def test_a_name_twice_is_found_however_it_is_written(
    before: Any, value: Any, space: str, name: str, is_escaped: bool
) -> None:
    first, second = json.dumps(name), json.dumps(name, ensure_ascii=is_escaped)
    twice = f"{{{first}{space}:1,{second}{space}:{json.dumps(value)}}}"
    text = f'{{"before": {json.dumps(before)}, "at": [{twice}, {{"other": "{{\\":1}}"}}]}}'

    found, faults = read(text.encode())

    assert faults == (Fault(("at", 0), "repeated_name"),)
    assert found["before"] == before
    assert found["at"][0] == {name: value}


def test_what_is_nested_too_deeply_is_told_by_its_place_and_not_looked_into() -> None:
    deepest = b"[" * (DEPTH_MAX - 1) + b"]" * (DEPTH_MAX - 1)
    assert read(b"[" + deepest + b"]").faults == ()

    _, faults = read(b'{"a": [' + deepest + b'], "b": NaN}')

    assert faults == (Fault(("a", *[0] * (DEPTH_MAX - 1)), "recursion_depth_exceeded"), Fault(("b",), "finite_number"))


def test_lists_and_objects_have_so_many_members_and_a_text_so_many_of_all() -> None:
    full = b"[" + b"0," * (MEMBERS_MAX - 1) + b"0]"
    assert read(full).faults == ()

    assert read(b'{"a": [0,' + full[1:] + b"}").faults == (Fault(("a",), "too_many_members"),)
    assert read(b"[" + b"[]," * MEMBERS_OF_ALL_MAX + b"[]]") == (None, (Fault((), "too_many_members"),))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        (b'{"a": "\\ud842"}', [Fault(("a",), "string_unicode")]),
        (b'{"a": "\xed\xa1\x82"}', [Fault(("a",), "string_unicode")]),
        ('{"a": "王", "b": "'.encode() + "王".encode("gbk") + b'"}', [Fault(("b",), "string_unicode")]),
        (b'{"a": NaN, "b": -Infinity, "c": 1e999}', [Fault((each,), "finite_number") for each in "abc"]),
        (b'{"a": "\\u0000", "b": "\\ud800"}', [Fault(("a",), "null_character"), Fault(("b",), "string_unicode")]),
        (b'{"a": {"\\ud842": 1}}', [Fault(("a",), "string_unicode")]),
        (b'{"\\u0000": 1}', [Fault((), "null_character")]),
        (b'{"a": ' + b"9" * 400 + b"}", [Fault(("a",), "int_parsing_size")]),
        (b'{"a": "\\\\u0000"}', []),
        (b'{"a": "\\ud83d\\ude00"}', []),
        (b'\xef\xbb\xbf{"a": 1}', []),
    ],
)
def test_faults_are_told_in_the_order_of_the_text(text: bytes, faults: list[Fault]) -> None:
    assert list(read(text).faults) == faults


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"[1", b"nul", b"{'a': 1}", b'{"a": 01}', b'"\\ud84"', b"\xff\xfe{\x00}\x00",
        b"[" * 100_000, b"9" * 5_000,
    ],
)  # fmt: skip
def test_what_is_no_json_is_refused_whole(text: bytes) -> None:
    with pytest.raises(NotJson):
        read(text)
