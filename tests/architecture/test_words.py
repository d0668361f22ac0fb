"""Texts of refusals are filled in and contain no API path, and every place that refuses gives their facts."""

from __future__ import annotations

import ast
import importlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from deploy.docs.apis import description, names
from deploy.docs.problems import refusals
from shared.entries import entry, fill, placeholders, warning_entry
from shared.kernel.outcomes import RowWarning
from shared.kernel.refusals import Invalid, Refusal

ROOT = Path(__file__).resolve().parents[2]
WORDS = ("title_en", "title_zh", "cure_en", "cure_zh", "reference")
ALL = refusals()


def told_of(cls: type[Refusal]) -> set[str]:
    """The facts in the docstring of the class."""
    return set(re.findall(r"`([a-z_]+)`", (cls.__doc__ or "").partition("Facts")[2]))


def needed(cls: type[Refusal]) -> set[str]:
    """The facts in the placeholders of its texts."""
    return {name for words in WORDS for name in placeholders(getattr(cls, words))}


@pytest.mark.parametrize("cls", ALL, ids=lambda cls: f"{cls.__module__}.{cls.__name__}")
class TestWords:
    def test_have_placeholders_for_facts_of_the_class_only(self, cls: type[Refusal]) -> None:
        described = set().union(*(told_of(base) for base in cls.__mro__ if issubclass(base, Refusal)))

        assert needed(cls) <= described

    def test_have_no_placeholder_once_filled_in(self, cls: type[Refusal]) -> None:
        told = entry(_with_facts(cls))

        for words in ("title", "title_zh", "cure", "cure_zh", "reference"):
            said = str(told.get(words, ""))
            assert "{" not in said
            assert not set(re.findall(r"`([a-z_]+)`", said)) & told_of(cls)

    def test_for_people_contain_no_api_path(self, cls: type[Refusal]) -> None:
        for words in WORDS[:-1]:
            assert not re.search(r"/v1|(GET|POST|PUT|DELETE) /|(?<![A-Za-z])/[a-z]+|\?[a-z_]+=", getattr(cls, words))


def _with_facts(cls: type[Refusal]) -> Refusal:
    refusal = cls.__new__(cls)
    refusal.pointer, refusal.facts = None, dict.fromkeys(needed(cls), "value")
    return refusal


def test_references_are_existing_operations() -> None:
    known = {
        f"{method.upper()} {re.sub(r'{[^}]*}', '…', path)}"
        for name in names()
        for path, operations in json.loads(description(name))["paths"].items()
        for method in operations
    } | {"GET /docs"}
    given = {re.sub(r"{[^}]*}", "…", cls.reference) for cls in ALL if cls.reference}

    unknown = {each for each in given - known if not each.startswith("?") and each != "POST …"}

    assert unknown == set()


def _calls() -> Iterator[tuple[str, type[Refusal], set[str] | None]]:
    """Each place that creates a refusal: location, class, and the facts that it gives; None if they are not literal."""
    for path in sorted([*ROOT.glob("services/*/**/*.py"), *ROOT.glob("shared/**/*.py")]):
        if "migrations" in path.parts or path.stem.startswith("__main"):
            continue
        relative = path.relative_to(ROOT).with_suffix("")
        parts = relative.parts[:-1] if path.stem == "__init__" else relative.parts
        module = importlib.import_module(".".join(parts))
        tree = ast.parse(path.read_text(encoding="utf-8"))
        called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        for node in ast.walk(tree):
            where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.Call) and (cls := _refusal(module, node.func)):
                names_given = {keyword.arg for keyword in node.keywords}
                yield where, cls, None if None in names_given else {name for name in names_given if name is not None}
            elif isinstance(node, ast.Raise) and node.exc and id(node.exc) not in called:
                bare = _refusal(module, node.exc)
                if bare is not None:
                    yield where, bare, set()


def _refusal(module: Any, expression: ast.expr) -> type[Refusal] | None:
    match expression:
        case ast.Name(id=name):
            found = getattr(module, name, None)
        case ast.Attribute(value=ast.Name(id=holder), attr=name):
            found = getattr(getattr(module, holder, None), name, None)
        case _:
            return None
    return found if isinstance(found, type) and issubclass(found, Refusal) else None


def test_every_refusal_is_created_with_the_facts_of_its_texts() -> None:
    places = list(_calls())

    # The reader of cells reports a fault by its slug; the wording knows the column and gives the facts.
    lacking = [
        f"{where} {cls.__name__}: {needed(cls) - facts}"
        for where, cls, facts in places
        if facts is not None and not needed(cls) <= facts and "spreadsheets/cells.py" not in where
    ]

    assert len(places) > 300
    assert lacking == []


class TestFill:
    class Full(Invalid):
        """Facts: `seats`, `days`, `until`, `open`."""

        slug = "test-full"
        title_en = "No more than {seats} seats on {days}; until {until}; open: {open}."
        title_zh = "{days}最多{seats}人。"

    def test_puts_values_into_placeholders(self) -> None:
        told = entry(self.Full(seats=40, days=["Monday", "Friday"], days_zh=["周一", "周五"], until=None, open=True))

        assert told["title"] == "No more than 40 seats on Monday, Friday; until none; open: yes."
        assert told["title_zh"] == "周一、周五最多40人。"
        assert told["seats"] == 40

    # The first text that a process draws builds a table of all characters, which takes a second on a busy machine.
    @settings(suppress_health_check=[HealthCheck.too_slow])
    @given(st.dictionaries(st.sampled_from("abc"), st.none() | st.text() | st.lists(st.text()) | st.dates()))
    def test_inserts_any_value_once_and_unchanged(self, facts: dict[str, object]) -> None:
        for language in ("en", "zh"):
            said = fill("{a}|{b}|{c}", facts, language)
            if isinstance(facts.get("a"), str):
                assert said.startswith(str(facts["a"]))

    def test_fills_texts_of_warnings_as_well(self) -> None:
        told = warning_entry(RowWarning("odd", "C16", "{trainees} trainees.", "{trainees} 名学员。", {"trainees": 3}))

        assert (told["title"], told["title_zh"]) == ("3 trainees.", "3 名学员。")
