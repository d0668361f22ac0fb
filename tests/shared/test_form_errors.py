"""What is wrong with the form of a request is said in Chinese, too, whatever it is, and never quotes a value."""

from __future__ import annotations

import ast
import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core._pydantic_core import list_all_errors

from shared.form_errors import WORDS, malformed, pointer_to, told

ROOT = Path(__file__).resolve().parents[2]
ALL: dict[str, Any] = {error["type"]: error for error in list_all_errors()}
QUOTING = {type_ for type_, error in ALL.items() if "error" in (error["example_context"] or {})}


def names_in(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("type_", sorted(ALL))
def test_every_type_of_error_has_chinese_words_that_its_context_fills(type_: str) -> None:
    context: dict[str, Any] = ALL[type_]["example_context"] or {}

    error = told(type_, ("body", "field"), en="Something", context=context)

    assert any("\u4e00" <= char <= "\u9fff" for char in str(error["title_zh"]))
    assert names_in(WORDS[type_].zh) | names_in(WORDS[type_].en) <= set(context)
    assert "{" not in f"{error['title']}{error['title_zh']}"


def test_no_words_stand_for_a_type_that_does_not_exist() -> None:
    ours = {"null_character", "personal_name", "repeated_name", "too_many_members"}

    assert set(WORDS) - set(ALL) == ours


@pytest.mark.parametrize("type_", sorted(QUOTING))
def test_where_the_validators_words_may_quote_the_value_the_words_are_ours(type_: str) -> None:
    assert WORDS[type_].en
    assert "error" not in names_in(WORDS[type_].en) | names_in(WORDS[type_].zh)


def test_validators_of_ours_say_what_is_wrong_in_both_languages() -> None:
    """A bare ValueError, or an error without Chinese, would only be told as a form that is not as described."""
    bare = []
    for path in [*ROOT.glob("services/*/**/*.py"), *ROOT.glob("shared/*.py")]:
        # What is wrong with a token's claims is told to nobody.
        if path.name not in ("form_errors.py", "auth.py") and "pydantic" in path.read_text(encoding="utf-8"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
            bare += [
                f"{path.relative_to(ROOT)}:{call.lineno}"
                for call in calls
                if isinstance(call, ast.Name) and call.id in ("PydanticCustomError", "ValueError")
            ]

    assert bare == []


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    id: int


@given(st.dictionaries(st.text(max_size=6) | st.sampled_from(["name", "id"]), st.text(max_size=6)))
def test_an_error_can_always_be_written(content: dict[str, str]) -> None:
    try:
        TypeAdapter(Form).validate_python(content)
    except ValidationError as error:
        for entry in malformed(error.errors()):
            str(entry).encode()


def test_a_name_that_may_be_a_persons_is_not_repeated() -> None:
    assert pointer_to(("body", "rows", 0, "11010519491231002X")) == "/rows/0/…"
    assert pointer_to(("body", "x" * 65)) == "/…"
    assert pointer_to(("body", "a/b~c", 2)) == "/a~1b~0c/2"


def test_choices_are_named_in_both_languages() -> None:
    error = told("literal_error", ("query", "mode"), en="Input should be 'store' or 'validate'",
                 context={"expected": "'store' or 'validate'"})  # fmt: skip

    assert error["title_zh"] == "应为以下之一：'store' 或 'validate'。"
    assert error["title"] == "Input should be 'store' or 'validate'"
