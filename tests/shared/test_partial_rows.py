"""Rows whose form is wrong in some fields: every other field is read, also within objects and lists."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, ValidationError

from shared.forms import Day, LocalId, Strict
from shared.partial_rows import read_partially


class Paper(Strict):
    kind: str
    dated_on: Day


class Row(Strict):
    local_id: LocalId
    hours: Annotated[int, Field(ge=0, le=100, strict=True)]
    papers: list[Paper] = Field(default_factory=list, max_length=3)
    consent: Paper | None = None
    class_: str = Field(alias="class", max_length=4)


WHOLE: dict[str, Any] = {
    "local_id": "T1", "hours": 8, "class": "c1",
    "papers": [{"kind": "card", "dated_on": "2025-01-02"}], "consent": {"kind": "form", "dated_on": "2025-01-03"},
}  # fmt: skip
FAULTY: dict[str, Any] = {"local_id": "a b", "hours": "8", "class": "too long", "papers": 7, "consent": []}


def read(content: object) -> Any:
    return read_partially(Row, content)


def test_a_whole_row_is_read_as_its_form_reads_it() -> None:
    assert read(WHOLE).model_dump() == Row.model_validate(WHOLE).model_dump()


@given(st.sets(st.sampled_from(sorted(FAULTY))), st.sets(st.sampled_from(sorted(WHOLE))))
def test_a_field_at_fault_is_none_and_hides_no_other(faulty: set[str], missing: set[str]) -> None:
    content = {**WHOLE, **{name: FAULTY[name] for name in faulty}}
    content = {name: value for name, value in content.items() if name not in missing}

    partial = read(content).model_dump(by_alias=True)

    whole = Row.model_validate(WHOLE).model_dump(by_alias=True)
    for name, value in partial.items():
        if name in missing:
            assert not value
        else:
            assert value == (None if name in faulty else whole[name])


def test_objects_and_lists_are_read_field_by_field() -> None:
    papers = [{"kind": 7, "dated_on": "2025-01-02"}, "paper", {"kind": "card", "dated_on": "soon"}]

    partial = read(WHOLE | {"papers": papers, "consent": {"dated_on": "2025-01-03"}})

    assert [(each.kind, each.dated_on) if each else None for each in partial.papers] == [
        (None, date(2025, 1, 2)), None, ("card", None),
    ]  # fmt: skip
    assert (partial.consent.kind, partial.consent.dated_on) == (None, date(2025, 1, 3))


def test_a_field_that_the_form_does_not_know_is_left_out() -> None:
    assert read(WHOLE | {"nickname": "x"}).model_dump() == Row.model_validate(WHOLE).model_dump()


@pytest.mark.parametrize("content", [None, 7, [], "row"])
def test_what_is_no_object_has_nothing_to_read(content: object) -> None:
    assert read(content) is None


@given(st.dictionaries(st.sampled_from(sorted(WHOLE)), st.none() | st.integers() | st.text() | st.lists(st.integers())))
def test_no_row_is_too_wrong_to_be_read(content: dict[str, Any]) -> None:
    partial = read(content)

    assert isinstance(partial, BaseModel)
    try:
        whole = Row.model_validate(content)
    except ValidationError:
        return
    assert partial.model_dump() == whole.model_dump()
